//! The one source of randomness that is not key material.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use uuid::Uuid;

/// Bits of the counter between an identifier's milliseconds and its random bits.
const COUNTER_BITS: u32 = 12;

/// Gives random numbers: the system's, or a sequence that a seed determines.
#[derive(Clone, Debug)]
pub enum Random {
    /// The operating system's generator.
    System,
    /// A generator whose whole sequence follows from its seed, for tests and the demo.
    Seeded(Arc<Mutex<Sequence>>),
}

/// What follows from a seed.
#[derive(Debug)]
pub struct Sequence {
    generator: StdRng,
    last_place: u64,
}

/// The place of this process's last identifier, where the system gives the random bits.
static LAST_PLACE: AtomicU64 = AtomicU64::new(0);

impl Random {
    /// A generator that gives the same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(Sequence {
            generator: StdRng::seed_from_u64(seed),
            last_place: 0,
        })))
    }

    /// Fills `bytes` with random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give, which no caller could survive.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            #[expect(
                clippy::expect_used,
                reason = "without randomness nothing here is safe"
            )]
            Self::System => SysRng
                .try_fill_bytes(bytes)
                .expect("the system gives random bytes"),
            Self::Seeded(sequence) => {
                sequence
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .generator
                    .fill_bytes(bytes);
            }
        }
    }

    /// A random number.
    pub fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A random number from 0 to `bound` − 1; 0 when `bound` is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A new identifier (UUID version 7, RFC 9562): the milliseconds of `now`, a counter within
    /// them, random bits. Each one of a process is greater than the one before, so that what is
    /// written in one instant keeps its order.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut bytes: [u8; 10] = [0; 10];
        self.fill(&mut bytes);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let place = self.take_place(millis << COUNTER_BITS);
        let [.., high, low] = place.to_be_bytes();
        let [first, second, ..] = &mut bytes;
        (*first, *second) = (high & 0x0f, low);
        uuid::Builder::from_unix_timestamp_millis(place >> COUNTER_BITS, &bytes).into_uuid()
    }

    /// The next free place at `earliest` or after it. A counter that overflows borrows from the
    /// next millisecond (RFC 9562 §6.2).
    fn take_place(&self, earliest: u64) -> u64 {
        let next = |last: u64| earliest.max(last + 1);
        match self {
            Self::System => {
                let update = |last| Some(next(last));
                let last = LAST_PLACE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
                next(last.unwrap_or(0))
            }
            Self::Seeded(sequence) => {
                let mut sequence = sequence.lock().unwrap_or_else(PoisonError::into_inner);
                sequence.last_place = next(sequence.last_place);
                sequence.last_place
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_one_instant_keep_the_order_of_their_making() {
        for random in [Random::System, Random::seeded(1)] {
            let ids: Vec<Uuid> = (0..10_000)
                .map(|_| random.uuid(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000)))
                .collect();
            assert!(ids.is_sorted());
            assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
            assert!(ids.iter().all(|id| id.get_version_num() == 7));
        }
    }
}
