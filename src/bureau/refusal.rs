//! Why a document of the bureau is not accepted: one answer for signatures and for contents.

use std::io;

use crate::xmldsig::content::ContentFault;
use crate::xmldsig::refusal::{Refusal, RefusalCode};
use crate::xmldsig::verify::VerifyError;

crate::coded! {
    /// One reason not to accept the content of a document whose signature is good.
    pub enum ContentCode as "content refusal" {
        /// A version of the document that this program does not know.
        VersionUnknown = "VERSION_UNKNOWN",
        /// Another kind of document than was expected.
        DocumentUnexpected = "DOCUMENT_UNEXPECTED",
        /// An element that must stand here does not.
        ElementMissing = "ELEMENT_MISSING",
        /// An element that may not stand here, or not again.
        ElementUnexpected = "ELEMENT_UNEXPECTED",
        /// More elements of one kind than a document may have.
        ElementLimit = "ELEMENT_LIMIT",
        /// An attribute that must be there and is not, or the reverse.
        AttributeUnexpected = "ATTRIBUTE_UNEXPECTED",
        /// Text between elements.
        TextUnexpected = "TEXT_UNEXPECTED",
        /// A text that is not of the type of its element or attribute.
        ValueForbidden = "VALUE_FORBIDDEN",
        /// A text longer than any value of its type.
        ValueTooLong = "VALUE_TOO_LONG",
        /// Elements that do not go together, or one of which needs the other.
        ElementsDisagree = "ELEMENTS_DISAGREE",
        /// Lines are not numbered 1, 2, 3 … in the order in which they stand.
        LineOutOfPlace = "LINE_OUT_OF_PLACE",
        /// Two lines of an order, or two cards of a shipment, for one application.
        ApplicationRepeated = "APPLICATION_REPEATED",
        /// Two entries with one line and one sequence number, or a line twice where it may stand once.
        EntryRepeated = "ENTRY_REPEATED",
        /// One card in two shipments, or twice in one.
        CardRepeated = "CARD_REPEATED",
        /// A count or control total that does not agree with what stands there.
        TotalsDisagree = "TOTALS_DISAGREE",
    }
}

impl ContentCode {
    /// The number of the reason that partners are told: 104 schema invalid, 106 unknown version,
    /// 107 size limit.
    pub const fn reason(self) -> u16 {
        match self {
            Self::VersionUnknown => 106,
            Self::ElementLimit | Self::ValueTooLong => 107,
            Self::DocumentUnexpected
            | Self::ElementMissing
            | Self::ElementUnexpected
            | Self::AttributeUnexpected
            | Self::TextUnexpected
            | Self::ValueForbidden
            | Self::ElementsDisagree
            | Self::LineOutOfPlace
            | Self::ApplicationRepeated
            | Self::EntryRepeated
            | Self::CardRepeated
            | Self::TotalsDisagree => 104,
        }
    }

    /// A fault with this code; `message` names elements and types, never what stands in them.
    pub(crate) fn fault(self, message: impl Into<String>) -> ContentFault {
        ContentFault::new(self.as_str(), message)
    }
}

/// Why a document was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The sender's fault: the document is not to be believed, or not what it should be.
    #[error(transparent)]
    Refused(#[from] DocumentRefusal),
    /// Ours: the bytes could not be had; nothing is known of the document.
    #[error("the document cannot be read")]
    Source(#[source] io::Error),
}

/// What is wrong with a document, and where. Carries nothing of its content.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code} at line {line}, column {column}: {detail}")]
pub struct DocumentRefusal {
    /// The stable code: of [`RefusalCode`] or of [`ContentCode`].
    pub code: &'static str,
    /// The number of the reason that the sender is told.
    pub reason: u16,
    /// The reason in words, without personal data.
    pub detail: String,
    /// The line, from 1.
    pub line: u64,
    /// The byte of the line, from 1.
    pub column: u64,
}

impl From<VerifyError> for ReadError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Refused(refusal) => Self::Refused(refusal.into()),
            VerifyError::Content {
                fault,
                line,
                column,
            } => Self::Refused(DocumentRefusal {
                code: fault.code,
                reason: ContentCode::parse(fault.code).map_or(104, ContentCode::reason),
                detail: fault.message,
                line,
                column,
            }),
            VerifyError::Read(error) => Self::Source(error),
        }
    }
}

impl From<Refusal> for DocumentRefusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.as_str(),
            reason: reason(refusal.code),
            detail: refusal.detail,
            line: refusal.line,
            column: refusal.column,
        }
    }
}

/// The namespace is where a document carries its version: a namespace that is not allowed is a
/// version that is not known.
const fn reason(code: RefusalCode) -> u16 {
    match code {
        RefusalCode::NamespaceForbidden => ContentCode::VersionUnknown.reason(),
        _ => code.reason(),
    }
}

/// A verified document without a part that its shape demands, which nobody should ever meet.
pub(crate) fn incomplete(part: &str) -> ReadError {
    ReadError::Refused(DocumentRefusal {
        code: ContentCode::ElementMissing.as_str(),
        reason: ContentCode::ElementMissing.reason(),
        detail: format!("{part} is missing"),
        line: 1,
        column: 1,
    })
}
