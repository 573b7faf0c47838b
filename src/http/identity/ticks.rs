//! The gateway's clock as limiters ask it.

use std::time::Duration;

use crate::clock::Clock;

/// The gateway's clock, which a test moves by hand.
#[derive(Clone, Debug)]
pub(super) struct Ticks(pub(super) Clock);

impl governor::clock::Clock for Ticks {
    /// The time since 1970.
    type Instant = Duration;

    fn now(&self) -> Duration {
        let micros = self.0.now().timestamp_micros();
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

/// Whole seconds, rounded up, that a caller is told to wait.
pub(super) fn seconds(wait: Duration) -> u32 {
    let whole = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
    whole.saturating_add(u32::from(wait.subsec_nanos() > 0))
}
