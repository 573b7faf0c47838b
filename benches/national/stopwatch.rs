//! How long something takes on the wall.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// A watch that was started.
pub(crate) struct Stopwatch {
    started_ns: i64,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self {
            started_ns: now_ns(),
        }
    }

    /// Seconds since the start.
    #[expect(clippy::float_arithmetic, reason = "seconds for people, no money")]
    #[expect(clippy::as_conversions, reason = "seconds for people, rounded anyway")]
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds for people, rounded anyway"
    )]
    pub(crate) fn seconds(&self) -> f64 {
        (now_ns() - self.started_ns) as f64 / 1e9
    }
}

fn now_ns() -> i64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
    tv_sec * 1_000_000_000 + tv_nsec
}
