//! What the dispatcher needs before a letter leaves, and what it writes down afterwards.
//!
//! The bureau knows a letter by its identifier: whatever became of a try, the same bytes may be
//! sent again.

use std::convert::Infallible;

use anyhow::Context;

use crate::domain::delivery::Next;
use crate::domain::id::{LetterId, SealedId};
use crate::domain::letter::{LetterEvent, LetterKind, LetterState};
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::deliveries::{self, Arrival, Place, never_recorded, next_of, passed};
use crate::flow::letters::{give_up, take_letter_step};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::letters::{self, Letter};
use crate::store::outbox::{self, Lane, Message};
use crate::store::{Tx, sealed};

/// A letter that is to leave now, and the lease under which it may.
#[derive(Debug)]
pub struct LetterDeparture {
    /// The lane, leased.
    pub lane: Lane,
    /// The message.
    pub message: Message,
    /// The letter.
    pub letter: Letter,
    /// Where its bytes lie.
    pub sealed: SealedId,
    /// The key to them.
    pub wrapped_key: Vec<u8>,
}

/// Leases the lane of letters and names the letter at its head. `None` when nothing is due.
pub async fn lease_next(
    gateway: &Gateway,
    owner: &str,
) -> Result<Option<LetterDeparture>, Failure<Infallible>> {
    let actor = Actor::Gateway("dispatcher");
    let note = note(gateway, &actor, None);
    let lane = gateway.bureau_letters_lane();
    let mut tx = gateway.store.begin().await?;
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

async fn find_departure(
    tx: &mut Tx,
    lane: Lane,
    note: &Note<'_>,
) -> Result<Option<LetterDeparture>, Failure<Infallible>> {
    let head = outbox::list_next(tx, &lane, 1, note.at).await?;
    let Some(message) = head.into_iter().next() else {
        outbox::release_lane(tx, &lane, passed(&lane, lane.last_seq), note.at).await?;
        return Ok(None);
    };
    let letter = letters::lock(tx, LetterId(message.subject_id))
        .await?
        .context("an outbox message names a letter that does not exist")?;
    if letter.state != LetterState::Queued {
        // It was answered or refused while its message waited.
        outbox::release_lane(tx, &lane, passed(&lane, message.seq), note.at).await?;
        return Ok(None);
    }
    let sealed = letter
        .sealed
        .context("a letter in the outbox has no signed bytes")?;
    let Some(wrapped_key) = sealed::find_key(tx, sealed).await? else {
        outbox::release_lane(tx, &lane, passed(&lane, message.seq), note.at).await?;
        let detail = "its signed bytes were erased";
        outbox::bury(tx, &message, detail, lane.attempts, note.at).await?;
        die(tx, &letter, Reason::DECRYPT_FAILED, detail, note).await?;
        return Ok(None);
    };
    Ok(Some(LetterDeparture {
        lane,
        message,
        letter,
        sealed,
        wrapped_key,
    }))
}

/// Writes down how a try ended. A lease that was lost meanwhile changes nothing; returns whether it
/// still held.
pub async fn record_attempt(
    gateway: &Gateway,
    departure: &LetterDeparture,
    arrival: &Arrival,
) -> Result<bool, Failure<Infallible>> {
    let actor = Actor::Gateway("dispatcher");
    let note = note(gateway, &actor, None);
    let mut tx = gateway.store.begin().await?;
    let held = conclude(&mut tx, gateway, departure, arrival, &note).await?;
    if held {
        tx.commit().await?;
    }
    Ok(held)
}

async fn conclude(
    tx: &mut Tx,
    gateway: &Gateway,
    departure: &LetterDeparture,
    arrival: &Arrival,
    note: &Note<'_>,
) -> Result<bool, Failure<Infallible>> {
    let LetterDeparture { lane, message, .. } = departure;
    let attempts = lane.attempts + 1;
    let next = next_of(gateway, arrival, attempts);
    let place = match next {
        Next::Done | Next::Refused | Next::Exhausted => Place::Behind(None),
        Next::SendAfter(wait) | Next::AskAfter(wait) => Place::First(note.at + wait),
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
    let Some(letter) = letters::lock(tx, departure.letter.id).await? else {
        return Ok(true);
    };
    match next {
        Next::Done => {
            take_letter_step(tx, &letter, LetterEvent::BytesDelivered, note).await?;
            letters::set_sent(tx, letter.id, note.at).await?;
        }
        Next::Refused | Next::Exhausted => {
            let cause = arrival.cause();
            outbox::bury(tx, message, &cause, attempts, note.at).await?;
            let detail = arrival.detail.as_deref().unwrap_or(&cause);
            die(tx, &letter, Reason::LETTER_UNDELIVERED, detail, note).await?;
        }
        Next::SendAfter(_) | Next::AskAfter(_) => (),
    }
    Ok(true)
}

/// Ends a letter that will not be taken, and asks an operator about it unless it was answered
/// meanwhile. An error that cannot be told is no matter for anybody.
async fn die(
    tx: &mut Tx,
    letter: &Letter,
    reason: Reason,
    detail: &str,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if letter.state != LetterState::Queued || letter.kind == LetterKind::TechnicalError {
        outbox::resolve_dead(tx, letter.id.0, "ANSWERED", None, note.at).await?;
    }
    if letter.state != LetterState::Queued {
        return Ok(());
    }
    give_up(tx, letter, LetterEvent::Undeliverable, note).await?;
    if letter.kind == LetterKind::TechnicalError {
        return Ok(());
    }
    let hold = NewHold {
        kind: SubjectKind::Letter,
        subject: letter.id.0,
        number: &letter.number,
        code: reason.number(),
        detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
