//! The life of a document that arrived.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {InboxEvent::*, InboxState::*};

coded! {
    /// What has happened to an inbox message.
    pub enum InboxState as "inbox state" {
        /// Kept as received; nobody has acted upon it.
        Arrived = "ARRIVED",
        /// All that it says has been done, or stands in holds of its own.
        Applied = "APPLIED",
        /// It said what was known already.
        Repeated = "REPEATED",
        /// It could not be believed or understood; kept with the reason.
        Quarantined = "QUARANTINED",
    }
}

coded! {
    /// What may happen to an inbox message.
    pub enum InboxEvent as "inbox event" {
        /// Acted upon.
        ActedUpon = "ACTED_UPON",
        /// Known already.
        FoundRepeated = "FOUND_REPEATED",
        /// Not to be believed.
        FoundBad = "FOUND_BAD",
        /// An operator wants it looked at again.
        LookAgain = "LOOK_AGAIN",
    }
}

/// The life of an inbox message.
#[rustfmt::skip]
pub const STEPS: &[Step<InboxState, InboxEvent>] = &[
    (Arrived,     ActedUpon,     Applied),
    (Arrived,     FoundRepeated, Repeated),
    (Arrived,     FoundBad,      Quarantined),
    (Quarantined, LookAgain,     Arrived),      // The cause was mended: a certificate, a bug.
];

impl InboxState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: InboxEvent) -> Result<Self, IllegalStep<Self, InboxEvent>> {
        step::next(STEPS, self, event)
    }
}
