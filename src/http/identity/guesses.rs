//! Who shows keys that are not known is answered ever more slowly, and costs no look into the
//! database: by address, and by the beginning of the key, so that many addresses help nobody.
//!
//! A key is 256 random bits and cannot be guessed; the limit keeps those who try from costing
//! anything. A caller whose credential is at hand is never asked about others at its address, and a
//! certificate, which its authority has vouched for, is limited by itself alone. So one who guesses
//! behind the address of an office does not shut the office out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::http::identity::known::Hash;
use crate::http::identity::ticks::{Ticks, seconds};

/// Sources that are told apart; beyond them all others count as one.
const SOURCES_MAX: usize = 10_000;

/// Bytes of a key by which guesses about one key belong together: `cei_test_` and six more.
const BEGINNING: usize = 15;

/// Where a failure comes from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Source {
    /// An address of IPv4, or the network of one of IPv6: its owner has all of them.
    Network(u64),
    /// Keys that begin alike.
    Beginning([u8; BEGINNING]),
    /// A certificate, by its public key.
    Certificate(Hash),
    /// All that are too many to be told apart.
    Rest,
}

impl Source {
    /// The source at an address.
    pub(super) fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::Network(u64::from(address.to_bits())),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                let network = [a, b, c, d].map(u64::from);
                Self::Network(network.iter().fold(0, |sum, part| (sum << 16) | part))
            }
        }
    }

    /// The source of keys that begin like this one.
    pub(super) fn of_key(key: &str) -> Self {
        let mut beginning = [0; BEGINNING];
        for (place, byte) in beginning.iter_mut().zip(key.bytes()) {
            *place = byte;
        }
        Self::Beginning(beginning)
    }
}

type Limiter =
    RateLimiter<Source, HashMapStateStore<Source>, Ticks, NoOpMiddleware<std::time::Duration>>;

/// What is remembered of failures.
#[derive(Debug)]
pub(crate) struct Guesses {
    limiter: Option<Limiter>,
    clock: Ticks,
    barred: Mutex<HashMap<Source, DateTime<Utc>>>,
    /// When room was made last, in seconds since 1970: looking through all of them costs something.
    room_made_at: AtomicI64,
}

impl Guesses {
    /// Lets this many failures of one source a minute pass; `None` limits nobody.
    pub(crate) fn new(per_minute: Option<NonZeroU32>, clock: Clock) -> Self {
        let clock = Ticks(clock);
        let limiter = per_minute
            .map(|rate| Limiter::hashmap_with_clock(Quota::per_minute(rate), clock.clone()));
        Self {
            limiter,
            clock,
            barred: Mutex::default(),
            room_made_at: AtomicI64::new(0),
        }
    }

    /// The seconds for which one of these sources is not listened to, if it is not.
    pub(super) fn barred(&self, sources: &[Source], now: DateTime<Utc>) -> Option<u32> {
        let barred = self.lock();
        if barred.is_empty() {
            return None;
        }
        let until = sources.iter().filter_map(|source| barred.get(source)).max();
        let wait = (*until? - now).to_std().ok()?;
        (!wait.is_zero()).then(|| seconds(wait))
    }

    /// Counts a failure of these sources. Answers with the seconds to wait when there were too many.
    pub(super) fn count(&self, sources: &[Source], now: DateTime<Utc>) -> Option<u32> {
        let limiter = self.limiter.as_ref()?;
        self.make_room(limiter, now);
        let is_full = limiter.len() >= SOURCES_MAX;
        let waits = sources.iter().filter_map(|source| {
            let source = if is_full { Source::Rest } else { *source };
            let wait = limiter.check_key(&source).err()?;
            let wait = wait.wait_time_from(self.clock.now());
            // One that is counted with all others is not barred with them.
            if !is_full {
                let until = TimeDelta::from_std(wait).unwrap_or_default();
                self.lock().insert(source, now + until);
            }
            Some(seconds(wait).max(1))
        });
        waits.max()
    }

    /// Forgets sources that have been quiet for long enough, when there are many; once a second.
    fn make_room(&self, limiter: &Limiter, now: DateTime<Utc>) {
        if limiter.len() < SOURCES_MAX {
            return;
        }
        if self.room_made_at.swap(now.timestamp(), Ordering::Relaxed) == now.timestamp() {
            return;
        }
        limiter.retain_recent();
        self.lock().retain(|_, until| *until > now);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Source, DateTime<Utc>>> {
        self.barred.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;

    fn guesses(per_minute: u32) -> (Guesses, ManualClock) {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let guesses = Guesses::new(NonZeroU32::new(per_minute), Clock::Manual(clock.clone()));
        (guesses, clock)
    }

    fn now(clock: &ManualClock) -> DateTime<Utc> {
        Clock::Manual(clock.clone()).now()
    }

    fn address(text: &str) -> Source {
        Source::at(text.parse().unwrap())
    }

    #[test]
    fn a_source_that_fails_too_often_is_not_listened_to_for_a_while() {
        let (guesses, clock) = guesses(3);
        let here = [address("192.0.2.1")];
        for _ in 0..3 {
            assert_eq!(guesses.count(&here, now(&clock)), None);
            assert_eq!(guesses.barred(&here, now(&clock)), None);
        }
        assert_eq!(guesses.count(&here, now(&clock)), Some(20));
        assert_eq!(guesses.barred(&here, now(&clock)), Some(20));
        let elsewhere = [address("192.0.2.2")];
        assert_eq!(guesses.barred(&elsewhere, now(&clock)), None);
        clock.advance(Duration::from_secs(20));
        assert_eq!(guesses.barred(&here, now(&clock)), None);
        assert_eq!(guesses.count(&here, now(&clock)), None);
    }

    #[test]
    fn many_addresses_do_not_help_against_one_key() {
        let (guesses, clock) = guesses(5);
        let key = "cei_live_AbCdEf-and-so-on";
        let limited = (1..=20).filter(|host| {
            let sources = [address(&format!("192.0.2.{host}")), Source::of_key(key)];
            guesses.count(&sources, now(&clock)).is_some()
        });
        assert_eq!(limited.count(), 15);
        let other = [
            address("192.0.2.99"),
            Source::of_key("cei_live_XyZuVw-other"),
        ];
        assert_eq!(guesses.barred(&other, now(&clock)), None);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    }

    #[test]
    fn a_flood_from_everywhere_takes_no_more_memory_than_allowed() {
        let (guesses, clock) = guesses(1);
        for host in 0..3 * SOURCES_MAX {
            let host = u32::try_from(host).unwrap();
            let source = Source::at(std::net::Ipv4Addr::from_bits(host).into());
            guesses.count(&[source], now(&clock));
        }
        let kept = guesses.limiter.as_ref().unwrap().len();
        assert!(kept <= SOURCES_MAX + 1, "{kept}");
        assert!(guesses.lock().len() <= SOURCES_MAX);
        // Beyond the limit all count as one, which is limited.
        let late = [address("203.0.113.7")];
        assert!(guesses.count(&late, now(&clock)).is_some());
        clock.advance(Duration::from_mins(5));
        assert_eq!(guesses.count(&late, now(&clock)), None);
    }

    #[test]
    fn without_a_limit_nobody_is_barred() {
        let guesses = Guesses::new(None, Clock::System);
        let at = DateTime::UNIX_EPOCH;
        let here = [address("192.0.2.1")];
        assert!((0..1000).all(|_| guesses.count(&here, at).is_none()));
    }
}
