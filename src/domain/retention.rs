//! Until when biometric data may be kept: several clocks run, and the earliest wins.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use crate::coded;
use crate::domain::application::ApplicationState;
use crate::domain::calendar::start_of_day;

coded! {
    /// What makes biometric data due for erasure.
    pub enum RetentionClock as "retention clock" {
        /// The applicant holds the card (Regulation (EU) 2025/1208 and, before it, 2019/1157
        /// art. 10 (3): only until the document is collected).
        HandedOver = "HANDED_OVER",
        /// The card was destroyed, so that nobody will ever collect it.
        Destroyed = "DESTROYED",
        /// The application ended without a card.
        Ended = "ENDED",
        /// The longest time after issue (the same article: never more than 90 days).
        Issued = "ISSUED",
        /// The longest time after the day on which the card was to be released (Romanian law).
        ReleaseScheduled = "RELEASE_SCHEDULED",
    }
}

/// How long each clock runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetentionRule {
    /// Days after issue.
    pub after_issue_days: u64,
    /// Calendar months after the scheduled release.
    pub after_release_months: u32,
    /// Days after a cancellation or refusal; no law says how many, so it is configured.
    pub after_end_days: u64,
}

/// The terms that stand in the law; how long a cancelled application is kept does not, so that it
/// is kept for no day unless the configuration says otherwise.
///
/// 90 days from issue: Regulation (EU) 2025/1208 and, before it, 2019/1157, art. 10 (3). Three
/// months from the scheduled release: the Romanian rules on the electronic identity card, known
/// from press reports until their full text is at hand.
pub const LAW: RetentionRule = RetentionRule {
    after_issue_days: 90,
    after_release_months: 3,
    after_end_days: 0,
};

/// The days on which the clocks of one application start, as counted in Bucharest. Of a card
/// that was made again, the first issue counts: a remake does not lengthen the term.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RetentionFacts {
    /// The day the applicant received the card.
    pub handed_over_on: Option<NaiveDate>,
    /// The day the card was issued.
    pub issued_on: Option<NaiveDate>,
    /// The day on which the office was to release the card.
    pub release_scheduled_on: Option<NaiveDate>,
    /// The day the card was destroyed.
    pub destroyed_on: Option<NaiveDate>,
    /// The day the application was cancelled, or refused for good.
    pub ended_on: Option<NaiveDate>,
}

/// When biometric data is to be erased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Erasure {
    /// From the beginning of this day on, it may not be kept.
    pub due_on: NaiveDate,
    /// Which clock ran out first.
    pub because: RetentionClock,
}

impl RetentionRule {
    /// Returns when the data is to be erased, or `None` while no clock runs.
    pub fn erase_at(&self, facts: &RetentionFacts) -> Option<Erasure> {
        let days = |on: NaiveDate, days| on.checked_add_days(Days::new(days));
        let months = |on: NaiveDate, months| on.checked_add_months(Months::new(months));
        [
            (RetentionClock::HandedOver, facts.handed_over_on),
            (RetentionClock::Destroyed, facts.destroyed_on),
            (
                RetentionClock::Ended,
                facts.ended_on.and_then(|on| days(on, self.after_end_days)),
            ),
            (
                RetentionClock::Issued,
                facts
                    .issued_on
                    .and_then(|on| days(on, self.after_issue_days)),
            ),
            (
                RetentionClock::ReleaseScheduled,
                facts
                    .release_scheduled_on
                    .and_then(|on| months(on, self.after_release_months)),
            ),
        ]
        .into_iter()
        .filter_map(|(because, due_on)| due_on.map(|due_on| Erasure { due_on, because }))
        .min_by_key(|erasure| erasure.due_on)
    }

    /// Returns when the data of an application that came to `state` on this day is to be erased;
    /// `None` for a state that is no end.
    pub fn erase_after(&self, state: ApplicationState, on: NaiveDate) -> Option<Erasure> {
        let (mut handed_over_on, mut destroyed_on, mut ended_on) = (None, None, None);
        match state {
            ApplicationState::HandedOver => handed_over_on = Some(on),
            ApplicationState::Destroyed => destroyed_on = Some(on),
            ended if ended.is_ended() => ended_on = Some(on),
            _ => return None,
        }
        self.erase_at(&RetentionFacts {
            handed_over_on,
            destroyed_on,
            ended_on,
            ..RetentionFacts::default()
        })
    }
}

impl Erasure {
    /// The instant from which on the data may not be kept.
    pub fn due_at(&self) -> DateTime<Utc> {
        start_of_day(self.due_on)
    }

    /// Whether the data may be kept no longer.
    pub fn is_due(&self, today: NaiveDate) -> bool {
        today >= self.due_on
    }

    /// Whether the erasure should have been done by yesterday: an alarm.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        today > self.due_on
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: RetentionRule = RetentionRule {
        after_issue_days: 90,
        after_release_months: 3,
        after_end_days: 30,
    };

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    fn check(facts: RetentionFacts, due_on: NaiveDate, because: RetentionClock) {
        assert_eq!(RULE.erase_at(&facts), Some(Erasure { due_on, because }));
    }

