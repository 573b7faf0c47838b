//! What an office may ask in a given time, however many keys, connections and programs it has: an
//! office that asks in a circle must not be felt by the others.
//!
//! Told by `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). Each process
//! counts for itself.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::domain::id::OfficeId;
use crate::http::identity::ticks::{Ticks, seconds};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

type Limiter = RateLimiter<NotKeyed, InMemoryState, Ticks, StateInformationMiddleware>;

/// How much every office may ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct OfficeRate {
    /// Requests a second, in the long run.
    pub(crate) per_second: NonZeroU32,
    /// Requests at once.
    pub(crate) burst: NonZeroU32,
}

/// What one office may still ask.
#[derive(Debug)]
pub(crate) struct Allowance {
    limiter: Limiter,
    clock: Ticks,
    rate: OfficeRate,
    policy: HeaderValue,
}

/// How an allowance stands after a request.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    policy: HeaderValue,
    requests: u32,
    whole_again_seconds: u32,
}

impl Allowance {
    fn new(rate: OfficeRate, clock: Ticks) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let (burst, window) = (rate.burst, rate.seconds_for(rate.burst.get()));
        Self {
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()).with_middleware(),
            clock,
            rate,
            // Digits and these signs are always a header's value.
            policy: HeaderValue::from_str(&format!("\"office\";q={burst};w={window}"))
                .unwrap_or(HeaderValue::from_static("\"office\"")),
        }
    }

    /// Takes one request off. When none is left, answers with the seconds to wait.
    pub(crate) fn take(&self) -> (Left, Result<(), u32>) {
        let (requests, outcome) = match self.limiter.check() {
            Ok(state) => (state.remaining_burst_capacity(), Ok(())),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                (0, Err(seconds(wait).max(1)))
            }
        };
        let taken = self.rate.burst.get().saturating_sub(requests);
        let left = Left {
            policy: self.policy.clone(),
            requests,
            whole_again_seconds: self.rate.seconds_for(taken),
        };
        (left, outcome)
    }
}

impl OfficeRate {
    /// Seconds in which this many requests are earned again, rounded up.
    fn seconds_for(self, requests: u32) -> u32 {
        requests.div_ceil(self.per_second.get())
    }
}

impl Left {
    /// Tells the caller.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let (left, again) = (self.requests, self.whole_again_seconds);
        if let Ok(value) = HeaderValue::from_str(&format!("\"office\";r={left};t={again}")) {
            headers.insert(RATE_LIMIT, value);
        }
        headers.insert(RATE_LIMIT_POLICY, self.policy.clone());
    }
}

/// The allowances of all offices that have asked; as many as there are offices at most.
#[derive(Debug)]
pub(crate) struct Allowances {
    rate: Option<OfficeRate>,
    clock: Ticks,
    by_office: Mutex<HashMap<OfficeId, Arc<Allowance>>>,
}

impl Allowances {
    /// The same rate for every office; `None` limits nobody.
    pub(crate) fn new(rate: Option<OfficeRate>, clock: Clock) -> Self {
        Self {
            rate,
            clock: Ticks(clock),
            by_office: Mutex::default(),
        }
    }

    /// The allowance of an office, which all its credentials share.
    pub(super) fn of(&self, office: OfficeId) -> Option<Arc<Allowance>> {
        let rate = self.rate?;
        let mut by_office = self
            .by_office
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let allowance = by_office
            .entry(office)
            .or_insert_with(|| Arc::new(Allowance::new(rate, self.clock.clone())));
        Some(Arc::clone(allowance))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::clock::ManualClock;

    fn rate(per_second: u32, burst: u32) -> OfficeRate {
        OfficeRate {
            per_second: NonZeroU32::new(per_second).unwrap(),
            burst: NonZeroU32::new(burst).unwrap(),
        }
    }

    fn office(number: u128) -> OfficeId {
        OfficeId(Uuid::from_u128(number))
    }

    #[test]
    fn a_burst_is_allowed_and_earned_again_at_the_rate() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000));
        let allowances = Allowances::new(Some(rate(2, 10)), Clock::Manual(clock.clone()));
        let allowance = allowances.of(office(1)).unwrap();
        for left in (0..10).rev() {
            let (state, outcome) = allowance.take();
            assert_eq!((state.requests, outcome), (left, Ok(())));
        }
        let (state, outcome) = allowance.take();
        assert_eq!((state.requests, outcome), (0, Err(1)));

        clock.advance(Duration::from_millis(1500));
        let granted = (0..10).filter(|_| allowance.take().1.is_ok()).count();
        assert_eq!(granted, 3);
    }

    #[test]
    fn an_office_has_one_allowance_and_another_office_its_own() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let allowances = Allowances::new(Some(rate(1, 1)), Clock::Manual(clock));
        assert!(allowances.of(office(1)).unwrap().take().1.is_ok());
        assert!(allowances.of(office(1)).unwrap().take().1.is_err());
        assert!(allowances.of(office(2)).unwrap().take().1.is_ok());
    }

    #[test]
    fn the_headers_say_how_much_how_long_and_what_is_left() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let allowances = Allowances::new(Some(rate(4, 10)), Clock::Manual(clock));
        let (left, _) = allowances.of(office(1)).unwrap().take();
        let mut headers = HeaderMap::new();
        left.write(&mut headers);
        assert_eq!(
            headers.get("ratelimit-policy").unwrap(),
            "\"office\";q=10;w=3"
        );
        assert_eq!(headers.get("ratelimit").unwrap(), "\"office\";r=9;t=1");
    }

    #[test]
    fn without_a_rate_nobody_is_limited() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        assert!(
            Allowances::new(None, Clock::Manual(clock))
                .of(office(1))
                .is_none()
        );
    }
}
