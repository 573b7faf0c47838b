//! Acts upon the bureau's answers to letters.

use std::convert::Infallible;

use anyhow::Context;

use crate::bureau::cancel_answer::CancelAnswer;
use crate::bureau::complaint_decision::{ComplaintDecision, ComplaintOutcome};
use crate::bureau::inquiry_answer::{Held, InquiryAnswer};
use crate::bureau::message::Message;
use crate::bureau::receipt::Receipt;
use crate::domain::id::LetterId;
use crate::domain::letter::{LetterKind, LetterState};
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::reason::Reason;
use crate::flow::letters::cancel::answer;
use crate::flow::letters::compare::{Verdict, compare};
use crate::flow::letters::doubt::send_again;
use crate::flow::{Failure, apply_acknowledgement, apply_receipt};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::InboxMessage;
use crate::store::letters::{self, Letter};
use crate::store::orders::{self, Order};
use crate::store::{Tx, applications, order_lines, outbox};

/// Why an answer is set aside: it answers no letter of ours, or another one than it names. `None`
/// for what fits, and for what is no answer.
pub(crate) async fn misfit(
    tx: &mut Tx,
    message: &Message,
) -> Result<Option<String>, Failure<Infallible>> {
    let (kind, in_reply_to) = match message {
        Message::InquiryAnswer(answer) => (LetterKind::Inquiry, answer.in_reply_to),
        Message::CancelAnswer(answer) => (LetterKind::Cancel, answer.in_reply_to),
        Message::ComplaintDecision(answer) => (LetterKind::Complaint, answer.in_reply_to),
        _ => return Ok(None),
    };
    let letter = letters::find(tx, LetterId(in_reply_to)).await?;
    let Some(letter) = letter.filter(|letter| letter.kind == kind) else {
        return Ok(Some(format!(
            "no {kind} of ours has the identifier {in_reply_to}"
        )));
    };
    // What was never signed was never asked.
    if letter.sha256.is_none() {
        return Ok(Some(format!(
            "the letter {} was not sent yet",
            letter.number
        )));
    }
    let fits = match message {
        Message::InquiryAnswer(said) => {
            let numbers = said.entries.iter().map(|entry| entry.order_number.as_str());
            is_about(tx, &letter, &said.order_number, numbers).await?
        }
        Message::CancelAnswer(said) => {
            let numbers = said.entries.iter().map(|entry| entry.order_number.as_str());
            is_about(tx, &letter, &said.order_number, numbers).await?
        }
        Message::ComplaintDecision(said) => is_about_card(tx, &letter, said).await?,
        _ => true,
    };
    Ok((!fits).then(|| format!("the letter {} asked about something else", letter.number)))
}

/// Whether an answer and every word in it are about the order that was asked about.
async fn is_about(
    tx: &mut Tx,
    letter: &Letter,
    number: &str,
    mut words: impl Iterator<Item = &str> + Send,
) -> Result<bool, Failure<Infallible>> {
    let order = match letter.order {
        Some(id) => orders::find(tx, id).await?,
        None => None,
    };
    let is_order = order.is_some_and(|order| order.number == number);
    Ok(is_order && words.all(|word| word == number))
}

async fn is_about_card(
    tx: &mut Tx,
    letter: &Letter,
    said: &ComplaintDecision,
) -> Result<bool, Failure<Infallible>> {
    let line = match letter.line {
        Some(id) => order_lines::find(tx, id).await?,
        None => None,
    };
    let application = match line {
        Some(line) => applications::find(tx, line.application).await?,
        None => None,
    };
    let is_application = application.is_some_and(|it| it.number == said.application_number);
    let is_card = letter.document_number.as_deref() == Some(&said.document_number);
    Ok(is_application && is_card)
}

async fn lock_letter(tx: &mut Tx, id: uuid::Uuid) -> Result<Letter, Failure<Infallible>> {
    let letter = letters::lock(tx, LetterId(id)).await?;
    Ok(letter.context("an answer to a letter that does not exist")?)
}

