//! `/v1/operations/causes`: failed orders by their cause, and one decision for all of them.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::cause::Cause;
use crate::domain::id::{CauseDecisionId, OrderId};
use crate::domain::order_action::OrderAction;
use crate::flow::causes::{self, CauseRefusal, NewCauseDecision, decide_in, read_decision, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::cause_view::{
    CauseDecisionView, CauseView, FailedOrderView, PreviewView, read_cause, read_causes,
    read_failed,
};
use crate::http::operations::{NotDecided, cut, not_decided, page_limit, place};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;

/// Every cause for which something waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Causes)]
pub(crate) struct CausesView {
    /// The causes.
    data: Vec<CauseView>,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Orders on the page, 200 at most.
    limit: Option<i64>,
}

/// A cause and a page of its orders.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CausePage)]
pub(crate) struct CausePageView {
    /// The cause.
    cause: CauseView,
    /// Orders that wait for it.
    data: Vec<FailedOrderView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// What is to be done with orders of a cause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CauseChoice)]
pub(crate) struct ChoiceContent {
    /// What is done with each order.
    #[schema(example = "RESIGN")]
    action: String,
    /// Numbers of orders that wait for the cause; without them, all of it.
    #[serde(default)]
    orders: Vec<String>,
    /// The lines in doubt, for the split of one order; without them, those that the bureau names.
    #[serde(default)]
    lines: Vec<i64>,
}

/// A decision about orders of a cause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CauseDecisionRequest)]
pub(crate) struct DecisionContent {
    /// What is done with each order.
    #[schema(example = "RESIGN")]
    action: String,
    /// Numbers of orders that wait for the cause; without them, all of it.
    #[serde(default)]
    orders: Vec<String>,
    /// The lines in doubt, for the split of one order; without them, those that the bureau names.
    #[serde(default)]
    lines: Vec<i64>,
    /// Why, in words without personal data; it stands in the history of every order.
    #[schema(example = "the certificate was renewed on Monday")]
    reason: String,
}

/// List the causes for which orders or lines wait.
#[utoipa::path(
    get,
    path = "/v1/operations/causes",
    tag = "operations",
    responses((status = 200, description = "The causes", body = CausesView)),
)]
pub(crate) async fn list(api: web::Data<Api>, _caller: Caller) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let data = read_causes(&mut tx).await?;
    Ok(HttpResponse::Ok().json(CausesView { data }))
}

/// Show a cause and the orders that wait for it.
#[utoipa::path(
    get,
    path = "/v1/operations/causes/{cause}",
    tag = "operations",
    params(("cause" = String, Path, description = "The cause, such as `CERTIFICATE`"), PageQuery),
    responses(
        (status = 200, description = "The cause and a page", body = CausePageView),
        (status = 404, description = "There is no such cause", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    cause: web::Path<String>,
    query: Asked<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let cause = cause_of(&cause)?;
    let place = place("causes", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let cursor = query.cursor.as_deref();
    let after: Option<OrderId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut data = read_failed(&mut tx, cause, after, limit + 1).await?;
    let next_cursor = cut(&mut data, limit).map(|last| place.seal(&last.summary.id.to_string()));
    let cause = read_cause(&mut tx, cause).await?;
    Ok(HttpResponse::Ok().json(CausePageView {
        cause,
        data,
        next_cursor,
    }))
}

/// Show what a decision would do with each order, and with which it is not possible; changes
/// nothing.
#[utoipa::path(
    post,
    path = "/v1/operations/causes/{cause}/preview",
    tag = "operations",
    params(
        ("cause" = String, Path, description = "The cause, such as `CERTIFICATE`"),
        ("Idempotency-Key" = String, Header, description = "Any; a preview is read anew each time"),
    ),
    request_body = ChoiceContent,
    responses(
        (status = 200, description = "What would happen", body = PreviewView),
        (status = 409, description = "An order does not wait for the cause", body = ProblemView),
    )
)]
pub(crate) async fn preview(
    api: web::Data<Api>,
    cause: web::Path<String>,
    posted: Posted<ChoiceContent>,
) -> Result<HttpResponse, Problem> {
    let content = &posted.content;
    let new = NewCauseDecision {
        cause: cause_of(&cause)?,
        action: action_of(&content.action)?,
        orders: content.orders.clone(),
        lines: content.lines.clone(),
    };
    let mut tx = api.gateway.store.read().await?;
    let all = causes::preview(&mut tx, &new).await?;
    Ok(HttpResponse::Ok().json(PreviewView::new(new.cause, new.action, &all)))
}

