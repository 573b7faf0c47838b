//! `POST /v1/applications/{id}/extension`, and the same for operators.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::term::ExtensionFault;
use crate::flow::extend_term::{ExtendRefusal, Extension, extend_term_in};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::applications::submit::written;
use crate::http::applications::view::ApplicationView;
use crate::http::etag::seen_version;
use crate::http::posted::Posted;
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};

/// The decision to extend a legal term.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Extension)]
pub(crate) struct ExtensionContent {
    /// By how many days: 1 to 15.
    #[schema(example = 10)]
    pub(crate) days: u32,
    /// Why, in words without personal data; it stands in the history.
    #[schema(example = "the applicant's file was asked for from another county")]
    pub(crate) reason: String,
}

/// Extend the legal term of an application, by decision of the head of its office.
///
/// Possible once, by at most 15 days (OUG 97/2005, art. 15 (5)).
#[utoipa::path(
    post,
    path = "/v1/applications/{id}/extension",
    tag = "applications",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the office saw"),
    ),
    request_body = ExtensionContent,
    responses(
        (status = 200, description = "Extended", body = ApplicationView),
        (status = 409, description = "It was extended before, or the application has ended", body = ProblemView),
        (status = 412, description = "The application has changed meanwhile", body = ProblemView),
        (status = 422, description = "The days or the reason are not valid", body = ProblemView),
    )
)]
pub(crate) async fn extend(
    api: web::Data<Api>,
    request: HttpRequest,
    path: web::Path<String>,
    posted: Posted<ExtensionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let id = id_of(&path)?.to_string();
    let extension = Extension {
        application: &id,
        office: Some(posted.caller.office()?),
        version: seen_version(&request)?,
        days: posted.content.days,
    };
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    posted
        .carry_out(&api, async |tx| {
            let application = extend_term_in(tx, extension, &note).await?;
            written::<ExtendRefusal>(StatusCode::OK, &application)
        })
        .await
}

impl From<ExtendRefusal> for Problem {
    fn from(refusal: ExtendRefusal) -> Self {
        match refusal {
            ExtendRefusal::Unknown { .. } => Self::of(catalogue::NOT_FOUND),
            ExtendRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            ExtendRefusal::Changed => Self::of(catalogue::CHANGED_MEANWHILE),
            ExtendRefusal::Ended { state } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                format!("The application is {state}."),
                format!("Starea cererii este {state}."),
            ),
            ExtendRefusal::NotAllowed(ExtensionFault::Again) => {
                Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                    "The term was extended before, which is possible once.",
                    "Termenul a mai fost prelungit; prelungirea este posibilă o singură dată.",
                )
            }
            ExtendRefusal::NotAllowed(ExtensionFault::Days) => Self::of(catalogue::CONTENT_INVALID)
                .with_faults(vec![BodyFault {
                    pointer: "/days".to_owned(),
                    code: "days-out-of-range",
                    message: Text::new(
                        "A term is extended by 1 to 15 days.",
                        "Termenul se prelungește cu 1 până la 15 zile.",
                    ),
                }]),
            ExtendRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
