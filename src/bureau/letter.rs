//! What the gateway writes to the bureau besides orders: one reader for the bureau, which learns
//! the kind from the document.

use std::io::BufRead;

use uuid::Uuid;

use crate::bureau::cancel_request::CancelRequest;
use crate::bureau::complaint::Complaint;
use crate::bureau::family::{Member, read_member};
use crate::bureau::inquiry::Inquiry;
use crate::bureau::refusal::ReadError;
use crate::bureau::technical_error::TechnicalError;
use crate::bureau::{
    CANCEL_REQUEST_NAMESPACE, COMPLAINT_NAMESPACE, INQUIRY_NAMESPACE, TECHNICAL_ERROR_NAMESPACE,
};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::Verified;

/// The namespaces of all letters, for the [`TrustPolicy`] of the bureau that takes them.
pub const LETTER_NAMESPACES: [&str; 4] = [
    INQUIRY_NAMESPACE,
    CANCEL_REQUEST_NAMESPACE,
    COMPLAINT_NAMESPACE,
    TECHNICAL_ERROR_NAMESPACE,
];

/// A letter of the gateway.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Letter {
    /// Does the bureau hold an order, and what has it said of its lines?
    Inquiry(Inquiry),
    /// Make no cards for these lines.
    CancelRequest(CancelRequest),
    /// A card is not as it should be.
    Complaint(Complaint),
    /// We could not use a document of the bureau.
    TechnicalError(TechnicalError),
}

static MEMBERS: [Member<Letter>; 4] = [
    Member::of::<Inquiry>(),
    Member::of::<CancelRequest>(),
    Member::of::<Complaint>(),
    Member::of::<TechnicalError>(),
];

/// Verifies and reads a letter, as the bureau does, and tells who signed it.
pub fn read_letter(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<(Letter, Verified), ReadError> {
    read_member(&MEMBERS, source, policy)
}

impl Letter {
    /// The name of its kind, for people and for the record.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Inquiry(_) => "inquiry",
            Self::CancelRequest(_) => "cancel request",
            Self::Complaint(_) => "complaint",
            Self::TechnicalError(_) => "technical error",
        }
    }

    /// The identifier of the document.
    pub const fn message_id(&self) -> Uuid {
        match self {
            Self::Inquiry(document) => document.message_id,
            Self::CancelRequest(document) => document.message_id,
            Self::Complaint(document) => document.message_id,
            Self::TechnicalError(document) => document.message_id,
        }
    }

    /// The code of the bureau in its header.
    pub fn bureau(&self) -> &str {
        match self {
            Self::Inquiry(document) => &document.bureau,
            Self::CancelRequest(document) => &document.bureau,
            Self::Complaint(document) => &document.bureau,
            Self::TechnicalError(document) => &document.bureau,
        }
    }

    /// Whether it belongs to the test environment.
    pub const fn is_test(&self) -> bool {
        match self {
            Self::Inquiry(document) => document.test,
            Self::CancelRequest(document) => document.test,
            Self::Complaint(document) => document.test,
            Self::TechnicalError(document) => document.test,
        }
    }
}

impl From<Inquiry> for Letter {
    fn from(document: Inquiry) -> Self {
        Self::Inquiry(document)
    }
}

impl From<CancelRequest> for Letter {
    fn from(document: CancelRequest) -> Self {
        Self::CancelRequest(document)
    }
}

impl From<Complaint> for Letter {
    fn from(document: Complaint) -> Self {
        Self::Complaint(document)
    }
}

impl From<TechnicalError> for Letter {
    fn from(document: TechnicalError) -> Self {
        Self::TechnicalError(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bureau::fixtures::{Signer, noon, refusal};
    use crate::bureau::inquiry::write_inquiry;
    use crate::bureau::technical_error::{About, write_technical_error};

    fn inquiry() -> Inquiry {
        Inquiry {
            message_id: Uuid::from_u128(1),
            bureau: "IMPRIMERIA".to_owned(),
            test: true,
            created_at: noon(),
            order_number: "CEI-O-2026-000017".to_owned(),
            order_sha256: [7; 32],
            order_message_id: Uuid::from_u128(2),
        }
    }

    fn error() -> TechnicalError {
        TechnicalError {
            message_id: Uuid::from_u128(3),
            bureau: "IMPRIMERIA".to_owned(),
            test: false,
            created_at: noon(),
            about: About {
                sha256: [7; 32],
                message_id: None,
            },
            code: 104,
            text: "not well-formed".to_owned(),
        }
    }

    #[test]
    fn the_kind_of_a_letter_is_learnt_from_the_document() {
        let signer = Signer::new();
        let (first, written) = write_inquiry(Vec::new(), &signer.key, &inquiry(), noon()).unwrap();
        let (second, _) = write_technical_error(Vec::new(), &signer.key, &error(), noon()).unwrap();

        let (letter, verified) = read_letter(first.as_slice(), &signer.policy()).unwrap();
        assert_eq!(letter, Letter::Inquiry(inquiry()));
        assert_eq!(verified.sha256, written.sha256);
        assert_eq!((letter.kind(), letter.is_test()), ("inquiry", true));
        let (letter, _) = read_letter(second.as_slice(), &signer.policy()).unwrap();
        assert_eq!(letter, Letter::TechnicalError(error()));
        assert_eq!(letter.message_id(), Uuid::from_u128(3));
    }

    #[test]
    fn what_only_the_bureau_says_is_no_letter() {
        let signer = Signer::new();
        let (document, _) = write_inquiry(Vec::new(), &signer.key, &inquiry(), noon()).unwrap();
        let answer = String::from_utf8(document)
            .unwrap()
            .replace("Inquiry", "InquiryAnswer")
            .replace("inquiry:1", "inquiry-answer:1");

        let read = read_letter(signer.sign_again(&answer).as_slice(), &signer.policy());

        assert_eq!(refusal(read).code, "DOCUMENT_UNEXPECTED");
    }
}
