//! What a produced card is known by, and what becomes of it.

use crate::coded;
use crate::domain::acknowledgement::{LineEvent, LineState};

coded! {
    /// What has become of a card.
    pub enum CardState as "card state" {
        /// It exists.
        Produced = "PRODUCED",
        /// It was found wanting.
        Failed = "FAILED",
        /// It is on its way.
        Shipped = "SHIPPED",
        /// The office holds it.
        AtOffice = "AT_OFFICE",
        /// The applicant holds it.
        HandedOver = "HANDED_OVER",
        /// It went back to the bureau.
        Returned = "RETURNED",
        /// It is lost.
        Lost = "LOST",
        /// It was damaged on its way.
        Damaged = "DAMAGED",
        /// It was destroyed.
        Destroyed = "DESTROYED",
        /// It was given up or another was made in its place: wherever it turns up, it is destroyed.
        Void = "VOID",
    }
}

impl CardState {
    /// What becomes of a card when this happens to its line; `None` where the card stays what it
    /// is.
    pub const fn left_by(event: LineEvent) -> Option<Self> {
        Some(match event {
            LineEvent::QualityCheckFailed | LineEvent::CardSpoiled => Self::Failed,
            LineEvent::ParcelShipped => Self::Shipped,
            LineEvent::ParcelLost => Self::Lost,
            LineEvent::ParcelDamaged => Self::Damaged,
            LineEvent::CardReturned => Self::Returned,
            LineEvent::OfficeReceivedCard => Self::AtOffice,
            LineEvent::OfficeHandedOver => Self::HandedOver,
            LineEvent::CardDestroyed => Self::Destroyed,
            LineEvent::CardGivenUp => Self::Void,
            _ => return None,
        })
    }

    /// Whether this is a card's end, after which nobody has to look for it.
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::HandedOver | Self::Destroyed | Self::Void
        )
    }
}

/// The numbers of the reasons for which a line waits on a card's way that went wrong.
pub const ON_THE_WAY: [u16; 4] = [501, 502, 505, 506];

/// The number of the reason for which a line waits once its card's way went wrong: somebody
/// watches that another card comes, or this one after all.
pub const fn trouble_of(line: LineState) -> Option<u16> {
    Some(match line {
        LineState::DamagedInTransit => 501,
        LineState::LostInTransit => 502,
        LineState::Undeliverable | LineState::Returned => 505,
        _ => return None,
    })
}

/// The number printed on a card. Its real format is not public, so it is opaque: one to nine
/// capital letters and digits.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DocumentNumber(String);

/// A text that cannot be a document number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a document number has 1 to 9 capital letters and digits")]
pub struct NotADocumentNumber;

impl DocumentNumber {
    /// How many characters a document number has at most (ICAO Doc 9303: nine in the MRZ).
    pub const CHARACTERS_MAX: usize = 9;

    /// Reads a document number exactly as written; nothing is trimmed or capitalised.
    pub fn parse(text: &str) -> Result<Self, NotADocumentNumber> {
        let fits = (1..=Self::CHARACTERS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotADocumentNumber)
        }
    }

    /// Returns the number as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A document number identifies its holder, so it never reaches a log by accident.
impl std::fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capital_letters_and_digits_are_a_document_number() {
        for text in ["1", "CJ123456", "ABCDEF789"] {
            assert_eq!(
                DocumentNumber::parse(text).map(|number| number.as_str().to_owned()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn anything_else_is_not_a_document_number() {
        for text in [
            "",
            "ABCDEF7890",
            "cj123456",
            "CJ 12345",
            "ȘJ12345",
            "CJ-1",
            " CJ1",
        ] {
            assert_eq!(
                DocumentNumber::parse(text),
                Err(NotADocumentNumber),
                "{text}"
            );
        }
    }

    #[test]
    fn a_document_number_is_not_printed_by_accident() {
        let number = DocumentNumber::parse("CJ123456").unwrap();
        assert_eq!(format!("{number:?}"), "DocumentNumber(…)");
    }
}
