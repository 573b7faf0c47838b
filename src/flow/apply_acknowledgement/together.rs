//! Hears the words on many lines at once, where all goes as it should: each word is the next one of
//! its line, the line and its application can take the step, and nobody needs to be asked. The same
//! judgement as for a single word decides that; only the writing is done for all of them together.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::acknowledgement::Entry;
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::card::trouble_of;
use crate::domain::event::{EventKind, told_on};
use crate::domain::id::{ApplicationId, OrderId, OrderLineId, SealedId};
use crate::domain::reconciliation::{Applied, Judgement, judge};
use crate::flow::Failure;
use crate::flow::apply_acknowledgement::{facts_of, knowledge_of, word_of};
use crate::flow::line_step;
use crate::flow::progress::tell;
use crate::gateway::Gateway;
use crate::store::acknowledgements::{self, Disposition, Word};
use crate::store::applications::{self, Application};
use crate::store::cards::{self, NewCard, ShippedCard};
use crate::store::history::{self, Note, Walk, take_all};
use crate::store::inbox::InboxMessage;
use crate::store::order_lines::{self, Heard, OrderLine};
use crate::store::{StoreError, Tx, sealed};

/// The words kept of a line: sequence and hash.
type Kept = BTreeMap<Uuid, Vec<(i64, Vec<u8>)>>;

/// A line with the words on it that can be heard without asking anybody.
struct Told {
    line: OrderLine,
    application: Application,
    from: (LineState, ApplicationState),
    steps: Vec<(Word, Applied)>,
}

/// Hears those of `entries` on lines of one order that need no second look; returns the others.
pub(super) async fn hear<'a>(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    (order, entries): (OrderId, &[&'a Entry]),
    note: &Note<'_>,
) -> Result<Vec<&'a Entry>, Failure<Infallible>> {
    let mut by_line: BTreeMap<i64, Vec<&Entry>> = BTreeMap::new();
    for &entry in entries {
        let entries = by_line.entry(i64::from(entry.line_no)).or_default();
        entries.push(entry);
    }
    let line_nos: Vec<i64> = by_line.keys().copied().collect();
    let lines = order_lines::lock_all(tx, order, &line_nos).await?;
    let mut applications = find_applications(tx, &lines).await?;
    let kept = find_kept(tx, &lines).await?;
    let mut told = Vec::with_capacity(lines.len());
    for line in lines {
        let entries = by_line.get(&line.line_no).map_or(&[][..], Vec::as_slice);
        let Some(application) = applications.remove(&line.application) else {
            continue;
        };
        let kept = kept.get(&line.id.0).map_or(&[][..], Vec::as_slice);
        let line_no = line.line_no;
        let plain = listen(gateway, document, (line, application), kept, entries);
        if let Some(plain) = plain {
            by_line.remove(&line_no);
            told.push(plain);
        }
    }
    told.retain(|one| !one.steps.is_empty());
    write(tx, &mut told, note).await?;
    Ok(by_line.into_values().flatten().collect())
}

/// The applications of lines, but for those that have two of the lines.
async fn find_applications(
    tx: &mut Tx,
    lines: &[OrderLine],
) -> Result<BTreeMap<ApplicationId, Application>, StoreError> {
    let mut once = BTreeSet::new();
    let mut twice = BTreeSet::new();
    for line in lines {
        if !once.insert(line.application) {
            twice.insert(line.application);
        }
    }
    let ids: Vec<Uuid> = once.difference(&twice).map(|id| id.0).collect();
    applications::find_all(tx, &ids).await
}

async fn find_kept(tx: &mut Tx, lines: &[OrderLine]) -> Result<Kept, StoreError> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id.0).collect();
    let mut kept = Kept::new();
    for (line, sequence, hash) in acknowledgements::list_kept(tx, &ids).await? {
        kept.entry(line).or_default().push((sequence, hash));
    }
    Ok(kept)
}

