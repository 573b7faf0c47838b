//! Numbers and money: `1.284` and `67,00 lei` in Romanian, `1,284` and `67.00 lei` in English.

use crate::domain::money::Money;
use crate::words::Language;

/// A whole number, its thousands apart.
pub fn number(language: Language, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&digits, thousands(language)))
}

/// An amount of money.
pub fn lei(language: Language, money: Money) -> String {
    format!("{} lei", amount(language, money))
}

/// An amount of money without its unit, for a column that names it.
pub fn amount(language: Language, money: Money) -> String {
    let bani = money.bani().unsigned_abs();
    let sign = if money < Money::ZERO { "-" } else { "" };
    let whole = grouped(&(bani / 100).to_string(), thousands(language));
    let comma = language.choose(".", ",");
    format!("{sign}{whole}{comma}{:02}", bani % 100)
}

/// A share in whole hundredths, as a text with its sign: `96 %` in Romanian, `96%` in English.
pub fn per_cent(language: Language, hundredths: i64) -> String {
    let space = language.choose("", "\u{a0}");
    format!("{}{space}%", number(language, hundredths))
}

const fn thousands(language: Language) -> char {
    match language {
        Language::Romanian => '.',
        Language::English => ',',
    }
}

fn grouped(digits: &str, separator: char) -> String {
    let length = digits.len();
    let mut text = String::with_capacity(length + length / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (length - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_as_in_the_country() {
        for (n, ro, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_284, "1.284", "1,284"),
            (-12_345, "-12.345", "-12,345"),
            (8_000_000, "8.000.000", "8,000,000"),
        ] {
            assert_eq!(number(Language::Romanian, n), ro);
            assert_eq!(number(Language::English, n), en);
        }
    }

    #[test]
    fn money_is_written_with_its_bani() {
        for (bani, ro, en) in [
            (6_700, "67,00 lei", "67.00 lei"),
            (-5, "-0,05 lei", "-0.05 lei"),
            (113_900, "1.139,00 lei", "1,139.00 lei"),
            (
                i64::MIN,
                "-92.233.720.368.547.758,08 lei",
                "-92,233,720,368,547,758.08 lei",
            ),
        ] {
            assert_eq!(lei(Language::Romanian, Money::from_bani(bani)), ro);
            assert_eq!(lei(Language::English, Money::from_bani(bani)), en);
        }
    }

    #[test]
    fn a_share_keeps_its_sign_on_its_line() {
        assert_eq!(per_cent(Language::Romanian, 96), "96\u{a0}%");
        assert_eq!(per_cent(Language::English, 96), "96%");
    }

    proptest! {
        #[test]
        fn a_number_reads_back_without_its_points(n in any::<i64>()) {
            let text = number(Language::Romanian, n).replace('.', "");
            prop_assert_eq!(text.parse::<i64>().unwrap(), n);
        }
    }
}
