//! `/v1/operations/reconciliations`: what the nightly comparison with the bureau found.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::reconciliation::Difference;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::store::{StoreError, Tx, orders, reconciliations};

/// Lines that are listed at most.
const FINDINGS_MAX: i64 = 10_000;

/// One night's comparison of all open orders with the bureau.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReconciliationView {
    /// The day in Romania whose night it is.
    pub night: NaiveDate,
    /// When the first order was asked about.
    pub begun_at: DateTime<Utc>,
    /// When the bureau had been asked about all of them; null while some are left.
    pub asked_at: Option<DateTime<Utc>>,
    /// Orders that the bureau was asked about.
    pub asked: i64,
    /// Those of them that it answered.
    pub answered: i64,
    /// Lines that were ordered and that the bureau does not know.
    pub missing: usize,
    /// Lines that the bureau names and that were never ordered.
    pub extra: usize,
    /// Lines of which the bureau says now what it did not say before.
    pub contradicting: usize,
    /// Each of these lines.
    pub findings: Vec<FindingView>,
}

/// A line about which gateway and bureau differ.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationFinding)]
pub struct FindingView {
    /// The order's number.
    pub order: String,
    /// The place of the line.
    pub line_no: i64,
    /// The application, as whoever names the line calls it.
    pub application: String,
    /// `MISSING`, `EXTRA` or `CONTRADICTING`.
    #[schema(example = "MISSING")]
    pub difference: String,
    /// In words.
    pub detail: String,
}

/// Reads what is known of a night, or of the last one.
pub async fn read_night(
    tx: &mut Tx,
    night: Option<NaiveDate>,
) -> Result<Option<ReconciliationView>, StoreError> {
    let found = match night {
        Some(night) => reconciliations::find(tx, night).await?,
        None => reconciliations::find_last(tx).await?,
    };
    let Some(night) = found else {
        return Ok(None);
    };
    let tally = reconciliations::tally(tx, night.night).await?;
    let found = reconciliations::list_findings(tx, night.night, FINDINGS_MAX).await?;
    let count = |wanted| found.iter().filter(|one| one.difference == wanted).count();
    let (missing, extra, contradicting) = (
        count(Difference::Missing),
        count(Difference::Extra),
        count(Difference::Contradicting),
    );
    let mut findings = Vec::with_capacity(found.len());
    for one in found {
        let order = orders::find(tx, one.order).await?;
        findings.push(FindingView {
            order: order.map(|order| order.number).unwrap_or_default(),
            line_no: one.line_no,
            application: one.application_number,
            difference: one.difference.to_string(),
            detail: one.detail,
        });
    }
    Ok(Some(ReconciliationView {
        night: night.night,
        begun_at: night.begun_at,
        asked_at: night.asked_at,
        asked: tally.asked,
        answered: tally.answered,
        missing,
        extra,
        contradicting,
        findings,
    }))
}

/// Show what a night's comparison found.
#[utoipa::path(
    get,
    path = "/v1/operations/reconciliations/{date}",
    tag = "operations",
    params(("date" = String, Path, description = "The day in Romania, as 2026-11-02")),
    responses(
        (status = 200, description = "The night", body = ReconciliationView),
        (status = 404, description = "Nothing was compared that night", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    date: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let night = date
        .parse()
        .map_err(|_no_date| Problem::of(catalogue::NOT_FOUND))?;
    let mut tx = api.gateway.store.read().await?;
    let found = read_night(&mut tx, Some(night)).await?;
    let found = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(found))
}
