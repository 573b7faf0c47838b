//! `/v1/outbox`: destinations of messages, and messages that could not be delivered.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::view::{DeadLetterView, LaneView, read_dead};
use crate::http::operations::{PAGE, PAGE_MAX, cut, place};
use crate::http::problems::Problem;
use crate::store::outbox;

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
    query: web::Query<LanesQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("lanes", &api.gateway.vault);
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let cursor = query.cursor.as_deref();
    let after: Option<String> = cursor.map(|cursor| place.open(cursor)).transpose()?;
    let mut tx = api.gateway.store.read().await?;
    let after = after.unwrap_or_default();
    let mut found = outbox::list_lanes(&mut tx, &after, limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.lane));
    Ok(HttpResponse::Ok().json(LanesView {
        data: found.into_iter().map(LaneView::from).collect(),
        next_cursor,
    }))
}

/// How many messages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadQuery {
    /// Messages, 200 at most.
    limit: Option<i64>,
}

/// Messages that could not be delivered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLetters)]
pub(crate) struct DeadView {
    /// Those that nobody has decided about, in the order of their death.
    data: Vec<DeadLetterView>,
}

/// List messages that could not be delivered. Decide about them by their orders.
#[utoipa::path(
    get,
    path = "/v1/outbox/dead",
    tag = "operations",
    params(DeadQuery),
    responses((status = 200, description = "The messages", body = DeadView)),
)]
pub(crate) async fn dead(
    api: web::Data<Api>,
    _caller: Caller,
    query: web::Query<DeadQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let mut tx = api.gateway.store.read().await?;
    let data = read_dead(&mut tx, limit).await?;
    Ok(HttpResponse::Ok().json(DeadView { data }))
}
