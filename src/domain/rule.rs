//! What every dated rule shares: the days on which it applies, and the facts a decision was taken
//! on, kept with it so that it can be explained years later.

use chrono::NaiveDate;

/// The days on which a rule applies, both ends included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; `None` while no end is known.
    pub until: Option<NaiveDate>,
}

impl Period {
    /// From a day on, without a known end.
    pub const fn since(from: NaiveDate) -> Self {
        Self { from, until: None }
    }

    /// From one day to another, both included.
    pub const fn between(from: NaiveDate, until: NaiveDate) -> Self {
        Self {
            from,
            until: Some(until),
        }
    }

    /// Whether `day` is one of its days.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// A day in a table of rules.
///
/// # Panics
///
/// On a day that is not in the calendar; in a constant, where it belongs, it does not compile.
#[expect(
    clippy::panic,
    reason = "tables of rules are constants, where this fails the build"
)]
pub const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => panic!("not a day of the calendar"),
    }
}

/// One fact that a decision was taken on: its name and its value. Never a personal datum: ages and
/// days of registration, not birth dates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fact {
    /// What the fact is about.
    pub name: &'static str,
    /// What was so.
    pub value: String,
}

impl Fact {
    /// Writes down a fact.
    pub fn new(name: &'static str, value: impl std::fmt::Display) -> Self {
        Self {
            name,
            value: value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_includes_both_its_ends() {
        let period = Period::between(day(2025, 3, 20), day(2026, 6, 30));
        assert!(!period.contains(day(2025, 3, 19)));
        assert!(period.contains(day(2025, 3, 20)));
        assert!(period.contains(day(2026, 6, 30)));
        assert!(!period.contains(day(2026, 7, 1)));
    }

    #[test]
    fn a_period_without_end_lasts() {
        let period = Period::since(day(2025, 8, 1));
        assert!(!period.contains(day(2025, 7, 31)));
        assert!(period.contains(day(2099, 1, 1)));
    }
}
