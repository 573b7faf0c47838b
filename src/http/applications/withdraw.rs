//! `POST /v1/applications/{id}/withdrawal`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::flow::progress::note;
use crate::flow::withdraw_application::{self, WithdrawRefusal, Withdrawal, WithdrawalReason};
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::applications::submit::written;
use crate::http::applications::view::ApplicationView;
use crate::http::etag::seen_version;
use crate::http::posted::Posted;
use crate::http::problems::{Problem, ProblemView, catalogue};

/// The wish to end an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Withdrawal)]
pub(crate) struct WithdrawalContent {
    /// Why: `WITHDRAWN` or `HOLDER_DECEASED`.
    #[schema(example = "WITHDRAWN")]
    reason: String,
}

/// Withdraw an application.
///
/// It ends at once while nothing is ordered; afterwards an operator asks the bureau, and the
/// answer's state is `CANCEL_REQUESTED`.
#[utoipa::path(
    post,
    path = "/v1/applications/{id}/withdrawal",
    tag = "applications",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the office saw"),
    ),
    request_body = WithdrawalContent,
    responses(
        (status = 200, description = "Withdrawn, or its cancellation asked for", body = ApplicationView),
        (status = 409, description = "It can no longer be withdrawn", body = ProblemView),
        (status = 412, description = "The application has changed meanwhile", body = ProblemView),
    )
)]
pub(crate) async fn withdraw(
    api: web::Data<Api>,
    request: HttpRequest,
    path: web::Path<String>,
    posted: Posted<WithdrawalContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let withdrawal = Withdrawal {
        office: posted.caller.office()?,
        application: id_of(&path)?,
        version: seen_version(&request)?,
        reason: reason_of(&posted.content)?,
    };
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(withdrawal.reason.as_str()));
    posted
        .carry_out(&api, async |tx| {
            let application = withdraw_application::withdraw(tx, withdrawal, &note).await?;
            written::<WithdrawRefusal>(StatusCode::OK, &application)
        })
        .await
}

fn reason_of(content: &WithdrawalContent) -> Result<WithdrawalReason, Problem> {
    WithdrawalReason::parse(&content.reason)
        .map_err(|_unknown| Problem::unknown_code("/reason", WithdrawalReason::ALL))
}

impl From<WithdrawRefusal> for Problem {
    fn from(refusal: WithdrawRefusal) -> Self {
        match refusal {
            WithdrawRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            WithdrawRefusal::Changed => Self::of(catalogue::CHANGED_MEANWHILE),
            WithdrawRefusal::TooLate { state } => Self::of(catalogue::WITHDRAWAL_NOT_POSSIBLE)
                .about(
                    format!("The application is {state}."),
                    format!("Starea cererii este {state}."),
                ),
            WithdrawRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
