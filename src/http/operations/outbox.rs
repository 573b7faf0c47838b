//! `/v1/outbox`: destinations of messages.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::flow::decide_lane::{LaneRefusal, set_paused_in, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::lane_view::{
    LaneDetailView, OutboxView, read_lane, read_lanes, read_outbox,
};
use crate::http::operations::view::LaneView;
use crate::http::operations::{
    DecidedView, DecisionContent, NotDecided, cut, not_decided, page_limit, place,
};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;

/// Which destinations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LanesQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Destinations on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of destinations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LanePage)]
pub(crate) struct LanesView {
    /// The destinations, by name.
    data: Vec<LaneView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// Show the outbox at a glance: destinations by kind, and why messages could not be delivered.
#[utoipa::path(
    get,
    path = "/v1/outbox",
    tag = "operations",
    responses((status = 200, description = "The outbox", body = OutboxView)),
)]
pub(crate) async fn glance(api: web::Data<Api>, _caller: Caller) -> Result<HttpResponse, Problem> {
    let now = api.gateway.clock.now();
    let mut tx = api.gateway.store.read().await?;
    Ok(HttpResponse::Ok().json(read_outbox(&mut tx, now).await?))
}

/// Show a destination: how far it has come, what is next, and how that was tried.
#[utoipa::path(
    get,
    path = "/v1/outbox/lanes/{lane}",
    tag = "operations",
    params(("lane" = String, Path, description = "The destination's name, such as `bureau:CNIN`")),
    responses(
        (status = 200, description = "The destination", body = LaneDetailView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    lane: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let found = read_lane(&mut tx, &lane).await?;
    let view = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(view))
}

/// List destinations, and how far each has come.
#[utoipa::path(
    get,
    path = "/v1/outbox/lanes",
    tag = "operations",
    params(LanesQuery),
    responses((status = 200, description = "A page", body = LanesView)),
)]
pub(crate) async fn lanes(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<LanesQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("lanes", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let cursor = query.cursor.as_deref();
    let after: Option<String> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let after = after.unwrap_or_default();
    let mut data = read_lanes(&mut tx, &after, limit + 1).await?;
    let next_cursor = cut(&mut data, limit).map(|last| place.seal(&last.lane));
    Ok(HttpResponse::Ok().json(LanesView { data, next_cursor }))
}

/// Send nothing to a destination until it is resumed; everything is kept.
#[utoipa::path(
    post,
    path = "/v1/outbox/lanes/{lane}/pause",
    tag = "operations",
    params(
        ("lane" = String, Path, description = "The destination's name, such as `bureau:CNIN`"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is paused; `UNCHANGED` if it was", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn pause(
    api: web::Data<Api>,
    lane: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &lane, &posted, true).await
}

/// Send to a destination again.
#[utoipa::path(
    post,
    path = "/v1/outbox/lanes/{lane}/resume",
    tag = "operations",
    params(
        ("lane" = String, Path, description = "The destination's name, such as `bureau:CNIN`"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It goes on; `UNCHANGED` if it did", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn resume(
    api: web::Data<Api>,
    lane: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &lane, &posted, false).await
}

async fn decide(
    api: &Api,
    lane: &str,
    posted: &Posted<DecisionContent>,
    paused: bool,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<LaneRefusal>, _>(api, async |tx| {
            let changed = set_paused_in(tx, lane, paused, &note).await;
            let done = match (changed.map_err(not_decided)?, paused) {
                (false, _) => "UNCHANGED",
                (true, true) => "PAUSED",
                (true, false) => "RESUMED",
            };
            let subject = lane.to_owned();
            answer(StatusCode::OK, &DecidedView { subject, done })
        })
        .await?;
    wake(gateway);
    Ok(response)
}

impl From<LaneRefusal> for Problem {
    fn from(refusal: LaneRefusal) -> Self {
        match refusal {
            LaneRefusal::Unknown { .. } => Self::of(catalogue::NOT_FOUND),
            LaneRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
        }
    }
}
