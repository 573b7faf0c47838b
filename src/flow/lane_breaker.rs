//! The breaker of a lane: what a try means for the tries after it.
//!
//! A lane whose breaker is open has its next try put off until the cool-down is over. Whoever
//! leases it then makes the one trial, for a lane has one holder; how the trial ends closes the
//! breaker or opens it again. Nothing but the lane's row is kept, so replicas agree.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::delivery::{BreakerEvent, BreakerRule, BreakerState, DeliveryVerdict};
use crate::store::outbox::Lane;

/// What is known of a lane's breaker after a try, or before the first one of a lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Breaker {
    /// Its state.
    pub(super) state: BreakerState,
    /// How long nothing is sent, whatever waits.
    pub(super) rest: Option<Duration>,
}

/// What an operator is told of a breaker.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change {
    Opened,
    TrialFailed,
    Closed,
}

/// The breaker of a lane that has just been leased, so that what it waited for is over.
pub(super) fn leased(lane: &Lane) -> Breaker {
    let state = BreakerState::parse(&lane.breaker).unwrap_or(BreakerState::Closed);
    let cooled = match state {
        BreakerState::Open => state.after(BreakerEvent::CooledDown).unwrap_or(state),
        other => other,
    };
    Breaker {
        state: cooled,
        rest: None,
    }
}

/// Whether a try that ended so says that the destination does not work.
pub(super) const fn is_failure(verdict: DeliveryVerdict) -> bool {
    matches!(verdict, DeliveryVerdict::Retry | DeliveryVerdict::Ambiguous)
}

/// The breaker after a try that ended in `verdict`, the `failures`th in a row if it failed.
pub(super) fn after(
    rule: &BreakerRule,
    before: Breaker,
    verdict: DeliveryVerdict,
    failures: usize,
) -> Breaker {
    let failures = u32::try_from(failures).unwrap_or(u32::MAX);
    let Some(event) = rule.event(before.state, verdict, failures) else {
        return Breaker {
            rest: None,
            ..before
        };
    };
    let state = before.state.after(event).unwrap_or(before.state);
    let rest = (state == BreakerState::Open).then_some(rule.cool_down);
    Breaker { state, rest }
}

impl Breaker {
    /// When the lane may be tried again: when its message is due, and not before the rest is over.
    pub(super) fn due(
        self,
        message_due: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let rested = self.rest.map(|rest| now + rest);
        message_due.max(rested)
    }

    /// What changed since `before`, if anything did.
    fn change(self, before: Self) -> Option<Change> {
        match (before.state, self.state) {
            (one, other) if one == other => None,
            (BreakerState::Closed, _) => Some(Change::Opened),
            (_, BreakerState::Closed) => Some(Change::Closed),
            _ => Some(Change::TrialFailed),
        }
    }

    /// Tells of a change, once.
    pub(super) fn log_change(self, before: Self, lane: &str) {
        match self.change(before) {
            None => (),
            Some(Change::Opened) => tracing::warn!(
                lane,
                "a destination failed again and again and is left in peace for a while"
            ),
            Some(Change::TrialFailed) => {
                tracing::info!(lane, "a destination failed its trial and is left in peace");
            }
            Some(Change::Closed) => tracing::info!(lane, "a destination works again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: BreakerRule = BreakerRule {
        failures_max: 3,
        cool_down: Duration::from_mins(5),
    };

    fn closed() -> Breaker {
        Breaker {
            state: BreakerState::Closed,
            rest: None,
        }
    }

    fn half_open() -> Breaker {
        Breaker {
            state: BreakerState::HalfOpen,
            rest: None,
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_one_trial_decides() {
        use DeliveryVerdict::{Delivered, Retry};
        let second = after(&RULE, closed(), Retry, 2);
        assert_eq!(second, closed());
        let third = after(&RULE, second, Retry, 3);
        assert_eq!(
            (third.state, third.rest),
            (BreakerState::Open, Some(RULE.cool_down))
        );
        let failed = after(&RULE, half_open(), Retry, 1);
        assert_eq!(failed, third);
        assert_eq!(after(&RULE, half_open(), Delivered, 1), closed());
    }

    #[test]
    fn a_rest_puts_off_what_is_due_before_its_end_and_hurries_nothing() {
        let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
        let open = after(&RULE, half_open(), DeliveryVerdict::Retry, 1);
        let end = now + RULE.cool_down;
        let later = end + RULE.cool_down;
        assert_eq!(open.due(Some(now), now), Some(end));
        assert_eq!(open.due(None, now), Some(end));
        assert_eq!(open.due(Some(later), now), Some(later));
        assert_eq!(closed().due(Some(now), now), Some(now));
        assert_eq!(closed().due(None, now), None);
    }

    #[test]
    fn a_change_is_told_and_what_stays_is_not() {
        use DeliveryVerdict::{Delivered, Retry};
        let open = after(&RULE, closed(), Retry, 3);
        assert_eq!(open.change(closed()), Some(Change::Opened));
        assert_eq!(open.change(half_open()), Some(Change::TrialFailed));
        let works = after(&RULE, half_open(), Delivered, 1);
        assert_eq!(works.change(half_open()), Some(Change::Closed));
        for verdict in [Delivered, Retry] {
            assert_eq!(after(&RULE, closed(), verdict, 1).change(closed()), None);
        }
    }

    fn tries() -> impl Strategy<Value = Vec<DeliveryVerdict>> {
        let verdict = proptest::sample::select(DeliveryVerdict::ALL);
        proptest::collection::vec(verdict, 1..60)
    }

    proptest! {
        /// Replays any tries as a lane sees them, against a model that counts by hand.
        #[test]
        fn it_rests_exactly_after_a_failed_trial_or_too_many_failures(tries in tries()) {
            let mut breaker = closed();
            let mut failures = 0;
            let mut is_trial = false;
            for verdict in tries {
                let fails = is_failure(verdict);
                failures = if fails { failures + 1 } else { 0 };
                breaker = after(&RULE, breaker, verdict, failures);

                let must_rest = fails && (is_trial || failures >= 3);
                prop_assert_eq!(breaker.rest.is_some(), must_rest);
                prop_assert_eq!(breaker.state == BreakerState::Open, must_rest);
                is_trial = must_rest;
                if is_trial {
                    // The rest passes; the next holder of the lane makes the trial.
                    breaker = half_open();
                }
            }
        }
    }
}
