//! The one place that knows what time it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use tokio::sync::watch;

/// Tells the time and waits: the system's clock, or one that a test or the demo moves by hand.
///
/// Instants have whole microseconds, because `PostgreSQL` keeps no more and both databases must
/// agree on what is equal.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until [`ManualClock::advance`] moves it.
    Manual(ManualClock),
}

/// A clock that moves only when told to.
#[derive(Clone, Debug)]
pub struct ManualClock {
    now: Arc<Mutex<DateTime<Utc>>>,
    moved: watch::Sender<()>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now: Arc::new(Mutex::new(now.trunc_subsecs(6))),
            moved: watch::Sender::new(()),
        }
    }

    /// Moves the clock forward and wakes whoever sleeps on it.
    pub fn advance(&self, by: Duration) {
        {
            let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            *now += by;
        }
        self.moved.send_replace(());
    }

    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// The present instant, in whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one place that may ask"
            )]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Manual(manual) => manual.now(),
        }
    }

    /// Today's date in Romania, where the days of the law are counted.
    pub fn today(&self) -> NaiveDate {
        crate::domain::calendar::bucharest_day(self.now())
    }

    /// Returns after `duration` of this clock has passed.
    pub async fn sleep(&self, duration: Duration) {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one place that may wait"
            )]
            Self::System => tokio::time::sleep(duration).await,
            Self::Manual(manual) => {
                let mut moved = manual.moved.subscribe();
                let due = manual.now() + duration;
                while manual.now() < due {
                    if moved.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
