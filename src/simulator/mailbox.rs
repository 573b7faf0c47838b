//! What a party has written and the gateway has not taken yet.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// How long nothing is sent after the gateway did not take something.
const REST: TimeDelta = TimeDelta::seconds(60);

/// When something is to leave, and its place among what leaves at the same instant.
pub(crate) type Place = (DateTime<Utc>, u64);

/// Letters in the order in which they leave.
#[derive(Debug)]
pub(crate) struct Mailbox<L> {
    letters: BTreeMap<Place, L>,
    placed: u64,
    rests_until: Option<DateTime<Utc>>,
}

impl<L> Default for Mailbox<L> {
    fn default() -> Self {
        Self {
            letters: BTreeMap::new(),
            placed: 0,
            rests_until: None,
        }
    }
}

impl<L: Clone> Mailbox<L> {
    /// Lets a letter leave at `at`.
    pub(crate) fn put(&mut self, at: DateTime<Utc>, letter: L) {
        self.placed += 1;
        self.letters.insert((at, self.placed), letter);
    }

    /// The letter that leaves next, if it is due; it stays until it is taken.
    pub(crate) fn due(&self, now: DateTime<Utc>) -> Option<(Place, L)> {
        if self.rests_until.is_some_and(|until| now < until) {
            return None;
        }
        let (place, letter) = self.letters.first_key_value()?;
        (place.0 <= now).then(|| (*place, letter.clone()))
    }

    /// The gateway took it, or it is not worth a second try.
    pub(crate) fn taken(&mut self, place: Place) {
        self.letters.remove(&place);
        self.rests_until = None;
    }

    /// The gateway did not take it: it and those behind it leave later.
    pub(crate) fn not_taken(&mut self, now: DateTime<Utc>) {
        self.rests_until = Some(now + REST);
    }

    /// When the next letter leaves.
    pub(crate) fn next_at(&self) -> Option<DateTime<Utc>> {
        let (place, _) = self.letters.first_key_value()?;
        Some(self.rests_until.map_or(place.0, |until| until.max(place.0)))
    }

    /// How many letters have not been taken.
    pub(crate) fn len(&self) -> usize {
        self.letters.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_leave_by_time_and_wait_after_a_failure() {
        let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
        let mut mailbox = Mailbox::default();
        mailbox.put(now + TimeDelta::minutes(5), "later");
        mailbox.put(now, "first");
        mailbox.put(now, "second");
        let (place, first) = mailbox.due(now).unwrap();
        assert_eq!(first, "first");
        mailbox.not_taken(now);
        assert_eq!(mailbox.due(now), None);
        assert_eq!(mailbox.next_at(), Some(now + REST));
        assert_eq!(mailbox.due(now + REST), Some((place, first)));
        mailbox.taken(place);
        assert_eq!(mailbox.due(now).unwrap().1, "second");
        assert_eq!(mailbox.len(), 2);
    }
}
