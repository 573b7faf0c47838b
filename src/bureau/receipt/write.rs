//! Writing a receipt, as the bureau does.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::bureau::header::{
    BUREAU, CREATED_AT, ENVIRONMENT, HEADER, LINE_COUNT, MESSAGE_ID, ORDER_NUMBER, environment,
};
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
    writer.open(HEADER)?;
    writer.leaf(&MESSAGE_ID, &receipt.message_id.hyphenated().to_string())?;
    writer.leaf(&BUREAU, &receipt.bureau)?;
    writer.leaf(&ENVIRONMENT, environment(receipt.test))?;
    writer.leaf(&CREATED_AT, &form::instant_text(receipt.created_at))?;
    writer.close_record()?;
    write_order(&mut writer, receipt)?;
    write_answer(&mut writer, &receipt.outcome)?;
    writer.finish(signed_at)
}

fn write_order<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    receipt: &Receipt,
) -> Result<(), DocumentError> {
    let in_reply_to = receipt.in_reply_to.map(|id| id.hyphenated().to_string());
    let line_count = receipt.line_count.map(|count| count.to_string());
    writer.open(shape::ORDER.name)?;
    writer.leaf(&ORDER_NUMBER, &receipt.order_number)?;
    writer.leaf(&shape::SHA256, &form::sha256_text(&receipt.order_sha256))?;
    writer.optional(&shape::IN_REPLY_TO, in_reply_to.as_deref())?;
    writer.optional(&LINE_COUNT, line_count.as_deref())?;
    writer.close_record()
}

fn write_answer<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    outcome: &Outcome,
) -> Result<(), DocumentError> {
    let (outcome, reasons): (_, &[ReceiptReason]) = match outcome {
        Outcome::Ok => (value::OK, &[]),
        Outcome::Rejected(reasons) => (value::REJECTED, reasons),
    };
    writer.open(shape::ANSWER.name)?;
    writer.leaf(&shape::OUTCOME, outcome)?;
    for reason in reasons {
        writer.open(shape::REASON.name)?;
        writer.leaf(&shape::CODE, &reason.code.to_string())?;
        writer.leaf(&shape::TEXT, &reason.text)?;
        writer.close()?;
    }
    writer.close_record()
}
