//! `GET /v1/applications` and `GET /v1/applications/{id}`.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::header::{ETAG, HeaderValue, LINK, VARY};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::application::{ApplicationState, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::names::Mark;
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::applications::view::{ApplicationView, DetailsView};
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::envelope::RequestContext;
use crate::http::etag;
use crate::http::operations::cut;
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::{Asked, code};
use crate::store::applications::{self, Application, WantedByOffice};
use crate::store::{Tx, history, holds};

/// Steps of an application shown at most; one has about 20.
const HISTORY_MAX: i64 = 500;
/// Holds of an application shown at most.
const HOLDS_MAX: i64 = 100;
/// Applications on a page, unless asked otherwise.
const PAGE: i64 = 50;
/// Applications on a page at most.
const PAGE_MAX: i64 = 200;

/// What an application's office and its office of collection may read.
///
/// With `If-None-Match` an application that has not changed is answered by 304.
#[utoipa::path(
    get,
    path = "/v1/applications/{id}",
    tag = "applications",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the office has"),
    ),
    responses(
        (status = 200, description = "The application", body = DetailsView),
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
    let mut tx = api.gateway.store.read().await?;
    let application = applications::find(&mut tx, id)
        .await?
        .filter(|found| found.office == office || found.collect_office == office)
        .ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let holds = holds::list_of(&mut tx, id.0, HOLDS_MAX).await?;
    let open = holds.iter().filter(|hold| hold.closed_at.is_none()).count();
    let tag = etag::tag(application.version, holds.len(), open);
    if etag::is_known(&request, &tag) {
        return Ok(etag::unchanged(tag));
    }
    let history = history::list(&mut tx, id.0, HISTORY_MAX).await?;
    drop(tx);
    let language = request
        .extensions()
        .get::<RequestContext>()
        .map_or_else(Default::default, |context| context.language);
    let view = ApplicationView::try_from(&application)?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((VARY, "Accept-Language"))
        .json(DetailsView::new(view, history, &holds, language)))
}

/// Which applications to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only the one of this number; what narrows the list otherwise is then not asked.
    number: Option<String>,
    /// Only the one of this reference of the office's own.
    office_reference: Option<String>,
    /// Those whose card is collected at this office, whoever handed them in, instead of those that
    /// it handed in. With `state=UNCLAIMED`: the cards that nobody came for within the term.
    collected_here: Option<bool>,
    /// Only those in this state.
    state: Option<String>,
    /// Only those whose fee is in this state.
    fee_state: Option<String>,
    /// Only those that ask for this kind of document.
    product: Option<String>,
    /// Only those taken in at this instant or later (RFC 3339).
    received_from: Option<DateTime<Utc>>,
    /// Only those taken in before this instant.
    received_before: Option<DateTime<Utc>>,
    /// Only those whose legal term ends before this day.
    deadline_before: Option<NaiveDate>,
    /// Only those of which anything changed at this instant or later.
    changed_since: Option<DateTime<Utc>>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Applications on the page, 200 at most.
    limit: Option<i64>,
}

impl ListQuery {
    /// What narrows the list.
    fn wanted(&self) -> Result<WantedByOffice, Problem> {
        Ok(WantedByOffice {
            collected_here: self.collected_here.unwrap_or(false),
            state: code("state", self.state.as_deref(), ApplicationState::parse)?,
            fee_state: code("fee_state", self.fee_state.as_deref(), FeeState::parse)?,
            product: code("product", self.product.as_deref(), Product::parse)?,
            received_from: self.received_from,
            received_before: self.received_before,
            deadline_before: self.deadline_before,
            changed_since: self.changed_since,
        })
    }
}

/// A page of applications.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationPage)]
pub(crate) struct PageView {
    /// The applications, in the order of their arrival.
    data: Vec<ApplicationView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List the office's applications.
///
/// With `If-None-Match`, a page on which nothing has changed is answered by 304.
#[utoipa::path(
    get,
    path = "/v1/applications",
    tag = "applications",
    params(
        ListQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the office has"),
    ),
    responses(
        (status = 200, description = "A page", body = PageView),
        (status = 304, description = "Nothing has changed"),
    ),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let place = Place {
        list: "applications",
        office,
        vault: &api.gateway.vault,
    };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let wanted = query.wanted()?;
    let after: Option<ApplicationId> = place.opened(query.cursor.as_deref())?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = if query.number.is_some() || query.office_reference.is_some() {
        find_one(&mut tx, office, &query)
            .await?
            .into_iter()
            .collect()
    } else {
        // One more than asked for tells whether there is a next page.
        applications::list_of_office(&mut tx, office, &wanted, after, limit + 1).await?
    };
    drop(tx);
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    let data: Result<Vec<_>, _> = found.iter().map(ApplicationView::try_from).collect();
    let link = next_cursor
        .as_deref()
        .map(|cursor| next_page(&request, limit, cursor));
    let view = PageView {
        data: data?,
        next_cursor,
    };
    let mut response = etag::answer(&request, &view)?;
    if let Some(link) = link.transpose()? {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

/// The link to the next page (RFC 8288), narrowed as this one is.
fn next_page(request: &HttpRequest, limit: i64, cursor: &str) -> Result<HeaderValue, Problem> {
    let is_paging = |pair: &&str| pair.starts_with("limit=") || pair.starts_with("cursor=");
    let narrowed = request.query_string().split('&');
    let mut link = format!("</v1/applications?limit={limit}&cursor={cursor}");
    for pair in narrowed.filter(|pair| !pair.is_empty() && !is_paging(pair)) {
        link = format!("{link}&{pair}");
    }
    let link = format!("{link}>; rel=\"next\"");
    HeaderValue::from_str(&link).map_err(|error| Problem::broken(error.into()))
}

/// Finds the office's application by number or by its own reference.
async fn find_one(
    tx: &mut Tx,
    office: OfficeId,
    query: &ListQuery,
) -> Result<Option<Application>, Problem> {
    // What cannot be a number or a reference is nothing to ask a database for.
    let mark = |text: &Option<String>| text.as_deref().and_then(Mark::parse);
    let found = match (mark(&query.number), mark(&query.office_reference)) {
        (Some(number), _) => applications::find_by_number(tx, number.as_str()).await?,
        (None, Some(reference)) => {
            applications::find_by_office_reference(tx, office, reference.as_str()).await?
        }
        (None, None) => None,
    };
    Ok(found.filter(|found| found.office == office))
}
