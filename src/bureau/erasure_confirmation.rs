//! The confirmation that biometric data of lines were erased at the bureau.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::acknowledgement::Acknowledgement;
use crate::bureau::document::{Document, read_one};
use crate::bureau::entry::{self, Entry, SEQUENCE};
use crate::bureau::fields::Fields;
use crate::bureau::header::{APPLICATION_NUMBER, Heading, LINE_NUMBER, ORDER_NUMBER, PLAIN_HEADER};
use crate::bureau::reader::{DocumentKind, count, require_total};
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Shape, group, leaf, one, several};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{ERASURE_CONFIRMATION_NAMESPACE, form, value};
use crate::domain::acknowledgement::LineEvent;
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// What the bureau has erased.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ErasureConfirmation {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The lines whose biometric data were erased, 1 to 10,000.
    pub erasures: Vec<Erasure>,
}

/// One line whose biometric data were erased: a word of the bureau on that line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Erasure {
    /// The number of the order.
    pub order_number: String,
    /// The number of the line in its order, from 1.
    pub line_no: u32,
    /// The number of the application that the line is of.
    pub application_number: String,
    /// The place of this word among the bureau's words on the line: 1, 2, 3 …
    pub sequence: u32,
    /// When the data were erased.
    pub erased_at: DateTime<Utc>,
}

impl Erasure {
    /// The same word as an acknowledgement would say it, which names no card for an erasure; its
    /// hash is that of this entry.
    pub fn entry(&self) -> Entry {
        Entry {
            order_number: self.order_number.clone(),
            line_no: self.line_no,
            application_number: self.application_number.clone(),
            sequence: self.sequence,
            status: LineEvent::BiometricsErased,
            occurred_at: self.erased_at,
            reason: None,
            document_number: None,
            consignment: None,
        }
    }
}

impl ErasureConfirmation {
    /// The erasures as the words that they are.
    pub fn entries(&self) -> Vec<Entry> {
        self.erasures.iter().map(Erasure::entry).collect()
    }
}

impl From<ErasureConfirmation> for Acknowledgement {
    /// What was erased, as an acknowledgement would tell it.
    fn from(confirmation: ErasureConfirmation) -> Self {
        Self {
            entries: confirmation.entries(),
            message_id: confirmation.message_id,
            bureau: confirmation.bureau,
            test: confirmation.test,
            created_at: confirmation.created_at,
            shipments: Vec::new(),
        }
    }
}

pub(crate) static ERASURE_CONFIRMATION: DocumentKind = DocumentKind {
    namespace: ERASURE_CONFIRMATION_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "ErasureConfirmation",
    &[
        one(&PLAIN_HEADER),
        several(&ERASURE, 1, value::ENTRIES_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static ERASURE: Shape = group(
    "Erasure",
    &[
        one(&ORDER_NUMBER),
        one(&LINE_NUMBER),
        one(&APPLICATION_NUMBER),
        one(&SEQUENCE),
        one(&ERASED_AT),
    ],
);
static ERASED_AT: Shape = leaf("ErasedAt", &value::INSTANT);
static CONTROL_TOTALS: Shape = group("ControlTotals", &[one(&ERASURE_COUNT)]);
static ERASURE_COUNT: Shape = leaf("ErasureCount", &value::ENTRY_COUNT);

/// Writes and signs a confirmation of erasures, as the bureau does.
pub fn write_erasure_confirmation<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    confirmation: &ErasureConfirmation,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(confirmation)?;
    let mut writer = DocumentWriter::begin(sink, key, &ERASURE_CONFIRMATION)?;
    let heading = Heading {
        message_id: confirmation.message_id,
        bureau: &confirmation.bureau,
        test: confirmation.test,
        created_at: confirmation.created_at,
    };
    heading.write(&mut writer)?;
    for erasure in &confirmation.erasures {
        write_erasure(&mut writer, erasure)?;
    }
    writer.open(CONTROL_TOTALS.name)?;
    writer.leaf(&ERASURE_COUNT, &confirmation.erasures.len().to_string())?;
    writer.close_record()?;
    writer.finish(signed_at)
}

fn write_erasure<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    erasure: &Erasure,
) -> Result<(), DocumentError> {
    writer.open(ERASURE.name)?;
    writer.leaf(&ORDER_NUMBER, &erasure.order_number)?;
    writer.leaf(&LINE_NUMBER, &erasure.line_no.to_string())?;
    writer.leaf(&APPLICATION_NUMBER, &erasure.application_number)?;
    writer.leaf(&SEQUENCE, &erasure.sequence.to_string())?;
    writer.leaf(&ERASED_AT, &form::instant_text(erasure.erased_at))?;
    writer.close_record()
}

/// Verifies and reads a confirmation of erasures. Whether its lines are known is the caller's to
/// ask.
pub fn read_erasure_confirmation(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<ErasureConfirmation, ReadError> {
    read_one(source, policy)
}

impl Document for ErasureConfirmation {
    type Parts = Vec<Erasure>;

    fn kind() -> &'static DocumentKind {
        &ERASURE_CONFIRMATION
    }

    fn take(
        erasures: &mut Vec<Erasure>,
        name: &'static str,
        fields: &Fields,
    ) -> Result<bool, ContentFault> {
        let is_erasure = name == ERASURE.name;
        if is_erasure {
            erasures.push(Erasure {
                order_number: fields.text(name, "OrderNumber")?.to_owned(),
                line_no: fields.number(name, "LineNumber")?,
                application_number: fields.text(name, "ApplicationNumber")?.to_owned(),
                sequence: fields.number(name, "Sequence")?,
                erased_at: fields.instant(name, "ErasedAt")?,
            });
        }
        Ok(is_erasure)
    }

    fn gather(head: &Fields, erasures: Vec<Erasure>) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let told = head.number(CONTROL_TOTALS.name, "ErasureCount")?;
        require_total("ErasureCount", told, count(&erasures))?;
        let confirmation = Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            erasures,
        };
        require_agreement(&confirmation)?;
        Ok(confirmation)
    }
}

fn require_agreement(confirmation: &ErasureConfirmation) -> Result<(), ContentFault> {
    if confirmation.erasures.is_empty() {
        return Err(ContentCode::ElementMissing.fault("no Erasure"));
    }
    entry::require_agreement(&confirmation.entries())
}
