//! `/v1/holds`: what waits for an operator's decision.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::id::HoldId;
use crate::flow::decide_hold::{self, Decision, HoldRefusal, decide_in};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::view::HoldView;
use crate::http::operations::{
    DecidedView, DecisionContent, NotDecided, cut, not_decided, page_limit, place,
};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::holds;

/// Which holds to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only what waits for the reason of this number.
    code: Option<u16>,
    /// `true`: only what rests until a later day.
    resting: Option<bool>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Holds on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HoldPage)]
pub(crate) struct PageView {
    /// The holds that are open, the oldest first.
    data: Vec<HoldView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List what waits for a decision.
#[utoipa::path(
    get,
    path = "/v1/holds",
    tag = "operations",
    params(ListQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("holds", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let cursor = query.cursor.as_deref();
    let after: Option<HoldId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = if query.resting == Some(true) {
        let of = (query.code, api.gateway.clock.today());
        holds::list_resting(&mut tx, of, after, limit + 1).await?
    } else {
        holds::list_open(&mut tx, query.code, after, limit + 1).await?
    };
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    Ok(HttpResponse::Ok().json(PageView {
        data: found.into_iter().map(HoldView::from).collect(),
        next_cursor,
    }))
}

/// Let what waits go on.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/release",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It goes on", body = DecidedView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn release(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &id, &posted, (Decision::Release, "RELEASED")).await
}

/// Send the application back to its office, which corrects it.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/send-back",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is back at its office", body = DecidedView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn send_back(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &id, &posted, (Decision::SendBack, "SENT_BACK")).await
}

/// Close the hold and leave everything as it is.
#[utoipa::path(
    post,
    path = "/v1/holds/{id}/note",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The hold's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is closed", body = DecidedView),
        (status = 409, description = "It was closed before", body = ProblemView),
    )
)]
pub(crate) async fn take_note(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &id, &posted, (Decision::TakeNote, "TAKEN_NOTE_OF")).await
}

async fn decide(
    api: &Api,
    id: &str,
    posted: &Posted<DecisionContent>,
    (decision, done): (Decision, &'static str),
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let hold: HoldId = id
        .parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<HoldRefusal>, _>(api, async |tx| {
            let decided = decide_in(tx, hold, decision, &note).await;
            decided.map_err(not_decided)?;
            let subject = id.to_owned();
            answer(StatusCode::OK, &DecidedView { subject, done })
        })
        .await?;
    decide_hold::wake(gateway);
    Ok(response)
}

impl From<HoldRefusal> for Problem {
    fn from(refusal: HoldRefusal) -> Self {
        match refusal {
            HoldRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            HoldRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            HoldRefusal::Closed => Self::of(catalogue::HOLD_CLOSED),
            HoldRefusal::NotNow { state, .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                format!("What waits is {state}."),
                format!("Starea elementului reținut este {state}."),
            ),
        }
    }
}
