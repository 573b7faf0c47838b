//! Letters to the bureau: questions, requests, complaints and errors.
//!
//! Whoever decides on a letter only records it, in the deciding transaction; it is written and
//! signed afterwards, like an order, because a token may take its time. It goes by a lane of its
//! own, so that a question about an order does not wait behind that order.

pub(crate) mod answers;
pub mod ask;
pub mod cancel;
mod compare;
pub mod doubt;
pub(crate) mod errors;
pub mod night;
pub mod notice_silence;
pub mod seal;
pub mod send;

use std::convert::Infallible;

use chrono::{DateTime, Utc};

use crate::domain::calendar::bucharest_day;
use crate::domain::id::{InboxId, LetterId, OrderId};
use crate::domain::letter::{LetterEvent, LetterKind, LetterState, Occasion};
use crate::flow::Failure;
use crate::store::history::{self, Note, take_step};
use crate::store::letters::{self, Letter};
use crate::store::order_lines::OrderLine;
use crate::store::orders::Order;
use crate::store::{StoreError, Tx, counters};

pub(crate) use cancel::settle_cancels;

/// The most characters that a complaint may say.
const COMPLAINT_TEXT_MAX: usize = 500;

/// What a letter is to say.
#[derive(Clone, Debug)]
pub(crate) struct NewLetter {
    /// What it says.
    pub(crate) kind: LetterKind,
    /// What gave rise to it.
    pub(crate) occasion: Occasion,
    /// The code of the bureau.
    pub(crate) bureau: String,
    /// The order that it is about.
    pub(crate) order: Option<OrderId>,
    /// The document that it is about.
    pub(crate) inbox: Option<InboxId>,
    /// The number of the reason that it gives.
    pub(crate) code: Option<u16>,
    /// What it says in words; no personal data.
    pub(crate) text: Option<String>,
    /// When it may be sent.
    pub(crate) due_at: DateTime<Utc>,
}

impl NewLetter {
    /// A letter about an order, from now on.
    pub(crate) fn about(
        order: &Order,
        kind: LetterKind,
        occasion: Occasion,
        note: &Note<'_>,
    ) -> Self {
        Self {
            kind,
            occasion,
            bureau: order.bureau.clone(),
            order: Some(order.id),
            inbox: None,
            code: None,
            text: None,
            due_at: note.at,
        }
    }

    fn letter(self, number: String, note: &Note<'_>) -> Letter {
        Letter {
            id: LetterId(note.random.uuid(note.at)),
            number,
            bureau: self.bureau,
            kind: self.kind,
            occasion: self.occasion,
            order: self.order,
            line: None,
            inbox: self.inbox,
            state: LetterState::Decided,
            code: self.code.map(i64::from),
            text: self.text,
            document_number: None,
            noticed_at: None,
            sealed: None,
            sha256: None,
            size_bytes: None,
            asked_by: note.actor.to_string(),
            reason: note.reason.map(str::to_owned),
            outcome: None,
            answer: None,
            due_at: self.due_at,
            created_at: note.at,
            sent_at: None,
            answered_at: None,
        }
    }
}

/// Records a letter that is to be written.
pub(crate) async fn decide(
    tx: &mut Tx,
    new: NewLetter,
    note: &Note<'_>,
) -> Result<Letter, StoreError> {
    let letter = new.letter(take_number(tx, note).await?, note);
    insert(tx, &letter, note).await?;
    Ok(letter)
}

async fn insert(tx: &mut Tx, letter: &Letter, note: &Note<'_>) -> Result<(), StoreError> {
    letters::insert(tx, letter).await?;
    let words = ["", "DECIDED", LetterState::Decided.as_str()];
    let kind = history::SubjectKind::Letter;
    history::record(tx, kind, letter.id.0, words, note).await
}

/// Takes the next letter number of the day.
async fn take_number(tx: &mut Tx, note: &Note<'_>) -> Result<String, StoreError> {
    let day = bucharest_day(note.at).format("%Y%m%d");
    let serial = counters::take_number(tx, &format!("letter:{day}")).await?;
    Ok(format!("CEI-L-{day}-{serial:05}"))
}

/// A complaint about a card.
#[derive(Clone, Debug)]
pub(crate) struct NewComplaint<'a> {
    /// The line for which the card was made.
    pub(crate) line: &'a OrderLine,
    /// The number of the card.
    pub(crate) document_number: &'a str,
    /// What is wrong, by the catalogue of reasons: 701 to 708.
    pub(crate) code: u16,
    /// What is wrong in words, without personal data; cut to 500 characters.
    pub(crate) text: Option<&'a str>,
    /// When it was noticed.
    pub(crate) noticed_at: DateTime<Utc>,
}

/// Has the gateway complain to the bureau about a card, in the caller's transaction; whoever
/// commits it calls [`wake`](ask::wake). The caller sees to it that one fault is complained of once.
#[expect(dead_code, reason = "complaints of offices begin with it")]
pub(crate) async fn complain(
    tx: &mut Tx,
    order: &Order,
    complaint: &NewComplaint<'_>,
    note: &Note<'_>,
) -> Result<Letter, StoreError> {
    let text = complaint
        .text
        .map(|text| text.chars().take(COMPLAINT_TEXT_MAX).collect());
    let new = NewLetter {
        code: Some(complaint.code),
        text,
        ..NewLetter::about(order, LetterKind::Complaint, Occasion::Decision, note)
    };
    let letter = Letter {
        line: Some(complaint.line.id),
        document_number: Some(complaint.document_number.to_owned()),
        noticed_at: Some(complaint.noticed_at),
        ..new.letter(take_number(tx, note).await?, note)
    };
    insert(tx, &letter, note).await?;
    Ok(letter)
}

/// Takes a step of a letter; returns its new state.
async fn take_letter_step(
    tx: &mut Tx,
    letter: &Letter,
    event: LetterEvent,
    note: &Note<'_>,
) -> Result<LetterState, Failure<Infallible>> {
    let (id, from) = (letter.id.0, letter.state);
    Ok(take_step::<history::Letter>(tx, id, from, event, note).await?)
}

/// Ends a letter without an answer: its lines may be asked for by another one.
async fn give_up(
    tx: &mut Tx,
    letter: &Letter,
    event: LetterEvent,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if take_letter_step(tx, letter, event, note).await? == LetterState::GivenUp {
        letters::close_lines(tx, letter.id).await?;
    }
    Ok(())
}
