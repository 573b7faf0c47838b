//! The answer to an inquiry: which file the bureau holds under the number, and every word that it
//! has spoken on its lines, so that a word that was missed is heard now.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::document::{Document, read_one};
use crate::bureau::entry::{self, ENTRY, Entry};
use crate::bureau::fields::Fields;
use crate::bureau::header::{
    ANSWER_HEADER, HEADER, Heading, LINE_COUNT, MESSAGE_ID, ORDER_NUMBER, SHA256,
};
use crate::bureau::reader::{DocumentKind, count, require_total};
use crate::bureau::receipt::{
    OUTCOME, Outcome, REASON, read_outcome, require_reasons, write_outcome,
};
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Shape, group, leaf, one, optional, several};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{INQUIRY_ANSWER_NAMESPACE, form, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// What the bureau holds of one order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InquiryAnswer {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The identifier of the inquiry that it answers.
    pub in_reply_to: Uuid,
    /// The number of the order that was asked about.
    pub order_number: String,
    /// Whether the bureau holds a file under this number, and which.
    pub held: Held,
    /// Every word that the bureau has spoken on lines of the order, at most 50,000; none where it
    /// holds no file.
    pub entries: Vec<Entry>,
}

/// Whether the bureau holds a file under the number of an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Held {
    /// It holds none that it could read: the order may be sent again.
    Unknown,
    /// It holds this one.
    Known {
        /// The SHA-256 of the file as the bureau received it.
        sha256: [u8; 32],
        /// The identifier of the file's document.
        message_id: Uuid,
        /// How many lines the file has.
        line_count: u32,
        /// What the bureau's receipt said of it.
        outcome: Outcome,
    },
}

pub(crate) static INQUIRY_ANSWER: DocumentKind = DocumentKind {
    namespace: INQUIRY_ANSWER_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "InquiryAnswer",
    &[
        one(&ANSWER_HEADER),
        one(&ORDER),
        optional(&FILE),
        several(&ENTRY, 0, value::WORDS_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static ORDER: Shape = group("Order", &[one(&ORDER_NUMBER), one(&HELD)]);
static HELD: Shape = leaf("Held", &value::HELD);
static FILE: Shape = group(
    "File",
    &[
        one(&SHA256),
        one(&MESSAGE_ID),
        one(&LINE_COUNT),
        one(&OUTCOME),
        several(&REASON, 0, value::REASONS_MAX),
    ],
);
static CONTROL_TOTALS: Shape = group("ControlTotals", &[one(&WORD_COUNT)]);
static WORD_COUNT: Shape = leaf("EntryCount", &value::WORD_COUNT);

/// Writes and signs the answer to an inquiry, as the bureau does.
pub fn write_inquiry_answer<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    answer: &InquiryAnswer,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(answer)?;
    let mut writer = DocumentWriter::begin(sink, key, &INQUIRY_ANSWER)?;
    let heading = Heading {
        message_id: answer.message_id,
        bureau: &answer.bureau,
        test: answer.test,
        created_at: answer.created_at,
    };
    heading.write_answering(&mut writer, answer.in_reply_to)?;
    write_held(&mut writer, answer)?;
    for entry in &answer.entries {
        entry.write(&mut writer)?;
    }
    writer.open(CONTROL_TOTALS.name)?;
    writer.leaf(&WORD_COUNT, &answer.entries.len().to_string())?;
    writer.close_record()?;
    writer.finish(signed_at)
}

fn write_held<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    answer: &InquiryAnswer,
) -> Result<(), DocumentError> {
    let word = match answer.held {
        Held::Unknown => value::UNKNOWN,
        Held::Known { .. } => value::KNOWN,
    };
    writer.open(ORDER.name)?;
    writer.leaf(&ORDER_NUMBER, &answer.order_number)?;
    writer.leaf(&HELD, word)?;
    writer.close_record()?;
    let Held::Known {
        sha256,
        message_id,
        line_count,
        outcome,
    } = &answer.held
    else {
        return Ok(());
    };
    writer.open(FILE.name)?;
    writer.leaf(&SHA256, &form::sha256_text(sha256))?;
    writer.leaf(&MESSAGE_ID, &form::uuid_text(*message_id))?;
    writer.leaf(&LINE_COUNT, &line_count.to_string())?;
    write_outcome(writer, outcome)?;
    writer.close_record()
}

/// Verifies and reads the answer to an inquiry. Whether anybody asked, and about this order, is
/// the caller's to know.
pub fn read_inquiry_answer(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<InquiryAnswer, ReadError> {
    read_one(source, policy)
}

impl Document for InquiryAnswer {
    type Parts = Vec<Entry>;

    fn kind() -> &'static DocumentKind {
        &INQUIRY_ANSWER
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
            held: read_held(head)?,
            entries,
        };
        require_agreement(&answer)?;
        Ok(answer)
    }
}

fn read_held(head: &Fields) -> Result<Held, ContentFault> {
    let within = FILE.name;
    let known = head.text(ORDER.name, "Held")? == value::KNOWN;
    let told = head.find(within, "Sha256").is_some();
    match (known, told) {
        (false, false) => Ok(Held::Unknown),
        (true, true) => Ok(Held::Known {
            sha256: head.read(within, "Sha256", form::sha256)?,
            message_id: head.uuid(within, "MessageId")?,
            line_count: head.number(within, "LineCount")?,
            outcome: read_outcome(head, within)?,
        }),
        (true, false) => Err(ContentCode::ElementsDisagree.fault("a KNOWN order has a File")),
        (false, true) => Err(ContentCode::ElementsDisagree.fault("an UNKNOWN order has no File")),
    }
}

/// Requires that the words are about lines of the file that is held.
fn require_agreement(answer: &InquiryAnswer) -> Result<(), ContentFault> {
    entry::require_agreement(&answer.entries)?;
    entry::require_order(&answer.entries, &answer.order_number)?;
    match &answer.held {
        Held::Unknown if answer.entries.is_empty() => Ok(()),
        Held::Unknown => Err(ContentCode::ElementsDisagree.fault("an UNKNOWN order has no Entry")),
        Held::Known {
            line_count,
            outcome,
            ..
        } => {
            require_reasons(outcome)?;
            let beyond = |entry: &Entry| entry.line_no > *line_count;
            if answer.entries.iter().any(beyond) {
                return Err(ContentCode::ElementsDisagree
                    .fault("an Entry is about a line that the File does not have"));
            }
            Ok(())
        }
    }
}
