//! Takes an order out of all automatic sending, and lets it go on.
//!
//! The dispatcher passes over the message of an order in quarantine, the batcher does not seal it,
//! and nobody chases its receipt, because it has an open hold. What the bureau says is heard all
//! the same. So ending the quarantine has to put a message back where none waits any more.

use crate::domain::application::ApplicationEvent;
use crate::domain::order::OrderState;
use crate::domain::order_action::{OrderFacts, set_aside};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::decide_order::OrderRefusal;
use crate::flow::progress::advance;
use crate::flow::seal_order::put_in_outbox;
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::orders::{self, Order};
use crate::store::{Tx, applications, letters, order_lines, outbox};

const OPERATOR_HOLD: u16 = Reason::OPERATOR_HOLD.number();

/// Begins a quarantine: from the commit on no byte of the order leaves, but for those that are under
/// way at that moment.
pub(super) async fn begin(
    tx: &mut Tx,
    order: &Order,
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    orders::set_quarantined(tx, order.id, true).await?;
    let words = [order.state.as_str(), "QUARANTINED", order.state.as_str()];
    history::record(tx, SubjectKind::Order, order.id.0, words, note).await?;
    let hold = NewHold {
        kind: SubjectKind::Order,
        subject: order.id.0,
        number: &order.number,
        code: OPERATOR_HOLD,
        // The operator's words stand in the history; a hold's detail is for the gateway's own.
        detail: "taken out of all automatic sending",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

/// Ends a quarantine; of an order that was split, lets go what was set aside.
pub(super) async fn end(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    facts: &OrderFacts,
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    if !order.quarantined {
        return let_go(tx, order, facts, note).await;
    }
    orders::set_quarantined(tx, order.id, false).await?;
    let words = [order.state.as_str(), "RELEASED", order.state.as_str()];
    history::record(tx, SubjectKind::Order, order.id.0, words, note).await?;
    holds::close(tx, order.id.0, Some(OPERATOR_HOLD), "RELEASED", note).await?;
    let was_passed = !outbox::is_waiting(tx, order.id.0).await?;
    // Where the bureau is being asked whether it has the order, its answer decides, or its silence.
    let is_asked = letters::find_open_inquiry(tx, order.id).await?.is_some();
    // One that died before still waits for the decision that its own hold asks for.
    if order.state == OrderState::Queued && was_passed && !is_asked && !facts.is_dead {
        put_in_outbox(tx, gateway, order, note).await?;
    }
    Ok(())
}

/// Lets the applications that a split set aside go into the next orders.
async fn let_go(
    tx: &mut Tx,
    order: &Order,
    facts: &OrderFacts,
    note: &Note<'_>,
) -> Result<(), Failure<OrderRefusal>> {
    let places: Vec<i64> = set_aside(facts)
        .filter(|line| line.is_settled)
        .map(|line| line.line_no)
        .collect();
    for line in order_lines::list(tx, order.id, 0, i64::MAX).await? {
        if !places.contains(&line.line_no) {
            continue;
        }
        if let Some(mut application) = applications::find(tx, line.application).await? {
            let event = ApplicationEvent::ReleasedReady;
            advance(tx, &mut application, event, None, note).await?;
            holds::close(tx, application.id.0, Some(OPERATOR_HOLD), "RELEASED", note).await?;
        }
    }
    Ok(())
}
