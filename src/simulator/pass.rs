//! One call of a simulator: it does what is due and says when it wants to be called again.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Pass {
    /// How many things it did; zero when nothing was due.
    pub acted: u32,
    /// When the next thing is due, as far as is known; `None` when only others can cause one.
    pub next_at: Option<DateTime<Utc>>,
}

impl Pass {
    /// How long whoever runs a simulator on its own may rest after this pass: until the next thing
    /// is due, but not longer than `at_most`, for others may cause one.
    pub fn rest(&self, now: DateTime<Utc>, at_most: Duration) -> Duration {
        self.next_at.map_or(at_most, |next_at| {
            (next_at - now).to_std().unwrap_or_default().min(at_most)
        })
    }
}

/// The earlier of two instants, where there is one.
pub(crate) fn earliest(
    one: Option<DateTime<Utc>>,
    other: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn rest_ends_with_what_is_due_or_with_patience() {
        let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
        let second = Duration::from_secs(1);
        let after = |millis| Pass {
            acted: 1,
            next_at: Some(now + TimeDelta::milliseconds(millis)),
        };
        assert_eq!(Pass::default().rest(now, second), second);
        assert_eq!(after(200).rest(now, second), Duration::from_millis(200));
        assert_eq!(after(5_000).rest(now, second), second);
        assert_eq!(after(-5).rest(now, second), Duration::ZERO);
    }
}
