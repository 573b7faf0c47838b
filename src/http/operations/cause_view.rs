//! Failed orders by their cause, and decisions about them, as operators see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::cause::Cause;
use crate::domain::id::OrderId;
use crate::domain::order_action::OrderAction;
use crate::flow::causes::Foreseen;
use crate::flow::decide_order::OrderRefusal;
use crate::http::operations::view::OrderSummary;
use crate::store::causes::{self, CauseCount, CauseDecision, DecidedOrder, Outcome};
use crate::store::{StoreError, Tx, orders};

/// A text in both languages.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CauseText)]
pub struct TextView {
    /// In Romanian.
    pub ro: String,
    /// In English.
    pub en: String,
}

/// Why orders wait for an operator, and what mends it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Cause)]
pub struct CauseView {
    /// The cause.
    #[schema(example = "CERTIFICATE")]
    pub cause: String,
    /// What is wrong.
    pub title: TextView,
    /// What to do.
    pub todo: TextView,
    /// Open holds of orders.
    pub orders: i64,
    /// Open holds of lines.
    pub lines: i64,
    /// Since when the oldest waits.
    pub oldest: Option<DateTime<Utc>>,
    /// The decisions that fit, the usual one first.
    #[schema(example = json!(["RESIGN", "RESEND"]))]
    pub decisions: Vec<String>,
}

impl CauseView {
    /// The view of a cause for which so much waits.
    pub fn new(cause: Cause, count: Option<&CauseCount>) -> Self {
        let texts = cause.texts();
        let both = |ro: &str, en: &str| TextView {
            ro: ro.to_owned(),
            en: en.to_owned(),
        };
        Self {
            cause: cause.to_string(),
            title: both(texts.title_ro, texts.title_en),
            todo: both(texts.todo_ro, texts.todo_en),
            orders: count.map_or(0, |count| count.orders),
            lines: count.map_or(0, |count| count.lines),
            oldest: count.map(|count| count.oldest),
            decisions: cause.decisions().iter().map(ToString::to_string).collect(),
        }
    }
}

/// Reads every cause for which something waits.
pub async fn read_causes(tx: &mut Tx) -> Result<Vec<CauseView>, StoreError> {
    let counts = causes::list(tx, None).await?;
    let view = |count: &CauseCount| CauseView::new(count.cause, Some(count));
    Ok(counts.iter().map(view).collect())
}

/// Reads one cause.
pub async fn read_cause(tx: &mut Tx, cause: Cause) -> Result<CauseView, StoreError> {
    let counts = causes::list(tx, None).await?;
    let count = counts.iter().find(|count| count.cause == cause);
    Ok(CauseView::new(cause, count))
}

/// An order that waits for a cause.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailedOrderView {
    /// The order.
    #[serde(flatten)]
    pub summary: OrderSummary,
    /// Whether it is taken out of all automatic sending.
    pub quarantined: bool,
    /// What its holds say.
    pub details: Vec<String>,
}

