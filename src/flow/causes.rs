//! One decision for all orders that failed for one cause.
//!
//! The decision and the list of its orders are written in one transaction; then every order is
//! dealt with in a transaction of its own, which also writes down what became of it. So a decision
//! about a thousand orders holds no lock for long, stops anywhere, is taken up by whoever comes next
//! (the command, or the reconciler of any process), and deals with each order once.

use crate::domain::cause::Cause;
use crate::domain::id::{CauseDecisionId, OrderId};
use crate::domain::operator::Actor;
use crate::domain::order_action::{Consequence, OrderAction};
use crate::flow::Failure;
use crate::flow::decide_order::{self, OrderDecision, OrderRefusal};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::causes::{self, CauseDecision, Ended, Outcome, Turn};
use crate::store::history::Note;
use crate::store::orders::{self, Order};
use crate::store::{StoreError, Tx};
use crate::worker::bell::Bell;

/// Orders that one decision may be about.
pub const ORDERS_MAX: i64 = 5_000;

/// What is to be decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewCauseDecision {
    /// The cause.
    pub cause: Cause,
    /// What is done with each order.
    pub action: OrderAction,
    /// Numbers of orders that wait for the cause; empty: all of them.
    pub orders: Vec<String>,
    /// The lines in doubt, for a split of one order; empty: those that the bureau's answers name.
    pub lines: Vec<i64>,
}

/// Why a decision about a cause is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CauseRefusal {
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// The order does not wait for this cause.
    #[error("the order {number} does not wait for the cause {cause}")]
    NotOfCause {
        /// The order.
        number: String,
        /// The cause.
        cause: Cause,
    },
    /// Nothing waits for the cause.
    #[error("no order waits for the cause {cause}")]
    Empty {
        /// The cause.
        cause: Cause,
    },
    /// Others wait for the cause than when this was decided.
    #[error("it was decided about {before} orders, and {now} wait now")]
    Moved {
        /// About how many it was decided.
        before: usize,
        /// How many it would be about now.
        now: usize,
    },
    /// Lines are numbered per order.
    #[error("lines can be named for one order only")]
    LinesOfSeveral,
    /// There is no such decision.
    #[error("there is no such decision")]
    Unknown,
}

/// What a decision would do with one order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Foreseen {
    /// The order.
    pub order: Order,
    /// What would change, or why nothing can.
    pub answer: Result<Consequence, OrderRefusal>,
}

/// Tells for every order what a decision would do; changes nothing.
pub async fn preview(
    tx: &mut Tx,
    new: &NewCauseDecision,
) -> Result<Vec<Foreseen>, Failure<CauseRefusal>> {
    let decision = OrderDecision {
        action: new.action,
        lines: &new.lines,
    };
    let mut all = Vec::new();
    for order in select(tx, new).await? {
        let answer = decide_order::preview(tx, &order, decision).await?;
        all.push(Foreseen { order, answer });
    }
    Ok(all)
}

/// Takes a decision in a transaction of its own. Nothing is done yet but written down.
pub async fn decide(
    gateway: &Gateway,
    new: &NewCauseDecision,
    actor: &Actor,
    reason: &str,
) -> Result<CauseDecision, Failure<CauseRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let decision = decide_in(&mut tx, new, &note).await?;
    tx.commit().await?;
    Ok(decision)
}

/// Takes a decision in a transaction of its own, as somebody made it on a page that told about how many
/// orders it is. The page gave it its id: the same form sent twice decides once.
pub async fn decide_as_seen(
    gateway: &Gateway,
    (id, orders): (CauseDecisionId, usize),
    new: &NewCauseDecision,
    actor: &Actor,
    reason: &str,
) -> Result<CauseDecision, Failure<CauseRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    if let Some(taken) = causes::find(&mut tx, id).await? {
        return Ok(taken);
    }
    let now = select(&mut tx, new).await?.len();
    if now != orders {
        let before = orders;
        return Err(Failure::Refused(CauseRefusal::Moved { before, now }));
    }
    let decision = insert(&mut tx, id, new, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(decision)
}

/// [`decide`] in the caller's transaction; whoever commits it calls [`wake`], or carries it out.
pub(crate) async fn decide_in(
    tx: &mut Tx,
    new: &NewCauseDecision,
    note: &Note<'_>,
) -> Result<CauseDecision, Failure<CauseRefusal>> {
    let id = CauseDecisionId(note.random.uuid(note.at));
    insert(tx, id, new, note).await
}

async fn insert(
    tx: &mut Tx,
    id: CauseDecisionId,
    new: &NewCauseDecision,
    note: &Note<'_>,
) -> Result<CauseDecision, Failure<CauseRefusal>> {
    let reason = note.reason.unwrap_or_default().trim();
    if reason.is_empty() {
        return Err(Failure::Refused(CauseRefusal::ReasonMissing));
    }
    let lines: Vec<String> = new.lines.iter().map(i64::to_string).collect();
    let lines = lines.join(",");
    let selected = select(tx, new).await?;
    let orders: Vec<(OrderId, String)> = selected
        .iter()
        .map(|order| (order.id, lines.clone()))
        .collect();
    let decision = CauseDecision {
        id,
        cause: new.cause,
        action: new.action,
        orders: i64::try_from(orders.len()).unwrap_or(i64::MAX),
        actor: note.actor.to_string(),
        reason: reason.to_owned(),
        decided_at: note.at,
    };
    causes::insert(tx, &decision, &orders).await?;
    Ok(decision)
}

