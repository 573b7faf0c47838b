//! Whether a parcel holds what was ordered: the list of its cards against what is known of them.

use crate::coded;

coded! {
    /// What is wrong with a card on the list of a parcel.
    pub enum Mismatch as "mismatch of a parcel" {
        /// Its application is not known, or was never ordered.
        NotOrdered = "NOT_ORDERED",
        /// The bureau told of no such card for this application.
        CardUnknown = "CARD_UNKNOWN",
        /// The parcel is for another office than the one where the card is collected.
        OtherOffice = "OTHER_OFFICE",
        /// The bureau said that the card is in another consignment.
        OtherConsignment = "OTHER_CONSIGNMENT",
        /// The bureau said that the card is in the consignment, and it is in no parcel of it.
        NotListed = "NOT_LISTED",
    }
}

/// What is known of a card that a parcel lists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ListedCard {
    /// Whether a line was ordered for its application.
    pub ordered: bool,
    /// Whether the bureau told of the card on a line of its application.
    pub told_of: bool,
    /// Whether the parcel goes to the office where the card is collected.
    pub for_its_office: bool,
    /// Whether the bureau said that the card is in this consignment; `None` while it has not said
    /// that the card is shipped.
    pub in_this_consignment: Option<bool>,
}

/// Tells what is wrong with a card on the list of a parcel, the gravest first.
pub const fn judge(card: ListedCard) -> Option<Mismatch> {
    match card {
        ListedCard { ordered: false, .. } => Some(Mismatch::NotOrdered),
        ListedCard { told_of: false, .. } => Some(Mismatch::CardUnknown),
        ListedCard {
            for_its_office: false,
            ..
        } => Some(Mismatch::OtherOffice),
        ListedCard {
            in_this_consignment: Some(false),
            ..
        } => Some(Mismatch::OtherConsignment),
        ListedCard { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_as_told_or_the_gravest_thing_is_said_of_it() {
        let right = ListedCard {
            ordered: true,
            told_of: true,
            for_its_office: true,
            in_this_consignment: Some(true),
        };
        let not_said = ListedCard {
            in_this_consignment: None,
            ..right
        };
        assert_eq!((judge(right), judge(not_said)), (None, None));
        let elsewhere = ListedCard {
            in_this_consignment: Some(false),
            ..right
        };
        assert_eq!(judge(elsewhere), Some(Mismatch::OtherConsignment));
        let misdirected = ListedCard {
            for_its_office: false,
            ..elsewhere
        };
        assert_eq!(judge(misdirected), Some(Mismatch::OtherOffice));
        let unknown = ListedCard {
            told_of: false,
            ..misdirected
        };
        assert_eq!(judge(unknown), Some(Mismatch::CardUnknown));
        let stray = ListedCard {
            ordered: false,
            ..unknown
        };
        assert_eq!(judge(stray), Some(Mismatch::NotOrdered));
    }
}
