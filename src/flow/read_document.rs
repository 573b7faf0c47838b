//! Reads the documents in the inbox, verifies them, and acts upon them in one transaction each.
//!
//! What cannot be believed or understood is set aside with its reason, never thrown away.

use std::convert::Infallible;

use anyhow::Context;
use zeroize::Zeroizing;

use crate::bureau::acknowledgement::Acknowledgement;
use crate::bureau::message::{MESSAGE_NAMESPACES, Message, read_message};
use crate::bureau::refusal::ReadError;
use crate::domain::inbox::InboxEvent;
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::letters::{answers, errors};
use crate::flow::progress::note;
use crate::flow::{Failure, apply_acknowledgement, apply_receipt, sealing};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, StepError, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::{self, InboxMessage, InboxSource};
use crate::store::{Tx, sealed};
use crate::vault::VaultError;
use crate::worker::bell::Bell;

/// Why a document is set aside.
struct Finding {
    reason: u16,
    detail: String,
}

/// What is known of a document after it was read.
struct Reading {
    kind: &'static str,
    message_id: Option<String>,
    /// Whether the bureau may be told that it could not be used: nobody answers an error, and what
    /// we lost is no fault of the bureau.
    may_be_told: bool,
    outcome: Result<Message, Finding>,
}

/// Acts upon the bureau's document that has waited longest. Returns whether there was one.
pub async fn read_document(gateway: &Gateway) -> Result<bool, Failure<Infallible>> {
    let mut tx = gateway.store.read().await?;
    let waiting = inbox::find_arrived(&mut tx, InboxSource::Bureau).await?;
    let Some(document) = waiting else {
        return Ok(false);
    };
    let key = sealed::find_key(&mut tx, document.sealed).await?;
    drop(tx);
    let reading = match open(gateway, &document, key).await? {
        Ok(bytes) => verify(gateway, bytes).await?,
        Err(finding) => Reading {
            kind: "document",
            message_id: None,
            may_be_told: false,
            outcome: Err(finding),
        },
    };
    act(gateway, &document, reading).await?;
    Ok(true)
}

/// Takes the document out of the vault. One that is lost or damaged is set aside like one that
/// cannot be believed, so that those behind it are heard; the bureau is asked to send it again.
async fn open(
    gateway: &Gateway,
    document: &InboxMessage,
    key: Option<Vec<u8>>,
) -> anyhow::Result<Result<Zeroizing<Vec<u8>>, Finding>> {
    let lost = |detail: String| {
        Ok(Err(Finding {
            reason: Reason::DECRYPT_FAILED.number(),
            detail,
        }))
    };
    let Some(key) = key else {
        return lost("the document was erased before it was read".to_owned());
    };
    match sealing::open(gateway, document.sealed, key).await {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(error) => match error.downcast_ref::<VaultError>() {
            Some(damage) if damage.is_loss() => lost(damage.to_string()),
            _ => Err(error),
        },
    }
}

/// Verifies and reads the bytes, off the asynchronous threads.
async fn verify(gateway: &Gateway, bytes: Zeroizing<Vec<u8>>) -> anyhow::Result<Reading> {
    let [first, others @ ..] = MESSAGE_NAMESPACES;
    let mut policy = gateway.bureau_trust.policy(first, gateway.clock.now())?;
    policy.allowed_namespaces.extend(others.map(str::to_owned));
    let calls_itself_error = errors::calls_itself_error(&bytes);
    let read = tokio::task::spawn_blocking(move || read_message(bytes.as_slice(), &policy))
        .await
        .context("the reading task ended early")?;
    Ok(match read {
        Ok((message, _verified)) => {
            let (kind, message_id) = (message.kind(), message.message_id());
            let may_be_told = !matches!(message, Message::TechnicalError(_));
            let outcome = admit(gateway, message);
            Reading {
                kind,
                message_id: Some(message_id.to_string()),
                may_be_told,
                outcome,
            }
        }
        Err(ReadError::Refused(refusal)) => {
            let detail = refusal.to_string();
            let finding = Finding {
                reason: refusal.reason,
                detail,
            };
            Reading {
                kind: "document",
                message_id: None,
                may_be_told: !calls_itself_error,
                outcome: Err(finding),
            }
        }
        Err(error) => return Err(anyhow::Error::new(error).context("reading a kept document")),
    })
}

/// Checks that a believable document is for this gateway, from this bureau.
fn admit(gateway: &Gateway, message: Message) -> Result<Message, Finding> {
    let (bureau, test) = (message.bureau(), message.is_test());
    if bureau != gateway.config.bureau.code {
        let detail = format!("the document is of the bureau {bureau}");
        return Err(Finding {
            reason: Reason::SENDER_NOT_AUTHORISED.number(),
            detail,
        });
    }
    if test != gateway.config.environment.is_test() {
        let detail = format!("the document's test flag is {test}, ours is {}", !test);
        return Err(Finding {
            reason: Reason::TEST_FLAG_MISMATCH.number(),
            detail,
        });
    }
    Ok(message)
}

