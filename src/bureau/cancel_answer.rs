//! The answer to a request to cancel: one word on each line, numbered like every other word of the
//! bureau, so that hearing the answer is hearing words.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::document::{Document, read_one};
use crate::bureau::entry::{self, ENTRY, ENTRY_COUNT, Entry};
use crate::bureau::fields::Fields;
use crate::bureau::header::{ANSWER_HEADER, HEADER, Heading, ORDER_NUMBER};
use crate::bureau::reader::{DocumentKind, count, require_total};
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Shape, group, one, several};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{CANCEL_ANSWER_NAMESPACE, value};
use crate::domain::acknowledgement::LineEvent;
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// What became of the lines that were to be cancelled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CancelAnswer {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The identifier of the request that it answers.
    pub in_reply_to: Uuid,
    /// The number of the order.
    pub order_number: String,
    /// One word on each line, 1 to 1,000: `CANCELLED` or `TOO_LATE_TO_CANCEL`.
    pub entries: Vec<Entry>,
}

pub(crate) static CANCEL_ANSWER: DocumentKind = DocumentKind {
    namespace: CANCEL_ANSWER_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "CancelAnswer",
    &[
        one(&ANSWER_HEADER),
        one(&ORDER),
        several(&ENTRY, 1, value::LINES_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static ORDER: Shape = group("Order", &[one(&ORDER_NUMBER)]);
static CONTROL_TOTALS: Shape = group("ControlTotals", &[one(&ENTRY_COUNT)]);

/// Whether a word answers the request to cancel a line.
pub(crate) const fn answers(word: LineEvent) -> bool {
    matches!(
        word,
        LineEvent::LineCancelled | LineEvent::CancelCameTooLate
    )
}

/// Writes and signs the answer to a request to cancel, as the bureau does.
pub fn write_cancel_answer<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    answer: &CancelAnswer,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(answer)?;
    let mut writer = DocumentWriter::begin(sink, key, &CANCEL_ANSWER)?;
    let heading = Heading {
        message_id: answer.message_id,
        bureau: &answer.bureau,
        test: answer.test,
        created_at: answer.created_at,
    };
    heading.write_answering(&mut writer, answer.in_reply_to)?;
    writer.open(ORDER.name)?;
    writer.leaf(&ORDER_NUMBER, &answer.order_number)?;
    writer.close_record()?;
    for entry in &answer.entries {
        entry.write(&mut writer)?;
    }
    writer.open(CONTROL_TOTALS.name)?;
    writer.leaf(&ENTRY_COUNT, &answer.entries.len().to_string())?;
    writer.close_record()?;
    writer.finish(signed_at)
}

/// Verifies and reads the answer to a request to cancel. Whether anybody asked, and for these
/// lines, is the caller's to know.
pub fn read_cancel_answer(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<CancelAnswer, ReadError> {
    read_one(source, policy)
}

impl Document for CancelAnswer {
    type Parts = Vec<Entry>;

    fn kind() -> &'static DocumentKind {
        &CANCEL_ANSWER
    }

    fn take(
        entries: &mut Vec<Entry>,
        name: &'static str,
        fields: &Fields,
    ) -> Result<bool, ContentFault> {
        let is_entry = name == ENTRY.name;
        if is_entry {
            entries.push(Entry::read(fields)?);
        }
        Ok(is_entry)
    }

    fn gather(head: &Fields, entries: Vec<Entry>) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let told = head.number(CONTROL_TOTALS.name, "EntryCount")?;
        require_total("EntryCount", told, count(&entries))?;
        let answer = Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            in_reply_to: head.uuid(HEADER, "InReplyTo")?,
            order_number: head.text(ORDER.name, "OrderNumber")?.to_owned(),
            entries,
        };
        require_agreement(&answer)?;
        Ok(answer)
    }
}

/// Requires one word that answers on each line, and at least one.
fn require_agreement(answer: &CancelAnswer) -> Result<(), ContentFault> {
    if answer.entries.is_empty() {
        return Err(ContentCode::ElementMissing.fault("no Entry"));
    }
    entry::require_order(&answer.entries, &answer.order_number)?;
    let mut lines = HashSet::new();
    for (index, entry) in answer.entries.iter().enumerate() {
        let number = index + 1;
        if !answers(entry.status) {
            return Err(ContentCode::ValueForbidden.fault(format!(
                "Status of entry {number} must be CANCELLED or TOO_LATE_TO_CANCEL"
            )));
        }
        if !lines.insert(entry.line_no) {
            return Err(ContentCode::EntryRepeated
                .fault(format!("entry {number} is on the line of another")));
        }
    }
    Ok(())
}
