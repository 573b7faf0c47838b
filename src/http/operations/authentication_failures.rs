//! `GET /v1/operations/authentication-failures`: who could not prove who it is.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::{cut, page_limit, place};
use crate::http::problems::Problem;
use crate::http::query::Asked;
use crate::store::authentication_failures::{self, Failures, Position};

/// Which failures to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// From when on; else of the last 24 hours.
    since: Option<DateTime<Utc>>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Rows on the page, 200 at most.
    limit: Option<i64>,
}

/// Failures of one kind within one minute.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthenticationFailures)]
pub(crate) struct FailureView {
    /// The minute.
    pub(crate) minute: DateTime<Utc>,
    /// The address of the connection; null where it is not known, or where there were too many to tell
    /// apart.
    pub(crate) address: Option<String>,
    /// Why.
    #[schema(value_type = String, example = "UNKNOWN")]
    pub(crate) cause: &'static str,
    /// `credential:ID`, `certificate:` and the SHA-256 of its public key, or null.
    pub(crate) who: Option<String>,
    /// How many.
    pub(crate) occurrences: i64,
    /// The first of them.
    pub(crate) first_at: DateTime<Utc>,
    /// The last of them.
    pub(crate) last_at: DateTime<Utc>,
}

impl From<Failures> for FailureView {
    fn from(failures: Failures) -> Self {
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            minute: failures.minute,
            address: known(failures.address),
            cause: failures.cause.as_str(),
            who: known(failures.who),
            occurrences: failures.occurrences,
            first_at: failures.first_at,
            last_at: failures.last_at,
        }
    }
}

/// A page of failures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthenticationFailuresPage)]
pub(crate) struct PageView {
    /// The failures, the latest first.
    data: Vec<FailureView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List failed authentications, counted by minute, address and cause.
#[utoipa::path(
    get,
    path = "/v1/operations/authentication-failures",
    tag = "operations",
    params(ListQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("authentication-failures", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let day_before = || api.gateway.clock.now() - TimeDelta::hours(24);
    let since = query.since.unwrap_or_else(day_before);
    let cursor = query.cursor.as_deref();
    let before: Option<Position> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found =
        authentication_failures::list_since(&mut tx, since, before.as_ref(), limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.position().to_string()));
    Ok(HttpResponse::Ok().json(PageView {
        data: found.into_iter().map(FailureView::from).collect(),
        next_cursor,
    }))
}
