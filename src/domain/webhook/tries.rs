//! What follows on one try at delivering an event.

use std::time::Duration;

use crate::domain::delivery::{DeliveryVerdict, Outcome, classify, jitter};
use crate::domain::webhook::OnExhausted;

/// Waits after the first try, the second and so on, as Standard Webhooks proposes them: more than three
/// days in all, so that a receiver that fails on a Friday is mended on the Monday.
const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// Tries at one event: one before the first wait, and one after each.
pub const ATTEMPTS_MAX: u32 = 10;

/// The longest wait that a receiver may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// How much of a wait chance may take away, in percent.
const JITTER_PERCENT: u8 = 20;

/// Events that a receiver may refuse one after the other. One that refuses more is broken, and what comes
/// behind should not be set aside as well.
pub const REFUSALS_MAX: i64 = 10;

/// How long the next event waits after one that was refused.
pub const WAIT_AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// What is to be done after a try.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AfterTry {
    /// The receiver has it: the next one follows.
    GoOn,
    /// It stays the first and is tried again after this time.
    Again(Duration),
    /// The receiver will never take it: it is set aside.
    SetAside,
    /// It was tried as often as it may be: nothing more is pushed.
    Exhausted,
    /// The receiver is gone for good: nothing more is pushed.
    Gone,
}

/// What a try means for its event.
///
/// An address inside our own network is the set-up's fault, not the event's.
pub const fn verdict(outcome: Outcome) -> DeliveryVerdict {
    match outcome {
        Outcome::AddressForbidden => DeliveryVerdict::Retry,
        other => classify(other),
    }
}

/// Tells what follows on try number `attempt` (from 1) at an event.
///
/// Every failed try counts, also one after which the receiver asked for time. A receiver that wants nothing
/// passed over is given a refused event again.
pub fn after_try(
    outcome: Outcome,
    attempt: u32,
    on_exhausted: OnExhausted,
    random: u64,
) -> AfterTry {
    let retry_after = match outcome {
        Outcome::Status { code: 410, .. } => return AfterTry::Gone,
        Outcome::Status { retry_after, .. } => retry_after,
        _ => None,
    };
    match (verdict(outcome), on_exhausted) {
        (DeliveryVerdict::Delivered, _) => AfterTry::GoOn,
        (DeliveryVerdict::Permanent, OnExhausted::DeadLetter) => AfterTry::SetAside,
        _ if attempt >= ATTEMPTS_MAX => AfterTry::Exhausted,
        _ => AfterTry::Again(wait(attempt, random, retry_after)),
    }
}

/// How long to wait after try number `attempt` (from 1) has failed, less a share that `random` picks, and
/// never less than the receiver asked for (within a day).
pub fn wait(attempt: u32, random: u64, retry_after: Option<Duration>) -> Duration {
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let planned = WAITS.get(place).or(WAITS.last());
    let planned = planned.copied().unwrap_or(RETRY_AFTER_MAX);
    let asked = retry_after.map_or(Duration::ZERO, |asked| asked.min(RETRY_AFTER_MAX));
    planned
        .saturating_sub(jitter(planned, JITTER_PERCENT, random))
        .max(asked)
}
