//! `GET /v1/refunds…`, `POST /v1/payments/{id}/refunds`, `POST /v1/refunds/{number}/…`.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::domain::id::{OfficeId, PaymentId, RefundId};
use crate::domain::money::Money;
use crate::domain::refund::RefundState;
use crate::flow::progress::note;
use crate::flow::refund::decide::{APPROVAL_OF_REFUND, RefundDecision, decide, keep_for};
use crate::flow::refund::propose::{self, Proposal};
use crate::flow::refund::{self, Account, RefundRefusal, disclose_account};
use crate::http::api::Api;
use crate::http::applications::view::StepView;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::envelope::RequestContext;
use crate::http::language::Language;
use crate::http::operations::cut;
use crate::http::payments::id_of;
use crate::http::payments::refund_view::{
    AccountContent, CandidatePageView, CandidateView, ProposalContent, ReasonContent,
    RefundDetailsView, RefundPageView, RefundView,
};
use crate::http::payments::view::PaymentView;
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::refunds;
use crate::store::{approvals, history};

/// Steps of a refund shown at most.
const HISTORY_MAX: i64 = 200;
/// Refunds on a page, unless asked otherwise.
const PAGE: i64 = 50;
/// Refunds on a page at most.
const PAGE_MAX: i64 = 200;

/// Which refunds to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefundsQuery {
    /// Only those in this state.
    state: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Refunds on the page, 200 at most.
    limit: Option<i64>,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where the page before ended.
    pub(super) cursor: Option<String>,
    /// Entries on the page, 200 at most.
    pub(super) limit: Option<i64>,
}

impl PageQuery {
    pub(super) fn limit(&self) -> i64 {
        self.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX)
    }
}

/// The place of a list that is nobody's own.
pub(super) fn place<'a>(api: &'a Api, list: &'static str) -> Place<'a> {
    Place {
        list,
        office: OfficeId(Uuid::nil()),
        vault: &api.gateway.vault,
    }
}

/// Propose that money of a payment is given back; it is set aside at once.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/refunds",
    tag = "refunds",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ProposalContent,
    responses(
        (status = 201, description = "Proposed; it waits for approval", body = RefundView),
        (status = 409, description = "So much cannot be given back of it", body = ProblemView),
        (status = 422, description = "The account is missing or wrong", body = ProblemView),
    )
)]
pub(crate) async fn propose(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ProposalContent>,
) -> Result<HttpResponse, Problem> {
    let payment = id_of(&path)?;
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let content = &posted.content;
    let typed = content.account.as_ref();
    let account = typed.map(|typed| Account::typed(&typed.iban, &typed.name));
    let proposal = Proposal {
        payment,
        amount: content.amount_minor.map(Money::from_bani),
        account: account.transpose()?,
    };
    let gateway = &api.gateway;
    let prepared = propose::prepare(gateway, proposal).await?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(&content.reason));
    posted
        .carry_out(&api, async |tx| {
            let refund = propose::propose(tx, &prepared, &note).await?;
            let view = RefundView::new(&refund, Language::default());
            answer::<RefundRefusal>(StatusCode::CREATED, &view)
        })
        .await
}

/// List payments of which something may be given back.
#[utoipa::path(
    get,
    path = "/v1/refunds/candidates",
    tag = "refunds",
    params(PageQuery),
    responses((status = 200, description = "A page", body = CandidatePageView)),
)]
pub(crate) async fn candidates(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place(&api, "refund-candidates");
    let cursor = query.cursor.as_deref();
    let after: Option<PaymentId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let (found, last) = refund::candidates(&mut tx, after, query.limit()).await?;
    drop(tx);
    let view = |one: &refund::Candidate| CandidateView {
        payment: PaymentView::from(&one.payment),
        refundable_minor: one.sources.first().map_or(0, |source| source.amount.bani()),
    };
    Ok(HttpResponse::Ok().json(CandidatePageView {
        data: found.iter().map(view).collect(),
        next_cursor: last.map(|id| place.seal(&id.to_string())),
    }))
}

