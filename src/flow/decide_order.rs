//! What an operator may decide about an order: send it again, give it up, split it. Each decision
//! has a reason, which stands in the history.

use crate::domain::acknowledgement::LineEvent;
use crate::domain::batching::CloseReason;
use crate::domain::id::OrderId;
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::open_order::{NewOrder, insert_order};
use crate::flow::progress::note;
use crate::flow::seal_order::put_in_outbox;
use crate::flow::withdraw_order::{SetAside, withdraw_order};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, take_step};
use crate::store::order_lines::{self, OrderLine};
use crate::store::orders::{self, Order};
use crate::store::{Tx, holds, outbox};
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
    /// A line was named that the order does not have.
    #[error("the order {number} has no line {line_no}")]
    NoSuchLine {
        /// The order.
        number: String,
        /// The line.
        line_no: i64,
    },
}

/// Sends the same bytes again.
pub async fn resend(
    gateway: &Gateway,
    number: &str,
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<OrderRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    resend_in(&mut tx, gateway, number, &note).await?;
    tx.commit().await?;
    gateway.bells.ring(Bell::Dispatcher);
    Ok(())
}

/// [`resend`] in the caller's transaction; whoever commits it rings the dispatcher.
pub(crate) async fn resend_in(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    require_reason(note)?;
    let order = find(tx, number).await?;
    let event = OrderEvent::ResendDecided;
    if order.state.after(event).is_err() || order.sealed.is_none() {
        return Err(not_now(&order));
    }
    let is_under_way = order.state == OrderState::Queued && !is_dead(tx, &order).await?;
    if is_under_way {
        return Err(not_now(&order));
    }
    take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
    orders::count_resend(tx, order.id).await?;
    let message = put_in_outbox(tx, gateway, &order, note).await?;
    outbox::resolve_dead(tx, order.id.0, "RESENT", Some(message), note.at).await?;
    holds::close(tx, order.id.0, None, "RESENT", note).await?;
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
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    give_up_in(&mut tx, gateway, number, set_aside, &note).await?;
    tx.commit().await?;
    gateway.bells.ring(Bell::Batcher);
    Ok(())
}

/// Wakes whoever has something to do once a decision about an order is committed.
pub fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Dispatcher);
    gateway.bells.ring(Bell::Batcher);
    gateway.bells.tell_offices();
}

/// [`give_up`] in the caller's transaction; whoever commits it wakes the others.
pub(crate) async fn give_up_in(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    set_aside: &[i64],
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    require_reason(note)?;
    let order = find(tx, number).await?;
    let lines = order_lines::list(tx, order.id, 0, i64::MAX).await?;
    require_possible(tx, &order, &lines).await?;
    let aside = set_aside_of(&order, &lines, set_aside)?;
    let free = withdraw_order(tx, &order, lines, &aside, note).await?;
    if !aside.is_empty() && !free.is_empty() {
        let new = NewOrder {
            product: order.product,
            because: CloseReason::Replacement,
            replaces: Some(order.id),
        };
        insert_order(tx, gateway, &new, free, note).await?;
    }
    outbox::resolve_dead(tx, order.id.0, "GIVEN_UP", None, note.at).await?;
    holds::close(tx, order.id.0, None, "GIVEN_UP", note).await?;
    Ok(())
}

/// Refuses to give up what the bureau may hold, or has answered.
async fn require_possible(
    tx: &mut Tx,
    order: &Order,
    lines: &[OrderLine],
) -> Result<(), Failure<OrderRefusal>> {
    let stays = |line: &OrderLine| line.state.after(LineEvent::OrderGivenUp).is_err();
    if order.state.after(OrderEvent::GivenUp).is_err() || lines.iter().any(stays) {
        return Err(not_now(order));
    }
    if order.state == OrderState::Queued && outbox::may_have_arrived(tx, order.id.0).await? {
        return Err(Failure::Refused(OrderRefusal::MaybeHeld {
            number: order.number.clone(),
        }));
    }
    Ok(())
}

fn set_aside_of(
    order: &Order,
    lines: &[OrderLine],
    line_nos: &[i64],
) -> Result<Vec<SetAside>, Failure<OrderRefusal>> {
    let one = |line_no: &i64| {
        if lines.iter().any(|line| line.line_no == *line_no) {
            Ok(SetAside {
                line_no: *line_no,
                code: Reason::OPERATOR_HOLD.number(),
                detail: format!("set aside from the order {}", order.number),
            })
        } else {
            Err(Failure::Refused(OrderRefusal::NoSuchLine {
                number: order.number.clone(),
                line_no: *line_no,
            }))
        }
    };
    line_nos.iter().map(one).collect()
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

async fn is_dead(tx: &mut Tx, order: &Order) -> Result<bool, Failure<OrderRefusal>> {
    Ok(outbox::count_dead(tx, order.id.0).await? > 0)
}

fn not_now(order: &Order) -> Failure<OrderRefusal> {
    Failure::Refused(OrderRefusal::NotNow {
        number: order.number.clone(),
        state: order.state,
    })
}

fn require_reason(note: &Note<'_>) -> Result<(), Failure<OrderRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(OrderRefusal::ReasonMissing));
    }
    Ok(())
}
