//! What goes wrong between a payer and the bureau's account, and how often.

use std::collections::BTreeMap;

use crate::coded;
use crate::random::Random;

coded! {
    /// One way in which a payment is not what the fee asks for.
    pub enum PaymentMishap as "payment mishap" {
        /// It comes two to five days later.
        Late = "LATE",
        /// It is made twice.
        Twice = "TWICE",
        /// It is too little; the rest comes a day later.
        TooLittle = "TOO_LITTLE",
        /// One digit of the reference is wrong.
        WrongDigit = "WRONG_DIGIT",
        /// A parent pays at the counter and says for which child, without the reference.
        ForChild = "FOR_CHILD",
        /// The cashier types nothing but a name.
        NoReference = "NO_REFERENCE",
        /// It is taken back a day later, and made again a day after that.
        Reversal = "REVERSAL",
        /// The station tells of it twice, to the letter.
        NotifiedTwice = "NOTIFIED_TWICE",
    }
}

impl PaymentMishap {
    /// Whether this happens at a bank's counter alone: stations want a reference and their
    /// payers have no name; or at a station alone.
    pub(super) const fn needs(self) -> Option<Way> {
        match self {
            Self::ForChild | Self::NoReference => Some(Way::Counter),
            Self::NotifiedTwice => Some(Way::Station),
            Self::Late | Self::Twice | Self::TooLittle | Self::WrongDigit | Self::Reversal => None,
        }
    }
}

coded! {
    /// How money comes.
    pub enum Way as "way of paying" {
        /// In cash at a counter of CEC Bank.
        Counter = "COUNTER",
        /// At a SelfPay station.
        Station = "STATION",
    }
}

/// How often each mishap happens, in a thousand payments.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MishapRates {
    /// Payments in a thousand; what is not named never happens.
    pub per_mille: BTreeMap<PaymentMishap, u32>,
}

impl MishapRates {
    /// Payers and cashiers who never err.
    pub fn none() -> Self {
        Self::default()
    }

    /// One mishap with every payment.
    pub fn always(mishap: PaymentMishap) -> Self {
        Self {
            per_mille: BTreeMap::from([(mishap, 1000)]),
        }
    }

    /// Every mishap, each with so many payments in a thousand.
    pub fn each(per_mille: u32) -> Self {
        let each = PaymentMishap::ALL.iter().map(|one| (*one, per_mille));
        Self {
            per_mille: each.collect(),
        }
    }

    pub(super) fn draw(&self, random: &Random) -> Option<PaymentMishap> {
        let mut roll = random.below(1000);
        for (mishap, rate) in &self.per_mille {
            match roll.checked_sub(u64::from(*rate)) {
                None => return Some(*mishap),
                Some(rest) => roll = rest,
            }
        }
        None
    }
}
