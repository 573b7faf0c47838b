//! What is done with one dead letter: all of it in one transaction.

use uuid::Uuid;

use crate::domain::id::{MessageId, OrderId};
use crate::domain::order_action::OrderAction;
use crate::flow::Failure;
use crate::flow::dead_letters::DeadLetterRefusal;
use crate::flow::decide_lane::subject;
use crate::flow::decide_order::{self, OrderDecision};
use crate::gateway::Gateway;
use crate::store::causes::Outcome;
use crate::store::dead_letter_decisions::{DeadLetterAction, EndedLetter};
use crate::store::history::{self, Note, SubjectKind};
use crate::store::outbox::{self, DeadLetter, LaneKind, NewMessage};
use crate::store::{StoreError, Tx, orders};

/// What lies in the outbox.
enum Content {
    /// An office's event.
    Event,
    /// An order to the bureau.
    Order,
    /// Another document for the bureau.
    Letter,
}

fn content_of(letter: &DeadLetter) -> Content {
    match (letter.lane_kind.as_str(), letter.kind.as_str()) {
        (kind, _) if kind == LaneKind::Office.as_str() => Content::Event,
        (_, "order") => Content::Order,
        _ => Content::Letter,
    }
}

/// Does with a letter what was decided.
pub(super) async fn act(
    tx: &mut Tx,
    gateway: &Gateway,
    message: Uuid,
    action: DeadLetterAction,
    note: &Note<'_>,
) -> Result<EndedLetter, Failure<DeadLetterRefusal>> {
    let letter = find_open(tx, message).await?;
    match (content_of(&letter), action) {
        (Content::Event, DeadLetterAction::Redrive) => send_event_again(tx, &letter, note).await,
        (Content::Order, DeadLetterAction::Redrive) => {
            send_order_again(tx, gateway, &letter, note).await
        }
        (Content::Letter, DeadLetterAction::Redrive) => {
            Err(Failure::Refused(DeadLetterRefusal::LetterToBureau))
        }
        (Content::Event | Content::Letter, DeadLetterAction::Discard) => {
            discard(tx, &letter, note).await
        }
        (Content::Order, DeadLetterAction::Discard) => {
            Err(Failure::Refused(DeadLetterRefusal::CarriesOrder))
        }
    }
}

async fn find_open(tx: &mut Tx, message: Uuid) -> Result<DeadLetter, Failure<DeadLetterRefusal>> {
    let unknown = || Failure::Refused(DeadLetterRefusal::Unknown);
    let letter = outbox::find_dead(tx, message).await?.ok_or_else(unknown)?;
    match &letter.resolution {
        Some(resolution) => Err(resolved(resolution)),
        None => Ok(letter),
    }
}

fn resolved(resolution: &str) -> Failure<DeadLetterRefusal> {
    Failure::Refused(DeadLetterRefusal::Resolved {
        resolution: resolution.to_owned(),
    })
}

/// Appends the event at the end of its lane: what came after it was delivered before it.
async fn send_event_again(
    tx: &mut Tx,
    letter: &DeadLetter,
    note: &Note<'_>,
) -> Result<EndedLetter, Failure<DeadLetterRefusal>> {
    let gone = || Failure::Refused(DeadLetterRefusal::Gone);
    let kept = outbox::find_message(tx, &letter.lane, letter.seq, letter.created_at).await?;
    let kept = kept.ok_or_else(gone)?;
    let again = MessageId(note.random.uuid(note.at));
    close(tx, letter, "REDRIVEN", Some(again), note).await?;
    let message = NewMessage {
        id: again,
        kind: &kept.kind,
        subject: kept.subject_id,
        payload: &kept.payload,
        // Where it was sent again before, whoever reads it wants to know what it was at first.
        replay_of: Some(MessageId(kept.replay_of.unwrap_or(kept.message_id))),
    };
    outbox::tell(tx, &letter.lane, &message, note.at);
    Ok(done("appended to its lane", Some(again)))
}

async fn send_order_again(
    tx: &mut Tx,
    gateway: &Gateway,
    letter: &DeadLetter,
    note: &Note<'_>,
) -> Result<EndedLetter, Failure<DeadLetterRefusal>> {
    // Whoever decides about an order locks it first; what is read of its letter then stays true.
    orders::lock(tx, OrderId(letter.subject_id)).await?;
    find_open(tx, letter.message_id).await?;
    let decision = OrderDecision {
        action: OrderAction::Resend,
        lines: &[],
    };
    let id = letter.subject_id.to_string();
    let sent = decide_order::decide_in(tx, gateway, &id, decision, note).await;
    sent.map_err(|failure| match failure {
        Failure::Refused(refusal) => Failure::Refused(DeadLetterRefusal::Order(refusal)),
        Failure::Broken(error) => Failure::Broken(error),
    })?;
    let resolved = outbox::find_dead(tx, letter.message_id).await?;
    let again = resolved.and_then(|letter| letter.replayed_as);
    Ok(done("its order is sent again", again.map(MessageId)))
}

async fn discard(
    tx: &mut Tx,
    letter: &DeadLetter,
    note: &Note<'_>,
) -> Result<EndedLetter, Failure<DeadLetterRefusal>> {
    close(tx, letter, "DISCARDED", None, note).await?;
    Ok(done("given up", None))
}

/// Writes down what was decided, unless somebody else did so a moment ago.
async fn close(
    tx: &mut Tx,
    letter: &DeadLetter,
    resolution: &str,
    again: Option<MessageId>,
    note: &Note<'_>,
) -> Result<(), Failure<DeadLetterRefusal>> {
    let message = letter.message_id;
    if !outbox::resolve_one_dead(tx, message, resolution, again, note.at).await? {
        return Err(StoreError::Moved {
            what: "dead letter",
        }
        .into());
    }
    let words = ["DEAD", resolution, resolution];
    history::record(tx, SubjectKind::Lane, subject(&letter.lane), words, note).await?;
    Ok(())
}

fn done(detail: &str, replayed_as: Option<MessageId>) -> EndedLetter {
    EndedLetter {
        outcome: Outcome::Done,
        detail: detail.to_owned(),
        replayed_as,
    }
}
