//! Whatever the bureau sends: one reader for the inbox, which learns the kind from the document.

use std::io::BufRead;

use uuid::Uuid;

use crate::bureau::acknowledgement::Acknowledgement;
use crate::bureau::cancel_answer::CancelAnswer;
use crate::bureau::complaint_decision::ComplaintDecision;
use crate::bureau::erasure_confirmation::ErasureConfirmation;
use crate::bureau::family::{Member, read_member};
use crate::bureau::inquiry_answer::InquiryAnswer;
use crate::bureau::receipt::Receipt;
use crate::bureau::refusal::ReadError;
use crate::bureau::shipment_notice::ShipmentNotice;
use crate::bureau::technical_error::TechnicalError;
use crate::bureau::{
    ACKNOWLEDGEMENT_NAMESPACE, CANCEL_ANSWER_NAMESPACE, COMPLAINT_DECISION_NAMESPACE,
    ERASURE_CONFIRMATION_NAMESPACE, INQUIRY_ANSWER_NAMESPACE, RECEIPT_NAMESPACE,
    SHIPMENT_NOTICE_NAMESPACE, TECHNICAL_ERROR_NAMESPACE,
};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::Verified;

/// The namespaces of all that the bureau sends, for the [`TrustPolicy`] of its messages.
pub const MESSAGE_NAMESPACES: [&str; 8] = [
    RECEIPT_NAMESPACE,
    ACKNOWLEDGEMENT_NAMESPACE,
    INQUIRY_ANSWER_NAMESPACE,
    CANCEL_ANSWER_NAMESPACE,
    COMPLAINT_DECISION_NAMESPACE,
    SHIPMENT_NOTICE_NAMESPACE,
    ERASURE_CONFIRMATION_NAMESPACE,
    TECHNICAL_ERROR_NAMESPACE,
];

/// A message of the bureau.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Message {
    /// Its technical word on a whole order.
    Receipt(Receipt),
    /// Its words on lines and shipments.
    Acknowledgement(Acknowledgement),
    /// What it holds of an order, and all that it has said of its lines.
    InquiryAnswer(InquiryAnswer),
    /// What became of lines that were to be cancelled.
    CancelAnswer(CancelAnswer),
    /// What it decided on a complaint.
    ComplaintDecision(ComplaintDecision),
    /// Parcels on their way.
    ShipmentNotice(ShipmentNotice),
    /// What it has erased.
    ErasureConfirmation(ErasureConfirmation),
    /// It could not use a document of ours.
    TechnicalError(TechnicalError),
}

static MEMBERS: [Member<Message>; 8] = [
    Member::of::<Receipt>(),
    Member::of::<Acknowledgement>(),
    Member::of::<InquiryAnswer>(),
    Member::of::<CancelAnswer>(),
    Member::of::<ComplaintDecision>(),
    Member::of::<ShipmentNotice>(),
    Member::of::<ErasureConfirmation>(),
    Member::of::<TechnicalError>(),
];

/// Verifies and reads a message of the bureau, and tells who signed it.
pub fn read_message(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<(Message, Verified), ReadError> {
    read_member(&MEMBERS, source, policy)
}

impl Message {
    /// The name of its kind, for people and for the record.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Receipt(_) => "receipt",
            Self::Acknowledgement(_) => "acknowledgement",
            Self::InquiryAnswer(_) => "inquiry answer",
            Self::CancelAnswer(_) => "cancel answer",
            Self::ComplaintDecision(_) => "complaint decision",
            Self::ShipmentNotice(_) => "shipment notice",
            Self::ErasureConfirmation(_) => "erasure confirmation",
            Self::TechnicalError(_) => "technical error",
        }
    }

    /// The identifier of the document.
    pub const fn message_id(&self) -> Uuid {
        match self {
            Self::Receipt(document) => document.message_id,
            Self::Acknowledgement(document) => document.message_id,
            Self::InquiryAnswer(document) => document.message_id,
            Self::CancelAnswer(document) => document.message_id,
            Self::ComplaintDecision(document) => document.message_id,
            Self::ShipmentNotice(document) => document.message_id,
            Self::ErasureConfirmation(document) => document.message_id,
            Self::TechnicalError(document) => document.message_id,
        }
    }

    /// The code of the bureau in its header.
    pub fn bureau(&self) -> &str {
        match self {
            Self::Receipt(document) => &document.bureau,
            Self::Acknowledgement(document) => &document.bureau,
            Self::InquiryAnswer(document) => &document.bureau,
            Self::CancelAnswer(document) => &document.bureau,
            Self::ComplaintDecision(document) => &document.bureau,
            Self::ShipmentNotice(document) => &document.bureau,
            Self::ErasureConfirmation(document) => &document.bureau,
            Self::TechnicalError(document) => &document.bureau,
        }
    }

    /// Whether it belongs to the test environment.
    pub const fn is_test(&self) -> bool {
        match self {
            Self::Receipt(document) => document.test,
            Self::Acknowledgement(document) => document.test,
            Self::InquiryAnswer(document) => document.test,
            Self::CancelAnswer(document) => document.test,
            Self::ComplaintDecision(document) => document.test,
            Self::ShipmentNotice(document) => document.test,
            Self::ErasureConfirmation(document) => document.test,
            Self::TechnicalError(document) => document.test,
        }
    }
}

impl From<Receipt> for Message {
    fn from(document: Receipt) -> Self {
        Self::Receipt(document)
    }
}

impl From<Acknowledgement> for Message {
    fn from(document: Acknowledgement) -> Self {
        Self::Acknowledgement(document)
    }
}

impl From<InquiryAnswer> for Message {
    fn from(document: InquiryAnswer) -> Self {
        Self::InquiryAnswer(document)
    }
}

impl From<CancelAnswer> for Message {
    fn from(document: CancelAnswer) -> Self {
        Self::CancelAnswer(document)
    }
}

impl From<ComplaintDecision> for Message {
    fn from(document: ComplaintDecision) -> Self {
        Self::ComplaintDecision(document)
    }
}

impl From<ShipmentNotice> for Message {
    fn from(document: ShipmentNotice) -> Self {
        Self::ShipmentNotice(document)
    }
}

impl From<ErasureConfirmation> for Message {
    fn from(document: ErasureConfirmation) -> Self {
        Self::ErasureConfirmation(document)
    }
}

impl From<TechnicalError> for Message {
    fn from(document: TechnicalError) -> Self {
        Self::TechnicalError(document)
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
