//! One call of a simulator: it does what is due and says when it wants to be called again.

use chrono::{DateTime, Utc};

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Pass {
    /// How many things it did; zero when nothing was due.
    pub acted: u32,
    /// When the next thing is due, as far as is known; `None` when only others can cause one.
    pub next_at: Option<DateTime<Utc>>,
}

/// The earlier of two instants, where there is one.
pub(crate) fn earliest(
    one: Option<DateTime<Utc>>,
    other: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}
