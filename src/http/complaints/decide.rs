//! `/v1/complaints`: what operators see of complaints, and decide.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::complaint::{ComplaintState, Payer};
use crate::domain::id::ComplaintId;
use crate::domain::reason::Reason;
use crate::flow::complaints::{ComplaintVerdict, DecisionRefusal, decide_in, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::complaints::ComplaintView;
use crate::http::operations::{cut, page_limit, place};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::complaints;

/// Which complaints to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state.
    state: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Complaints on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of complaints.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComplaintPage)]
pub(crate) struct PageView {
    /// The complaints, oldest first.
    data: Vec<ComplaintView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List complaints.
#[utoipa::path(
    get,
    path = "/v1/complaints",
    tag = "operations",
    params(ListQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("complaints", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let state = query.state.as_deref().map(ComplaintState::parse);
    let state = state.transpose().map_err(|_unknown| {
        Problem::of(catalogue::QUERY_INVALID)
            .about("There is no such state.", "Nu există o astfel de stare.")
    })?;
    let cursor = query.cursor.as_deref();
    let after: Option<ComplaintId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = complaints::list(&mut tx, state, after, limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    let mut data = Vec::with_capacity(found.len());
    for complaint in &found {
        data.push(ComplaintView::read(&mut tx, complaint).await?);
    }
    Ok(HttpResponse::Ok().json(PageView { data, next_cursor }))
}

/// Show a complaint.
#[utoipa::path(
    get,
    path = "/v1/complaints/{number}",
    tag = "operations",
    params(("number" = String, Path, description = "The complaint's number")),
    responses(
        (status = 200, description = "The complaint", body = ComplaintView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let found = complaints::find_by_number(&mut tx, &number).await?;
    let found = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(ComplaintView::read(&mut tx, &found).await?))
}

/// An operator's decision about a complaint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintDecision)]
pub(crate) struct DecisionContent {
    /// `ADMITTED`, `REFUSED` or `WITHDRAWN`.
    #[schema(example = "ADMITTED")]
    outcome: String,
    /// Who pays for the other card, where it is admitted: `BUREAU`, `OFFICE`, `HOLDER` or
    /// `WARRANTY`.
    #[serde(default)]
    payer: Option<String>,
    /// The number of the reason that the office is told, where it is refused.
    #[serde(default)]
    code: Option<u16>,
    /// Why, in words without personal data; it stands in the history.
    reason: String,
}

/// Decide about a complaint.
///
/// An admitted one has the card made anew: from the images that are still kept, or after the office
/// took them again. Where the holder pays, the fee is owed once more first.
#[utoipa::path(
    post,
    path = "/v1/complaints/{number}/decision",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The complaint's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is decided", body = ComplaintView),
        (status = 409, description = "It was decided before", body = ProblemView),
        (status = 422, description = "The outcome, the payer or the reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn decide(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let verdict = verdict_of(&posted.content)?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<DecisionRefusal, _>(&api, async |tx| {
            let complaint = decide_in(tx, &number, verdict, &note).await?;
            let view = ComplaintView::read(tx, &complaint).await?;
            answer(StatusCode::OK, &view)
        })
        .await?;
    wake(gateway);
    Ok(response)
}

fn verdict_of(content: &DecisionContent) -> Result<ComplaintVerdict, Problem> {
    match ComplaintState::parse(&content.outcome) {
        Ok(ComplaintState::Admitted) => {
            let payer = content.payer.as_deref().unwrap_or_default();
            let payer = Payer::parse(payer)
                .map_err(|_unknown| Problem::unknown_code("/payer", Payer::ALL))?;
            Ok(ComplaintVerdict::Admitted { payer })
        }
        Ok(ComplaintState::Refused) => {
            let known = content
                .code
                .is_none_or(|code| Reason::from_number(code).is_some());
            if known {
                let reason = content.code;
                Ok(ComplaintVerdict::Refused { reason })
            } else {
                Err(Problem::of(catalogue::CONTENT_INVALID))
            }
        }
        Ok(ComplaintState::Withdrawn) => Ok(ComplaintVerdict::Withdrawn),
        _ => {
            const OUTCOMES: &[ComplaintState] = &[
                ComplaintState::Admitted,
                ComplaintState::Refused,
                ComplaintState::Withdrawn,
            ];
            Err(Problem::unknown_code("/outcome", OUTCOMES))
        }
    }
}

impl From<DecisionRefusal> for Problem {
    fn from(refusal: DecisionRefusal) -> Self {
        match refusal {
            DecisionRefusal::Unknown { .. } => Self::of(catalogue::NOT_FOUND),
            DecisionRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            DecisionRefusal::NotNow { state } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                format!("The complaint is {state}."),
                format!("Starea reclamației este {state}."),
            ),
            DecisionRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
