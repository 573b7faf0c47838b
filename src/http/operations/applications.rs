//! `/v1/operations/applications`: every office's applications, and what operators decide about
//! them. Offices have `/v1/applications`, which is their own.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::flow::cancel_application::{CancelRefusal, cancel as cancel_in};
use crate::flow::extend_term::{ExtendRefusal, Extension, extend_term_in};
use crate::flow::progress::note;
use crate::flow::set_aside_application::{SetAsideRefusal, set_aside_in};
use crate::flow::withdraw_application::{WithdrawRefusal, WithdrawalReason};
use crate::http::api::Api;
use crate::http::applications::extend::ExtensionContent;
use crate::http::caller::Caller;
use crate::http::etag::{self, seen_version};
use crate::http::operations::application_search::{ApplicationsQuery, find_wanted};
use crate::http::operations::application_view::{
    ApplicationRecord, ApplicationSummary, OfficeCodes, read_application,
};
use crate::http::operations::{
    DecidedView, DecisionContent, NotDecided, cut, not_decided, page_limit, place,
};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::applications;

/// A page of every office's applications.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationSummaryPage)]
pub(crate) struct PageView {
    /// The applications, in the order of their arrival.
    data: Vec<ApplicationSummary>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List applications of all offices, narrowed by what is known of them.
///
/// A number or a reference names one application, so nothing else narrows beside it; an office's
/// reference is unique within the office alone, which is named with it.
#[utoipa::path(
    get,
    path = "/v1/operations/applications",
    tag = "operations",
    params(ApplicationsQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ApplicationsQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("operations-applications", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let today = api.gateway.clock.today();
    let mut tx = api.gateway.store.read().await?;
    let mut found = find_wanted(&mut tx, &query, &place, limit + 1, today).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    let codes = OfficeCodes::read(&mut tx).await?;
    let summary = |one| ApplicationSummary::new(one, &codes);
    Ok(HttpResponse::Ok().json(PageView {
        data: found.iter().map(summary).collect(),
        next_cursor,
    }))
}

/// Show an application with its fee, payments, order lines, holds and history, without the person.
///
/// With `If-None-Match` an application that has not changed is answered by 304.
#[utoipa::path(
    get,
    path = "/v1/operations/applications/{number}",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The application's number or id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the caller has"),
    ),
    responses(
        (status = 200, description = "The application", body = ApplicationRecord),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    request: HttpRequest,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let found = applications::find_by_name(&mut tx, &number).await?;
    let found = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let record = read_application(&mut tx, found).await?;
    drop(tx);
    let open = record.holds.iter().filter(|hold| hold.closed_at.is_none());
    let tag = etag::tag(record.summary.version, record.holds.len(), open.count());
    Ok(etag::of_version(&request, tag, || record))
}

/// Set an application aside until an operator has decided about its hold (`/v1/holds`).
#[utoipa::path(
    post,
    path = "/v1/operations/applications/{number}/hold",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The application's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the operator saw"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It waits for a decision", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
        (status = 412, description = "It has changed meanwhile", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn hold(
    api: web::Data<Api>,
    request: HttpRequest,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let version = seen_version(&request)?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    posted
        .carry_out::<NotDecided<SetAsideRefusal>, _>(&api, async |tx| {
            let set_aside = set_aside_in(tx, &number, version, &note).await;
            set_aside.map_err(not_decided)?;
            answer(StatusCode::OK, &decided(&number, "HELD"))
        })
        .await
}

/// A decision to end an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Cancellation)]
pub(crate) struct CancelContent {
    /// Under which reason its office is told: `WITHDRAWN` (the default) or `HOLDER_DECEASED`.
    #[schema(example = "WITHDRAWN")]
    cause: Option<String>,
    /// Why, in words without personal data; it stands in the history.
    #[schema(example = "the office asked for it by telephone")]
    reason: String,
}

/// End an application for its office; one that is ordered waits for the bureau's word.
///
/// The answer says which: `CANCELLED` or `CANCEL_REQUESTED`.
#[utoipa::path(
    post,
    path = "/v1/operations/applications/{number}/cancel",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The application's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the operator saw"),
    ),
    request_body = CancelContent,
    responses(
        (status = 200, description = "It has ended, or its end is asked for", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
        (status = 412, description = "It has changed meanwhile", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn cancel(
    api: web::Data<Api>,
    request: HttpRequest,
    number: web::Path<String>,
    posted: Posted<CancelContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let (version, cause) = (seen_version(&request)?, cause_of(&posted.content)?);
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    posted
        .carry_out::<NotDecided<CancelRefusal>, _>(&api, async |tx| {
            let ended = cancel_in(tx, &number, version, cause, &note).await;
            let state = ended.map_err(not_decided)?.state;
            answer(StatusCode::OK, &decided(&number, state.as_str()))
        })
        .await
}

/// Extend the legal term of an application, once, by at most 15 days (OUG 97/2005, art. 15 (5)).
#[utoipa::path(
    post,
    path = "/v1/operations/applications/{number}/extension",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The application's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the operator saw"),
    ),
    request_body = ExtensionContent,
    responses(
        (status = 200, description = "Extended", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 409, description = "It was extended before, or it has ended", body = ProblemView),
        (status = 412, description = "It has changed meanwhile", body = ProblemView),
        (status = 422, description = "The days or the reason are not valid", body = ProblemView),
    )
)]
pub(crate) async fn extend(
    api: web::Data<Api>,
    request: HttpRequest,
    number: web::Path<String>,
    posted: Posted<ExtensionContent>,
) -> Result<HttpResponse, Problem> {
    let extension = Extension {
        application: &number,
        office: None,
        version: seen_version(&request)?,
        days: posted.content.days,
    };
    let actor = posted.caller.actor();
    let note = note(&api.gateway, &actor, Some(posted.content.reason.trim()));
    posted
        .carry_out::<NotDecided<ExtendRefusal>, _>(&api, async |tx| {
            let extended = extend_term_in(tx, extension, &note).await;
            extended.map_err(not_decided)?;
            answer(StatusCode::OK, &decided(&number, "EXTENDED"))
        })
        .await
}

fn cause_of(content: &CancelContent) -> Result<WithdrawalReason, Problem> {
    let Some(cause) = content.cause.as_deref() else {
        return Ok(WithdrawalReason::Withdrawn);
    };
    WithdrawalReason::parse(cause)
        .map_err(|_unknown| Problem::unknown_code("/cause", WithdrawalReason::ALL))
}

fn decided(number: &str, done: &'static str) -> DecidedView {
    DecidedView {
        subject: number.to_owned(),
        done,
    }
}

fn not_now(state: impl std::fmt::Display) -> Problem {
    Problem::of(catalogue::DECISION_NOT_POSSIBLE).about(
        format!("The application is {state}."),
        format!("Starea cererii este {state}."),
    )
}

impl From<SetAsideRefusal> for Problem {
    fn from(refusal: SetAsideRefusal) -> Self {
        match refusal {
            SetAsideRefusal::Unknown { .. } => Self::of(catalogue::NOT_FOUND),
            SetAsideRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            SetAsideRefusal::NotNow { state, .. } => not_now(state),
            SetAsideRefusal::Changed => Self::of(catalogue::CHANGED_MEANWHILE),
        }
    }
}

impl From<CancelRefusal> for Problem {
    fn from(refusal: CancelRefusal) -> Self {
        match refusal {
            CancelRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            // An operator is told nothing of asking an operator.
            CancelRefusal::Withdrawal(WithdrawRefusal::TooLate { state }) => not_now(state),
            CancelRefusal::Withdrawal(refusal) => refusal.into(),
        }
    }
}
