//! The one source of randomness that is not key material.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use uuid::Uuid;

/// Gives random numbers: the system's, or a sequence that a seed determines.
#[derive(Clone, Debug)]
pub enum Random {
    /// The operating system's generator.
    System,
    /// A generator whose whole sequence follows from its seed, for tests and the demo.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    /// A generator that gives the same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
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
            Self::Seeded(generator) => {
                generator
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
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

    /// A new identifier (UUID version 7, RFC 9562): the milliseconds of `now`, then random bits.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
