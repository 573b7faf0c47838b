//! The breaker of a lane: a receiver that fails again and again is left in peace for a while.

use std::time::Duration;

use crate::coded;
use crate::domain::delivery::DeliveryVerdict;
use crate::domain::step::{self, IllegalStep, Step};

use {BreakerEvent::*, BreakerState::*};

coded! {
    /// Whether a lane sends.
    pub enum BreakerState as "breaker state" {
        /// It sends.
        Closed = "CLOSED",
        /// It sends nothing until its cool-down is over.
        Open = "OPEN",
        /// It sends one message, to see.
        HalfOpen = "HALF_OPEN",
    }
}

coded! {
    /// What may happen to a breaker.
    pub enum BreakerEvent as "breaker event" {
        /// The receiver answered like one that works.
        Answered = "ANSWERED",
        /// The receiver failed too often, or failed the trial.
        Tripped = "TRIPPED",
        /// The cool-down is over.
        CooledDown = "COOLED_DOWN",
    }
}

/// The life of a breaker. Attempts that were under way when it opened may end at any time.
#[rustfmt::skip]
pub const STEPS: &[Step<BreakerState, BreakerEvent>] = &[
    (Closed,   Answered,   Closed),
    (Closed,   Tripped,    Open),
    (Open,     CooledDown, HalfOpen),
    (HalfOpen, Answered,   Closed),
    (HalfOpen, Tripped,    Open),
    (Open,     Tripped,    Open),       // It was under way; the cool-down starts anew.
    (Open,     Answered,   Closed),     // It was under way, and no better trial exists.
];

impl BreakerState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: BreakerEvent) -> Result<Self, IllegalStep<Self, BreakerEvent>> {
        step::next(STEPS, self, event)
    }
}

/// When a lane stops sending, and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BreakerRule {
    /// Failures in a row that open the breaker; zero counts as one.
    pub failures_max: u32,
    /// How long it stays open.
    pub cool_down: Duration,
}

impl BreakerRule {
    /// Names what an attempt means for its lane's breaker, after `failures` failures in a row
    /// (this one included); `None` while there are too few to tell.
    ///
    /// A receiver that refuses a message or asks for time is alive: only silence and faults count.
    pub fn event(
        &self,
        state: BreakerState,
        verdict: DeliveryVerdict,
        failures: u32,
    ) -> Option<BreakerEvent> {
        match verdict {
            DeliveryVerdict::Delivered | DeliveryVerdict::Later | DeliveryVerdict::Permanent => {
                Some(Answered)
            }
            DeliveryVerdict::Retry | DeliveryVerdict::Ambiguous => {
                (state != Closed || failures >= self.failures_max.max(1)).then_some(Tripped)
            }
        }
    }
}
