//! Reading a receipt.

use std::io::BufRead;

use crate::bureau::fields::{Fields, unreadable};
use crate::bureau::header::HEADER;
use crate::bureau::reader::{DocumentKind, RecordReader, count, read_document, require_kind};
use crate::bureau::receipt::{Outcome, RECEIPT, Receipt, ReceiptReason, shape};
use crate::bureau::refusal::{ContentCode, ReadError, incomplete};
use crate::bureau::{form, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;

/// Verifies and reads a receipt. Whether its order is known, its digest ours and its test flag
/// the environment's is the caller's to ask.
pub fn read_receipt(source: impl BufRead, policy: &TrustPolicy) -> Result<Receipt, ReadError> {
    let mut records = ReceiptRecords::default();
    read_document(source, policy, &mut records)?;
    records.receipt()
}

/// What was gathered while a receipt was read; believed only afterwards.
#[derive(Default)]
pub(crate) struct ReceiptRecords {
    fields: Fields,
    receipt: Option<Receipt>,
}

impl ReceiptRecords {
    /// The receipt, once it is verified.
    pub(crate) fn receipt(self) -> Result<Receipt, ReadError> {
        self.receipt.ok_or_else(|| incomplete(HEADER))
    }
}

impl RecordReader for ReceiptRecords {
    fn begin(
        &mut self,
        namespace: &str,
        root: &str,
    ) -> Result<&'static DocumentKind, ContentFault> {
        require_kind(&RECEIPT, namespace, root)
    }

    fn record(&mut self, _name: &'static str, fields: &Fields) -> Result<(), ContentFault> {
        self.fields.append(fields);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ContentFault> {
        let receipt = gather(&self.fields)?;
        require_agreement(&receipt)?;
        self.receipt = Some(receipt);
        Ok(())
    }
}

fn gather(fields: &Fields) -> Result<Receipt, ContentFault> {
    let order = shape::ORDER.name;
    let reasons = read_reasons(fields)?;
    let outcome = match fields.text(shape::ANSWER.name, "Outcome")? {
        value::OK if reasons.is_empty() => Outcome::Ok,
        value::OK => {
            return Err(ContentCode::ElementsDisagree.fault("an OK receipt gives no Reason"));
        }
        _ => Outcome::Rejected(reasons),
    };
    Ok(Receipt {
        message_id: fields.uuid(HEADER, "MessageId")?,
        bureau: fields.text(HEADER, "Bureau")?.to_owned(),
        test: fields.is_test(HEADER)?,
        created_at: fields.instant(HEADER, "CreatedAt")?,
        order_number: fields.text(order, "OrderNumber")?.to_owned(),
        order_sha256: fields.read(order, "Sha256", form::sha256)?,
        in_reply_to: fields.read_optional(order, "InReplyTo", |text| text.parse().ok())?,
        line_count: fields.read_optional(order, "LineCount", form::number_as)?,
        outcome,
    })
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
    let most = value::REASONS_MAX;
    let disagree = |message: &str| Err(ContentCode::ElementsDisagree.fault(message));
    match &receipt.outcome {
        Outcome::Rejected(reasons) if reasons.is_empty() => {
            disagree("a REJECTED receipt gives a Reason")
        }
        Outcome::Rejected(reasons) if count(reasons) > u64::from(most) => {
            Err(ContentCode::ElementLimit.fault(format!("more than {most} Reason")))
        }
        Outcome::Ok if receipt.in_reply_to.is_none() || receipt.line_count.is_none() => {
            disagree("an OK receipt has InReplyTo and LineCount")
        }
        Outcome::Ok | Outcome::Rejected(_) => Ok(()),
    }
}
