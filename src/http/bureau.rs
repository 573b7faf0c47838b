//! `POST /v1/bureau/messages`: receipts, acknowledgements, notices, kept as they come.

use actix_web::dev::Payload as Body;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flow::receive_document::{Kept, keep};
use crate::http::api::Api;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::problems::{Problem, ProblemView};
use crate::store::inbox::InboxSource;

/// That a document is kept; what it says is looked at afterwards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Kept)]
pub(crate) struct KeptView {
    /// Whether the same bytes had been kept before.
    repeated: bool,
}

/// Hand a signed document in.
///
/// The same bytes may be sent any number of times; they need no key.
#[utoipa::path(
    post,
    path = "/v1/bureau/messages",
    tag = "bureau",
    request_body(content = String, content_type = "application/xml"),
    responses(
        (status = 202, description = "Kept", body = KeptView),
        (status = 413, description = "It is too large", body = ProblemView),
        (status = 415, description = "It is not XML", body = ProblemView),
    )
)]
pub(crate) async fn take(
    api: web::Data<Api>,
    _caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let limits = api.limits;
    let payload: Body = payload.into_inner();
    let media_types = &["application/xml", "text/xml"];
    let document = body::read(&request, payload, media_types, limits.upload_bytes, limits).await?;
    let kept = keep(&api.gateway, InboxSource::Bureau, document.to_vec()).await?;
    Ok(HttpResponse::Accepted().json(KeptView {
        repeated: kept == Kept::Before,
    }))
}