    #[test]
    fn nothing_is_erased_while_no_clock_runs() {
        assert_eq!(RULE.erase_at(&RetentionFacts::default()), None);
    }

    #[test]
    fn hand_over_ends_the_right_to_keep_at_once() {
        let facts = RetentionFacts {
            handed_over_on: Some(day(3, 10)),
            issued_on: Some(day(3, 1)),
            release_scheduled_on: Some(day(3, 12)),
            ..RetentionFacts::default()
        };
        check(facts, day(3, 10), RetentionClock::HandedOver);
    }

    #[test]
    fn a_card_nobody_collects_is_kept_ninety_days_from_issue() {
        let facts = RetentionFacts {
            issued_on: Some(day(3, 1)),
            release_scheduled_on: Some(day(3, 12)),
            ..RetentionFacts::default()
        };
        check(facts, day(5, 30), RetentionClock::Issued);
    }

    #[test]
    fn three_months_after_the_scheduled_release_may_come_first() {
        let facts = RetentionFacts {
            issued_on: Some(day(3, 30)),
            release_scheduled_on: Some(day(3, 12)),
            ..RetentionFacts::default()
        };
        check(facts, day(6, 12), RetentionClock::ReleaseScheduled);
    }

    #[test]
    fn a_month_too_short_ends_on_its_last_day() {
        let facts = RetentionFacts {
            release_scheduled_on: NaiveDate::from_ymd_opt(2025, 11, 30),
            ..RetentionFacts::default()
        };
        check(facts, day(2, 28), RetentionClock::ReleaseScheduled);
    }

    #[test]
    fn a_cancelled_application_is_kept_for_the_configured_days() {
        let facts = RetentionFacts {
            ended_on: Some(day(3, 1)),
            ..RetentionFacts::default()
        };
        check(facts, day(3, 31), RetentionClock::Ended);
    }

    #[test]
    fn every_end_of_an_application_starts_its_clock_and_nothing_else_does() {
        let on = day(3, 1);
        for state in ApplicationState::ALL {
            let erasure = RULE.erase_after(*state, on);
            assert_eq!(erasure.is_some(), state.is_ended(), "{state}");
            if let Some(erasure) = erasure {
                let (due_on, because) = match state {
                    ApplicationState::HandedOver => (on, RetentionClock::HandedOver),
                    ApplicationState::Destroyed => (on, RetentionClock::Destroyed),
                    _ => (day(3, 31), RetentionClock::Ended),
                };
                assert_eq!(erasure, Erasure { due_on, because }, "{state}");
            }
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_bucharest() {
        let due_at = |due_on| {
            Erasure {
                due_on,
                because: RetentionClock::Issued,
            }
            .due_at()
            .to_rfc3339()
        };
        assert_eq!(due_at(day(3, 2)), "2026-03-01T22:00:00+00:00");
        assert_eq!(due_at(day(7, 2)), "2026-07-01T21:00:00+00:00");
    }

    #[test]
    fn an_erasure_is_due_on_its_day_and_overdue_after_it() {
        let erasure = Erasure {
            due_on: day(3, 2),
            because: RetentionClock::Issued,
        };
        assert!(!erasure.is_due(day(3, 1)));
        assert!(erasure.is_due(day(3, 2)) && !erasure.is_overdue(day(3, 2)));
        assert!(erasure.is_overdue(day(3, 3)));
    }

    fn any_day() -> impl Strategy<Value = Option<NaiveDate>> {
        proptest::option::of(
            (0..20_000_i32)
                .prop_map(|days| NaiveDate::from_num_days_from_ce_opt(730_000 + days).unwrap()),
        )
    }

    proptest! {
        #[test]
        fn data_is_never_kept_longer_than_any_clock_allows(
            (handed_over_on, issued_on, release_scheduled_on, destroyed_on, ended_on) in
                (any_day(), any_day(), any_day(), any_day(), any_day())
        ) {
            let facts = RetentionFacts {
                handed_over_on, issued_on, release_scheduled_on, destroyed_on, ended_on,
            };
            let limits: Vec<NaiveDate> = [
                handed_over_on,
                destroyed_on,
                issued_on.map(|on| on + Days::new(90)),
                release_scheduled_on.map(|on| on + Months::new(3)),
                ended_on.map(|on| on + Days::new(30)),
            ]
            .into_iter()
            .flatten()
            .collect();
            match RULE.erase_at(&facts) {
                Some(erasure) => {
                    prop_assert!(limits.iter().all(|limit| erasure.due_on <= *limit));
                    prop_assert!(limits.contains(&erasure.due_on));
                }
                None => prop_assert!(limits.is_empty()),
            }
        }

        #[test]
        fn learning_more_never_lengthens_the_term(
            (issued_on, ended_on, handed_over_on) in (any_day(), any_day(), any_day())
        ) {
            let before = RetentionFacts { issued_on, ended_on, ..RetentionFacts::default() };
            let after = RetentionFacts { handed_over_on, ..before };
            if let Some(before) = RULE.erase_at(&before) {
                let after = RULE.erase_at(&after);
                prop_assert!(after.is_some_and(|after| after.due_on <= before.due_on));
            }
        }
    }
}
