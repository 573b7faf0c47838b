//! Amounts as people type them.

use crate::domain::money::Money;

/// Digits behind the comma.
const BANI_DIGITS: usize = 2;

/// Reads an amount of lei: `67`, `67,00`, `67.00`, `1.234,50`, `1 234,50 lei`. What may be read in two
/// ways (`1.234`) is refused, and so is what has parts of a ban.
pub(crate) fn read_lei(text: &str) -> Option<Money> {
    let text = text.trim();
    let text = text.strip_suffix("lei").unwrap_or(text);
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = match text.split_once(',') {
        Some((whole, fraction)) => format!("{}.{fraction}", ungrouped(whole)?),
        None => text,
    };
    let fraction = plain.split_once('.').map_or("", |(_, fraction)| fraction);
    if fraction.len() > BANI_DIGITS {
        return None;
    }
    let bani = Money::parse_minor(&plain, '.', BANI_DIGITS).ok()?;
    Some(Money::from_bani(bani))
}

/// The digits of a whole number whose thousands may be apart by points.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split('.');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, bani) in [
            ("67", 6_700),
            ("67,00", 6_700),
            ("67.5", 6_750),
            (" 67,05 lei ", 6_705),
            ("1.234,50", 123_450),
            ("1 234,50", 123_450),
            ("1.234.567,00", 123_456_700),
            ("0,01", 1),
            ("1234", 123_400),
        ] {
            assert_eq!(read_lei(text), Some(Money::from_bani(bani)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_or_could_be_two_is_refused() {
        for text in [
            "",
            ",",
            "lei",
            "-5",
            "1.234",
            "1,234",
            "67,005",
            "12.34,00",
            "1234.567,00",
            "1,2,3",
            "٦٧",
            "6e3",
            "99999999999999999999",
        ] {
            assert_eq!(read_lei(text), None, "{text}");
        }
    }
}
