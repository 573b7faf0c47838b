//! `POST /v1/applications/{id}/reports`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::flow::progress::note;
use crate::flow::report_card::{Report, ReportRefusal, report_card};
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::applications::submit::written;
use crate::http::applications::view::ApplicationView;
use crate::http::posted::Posted;
use crate::http::problems::{Problem, ProblemView, catalogue};

/// What an office reports about a card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Report)]
pub(crate) struct ReportContent {
    /// `RECEIVED_AT_OFFICE` or `HANDED_OVER`.
    #[schema(example = "RECEIVED_AT_OFFICE")]
    report: String,
    /// The number printed on the card, where the office read it: a card of somebody else is
    /// refused.
    #[serde(default)]
    document_number: Option<String>,
}

/// A document number identifies its holder.
impl std::fmt::Debug for ReportContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReportContent(…)")
    }
}

/// Report that the office received a card, or handed it over.
///
/// By the office that submitted the application or the one where the card is collected. A
/// repeated report changes nothing.
#[utoipa::path(
    post,
    path = "/v1/applications/{id}/reports",
    tag = "cards",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReportContent,
    responses(
        (status = 200, description = "Noted", body = ApplicationView),
        (status = 409, description = "The card cannot be there", body = ProblemView),
    )
)]
pub(crate) async fn report(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReportContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let (office, id) = (posted.caller.office()?, id_of(&path)?);
    let report = Report::parse(&posted.content.report)
        .map_err(|_unknown| Problem::unknown_code("/report", Report::ALL))?;
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    let document_number = posted.content.document_number.as_deref();
    posted
        .carry_out(&api, async |tx| {
            let application =
                report_card(tx, gateway, (office, id), report, document_number, &note).await?;
            written::<ReportRefusal>(StatusCode::OK, &application)
        })
        .await
}

impl From<ReportRefusal> for Problem {
    fn from(refusal: ReportRefusal) -> Self {
        match refusal {
            ReportRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            ReportRefusal::NotNow { state, .. } => Self::of(catalogue::REPORT_NOT_POSSIBLE).about(
                format!("The application is {state}."),
                format!("Starea cererii este {state}."),
            ),
            ReportRefusal::OtherCard => Self::of(catalogue::CARD_OF_ANOTHER),
            ReportRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
