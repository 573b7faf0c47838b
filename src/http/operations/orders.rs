//! `/v1/orders`: what was asked of the bureau, and what operators decide about it.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::id::OrderId;
use crate::domain::order::OrderState;
use crate::domain::order_action::OrderAction;
use crate::flow::decide_order::{OrderDecision, OrderRefusal, decide_in, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::view::{OrderSummary, OrderView, read_order};
use crate::http::operations::{
    DecidedView, DecisionContent, NotDecided, cut, not_decided, page_limit, place,
};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::orders;

/// Which orders to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state.
    state: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Orders on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderPage)]
pub(crate) struct PageView {
    /// The orders, in the order of their opening.
    data: Vec<OrderSummary>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List orders.
#[utoipa::path(
    get,
    path = "/v1/orders",
    tag = "operations",
    params(ListQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("orders", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let state = query.state.as_deref().map(state_of).transpose()?;
    let cursor = query.cursor.as_deref();
    let after: Option<OrderId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = orders::list(&mut tx, state, after, limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    Ok(HttpResponse::Ok().json(PageView {
        data: found.iter().map(OrderSummary::from).collect(),
        next_cursor,
    }))
}

fn state_of(text: &str) -> Result<OrderState, Problem> {
    OrderState::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::QUERY_INVALID)
            .about("There is no such state.", "Nu există o astfel de stare.")
    })
}

/// Show an order with its lines, its holds and its history.
#[utoipa::path(
    get,
    path = "/v1/orders/{number}",
    tag = "operations",
    params(("number" = String, Path, description = "The order's number or id")),
    responses(
        (status = 200, description = "The order", body = OrderView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let order = read_order(&mut tx, &number).await?;
    let order = order.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(order))
}

/// Send the same bytes again.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/resend",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is in the outbox again", body = DecidedView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn resend(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &number, &posted, (OrderAction::Resend, &[]), &reason).await
}

/// Give up an order that the bureau does not hold; its applications are ready again.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/give-up",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is given up", body = DecidedView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn give_up(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &number, &posted, (OrderAction::GiveUp, &[]), &reason).await
}

/// A decision to split an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Split)]
pub(crate) struct SplitContent {
    /// The lines whose applications are set aside.
    #[schema(example = json!([3, 17]))]
    lines: Vec<i64>,
    /// Why, in words without personal data; it stands in the history.
    reason: String,
}

/// Set some applications of an order aside, and send the others out in a new order at once.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/split",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = SplitContent,
    responses(
        (status = 200, description = "It is given up", body = DecidedView),
        (status = 404, description = "There is no such order or line", body = ProblemView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn split(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<SplitContent>,
) -> Result<HttpResponse, Problem> {
    let (lines, reason) = (posted.content.lines.clone(), posted.content.reason.clone());
    carry_out(
        &api,
        &number,
        &posted,
        (OrderAction::Split, &lines),
        &reason,
    )
    .await
}

/// Write the same lines into a new order, signed with the current key; the old one is given up.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/resign",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "A new order stands in its place", body = DecidedView),
        (status = 409, description = "The bureau may hold it, or its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn resign(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &number, &posted, (OrderAction::Resign, &[]), &reason).await
}

/// Take an order out of all automatic sending until it is released.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/quarantine",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is sent no more", body = DecidedView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn quarantine(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(
        &api,
        &number,
        &posted,
        (OrderAction::Quarantine, &[]),
        &reason,
    )
    .await
}

/// End a quarantine; of an order that was split, let go what was set aside.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/release",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It goes on", body = DecidedView),
        (status = 409, description = "Nothing of it is held", body = ProblemView),
    )
)]
pub(crate) async fn release(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &number, &posted, (OrderAction::Release, &[]), &reason).await
}

async fn carry_out<T>(
    api: &Api,
    number: &str,
    posted: &Posted<T>,
    (action, lines): (OrderAction, &[i64]),
    reason: &str,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(reason.trim()));
    let decision = OrderDecision { action, lines };
    let response = posted
        .carry_out::<NotDecided<OrderRefusal>, _>(api, async |tx| {
            let decided = decide_in(tx, gateway, number, decision, &note).await;
            decided.map_err(not_decided)?;
            let (subject, done) = (number.to_owned(), done(action));
            answer(StatusCode::OK, &DecidedView { subject, done })
        })
        .await?;
    wake(gateway);
    Ok(response)
}

const fn done(action: OrderAction) -> &'static str {
    match action {
        OrderAction::Resend => "RESENT",
        OrderAction::Resign => "RESIGNED",
        OrderAction::Split | OrderAction::GiveUp => "GIVEN_UP",
        OrderAction::Quarantine => "QUARANTINED",
        OrderAction::Release => "RELEASED",
    }
}

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Self {
        match refusal {
            OrderRefusal::Unknown { .. } => Self::of(catalogue::NOT_FOUND),
            OrderRefusal::NoSuchLine { line_no, .. } => Self::of(catalogue::NOT_FOUND).about(
                format!("The order has no line {line_no}."),
                format!("Comanda nu are poziția {line_no}."),
            ),
            OrderRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            OrderRefusal::NotNow { state, .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                format!("The order is {state}."),
                format!("Starea comenzii este {state}."),
            ),
            OrderRefusal::MaybeHeld { .. } => Self::of(catalogue::BUREAU_MAY_HOLD_ORDER),
            OrderRefusal::Moved { .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                "The order has changed since it was looked at.",
                "Comanda s-a schimbat de când a fost privită.",
            ),
            OrderRefusal::Quarantined { .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                "The order is in quarantine; release it first.",
                "Comanda este reținută; eliberați-o mai întâi.",
            ),
            OrderRefusal::NothingHeld { .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                "Nothing of the order is to be released.",
                "Nu este nimic de eliberat din comandă.",
            ),
            OrderRefusal::NoLineNamed { .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                "Say which lines are in doubt; the bureau's answer names none.",
                "Indicați pozițiile îndoielnice; răspunsul biroului nu numește niciuna.",
            ),
            OrderRefusal::NothingToOrder { .. } => Self::of(catalogue::DECISION_NOT_POSSIBLE)
                .about(
                    "None of its lines can be ordered again.",
                    "Nicio poziție a ei nu mai poate fi comandată.",
                ),
        }
    }
}
