//! Amounts as banks write them.

use crate::domain::money::{AmountError, Money};

/// How many digits the fraction of a currency has (ISO 4217).
pub(crate) fn fraction_digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Reads an amount in minor units of `currency`, with point or comma before the fraction.
pub(crate) fn minor(text: &str, currency: &str) -> Result<i64, AmountError> {
    let separator = if text.contains(',') { ',' } else { '.' };
    Money::parse_minor(text, separator, fraction_digits(currency))
}

/// Reads an amount of XML, where only a point stands before the fraction: in `1,000` nobody knows
/// what the comma means.
pub(crate) fn decimal(text: &str, currency: &str) -> Result<i64, AmountError> {
    Money::parse_minor(text, '.', fraction_digits(currency))
}

/// Reads an amount of SWIFT, which has a comma. A point is borne, unless it may stand between
/// thousands.
pub(crate) fn swift(text: &str, currency: &str) -> Result<i64, AmountError> {
    match text.split_once('.') {
        Some((_, fraction)) if fraction.len() > fraction_digits(currency) => {
            Err(AmountError::NotANumber(text.chars().take(40).collect()))
        }
        _ => minor(text, currency),
    }
}

/// Prints minor units for an operator: `-67.05 RON`.
pub(crate) fn print(minor: i64, currency: &str) -> String {
    let digits = fraction_digits(currency);
    let sign = if minor < 0 { "-" } else { "" };
    let padded = format!("{:0width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = padded
        .split_at_checked(padded.len() - digits)
        .unwrap_or((&padded, ""));
    let point = if digits == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction} {currency}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_currency_says_what_is_whole() {
        for (text, currency, expected) in [
            ("67", "RON", Some(6700)),
            ("67,", "RON", Some(6700)),
            ("105.750", "EUR", Some(10_575)),
            ("105.755", "EUR", None),
            ("2700", "JPY", Some(2700)),
            ("1,5", "JPY", None),
            ("1.234", "KWD", Some(1234)),
            ("1.000,00", "RON", None),
        ] {
            assert_eq!(minor(text, currency).ok(), expected, "{text} {currency}");
        }
    }

    #[test]
    fn a_mark_that_may_stand_between_thousands_is_no_decimal_point() {
        assert_eq!(swift("1.00", "RON").ok(), Some(100));
        assert_eq!(swift("1,000", "RON").ok(), Some(100));
        assert_eq!(swift("1.000", "RON").ok(), None);
        assert_eq!(decimal("1.000", "RON").ok(), Some(100));
        assert_eq!(decimal("1,000", "RON").ok(), None);
    }

    #[test]
    fn amounts_print_in_the_digits_of_their_currency() {
        assert_eq!(print(-5, "RON"), "-0.05 RON");
        assert_eq!(print(2700, "JPY"), "2700 JPY");
        assert_eq!(print(1234, "KWD"), "1.234 KWD");
    }
}
