//! Technical errors: ours about what the bureau sent, and its own about what we sent. Neither is
//! ever answered.

use std::convert::Infallible;

use crate::bureau::technical_error::TechnicalError;
use crate::domain::id::LetterId;
use crate::domain::letter::{LetterEvent, LetterKind, Occasion};
use crate::flow::Failure;
use crate::flow::letters::{NewLetter, decide, give_up};
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::InboxMessage;
use crate::store::{Tx, letters, orders};

/// The most characters that an error may say.
const TEXT_MAX: usize = 200;
/// Where the name of a document's root and its namespace stand at the latest.
const ROOT_BYTES_MAX: usize = 4096;

/// Tells the bureau that a document of its own was set aside; once for each document. Whoever
/// commits it wakes the batcher.
///
/// What the bureau sent came over a channel that proves the sender, even where its signature does
/// not hold.
pub(crate) async fn tell_error(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    code: u16,
    text: &str,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if letters::find_about_document(tx, document.id)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let new = NewLetter {
        kind: LetterKind::TechnicalError,
        occasion: Occasion::Document,
        bureau: gateway.config.bureau.code.clone(),
        order: None,
        inbox: Some(document.id),
        code: Some(code),
        text: Some(text.chars().take(TEXT_MAX).collect()),
        due_at: note.at,
    };
    decide(tx, new, note).await?;
    Ok(())
}

/// Whether a document that could not be read calls itself a technical error. It decides only that
/// nothing is answered, so that two parties cannot complain of each other's complaints for ever.
pub(crate) fn calls_itself_error(bytes: &[u8]) -> bool {
    let name = b"technical-error";
    let head = bytes.get(..ROOT_BYTES_MAX).unwrap_or(bytes);
    head.windows(name.len())
        .any(|window| window.eq_ignore_ascii_case(name))
}

/// Acts upon the bureau's word that it could not use a document of ours: a person is asked about
/// the order or the letter, or about the error itself where it names nothing that we sent.
pub(crate) async fn hear_error(
    tx: &mut Tx,
    document: &InboxMessage,
    said: &TechnicalError,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let detail = format!("technical error of the bureau: {}", said.text);
    let hold = |kind, subject, number| NewHold {
        kind,
        subject,
        number,
        code: said.code,
        detail: &detail,
    };
    if let Some(order) = orders::find_by_digest(tx, &said.about.sha256).await? {
        let hold = hold(SubjectKind::Order, order.id.0, &order.number);
        holds::open(tx, &hold, note).await?;
        return Ok(());
    }
    let by_digest = letters::find_by_digest(tx, &said.about.sha256).await?;
    let by_id = match said.about.message_id {
        Some(id) if by_digest.is_none() => letters::lock(tx, LetterId(id)).await?,
        _ => None,
    };
    if let Some(letter) = by_digest.or(by_id) {
        if letter.state.after(LetterEvent::Refused).is_ok() {
            give_up(tx, &letter, LetterEvent::Refused, note).await?;
        }
        let hold = hold(SubjectKind::Letter, letter.id.0, &letter.number);
        holds::open(tx, &hold, note).await?;
        return Ok(());
    }
    let number = said.message_id.to_string();
    let hold = hold(SubjectKind::Inbox, document.id.0, &number);
    holds::open(tx, &hold, note).await?;
    Ok(())
}
