//! Ends the doubt whether the bureau has an order: by its answer, or after a term by sending the
//! same bytes again, which the bureau knows by number and digest.

use std::convert::Infallible;

use chrono::TimeDelta;

use crate::domain::operator::Actor;
use crate::domain::order::OrderEvent;
use crate::flow::progress::note;
use crate::flow::send_order::tried_before;
use crate::flow::{Failure, seal_order};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, take_step};
use crate::store::orders::{self, Order};
use crate::store::{Tx, outbox};

/// Sends the order again that has been in doubt for longer than the term for receipts, because
/// nobody answered the question about it. Returns its number.
pub async fn end_doubt(gateway: &Gateway) -> Result<Option<String>, Failure<Infallible>> {
    let minutes = i64::from(gateway.config.delivery.receipt_resend_minutes);
    let before = gateway.clock.now() - TimeDelta::minutes(minutes);
    let mut tx = gateway.store.read().await?;
    let found = orders::list_in_doubt(&mut tx, before, 1).await?;
    drop(tx);
    let Some(found) = found.into_iter().next() else {
        return Ok(None);
    };
    let actor = Actor::Gateway("reconciler");
    let note = note(
        gateway,
        &actor,
        Some("the bureau did not say whether it has the order"),
    );
    let mut tx = gateway.store.begin().await?;
    let Some(order) = orders::lock(&mut tx, found.id).await? else {
        return Ok(None);
    };
    // Its answer may have come since it was looked for.
    if order.version != found.version || outbox::is_waiting(&mut tx, order.id.0).await? {
        return Ok(None);
    }
    send_again(&mut tx, gateway, &order, &note).await?;
    tx.commit().await?;
    Ok(Some(order.number))
}

/// Puts the same bytes in the outbox again; the tries so far count on.
pub(super) async fn send_again(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let tried = match outbox::find_last(tx, order.id.0).await? {
        Some(last) => tried_before(&last) + outbox::count_attempts(tx, last.message_id).await?,
        None => 0,
    };
    let event = OrderEvent::ResendDecided;
    take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
    orders::count_resend(tx, order.id).await?;
    seal_order::put_in_outbox_after(tx, gateway, order, tried, note).await?;
    Ok(())
}
