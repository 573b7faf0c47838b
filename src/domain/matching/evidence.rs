//! What a movement of money says of itself, and what it could belong to.
//!
//! Rules compare keys and never see a person: a CNP is here only as its keyed hash.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::application::ApplicationState;
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::payment::{PaymentEvent, PaymentState};

/// The keyed hash of a CNP: equal for the same person, meaningless without the key.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PersonKey(pub [u8; 32]);

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonKey(…)")
    }
}

coded! {
    /// What a line of a channel is, before anybody asks whom it concerns.
    pub enum Movement as "movement" {
        /// Money came in.
        Credit = "CREDIT",
        /// Money that had come in was taken back.
        Reversal = "REVERSAL",
        /// Money went out.
        Debit = "DEBIT",
        /// Money that had gone out came back.
        DebitReversed = "DEBIT_REVERSED",
        /// The channel's own charges.
        Charge = "CHARGE",
        /// One sum for many payments, each of which is told elsewhere.
        SettlementLot = "SETTLEMENT_LOT",
    }
}

impl Movement {
    /// Reads the two signs of a line; `credit` is the effect on the account and is never flipped
    /// by `reversal` (ISO 20022 `CdtDbtInd` and `RvslInd`; MT940 `RC` is a debit).
    pub const fn of(credit: bool, reversal: bool) -> Self {
        match (credit, reversal) {
            (true, false) => Self::Credit,
            (true, true) => Self::DebitReversed,
            (false, true) => Self::Reversal,
            (false, false) => Self::Debit,
        }
    }
}

/// What one movement says. References stand in one form (compact, upper case) everywhere.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// How much, without sign: the direction stands in `movement`.
    pub amount: Money,
    /// Whether the amount is in lei.
    pub currency_is_ron: bool,
    /// What kind of line it is.
    pub movement: Movement,
    /// The day the channel booked it.
    pub booked_on: NaiveDate,
    /// For a reversal: the channel's own reference of the movement it takes back, where given.
    pub original: Option<&'a str>,
    /// The payment reference in the field made for it.
    pub structured_reference: Option<&'a str>,
    /// Payment references in the text, as typed, with right check digits.
    pub references: Vec<&'a str>,
    /// Payment references that appear only once look-alike letters are read as digits.
    pub repaired_references: Vec<&'a str>,
    /// Payment references one slip away from a typed number with wrong check digits.
    pub slipped_references: Vec<&'a str>,
    /// Application numbers in the text.
    pub application_numbers: Vec<&'a str>,
    /// Persons whose CNP stands in the text.
    pub people: Vec<PersonKey>,
    /// The person whose CNP the channel gives as the payer's.
    pub payer: Option<PersonKey>,
    /// Whether the text speaks of a child, a relative, or of paying *for* somebody.
    pub speaks_of_another_person: bool,
}

impl<'a> Evidence<'a> {
    /// The references that were typed without a fault, each once.
    pub(crate) fn typed_references(&self) -> Vec<&'a str> {
        distinct(self.structured_reference.iter().chain(&self.references))
    }

    /// The references that only a correction brings to light, each once.
    pub(crate) fn corrected_references(&self) -> Vec<&'a str> {
        distinct(
            self.repaired_references
                .iter()
                .chain(&self.slipped_references),
        )
    }

    /// The application numbers, each once.
    pub(crate) fn numbers(&self) -> Vec<&'a str> {
        distinct(&self.application_numbers)
    }

    /// Everybody whose CNP appears, the payer too, each once.
    pub(crate) fn everybody(&self) -> Vec<PersonKey> {
        distinct(self.people.iter().chain(&self.payer))
    }
}

fn distinct<'k, K: Copy + Ord + 'k>(keys: impl IntoIterator<Item = &'k K>) -> Vec<K> {
    let mut keys: Vec<K> = keys.into_iter().copied().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// An application that shares a key with the movement, as it stands now.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// Which one.
    pub application: ApplicationId,
    /// Its payment reference, where one was given out.
    pub reference: Option<&'a str>,
    /// Its number, as read aloud.
    pub number: &'a str,
    /// The applicant: the beneficiary of the money, not necessarily the payer.
    pub person: PersonKey,
    /// The day it was registered.
    pub opened_on: NaiveDate,
    /// Where it stands.
    pub state: ApplicationState,
    /// Where its fee stands.
    pub fee: FeeState,
    /// What is owed in all, by the tariff of the day that counts.
    pub due: Money,
    /// What is already tied to it.
    pub paid: Money,
    /// Whether the applicant's name stands in the text (compared where names are unsealed).
    pub name_is_alike: bool,
    /// Whether an operator tied an earlier payment of this payer to this applicant.
    pub chosen_before: bool,
}

/// What may be done with money for an application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// It is decided whether anything is owed only later; as good as not there.
    NotYet,
    /// This much is still owed.
    Owes(Money),
    /// Nothing is owed: the money goes back.
    OwesNothing(MatchReason),
}

impl Candidate<'_> {
    /// Tells whether money for this application is welcome.
    pub(crate) fn standing(&self) -> Standing {
        use Standing::*;
        if matches!(
            self.state,
            ApplicationState::Cancelled | ApplicationState::Destroyed
        ) {
            return OwesNothing(MatchReason::ApplicationEnded);
        }
        match self.fee {
            FeeState::Undecided => NotYet,
            FeeState::Exempt => OwesNothing(MatchReason::ExemptButPaid),
            FeeState::Paid | FeeState::Overpaid => OwesNothing(MatchReason::SecondPayment),
            FeeState::RefundDue | FeeState::Refunded => OwesNothing(MatchReason::ApplicationEnded),
            FeeState::Due | FeeState::PartlyPaid | FeeState::Disputed => {
                match self.due.checked_sub(self.paid) {
                    Some(rest) if rest > Money::ZERO => Owes(rest),
                    _ => OwesNothing(MatchReason::SecondPayment),
                }
            }
        }
    }

    /// Returns what is still owed, or `None` when the application takes no money now.
    pub(crate) fn owes(&self) -> Option<Money> {
        match self.standing() {
            Standing::Owes(rest) => Some(rest),
            Standing::NotYet | Standing::OwesNothing(_) => None,
        }
    }
}

/// A payment that a reversal may take back, as it stands now.
#[derive(Clone, Debug)]
pub struct EarlierPayment<'a> {
    /// Which one.
    pub payment: PaymentId,
    /// The channel's own reference of it.
    pub channel_reference: Option<&'a str>,
    /// The payment references it carried, structured or in the text.
    pub references: Vec<&'a str>,
    /// How much it was.
    pub amount: Money,
    /// The day the channel booked it.
    pub booked_on: NaiveDate,
    /// Where it stands.
    pub state: PaymentState,
    /// The application it is tied to.
    pub application: Option<ApplicationId>,
}

impl EarlierPayment<'_> {
    /// Whether its life cycle allows it to be taken back.
    pub(crate) fn can_be_taken_back(&self) -> bool {
        self.state.after(PaymentEvent::TakenBack).is_ok()
    }
}

/// Everything that shares a key with a movement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Applications found by reference, number, person or name; each once.
    pub applications: &'a [Candidate<'a>],
    /// For a reversal: money that came in with its original reference or one of its payment
    /// references; never another reversal.
    pub payments: &'a [EarlierPayment<'a>],
}
