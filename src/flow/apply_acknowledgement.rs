//! Acts upon an acknowledgement: the bureau's words on lines, each judged by what is known of its
//! line at that moment. Lines are independent of one another, so those on which all goes as it
//! should are written together; the others are dealt with one word after the other.

mod together;

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::bureau::acknowledgement::{Acknowledgement, Entry};
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::ApplicationState;
use crate::domain::event::EventKind;
use crate::domain::reason::{Owner, Reason};
use crate::domain::reconciliation::{
    Applied, EntryFacts, HoldReason, Judgement, LineKnowledge, judge,
};
use crate::flow::force_word::weigh_word;
use crate::flow::letters::settle_cancels;
use crate::flow::line_step::{self, take_line_step};
use crate::flow::progress::tell;
use crate::flow::{Failure, compare_shipments, consignments, order_progress};
use crate::gateway::Gateway;
use crate::store::acknowledgements::{self, Disposition, Word};
use crate::store::applications::Application;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::InboxMessage;
use crate::store::order_lines::{self, Heard, OrderLine};
use crate::store::orders::{self, Order};
use crate::store::{StoreError, Tx, applications};

/// Applies every word of the document, and compares its parcels with what was ordered.
pub(crate) async fn apply(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    words: &Acknowledgement,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    hear_all(tx, gateway, document, &words.entries, note).await?;
    consignments::keep_told(tx, document, &words.shipments, note).await?;
    compare_shipments::compare(tx, document, &words.entries, &words.shipments, note).await
}

/// Hears words, whatever document of the bureau they stand in; afterwards every order that they
/// speak of has come as far as its lines, and whoever asked to cancel one of them has the answer.
pub(crate) async fn hear_all(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    entries: &[Entry],
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let mut by_order: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_order.entry(&entry.order_number).or_default().push(entry);
    }
    for (number, entries) in by_order {
        let order = orders::find_by_number(tx, number).await?;
        let rest = match &order {
            Some(order) => {
                together::hear(tx, gateway, document, (order.id, &entries), note).await?
            }
            None => entries.clone(),
        };
        for entry in rest {
            match find_line(tx, order.as_ref(), entry).await? {
                Some(known) => hear(tx, gateway, document, entry, known, note).await?,
                None => hold_unknown(tx, document, entry, note).await?,
            }
        }
        if let Some(order) = order {
            order_progress::settle(tx, order.id, note).await?;
            settle_cancels(tx, order.id, &entries, document.id, note).await?;
        }
    }
    consignments::follow_document(tx, gateway, document.id, note).await
}

/// Finds the line that a word is about; its application must be the one that the word names.
async fn find_line(
    tx: &mut Tx,
    order: Option<&Order>,
    entry: &Entry,
) -> Result<Option<(OrderLine, Application)>, Failure<Infallible>> {
    let Some(order) = order else {
        return Ok(None);
    };
    let Some(line) = order_lines::lock(tx, order.id, i64::from(entry.line_no)).await? else {
        return Ok(None);
    };
    let application = applications::find(tx, line.application).await?;
    Ok(application
        .filter(|application| application.number == entry.application_number)
        .map(|application| (line, application)))
}

