//! What an operation costs.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Time in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// Of the processor, in this process: all its threads, the kernel included.
    pub(crate) cpu_ns: u64,
    /// On the wall.
    pub(crate) wall_ns: u64,
}

impl Spent {
    /// The lesser of each.
    pub(crate) fn least(self, other: Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns.min(other.cpu_ns),
            wall_ns: self.wall_ns.min(other.wall_ns),
        }
    }
}

/// Measures one operation.
pub(crate) fn spent<T>(operation: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<Spent> {
    let (cpu, wall) = (ClockId::ProcessCPUTime, ClockId::Monotonic);
    let before = (now(cpu), now(wall));
    std::hint::black_box(operation()?);
    Ok(Spent {
        cpu_ns: now(cpu) - before.0,
        wall_ns: now(wall) - before.1,
    })
}

fn now(clock: ClockId) -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    part(tv_sec) * 1_000_000_000 + part(tv_nsec)
}
