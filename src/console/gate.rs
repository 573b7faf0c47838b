//! The one layer before the handlers: who visits, whether the form is ours, whether the list of routes
//! lets them; and what every answer carries.

use std::fmt::Write;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{FutureExt, StreamExt};
use tracing::Instrument;

use crate::console::desk::Desk;
use crate::console::fields::{FORM_BYTES_MAX, Fields, TOKEN_FIELD};
use crate::console::headers;
use crate::console::preferences::Theme;
use crate::console::routes::{Access, Found, Route, find};
use crate::console::trouble::Trouble;
use crate::console::trouble_page::page_of;
use crate::console::visit::{SignedIn, Visit, cookie, language};
use crate::domain::sign_in::Stage;
use crate::flow::people::session::{self, Holder};
use crate::flow::people::token::{form_token, is_same, masked, new_token, unmasked};

/// The cookie of a session. Its prefix makes browsers take it over TLS and for this host alone.
pub(crate) const SESSION_COOKIE: &str = "__Host-cei-session";

/// The cookie that ties the forms of whoever has no session to one browser.
const FORM_COOKIE: &str = "__Host-cei-form";

/// Says that a page refreshes itself, and no person asks: that keeps no session alive.
const REFRESH: &str = "cei-refresh";

/// Says that htmx asks, for the parts of a page that renew themselves.
const HX_REQUEST: &str = "hx-request";

/// Within which a form must have arrived.
const FORM_TIMEOUT: Duration = Duration::from_secs(30);

/// Random bytes of a nonce.
const NONCE_BYTES: usize = 16;

/// The outermost layer.
pub(super) async fn gate<B: MessageBody + 'static>(
    desk: web::Data<Desk>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let clock = &desk.gateway.clock;
    let began_at = clock.now();
    let method = request.method().clone();
    let mut visit = new_visit(&desk, &request);
    let span = tracing::info_span!("request", request.id = visit.request_id);
    let is_part = request.headers().contains_key(HX_REQUEST);
    let mut made = None;
    let admitted = admit(&desk, &mut request, &mut visit, &mut made);
    let admitted = admitted.instrument(span.clone()).await;
    request.extensions_mut().insert(visit.clone());
    let mut route = "";
    let outcome = match admitted {
        Err(trouble) => {
            let page = page_of(&trouble, &desk, &visit, is_part).instrument(span.clone());
            Ok(Ok(request.into_response(page.await)))
        }
        Ok(found) => {
            route = found.map_or("", |route| route.path);
            let answered = AssertUnwindSafe(next.call(request)).catch_unwind();
            let answered = answered.instrument(span.clone()).await;
            match answered {
                Ok(Ok(answer)) => {
                    let answer = written(answer.map_into_boxed_body(), &desk, &visit, is_part);
                    Ok(Ok(answer.instrument(span.clone()).await))
                }
                Ok(Err(error)) => Ok(Err(error)),
                Err(panic) => Err(panic),
            }
        }
    };
    let _entered = span.enter();
    let mut response = match outcome {
        Ok(response) => response?,
        Err(_panic) => {
            tracing::error!(%method, "a request panicked");
            return Err(Trouble::Broken(anyhow::anyhow!("a request panicked")).into());
        }
    };
    headers::add(response.headers_mut(), &visit, desk.speaks_tls);
    if let Some(token) = made {
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, host_cookie(FORM_COOKIE, &token)?);
    }
    let status = response.status().as_u16();
    let duration_ms = (clock.now() - began_at).num_milliseconds();
    tracing::info!(%method, route, status, duration_ms, "page answered");
    Ok(response)
}

/// A cookie that scripts do not see, that no other host sets, and that other sites send only with a
/// link that somebody follows.
pub(crate) fn host_cookie(name: &str, value: &str) -> Result<HeaderValue, Trouble> {
    // Without a value it is taken away.
    let age = if value.is_empty() { "; Max-Age=0" } else { "" };
    cookie_of(name, value, age)
}

/// The same, which the browser forgets after so many seconds.
pub(crate) fn short_cookie(name: &str, value: &str, seconds: i64) -> Result<HeaderValue, Trouble> {
    cookie_of(name, value, &format!("; Max-Age={seconds}"))
}

fn cookie_of(name: &str, value: &str, age: &str) -> Result<HeaderValue, Trouble> {
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    let header = HeaderValue::try_from(text);
    header.map_err(|error| Trouble::Broken(anyhow::Error::new(error)))
}

fn new_visit(desk: &Desk, request: &ServiceRequest) -> Visit {
    let gateway = &desk.gateway;
    let mut nonce = [0; NONCE_BYTES];
    gateway.random.fill(&mut nonce);
    let address = request.uri().path_and_query();
    let is_page = request.method() == Method::GET;
    Visit {
        user: None,
        signing_in: None,
        language: language(request.headers()),
        theme: Theme::chosen(request.headers()),
        nonce: URL_SAFE_NO_PAD.encode(nonce),
        form_token: String::new(),
        request_id: gateway.random.uuid(gateway.clock.now()).to_string(),
        return_to: address.filter(|_| is_page).map(|it| escaped(it.as_str())),
        here: match address {
            Some(address) if is_page => address.to_string(),
            _ => request.path().to_owned(),
        },
    }
}

