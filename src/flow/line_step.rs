//! What every step of an order line brings along: its card, its application, its erasure.

use chrono::{DateTime, Utc};

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::calendar::bucharest_day;
use crate::domain::card::{CardState, ON_THE_WAY, trouble_of};
use crate::domain::reason::Reason;
use crate::domain::retention::RetentionFacts;
use crate::flow::progress::advance;
use crate::flow::{Failure, settle_payments};
use crate::store::acknowledgements::Word;
use crate::store::applications::Application;
use crate::store::cards::{self, Card};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::order_lines::{self, Heard, OrderLine};
use crate::store::{Tx, applications, sealed};

/// `DOCUMENT_NUMBER_CONFLICT`: one card number for two lines.
const DOCUMENT_NUMBER_CONFLICT: u16 = Reason::DOCUMENT_NUMBER_CONFLICT.number();

/// Takes a line's step.
pub(crate) async fn take_line_step<R>(
    tx: &mut Tx,
    line: &mut OrderLine,
    event: LineEvent,
    occurred_at: DateTime<Utc>,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let from = line.state;
    line.state = take_step::<history::OrderLine>(tx, line.id.0, from, event, note).await?;
    if let Some(card) = CardState::left_by(event) {
        cards::set_state(tx, line.id, card, None, occurred_at).await?;
    }
    if event == LineEvent::OfficeReceivedCard {
        order_lines::set_at_office(tx, line.id, note.at).await?;
    }
    if trouble_of(from).is_some() && line.state != from {
        for code in ON_THE_WAY {
            holds::close(tx, line.id.0, Some(code), "WENT_ON", note).await?;
        }
    }
    Ok(())
}

/// Has somebody watch a line whose card's way went wrong; `reason` is the one that was given.
pub(crate) async fn watch_trouble<R>(
    tx: &mut Tx,
    line: &OrderLine,
    application: &Application,
    reason: Option<u16>,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let Some(usual) = trouble_of(line.state) else {
        return Ok(());
    };
    let given = reason.filter(|reason| ON_THE_WAY.contains(reason));
    let hold = NewHold {
        kind: SubjectKind::OrderLine,
        subject: line.id.0,
        number: &application.number,
        code: given.unwrap_or(usual),
        detail: "no card is on its way to the office; wait for the bureau's, or order it anew",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

/// Records on the line what an applied word said.
pub(crate) async fn set_heard<R>(
    tx: &mut Tx,
    line: &mut OrderLine,
    word: &Word,
    remakes: i64,
) -> Result<(), Failure<R>> {
    let heard = Heard {
        sequence: word.sequence,
        remakes,
        reason: word.reason,
        document_number: word.document_number.as_deref(),
    };
    order_lines::set_heard(tx, line.id, &heard).await?;
    line.remakes = remakes;
    Ok(())
}

/// Keeps the card that a word tells of, and from its making on the term for erasing the images.
pub(crate) async fn keep_card<R>(
    tx: &mut Tx,
    line: &OrderLine,
    word: &Word,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    if !matches!(word.status, LineEvent::CardMade | LineEvent::CardRemade) {
        if let Some(consignment) = &word.consignment
            && word.status == LineEvent::ParcelShipped
        {
            let at = word.occurred_at;
            cards::set_state(tx, line.id, CardState::Shipped, Some(consignment), at).await?;
        }
        return Ok(());
    }
    if let Some(number) = &word.document_number {
        let made_at = word.occurred_at;
        if !cards::insert(tx, number, line.id, line.application, made_at).await?
            && !cards::make_again(tx, number, line.id, made_at).await?
        {
            hold_taken_number(tx, number, line, note).await?;
        }
        // Never two cards: the one that was lost or damaged is worth nothing from now on.
        cards::void_others(tx, line.id, number, made_at).await?;
    }
    if let Some(due) = erasure_after_issue(word.occurred_at, note)
        && let Some(application) = applications::find(tx, line.application).await?
    {
        sealed::erase_by(tx, application.sealed, due).await?;
    }
    Ok(())
}

/// When the images must be gone, of a card that was made at this instant.
pub(crate) fn erasure_after_issue(
    made_at: DateTime<Utc>,
    note: &Note<'_>,
) -> Option<DateTime<Utc>> {
    let facts = RetentionFacts {
        issued_on: Some(bucharest_day(made_at)),
        ..RetentionFacts::default()
    };
    note.retention
        .erase_at(&facts)
        .map(|erasure| erasure.due_at())
}

/// Asks an operator about a card's number that belongs to another card, if it does. A number is
/// opaque and names one card for ever: only one that failed before it left the bureau is made again
/// under the same.
pub(crate) async fn hold_taken_number<R>(
    tx: &mut Tx,
    document_number: &str,
    line: &OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let card = cards::find(tx, document_number).await?;
    let is_own = |card: Card| card.line == line.id && card.state == CardState::Produced;
    if card.is_some_and(is_own) {
        return Ok(());
    }
    let application = applications::find(tx, line.application).await?;
    let number = application.map_or_else(String::new, |found| found.number);
    let hold = NewHold {
        kind: SubjectKind::OrderLine,
        subject: line.id.0,
        number: &number,
        code: DOCUMENT_NUMBER_CONFLICT,
        detail: "the card's number belongs to another card",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

/// Takes the application along, and its payments where its card is not made.
pub(crate) async fn follow<R>(
    tx: &mut Tx,
    application: &mut Application,
    events: &[ApplicationEvent],
    reason: Option<u16>,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for event in events {
        advance(tx, application, *event, reason, note).await?;
        match event {
            ApplicationEvent::SentBack
            | ApplicationEvent::RefusedTechnically
            | ApplicationEvent::OrderWithdrawn
                if matches!(
                    application.state,
                    ApplicationState::Returned | ApplicationState::Ready
                ) =>
            {
                settle_payments::release(tx, application, note).await?;
                // The bureau could not do it now; at once it could do it no better.
                if *event == ApplicationEvent::RefusedTechnically {
                    applications::begin_waiting(tx, application.id, note.at).await?;
                }
            }
            ApplicationEvent::CancelConfirmed => {
                settle_payments::owe_refund(tx, application, note).await?;
            }
            ApplicationEvent::CardFailed => {
                applications::count_remake(tx, application.id).await?;
            }
            _ => (),
        }
    }
    Ok(())
}

/// Stops an application until an operator has decided, where its life cycle lets it be stopped.
pub(crate) async fn put_on_hold<R>(
    tx: &mut Tx,
    application: &mut Application,
    code: u16,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    if application.state.after(ApplicationEvent::Held).is_ok() {
        advance(tx, application, ApplicationEvent::Held, Some(code), note).await?;
    }
    Ok(())
}
