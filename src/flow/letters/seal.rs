//! Writes and signs letters, and puts them in the outbox. Until that is committed nothing refers
//! to the bytes, so a crash leaves an orphan and the letter is written again.

use std::convert::Infallible;

use anyhow::Context;
use chrono::TimeDelta;
use zeroize::Zeroizing;

use crate::bureau::cancel_request::{CancelLine, CancelRequest, write_cancel_request};
use crate::bureau::complaint::{Complaint, write_complaint};
use crate::bureau::inquiry::{Inquiry, write_inquiry};
use crate::bureau::letter::Letter as Document;
use crate::bureau::technical_error::{About, TechnicalError, write_technical_error};
use crate::bureau::writer::DocumentError;
use crate::domain::id::MessageId;
use crate::domain::letter::{LetterEvent, LetterKind};
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::letters::{give_up, take_letter_step};
use crate::flow::progress::note;
use crate::flow::{Failure, sealing};
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::letters::{self, Letter};
use crate::store::orders::{self, Order};
use crate::store::outbox::{self, LaneKind, NewMessage};
use crate::store::sealed::{self, NewSealed, SealedKind};
use crate::store::{StoreError, Tx, applications, inbox, order_lines};
use crate::xmldsig::key::SigningKey;

/// Letters without a purpose that one pass ends at most.
const NEEDLESS_AT_ONCE: i64 = 50;

/// Writes the letter that has waited longest; returns its number, or `None` when none is due.
pub async fn seal_letter(gateway: &Gateway) -> Result<Option<String>, Failure<Infallible>> {
    drop_needless(gateway).await?;
    let now = gateway.clock.now();
    let mut tx = gateway.store.read().await?;
    let Some(letter) = letters::find_due(&mut tx, now).await? else {
        return Ok(None);
    };
    let document = document_of(&mut tx, gateway, &letter).await?;
    drop(tx);
    let key = gateway.seal.clone();
    let written = tokio::task::spawn_blocking(move || write(&document, key.as_ref(), now))
        .await
        .context("the writing task ended early")?;
    let (bytes, sha256) = match written {
        Ok(written) => written,
        Err(DocumentError::Content(fault) | DocumentError::Line { fault, .. }) => {
            set_aside(gateway, &letter, &fault.to_string()).await?;
            return Ok(Some(letter.number));
        }
        Err(ours) => {
            let error = anyhow::Error::new(ours);
            return Err(error.context("writing a letter to the bureau").into());
        }
    };
    let size = i64::try_from(bytes.len()).context("a letter out of range")?;
    let blob = sealing::seal(gateway, SealedKind::Order, Zeroizing::new(bytes)).await?;
    queue(gateway, &letter, blob, (&sha256, size)).await?;
    Ok(Some(letter.number))
}