/// Acts upon what the bureau holds of an order. Every word in it is heard, so that a word that was
/// missed is missed no longer; then the two accounts are compared.
pub(crate) async fn hear_inquiry_answer(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    said: &InquiryAnswer,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let letter = lock_letter(tx, said.in_reply_to).await?;
    let id = letter.order.context("an inquiry about no order")?;
    let order = orders::lock(tx, id).await?;
    let order = order.context("an inquiry about an order that does not exist")?;
    let outcome = match said.held {
        Held::Unknown => "UNKNOWN",
        Held::Known { .. } => "KNOWN",
    };
    answer(tx, &letter, outcome, document.id, note).await?;
    let was_sent_again = match &said.held {
        Held::Unknown => hear_unknown(tx, gateway, &letter, &order, note).await?,
        Held::Known { sha256, .. } => {
            hear_known(tx, document, &order, said, note).await?;
            // Of another file under our number there is nothing to be heard or compared.
            if order.sha256.as_deref() != Some(sha256.as_slice()) {
                return Ok(());
            }
            false
        }
    };
    // Words on lines that were never ordered stand in the comparison, not in holds of their own.
    let mut known = said.entries.clone();
    let numbers = order_lines::list_application_numbers(tx, order.id, i64::MAX).await?;
    known.retain(|entry| numbers.get(&i64::from(entry.line_no)) == Some(&entry.application_number));
    apply_acknowledgement::hear_all(tx, gateway, document, &known, note).await?;
    let verdict = Verdict {
        letter: &letter,
        order: &order,
        is_settled_otherwise: was_sent_again || order.state == OrderState::Queued,
    };
    compare(tx, gateway, &verdict, said, note).await
}

/// The bureau does not hold the order: what was in doubt is sent again. Returns whether it is.
async fn hear_unknown(
    tx: &mut Tx,
    gateway: &Gateway,
    letter: &Letter,
    order: &Order,
    note: &Note<'_>,
) -> Result<bool, Failure<Infallible>> {
    // An answer that was heard before, or is older than the last delivery, says nothing of it.
    let is_stale = letter.state == LetterState::Answered
        || order
            .sent_at
            .is_some_and(|sent_at| sent_at > letter.created_at);
    if is_stale {
        return Ok(true);
    }
    match order.state {
        OrderState::Queued => {
            let is_dead = outbox::count_dead(tx, order.id.0).await? > 0;
            if is_dead || outbox::is_waiting(tx, order.id.0).await? {
                return Ok(false);
            }
            send_again(tx, gateway, order, note).await?;
            Ok(true)
        }
        OrderState::Sent => {
            send_again(tx, gateway, order, note).await?;
            Ok(true)
        }
        OrderState::ReceiptOk
        | OrderState::PartlyAnswered
        | OrderState::AllAnswered
        | OrderState::Settled => {
            let hold = NewHold {
                kind: SubjectKind::Order,
                subject: order.id.0,
                number: &order.number,
                code: Reason::ORDER_DENIED.number(),
                detail: &format!("answered to the letter {}", letter.number),
            };
            holds::open(tx, &hold, note).await?;
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// The bureau holds a file under the order's number: if it is ours, that is as good as a receipt.
async fn hear_known(
    tx: &mut Tx,
    document: &InboxMessage,
    order: &Order,
    said: &InquiryAnswer,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let Held::Known {
        sha256,
        message_id,
        line_count,
        outcome,
    } = &said.held
    else {
        return Ok(());
    };
    let is_ours = order.sha256.as_deref() == Some(sha256.as_slice());
    if is_ours && order.state == OrderState::Queued {
        let event = OrderEvent::BytesDelivered;
        take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
        orders::set_sent(tx, order.id, note.at).await?;
    }
    let receipt = Receipt {
        message_id: said.message_id,
        bureau: said.bureau.clone(),
        test: said.test,
        created_at: said.created_at,
        order_number: said.order_number.clone(),
        order_sha256: *sha256,
        in_reply_to: Some(*message_id),
        line_count: Some(*line_count),
        outcome: outcome.clone(),
    };
    apply_receipt::apply(tx, document, &receipt, note).await
}

/// Acts upon what became of lines that were to be cancelled: each word is heard like any other.
pub(crate) async fn hear_cancel_answer(
    tx: &mut Tx,
    gateway: &Gateway,
    document: &InboxMessage,
    said: &CancelAnswer,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let letter = lock_letter(tx, said.in_reply_to).await?;
    apply_acknowledgement::hear_all(tx, gateway, document, &said.entries, note).await?;
    tracing::info!(letter.number = letter.number, "cancel answer heard");
    Ok(())
}

/// Records what was decided about a complaint.
pub(crate) async fn hear_decision(
    tx: &mut Tx,
    document: &InboxMessage,
    said: &ComplaintDecision,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let letter = lock_letter(tx, said.in_reply_to).await?;
    let outcome = match &said.outcome {
        ComplaintOutcome::Admitted { .. } => "ADMITTED",
        ComplaintOutcome::Refused { .. } => "REFUSED",
    };
    answer(tx, &letter, outcome, document.id, note).await
}
