//! What an operator may decide about an order: send it again, sign it anew, split it, take it out of
//! all automatic sending and let it go on, give it up. Each decision has a reason, which stands in the
//! history.

mod quarantine;

use crate::domain::batching::CloseReason;
use crate::domain::cause::doubtful_lines;
use crate::domain::id::OrderId;
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::order_action::{Consequence, Obstacle, OrderAction, OrderFacts, foresee};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::open_order::{NewOrder, insert_order};
use crate::flow::progress::note;
use crate::flow::seal_order::{put_in_outbox, put_in_outbox_again};
use crate::flow::withdraw_order::{SetAside, withdraw_order};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, take_step};
use crate::store::orders::{self, Order};
use crate::store::{StoreError, Tx, causes, holds, order_facts, order_lines, outbox};
use crate::worker::bell::Bell;

/// Why a decision about an order was not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OrderRefusal {
    /// There is no such order.
    #[error("there is no order {number}")]
    Unknown {
        /// As it was asked for.
        number: String,
    },
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// The order's state does not let it.
    #[error("the order {number} is {state}, which does not allow this")]
    NotNow {
        /// The order.
        number: String,
        /// Its state.
        state: OrderState,
    },
    /// Its bytes are under way at this moment, or the bureau may hold them.
    #[error("the bureau may hold the order {number}; ask it before giving the order up")]
    MaybeHeld {
        /// The order.
        number: String,
    },
    /// It was taken out of all automatic sending.
    #[error("the order {number} is in quarantine; release it first")]
    Quarantined {
        /// The order.
        number: String,
    },
    /// Neither is it in quarantine, nor was anything of it set aside.
    #[error("nothing of the order {number} is to be released")]
    NothingHeld {
        /// The order.
        number: String,
    },
    /// Nobody said which lines are in doubt, and the bureau's answer names none.
    #[error("no line of the order {number} is named; say which are in doubt")]
    NoLineNamed {
        /// The order.
        number: String,
    },
    /// None of its lines may be ordered again.
    #[error("no line of the order {number} can be ordered again")]
    NothingToOrder {
        /// The order.
        number: String,
    },
    /// Somebody was faster: it is not as it was when this was decided.
    #[error("the order {number} has changed since it was looked at")]
    Moved {
        /// The order.
        number: String,
    },
    /// A line was named that the order does not have.
    #[error("the order {number} has no line {line_no}")]
    NoSuchLine {
        /// The order.
        number: String,
        /// The line.
        line_no: i64,
    },
}

/// What is decided about an order.
#[derive(Clone, Copy, Debug)]
pub struct OrderDecision<'a> {
    /// What is to be done.
    pub action: OrderAction,
    /// The lines in doubt, for a split; empty: those that the bureau's answer names.
    pub lines: &'a [i64],
}

/// What was done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderDone {
    /// The order's number.
    pub number: String,
    /// What it changed.
    pub consequence: Consequence,
    /// The number of the order that stands in its place.
    pub replacement: Option<String>,
}

/// Sends the same bytes again.
pub async fn resend(
    gateway: &Gateway,
    number: &str,
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<OrderRefusal>> {
    let decision = OrderDecision {
        action: OrderAction::Resend,
        lines: &[],
    };
    decide(gateway, number, decision, actor, reason).await?;
    Ok(())
}

/// Gives an order up that the bureau does not hold. Its applications are ready again.
///
/// Where lines are named in `set_aside`, it is split: their applications wait for an operator, and
/// the others go out at once in a new order that names this one.
pub async fn give_up(
    gateway: &Gateway,
    number: &str,
    set_aside: &[i64],
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<OrderRefusal>> {
    let action = if set_aside.is_empty() {
        OrderAction::GiveUp
    } else {
        OrderAction::Split
    };
    let lines = set_aside;
    decide(
        gateway,
        number,
        OrderDecision { action, lines },
        actor,
        reason,
    )
    .await?;
    Ok(())
}

/// Carries a decision out in a transaction of its own.
pub async fn decide(
    gateway: &Gateway,
    number: &str,
    decision: OrderDecision<'_>,
    actor: &Actor,
    reason: &str,
) -> Result<OrderDone, Failure<OrderRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let done = decide_in(&mut tx, gateway, number, decision, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(done)
}

/// Carries a decision out in a transaction of its own, about an order as somebody saw it: at this
/// version. Of two who saw the same, the second is refused.
pub async fn decide_as_seen(
    gateway: &Gateway,
    (number, version): (&str, i64),
    decision: OrderDecision<'_>,
    actor: &Actor,
    reason: &str,
) -> Result<OrderDone, Failure<OrderRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let order = find(&mut tx, number).await?;
    if order.version != version {
        let number = order.number;
        return Err(Failure::Refused(OrderRefusal::Moved { number }));
    }
    let done = decide_in(&mut tx, gateway, number, decision, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(done)
}

/// Wakes whoever has something to do once a decision about an order is committed.
pub fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Dispatcher);
    gateway.bells.ring(Bell::Batcher);
}

