//! Months of the calendar in UTC, in which the outbox lies.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// One month of one year, in UTC: the log of messages asks for no country's day.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Month {
    /// The first of the month.
    first: NaiveDate,
}

impl Month {
    /// The month in which an instant lies.
    pub fn of(at: DateTime<Utc>) -> Self {
        let day = at.date_naive();
        Self {
            // Every month has a first.
            first: day.with_day(1).unwrap_or(day),
        }
    }

    /// Reads a month as [`Month`] is written: `2026_03`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('_')?;
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
        Some(Self { first })
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        let months = chrono::Months::new(1);
        Self {
            first: self.first.checked_add_months(months).unwrap_or(self.first),
        }
    }

    /// The month before it.
    #[must_use]
    pub fn previous(self) -> Self {
        let months = chrono::Months::new(1);
        Self {
            first: self.first.checked_sub_months(months).unwrap_or(self.first),
        }
    }

    /// Its first instant.
    pub fn begins(self) -> DateTime<Utc> {
        self.first.and_time(chrono::NaiveTime::MIN).and_utc()
    }

    /// The first instant that is not in it any more.
    pub fn ends(self) -> DateTime<Utc> {
        self.next().begins()
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}_{:02}", self.first.year(), self.first.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_has_its_first_instant_and_not_the_next_ones() {
        let march = Month::of(instant("2026-03-31T23:59:59.999Z"));
        assert_eq!(march.begins(), instant("2026-03-01T00:00:00Z"));
        assert_eq!(march.ends(), instant("2026-04-01T00:00:00Z"));
        assert_eq!(Month::of(march.begins()), march);
        assert_eq!(Month::of(march.ends()), march.next());
    }

    #[test]
    fn december_is_followed_by_january() {
        let december = Month::of(instant("2026-12-05T10:00:00Z"));
        assert_eq!(december.next().to_string(), "2027_01");
        assert_eq!(december.next().previous(), december);
        assert!(december < december.next());
    }

    #[test]
    fn a_month_is_read_as_it_is_written_and_nothing_else_is() {
        let march = Month::of(instant("2026-03-02T10:00:00Z"));
        assert_eq!(Month::parse(&march.to_string()), Some(march));
        for text in [
            "default",
            "2026_13",
            "2026_3",
            "26_03",
            "2026-03",
            "2026_03_1",
            "",
        ] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }
}
