//! Whether a fee is paid, and if not, why: the answer to the first question at an office's counter.
//!
//! The words speak of the fee alone. Who paid, and whose other money is being looked at, is not in
//! what they are made of.

use crate::coded;
use crate::domain::fee::FeeState;
use crate::domain::matching::MatchReason;
use crate::domain::reason::Reason;

use FeeStanding::*;

coded! {
    /// Where a fee stands, as a clerk is told.
    pub enum FeeStanding as "standing of a fee" {
        /// A reference was given, no application bears it, and no money came with it.
        NotLodged = "NOT_LODGED",
        /// A reference was given, no application bears it, and money came with it.
        MoneyWaits = "MONEY_WAITS",
        /// It is not decided yet whether anything is owed.
        Undecided = "UNDECIDED",
        /// Nothing is owed.
        Exempt = "EXEMPT",
        /// Owed, and no money is seen.
        Due = "DUE",
        /// Owed; an operator is looking at money that may be for it.
        Suggested = "SUGGESTED",
        /// Owed again: what was paid was taken back.
        TakenBack = "TAKEN_BACK",
        /// Less was paid than is owed.
        Underpaid = "UNDERPAID",
        /// The fee of another document was paid.
        OtherProduct = "OTHER_PRODUCT",
        /// The fee of another time was paid.
        OldTariff = "OLD_TARIFF",
        /// Paid.
        Paid = "PAID",
        /// More was paid than is owed.
        Overpaid = "OVERPAID",
        /// The payment was taken back after the card was ordered.
        Disputed = "DISPUTED",
        /// The application ended; its money is to be given back.
        RefundDue = "REFUND_DUE",
        /// The application ended; its money was given back.
        Refunded = "REFUNDED",
    }
}

/// What is known of a fee beside its state.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeeSigns {
    /// Whether a payment of it was taken back.
    pub was_taken_back: bool,
    /// Whether it is among the candidates of money that an operator is looking at.
    pub is_suggested: bool,
    /// Why what was paid is probably less than what is owed.
    pub short_by: Option<MatchReason>,
}

/// Tells where the fee of an application stands.
pub const fn standing(fee: FeeState, signs: FeeSigns) -> FeeStanding {
    match fee {
        FeeState::Undecided => Undecided,
        FeeState::Exempt => Exempt,
        FeeState::Due | FeeState::PartlyPaid if signs.is_suggested => Suggested,
        FeeState::Due if signs.was_taken_back => TakenBack,
        FeeState::Due => Due,
        FeeState::PartlyPaid => match signs.short_by {
            Some(MatchReason::OldTariff) => OldTariff,
            Some(MatchReason::OtherProduct) => OtherProduct,
            _ => Underpaid,
        },
        FeeState::Paid => Paid,
        FeeState::Overpaid => Overpaid,
        FeeState::Disputed => Disputed,
        FeeState::RefundDue => RefundDue,
        FeeState::Refunded => Refunded,
    }
}

impl FeeStanding {
    /// Whether the fee is paid.
    pub const fn is_paid(self) -> bool {
        matches!(self, Paid | Overpaid)
    }

    /// Whether the card may be ordered as far as money goes.
    pub const fn is_settled(self) -> bool {
        matches!(self, Exempt | Paid | Overpaid)
    }

    /// The reason of the catalogue that says why, where there is one.
    pub fn reason(self) -> Option<Reason> {
        let number = match self {
            Due => 601,
            TakenBack => 603,
            Underpaid => MatchReason::Underpaid.number(),
            OtherProduct => MatchReason::OtherProduct.number(),
            OldTariff => MatchReason::OldTariff.number(),
            Overpaid => MatchReason::Overpaid.number(),
            Disputed => MatchReason::ReversedAfterOrder.number(),
            RefundDue => MatchReason::ApplicationEnded.number(),
            NotLodged | MoneyWaits | Undecided | Exempt | Suggested | Paid | Refunded => {
                return None;
            }
        };
        Reason::from_number(number)
    }

