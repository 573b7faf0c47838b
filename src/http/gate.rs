//! Lets a request through to its handler if the list of routes says that its caller may.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
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
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(problem) = admit(&api, &request).await {
        return Ok(request.error_response(problem));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
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