/// Decide about all orders of a cause, or some of them. They are dealt with one by one, at once, by
/// the workers; what became of each is read at the decision.
#[utoipa::path(
    post,
    path = "/v1/operations/causes/{cause}/decisions",
    tag = "operations",
    params(
        ("cause" = String, Path, description = "The cause, such as `CERTIFICATE`"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 202, description = "Written down; its orders wait", body = CauseDecisionView),
        (status = 409, description = "Nothing waits for the cause, or not this order", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn decide(
    api: web::Data<Api>,
    cause: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let content = &posted.content;
    let new = NewCauseDecision {
        cause: cause_of(&cause)?,
        action: action_of(&content.action)?,
        orders: content.orders.clone(),
        lines: content.lines.clone(),
    };
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<CauseRefusal>, _>(&api, async |tx| {
            let decided = decide_in(tx, &new, &note).await.map_err(not_decided)?;
            let read = read_decision(tx, decided.id).await?;
            let (decision, orders) = read.unwrap_or((decided, Vec::new()));
            let view = CauseDecisionView::new(decision, orders);
            answer(StatusCode::ACCEPTED, &view)
        })
        .await?;
    wake(gateway);
    Ok(response)
}

/// Show a decision about a cause and what became of its orders so far.
#[utoipa::path(
    get,
    path = "/v1/operations/cause-decisions/{id}",
    tag = "operations",
    params(("id" = String, Path, description = "The decision's id")),
    responses(
        (status = 200, description = "The decision", body = CauseDecisionView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn decision(
    api: web::Data<Api>,
    _caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let missing = || Problem::of(catalogue::NOT_FOUND);
    let id: CauseDecisionId = id
        .parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))?;
    let mut tx = api.gateway.store.read().await?;
    let (decision, orders) = read_decision(&mut tx, id).await?.ok_or_else(missing)?;
    Ok(HttpResponse::Ok().json(CauseDecisionView::new(decision, orders)))
}

fn cause_of(text: &str) -> Result<Cause, Problem> {
    let parsed = Cause::parse(&text.to_uppercase());
    parsed.map_err(|_unknown| Problem::of(catalogue::NOT_FOUND))
}

fn action_of(text: &str) -> Result<OrderAction, Problem> {
    OrderAction::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::DECISION_NOT_POSSIBLE)
            .about("There is no such action.", "Nu există o astfel de acțiune.")
    })
}

impl From<CauseRefusal> for Problem {
    fn from(refusal: CauseRefusal) -> Self {
        let not_possible = Self::of(catalogue::DECISION_NOT_POSSIBLE);
        match refusal {
            CauseRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            CauseRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            CauseRefusal::NotOfCause { number, cause } => not_possible.about(
                format!("The order {number} does not wait for the cause {cause}."),
                format!("Comanda {number} nu așteaptă din cauza {cause}."),
            ),
            CauseRefusal::Empty { cause } => not_possible.about(
                format!("No order waits for the cause {cause}."),
                format!("Nicio comandă nu așteaptă din cauza {cause}."),
            ),
            CauseRefusal::Moved { before, now } => not_possible.about(
                format!("It was decided about {before} orders, and {now} wait now."),
                format!("S-a decis despre {before} comenzi, iar acum așteaptă {now}."),
            ),
            CauseRefusal::LinesOfSeveral => not_possible.about(
                "Lines can be named for one order only.",
                "Pozițiile pot fi indicate numai pentru o singură comandă.",
            ),
        }
    }
}