/// Judges the words on one line in their order; `None` when any of them needs a second look.
fn listen(
    gateway: &Gateway,
    document: &InboxMessage,
    (mut line, mut application): (OrderLine, Application),
    kept: &[(i64, Vec<u8>)],
    entries: &[&Entry],
) -> Option<Told> {
    // Of a card that was made again, or went wrong on its way, there is more to do.
    if line.remakes > 0 || trouble_of(line.state).is_some() {
        return None;
    }
    let from = (line.state, application.state);
    // What two persons applied is held against each word.
    if line.forced {
        return None;
    }
    // A word that waits for one of these has its turn then.
    if kept
        .iter()
        .any(|(sequence, _)| *sequence > line.last_sequence)
    {
        return None;
    }
    let mut in_order = entries.to_vec();
    in_order.sort_by_key(|entry| entry.sequence);
    let mut steps = Vec::with_capacity(in_order.len());
    for entry in in_order {
        if entry.application_number != application.number {
            return None;
        }
        let word = Word {
            disposition: Disposition::Applied,
            ..word_of(gateway, document, entry, &line)
        };
        if kept
            .iter()
            .any(|(number, hash)| (*number, hash) == (word.sequence, &word.hash))
        {
            continue; // Told before, to the letter.
        }
        let knowledge = knowledge_of(&line, &application, None);
        let Judgement::Applies(applied) = judge(Some(&knowledge), &facts_of(&word)) else {
            return None;
        };
        if word.sequence <= line.last_sequence || !is_plain(&applied, &word) {
            return None;
        }
        line.state = applied.line_state;
        line.last_sequence = word.sequence;
        line.remakes = i64::from(applied.remakes);
        for event in &applied.application_events {
            application.state = application.state.after(*event).ok()?;
        }
        steps.push((word, applied));
    }
    Some(Told {
        line,
        application,
        from,
        steps,
    })
}

/// Whether a word brings along nothing but a card on its way from the bureau to the office.
fn is_plain(applied: &Applied, word: &Word) -> bool {
    use ApplicationEvent::{CardProduced, CardShipped, ProductionStarted};
    use LineEvent::{
        BiometricsErased, CardMade, LineAccepted, LineReceived, ParcelShipped, ProductionBegun,
    };

    let is_its_own = word.consignment.is_none() || word.status == ParcelShipped;
    let happy = [ProductionStarted, CardProduced, CardShipped];
    is_its_own
        && applied.hold.is_none()
        && applied
            .application_events
            .iter()
            .all(|event| happy.contains(event))
        && matches!(
            applied.line_event,
            LineReceived
                | LineAccepted
                | ProductionBegun
                | CardMade
                | ParcelShipped
                | BiometricsErased
        )
}

