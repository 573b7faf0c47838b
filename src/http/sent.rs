//! A JSON body of a request that may be repeated without harm, or must not be remembered: it needs no
//! idempotency key, and its answer is kept nowhere.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::http::api::Api;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::problems::Problem;

/// A JSON body with its caller.
#[derive(Debug)]
pub(crate) struct Sent<T> {
    pub(crate) caller: Caller,
    pub(crate) content: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(read(request, payload))
    }
}

async fn read<T: DeserializeOwned>(
    request: HttpRequest,
    payload: Payload,
) -> Result<Sent<T>, Problem> {
    let caller = Caller::extract(&request).await?;
    let api = request
        .app_data::<web::Data<Api>>()
        .ok_or_else(|| Problem::broken(anyhow::anyhow!("the server has no state")))?;
    let limits = api.limits;
    let media_types = &["application/json"];
    let bytes = body::read(&request, payload, media_types, limits.body_bytes, limits).await?;
    Ok(Sent {
        content: body::parse(&bytes)?,
        caller,
    })
}
