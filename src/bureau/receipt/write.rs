//! Writing a receipt, as the bureau does.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::bureau::header::{Heading, IN_REPLY_TO, LINE_COUNT, ORDER_NUMBER, SHA256};
use crate::bureau::receipt::read::require_agreement;
use crate::bureau::receipt::{Outcome, Receipt, ReceiptReason, shape};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{form, value};
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;

/// Writes and signs a receipt.
pub fn write_receipt<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    receipt: &Receipt,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(receipt)?;
    let mut writer = DocumentWriter::begin(sink, key, &shape::RECEIPT)?;
    let heading = Heading {
        message_id: receipt.message_id,
        bureau: &receipt.bureau,
        test: receipt.test,
        created_at: receipt.created_at,
    };
    heading.write(&mut writer)?;
    write_order(&mut writer, receipt)?;
    writer.open(shape::ANSWER.name)?;
    write_outcome(&mut writer, &receipt.outcome)?;
    writer.close_record()?;
    writer.finish(signed_at)
}

fn write_order<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    receipt: &Receipt,
) -> Result<(), DocumentError> {
    let in_reply_to = receipt.in_reply_to.map(form::uuid_text);
    let line_count = receipt.line_count.map(|count| count.to_string());
    writer.open(shape::ORDER.name)?;
    writer.leaf(&ORDER_NUMBER, &receipt.order_number)?;
    writer.leaf(&SHA256, &form::sha256_text(&receipt.order_sha256))?;
    writer.optional(&IN_REPLY_TO, in_reply_to.as_deref())?;
    writer.optional(&LINE_COUNT, line_count.as_deref())?;
    writer.close_record()
}

/// Writes whether the bureau took the file, and its reasons.
pub(crate) fn write_outcome<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    outcome: &Outcome,
) -> Result<(), DocumentError> {
    let (outcome, reasons): (_, &[ReceiptReason]) = match outcome {
        Outcome::Ok => (value::OK, &[]),
        Outcome::Rejected(reasons) => (value::REJECTED, reasons),
    };
    writer.leaf(&shape::OUTCOME, outcome)?;
    for reason in reasons {
        writer.open(shape::REASON.name)?;
        writer.leaf(&shape::CODE, &reason.code.to_string())?;
        writer.leaf(&shape::TEXT, &reason.text)?;
        writer.close()?;
    }
    Ok(())
}
