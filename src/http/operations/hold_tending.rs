//! `/v1/holds/{id}/claim` and its like: who works on what waits, until when it rests, what was remarked.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::domain::id::HoldId;
use crate::flow::progress::note;
use crate::flow::tend_hold::{TendRefusal, Tending, tend_in, worked_days};
use crate::http::api::Api;
use crate::http::operations::view::HoldView;
use crate::http::operations::{DecisionContent, NotDecided, not_decided};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::words::{Language, snooze_fault};

/// That the caller works on a hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Claim)]
pub(crate) struct ClaimContent {
    /// From whom it is taken over, as `claimed_by` says; left out for a hold that nobody works on.
    #[serde(default)]
    #[schema(example = "operator:ion")]
    take_over_from: Option<String>,
    /// Why it is taken over, in words without personal data; it stands in the history.
    #[serde(default)]
    reason: Option<String>,
}

/// Until when a hold rests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Snooze)]
pub(crate) struct SnoozeContent {
    /// The working day on which it waits again, within 30 days and not after the legal term.
    until: NaiveDate,
    /// Why, in words without personal data; it stands in the history.
    #[schema(example = "the office sends the new photo on Thursday")]
    reason: String,
}

/// Nothing but, perhaps, why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MayBeReason)]
pub(crate) struct WordsContent {
    /// Why, in words without personal data; it stands in the history.
    #[serde(default)]
    reason: Option<String>,
}

/// Say that the caller works on a hold, for eight hours; nobody is kept from deciding about it.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/claim",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new claim"),
    ),
    request_body = ClaimContent,
    responses(
        (status = 200, description = "The caller has it", body = HoldView),
        (status = 409, description = "It is closed, or somebody else works on it", body = ProblemView),
    )
)]
pub(crate) async fn claim(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<ClaimContent>,
) -> Result<HttpResponse, Problem> {
    let from = posted.content.take_over_from.clone();
    let words = posted.content.reason.as_deref();
    carry_out(&api, &id, &posted, (Tending::Claim { from }, words)).await
}

/// Say that the caller works on a hold no more.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/release-claim",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new call"),
    ),
    request_body = WordsContent,
    responses(
        (status = 200, description = "The caller does not have it", body = HoldView),
        (status = 409, description = "It is closed, or somebody else works on it", body = ProblemView),
    )
)]
pub(crate) async fn release_claim(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<WordsContent>,
) -> Result<HttpResponse, Problem> {
    let words = posted.content.reason.as_deref();
    carry_out(&api, &id, &posted, (Tending::GiveBack, words)).await
}

/// Let a hold rest until a working day; it waits again at once when something happens to it.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/snooze",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new call"),
    ),
    request_body = SnoozeContent,
    responses(
        (status = 200, description = "It rests", body = HoldView),
        (status = 409, description = "It is closed, or cannot rest until then", body = ProblemView),
    )
)]
pub(crate) async fn snooze(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<SnoozeContent>,
) -> Result<HttpResponse, Problem> {
    let until = posted.content.until;
    let words = Some(posted.content.reason.as_str());
    carry_out(&api, &id, &posted, (Tending::Snooze { until }, words)).await
}

/// Let a hold that rests wait again.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/wake",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new call"),
    ),
    request_body = WordsContent,
    responses(
        (status = 200, description = "It waits", body = HoldView),
        (status = 409, description = "It is closed", body = ProblemView),
    )
)]
pub(crate) async fn wake(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<WordsContent>,
) -> Result<HttpResponse, Problem> {
    let words = posted.content.reason.as_deref();
    carry_out(&api, &id, &posted, (Tending::Wake, words)).await
}

/// Remark something about a hold, which waits on.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/remark",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new remark"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is kept", body = HoldView),
        (status = 409, description = "The hold is closed", body = ProblemView),
    )
)]
pub(crate) async fn remark(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let words = Some(posted.content.reason.as_str());
    carry_out(&api, &id, &posted, (Tending::Remark, words)).await
}

async fn carry_out<T: DeserializeOwned>(
    api: &Api,
    id: &str,
    posted: &Posted<T>,
    (tending, words): (Tending, Option<&str>),
) -> Result<HttpResponse, Problem> {
    let hold: HoldId = id
        .parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))?;
    let actor = posted.caller.actor();
    let words = words.map(str::trim).filter(|words| !words.is_empty());
    let note = note(&api.gateway, &actor, words);
    let worked = worked_days(&api.gateway);
    posted
        .carry_out::<NotDecided<TendRefusal>, _>(api, async |tx| {
            let hold = tend_in(tx, hold, &tending, &worked, &note).await;
            let hold = hold.map_err(not_decided)?;
            answer(StatusCode::OK, &HoldView::from(hold))
        })
        .await
}

impl From<TendRefusal> for Problem {
    fn from(refusal: TendRefusal) -> Self {
        match refusal {
            TendRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            TendRefusal::Closed => Self::of(catalogue::HOLD_CLOSED),
            TendRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            TendRefusal::Claimed { by, since } => Self::of(catalogue::HOLD_CLAIMED).about(
                format!("It is claimed by {by} since {since}."),
                format!("Se ocupă {by}, din {since}."),
            ),
            TendRefusal::Snoozed { until, .. } => Self::of(catalogue::SNOOZE_NOT_POSSIBLE).about(
                format!("It rests until {until}."),
                format!("Este amânată până la {until}."),
            ),
            TendRefusal::PaymentWaits => Self::of(catalogue::SNOOZE_NOT_POSSIBLE)
                .about("A payment does not rest.", "O plată nu se amână."),
            TendRefusal::Until(fault) => Self::of(catalogue::SNOOZE_NOT_POSSIBLE).about(
                snooze_fault(Language::English, fault),
                snooze_fault(Language::Romanian, fault),
            ),
        }
    }
}
