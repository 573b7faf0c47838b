//! What every step of an order line brings along: its card, its application, its erasure.

use chrono::{DateTime, Utc};

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::calendar::bucharest_day;
use crate::domain::id::OrderLineId;
use crate::domain::reason::Reason;
use crate::domain::retention::RetentionFacts;
use crate::flow::progress::advance;
use crate::flow::{Failure, settle_payments};
use crate::store::acknowledgements::Word;
use crate::store::applications::Application;
use crate::store::cards::{self, CardState};
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
    let card = match event {
        LineEvent::QualityCheckFailed | LineEvent::CardSpoiled => CardState::Failed,
        LineEvent::ParcelShipped => CardState::Shipped,
        LineEvent::ParcelLost | LineEvent::ParcelDamaged => CardState::Lost,
        LineEvent::OfficeReceivedCard => CardState::AtOffice,
        LineEvent::OfficeHandedOver => CardState::HandedOver,
        LineEvent::CardDestroyed => CardState::Destroyed,
        _ => return Ok(()),
    };
    cards::set_state(tx, line.id, card, None, occurred_at).await?;
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
        if let Some(consignment) = &word.consignment {
            let at = word.occurred_at;
            cards::set_state(tx, line.id, CardState::Shipped, Some(consignment), at).await?;
        }
        return Ok(());
    }
    if let Some(number) = &word.document_number
        && !cards::insert(tx, number, line.id, line.application, word.occurred_at).await?
    {
        hold_taken_number(tx, number, line.id, note).await?;
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

/// Asks an operator about a card's number that belongs to a card of another line, if it does.
pub(crate) async fn hold_taken_number<R>(
    tx: &mut Tx,
    document_number: &str,
    line: OrderLineId,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    if cards::find_line(tx, document_number).await? == Some(line) {
        return Ok(());
    }
    let hold = NewHold {
        kind: SubjectKind::OrderLine,
        subject: line.0,
        number: document_number,
        code: DOCUMENT_NUMBER_CONFLICT,
        detail: "the card's number belongs to a card of another line",
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
