//! The technical error: a document arrived and could not be used. Either side may write it; it is
//! never answered, and never written about another technical error.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::Fields;
use crate::bureau::header::{Heading, MESSAGE_ID, PLAIN_HEADER, SHA256};
use crate::bureau::reader::DocumentKind;
use crate::bureau::refusal::ReadError;
use crate::bureau::shape::{Shape, group, leaf, one, optional};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{TECHNICAL_ERROR_NAMESPACE, form, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// That a document could not be used, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TechnicalError {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it or that it is for.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Which document.
    pub about: About,
    /// The number of the reason, by the catalogue of reasons: 100 to 199.
    pub code: u16,
    /// The reason in words, without personal data; at most 200 characters.
    pub text: String,
}

/// Which document could not be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct About {
    /// The SHA-256 of its bytes as they were received.
    pub sha256: [u8; 32],
    /// Its identifier, where it could be read.
    pub message_id: Option<Uuid>,
}

pub(crate) static TECHNICAL_ERROR: DocumentKind = DocumentKind {
    namespace: TECHNICAL_ERROR_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "TechnicalError",
    &[one(&PLAIN_HEADER), one(&ABOUT), one(&ERROR)],
);

static ABOUT: Shape = group("About", &[one(&SHA256), optional(&MESSAGE_ID)]);
static ERROR: Shape = group("Error", &[one(&CODE), one(&TEXT)]);
static CODE: Shape = leaf("Code", &value::TECHNICAL_CODE);
static TEXT: Shape = leaf("Text", &value::REASON_TEXT);

/// Writes and signs a technical error.
pub fn write_technical_error<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    error: &TechnicalError,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    let mut writer = DocumentWriter::begin(sink, key, &TECHNICAL_ERROR)?;
    let heading = Heading {
        message_id: error.message_id,
        bureau: &error.bureau,
        test: error.test,
        created_at: error.created_at,
    };
    heading.write(&mut writer)?;
    let message_id = error.about.message_id.map(form::uuid_text);
    writer.open(ABOUT.name)?;
    writer.leaf(&SHA256, &form::sha256_text(&error.about.sha256))?;
    writer.optional(&MESSAGE_ID, message_id.as_deref())?;
    writer.close_record()?;
    writer.open(ERROR.name)?;
    writer.leaf(&CODE, &error.code.to_string())?;
    writer.leaf(&TEXT, &error.text)?;
    writer.close_record()?;
    writer.finish(signed_at)
}

/// Verifies and reads a technical error.
pub fn read_technical_error(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<TechnicalError, ReadError> {
    read_one(source, policy)
}

impl Document for TechnicalError {
    type Parts = ();

    fn kind() -> &'static DocumentKind {
        &TECHNICAL_ERROR
    }

    fn gather(head: &Fields, _parts: ()) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let (about, error) = (ABOUT.name, ERROR.name);
        Ok(Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            about: About {
                sha256: head.read(about, "Sha256", form::sha256)?,
                message_id: head.read_optional(about, "MessageId", |text| text.parse().ok())?,
            },
            code: head.number(error, "Code")?,
            text: head.text(error, "Text")?.to_owned(),
        })
    }
}