    /// The answer in English.
    pub const fn text_en(self) -> &'static str {
        self.words().0
    }

    /// The answer in Romanian.
    pub const fn text_ro(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            NotLodged => (
                "No application bears this reference, and no money has come with it.",
                "Nicio cerere nu are această referință și nu s-au încasat bani cu ea.",
            ),
            MoneyWaits => (
                "Money has come with this reference; it is counted when the application is handed in.",
                "S-au încasat bani cu această referință; se iau în calcul la depunerea cererii.",
            ),
            Undecided => (
                "It is not decided yet whether anything is owed.",
                "Nu s-a stabilit încă dacă se datorează vreo taxă.",
            ),
            Exempt => (
                "Nothing is owed: the applicant is exempt.",
                "Nu se datorează nimic: solicitantul este scutit.",
            ),
            Due => (
                "The fee is not paid: no money for it has been seen.",
                "Taxa nu este plătită: nu s-a încasat nicio sumă pentru ea.",
            ),
            Suggested => (
                "The fee is not paid yet: an operator is looking at a payment that may be for it.",
                "Taxa nu este încă plătită: un operator verifică o plată care poate fi pentru ea.",
            ),
            TakenBack => (
                "The fee is not paid: its payment was taken back by the bank or the station.",
                "Taxa nu este plătită: plata a fost stornată de bancă sau de stația de plată.",
            ),
            Underpaid => (
                "The fee is not fully paid: a part of it is missing.",
                "Taxa nu este plătită integral: lipsește o parte.",
            ),
            OtherProduct => (
                "The fee is not fully paid: the fee of another document was paid.",
                "Taxa nu este plătită integral: s-a plătit taxa altui document.",
            ),
            OldTariff => (
                "The fee is not fully paid: the price of another period was paid.",
                "Taxa nu este plătită integral: s-a plătit tariful din altă perioadă.",
            ),
            Paid => ("The fee is paid.", "Taxa este plătită."),
            Overpaid => (
                "The fee is paid, and more than it.",
                "Taxa este plătită, cu o sumă mai mare decât cea datorată.",
            ),
            Disputed => (
                "The payment was taken back after the card was ordered; an operator clears it.",
                "Plata a fost stornată după comandarea cărții; un operator clarifică situația.",
            ),
            RefundDue => (
                "The application has ended; the money is to be given back.",
                "Cererea s-a încheiat; banii urmează să fie restituiți.",
            ),
            Refunded => (
                "The application has ended; the money was given back.",
                "Cererea s-a încheiat; banii au fost restituiți.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_stands_as_its_state_says_unless_a_sign_says_more() {
        let none = FeeSigns::default();
        for state in FeeState::ALL {
            let standing = standing(*state, none);
            assert_eq!(standing.is_settled(), state.is_settled(), "{state}");
        }
        let taken_back = FeeSigns {
            was_taken_back: true,
            ..none
        };
        assert_eq!(standing(FeeState::Due, taken_back), TakenBack);
        assert_eq!(standing(FeeState::Paid, taken_back), Paid);
        let looked_at = FeeSigns {
            is_suggested: true,
            ..taken_back
        };
        assert_eq!(standing(FeeState::Due, looked_at), Suggested);
        assert_eq!(standing(FeeState::Exempt, looked_at), Exempt);
        let other = FeeSigns {
            short_by: Some(MatchReason::OtherProduct),
            ..none
        };
        assert_eq!(standing(FeeState::PartlyPaid, other), OtherProduct);
        assert_eq!(standing(FeeState::PartlyPaid, none), Underpaid);
    }

    #[test]
    fn every_answer_is_a_sentence_of_its_own_in_both_languages() {
        let mut said = std::collections::BTreeSet::new();
        for standing in FeeStanding::ALL {
            for text in [standing.text_en(), standing.text_ro()] {
                assert!(text.ends_with('.'), "{text}");
                assert!(said.insert(text), "{text}");
            }
        }
    }

    #[test]
    fn whatever_is_short_or_taken_back_has_a_reason_of_the_catalogue() {
        for standing in [Due, TakenBack, Underpaid, OtherProduct, OldTariff, Overpaid] {
            assert!(standing.reason().is_some(), "{standing}");
        }
    }
}
