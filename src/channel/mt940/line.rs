//! The statement line, field 61: `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x][34x]`, read leniently.

use chrono::{Datelike, NaiveDate};

use crate::channel::amount;
use crate::domain::money::AmountError;

/// One statement line.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Line {
    pub(crate) value_on: Option<NaiveDate>,
    pub(crate) booked_on: Option<NaiveDate>,
    pub(crate) credit: bool,
    pub(crate) reversal: bool,
    pub(crate) expected: bool,
    pub(crate) amount_minor: i64,
    pub(crate) customer_reference: Option<String>,
    pub(crate) bank_reference: Option<String>,
    /// What stands behind a customer's reference of full length, as a rule a name.
    pub(crate) overflow: Option<String>,
}

/// The customer's reference is 16x; what some banks write behind it is no part of it.
const REFERENCE_LETTERS_MAX: usize = 16;

/// Why a statement line is no movement of money that can be believed.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum LineFault {
    #[error("the line does not begin with a date of six digits")]
    Date,
    #[error("the line says neither credit nor debit")]
    Mark,
    #[error("the amount of the line cannot be read")]
    Amount(#[source] AmountError),
}

/// Reads the first line of field 61; the lines after it are supplementary details.
pub(crate) fn read(text: &str, currency: &str) -> Result<Line, LineFault> {
    let (value_date, rest) = leading(text, 6, |c| c.is_ascii_digit()).ok_or(LineFault::Date)?;
    let value_on = date(value_date);
    // Some banks write blanks where the entry date is left out.
    let (entry_date, rest) = match leading(rest, 4, |c| c.is_ascii_digit()) {
        Some((entry_date, rest)) => (Some(entry_date), rest),
        None => (None, rest.trim_start()),
    };
    let booked_on = entry_date.and_then(|day| nearest(day, value_on?));
    let (mark, rest) = mark(rest.trim_start()).ok_or(LineFault::Mark)?;
    // The funds code: the third letter of the currency, or R, N, F of some banks.
    let rest = leading(rest, 1, |c| c.is_ascii_alphabetic()).map_or(rest, |(_, rest)| rest);
    let (digits, rest) = split_while(rest, |c| c.is_ascii_digit() || c == ',' || c == '.');
    let amount_minor = amount::swift(digits, currency).map_err(LineFault::Amount)?;
    let (_transaction_type, references) = transaction_type(rest.trim_start());
    let (customer, bank) = match references.split_once("//") {
        Some((customer, bank)) => (customer, named(bank)),
        None => (references, None),
    };
    let (customer, overflow) = match customer.char_indices().nth(REFERENCE_LETTERS_MAX) {
        Some((end, _)) => customer.split_at_checked(end).unwrap_or((customer, "")),
        None => (customer, ""),
    };
    Ok(Line {
        value_on,
        booked_on,
        credit: mark.credit,
        reversal: mark.reversal,
        expected: mark.expected,
        amount_minor,
        customer_reference: named(customer).filter(|reference| reference != "NONREF"),
        bank_reference: bank,
        overflow: named(overflow),
    })
}

struct Mark {
    credit: bool,
    reversal: bool,
    expected: bool,
}

/// C and D are the effect on the account, R turns it round, E has not happened yet.
fn mark(text: &str) -> Option<(Mark, &str)> {
    let (reversal, text) = strip(text, 'R');
    let (expected, text) = strip(text, 'E');
    let grows = match text.chars().next()? {
        'C' => true,
        'D' => false,
        _ => return None,
    };
    let mark = Mark {
        credit: grows != reversal,
        reversal,
        expected,
    };
    Some((mark, text.get(1..)?))
}

fn strip(text: &str, letter: char) -> (bool, &str) {
    text.strip_prefix(letter)
        .map_or((false, text), |rest| (true, rest))
}

