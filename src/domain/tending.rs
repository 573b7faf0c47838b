//! Who looks after what waits for an operator, and until when it may rest.
//!
//! A claim tells the others who works on a hold; it keeps nobody from deciding. A snooze takes a hold
//! out of sight until a day, and never out of sight of a legal term.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::coded;
use crate::domain::working_days::WorkingDays;

/// How long a claim counts: a working day, so that nobody's holiday blocks a case.
const CLAIM_TIME: TimeDelta = TimeDelta::hours(8);

/// Days that a hold may rest at most.
pub const SNOOZE_DAYS_MAX: u64 = 30;

/// When a claim made at an instant ends by itself.
pub fn claim_ends(claimed_at: DateTime<Utc>) -> DateTime<Utc> {
    claimed_at + CLAIM_TIME
}

/// The instant at which claims that still count `now` were made at the earliest.
pub fn claims_count_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - CLAIM_TIME
}

coded! {
    /// How long something rests, as people say it.
    pub enum Rest as "rest of a hold" {
        /// Until the next working day.
        Tomorrow = "tomorrow",
        /// Three days.
        ThreeDays = "three-days",
        /// A week.
        Week = "week",
    }
}

impl Rest {
    /// The working day on which it is over, for what rests from `today` on.
    pub fn ends_on(self, today: NaiveDate, worked: &WorkingDays) -> Option<NaiveDate> {
        let days = match self {
            Self::Tomorrow => 1,
            Self::ThreeDays => 3,
            Self::Week => 7,
        };
        worked.next_from(today.checked_add_days(Days::new(days))?)
    }
}

/// Why a hold cannot rest until a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SnoozeFault {
    /// The day is today or over.
    #[error("the day is not one to come")]
    NotToCome,
    /// The day is too far away.
    #[error("the day is after {last}, the last until which anything may rest")]
    TooFar {
        /// The last day that is not.
        last: NaiveDate,
    },
    /// Nobody works on that day.
    #[error("nobody works on that day")]
    NotWorked,
    /// The term of an application that waits ends before.
    #[error("the legal term of the application ends on {last}")]
    PastTerm {
        /// The last day of the term.
        last: NaiveDate,
    },
}

/// Whether a hold may rest from `today` until `until`, on which somebody looks at it again. `term` is
/// the last day of the first legal term that runs for what waits: it is never slept through, and
/// what is late does not rest.
pub fn check_snooze(
    until: NaiveDate,
    today: NaiveDate,
    term: Option<NaiveDate>,
    worked: &WorkingDays,
) -> Result<(), SnoozeFault> {
    if until <= today {
        return Err(SnoozeFault::NotToCome);
    }
    let last = today + Days::new(SNOOZE_DAYS_MAX);
    if until > last {
        return Err(SnoozeFault::TooFar { last });
    }
    if let Some(last) = term.filter(|last| until > *last) {
        return Err(SnoozeFault::PastTerm { last });
    }
    if !worked.contains(until) {
        return Err(SnoozeFault::NotWorked);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn checked(until: &str, term: Option<&str>) -> Result<(), SnoozeFault> {
        let today = day("2026-11-23");
        check_snooze(day(until), today, term.map(day), &WorkingDays::default())
    }

    #[test]
    fn a_hold_rests_until_a_working_day_to_come_within_thirty_days() {
        assert_eq!(checked("2026-11-24", None), Ok(()));
        assert_eq!(checked("2026-12-23", None), Ok(()));
        let last = day("2026-12-23");
        assert_eq!(
            checked("2026-12-24", None),
            Err(SnoozeFault::TooFar { last })
        );
        for past in ["2026-11-23", "2026-11-01"] {
            assert_eq!(checked(past, None), Err(SnoozeFault::NotToCome), "{past}");
        }
        // A Saturday, and the national day.
        for free in ["2026-11-28", "2026-12-01"] {
            assert_eq!(checked(free, None), Err(SnoozeFault::NotWorked), "{free}");
        }
    }

    #[test]
    fn no_term_is_slept_through_and_what_is_late_does_not_rest() {
        let last = day("2026-11-26");
        let past = Err(SnoozeFault::PastTerm { last });
        assert_eq!(checked("2026-11-26", Some("2026-11-26")), Ok(()));
        assert_eq!(checked("2026-11-27", Some("2026-11-26")), past);
        let last = day("2026-11-20");
        let late = Err(SnoozeFault::PastTerm { last });
        assert_eq!(checked("2026-11-24", Some("2026-11-20")), late);
    }

    #[test]
    fn a_rest_ends_on_a_working_day() {
        let ends = |rest: Rest, today| {
            let end = rest.ends_on(day(today), &WorkingDays::default());
            end.unwrap().to_string()
        };
        assert_eq!(ends(Rest::Tomorrow, "2026-11-23"), "2026-11-24");
        // A Friday before a long weekend: Saint Andrew's day and the national day.
        assert_eq!(ends(Rest::Tomorrow, "2026-11-27"), "2026-12-02");
        assert_eq!(ends(Rest::ThreeDays, "2026-11-23"), "2026-11-26");
        assert_eq!(ends(Rest::Week, "2026-11-24"), "2026-12-02");
    }

    #[test]
    fn a_claim_counts_for_eight_hours() {
        let at = DateTime::UNIX_EPOCH;
        let last = at + TimeDelta::hours(8);
        assert_eq!(claim_ends(at), last);
        assert_eq!(claims_count_since(last), at);
    }
}