/// Writes what was heard: the words, the lines and applications, the cards, what offices are told.
async fn write(tx: &mut Tx, told: &mut [Told], note: &Note<'_>) -> Result<(), Failure<Infallible>> {
    if told.is_empty() {
        return Ok(());
    }
    let words: Vec<Word> = steps(told).map(|(word, _)| word.clone()).collect();
    require_all(
        acknowledgements::insert_all(tx, &words, note.at).await?,
        words.len(),
    )?;
    let heard: Vec<(OrderLineId, Heard<'_>)> = told.iter().map(heard).collect();
    require_all(order_lines::set_heard_all(tx, &heard).await?, heard.len())?;
    let lines: Vec<Walk<history::OrderLine>> = told.iter().map(line_walk).collect();
    take_all(tx, &lines, note).await?;
    let applications: Vec<Walk<history::Application>> =
        told.iter().filter_map(application_walk).collect();
    take_all(tx, &applications, note).await?;
    keep_cards(tx, told, note).await?;
    for one in told {
        tell_office(tx, one, note)?;
    }
    Ok(())
}

fn steps(told: &[Told]) -> impl Iterator<Item = &(Word, Applied)> {
    told.iter().flat_map(|one| &one.steps)
}

/// Somebody else moved one of the rows that are locked: it cannot be.
fn require_all(written: u64, asked: usize) -> Result<(), StoreError> {
    if usize::try_from(written) == Ok(asked) {
        Ok(())
    } else {
        Err(StoreError::Moved { what: "order line" })
    }
}

/// What the words leave on their line: all that the last one says, and the last card's number.
fn heard(one: &Told) -> (OrderLineId, Heard<'_>) {
    let card = |(word, _): &'_ (Word, Applied)| word.document_number.is_some();
    let card = one.steps.iter().rfind(|step| card(step));
    let heard = Heard {
        sequence: one.line.last_sequence,
        remakes: one.line.remakes,
        reason: one.steps.last().and_then(|(word, _)| word.reason),
        document_number: card.and_then(|(word, _)| word.document_number.as_deref()),
    };
    (one.line.id, heard)
}

fn line_walk(one: &Told) -> Walk<history::OrderLine> {
    Walk {
        id: one.line.id.0,
        from: one.from.0,
        events: one
            .steps
            .iter()
            .map(|(_, applied)| applied.line_event)
            .collect(),
    }
}

/// The walk of an application that has one to go.
fn application_walk(one: &Told) -> Option<Walk<history::Application>> {
    let steps = one.steps.iter();
    let events: Vec<ApplicationEvent> = steps
        .flat_map(|(_, applied)| applied.application_events.iter().copied())
        .collect();
    (!events.is_empty()).then_some(Walk {
        id: one.application.id.0,
        from: one.from.1,
        events,
    })
}

/// Keeps the cards that were made and shipped, and from their making on the term for the images.
async fn keep_cards(
    tx: &mut Tx,
    told: &[Told],
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let mut made: Vec<NewCard> = Vec::new();
    let mut due: BTreeMap<SealedId, DateTime<Utc>> = BTreeMap::new();
    let mut shipped: BTreeMap<OrderLineId, ShippedCard> = BTreeMap::new();
    for one in told {
        for (word, _) in &one.steps {
            match word.status {
                LineEvent::CardMade => {
                    made.extend(card_of(one, word));
                    if let Some(erasure) = line_step::erasure_after_issue(word.occurred_at, note) {
                        let due = due.entry(one.application.sealed).or_insert(erasure);
                        *due = erasure.min(*due);
                    }
                }
                LineEvent::ParcelShipped => {
                    let line = one.line.id;
                    let parcel = (line, word.consignment.clone(), word.occurred_at);
                    shipped.insert(line, parcel);
                }
                _ => (),
            }
        }
    }
    let new = cards::insert_all(tx, &made).await?;
    if usize::try_from(new) != Ok(made.len()) {
        for one in told {
            for number in one.steps.iter().filter_map(|(word, _)| number_of(word)) {
                line_step::hold_taken_number(tx, number, &one.line, note).await?;
            }
        }
    }
    let shipped: Vec<ShippedCard> = shipped.into_values().collect();
    cards::ship_all(tx, &shipped).await?;
    let due: Vec<(SealedId, DateTime<Utc>)> = due.into_iter().collect();
    sealed::erase_all_by(tx, &due).await?;
    Ok(())
}

/// The number of the card that a word says was made.
fn number_of(word: &Word) -> Option<&str> {
    let number = word.document_number.as_deref();
    number.filter(|_| word.status == LineEvent::CardMade)
}

fn card_of(one: &Told, word: &Word) -> Option<NewCard> {
    Some(NewCard {
        document_number: word.document_number.clone()?,
        line: one.line.id,
        application: one.application.id,
        produced_at: word.occurred_at,
    })
}

/// Tells the office step by step, with the state that the application had at each.
fn tell_office(tx: &mut Tx, one: &mut Told, note: &Note<'_>) -> Result<(), StoreError> {
    let application = &mut one.application;
    application.state = one.from.1;
    for (word, applied) in &one.steps {
        if applied.line_event == LineEvent::LineAccepted {
            tell(tx, application, EventKind::Accepted, None, note)?;
        }
        let reason = word.reason.and_then(|reason| u16::try_from(reason).ok());
        for event in &applied.application_events {
            if let Ok(state) = application.state.after(*event) {
                application.state = state;
            }
            if let Some(kind) = told_on(*event, application.revision) {
                tell(tx, application, kind, reason, note)?;
            }
        }
    }
    Ok(())
}
