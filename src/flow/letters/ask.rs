//! Asks the bureau whether it holds an order, and what it has said of its lines.

use chrono::{DateTime, Utc};

use crate::domain::letter::{LetterEvent, LetterKind, LetterState, Occasion};
use crate::domain::operator::Actor;
use crate::domain::order::OrderState;
use crate::flow::Failure;
use crate::flow::decide_order::OrderRefusal;
use crate::flow::letters::{NewLetter, decide, seal};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{self, Note, take_step};
use crate::store::letters::{self, Letter};
use crate::store::orders::{self, Order};
use crate::store::{Tx, outbox};
use crate::worker::bell::Bell;

/// Asks about an order by an operator's decision. A question that waits for its answer is not asked
/// twice: its bytes are sent again if the bureau has them already.
pub async fn ask_bureau(
    gateway: &Gateway,
    number: &str,
    actor: &Actor,
    reason: &str,
) -> Result<Letter, Failure<OrderRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let letter = ask_bureau_in(&mut tx, gateway, number, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(letter)
}

/// Wakes whoever writes and sends letters, once the decision is committed.
pub fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Batcher);
    gateway.bells.ring(Bell::Dispatcher);
}

/// [`ask_bureau`] in the caller's transaction; whoever commits it calls [`wake`].
pub(crate) async fn ask_bureau_in(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    note: &Note<'_>,
) -> Result<Letter, Failure<OrderRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(OrderRefusal::ReasonMissing));
    }
    let order = find_order(tx, number).await?;
    // Of what was never signed or is given up, there is nothing to ask.
    let is_askable = order.sha256.is_some() && order.state != OrderState::Cancelled;
    if !is_askable {
        return Err(Failure::Refused(OrderRefusal::NotNow {
            number: order.number,
            state: order.state,
        }));
    }
    ask(tx, gateway, &order, Occasion::Decision, note.at, note).await
}

/// Finds an order by number or id, and locks it.
pub(super) async fn find_order(tx: &mut Tx, number: &str) -> Result<Order, Failure<OrderRefusal>> {
    let id = match number.parse() {
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

/// Asks about an order that the caller has locked, from `due_at` on; there is one open question
/// about an order at most, and it is returned where it stands already.
pub(crate) async fn ask<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    occasion: Occasion,
    due_at: DateTime<Utc>,
    note: &Note<'_>,
) -> Result<Letter, Failure<R>> {
    if let Some(open) = letters::find_open_inquiry(tx, order.id).await? {
        return again(tx, gateway, open, note).await;
    }
    let new = NewLetter {
        due_at,
        ..NewLetter::about(order, LetterKind::Inquiry, occasion, note)
    };
    Ok(decide(tx, new, note).await?)
}

/// Sends the same bytes again of a question that the bureau took and has not answered.
async fn again<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    open: Letter,
    note: &Note<'_>,
) -> Result<Letter, Failure<R>> {
    let is_waiting = outbox::is_waiting(tx, open.id.0).await?;
    if open.state != LetterState::Sent || is_waiting {
        return Ok(open);
    }
    let event = LetterEvent::SentAgain;
    let state = take_step::<history::Letter>(tx, open.id.0, open.state, event, note).await?;
    seal::put_in_outbox(tx, gateway, &open, note).await?;
    Ok(Letter { state, ..open })
}