/// [`decide`] in the caller's transaction; whoever commits it calls [`wake`].
pub(crate) async fn decide_in(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    decision: OrderDecision<'_>,
    note: &Note<'_>,
) -> Result<OrderDone, Failure<OrderRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(OrderRefusal::ReasonMissing));
    }
    let order = find(tx, number).await?;
    let (facts, lines) = gather(tx, &order, decision).await?;
    let foreseen = foresee(decision.action, &facts, &lines);
    let consequence = foreseen.map_err(|obstacle| Failure::Refused(refusal(&order, obstacle)))?;
    let replacement = match decision.action {
        OrderAction::Resend => {
            resend_order(tx, gateway, &order, note).await?;
            None
        }
        OrderAction::Quarantine => {
            quarantine::begin(tx, &order, note).await?;
            None
        }
        OrderAction::Release => {
            quarantine::end(tx, gateway, &order, &facts, note).await?;
            None
        }
        OrderAction::GiveUp => withdraw(tx, gateway, &order, &[], false, note).await?,
        OrderAction::Resign | OrderAction::Split => {
            withdraw(tx, gateway, &order, &lines, true, note).await?
        }
    };
    Ok(OrderDone {
        number: order.number,
        consequence,
        replacement,
    })
}

/// Tells what a decision would change, or why it cannot be carried out; changes nothing.
pub async fn preview(
    tx: &mut Tx,
    order: &Order,
    decision: OrderDecision<'_>,
) -> Result<Result<Consequence, OrderRefusal>, StoreError> {
    let (facts, lines) = gather(tx, order, decision).await?;
    let foreseen = foresee(decision.action, &facts, &lines);
    Ok(foreseen.map_err(|obstacle| refusal(order, obstacle)))
}

/// What every action would change, or why it cannot be carried out; changes nothing. A split sets the
/// lines aside that the bureau's answer names.
pub async fn preview_all(
    tx: &mut Tx,
    order: &Order,
) -> Result<Vec<(OrderAction, Result<Consequence, OrderRefusal>)>, StoreError> {
    let split = OrderDecision {
        action: OrderAction::Split,
        lines: &[],
    };
    let (facts, lines) = gather(tx, order, split).await?;
    let actions = OrderAction::ALL.iter();
    let foreseen = actions.map(|action| {
        let foreseen = foresee(*action, &facts, &lines);
        (
            *action,
            foreseen.map_err(|obstacle| refusal(order, obstacle)),
        )
    });
    Ok(foreseen.collect())
}

/// The lines of an order that a split sets aside unless others are named.
pub async fn lines_in_doubt(tx: &mut Tx, order: &Order) -> Result<Vec<i64>, StoreError> {
    let split = OrderDecision {
        action: OrderAction::Split,
        lines: &[],
    };
    Ok(gather(tx, order, split).await?.1)
}

/// What has to be known for a decision: the order's facts, and the lines in doubt.
async fn gather(
    tx: &mut Tx,
    order: &Order,
    decision: OrderDecision<'_>,
) -> Result<(OrderFacts, Vec<i64>), StoreError> {
    let facts = order_facts::read(tx, order).await?;
    if decision.action != OrderAction::Split || !decision.lines.is_empty() {
        return Ok((facts, decision.lines.to_vec()));
    }
    let mut lines = causes::list_held_lines(tx, order.id).await?;
    for detail in causes::list_details(tx, order.id, None).await? {
        lines.extend(doubtful_lines(&detail));
    }
    lines.sort_unstable();
    lines.dedup();
    // A text may speak of a line that the order does not have; that is no reason to stop.
    lines.retain(|line_no| facts.lines.iter().any(|line| line.line_no == *line_no));
    Ok((facts, lines))
}

