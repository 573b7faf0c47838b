//! Reading a receipt.

use std::io::BufRead;

use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::{Fields, unreadable};
use crate::bureau::header::Heading;
use crate::bureau::reader::{DocumentKind, count};
use crate::bureau::receipt::{Outcome, RECEIPT, Receipt, ReceiptReason, shape};
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::{form, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;

/// Verifies and reads a receipt. Whether its order is known, its digest ours and its test flag
/// the environment's is the caller's to ask.
pub fn read_receipt(source: impl BufRead, policy: &TrustPolicy) -> Result<Receipt, ReadError> {
    read_one(source, policy)
}

impl Document for Receipt {
    type Parts = ();

    fn kind() -> &'static DocumentKind {
        &RECEIPT
    }

    fn gather(head: &Fields, _parts: ()) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let order = shape::ORDER.name;
        let receipt = Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            order_number: head.text(order, "OrderNumber")?.to_owned(),
            order_sha256: head.read(order, "Sha256", form::sha256)?,
            in_reply_to: head.read_optional(order, "InReplyTo", |text| text.parse().ok())?,
            line_count: head.read_optional(order, "LineCount", form::number_as)?,
            outcome: read_outcome(head, shape::ANSWER.name)?,
        };
        require_agreement(&receipt)?;
        Ok(receipt)
    }
}

/// Reads whether the bureau took the file, said in the element `within`, and its reasons.
pub(crate) fn read_outcome(fields: &Fields, within: &'static str) -> Result<Outcome, ContentFault> {
    let reasons = read_reasons(fields)?;
    match fields.text(within, "Outcome")? {
        value::OK if reasons.is_empty() => Ok(Outcome::Ok),
        value::OK => Err(ContentCode::ElementsDisagree.fault("OK gives no Reason")),
        _ => Ok(Outcome::Rejected(reasons)),
    }
}

fn read_reasons(fields: &Fields) -> Result<Vec<ReceiptReason>, ContentFault> {
    let within = shape::REASON.name;
    // Each Reason has exactly one of both, so that they pair up.
    fields
        .all(within, "Code")
        .zip(fields.all(within, "Text"))
        .map(|(code, text)| {
            Ok(ReceiptReason {
                code: form::number_as(code.text).ok_or_else(|| unreadable(within, "Code"))?,
                text: text.text.to_owned(),
            })
        })
        .collect()
}

/// Requires what an order that was read has, and that a refusal says why.
pub(crate) fn require_agreement(receipt: &Receipt) -> Result<(), ContentFault> {
    let unread = receipt.in_reply_to.is_none() || receipt.line_count.is_none();
    if receipt.outcome == Outcome::Ok && unread {
        return Err(
            ContentCode::ElementsDisagree.fault("an OK receipt has InReplyTo and LineCount")
        );
    }
    require_reasons(&receipt.outcome)
}

/// Requires that a refusal says why, and not at too great a length.
pub(crate) fn require_reasons(outcome: &Outcome) -> Result<(), ContentFault> {
    let most = value::REASONS_MAX;
    match outcome {
        Outcome::Rejected(reasons) if reasons.is_empty() => {
            Err(ContentCode::ElementsDisagree.fault("REJECTED gives a Reason"))
        }
        Outcome::Rejected(reasons) if count(reasons) > u64::from(most) => {
            Err(ContentCode::ElementLimit.fault(format!("more than {most} Reason")))
        }
        Outcome::Ok | Outcome::Rejected(_) => Ok(()),
    }
}