/// Wakes whoever carries decisions out.
pub fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Reconciler);
}

/// The orders that a decision is about: those that were named, or all that wait for the cause.
async fn select(tx: &mut Tx, new: &NewCauseDecision) -> Result<Vec<Order>, Failure<CauseRefusal>> {
    let waiting = causes::list_orders(tx, new.cause, None, ORDERS_MAX).await?;
    let mut selected = Vec::new();
    if new.orders.is_empty() {
        for id in &waiting {
            selected.extend(orders::find(tx, *id).await?);
        }
        if selected.is_empty() {
            let cause = new.cause;
            return Err(Failure::Refused(CauseRefusal::Empty { cause }));
        }
    }
    for number in &new.orders {
        let found = orders::find_by_number(tx, number).await?;
        let fits = found.filter(|order| waiting.contains(&order.id));
        let order = fits.ok_or_else(|| {
            Failure::Refused(CauseRefusal::NotOfCause {
                number: number.clone(),
                cause: new.cause,
            })
        })?;
        if !selected.contains(&order) {
            selected.push(order);
        }
    }
    if !new.lines.is_empty() && selected.len() > 1 {
        return Err(Failure::Refused(CauseRefusal::LinesOfSeveral));
    }
    Ok(selected)
}

/// Deals with the next order of a decision (or of any). Returns what became of it; `None` when none
/// waits.
pub async fn carry_out_next(
    gateway: &Gateway,
    decision: Option<CauseDecisionId>,
) -> Result<Option<Ended>, Failure<std::convert::Infallible>> {
    let mut tx = gateway.store.begin().await?;
    let Some(turn) = causes::take_turn(&mut tx, decision).await? else {
        return Ok(None);
    };
    let Some(decided) = causes::find(&mut tx, turn.decision).await? else {
        return Ok(None);
    };
    let actor = actor_of(&decided.actor);
    let note = note(gateway, &actor, Some(&decided.reason));
    let done = act(&mut tx, gateway, &turn, &decided, &note).await;
    let ended = match done {
        Ok(ended) => {
            causes::end_turn(&mut tx, &turn, &ended, note.at).await?;
            tx.commit().await?;
            decide_order::wake(gateway);
            return Ok(Some(ended));
        }
        Err(Failure::Refused(refusal)) => Ended {
            outcome: Outcome::Refused,
            detail: refusal.to_string(),
            replacement: None,
        },
        Err(failure) if failure.is_transient() || failure.is_lost_race() => {
            return Err(broken(failure));
        }
        // A defect with one order must not stop the others.
        Err(failure) => {
            tracing::error!(order.id = %turn.order, error = ?failure, "a decision failed");
            Ended {
                outcome: Outcome::Failed,
                detail: "a failure of the gateway's own; its log says which".to_owned(),
                replacement: None,
            }
        }
    };
    // What was begun is undone first: an order is changed as a whole or not at all.
    drop(tx);
    let mut tx = gateway.store.begin().await?;
    causes::end_turn(&mut tx, &turn, &ended, note.at).await?;
    tx.commit().await?;
    Ok(Some(ended))
}

fn broken(failure: Failure<OrderRefusal>) -> Failure<std::convert::Infallible> {
    match failure {
        Failure::Broken(error) => Failure::Broken(error),
        Failure::Refused(refusal) => Failure::Broken(anyhow::Error::new(refusal)),
    }
}

async fn act(
    tx: &mut Tx,
    gateway: &Gateway,
    turn: &Turn,
    decided: &CauseDecision,
    note: &Note<'_>,
) -> Result<Ended, Failure<OrderRefusal>> {
    // Locked first, so that what is read of its holds stays true.
    orders::lock(tx, turn.order).await?;
    let waits = causes::list_details(tx, turn.order, Some(decided.cause)).await?;
    if waits.is_empty() {
        return Ok(Ended {
            outcome: Outcome::Skipped,
            detail: "it does not wait for the cause any more".to_owned(),
            replacement: None,
        });
    }
    let lines: Vec<i64> = turn
        .lines
        .split(',')
        .filter_map(|no| no.parse().ok())
        .collect();
    let decision = OrderDecision {
        action: decided.action,
        lines: &lines,
    };
    let id = turn.order.to_string();
    let done = decide_order::decide_in(tx, gateway, &id, decision, note).await?;
    Ok(Ended {
        outcome: Outcome::Done,
        detail: done.consequence.text_en(),
        replacement: done.replacement,
    })
}

/// Whoever decided, as the decision's row names them.
pub(crate) fn actor_of(text: &str) -> Actor {
    match text.split_once(':') {
        Some(("automation", name)) => Actor::Automation(name.to_owned()),
        Some((_, name)) => Actor::Operator(name.to_owned()),
        None => Actor::Operator(text.to_owned()),
    }
}

/// Reads a decision with what became of its orders so far.
pub async fn read_decision(
    tx: &mut Tx,
    id: CauseDecisionId,
) -> Result<Option<(CauseDecision, Vec<causes::DecidedOrder>)>, StoreError> {
    let Some(decision) = causes::find(tx, id).await? else {
        return Ok(None);
    };
    let orders = causes::list_decided(tx, id, 0, ORDERS_MAX).await?;
    Ok(Some((decision, orders)))
}
