//! A consignment: what the bureau says it sent to one office, against what the office counts.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {ConsignmentEvent::*, ConsignmentState::*};

coded! {
    /// What has happened to a consignment at its office.
    pub enum ConsignmentState as "consignment state" {
        /// The bureau told of it; the office has counted nothing.
        OnItsWay = "ON_ITS_WAY",
        /// The office has scanned a part of it.
        BeingCounted = "BEING_COUNTED",
        /// The office counted what the bureau told of.
        Complete = "COMPLETE",
        /// Cards are missing or surplus.
        Differs = "DIFFERS",
    }
}

coded! {
    /// What may happen to a consignment at its office.
    pub enum ConsignmentEvent as "consignment event" {
        /// The office scanned cards.
        CardsScanned = "CARDS_SCANNED",
        /// The office has counted everything, or a card that was missing turned up: it agrees.
        CountAgreed = "COUNT_AGREED",
        /// The office has counted everything, and it does not agree.
        CountDiffered = "COUNT_DIFFERED",
    }
}

/// The life of a consignment at its office.
#[rustfmt::skip]
pub const STEPS: &[Step<ConsignmentState, ConsignmentEvent>] = &[
    (OnItsWay,     CardsScanned,  BeingCounted),
    (BeingCounted, CardsScanned,  BeingCounted),
    (OnItsWay,     CountAgreed,   Complete),      // Every card was reported by itself.
    (BeingCounted, CountAgreed,   Complete),
    (OnItsWay,     CountDiffered, Differs),       // It came empty.
    (BeingCounted, CountDiffered, Differs),
    (Differs,      CountDiffered, Differs),       // Some turned up, not all.
    (Differs,      CountAgreed,   Complete),      // The last one turned up.
    (Complete,     CountAgreed,   Complete),
    (Complete,     CountDiffered, Differs),       // The bureau told of one more parcel.
];

impl ConsignmentState {
    /// Returns the state that follows on `event`.
    pub fn after(
        self,
        event: ConsignmentEvent,
    ) -> Result<Self, IllegalStep<Self, ConsignmentEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether the office has said that it counted everything.
    pub const fn is_counted(self) -> bool {
        matches!(self, Complete | Differs)
    }
}

coded! {
    /// What a scan found a card to be.
    pub enum ScanFinding as "finding of a scan" {
        /// It is where it belongs, and the office holds it now.
        Received = "RECEIVED",
        /// It is where it belongs; the bureau's word that it was shipped, or the county's check, is
        /// still to come.
        Waiting = "WAITING",
        /// It belongs to another office.
        WrongOffice = "WRONG_OFFICE",
        /// It was given up: it is not handed over but destroyed.
        Void = "VOID",
        /// It cannot be here, by what is known of its application.
        NotPossible = "NOT_POSSIBLE",
        /// No card of this number was ever told of.
        Unknown = "UNKNOWN",
    }
}

/// How the cards counted differ from those told of.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Difference {
    /// The applications of the cards that were told of and are nowhere.
    pub missing: Vec<String>,
    /// The applications of the cards that were scanned and not told of.
    pub surplus: Vec<String>,
    /// How many cards were scanned whose application nobody knows.
    pub unknown: usize,
}

/// Applications that a hold names one by one.
const NAMED_MAX: usize = 20;

impl Difference {
    /// Whether the office counted what it was told of.
    pub const fn is_none(&self) -> bool {
        self.missing.is_empty() && self.surplus.is_empty() && self.unknown == 0
    }

    /// What happened by it.
    pub const fn event(&self) -> ConsignmentEvent {
        if self.is_none() {
            CountAgreed
        } else {
            CountDiffered
        }
    }

    /// Says it in words; cards are named by their applications, for a document number identifies a
    /// person.
    pub fn in_words(&self) -> String {
        let mut parts = Vec::new();
        for (what, applications) in [("missing", &self.missing), ("surplus", &self.surplus)] {
            if !applications.is_empty() {
                let named: Vec<&str> = applications
                    .iter()
                    .take(NAMED_MAX)
                    .map(String::as_str)
                    .collect();
                let rest = applications.len().saturating_sub(NAMED_MAX);
                let rest = (rest > 0).then(|| format!(" and {rest} more"));
                parts.push(format!(
                    "{what}: {}{}",
                    named.join(", "),
                    rest.unwrap_or_default()
                ));
            }
        }
        if self.unknown > 0 {
            parts.push(format!("unknown cards: {}", self.unknown));
        }
        parts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_applications_and_counts_what_nobody_knows() {
        let none = Difference::default();
        assert_eq!((none.is_none(), none.event()), (true, CountAgreed));
        let some = Difference {
            missing: (1..=22).map(|number| format!("A-{number}")).collect(),
            surplus: vec!["B-1".to_owned()],
            unknown: 2,
        };
        assert_eq!(some.event(), CountDiffered);
        let words = some.in_words();
        assert!(words.starts_with("missing: A-1, A-2, "), "{words}");
        assert!(
            words.ends_with("A-20 and 2 more; surplus: B-1; unknown cards: 2"),
            "{words}"
        );
    }
}
