//! Notices orders without a receipt: after one term the same bytes are sent again, after another
//! an operator is asked.

use std::convert::Infallible;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::operator::Actor;
use crate::domain::order::OrderEvent;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::seal_order::put_in_outbox;
use crate::gateway::Gateway;
use crate::store::history::{self, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::orders::{self, Order};

/// Deals with the order that has waited longest for its receipt beyond the first term. Returns its
/// number.
pub async fn chase_receipt(gateway: &Gateway) -> Result<Option<String>, Failure<Infallible>> {
    let delivery = &gateway.config.delivery;
    let resend_after = TimeDelta::minutes(i64::from(delivery.receipt_resend_minutes));
    let escalate_after = TimeDelta::minutes(i64::from(delivery.receipt_escalate_minutes));
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    let silent = orders::list_silent(&mut tx, now - resend_after, 1).await?;
    let Some(order) = silent.into_iter().next() else {
        return Ok(None);
    };
    let actor = Actor::Gateway("reconciler");
    let note = note(gateway, &actor, Some("no receipt came"));
    if is_to_be_escalated(&order, now, escalate_after) {
        let hold = NewHold {
            kind: SubjectKind::Order,
            subject: order.id.0,
            number: &order.number,
            code: Reason::NO_RECEIPT.number(),
            detail: &format!("sent {} times, no receipt came", order.resends + 1),
        };
        holds::open(&mut tx, &hold, &note).await?;
    } else {
        let event = OrderEvent::ResendDecided;
        take_step::<history::Order>(&mut tx, order.id.0, order.state, event, &note).await?;
        orders::count_resend(&mut tx, order.id).await?;
        put_in_outbox(&mut tx, gateway, &order, &note).await?;
    }
    tx.commit().await?;
    Ok(Some(order.number))
}

fn is_to_be_escalated(order: &Order, now: DateTime<Utc>, after: TimeDelta) -> bool {
    // The same bytes are sent again at least once before anybody is disturbed.
    order.resends > 0
        && order
            .signed_at
            .is_none_or(|signed_at| now - signed_at >= after)
}