/// List refunds.
#[utoipa::path(
    get,
    path = "/v1/refunds",
    tag = "refunds",
    params(RefundsQuery),
    responses((status = 200, description = "A page", body = RefundPageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    request: HttpRequest,
    query: Asked<RefundsQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place(&api, "refunds");
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let state = query.state.as_deref().map(state_of).transpose()?;
    let cursor = query.cursor.as_deref();
    let after: Option<RefundId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    // One more than asked for tells whether there is a next page.
    let mut found = refunds::list(&mut tx, state, after, limit + 1).await?;
    drop(tx);
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    let language = language_of(&request);
    Ok(HttpResponse::Ok().json(RefundPageView {
        next_cursor,
        data: found
            .iter()
            .map(|one| RefundView::new(one, language))
            .collect(),
    }))
}

/// A refund, who approved it, and what happened to it.
#[utoipa::path(
    get,
    path = "/v1/refunds/{number}",
    tag = "refunds",
    params(("number" = String, Path, description = "The refund's number")),
    responses(
        (status = 200, description = "The refund", body = RefundDetailsView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let found = refunds::find_by_number(&mut tx, &path).await?;
    let refund = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let approved_by = approvals::list_persons(&mut tx, refund.id.0, APPROVAL_OF_REFUND).await?;
    let history = history::list(&mut tx, refund.id.0, HISTORY_MAX).await?;
    drop(tx);
    Ok(HttpResponse::Ok().json(RefundDetailsView {
        refund: RefundView::new(&refund, language_of(&request)),
        approved_by,
        history: history.into_iter().map(StepView::from).collect(),
    }))
}

/// Approve a refund. Above the limit, two different persons must.
#[utoipa::path(
    post,
    path = "/v1/refunds/{number}/approve",
    tag = "refunds",
    params(
        ("number" = String, Path, description = "The refund's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "Approved, or one person still has to", body = RefundView),
        (status = 403, description = "The caller is no person", body = ProblemView),
        (status = 409, description = "The same person, or its state forbids it", body = ProblemView),
    )
)]
pub(crate) async fn approve(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    carry_out(&api, &posted, &path, RefundDecision::Approve).await
}

/// Refuse a refund; its money is free again.
#[utoipa::path(
    post,
    path = "/v1/refunds/{number}/reject",
    tag = "refunds",
    params(
        ("number" = String, Path, description = "The refund's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "Rejected", body = RefundView),
        (status = 409, description = "Its state forbids it", body = ProblemView),
    )
)]
pub(crate) async fn reject(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    carry_out(&api, &posted, &path, RefundDecision::Reject).await
}

/// Withdraw a refund that the bank was not asked to pay; its money is free again.
#[utoipa::path(
    post,
    path = "/v1/refunds/{number}/withdraw",
    tag = "refunds",
    params(
        ("number" = String, Path, description = "The refund's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "Withdrawn", body = RefundView),
        (status = 409, description = "Its state forbids it", body = ProblemView),
    )
)]
pub(crate) async fn withdraw(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    carry_out(&api, &posted, &path, RefundDecision::Withdraw).await
}

/// Show the account that a refund goes to; who asks and why is recorded.
#[utoipa::path(
    post,
    path = "/v1/refunds/{number}/account",
    tag = "refunds",
    params(
        ("number" = String, Path, description = "The refund's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "The account", body = AccountContent),
        (status = 404, description = "There is no such refund", body = ProblemView),
        (status = 409, description = "The account was erased", body = ProblemView),
    )
)]
pub(crate) async fn disclose(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    // Not kept as an idempotent answer: a table holds no name.
    let actor = posted.caller.actor();
    let told = (&actor, posted.content.reason.as_str());
    let account = disclose_account(&api.gateway, &path, told).await?;
    Ok(HttpResponse::Ok().json(AccountContent {
        iban: account.iban.as_str().to_owned(),
        name: account.name,
    }))
}

async fn carry_out(
    api: &Api,
    posted: &Posted<ReasonContent>,
    number: &str,
    decision: RefundDecision,
) -> Result<HttpResponse, Problem> {
    if let Some(response) = posted.replay(api).await? {
        return Ok(response);
    }
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(&posted.content.reason));
    let keep = keep_for(gateway);
    posted
        .carry_out(api, async |tx| {
            let refund = decide(tx, number, decision, keep, &note).await?;
            let view = RefundView::new(&refund, Language::default());
            answer::<RefundRefusal>(StatusCode::OK, &view)
        })
        .await
}

fn language_of(request: &HttpRequest) -> Language {
    let context = request.extensions().get::<RequestContext>().cloned();
    context.map_or_else(Default::default, |context| context.language)
}

fn state_of(text: &str) -> Result<RefundState, Problem> {
    RefundState::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::QUERY_INVALID)
            .about("There is no such state.", "Nu există o astfel de stare.")
    })
}
