//! Whatever the bureau sends: one reader for the inbox, which learns the kind from the document.

use std::io::BufRead;

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
    source: impl BufRead,
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

    fn record(&mut self, name: &'static str, fields: &Fields) -> Result<(), ContentFault> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bureau::acknowledgement::{Entry, write_acknowledgement};
    use crate::bureau::fixtures::{Signer, noon, refusal};
    use crate::bureau::receipt::{Outcome, write_receipt};
    use crate::domain::acknowledgement::LineEvent;

    fn receipt() -> Receipt {
        Receipt {
            message_id: "019527f0-2222-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
            bureau: "IMPRIMERIA".to_owned(),
            test: true,
            created_at: noon(),
            order_number: "CEI-O-2026-000017".to_owned(),
            order_sha256: [7; 32],
            in_reply_to: Some("019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap()),
            line_count: Some(1),
            outcome: Outcome::Ok,
        }
    }

    fn acknowledgement() -> Acknowledgement {
        Acknowledgement {
            message_id: "019527f0-3333-7d3e-8f4a-5b6c7d8e9f01".parse().unwrap(),
            bureau: "IMPRIMERIA".to_owned(),
            test: true,
            created_at: noon(),
            entries: vec![Entry {
                order_number: "CEI-O-2026-000017".to_owned(),
                line_no: 1,
                application_number: "CEI-A-1".to_owned(),
                sequence: 1,
                status: LineEvent::LineAccepted,
                occurred_at: noon(),
                reason: None,
                document_number: None,
                consignment: None,
            }],
            shipments: Vec::new(),
        }
    }

    #[test]
    fn the_kind_of_a_message_is_learnt_from_the_document() {
        let signer = Signer::new();
        let (first, written) = write_receipt(Vec::new(), &signer.key, &receipt(), noon()).unwrap();
        let (second, _) =
            write_acknowledgement(Vec::new(), &signer.key, &acknowledgement(), noon()).unwrap();

        let (message, verified) = read_message(first.as_slice(), &signer.policy()).unwrap();
        assert_eq!(message, Message::Receipt(receipt()));
        assert_eq!(verified.sha256, written.sha256);
        let (message, _) = read_message(second.as_slice(), &signer.policy()).unwrap();
        assert_eq!(message, Message::Acknowledgement(acknowledgement()));
    }

    #[test]
    fn what_is_no_message_of_the_bureau_is_refused() {
        let signer = Signer::new();
        let (document, _) = write_receipt(Vec::new(), &signer.key, &receipt(), noon()).unwrap();
        let document = String::from_utf8(document).unwrap();
        let read = |text: &str| {
            refusal(read_message(
                signer.sign_again(text).as_slice(),
                &signer.policy(),
            ))
            .code
        };

        let order = document
            .replace("Receipt", "Order")
            .replace("receipt:1", "order:1");
        assert_eq!(read(&order), "DOCUMENT_UNEXPECTED");
        let mixed = document.replace("Receipt", "Acknowledgement");
        assert_eq!(read(&mixed), "DOCUMENT_UNEXPECTED");
    }
}
