//! The inquiry: does the bureau hold the file of an order, and what has it said of its lines?
//!
//! It is asked where a delivery may or may not have arrived, before anything is sent again, and
//! where the bureau has been silent on lines for too long.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::INQUIRY_NAMESPACE;
use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::Fields;
use crate::bureau::header::{Heading, PLAIN_HEADER};
use crate::bureau::named_order::{NAMED_ORDER, NamedOrder};
use crate::bureau::reader::DocumentKind;
use crate::bureau::refusal::ReadError;
use crate::bureau::shape::{Shape, group, one};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// A question about one order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inquiry {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that it is for.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The number of the order.
    pub order_number: String,
    /// The SHA-256 of the order's file as it was signed.
    pub order_sha256: [u8; 32],
    /// The identifier of the order's document.
    pub order_message_id: Uuid,
}

pub(crate) static INQUIRY: DocumentKind = DocumentKind {
    namespace: INQUIRY_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group("Inquiry", &[one(&PLAIN_HEADER), one(&NAMED_ORDER)]);

/// Writes and signs an inquiry.
pub fn write_inquiry<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    inquiry: &Inquiry,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    let mut writer = DocumentWriter::begin(sink, key, &INQUIRY)?;
    let heading = Heading {
        message_id: inquiry.message_id,
        bureau: &inquiry.bureau,
        test: inquiry.test,
        created_at: inquiry.created_at,
    };
    heading.write(&mut writer)?;
    let order = NamedOrder {
        number: &inquiry.order_number,
        sha256: inquiry.order_sha256,
        message_id: inquiry.order_message_id,
    };
    order.write(&mut writer)?;
    writer.finish(signed_at)
}

/// Verifies and reads an inquiry, as the bureau does.
pub fn read_inquiry(source: impl BufRead, policy: &TrustPolicy) -> Result<Inquiry, ReadError> {
    read_one(source, policy)
}

impl Document for Inquiry {
    type Parts = ();

    fn kind() -> &'static DocumentKind {
        &INQUIRY
    }

    fn gather(head: &Fields, _parts: ()) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let order = NamedOrder::read(head)?;
        Ok(Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            order_number: order.number.to_owned(),
            order_sha256: order.sha256,
            order_message_id: order.message_id,
        })
    }
}
