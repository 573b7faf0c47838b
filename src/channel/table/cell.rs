//! Cells as banks write them: names of columns, days, amounts.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::channel::amount::fraction_digits;
use crate::channel::table::profile::Profile;
use crate::domain::money::{AmountError, Money};

const MONTHS: [&str; 12] = [
    "ianuarie",
    "februarie",
    "martie",
    "aprilie",
    "mai",
    "iunie",
    "iulie",
    "august",
    "septembrie",
    "octombrie",
    "noiembrie",
    "decembrie",
];

/// A day outside of these years was mistyped, or its year has two digits.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// Text for comparing: lower case, without Romanian marks, single blanks, no colon at its end.
pub(super) fn folded(text: &str) -> String {
    let plain = |letter: char| match letter {
        'ă' | 'â' => 'a',
        'î' => 'i',
        'ș' | 'ş' => 's',
        'ț' | 'ţ' => 't',
        other => other,
    };
    let text: String = text.to_lowercase().chars().map(plain).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches(':').trim_end().to_owned()
}

/// The day of a cell, in one of the profile's formats.
pub(super) fn day(text: &str, formats: &[String]) -> Option<NaiveDate> {
    let text = with_month_number(text);
    let read = |format: &String| {
        NaiveDate::parse_from_str(&text, format)
            .or_else(|_| NaiveDateTime::parse_from_str(&text, format).map(|at| at.date()))
            .ok()
    };
    let day = formats.iter().find_map(read)?;
    YEARS.contains(&day.year()).then_some(day)
}

/// `1 septembrie 2026` as `1 9 2026`.
fn with_month_number(text: &str) -> String {
    let number = |word: &str| {
        let word = word.to_lowercase();
        let found = (1..).zip(MONTHS).find(|(_, month)| *month == word);
        found.map_or(word, |(number, _): (u8, _)| number.to_string())
    };
    if text.chars().any(char::is_alphabetic) {
        let words: Vec<String> = text.split_whitespace().map(number).collect();
        return words.join(" ");
    }
    text.to_owned()
}

/// An amount in minor units of `currency`; negative with a minus before or after it.
pub(super) fn minor(text: &str, currency: &str, profile: &Profile) -> Result<i64, AmountError> {
    let wrong = || AmountError::NotANumber(text.chars().take(40).collect());
    let bare = text
        .trim_end_matches(|letter: char| letter.is_ascii_alphabetic())
        .trim();
    let (is_negative, digits) = match (bare.strip_prefix(['-', '−']), bare.strip_suffix('-')) {
        (Some(_), Some(_)) => return Err(wrong()),
        (Some(digits), None) | (None, Some(digits)) => (true, digits.trim()),
        (None, None) => (false, bare.strip_prefix('+').unwrap_or(bare)),
    };
    let (whole, fraction) = match digits.split_once(profile.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let mut plain = ungrouped(whole, profile.thousands).ok_or_else(wrong)?;
    if let Some(fraction) = fraction {
        plain.push(profile.decimal);
        plain.push_str(fraction);
    }
    let minor = Money::parse_minor(&plain, profile.decimal, fraction_digits(currency))?;
    Ok(if is_negative { -minor } else { minor })
}

/// `1.234.567` as `1234567`; nothing when the groups are not of three digits: then the mark may
/// stand before a fraction.
fn ungrouped(whole: &str, thousands: Option<char>) -> Option<String> {
    let Some(mark) = thousands else {
        return Some(whole.to_owned());
    };
    // A blank in a download is as a rule one that does not break.
    let whole = whole.replace('\u{A0}', " ");
    let mut groups = whole.split(mark);
    let mut plain = groups.next()?.to_owned();
    let first = plain.len();
    for group in groups {
        if group.len() != 3 || !(1..=3).contains(&first) {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::table::profile;

    /// Decimal comma, points between thousands.
    fn romanian() -> &'static Profile {
        profile::named("ING").unwrap()
    }

    #[test]
    fn amounts_are_exact_or_nothing() {
        for (text, expected) in [
            ("67,00", Some(6700)),
            ("67", Some(6700)),
            ("+67,5", Some(6750)),
            ("-67,00", Some(-6700)),
            ("67,00-", Some(-6700)),
            ("1.234.567,89", Some(123_456_789)),
            ("1234567,89", Some(123_456_789)),
            ("67,00 RON", Some(6700)),
            ("67.00", None),
            ("1.23,00", None),
            ("1234.567,00", None),
            (".234,00", None),
            ("67,005", None),
            ("-67,00-", None),
            ("--67", None),
            ("6 7", None),
            ("", None),
            ("RON", None),
        ] {
            assert_eq!(minor(text, "RON", romanian()).ok(), expected, "{text}");
        }
    }

    #[test]
    fn days_are_days_of_the_calendar_with_four_digits_of_year() {
        let formats = ["%d.%m.%Y", "%d %m %Y", "%Y-%m-%d %H:%M:%S"].map(str::to_owned);
        let read = |text: &str| day(text, &formats).map(|day| day.to_string());
        for text in [
            "01.09.2026",
            "1 septembrie 2026",
            "01 Septembrie 2026",
            "2026-09-01 23:59:00",
        ] {
            assert_eq!(read(text).as_deref(), Some("2026-09-01"), "{text}");
        }
        for text in ["31.02.2026", "01.09.26", "1 sept 2026", "", "2026-09-01"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_compared_without_marks_and_case() {
        assert_eq!(folded("  Data\ntranzacției: "), "data tranzactiei");
        assert_eq!(folded("DATA TRANZACŢIEI"), "data tranzactiei");
    }
}
