//! Whatever the bureau sends: one reader for the inbox, which learns the kind from the document.

use std::io::Read;

use crate::bureau::acknowledgement::{ACKNOWLEDGEMENT, Acknowledgement, AcknowledgementRecords};
use crate::bureau::fields::Fields;
use crate::bureau::reader::{DocumentKind, RecordReader, read_document, require_kind};
use crate::bureau::receipt::{RECEIPT, Receipt, ReceiptRecords};
use crate::bureau::refusal::ReadError;
use crate::bureau::{ACKNOWLEDGEMENT_NAMESPACE, RECEIPT_NAMESPACE};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::Verified;

/// The namespaces of all that the bureau sends, for the [`TrustPolicy`] of its messages.
pub const MESSAGE_NAMESPACES: [&str; 2] = [RECEIPT_NAMESPACE, ACKNOWLEDGEMENT_NAMESPACE];

/// A message of the bureau.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// Its technical word on a whole order.
    Receipt(Receipt),
    /// Its words on lines and shipments.
    Acknowledgement(Acknowledgement),
}

/// Verifies and reads a message of the bureau, and tells who signed it.
pub fn read_message(
    source: impl Read,
    policy: &TrustPolicy,
) -> Result<(Message, Verified), ReadError> {
    let mut records = MessageRecords::Receipt(ReceiptRecords::default());
    let verified = read_document(source, policy, &mut records)?;
    let message = match records {
        MessageRecords::Receipt(records) => Message::Receipt(records.receipt()?),
        MessageRecords::Acknowledgement(records) => {
            Message::Acknowledgement(records.acknowledgement()?)
        }
    };
    Ok((message, verified))
}

/// What is gathered, of the kind that the root tells; a receipt until then.
enum MessageRecords {
    Receipt(ReceiptRecords),
    Acknowledgement(AcknowledgementRecords),
}

impl RecordReader for MessageRecords {
    fn begin(
        &mut self,
        namespace: &str,
        root: &str,
    ) -> Result<&'static DocumentKind, ContentFault> {
        if root == ACKNOWLEDGEMENT.root.name {
            *self = Self::Acknowledgement(AcknowledgementRecords::default());
            require_kind(&ACKNOWLEDGEMENT, namespace, root)
        } else {
            require_kind(&RECEIPT, namespace, root)
        }
    }

    fn record(&mut self, name: &'static str, fields: Fields) -> Result<(), ContentFault> {
        match self {
            Self::Receipt(records) => records.record(name, fields),
            Self::Acknowledgement(records) => records.record(name, fields),
        }
    }

    fn finish(&mut self) -> Result<(), ContentFault> {
        match self {
            Self::Receipt(records) => records.finish(),
            Self::Acknowledgement(records) => records.finish(),
        }
    }
}