/// Reads the orders that wait for a cause, after `after`.
pub async fn read_failed(
    tx: &mut Tx,
    cause: Cause,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<FailedOrderView>, StoreError> {
    let mut views = Vec::new();
    for id in causes::list_orders(tx, cause, after, limit).await? {
        if let Some(order) = orders::find(tx, id).await? {
            views.push(FailedOrderView {
                summary: OrderSummary::from(&order),
                quarantined: order.quarantined,
                details: causes::list_details(tx, id, Some(cause)).await?,
            });
        }
    }
    Ok(views)
}

/// What a decision would do with one order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Foreseen)]
pub struct ForeseenView {
    /// The order.
    pub order: String,
    /// Its state.
    pub state: String,
    /// Whether it is possible.
    pub possible: bool,
    /// What would happen, or why nothing can.
    pub text: TextView,
    /// Lines in a new order.
    pub reordered: usize,
    /// Applications ready for the next orders.
    pub ready: usize,
    /// Applications set aside.
    pub set_aside: usize,
}

impl From<&Foreseen> for ForeseenView {
    fn from(foreseen: &Foreseen) -> Self {
        let order = foreseen.order.number.clone();
        let state = foreseen.order.state.to_string();
        match &foreseen.answer {
            Ok(consequence) => Self {
                order,
                state,
                possible: true,
                text: TextView {
                    ro: consequence.text_ro(),
                    en: consequence.text_en(),
                },
                reordered: consequence.reordered,
                ready: consequence.ready,
                set_aside: consequence.set_aside,
            },
            Err(refusal) => Self {
                order,
                state,
                possible: false,
                text: TextView {
                    ro: refusal_ro(refusal),
                    en: refusal.to_string(),
                },
                reordered: 0,
                ready: 0,
                set_aside: 0,
            },
        }
    }
}

/// Why a decision about an order is not possible, in Romanian.
pub fn refusal_ro(refusal: &OrderRefusal) -> String {
    match refusal {
        OrderRefusal::Unknown { .. } => "comanda nu există".to_owned(),
        OrderRefusal::ReasonMissing => "lipsește motivul".to_owned(),
        OrderRefusal::NotNow { state, .. } => format!("starea comenzii este {state}"),
        OrderRefusal::MaybeHeld { .. } => "biroul ar putea avea comanda; întrebați-l".to_owned(),
        OrderRefusal::Quarantined { .. } => "comanda este reținută; eliberați-o".to_owned(),
        OrderRefusal::NothingHeld { .. } => "nu este nimic de eliberat".to_owned(),
        OrderRefusal::NoLineNamed { .. } => "nicio poziție nu este numită".to_owned(),
        OrderRefusal::NothingToOrder { .. } => "nicio poziție nu mai poate fi comandată".to_owned(),
        OrderRefusal::NoSuchLine { line_no, .. } => format!("nu există poziția {line_no}"),
        OrderRefusal::Moved { .. } => "s-a schimbat între timp".to_owned(),
    }
}

/// What a decision about a cause would do; nothing is changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CausePreview)]
pub struct PreviewView {
    /// The cause.
    pub cause: String,
    /// What would be done with each order.
    pub action: String,
    /// What would take it back, if anything does.
    pub undo: Option<String>,
    /// Orders with which it is possible.
    pub possible: usize,
    /// Orders with which it is not.
    pub impossible: usize,
    /// Each order.
    pub orders: Vec<ForeseenView>,
}

impl PreviewView {
    /// The view of what is foreseen.
    pub fn new(cause: Cause, action: OrderAction, all: &[Foreseen]) -> Self {
        let possible = all.iter().filter(|one| one.answer.is_ok()).count();
        Self {
            cause: cause.to_string(),
            action: action.to_string(),
            undo: action.undo().map(|undo| undo.to_string()),
            possible,
            impossible: all.len() - possible,
            orders: all.iter().map(ForeseenView::from).collect(),
        }
    }
}

/// What became of an order under a decision.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DecidedOrder)]
pub struct DecidedOrderView {
    /// The order.
    pub order: String,
    /// `DONE`, `REFUSED`, `SKIPPED` or `FAILED`; null while it waits for its turn.
    pub outcome: Option<String>,
    /// What was done, or why nothing was.
    pub detail: Option<String>,
    /// The order that stands in its place.
    pub replacement: Option<String>,
}

/// A decision about a cause, and what became of its orders so far.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CauseDecision)]
pub struct CauseDecisionView {
    /// Its id.
    pub id: Uuid,
    /// The cause.
    pub cause: String,
    /// What is done with each order.
    pub action: String,
    /// How many orders it is about.
    pub orders: i64,
    /// With how many it was done.
    pub done: usize,
    /// With how many it was not, as their state or ours does not allow it.
    pub refused: usize,
    /// How many wait for their turn.
    pub waiting: usize,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Each order.
    pub results: Vec<DecidedOrderView>,
}

impl CauseDecisionView {
    /// The view of a decision and its orders.
    pub fn new(decision: CauseDecision, orders: Vec<DecidedOrder>) -> Self {
        let count = |wanted: fn(Option<Outcome>) -> bool| {
            orders.iter().filter(|one| wanted(one.outcome)).count()
        };
        Self {
            id: decision.id.0,
            cause: decision.cause.to_string(),
            action: decision.action.to_string(),
            orders: decision.orders,
            done: count(|outcome| outcome == Some(Outcome::Done)),
            refused: count(|outcome| outcome.is_some_and(|outcome| outcome != Outcome::Done)),
            waiting: count(|outcome| outcome.is_none()),
            actor: decision.actor,
            reason: decision.reason,
            decided_at: decision.decided_at,
            results: orders.into_iter().map(DecidedOrderView::from).collect(),
        }
    }
}

impl From<DecidedOrder> for DecidedOrderView {
    fn from(order: DecidedOrder) -> Self {
        Self {
            order: order.number,
            outcome: order.outcome.map(|outcome| outcome.to_string()),
            detail: order.detail,
            replacement: order.replacement,
        }
    }
}
