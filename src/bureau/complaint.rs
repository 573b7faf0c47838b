//! The complaint: a card that left the bureau is not as it should be, and the bureau decides
//! whether it is made again and who pays.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::Fields;
use crate::bureau::header::{
    APPLICATION_NUMBER, DOCUMENT_NUMBER, Heading, LINE_NUMBER, ORDER_NUMBER, PLAIN_HEADER,
};
use crate::bureau::reader::DocumentKind;
use crate::bureau::refusal::ReadError;
use crate::bureau::shape::{Shape, group, leaf, one, optional};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{COMPLAINT_NAMESPACE, form, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// A complaint about one card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Complaint {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that it is for.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The number of the order that the card was made for.
    pub order_number: String,
    /// The number of the line in its order, from 1.
    pub line_no: u32,
    /// The number of the application that the line is of.
    pub application_number: String,
    /// The number of the card.
    pub document_number: String,
    /// What is wrong, by the catalogue of reasons: 701 to 708.
    pub code: u16,
    /// What is wrong in words, without personal data; at most 500 characters.
    pub text: Option<String>,
    /// When it was noticed.
    pub noticed_at: DateTime<Utc>,
}

pub(crate) static COMPLAINT: DocumentKind = DocumentKind {
    namespace: COMPLAINT_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "Complaint",
    &[one(&PLAIN_HEADER), one(&CARD), one(&FINDING)],
);

static CARD: Shape = group(
    "Card",
    &[
        one(&ORDER_NUMBER),
        one(&LINE_NUMBER),
        one(&APPLICATION_NUMBER),
        one(&DOCUMENT_NUMBER),
    ],
);
static FINDING: Shape = group("Finding", &[one(&CODE), optional(&TEXT), one(&NOTICED_AT)]);
static CODE: Shape = leaf("Code", &value::COMPLAINT_CODE);
static TEXT: Shape = leaf("Text", &value::LONG_TEXT);
static NOTICED_AT: Shape = leaf("NoticedAt", &value::INSTANT);

/// Writes and signs a complaint.
pub fn write_complaint<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    complaint: &Complaint,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    let mut writer = DocumentWriter::begin(sink, key, &COMPLAINT)?;
    let heading = Heading {
        message_id: complaint.message_id,
        bureau: &complaint.bureau,
        test: complaint.test,
        created_at: complaint.created_at,
    };
    heading.write(&mut writer)?;
    writer.open(CARD.name)?;
    writer.leaf(&ORDER_NUMBER, &complaint.order_number)?;
    writer.leaf(&LINE_NUMBER, &complaint.line_no.to_string())?;
    writer.leaf(&APPLICATION_NUMBER, &complaint.application_number)?;
    writer.leaf(&DOCUMENT_NUMBER, &complaint.document_number)?;
    writer.close_record()?;
    writer.open(FINDING.name)?;
    writer.leaf(&CODE, &complaint.code.to_string())?;
    writer.optional(&TEXT, complaint.text.as_deref())?;
    writer.leaf(&NOTICED_AT, &form::instant_text(complaint.noticed_at))?;
    writer.close_record()?;
    writer.finish(signed_at)
}

/// Verifies and reads a complaint, as the bureau does.
pub fn read_complaint(source: impl BufRead, policy: &TrustPolicy) -> Result<Complaint, ReadError> {
    read_one(source, policy)
}

impl Document for Complaint {
    type Parts = ();

    fn kind() -> &'static DocumentKind {
        &COMPLAINT
    }

    fn gather(head: &Fields, _parts: ()) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let (card, finding) = (CARD.name, FINDING.name);
        Ok(Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            order_number: head.text(card, "OrderNumber")?.to_owned(),
            line_no: head.number(card, "LineNumber")?,
            application_number: head.text(card, "ApplicationNumber")?.to_owned(),
            document_number: head.text(card, "DocumentNumber")?.to_owned(),
            code: head.number(finding, "Code")?,
            text: head.find(finding, "Text").map(str::to_owned),
            noticed_at: head.instant(finding, "NoticedAt")?,
        })
    }
}
