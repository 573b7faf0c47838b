//! What one try at delivering a message means, and when the next one is due.
//!
//! The schedule is data and this module is pure: attempts are counted in rows, not in a process.

mod breaker;

use std::time::Duration;

use crate::coded;

pub use breaker::{BreakerEvent, BreakerRule, BreakerState, STEPS};

/// When a message is tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetrySchedule {
    /// The wait after the first failed attempt; it doubles with every further one.
    pub base: Duration,
    /// The longest wait of our own choosing.
    pub cap: Duration,
    /// How much of a wait chance may take away, in percent (0 to 100), so that what failed
    /// together does not come back together.
    pub jitter_percent: u8,
    /// The longest wait that a receiver may ask for.
    pub retry_after_max: Duration,
    /// Attempts at one message, the first included; after them an operator decides.
    pub attempts_max: u32,
}

/// Returns how long to wait after attempt number `attempt` (from 1) has failed.
///
/// `base` · 2^(`attempt` − 1), at most `cap`, less a share that `random` picks, and never less
/// than the receiver asked for (within `retry_after_max`).
pub fn delay(
    attempt: u32,
    schedule: &RetrySchedule,
    random: u64,
    retry_after: Option<Duration>,
) -> Duration {
    let doubled = 2_u32
        .checked_pow(attempt.saturating_sub(1))
        .and_then(|factor| schedule.base.checked_mul(factor))
        .map_or(schedule.cap, |wait| wait.min(schedule.cap));
    let asked = retry_after.map_or(Duration::ZERO, |asked| asked.min(schedule.retry_after_max));
    doubled
        .saturating_sub(jitter(doubled, schedule.jitter_percent, random))
        .max(asked)
}

/// A share of `wait`: from nothing up to `percent` of it, spread evenly by `random`.
pub(crate) fn jitter(wait: Duration, percent: u8, random: u64) -> Duration {
    // Milliseconds in 32 bits (49 days) times a percentage and 32 random bits fit in 128 bits.
    let most = wait.as_millis().min(u128::from(u32::MAX)) * u128::from(percent.min(100)) / 100;
    let share = most * u128::from(random >> 32) / (1 << 32);
    Duration::from_millis(u64::try_from(share).unwrap_or(0))
}

/// How one attempt ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The receiver answered.
    Status {
        /// The HTTP status code.
        code: u16,
        /// What its `Retry-After` asks for.
        retry_after: Option<Duration>,
    },
    /// No connection came about: name, route, refusal.
    ConnectFailed,
    /// The TLS handshake failed on either side; nothing was sent.
    TlsRefused,
    /// The connection broke before the last byte was sent.
    LostWhileSending,
    /// Everything was sent and the connection broke before the answer.
    LostAfterSending,
    /// Everything was sent and the answer did not come in time.
    TimedOutAfterSending,
    /// The attempt's end was not recorded: its process died or lost its lease.
    NeverRecorded,
    /// The address is one to which nothing is ever sent (inside our own network).
    AddressForbidden,
}

coded! {
    /// What an attempt means for its message.
    pub enum DeliveryVerdict as "delivery verdict" {
        /// The receiver has it.
        Delivered = "DELIVERED",
        /// The receiver does not have it; try again by the schedule.
        Retry = "RETRY",
        /// The receiver lives and asks for time; try again when it said, by the schedule at least.
        Later = "LATER",
        /// The receiver may have it: ask before sending again where it can be asked; elsewhere
        /// send again, for receivers know a message by its id.
        Ambiguous = "AMBIGUOUS",
        /// This message will never be taken; an operator decides.
        Permanent = "PERMANENT",
    }
}

/// Tells what an attempt means for its message.
///
/// A refusal that blames the message is permanent. One that blames the set-up between the two
/// (credentials, address, a redirect, which is never followed) is tried again: every message of
/// the lane would meet the same, and all of them go once it is mended.
pub const fn classify(outcome: Outcome) -> DeliveryVerdict {
    use DeliveryVerdict::*;
    match outcome {
        Outcome::Status { code, retry_after } => classify_status(code, retry_after.is_some()),
        Outcome::ConnectFailed | Outcome::TlsRefused | Outcome::LostWhileSending => Retry,
        Outcome::LostAfterSending | Outcome::TimedOutAfterSending | Outcome::NeverRecorded => {
            Ambiguous
        }
        Outcome::AddressForbidden => Permanent,
    }
}

const fn classify_status(code: u16, asks_for_time: bool) -> DeliveryVerdict {
    use DeliveryVerdict::*;
    match code {
        200..=299 => Delivered,
        429 => Later,
        503 if asks_for_time => Later,
        // A proxy gave up on a receiver that may have gone on.
        502 | 504 => Ambiguous,
        // The set-up: credentials, address, redirects, time-outs before the body was read.
        300..=399 | 401 | 403 | 404 | 407 | 408 | 421 | 425 => Retry,
        400..=499 | 501 | 505 => Permanent,
        _ => Retry,
    }
}

/// What is to be done after an attempt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// Nothing: it is delivered.
    Done,
    /// Send again after this time.
    SendAfter(Duration),
    /// After this time ask the receiver whether it has it, then send again if not.
    AskAfter(Duration),
    /// Move it to the dead letters: the receiver will never take it.
    Refused,
    /// Move it to the dead letters: it was tried as often as it may be.
    Exhausted,
}

/// Tells what follows attempt number `attempt` (from 1) that ended so: see [`next_after`].
pub fn next_try(outcome: Outcome, attempt: u32, schedule: &RetrySchedule, random: u64) -> Next {
    let retry_after = match outcome {
        Outcome::Status { retry_after, .. } => retry_after,
        _ => None,
    };
    next_after(classify(outcome), retry_after, attempt, schedule, random)
}

/// Tells what follows attempt number `attempt` (from 1); every failed attempt counts, also one
/// after which the receiver asked for time, so that nothing is retried without end.
pub fn next_after(
    verdict: DeliveryVerdict,
    retry_after: Option<Duration>,
    attempt: u32,
    schedule: &RetrySchedule,
    random: u64,
) -> Next {
    let wait = delay(attempt, schedule, random, retry_after);
    match verdict {
        DeliveryVerdict::Delivered => Next::Done,
        DeliveryVerdict::Permanent => Next::Refused,
        _ if attempt >= schedule.attempts_max => Next::Exhausted,
        DeliveryVerdict::Ambiguous => Next::AskAfter(wait),
        DeliveryVerdict::Retry | DeliveryVerdict::Later => Next::SendAfter(wait),
    }
}

/// Shares of the attempts, in percent, at which the owner of a destination is warned.
const WARNINGS: [u32; 4] = [100, 90, 70, 50];

/// Returns the warning that attempt number `attempt` (from 1) gives rise to, as a share of the
/// attempts in percent; `None` where the attempt before it gave the same one.
pub fn warning(attempt: u32, attempts_max: u32) -> Option<u32> {
    let reached = |attempt: u32| {
        let percent = u64::from(attempt) * 100 / u64::from(attempts_max.max(1));
        WARNINGS
            .into_iter()
            .find(|warning| percent >= u64::from(*warning))
    };
    let now = reached(attempt);
    (now != reached(attempt.saturating_sub(1)))
        .then_some(now)
        .flatten()
}

#[cfg(test)]
mod tests;
