//! The legal term of an application: 30 days from its registration, which the head of the office
//! may extend once, by at most 15 days, in special situations (OUG 97/2005, art. 15 (5)).

use chrono::{Days, NaiveDate};

/// Days from registration to the last day of the term.
pub const TERM_DAYS: u32 = 30;

/// Days by which a term is extended at most.
pub const EXTENSION_DAYS_MAX: u32 = 15;

/// Why a term is not extended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ExtensionFault {
    /// The number of days is not one of those allowed.
    #[error("a term is extended by 1 to 15 days")]
    Days,
    /// It was extended before.
    #[error("the term was extended before, which is possible once")]
    Again,
}

/// The last day of the term of an application that was registered on a day.
pub fn deadline(registered_on: NaiveDate) -> NaiveDate {
    later(registered_on, TERM_DAYS)
}

/// The last day of an extended term.
pub fn extended(
    registered_on: NaiveDate,
    deadline_on: NaiveDate,
    days: u32,
) -> Result<NaiveDate, ExtensionFault> {
    if !(1..=EXTENSION_DAYS_MAX).contains(&days) {
        return Err(ExtensionFault::Days);
    }
    if deadline_on != deadline(registered_on) {
        return Err(ExtensionFault::Again);
    }
    Ok(later(deadline_on, days))
}

fn later(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days)))
        .unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_term_is_thirty_days_and_is_extended_once_by_fifteen_at_most() {
        let registered = day("2026-02-01");
        let first = deadline(registered);
        assert_eq!(first, day("2026-03-03"));
        assert_eq!(extended(registered, first, 15), Ok(day("2026-03-18")));
        assert_eq!(extended(registered, first, 1), Ok(day("2026-03-04")));
        for days in [0, 16] {
            assert_eq!(extended(registered, first, days), Err(ExtensionFault::Days));
        }
        let again = extended(registered, day("2026-03-04"), 1);
        assert_eq!(again, Err(ExtensionFault::Again));
    }
}
