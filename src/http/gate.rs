//! Lets a request through to its handler if the list of routes says that its caller may.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::http::api::Api;
use crate::http::identity::identify;
use crate::http::problems::{Problem, catalogue};
use crate::http::routes::{Found, Who, find};

/// Where everything belongs to the list of routes.
const API: &str = "/v1/";

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
    let Who::Only { parties, scope } = route.who else {
        return Ok(());
    };
    let (caller, scopes) = identify(api, request).await?;
    if !parties.contains(&caller.party) {
        return Err(Problem::of(catalogue::PARTY_NOT_ALLOWED));
    }
    if !scopes.split(' ').any(|held| held == "*" || held == scope) {
        return Err(Problem::of(catalogue::SCOPE_MISSING).about(
            format!("The right {scope} is missing."),
            format!("Lipsește dreptul {scope}."),
        ));
    }
    request.extensions_mut().insert(caller);
    Ok(())
}
