//! Which days are worked in Romania: not Saturdays and Sundays, not public holidays, and not what
//! the government or the bureau decided beside them.
//!
//! Public holidays are those of the Labour Code (Law 53/2003, art. 139 (1)), as it was on the day;
//! those that move follow Easter of the Orthodox Church.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Days between Easter of the Julian calendar and of ours, from 1900-03-01 to 2100-02-28.
const JULIAN_LAG: u64 = 13;

/// Holidays with a date of their own: month, day, and the first year in which they are one.
const FIXED: &[(u32, u32, i32)] = &[
    (1, 1, 0),
    (1, 2, 0),
    // Epiphany and Saint John (Law 52/2023).
    (1, 6, 2024),
    (1, 7, 2024),
    // The principalities' union (Law 176/2016).
    (1, 24, 2017),
    (5, 1, 0),
    // Children's day (Law 220/2016).
    (6, 1, 2017),
    (8, 15, 2009),
    (11, 30, 2012),
    (12, 1, 0),
    (12, 25, 0),
    (12, 26, 0),
];

/// Holidays that move: days after Easter, and the first year in which they are one.
const MOVING: &[(i64, i32)] = &[
    // Good Friday (Law 64/2018).
    (-2, 2018),
    (0, 0),
    (1, 0),
    // Whitsun (Law 202/2008).
    (49, 2009),
    (50, 2009),
];

/// The Sunday on which the Orthodox Church keeps Easter, for the years 1900 to 2099; `None`
/// otherwise. Meeus' rule for the Julian calendar, moved to ours.
pub fn orthodox_easter(year: i32) -> Option<NaiveDate> {
    if !(1900..=2099).contains(&year) {
        return None;
    }
    let metonic = (19 * (year % 19) + 15) % 30;
    let weekday = (2 * (year % 4) + 4 * (year % 7) - metonic + 34) % 7;
    let since = metonic + weekday + 114;
    let month = u32::try_from(since / 31).ok()?;
    let day = u32::try_from(since % 31 + 1).ok()?;
    // The Julian date has the same name; ours is that many days later.
    NaiveDate::from_ymd_opt(year, month, day)?.checked_add_days(Days::new(JULIAN_LAG))
}

/// Whether a day is a public holiday, whatever day of the week it is.
pub fn is_public_holiday(day: NaiveDate) -> bool {
    let is_fixed = FIXED.iter().any(|(month, of_month, since)| {
        (day.month(), day.day()) == (*month, *of_month) && day.year() >= *since
    });
    let moves = |easter: NaiveDate| {
        let after = day.signed_duration_since(easter).num_days();
        MOVING
            .iter()
            .any(|(days, since)| after == *days && day.year() >= *since)
    };
    is_fixed || orthodox_easter(day.year()).is_some_and(moves)
}

/// The days on which the bureau works.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct WorkingDays {
    /// Days that are not worked though the calendar says so: bridges that the government declared,
    /// the bureau's own days off.
    pub off: BTreeSet<NaiveDate>,
    /// Days that are worked though the calendar says no; they win over `off`.
    pub on: BTreeSet<NaiveDate>,
}

impl WorkingDays {
    /// Whether a day is worked.
    pub fn contains(&self, day: NaiveDate) -> bool {
        if self.on.contains(&day) {
            return true;
        }
        let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        !is_weekend && !self.off.contains(&day) && !is_public_holiday(day)
    }

    /// The first worked day that is not before `day`, within a year; `None` if there is none.
    pub fn next_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().take(366).find(|day| self.contains(*day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_the_orthodox_one() {
        for easter in [
            "1989-04-30",
            "2000-04-30",
            "2008-04-27",
            "2016-05-01",
            "2021-05-02",
            "2024-05-05",
            "2025-04-20",
            "2026-04-12",
            "2027-05-02",
            "2038-04-25",
            "2099-04-12",
        ] {
            let easter = day(easter);
            assert_eq!(orthodox_easter(easter.year()), Some(easter));
        }
        assert_eq!(orthodox_easter(1899), None);
        assert_eq!(orthodox_easter(2100), None);
    }

    #[test]
    fn easter_is_a_sunday_in_spring_in_every_year() {
        for year in 1900..=2099 {
            let easter = orthodox_easter(year).unwrap();
            assert_eq!(easter.weekday(), Weekday::Sun, "{year}");
            let first = NaiveDate::from_ymd_opt(year, 4, 4).unwrap();
            let last = NaiveDate::from_ymd_opt(year, 5, 8).unwrap();
            assert!((first..=last).contains(&easter), "{year}");
        }
    }

    #[test]
    fn the_holidays_of_2026_are_those_of_the_labour_code() {
        let all = day("2026-01-01")
            .iter_days()
            .take(365)
            .filter(|day| is_public_holiday(*day));
        let all: Vec<String> = all.map(|day| day.format("%m-%d").to_string()).collect();
        assert_eq!(
            all,
            [
                "01-01", "01-02", "01-06", "01-07", "01-24", "04-10", "04-12", "04-13", "05-01",
                "05-31", "06-01", "08-15", "11-30", "12-01", "12-25", "12-26"
            ]
        );
    }

    #[test]
    fn a_holiday_is_one_from_the_year_of_its_law() {
        for (before, since) in [
            ("2023-01-06", "2024-01-06"),
            ("2016-01-24", "2017-01-24"),
            ("2017-04-14", "2018-04-06"),
            ("2016-06-01", "2017-06-01"),
        ] {
            assert!(!is_public_holiday(day(before)), "{before}");
            assert!(is_public_holiday(day(since)), "{since}");
        }
    }

    #[test]
    fn weekends_and_holidays_are_not_worked_and_decisions_win() {
        let mut days = WorkingDays::default();
        assert!(days.contains(day("2026-04-09")));
        assert!(!days.contains(day("2026-04-11")));
        assert!(!days.contains(day("2026-04-10")));
        assert_eq!(days.next_from(day("2026-04-10")), Some(day("2026-04-14")));
        assert_eq!(days.next_from(day("2026-04-14")), Some(day("2026-04-14")));

        days.off.insert(day("2026-04-14"));
        days.on.insert(day("2026-04-11"));
        assert_eq!(days.next_from(day("2026-04-12")), Some(day("2026-04-15")));
        assert!(days.contains(day("2026-04-11")));

        days.on.insert(day("2026-04-14"));
        assert!(days.contains(day("2026-04-14")));
    }

    #[test]
    fn a_bureau_that_never_works_has_no_next_day() {
        let from = day("2026-01-01");
        let days = WorkingDays {
            off: from.iter_days().take(400).collect(),
            on: BTreeSet::new(),
        };
        assert_eq!(days.next_from(from), None);
    }
}