/// One letter and three characters, any of which may be missing.
fn transaction_type(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .nth(4)
        .map_or(text.len(), |(at, _)| at)
        .min(text.find("//").unwrap_or(text.len()));
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn named(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A day of six digits; two-digit years from 80 on are of the last century.
pub(crate) fn date(digits: &str) -> Option<NaiveDate> {
    let number: i32 = digits.parse().ok()?;
    let short = number / 10_000;
    let year = if short >= 80 { 1900 } else { 2000 } + short;
    day(year, u32::try_from(number % 10_000).ok()?)
}

fn day(year: i32, month_and_day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month_and_day / 100, month_and_day % 100)
}

/// The day of four digits in the year that brings it nearest to `value_on`.
fn nearest(digits: &str, value_on: NaiveDate) -> Option<NaiveDate> {
    let month_and_day: u32 = digits.parse().ok()?;
    let year = value_on.year();
    [year, year - 1, year + 1]
        .into_iter()
        .filter_map(|year| day(year, month_and_day))
        .min_by_key(|day| (*day - value_on).num_days().abs())
}

/// Takes exactly `count` characters that all satisfy `accept`.
fn leading(text: &str, count: usize, accept: fn(char) -> bool) -> Option<(&str, &str)> {
    let (taken, rest) = text.split_at_checked(count)?;
    taken.chars().all(accept).then_some((taken, rest))
}

fn split_while(text: &str, accept: fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !accept(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        read(text, "RON").unwrap()
    }

    fn on(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn a_full_line_is_read() {
        assert_eq!(
            line("2609010901CN67,00NTRFNONREF//2026090180931000"),
            Line {
                value_on: on(2026, 9, 1),
                booked_on: on(2026, 9, 1),
                credit: true,
                reversal: false,
                expected: false,
                amount_minor: 6700,
                customer_reference: None,
                bank_reference: Some("2026090180931000".to_owned()),
                overflow: None,
            }
        );
    }

    #[test]
    fn a_reversal_turns_the_effect_round() {
        for (text, credit, reversal, expected) in [
            ("260901C1,NTRF", true, false, false),
            ("260901D1,NTRF", false, false, false),
            ("260901RC1,NTRF", false, true, false),
            ("260901RD1,NTRF", true, true, false),
            ("260901RCR204,88NTRF", false, true, false),
            ("260901CR204,88NTRF", true, false, false),
            ("260901EC1,NTRF", true, false, true),
            ("260901ED1,NTRF", false, false, true),
        ] {
            let line = line(text);
            assert_eq!(
                (line.credit, line.reversal, line.expected),
                (credit, reversal, expected),
                "{text}"
            );
        }
    }

    #[test]
    fn the_entry_date_takes_the_nearest_year() {
        assert_eq!(line("2512311231C1,NTRF").booked_on, on(2025, 12, 31));
        assert_eq!(line("2512310102C1,NTRF").booked_on, on(2026, 1, 2));
        assert_eq!(line("2601021231C1,NTRF").booked_on, on(2025, 12, 31));
        assert_eq!(line("2402280229C1,NTRF").booked_on, on(2024, 2, 29));
        assert_eq!(line("260901    D65,00NOVBX").booked_on, None);
    }

    #[test]
    fn what_banks_leave_out_or_add_is_borne() {
        for (text, minor, customer, bank) in [
            (
                "171214C15,67TIDXTEST//REFERENCE",
                1567,
                Some("TEST"),
                Some("REFERENCE"),
            ),
            (
                "2103310331C50,00 NTRFNONREF//21090",
                5000,
                None,
                Some("21090"),
            ),
            (
                "2011301130CN220000,00//19239782213",
                22_000_000,
                None,
                Some("19239782213"),
            ),
            ("131231D50,00NIC MARF", 5000, Some("MARF"), None),
            ("1710111011DF2402,00S   X", 240_200, Some("X"), None),
            ("260901C67", 6700, None, None),
        ] {
            let line = line(text);
            assert_eq!(line.amount_minor, minor, "{text}");
            assert_eq!(line.customer_reference.as_deref(), customer, "{text}");
            assert_eq!(line.bank_reference.as_deref(), bank, "{text}");
        }
    }

    #[test]
    fn what_stands_behind_the_customers_reference_is_kept_apart() {
        let line = line("260901C1,N541NONREF          ANA POPA");
        assert_eq!(line.customer_reference, None);
        assert_eq!(line.overflow.as_deref(), Some("ANA POPA"));
    }

    #[test]
    fn an_impossible_date_is_no_reason_to_lose_the_money() {
        let line = line("3454543545CY1234,NTRFNONREF//AABB-01111");
        assert_eq!((line.value_on, line.booked_on), (None, None));
        assert_eq!(line.amount_minor, 123_400);
    }

    #[test]
    fn what_is_no_movement_is_refused() {
        assert_eq!(read("C67,00", "RON"), Err(LineFault::Date));
        assert_eq!(read("260901X67,00", "RON"), Err(LineFault::Mark));
        for text in ["260901CNTRF", "260901C1.000,00NTRF", "260901C1,005NTRF"] {
            assert!(
                matches!(read(text, "RON"), Err(LineFault::Amount(_))),
                "{text}"
            );
        }
    }
}
