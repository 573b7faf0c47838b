//! What every request and answer carries: an id, a language, safe headers, one log line; and the
//! one place where problems are written.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::http::api::Api;
use crate::http::gate::Taken;
use crate::http::identity::allowance::Left;
use crate::http::language::{self, Language};
use crate::http::problems::Problem;

/// The header of a request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header of a trace (W3C Trace Context).
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What answers need to know of their request.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    /// The request's id: the caller's, if it gave a decent one.
    pub(crate) id: String,
    /// The language of the answer.
    pub(crate) language: Language,
}

impl RequestContext {
    /// What the envelope found out about a request.
    pub(crate) fn in_request(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    fn of(api: &Api, headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let id = given.filter(|id| is_decent(id)).map_or_else(
            || {
                let gateway = &api.gateway;
                gateway.random.uuid(gateway.clock.now()).to_string()
            },
            str::to_owned,
        );
        Self {
            id,
            language: language::asked_for(headers),
        }
    }
}

/// Whether an id may stand in logs and headers as it is.
fn is_decent(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The trace that a request belongs to, from a well-formed `traceparent`.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(TRACEPARENT)?.to_str().ok()?;
    let mut parts = value.split('-');
    let (_version, trace) = (parts.next()?, parts.next()?);
    let is_trace = trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_trace.then_some(trace)
}

/// The outermost layer.
pub(crate) async fn envelope<B: MessageBody + 'static>(
    api: web::Data<Api>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let context = RequestContext::of(&api, request.headers());
    let began_at = api.gateway.clock.now();
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        request.id = context.id,
        trace.id = trace_id(request.headers())
    );
    request.extensions_mut().insert(context.clone());
    let outcome = AssertUnwindSafe(next.call(request))
        .catch_unwind()
        .instrument(span.clone())
        .await;
    let _entered = span.enter();
    let ended_at = api.gateway.clock.now();
    let mut response = match outcome {
        Ok(Ok(response)) => {
            let response = response.map_into_boxed_body();
            note_failure(&api, &response, ended_at);
            written(response, &context)
        }
        // No layer answers like this; should one, its request is gone and cannot be answered for.
        Ok(Err(error)) => return Err(problem_of(&error).in_context(context).into()),
        Err(_panic) => {
            tracing::error!(%method, "a request panicked");
            let problem = Problem::broken(anyhow::anyhow!("a request panicked"));
            return Err(problem.in_context(context).into());
        }
    };
    let (left, taken) = {
        let extensions = response.request().extensions();
        let left = extensions.get::<Left>().cloned();
        (left, extensions.get::<Taken>().copied())
    };
    add_headers(response.headers_mut(), &context);
    if let Some(left) = left {
        left.write(response.headers_mut());
    }
    let duration_ms = (ended_at - began_at).num_milliseconds();
    // The pattern, not the path: what stands in a path may be anything.
    let route = taken.map_or("", |taken| taken.0.path);
    let status = response.status().as_u16();
    tracing::info!(%method, route, status, duration_ms, "request answered");
    Ok(response)
}

/// Keeps that a caller could not prove who it is, for the record.
fn note_failure(api: &Api, response: &ServiceResponse<BoxBody>, at: DateTime<Utc>) {
    let error = response.response().error();
    if let Some(problem) = error.and_then(|error| error.as_error::<Problem>()) {
        let failures = &api.identities.failures;
        failures.note(problem.entry(), response, at);
    }
}

/// Writes the problem that a response stands for, if it does.
fn written(
    response: ServiceResponse<BoxBody>,
    context: &RequestContext,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    let answer = match response.response().error() {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => {
                log_cause(problem);
                problem.answer(context)
            }
            None => Problem::of_status(status).answer(context),
        },
        None if is_failure && !response.headers().contains_key(CONTENT_TYPE) => {
            Problem::of_status(status).answer(context)
        }
        None => return response,
    };
    response.into_response(answer)
}

fn problem_of(error: &Error) -> Problem {
    Problem::of_status(error.as_response_error().status_code())
}

/// Logs what we must act on, the only time that it is logged.
fn log_cause(problem: &Problem) {
    if let Some(cause) = problem.cause() {
        tracing::error!(error = format!("{cause:#}"), "a request failed");
    }
}

/// Adds what every answer carries.
pub(crate) fn add_headers(headers: &mut HeaderMap, context: &RequestContext) {
    let defaults = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&context.id) {
        headers.insert(REQUEST_ID, id);
    }
}