fn write(
    document: &Document,
    key: &dyn SigningKey,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(Vec<u8>, [u8; 32]), DocumentError> {
    let sink = Vec::new();
    let (bytes, signed) = match document {
        Document::Inquiry(inquiry) => write_inquiry(sink, key, inquiry, now)?,
        Document::CancelRequest(request) => write_cancel_request(sink, key, request, now)?,
        Document::Complaint(complaint) => write_complaint(sink, key, complaint, now)?,
        Document::TechnicalError(error) => write_technical_error(sink, key, error, now)?,
    };
    Ok((bytes, signed.sha256))
}

/// What the letter says, as the document that says it.
async fn document_of(tx: &mut Tx, gateway: &Gateway, letter: &Letter) -> anyhow::Result<Document> {
    let test = gateway.config.environment.is_test();
    Ok(match letter.kind {
        LetterKind::Inquiry => {
            let named = named_order(tx, letter).await?;
            Document::Inquiry(Inquiry {
                message_id: letter.id.0,
                bureau: letter.bureau.clone(),
                test,
                created_at: letter.created_at,
                order_number: named.number,
                order_sha256: named.sha256,
                order_message_id: named.message_id,
            })
        }
        LetterKind::Cancel => {
            let named = named_order(tx, letter).await?;
            Document::CancelRequest(CancelRequest {
                message_id: letter.id.0,
                bureau: letter.bureau.clone(),
                test,
                created_at: letter.created_at,
                order_number: named.number,
                order_sha256: named.sha256,
                order_message_id: named.message_id,
                lines: cancel_lines(tx, letter).await?,
            })
        }
        LetterKind::Complaint => complaint_of(tx, letter, test).await?,
        LetterKind::TechnicalError => error_of(tx, letter, test).await?,
    })
}

struct Named {
    number: String,
    sha256: [u8; 32],
    message_id: uuid::Uuid,
}

async fn order_of(tx: &mut Tx, letter: &Letter) -> anyhow::Result<Order> {
    let id = letter.order.context("a letter about no order")?;
    orders::find(tx, id)
        .await?
        .context("a letter names an order that does not exist")
}

async fn named_order(tx: &mut Tx, letter: &Letter) -> anyhow::Result<Named> {
    let order = order_of(tx, letter).await?;
    let sha256 = order.sha256.as_deref().and_then(|it| it.try_into().ok());
    Ok(Named {
        sha256: sha256.context("a letter about an order without signed bytes")?,
        number: order.number,
        message_id: order.message_id,
    })
}

fn code_of(letter: &Letter) -> anyhow::Result<u16> {
    let code = letter.code.and_then(|code| u16::try_from(code).ok());
    code.context("a letter without a reason")
}

async fn cancel_lines(tx: &mut Tx, letter: &Letter) -> anyhow::Result<Vec<CancelLine>> {
    let reason = code_of(letter)?;
    let mut lines = Vec::new();
    for line in letters::list_lines(tx, letter.id).await? {
        lines.push(CancelLine {
            line_no: u32::try_from(line.line_no).context("a line number out of range")?,
            application_number: line.application_number,
            reason,
        });
    }
    Ok(lines)
}

async fn complaint_of(tx: &mut Tx, letter: &Letter, test: bool) -> anyhow::Result<Document> {
    let order = order_of(tx, letter).await?;
    let line = letter.line.context("a complaint about no line")?;
    let line = order_lines::find(tx, line)
        .await?
        .context("a complaint about a line that does not exist")?;
    let application = applications::find(tx, line.application)
        .await?
        .context("an order line names an application that does not exist")?;
    Ok(Document::Complaint(Complaint {
        message_id: letter.id.0,
        bureau: letter.bureau.clone(),
        test,
        created_at: letter.created_at,
        order_number: order.number,
        line_no: u32::try_from(line.line_no).context("a line number out of range")?,
        application_number: application.number,
        document_number: letter
            .document_number
            .clone()
            .context("a complaint about no card")?,
        code: code_of(letter)?,
        text: letter.text.clone(),
        noticed_at: letter.noticed_at.unwrap_or(letter.created_at),
    }))
}

async fn error_of(tx: &mut Tx, letter: &Letter, test: bool) -> anyhow::Result<Document> {
    let about = letter.inbox.context("an error about no document")?;
    let about = inbox::find(tx, about)
        .await?
        .context("an error about a document that does not exist")?;
    let sha256 = about.sha256.as_slice().try_into().ok();
    Ok(Document::TechnicalError(TechnicalError {
        message_id: letter.id.0,
        bureau: letter.bureau.clone(),
        test,
        created_at: letter.created_at,
        about: About {
            sha256: sha256.context("a document without a digest")?,
            message_id: about.message_id.and_then(|id| id.parse().ok()),
        },
        code: code_of(letter)?,
        text: letter.text.clone().unwrap_or_default(),
    }))
}

/// Records the signed bytes and puts the letter in the outbox, in one transaction.
async fn queue(
    gateway: &Gateway,
    letter: &Letter,
    blob: NewSealed,
    (sha256, size): (&[u8; 32], i64),
) -> Result<(), Failure<Infallible>> {
    let actor = Actor::Gateway("batcher");
    let note = note(gateway, &actor, None);
    // As evidence of what was asked, as long as the bureau's answers are kept.
    let days = TimeDelta::days(i64::from(gateway.config.retention.event_days));
    let blob = NewSealed {
        erase_at: Some(note.at + days),
        ..blob
    };
    let mut tx = gateway.store.begin().await?;
    take_letter_step(&mut tx, letter, LetterEvent::Written, &note).await?;
    sealed::insert(&mut tx, &blob, note.at).await?;
    letters::set_signed(&mut tx, letter.id, blob.id, sha256, size).await?;
    put_in_outbox(&mut tx, gateway, letter, &note).await?;
    tx.commit().await?;
    Ok(())
}

/// Appends a message that will carry the letter's bytes to the bureau, from now on.
pub(crate) async fn put_in_outbox(
    tx: &mut Tx,
    gateway: &Gateway,
    letter: &Letter,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let lane = gateway.bureau_letters_lane();
    let payload = serde_json::json!({ "letter": letter.number }).to_string();
    let message = NewMessage {
        id: MessageId(note.random.uuid(note.at)),
        kind: "letter",
        subject: letter.id.0,
        payload: &payload,
        replay_of: None,
    };
    outbox::open_lane(tx, &lane, LaneKind::Bureau).await?;
    outbox::append(tx, &lane, &message, Some(note.at), note.at).await?;
    Ok(())
}

/// Ends a letter that cannot be written, so that those behind it are.
async fn set_aside(
    gateway: &Gateway,
    letter: &Letter,
    why: &str,
) -> Result<(), Failure<Infallible>> {
    let actor = Actor::Gateway("batcher");
    let note = note(gateway, &actor, Some(why));
    let mut tx = gateway.store.begin().await?;
    give_up(&mut tx, letter, LetterEvent::FoundUnwritable, &note).await?;
    let hold = NewHold {
        kind: SubjectKind::Letter,
        subject: letter.id.0,
        number: &letter.number,
        code: Reason::SCHEMA_INVALID.number(),
        detail: why,
    };
    holds::open(&mut tx, &hold, &note).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends letters that need not be written any more.
async fn drop_needless(gateway: &Gateway) -> Result<(), Failure<Infallible>> {
    let mut tx = gateway.store.read().await?;
    let needless = letters::list_needless(&mut tx, NEEDLESS_AT_ONCE).await?;
    drop(tx);
    if needless.is_empty() {
        return Ok(());
    }
    let actor = Actor::Gateway("batcher");
    let note = note(
        gateway,
        &actor,
        Some("it was settled before the letter was written"),
    );
    let mut tx = gateway.store.begin().await?;
    for letter in needless {
        give_up(&mut tx, &letter, LetterEvent::FoundNeedless, &note).await?;
    }
    tx.commit().await?;
    Ok(())
}