/// An address of ours as it may stand in the query of another.
pub(super) fn escaped(address: &str) -> String {
    let mut text = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                text.push(char::from(byte));
            }
            // A text takes every letter.
            other => write!(text, "%{other:02X}").unwrap_or_default(),
        }
    }
    text
}

/// Lets a request through to its handler, or says why not. `made` is a token for the cookie of forms,
/// where the visitor had none.
async fn admit(
    desk: &Desk,
    request: &mut ServiceRequest,
    visit: &mut Visit,
    made: &mut Option<String>,
) -> Result<Option<&'static Route>, Trouble> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes {
        check_origin(request.headers())?;
    }
    let token = cookie(request.headers(), SESSION_COOKIE).map(str::to_owned);
    let holder = match &token {
        Some(token) => {
            let by_person = !request.headers().contains_key(REFRESH);
            session::find(&desk.gateway, token, by_person).await?
        }
        None => None,
    };
    if let (Some(_), Some(token)) = (&holder, &token) {
        visit.form_token = masked(&form_token(token))?;
    }
    note_holder(visit, holder);
    if has_control(request.uri().path()) {
        return Err(Trouble::NotFound);
    }
    // The path as the handlers' own matching sees it, so that the two cannot disagree.
    let route = match find(request.method().as_str(), request.match_info().as_str()) {
        Found::Route(route) => route,
        Found::OtherMethods => return Err(Trouble::MethodNotAllowed),
        Found::Nothing => return Err(Trouble::NotFound),
    };
    if visit.form_token.is_empty() {
        let own = cookie(request.headers(), FORM_COOKIE).map(str::to_owned);
        let own = if let Some(own) = own {
            own
        } else {
            let token = new_token()?.to_string();
            *made = Some(token.clone());
            token
        };
        visit.form_token = masked(&form_token(&own))?;
    }
    check_access(route, visit)?;
    if changes {
        let fields = Fields::parse(&read_form(desk, request).await?)?;
        let given = unmasked(fields.text(TOKEN_FIELD));
        if !is_same(&given, &unmasked(&visit.form_token)) {
            return Err(Trouble::OldForm);
        }
        request.extensions_mut().insert(fields);
    }
    Ok(Some(route))
}

/// Whether a path has a control character in it: none of ours has, and no database looks for one.
fn has_control(path: &str) -> bool {
    let escapes = path.split('%').skip(1);
    let mut codes = escapes.filter_map(|rest| u8::from_str_radix(rest.get(..2)?, 16).ok());
    codes.any(|code| code.is_ascii_control())
}

/// Notes in the visit who holds the session.
fn note_holder(visit: &mut Visit, holder: Option<Holder>) {
    match holder {
        Some(holder) if holder.stage == Stage::Open => {
            visit.user = Some(SignedIn {
                user: holder.user,
                name: holder.name,
                roles: holder.roles,
                session: holder.session,
            });
        }
        other => visit.signing_in = other,
    }
}

/// Whether the visitor may use a route.
fn check_access(route: &Route, visit: &Visit) -> Result<(), Trouble> {
    let stage = visit.signing_in.as_ref().map(|holder| holder.stage);
    match route.access {
        Access::Anyone => Ok(()),
        Access::At(needed) if stage == Some(needed) => Ok(()),
        Access::At(_) => Err(Trouble::SignIn),
        Access::SignedIn => visit.user().map(|_user| ()),
        Access::Needs(permission) if visit.may(permission) => Ok(()),
        Access::Needs(permission) => {
            visit.user()?;
            Err(Trouble::NotAllowed(permission))
        }
    }
}

/// Refuses what another site makes a browser send. Browsers tell where a request comes from in one of
/// two headers; what tells neither is no browser of today.
fn check_origin(headers: &HeaderMap) -> Result<(), Trouble> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(ORIGIN.as_str()).is_some_and(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(HOST.as_str())
        }),
    };
    is_ours.then_some(()).ok_or(Trouble::ForeignForm)
}

/// Reads a form to its end, within its bounds of size and time.
async fn read_form(desk: &Desk, request: &mut ServiceRequest) -> Result<Vec<u8>, Trouble> {
    let mut payload = request.take_payload();
    let read = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_broken_off| Trouble::FormUnreadable)?;
            if body.len() + chunk.len() > FORM_BYTES_MAX {
                return Err(Trouble::FormTooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::select! {
        body = read => body,
        () = desk.gateway.clock.sleep(FORM_TIMEOUT) => Err(Trouble::FormUnreadable),
    }
}

/// Writes the page of a trouble that a handler answered with.
async fn written(
    response: ServiceResponse<BoxBody>,
    desk: &Desk,
    visit: &Visit,
    is_part: bool,
) -> ServiceResponse<BoxBody> {
    let error = response.response().error();
    match error.and_then(|error| error.as_error::<Trouble>()) {
        Some(trouble) => {
            let page = page_of(trouble, desk, visit, is_part).await;
            response.into_response(page)
        }
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::has_control;

    #[test]
    fn a_control_character_is_seen_in_a_path_however_it_is_written() {
        for path in ["/orders/%00", "/orders/a%0d%0A", "/%7F", "/%1b%5B"] {
            assert!(has_control(path), "{path}");
        }
        for path in [
            "/",
            "/orders/CJ-1",
            "/x%C8%99%20",
            "/%",
            "/%0",
            "/100%25",
            "/%zz",
            "/%ș",
        ] {
            assert!(!has_control(path), "{path}");
        }
    }
}
