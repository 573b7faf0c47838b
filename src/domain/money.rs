//! Money in bani. There are no fractions of a ban and no floating point.

/// An amount of Romanian money in bani (1 leu = 100 bani); negative means owed the other way.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Money(i64);

/// Why a text is not an amount in minor units.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AmountError {
    /// The text is not a plain decimal number.
    #[error("{0:?} is not a decimal amount")]
    NotANumber(String),
    /// The amount has fractions of the smallest unit; it is never rounded.
    #[error("{0:?} cannot be expressed in whole minor units")]
    NotRepresentable(String),
    /// The amount is outside what 64 bits of minor units hold.
    #[error("{0:?} is too large")]
    TooLarge(String),
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount given in bani.
    pub const fn from_bani(bani: i64) -> Self {
        Self(bani)
    }

    /// An amount given in whole lei.
    pub const fn from_lei(lei: i64) -> Self {
        Self(lei * 100)
    }

    /// Returns the amount in bani.
    pub const fn bani(self) -> i64 {
        self.0
    }

    /// Adds, or `None` when 64 bits do not hold the sum.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// Subtracts, or `None` when 64 bits do not hold the difference.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// Reads an unsigned decimal amount with `separator` before the fraction: `67`, `67.0`, `.5`,
    /// `0067,00`. `digits` is the number of fraction digits of the currency (2 for RON).
    ///
    /// Zeros beyond the currency's digits are accepted (`105.750` has none too many for three);
    /// anything else there is refused, never rounded.
    pub fn parse_minor(text: &str, separator: char, digits: usize) -> Result<i64, AmountError> {
        let not_a_number = || AmountError::NotANumber(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once(separator).unwrap_or((text, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction)
        {
            return Err(not_a_number());
        }
        let significant = fraction.trim_end_matches('0');
        if significant.len() > digits {
            return Err(AmountError::NotRepresentable(
                text.chars().take(40).collect(),
            ));
        }
        let mut minor: i64 = 0;
        let padding = std::iter::repeat_n(b'0', digits.saturating_sub(significant.len()));
        for digit in whole.bytes().chain(significant.bytes()).chain(padding) {
            minor = minor
                .checked_mul(10)
                .and_then(|shifted| shifted.checked_add(i64::from(digit - b'0')))
                .ok_or_else(|| AmountError::TooLarge(text.chars().take(40).collect()))?;
        }
        Ok(minor)
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let bani = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", bani / 100, bani % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        for (text, bani) in [
            ("67", 6700),
            ("67.0", 6700),
            (".5", 50),
            ("0067.00", 6700),
            ("1.", 100),
            ("2.500", 250),
        ] {
            assert_eq!(Money::parse_minor(text, '.', 2), Ok(bani), "{text}");
        }
        assert_eq!(Money::parse_minor("67,05", ',', 2), Ok(6705));
        assert!(matches!(
            Money::parse_minor("1.005", '.', 2),
            Err(AmountError::NotRepresentable(_))
        ));
        for text in ["", ".", "-1", "1 0", "1,0", "١"] {
            assert!(
                matches!(
                    Money::parse_minor(text, '.', 2),
                    Err(AmountError::NotANumber(_))
                ),
                "{text}"
            );
        }
        assert!(matches!(
            Money::parse_minor("99999999999999999999", '.', 2),
            Err(AmountError::TooLarge(_))
        ));
    }

    #[test]
    fn amounts_print_with_two_decimals() {
        assert_eq!(Money::from_lei(67).to_string(), "67.00");
        assert_eq!(Money::from_bani(-5).to_string(), "-0.05");
    }
}
