//! What an operator may decide about an order: send it again, give it up, split it. Each decision
//! has a reason, which stands in the history.

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::id::OrderId;
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::flow::line_step::{put_on_hold, take_line_step};
use crate::flow::progress::{advance, note};
use crate::flow::seal_order::put_in_outbox;
use crate::flow::{Failure, settle_payments};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::orders::{self, Order};
use crate::store::{Tx, applications, order_lines, outbox};
use crate::worker::bell::Bell;

/// `OPERATOR_HOLD`: the operator set the application aside.
const OPERATOR_HOLD: u16 = 810;
/// Lines of an order that are moved in one decision; an order has no more.
const LINES_MAX: i64 = 1_000;

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

/// Gives an order up that the bureau does not hold. Its applications are ready again, but for the
/// lines named in `set_aside`, whose applications wait for an operator.
pub async fn give_up(
    gateway: &Gateway,
    number: &str,
    set_aside: &[i64],
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<OrderRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    give_up_in(&mut tx, number, set_aside, &note).await?;
    tx.commit().await?;
    gateway.bells.ring(Bell::Batcher);
    Ok(())
}

/// [`give_up`] in the caller's transaction; whoever commits it rings the batcher.
pub(crate) async fn give_up_in(
    tx: &mut Tx,
    number: &str,
    set_aside: &[i64],
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    require_reason(note)?;
    let order = find(tx, number).await?;
    let event = OrderEvent::GivenUp;
    if order.state.after(event).is_err() {
        return Err(not_now(&order));
    }
    if order.state == OrderState::Queued && outbox::may_have_arrived(tx, order.id.0).await? {
        return Err(Failure::Refused(OrderRefusal::MaybeHeld {
            number: order.number,
        }));
    }
    take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
    withdraw_lines(tx, &order, set_aside, note).await?;
    outbox::resolve_dead(tx, order.id.0, "GIVEN_UP", None, note.at).await?;
    holds::close(tx, order.id.0, None, "GIVEN_UP", note).await?;
    Ok(())
}

async fn withdraw_lines(
    tx: &mut Tx,
    order: &Order,
    set_aside: &[i64],
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    let lines = order_lines::list(tx, order.id, 0, LINES_MAX).await?;
    if let Some(stranger) = set_aside
        .iter()
        .find(|line_no| !lines.iter().any(|line| line.line_no == **line_no))
    {
        let number = order.number.clone();
        return Err(Failure::Refused(OrderRefusal::NoSuchLine {
            number,
            line_no: *stranger,
        }));
    }
    for mut line in lines {
        if line.state.after(LineEvent::OrderGivenUp).is_err() {
            return Err(not_now(order));
        }
        let was_live = line.state.is_live();
        take_line_step(tx, &mut line, LineEvent::OrderGivenUp, note.at, note).await?;
        let Some(mut application) = applications::find(tx, line.application).await? else {
            continue;
        };
        if was_live && application.state == ApplicationState::Ordered {
            let event = ApplicationEvent::OrderWithdrawn;
            advance(tx, &mut application, event, None, note).await?;
            settle_payments::release(tx, &mut application, note).await?;
        }
        if set_aside.contains(&line.line_no) && application.state == ApplicationState::Ready {
            put_on_hold(tx, &mut application, OPERATOR_HOLD, note).await?;
            let hold = NewHold {
                kind: SubjectKind::Application,
                subject: application.id.0,
                number: &application.number,
                code: OPERATOR_HOLD,
                detail: &format!("set aside from the order {}", order.number),
            };
            holds::open(tx, &hold, note).await?;
        }
    }
    Ok(())
}

async fn find(tx: &mut Tx, number: &str) -> Result<Order, Failure<OrderRefusal>> {
    let by_id = number.parse::<OrderId>().ok();
    let found = match by_id {
        Some(id) => orders::find(tx, id).await?,
        None => orders::find_by_number(tx, number).await?,
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
