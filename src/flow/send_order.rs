//! What the dispatcher needs before an order leaves, and what it writes down afterwards.
//!
//! Where nobody knows whether the bytes arrived, they are not sent again at once: the bureau is
//! asked, and the order leaves its lane so that those behind it need not wait for the answer.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::Context;

use crate::domain::delivery::Next;
use crate::domain::id::{OrderId, SealedId};
use crate::domain::letter::Occasion;
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::deliveries::{self, Place, never_recorded, next_of, passed};
use crate::flow::letters::ask::ask;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{self, Note, StepError, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::orders::Order;
use crate::store::outbox::{self, Lane, Message};
use crate::store::{Tx, orders, sealed};
use crate::worker::bell::Bell;

pub use crate::flow::deliveries::Arrival;

/// Attempts ran out.
const BUREAU_UNREACHABLE: u16 = Reason::BUREAU_UNREACHABLE.number();
/// The answer says that no further attempt will help.
const BUREAU_REFUSED: u16 = Reason::BUREAU_REFUSED.number();

/// An order that is to leave now, and the lease under which it may.
#[derive(Debug)]
pub struct Departure {
    /// The lane, leased.
    pub lane: Lane,
    /// The message.
    pub message: Message,
    /// The order.
    pub order: Order,
    /// Where its bytes lie.
    pub sealed: SealedId,
    /// The key to them.
    pub wrapped_key: Vec<u8>,
}

/// Leases the bureau's lane and names the order at its head. `None` when nothing is due.
///
/// A lease before this one that ended without a result is a try whose end nobody knows.
pub async fn lease_next(
    gateway: &Gateway,
    owner: &str,
) -> Result<Option<Departure>, Failure<Infallible>> {
    let actor = Actor::Gateway("dispatcher");
    let note = note(gateway, &actor, None);
    let mut tx = gateway.store.begin().await?;
    let lane = gateway.bureau_lane();
    let Some(claimed) = deliveries::claim(&mut tx, gateway, &lane, owner, &note).await? else {
        return Ok(None);
    };
    let departure = match find_departure(&mut tx, claimed.lane, &note).await? {
        Some(departure) if claimed.was_abandoned => {
            conclude(&mut tx, gateway, &departure, &never_recorded(&note), &note).await?;
            None
        }
        found => found,
    };
    tx.commit().await?;
    Ok(departure)
}

/// Names the first order of the lane that is still to be sent. Those before it need no sending any
/// more, and where none does the lane is given back.
async fn find_departure(
    tx: &mut Tx,
    lane: Lane,
    note: &Note<'_>,
) -> Result<Option<Departure>, Failure<Infallible>> {
    let head = outbox::list_next(tx, &lane, 1, note.at).await?;
    let Some(message) = head.into_iter().next() else {
        outbox::release_lane(tx, &lane, passed(&lane, lane.last_seq), note.at).await?;
        return Ok(None);
    };
    // Whoever decides about the order locks it too, and sees then that its bytes are leaving.
    let order = orders::lock(tx, OrderId(message.subject_id))
        .await?
        .context("an outbox message names an order that does not exist")?;
    if !is_to_be_sent(&order, &message) {
        // It was given up or set aside, or its receipt came while its message waited. Whoever ends a
        // quarantine puts a new message into the outbox.
        outbox::release_lane(tx, &lane, passed(&lane, message.seq), note.at).await?;
        return Ok(None);
    }
    let sealed = order
        .sealed
        .context("an order in the outbox has no signed bytes")?;
    let Some(wrapped_key) = sealed::find_key(tx, sealed).await? else {
        outbox::release_lane(tx, &lane, passed(&lane, message.seq), note.at).await?;
        let death = Death {
            cause: "its signed bytes were erased",
            code: Reason::DECRYPT_FAILED.number(),
            attempts: lane.attempts,
        };
        bury(tx, &order, &message, &death, None, note).await?;
        return Ok(None);
    };
    Ok(Some(Departure {
        lane,
        message,
        order,
        sealed,
        wrapped_key,
    }))
}

/// Writes down how a try ended: the attempt, the order's step, the lane's cursor. A lease that was
/// lost meanwhile changes nothing; returns whether it still held.
pub async fn record_attempt(
    gateway: &Gateway,
    departure: &Departure,
    arrival: &Arrival,
) -> Result<bool, Failure<Infallible>> {
    let actor = Actor::Gateway("dispatcher");
    let note = note(gateway, &actor, None);
    let mut tx = gateway.store.begin().await?;
    let held = conclude(&mut tx, gateway, departure, arrival, &note).await?;
    if held {
        tx.commit().await?;
        // Where the try ended in doubt, a question is to be written.
        gateway.bells.ring(Bell::Batcher);
    }
    Ok(held)
}

async fn conclude(
    tx: &mut Tx,
    gateway: &Gateway,
    departure: &Departure,
    arrival: &Arrival,
    note: &Note<'_>,
) -> Result<bool, Failure<Infallible>> {
    let Departure { lane, message, .. } = departure;
    // Tries before the one that ended in doubt count too, so that nothing is sent without end.
    let attempts = tried_before(message) + lane.attempts + 1;
    let next = next_of(gateway, arrival, attempts);
    let place = match next {
        Next::Done | Next::Refused | Next::Exhausted => Place::Behind(None),
        Next::AskAfter(wait) => Place::Behind(Some(note.at + wait)),
        Next::SendAfter(wait) => Place::First(note.at + wait),
    };
    let held = deliveries::give_back(
        tx,
        gateway,
        (lane, message),
        (arrival, attempts),
        place,
        note,
    );
    if !held.await? {
        return Ok(false);
    }
    match next {
        Next::Done => take_delivered_step(tx, departure, note).await?,
        Next::AskAfter(wait) => ask_in_doubt(tx, gateway, departure, wait, note).await?,
        Next::Refused | Next::Exhausted => {
            let code = match next {
                Next::Refused => arrival.unsendable.unwrap_or(BUREAU_REFUSED),
                _ => BUREAU_UNREACHABLE,
            };
            let cause = arrival.cause();
            let death = Death {
                cause: &cause,
                code,
                attempts,
            };
            let detail = arrival.detail.as_deref();
            bury(tx, &departure.order, message, &death, detail, note).await?;
        }
        Next::SendAfter(_) => (),
    }
    Ok(true)
}

/// The payload of a message that carries an order which was tried `tried` times before.
pub(crate) fn payload_of(order: &Order, tried: i64) -> String {
    if tried == 0 {
        serde_json::json!({ "order": order.number }).to_string()
    } else {
        serde_json::json!({ "order": order.number, "tried": tried }).to_string()
    }
}

/// What a message says that carries an order again which the bureau has answered.
pub(crate) fn payload_again(order: &Order) -> String {
    serde_json::json!({ "order": order.number, "again": true }).to_string()
}

/// Whether two persons had the order sent again that the bureau has answered.
fn is_sent_again(message: &Message) -> bool {
    said_in(message, "again").and_then(|again| again.as_bool()) == Some(true)
}

/// Whether the bytes of an order still have to go.
fn is_to_be_sent(order: &Order, message: &Message) -> bool {
    let is_answered = order.state.after(OrderEvent::ResendApproved).is_ok();
    let is_due = order.state == OrderState::Queued || (is_answered && is_sent_again(message));
    is_due && !order.quarantined
}

/// How often the order of a message was tried before it was put in the outbox anew.
pub(crate) fn tried_before(message: &Message) -> i64 {
    let tried = said_in(message, "tried").and_then(|tried| tried.as_i64());
    tried.unwrap_or(0)
}

/// What a message says of its order beside the number.
fn said_in(message: &Message, what: &str) -> Option<serde_json::Value> {
    let mut payload: serde_json::Value = serde_json::from_str(&message.payload).ok()?;
    payload.get_mut(what).map(serde_json::Value::take)
}

/// Asks the bureau for an order that it may hold, unless a receipt says meanwhile that it does.
async fn ask_in_doubt(
    tx: &mut Tx,
    gateway: &Gateway,
    departure: &Departure,
    wait: Duration,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let Some(order) = orders::lock(tx, departure.order.id).await? else {
        return Ok(());
    };
    if order.state == OrderState::Queued {
        ask(tx, gateway, &order, Occasion::Doubt, note.at + wait, note).await?;
    }
    Ok(())
}

async fn take_delivered_step(
    tx: &mut Tx,
    departure: &Departure,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let order = &departure.order;
    // A receipt may have come while the answer was on its way: the present state decides.
    let Some(current) = orders::lock(tx, order.id).await? else {
        return Ok(());
    };
    let event = OrderEvent::BytesDelivered;
    match take_step::<history::Order>(tx, order.id.0, current.state, event, note).await {
        // The receipt overtook the record and refused the file, or an operator gave it up.
        Ok(_) | Err(StepError::Illegal(_)) => (),
        Err(error) => return Err(error.into()),
    }
    orders::set_sent(tx, order.id, note.at).await?;
    Ok(())
}

/// Why a message is sent no more.
struct Death<'a> {
    /// In the delivery rule's words.
    cause: &'a str,
    /// The number of the reason.
    code: u16,
    /// After how many attempts.
    attempts: i64,
}

/// Sets the message aside, and asks an operator about its order unless a receipt has told of it
/// meanwhile: then the receipt's own consequences stand.
async fn bury(
    tx: &mut Tx,
    order: &Order,
    message: &Message,
    death: &Death<'_>,
    detail: Option<&str>,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    outbox::bury(tx, message, death.cause, death.attempts, note.at).await?;
    let current = orders::lock(tx, order.id).await?;
    let is_answered = current.is_some_and(|current| current.state != OrderState::Queued);
    if is_answered && !is_sent_again(message) {
        outbox::resolve_dead(tx, order.id.0, "ANSWERED", None, note.at).await?;
        return Ok(());
    }
    let hold = NewHold {
        kind: SubjectKind::Order,
        subject: order.id.0,
        number: &order.number,
        code: death.code,
        detail: detail.unwrap_or(death.cause),
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
