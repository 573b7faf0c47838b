//! Acts upon a receipt: the bureau's technical word on a whole order.

use std::convert::Infallible;

use crate::bureau::receipt::{Outcome, Receipt};
use crate::domain::order::OrderEvent;
use crate::domain::reason::Reason;
use crate::domain::receipt::{Answer, KnownOrder, ReceiptFacts, ReceiptVerdict, judge};
use crate::flow::Failure;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::InboxMessage;
use crate::store::orders::{self, Order};
use crate::store::{StoreError, Tx, order_evidence, outbox};

/// The bureau refused the file as a whole.
const ORDER_REJECTED: u16 = Reason::ORDER_REJECTED.number();
/// The holds whose question a receipt answers: whether the bureau has the file.
const ANSWERED: [Reason; 3] = [
    Reason::NO_RECEIPT,
    Reason::BUREAU_UNREACHABLE,
    Reason::BUREAU_REFUSED,
];

/// Applies a receipt to the order that it names.
pub(crate) async fn apply(
    tx: &mut Tx,
    document: &InboxMessage,
    receipt: &Receipt,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let order = match orders::find_by_number(tx, &receipt.order_number).await? {
        Some(order) => orders::lock(tx, order.id).await?,
        None => None,
    };
    if let Some(order) = &order {
        order_evidence::add_document(tx, order.id, document.id).await?;
    }
    let known = order.as_ref().and_then(|order| {
        let digest = order.sha256.as_deref()?.try_into().ok()?;
        Some(KnownOrder {
            number: &order.number,
            digest,
            message_id: order.message_id,
            line_count: u32::try_from(order.line_count).ok()?,
            state: order.state,
        })
    });
    let facts = ReceiptFacts {
        order_number: &receipt.order_number,
        digest: receipt.order_sha256,
        in_reply_to: receipt.in_reply_to,
        line_count: receipt.line_count,
        answer: answer_of(receipt),
    };
    let verdict = judge(known, &facts);
    match (&verdict, &order) {
        (ReceiptVerdict::Applies { event, .. }, Some(order)) => {
            take_step::<history::Order>(tx, order.id.0, order.state, *event, note).await?;
            orders::set_receipt(tx, order.id, note.at).await?;
            for question in ANSWERED {
                let code = Some(question.number());
                holds::close(tx, order.id.0, code, "RECEIPT_CAME", note).await?;
            }
            outbox::resolve_dead(tx, order.id.0, "ANSWERED", None, note.at).await?;
            if *event == OrderEvent::ReceiptNegative {
                hold_order(tx, order, ORDER_REJECTED, &reasons_of(receipt), note).await?;
            }
        }
        (ReceiptVerdict::Repeated, _) => (),
        (verdict, Some(order)) => {
            if let Some(code) = verdict.hold() {
                let detail = format!("the receipt {} cannot be: {verdict:?}", receipt.message_id);
                hold_order(tx, order, code, &detail, note).await?;
            }
        }
        (verdict, None) => {
            if let Some(code) = verdict.hold() {
                let detail = format!("a receipt for the unknown order {}", receipt.order_number);
                let hold = NewHold {
                    kind: SubjectKind::Inbox,
                    subject: document.id.0,
                    number: &receipt.order_number,
                    code,
                    detail: &detail,
                };
                holds::open(tx, &hold, note).await?;
            }
        }
    }
    Ok(())
}

fn answer_of(receipt: &Receipt) -> Answer {
    match &receipt.outcome {
        Outcome::Ok => Answer::Positive,
        Outcome::Rejected(reasons) => {
            Answer::Negative(reasons.first().map_or(ORDER_REJECTED, |reason| reason.code))
        }
    }
}

fn reasons_of(receipt: &Receipt) -> String {
    match &receipt.outcome {
        Outcome::Ok => String::new(),
        Outcome::Rejected(reasons) => {
            let texts: Vec<String> = reasons
                .iter()
                .map(|reason| format!("{} {}", reason.code, reason.text))
                .collect();
            texts.join("; ")
        }
    }
}

async fn hold_order(
    tx: &mut Tx,
    order: &Order,
    code: u16,
    detail: &str,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let hold = NewHold {
        kind: SubjectKind::Order,
        subject: order.id.0,
        number: &order.number,
        code,
        detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