async fn act(
    gateway: &Gateway,
    document: &InboxMessage,
    reading: Reading,
) -> Result<(), Failure<Infallible>> {
    let Reading {
        kind,
        message_id,
        may_be_told,
        outcome,
    } = reading;
    let actor = Actor::Bureau;
    let note = note(gateway, &actor, None);
    let mut tx = gateway.store.begin().await?;
    let outcome = match outcome {
        Ok(message) => refuse_replay(&mut tx, message_id.as_deref(), message).await?,
        refused => refused,
    };
    let outcome = match outcome {
        Ok(message) => refuse_misfit(&mut tx, message).await?,
        refused => refused,
    };
    let finding = match outcome {
        Ok(message) => {
            take_inbox_step(&mut tx, document, InboxEvent::ActedUpon, &note).await?;
            hear(&mut tx, gateway, document, message, &note).await?;
            None
        }
        Err(finding) => {
            take_inbox_step(&mut tx, document, InboxEvent::FoundBad, &note).await?;
            let hold = NewHold {
                kind: SubjectKind::Inbox,
                subject: document.id.0,
                number: message_id.as_deref().unwrap_or("-"),
                code: finding.reason,
                detail: &finding.detail,
            };
            holds::open(&mut tx, &hold, &note).await?;
            if may_be_told && is_technical(finding.reason) {
                let (code, text) = (finding.reason, &finding.detail);
                errors::tell_error(&mut tx, gateway, document, code, text, &note).await?;
            }
            Some(finding)
        }
    };
    let finding = finding
        .as_ref()
        .map(|finding| (finding.reason, finding.detail.as_str()));
    inbox::set_read(&mut tx, document.id, kind, message_id.as_deref(), finding).await?;
    tx.commit().await?;
    // An answer may let an order go again.
    gateway.bells.ring(Bell::Dispatcher);
    Ok(())
}

/// Does what a message says.
async fn hear(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    message: Message,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let words = match message {
        Message::Acknowledgement(words) => words,
        Message::ShipmentNotice(notice) => Acknowledgement::from(notice),
        Message::ErasureConfirmation(confirmation) => Acknowledgement::from(confirmation),
        Message::Receipt(receipt) => {
            return apply_receipt::apply(tx, document, &receipt, note).await;
        }
        Message::InquiryAnswer(said) => {
            return answers::hear_inquiry_answer(tx, gateway, document, &said, note).await;
        }
        Message::CancelAnswer(said) => {
            return answers::hear_cancel_answer(tx, gateway, document, &said, note).await;
        }
        Message::ComplaintDecision(said) => {
            return answers::hear_decision(tx, document, &said, note).await;
        }
        Message::TechnicalError(said) => {
            return errors::hear_error(tx, document, &said, note).await;
        }
    };
    apply_acknowledgement::apply(tx, gateway, document, &words, note).await
}

/// A document whose id was acted upon before, in other bytes, contradicts itself.
async fn refuse_replay(
    tx: &mut Tx,
    message_id: Option<&str>,
    message: Message,
) -> Result<Result<Message, Finding>, Failure<Infallible>> {
    let Some(message_id) = message_id else {
        return Ok(Ok(message));
    };
    let before = inbox::find_applied(tx, InboxSource::Bureau, message_id).await?;
    Ok(match before {
        None => Ok(message),
        Some(before) => Err(Finding {
            reason: Reason::MESSAGE_REPLAYED_DIFFERENTLY.number(),
            detail: format!("other bytes under this id were acted upon as {}", before.id),
        }),
    })
}

/// An answer to nothing that was asked, or to something else than it names.
async fn refuse_misfit(
    tx: &mut Tx,
    message: Message,
) -> Result<Result<Message, Finding>, Failure<Infallible>> {
    Ok(match answers::misfit(tx, &message).await? {
        None => Ok(message),
        Some(detail) => Err(Finding {
            reason: Reason::ANSWER_UNASKED.number(),
            detail,
        }),
    })
}

/// Whether a reason is about messages as such: 1xx.
const fn is_technical(reason: u16) -> bool {
    matches!(reason, 100..=199)
}

async fn take_inbox_step(
    tx: &mut Tx,
    document: &InboxMessage,
    event: InboxEvent,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let step = take_step::<history::InboxMessage>(tx, document.id.0, document.state, event, note);
    match step.await {
        Ok(_state) => Ok(()),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(StepError::Illegal(illegal)) => Err(anyhow::Error::new(illegal).into()),
    }
}
