//! The books of one day and channel: open, until an operator closes them.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {DayEvent::*, DayState::*};

coded! {
    /// Whether the books of a day are closed.
    pub enum DayState as "state of a day" {
        /// Its payments may still change without anybody asking.
        Open = "OPEN",
        /// Its totals are kept; whatever changes later shows in the report with its reason.
        Closed = "CLOSED",
    }
}

coded! {
    /// What may be decided about a day.
    pub enum DayEvent as "decision about a day" {
        /// An operator closes it.
        CloseDecided = "CLOSE_DECIDED",
        /// An operator opens it again, with a reason.
        ReopenDecided = "REOPEN_DECIDED",
    }
}

/// The life of a day's books.
#[rustfmt::skip]
pub const STEPS: &[Step<DayState, DayEvent>] = &[
    (Open,   CloseDecided,  Closed),
    (Closed, ReopenDecided, Open),   // Closed again, it keeps new totals beside the old ones.
];

impl DayState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: DayEvent) -> Result<Self, IllegalStep<Self, DayEvent>> {
        step::next(STEPS, self, event)
    }

    /// Returns the state in which the last decision left a day.
    pub const fn left_by(last: Option<DayEvent>) -> Self {
        match last {
            Some(CloseDecided) => Closed,
            Some(ReopenDecided) | None => Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_leaves_a_day_where_its_life_cycle_leads() {
        for (_, event, to) in STEPS {
            assert_eq!(DayState::left_by(Some(*event)), *to);
        }
        assert_eq!(DayState::left_by(None), Open);
    }
}
