//! `GET /v1/payments/report`.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::calendar::bucharest_day;
use crate::domain::payment::Channel;
use crate::flow::draw_report::{ReportRefusal, ReportRequest, draw_report};
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::payments::report_view::ReportView;
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;

/// Which days to reconcile.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The first day, in Romania.
    from: NaiveDate,
    /// The last day; 92 days at most.
    to: NaiveDate,
    /// Only this channel: `CEC` or `SELFPAY`.
    channel: Option<String>,
}

/// How the money of some days stands: invariants, sums per day, and every row of every leg.
#[utoipa::path(
    get,
    path = "/v1/payments/report",
    tag = "payments",
    params(ReportQuery),
    responses(
        (status = 200, description = "The report", body = ReportView),
        (status = 400, description = "Not these days", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ReportQuery>,
) -> Result<HttpResponse, Problem> {
    let channel = query.channel.as_deref().map(channel_of).transpose()?;
    let request = ReportRequest::new(query.from, query.to, channel)?;
    let today = bucharest_day(api.gateway.clock.now());
    let mut tx = api.gateway.store.read().await?;
    let report = draw_report(&mut tx, &request, today).await?;
    Ok(HttpResponse::Ok().json(ReportView::from(report)))
}

pub(super) fn channel_of(text: &str) -> Result<Channel, Problem> {
    Channel::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::QUERY_INVALID)
            .about("There is no such channel.", "Nu există un astfel de canal.")
    })
}

impl From<ReportRefusal> for Problem {
    fn from(refusal: ReportRefusal) -> Self {
        let problem = Self::of(catalogue::QUERY_INVALID);
        match refusal {
            ReportRefusal::Backwards => problem.about(
                "The last day lies before the first.",
                "Ultima zi este înaintea primei zile.",
            ),
            ReportRefusal::TooLong => problem.about(
                "A report spans 92 days at most.",
                "Un raport cuprinde cel mult 92 de zile.",
            ),
        }
    }
}
