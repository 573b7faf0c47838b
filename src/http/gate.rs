//! Lets a request through to its handler if the list of routes says that its caller may.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::http::api::Api;
use crate::http::identity::allowance::Left;
use crate::http::identity::{identify, note_known};
use crate::http::problems::{Problem, catalogue};
use crate::http::routes::{Found, Route, Who, find};

/// Where everything belongs to the list of routes.
const API: &str = "/v1/";

/// The route on which a request came in, left with the request for whoever logs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken(pub(crate) &'static Route);

/// The layer between the envelope and the handlers.
pub(crate) async fn gate<B: MessageBody + 'static>(
    api: web::Data<Api>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(problem) = admit(&api, &request).await {
        return Ok(request.error_response(problem));
    }
    if may_wait(&request) {
        let small = compact(request.headers());
        *request.headers_mut() = small;
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether the request may be kept waiting for what is yet to happen.
fn may_wait(request: &ServiceRequest) -> bool {
    let mut pairs = request.query_string().split('&');
    pairs.any(|pair| pair.starts_with("wait="))
}

/// The same headers in a map that has room for them and no more: the server's own has room for the
/// headers of any request, and thousands of offices wait at the same time.
fn compact(headers: &HeaderMap) -> HeaderMap {
    let mut small = HeaderMap::with_capacity(headers.len_keys());
    for (name, value) in headers {
        small.append(name.clone(), value.clone());
    }
    small
}

async fn admit(api: &Api, request: &ServiceRequest) -> Result<(), Problem> {
    // The path as the handlers' own matching sees it, so that the two cannot disagree.
    let path = request.match_info().as_str();
    let route = match find(request.method().as_str(), path) {
        Found::Route(route) => route,
        Found::OtherMethods(methods) => {
            return Err(Problem::of(catalogue::METHOD_NOT_ALLOWED).allowing(methods));
        }
        Found::Nothing if path.starts_with(API) => return Err(Problem::of(catalogue::NOT_FOUND)),
        Found::Nothing => return Ok(()),
    };
    request.extensions_mut().insert(Taken(route));
    let Who::Only { parties, scope } = route.who else {
        return Ok(());
    };
    let known = identify(api, request, api.gateway.clock.now()).await?;
    let caller = &known.caller;
    if !parties.contains(&caller.party) {
        note_known(request, &known);
        return Err(Problem::of(catalogue::PARTY_NOT_ALLOWED));
    }
    if !known.holds(scope) {
        note_known(request, &known);
        return Err(Problem::of(catalogue::SCOPE_MISSING).about(
            format!("The right {scope} is missing."),
            format!("Lipsește dreptul {scope}."),
        ));
    }
    if let Some(allowance) = &known.allowance {
        let (left, outcome) = allowance.take();
        request.extensions_mut().insert::<Left>(left);
        outcome.map_err(|wait| Problem::of(catalogue::RATE_LIMITED).retry_after(wait))?;
    }
    request.extensions_mut().insert(caller.clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_waits_keeps_every_header_and_nothing_beside() {
        let request = TestRequest::get()
            .uri("/v1/events?limit=5&wait=25")
            .append_header(("accept", "text/plain"))
            .append_header(("accept", "application/json"))
            .append_header(("x-request-id", "17"))
            .to_srv_request();
        assert!(may_wait(&request));
        let small = compact(request.headers());
        let values = |map: &HeaderMap| {
            let pairs = map
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()));
            let mut pairs: Vec<_> = pairs.collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            pairs
        };
        assert_eq!(values(&small), values(request.headers()));
        assert!(small.capacity() < 16, "room for {}", small.capacity());
        assert!(!may_wait(
            &TestRequest::get()
                .uri("/v1/events?limit=5")
                .to_srv_request()
        ));
    }
}
