//! `POST /v1/payments/days/{day}/close` and `reopen`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::day::DayEvent;
use crate::flow::close_day::{DayRefusal, decide};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::payments::report::channel_of;
use crate::http::payments::report_view::DayDecisionView;
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};

/// Which books of a day, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DayContent)]
pub(crate) struct DayContent {
    /// Only this channel: `CEC` or `SELFPAY`.
    channel: Option<String>,
    /// Why, in words without personal data. Closing needs it where something does not agree;
    /// opening again always does.
    reason: Option<String>,
}

/// What was decided about a day, one decision per channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DayDecisions)]
pub(crate) struct DayDecisionsView {
    /// The decisions.
    data: Vec<DayDecisionView>,
}

/// Close the books of a day that is over.
#[utoipa::path(
    post,
    path = "/v1/payments/days/{day}/close",
    tag = "payments",
    params(
        ("day" = NaiveDate, Path, description = "The day, in Romania"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = DayContent,
    responses(
        (status = 200, description = "Closed, with its totals kept", body = DayDecisionsView),
        (status = 409, description = "Closed already, not over, or it does not agree", body = ProblemView),
    )
)]
pub(crate) async fn close(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<DayContent>,
) -> Result<HttpResponse, Problem> {
    carry_out(&api, &path, &posted, DayEvent::CloseDecided).await
}

/// Open the books of a closed day again.
#[utoipa::path(
    post,
    path = "/v1/payments/days/{day}/reopen",
    tag = "payments",
    params(
        ("day" = NaiveDate, Path, description = "The day, in Romania"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = DayContent,
    responses(
        (status = 200, description = "Open again", body = DayDecisionsView),
        (status = 409, description = "It is not closed", body = ProblemView),
    )
)]
pub(crate) async fn reopen(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<DayContent>,
) -> Result<HttpResponse, Problem> {
    carry_out(&api, &path, &posted, DayEvent::ReopenDecided).await
}

async fn carry_out(
    api: &Api,
    path: &str,
    posted: &Posted<DayContent>,
    event: DayEvent,
) -> Result<HttpResponse, Problem> {
    let day: Result<NaiveDate, _> = path.parse();
    let day = day.map_err(|_malformed| Problem::of(catalogue::NOT_FOUND))?;
    let channel = posted.content.channel.as_deref().map(channel_of);
    let channel = channel.transpose()?;
    if let Some(response) = posted.replay(api).await? {
        return Ok(response);
    }
    let actor = posted.caller.actor();
    let note = note(&api.gateway, &actor, posted.content.reason.as_deref());
    posted
        .carry_out(api, async |tx| {
            let decided = decide(tx, day, channel, event, &note).await?;
            let data = decided.iter().map(DayDecisionView::from).collect();
            answer::<DayRefusal>(StatusCode::OK, &DayDecisionsView { data })
        })
        .await
}

impl From<DayRefusal> for Problem {
    fn from(refusal: DayRefusal) -> Self {
        let not_possible = Self::of(catalogue::DAY_DECISION_NOT_POSSIBLE);
        match refusal {
            DayRefusal::NotOver => {
                not_possible.about("The day is not over.", "Ziua nu s-a încheiat.")
            }
            DayRefusal::StateForbids {
                channel,
                day,
                state,
            } => not_possible.about(
                format!("The books of {day} on {channel} are {state}."),
                format!("Starea zilei {day} pe canalul {channel} este {state}."),
            ),
            DayRefusal::Disagrees { channel, what } => Self::of(catalogue::DAY_DISAGREES).about(
                format!("On {channel}: {what}."),
                format!("Pe canalul {channel}: {what}."),
            ),
            DayRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            DayRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
