//! Numbers by name, one for each round, of which the median counts; and time, by the wall and by the
//! processor.
#![expect(clippy::float_arithmetic, reason = "rates for people, no money")]

use std::collections::BTreeMap;

use rustix::time::{ClockId, Timespec, clock_gettime};

/// What was measured, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    by_name: BTreeMap<String, Vec<f64>>,
}

impl Samples {
    /// Adds what one round gave.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64) {
        self.by_name.entry(name.into()).or_default().push(value);
    }

    /// The median of all rounds; `None` for what was not measured.
    pub(crate) fn median(&self, name: &str) -> Option<f64> {
        let mut values = self.by_name.get(name)?.clone();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// Every name with its median.
    pub(crate) fn medians(&self) -> BTreeMap<&str, f64> {
        let names = self.by_name.keys();
        names
            .filter_map(|name| Some((name.as_str(), self.median(name)?)))
            .collect()
    }
}

/// A count as a number that can be divided.
#[expect(clippy::as_conversions, reason = "rates for people, rounded anyway")]
#[expect(clippy::cast_precision_loss, reason = "rates for people, rounded")]
pub(crate) const fn real(count: usize) -> f64 {
    count as f64
}

/// What so many of a hundred sorted values do not exceed; 0 without values.
pub(crate) fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |value| f64::from(*value))
}

/// A watch that was started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    clock: ClockId,
    started_us: i64,
}

impl Watch {
    /// Goes by the wall.
    pub(crate) fn start() -> Self {
        Self::of(ClockId::Monotonic)
    }

    /// Goes by the processor's time of this thread alone.
    pub(crate) fn of_thread() -> Self {
        Self::of(ClockId::ThreadCPUTime)
    }

    fn of(clock: ClockId) -> Self {
        Self {
            clock,
            started_us: now_us(clock),
        }
    }

    /// Microseconds since the start.
    pub(crate) fn micros(&self) -> u32 {
        u32::try_from(now_us(self.clock) - self.started_us).unwrap_or(u32::MAX)
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        let micros = u64::try_from(now_us(self.clock) - self.started_us).unwrap_or(0);
        real(usize::try_from(micros).unwrap_or(usize::MAX)) / 1e6
    }
}

fn now_us(clock: ClockId) -> i64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    tv_sec * 1_000_000 + tv_nsec / 1_000
}