async fn hold_unknown(
    tx: &mut Tx,
    document: &InboxMessage,
    entry: &Entry,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let place = format!("{}/{}", entry.order_number, entry.line_no);
    let detail = format!(
        "{} of the application {}, sequence {}, is about no line that was ordered",
        entry.status, entry.application_number, entry.sequence
    );
    let hold = NewHold {
        kind: SubjectKind::Inbox,
        subject: document.id.0,
        number: &place,
        code: HoldReason::UnknownOrderOrLine.number(),
        detail: &detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

/// Judges one word, keeps it, and then those that waited for it.
async fn hear(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    entry: &Entry,
    (mut line, mut application): (OrderLine, Application),
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let mut word = word_of(gateway, document, entry, &line);
    let same_number = acknowledgements::list_with_sequence(tx, line.id, word.sequence).await?;
    let stored = same_number
        .iter()
        .find_map(|kept| kept.hash.as_slice().try_into().ok());
    let known_twin = same_number.iter().any(|kept| kept.hash == word.hash);
    let mut judgement = judge(
        Some(&knowledge_of(&line, &application, stored)),
        &facts_of(&word),
    );
    // The second telling of a word that lost a conflict is still only a repetition.
    if known_twin && judgement == Judgement::Conflict {
        return Ok(());
    }
    loop {
        judgement = after_forced(tx, judgement, &mut line, &word, note).await?;
        if let Some(disposition) = disposition_of(&judgement) {
            word.disposition = disposition;
            if !acknowledgements::insert(tx, &word, note.at).await? {
                acknowledgements::set_disposition(tx, word.id, disposition).await?;
            }
        }
        carry_out(tx, &judgement, &word, (&mut line, &mut application), note).await?;
        let last = i64::from(judgement.sequence_after(sequence(line.last_sequence)));
        if last == line.last_sequence {
            return Ok(());
        }
        line.last_sequence = last;
        // A word that waited may have its turn now.
        let next = acknowledgements::list_with_sequence(tx, line.id, last + 1).await?;
        let Some(waiting) = next
            .into_iter()
            .find(|kept| kept.disposition == Disposition::Waiting)
        else {
            return Ok(());
        };
        word = waiting;
        judgement = judge(
            Some(&knowledge_of(&line, &application, None)),
            &facts_of(&word),
        );
    }
}

/// On a line that two persons moved for the bureau, its own word is held against theirs first.
async fn after_forced(
    tx: &mut Tx,
    judgement: Judgement,
    line: &mut OrderLine,
    word: &Word,
    note: &Note<'_>,
) -> Result<Judgement, Failure<Infallible>> {
    let has_its_turn = matches!(judgement, Judgement::Applies(_) | Judgement::Impossible(_));
    if !line.forced || !has_its_turn {
        return Ok(judgement);
    }
    let weighed = weigh_word(tx, line, word, note).await?;
    Ok(weighed.unwrap_or(judgement))
}

fn word_of(gateway: &Gateway, document: &InboxMessage, entry: &Entry, line: &OrderLine) -> Word {
    Word {
        id: gateway.random.uuid(gateway.clock.now()),
        line: line.id,
        inbox: document.id,
        sequence: i64::from(entry.sequence),
        hash: entry.hash().to_vec(),
        status: entry.status,
        reason: entry.reason.map(i64::from),
        document_number: entry.document_number.clone(),
        consignment: entry.consignment.clone(),
        occurred_at: entry.occurred_at,
        disposition: Disposition::Waiting,
    }
}

fn sequence(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn knowledge_of(
    line: &OrderLine,
    application: &Application,
    stored: Option<[u8; 32]>,
) -> LineKnowledge {
    LineKnowledge {
        state: line.state,
        application: application.state,
        last_sequence: sequence(line.last_sequence),
        stored,
        remakes: sequence(line.remakes),
    }
}

pub(crate) fn facts_of(word: &Word) -> EntryFacts {
    let reason = word.reason.and_then(|reason| u16::try_from(reason).ok());
    let office_must_act = reason
        .and_then(Reason::from_number)
        .is_some_and(|reason| reason.owner() == Owner::Office);
    EntryFacts {
        sequence: sequence(word.sequence),
        hash: word.hash.as_slice().try_into().unwrap_or_default(),
        event: word.status,
        reason,
        office_must_act,
    }
}

/// How a word is kept; `None` for one that is kept already.
fn disposition_of(judgement: &Judgement) -> Option<Disposition> {
    match judgement {
        Judgement::Duplicate | Judgement::UnknownLine => None,
        Judgement::Conflict | Judgement::AgainstForced => Some(Disposition::Conflict),
        Judgement::Late | Judgement::Overtaken => Some(Disposition::Late),
        Judgement::Waits { .. } => Some(Disposition::Waiting),
        Judgement::Applies(_) => Some(Disposition::Applied),
        Judgement::Impossible(_) => Some(Disposition::Impossible),
    }
}

async fn carry_out(
    tx: &mut Tx,
    judgement: &Judgement,
    word: &Word,
    (line, application): (&mut OrderLine, &mut Application),
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    match judgement {
        Judgement::Applies(applied) => {
            take_applied(tx, applied, word, (line, application), note).await?;
        }
        // It uses up its number, so that later words are heard.
        Judgement::Impossible(illegal) => {
            line_step::set_heard(tx, line, word, line.remakes).await?;
            let detail = format!("sequence {}: {illegal}", word.sequence);
            hold_line(
                tx,
                line,
                application,
                HoldReason::ImpossibleStep,
                &detail,
                note,
            )
            .await?;
        }
        Judgement::Conflict => {
            let detail = format!(
                "the bureau says two things under sequence {}",
                word.sequence
            );
            let reason = HoldReason::AcknowledgementConflict;
            hold_line(tx, line, application, reason, &detail, note).await?;
        }
        Judgement::Overtaken => {
            use_up(tx, line, word).await?;
            // The document may say what the call left out, as the consignment of the card.
            if line.state == LineState::Shipped || line.state == LineState::Produced {
                line_step::keep_card(tx, line, word, note).await?;
            }
        }
        Judgement::AgainstForced => {
            use_up(tx, line, word).await?;
            let detail = format!(
                "sequence {} says {}, and two persons had applied another word",
                word.sequence, word.status
            );
            let reason = HoldReason::AcknowledgementConflict;
            hold_line(tx, line, application, reason, &detail, note).await?;
        }
        // A gap usually closes by itself; the watch on open orders finds those that do not.
        Judgement::Waits { .. }
        | Judgement::Duplicate
        | Judgement::Late
        | Judgement::UnknownLine => (),
    }
    Ok(())
}

/// A word that moves nothing uses up its number, so that later words are heard.
async fn use_up(tx: &mut Tx, line: &OrderLine, word: &Word) -> Result<(), StoreError> {
    let heard = Heard {
        sequence: word.sequence,
        remakes: line.remakes,
        reason: line.reason,
        document_number: None,
    };
    order_lines::set_heard(tx, line.id, &heard).await
}

async fn take_applied(
    tx: &mut Tx,
    applied: &Applied,
    word: &Word,
    (line, application): (&mut OrderLine, &mut Application),
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    line_step::set_heard(tx, line, word, i64::from(applied.remakes)).await?;
    carry_applied(tx, applied, word, (line, application), note).await
}

/// What follows when a word moves its line: the step, the card, the application, the hold.
pub(crate) async fn carry_applied<R>(
    tx: &mut Tx,
    applied: &Applied,
    word: &Word,
    (line, application): (&mut OrderLine, &mut Application),
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    take_line_step(tx, line, applied.line_event, word.occurred_at, note).await?;
    line_step::keep_card(tx, line, word, note).await?;
    if applied.line_event == LineEvent::LineAccepted {
        tell(tx, application, EventKind::Accepted, None, note)?;
    }
    let reason = word.reason.and_then(|reason| u16::try_from(reason).ok());
    line_step::follow(tx, application, &applied.application_events, reason, note).await?;
    // A card that nobody came for goes back by plan.
    if application.state != ApplicationState::Unclaimed {
        line_step::watch_trouble(tx, line, application, reason, note).await?;
    }
    if let Some(hold) = applied.hold {
        let detail = format!("{} after {} remakes", applied.line_event, applied.remakes);
        hold_line(tx, line, application, hold, &detail, note).await?;
        line_step::put_on_hold(tx, application, hold.number(), note).await?;
    }
    Ok(())
}

async fn hold_line<R>(
    tx: &mut Tx,
    line: &OrderLine,
    application: &Application,
    reason: HoldReason,
    detail: &str,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let hold = NewHold {
        kind: SubjectKind::OrderLine,
        subject: line.id.0,
        number: &application.number,
        code: reason.number(),
        detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