async fn resend_order(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    let event = OrderEvent::ResendDecided;
    take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
    orders::count_resend(tx, order.id).await?;
    let message = put_in_outbox(tx, gateway, order, note).await?;
    outbox::resolve_dead(tx, order.id.0, "RESENT", Some(message), note.at).await?;
    holds::close(tx, order.id.0, None, "RESENT", note).await?;
    Ok(())
}

/// Sends the same bytes again of an order that the bureau has answered: what one person asked for and
/// another approved. What was answered stays as it is. Whoever commits it calls [`wake`].
pub(crate) async fn repeat_answered(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    let order = find(tx, number).await?;
    if order.quarantined {
        return Err(Failure::Refused(refusal(&order, Obstacle::Quarantined)));
    }
    let event = OrderEvent::ResendApproved;
    if order.state.after(event).is_err() {
        return Err(Failure::Refused(refusal(&order, Obstacle::State)));
    }
    take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
    orders::count_resend(tx, order.id).await?;
    let message = put_in_outbox_again(tx, gateway, &order, note).await?;
    // A message that died on the same way is dealt with now. Holds stay: they may be about what was
    // answered.
    outbox::resolve_dead(tx, order.id.0, "RESENT", Some(message), note.at).await?;
    Ok(())
}

/// Gives the order up and, where the others are to go out at once, puts them into a new order that
/// names this one. Both stand in one transaction: after a crash there is the old or the new.
async fn withdraw(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    set_aside: &[i64],
    at_once: bool,
    note: &Note<'_>,
) -> Result<Option<String>, Failure<OrderRefusal>> {
    let lines = order_lines::list(tx, order.id, 0, i64::MAX).await?;
    let aside: Vec<SetAside> = set_aside.iter().map(|no| aside_of(order, *no)).collect();
    let free = withdraw_order(tx, order, lines, &aside, note).await?;
    let mut replacement = None;
    if at_once && !free.is_empty() {
        let new = NewOrder {
            product: order.product,
            because: CloseReason::Replacement,
            replaces: Some(order.id),
        };
        let inserted = insert_order(tx, gateway, &new, free, note).await?;
        replacement = Some(inserted.number);
    }
    if order.quarantined {
        orders::set_quarantined(tx, order.id, false).await?;
    }
    outbox::resolve_dead(tx, order.id.0, "GIVEN_UP", None, note.at).await?;
    holds::close(tx, order.id.0, None, "GIVEN_UP", note).await?;
    Ok(replacement)
}

fn aside_of(order: &Order, line_no: i64) -> SetAside {
    SetAside {
        line_no,
        code: Reason::OPERATOR_HOLD.number(),
        detail: format!("set aside from the order {}", order.number),
    }
}

/// Finds an order by number or id, and locks it: what is decided about it stays true until it is
/// done, also for the dispatcher, who locks it before its bytes leave.
async fn find(tx: &mut Tx, number: &str) -> Result<Order, Failure<OrderRefusal>> {
    let id = match number.parse::<OrderId>() {
        Ok(id) => Some(id),
        Err(_not_an_id) => orders::find_by_number(tx, number)
            .await?
            .map(|order| order.id),
    };
    let found = match id {
        Some(id) => orders::lock(tx, id).await?,
        None => None,
    };
    found.ok_or_else(|| {
        Failure::Refused(OrderRefusal::Unknown {
            number: number.to_owned(),
        })
    })
}

fn refusal(order: &Order, obstacle: Obstacle) -> OrderRefusal {
    let number = order.number.clone();
    match obstacle {
        Obstacle::State => OrderRefusal::NotNow {
            number,
            state: order.state,
        },
        Obstacle::MaybeHeld => OrderRefusal::MaybeHeld { number },
        Obstacle::Quarantined => OrderRefusal::Quarantined { number },
        Obstacle::NothingHeld => OrderRefusal::NothingHeld { number },
        Obstacle::NoLineNamed => OrderRefusal::NoLineNamed { number },
        Obstacle::NoSuchLine(line_no) => OrderRefusal::NoSuchLine { number, line_no },
        Obstacle::NothingToOrder => OrderRefusal::NothingToOrder { number },
    }
}
