//! `GET /v1/applications/{id}/status` and `GET /v1/applications/status`: how applications stand,
//! for those who ask often.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::names::Mark;
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::caller::Caller;
use crate::http::etag;
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::applications::{Status, find_status, find_statuses};

/// Numbers in one question at most.
const NUMBERS_MAX: usize = 100;

/// How an application stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationStatus)]
pub(crate) struct StatusView {
    /// Its id.
    id: Uuid,
    /// Its number.
    #[schema(example = "CLJ-04-2026-000017")]
    number: String,
    /// The office's own reference.
    office_reference: String,
    /// Counts submissions of the same application, from 1.
    revision: i64,
    /// What has happened to it.
    #[schema(example = "AWAITING_FEE")]
    state: &'static str,
    /// What has happened to its fee.
    #[schema(example = "DUE")]
    fee_state: &'static str,
    /// Whether something about it waits for somebody's decision.
    held: bool,
    /// The last day of the legal term.
    deadline_on: NaiveDate,
    /// When anything about it changed last.
    updated_at: DateTime<Utc>,
    /// Counts changes.
    version: i64,
    /// The ETag of the application as a whole.
    #[schema(example = "\"4.0.0\"")]
    etag: String,
}

impl From<Status> for StatusView {
    fn from(status: Status) -> Self {
        Self {
            etag: tag_of(&status),
            id: status.id.0,
            number: status.number,
            office_reference: status.office_reference,
            revision: status.revision,
            state: status.state.as_str(),
            fee_state: status.fee_state.as_str(),
            held: status.open_holds > 0,
            deadline_on: status.deadline_on,
            updated_at: status.updated_at,
            version: status.version,
        }
    }
}

/// The tag of the application, the same as of its full view.
fn tag_of(status: &Status) -> String {
    etag::tag(status.version, status.holds, status.open_holds)
}

/// How an application stands.
///
/// The same ETag as the application's own: with `If-None-Match`, one that has not changed is
/// answered by 304.
#[utoipa::path(
    get,
    path = "/v1/applications/{id}/status",
    tag = "applications",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the office has"),
    ),
    responses(
        (status = 200, description = "How it stands", body = StatusView),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is none, or it is another office's", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (office, id) = (caller.office()?, id_of(&path)?);
    let found = find_status(api.gateway.store.glance()?, office, id).await?;
    let status = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let tag = tag_of(&status);
    Ok(etag::of_version(&request, tag, || StatusView::from(status)))
}

/// Of which applications to tell.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatusQuery {
    /// Their numbers, 100 at most, with commas between.
    #[param(example = "CLJ-04-2026-000017,CLJ-04-2026-000018")]
    numbers: String,
}

/// How several applications stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationStatuses)]
pub(crate) struct StatusesView {
    /// The applications, by number.
    data: Vec<StatusView>,
    /// The numbers under which the office has no application.
    unknown: Vec<String>,
}

/// How several applications stand, by their numbers.
///
/// With `If-None-Match`, a list in which nothing has changed is answered by 304.
#[utoipa::path(
    get,
    path = "/v1/applications/status",
    tag = "applications",
    params(
        StatusQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the office has"),
    ),
    responses(
        (status = 200, description = "How they stand", body = StatusesView),
        (status = 304, description = "Nothing has changed"),
    )
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    query: Asked<StatusQuery>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let asked: Vec<&str> = query.numbers.split(',').map(str::trim).collect();
    if asked.len() > NUMBERS_MAX {
        return Err(Problem::of(catalogue::QUERY_INVALID).about(
            format!("At most {NUMBERS_MAX} numbers are taken."),
            format!("Se acceptă cel mult {NUMBERS_MAX} de numere."),
        ));
    }
    // What cannot be a number is nothing to ask a database for.
    let is_number = |text: &&str| Mark::parse(text).is_some();
    let numbers: Vec<&str> = asked.iter().copied().filter(is_number).collect();
    let found = find_statuses(api.gateway.store.glance()?, office, &numbers).await?;
    let is_unknown = |text: &&&str| !found.iter().any(|one| one.number == **text);
    let unknown = asked.iter().filter(is_unknown).map(|one| (*one).to_owned());
    let view = StatusesView {
        unknown: unknown.collect(),
        data: found.into_iter().map(StatusView::from).collect(),
    };
    etag::answer(&request, &view)
}
