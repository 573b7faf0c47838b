//! The payment reference: what a payer types so that the fee finds its application.
//!
//! ISO 11649: `RF`, two check digits (98 − remainder, modulo 97), ten digits. At a payment
//! station, which has no letters, the same twelve digits are typed without `RF`. The check
//! digits catch every wrong digit and every swap of neighbours.

/// `RF` as ISO 7064 counts letters (R = 27, F = 15), followed by room for the check digits.
const RF_SHIFTED: u64 = 271_500;

/// How many references there are: ten digits of which the first is not zero.
const BODIES: u64 = 9_000_000_000;
const BODY_MIN: u64 = 1_000_000_000;

/// One payment reference, unique per application and product.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PaymentReference {
    check: u64,
    body: u64,
}

/// Why a text is not a payment reference.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReferenceFault {
    /// Without `RF` and separators it is not twelve digits.
    #[error("a payment reference has 12 digits")]
    NotTwelveDigits,
    /// The first of the ten digits after the check digits is zero; none is given out like that.
    #[error("the payment reference was never given out")]
    LeadingZero,
    /// The check digits do not fit the other ten.
    #[error("the check digits of the payment reference are wrong")]
    CheckDigits,
}

impl PaymentReference {
    /// The reference that a random number stands for.
    ///
    /// Its first digit is never zero: a station that reads a number would lose it.
    pub fn from_random(random: u64) -> Self {
        let start = random % BODIES;
        (0..BODIES)
            .map(|step| BODY_MIN + (start + step) % BODIES)
            .map(|body| Self {
                check: check_digits(body),
                body,
            })
            .find(|reference| reference.check >= 10)
            .unwrap_or(Self {
                check: check_digits(BODY_MIN),
                body: BODY_MIN,
            })
    }

    /// Reads `RF29 4073 9182 64`, `RF294073918264`, `2940 7391 8264` or `294073918264`.
    pub fn parse(text: &str) -> Result<Self, ReferenceFault> {
        let compact: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        Self::from_digits(compact.strip_prefix("RF").unwrap_or(&compact))
    }

    /// Reads exactly twelve digits, check digits first.
    pub(crate) fn from_digits(digits: &str) -> Result<Self, ReferenceFault> {
        if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ReferenceFault::NotTwelveDigits);
        }
        let number: u64 = digits
            .bytes()
            .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        let (check, body) = (number / 10_000_000_000, number % 10_000_000_000);
        if body < BODY_MIN {
            return Err(ReferenceFault::LeadingZero);
        }
        // 00, 01 and 99 leave the same remainder as 97, 98 and 02 but are never check digits.
        if check != check_digits(body) {
            return Err(ReferenceFault::CheckDigits);
        }
        Ok(Self { check, body })
    }

    /// The form without blanks, as documents and databases carry it: `RF294073918264`.
    pub fn compact(self) -> String {
        format!("RF{:02}{:010}", self.check, self.body)
    }

    /// The form for payment stations, in groups of four: `2940 7391 8264`.
    pub fn kiosk(self) -> String {
        in_fours(&self.digits())
    }

    /// Whether twelve typed digits differ from this reference by one wrong digit or by one swap
    /// of neighbours: good enough for a suggestion to an operator, never for a match.
    pub fn is_one_slip_from(self, typed: &str) -> bool {
        let right = self.digits();
        if typed.len() != right.len() {
            return false;
        }
        let wrong: Vec<(usize, u8, u8)> = (0..)
            .zip(right.bytes().zip(typed.bytes()))
            .filter(|(_, (right, typed))| right != typed)
            .map(|(at, (right, typed))| (at, right, typed))
            .collect();
        match wrong.as_slice() {
            [_] => true,
            [(at, right, typed), (next, right_next, typed_next)] => {
                at + 1 == *next && right == typed_next && right_next == typed
            }
            _ => false,
        }
    }

    fn digits(self) -> String {
        format!("{:02}{:010}", self.check, self.body)
    }
}

impl std::fmt::Display for PaymentReference {
    /// The printed form of ISO 11649, in groups of four: `RF29 4073 9182 64`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&in_fours(&self.compact()))
    }
}

impl std::fmt::Debug for PaymentReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PaymentReference({})", self.compact())
    }
}

impl std::str::FromStr for PaymentReference {
    type Err = ReferenceFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The check digits of ISO 11649 for a body of digits that 64 bits hold.
const fn check_digits(body: u64) -> u64 {
    98 - (body % 97 * 1_000_000 + RF_SHIFTED) % 97
}

fn in_fours(text: &str) -> String {
    let mut grouped = String::with_capacity(text.len() + text.len() / 4);
    for (at, letter) in (0..).zip(text.chars()) {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(letter);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_written_form_is_the_same_reference() {
        let reference = PaymentReference::parse("RF29 4073 9182 64").unwrap();
        for text in [
            "RF294073918264",
            "rf29 4073 9182 64",
            "2940 7391 8264",
            "294073918264",
        ] {
            assert_eq!(PaymentReference::parse(text), Ok(reference), "{text}");
        }
        assert_eq!(reference.to_string(), "RF29 4073 9182 64");
        assert_eq!(reference.compact(), "RF294073918264");
        assert_eq!(reference.kiosk(), "2940 7391 8264");
    }

    #[test]
    fn the_published_example_has_these_check_digits() {
        // RF18 5390 0754 7034, with twelve digits after the check digits.
        assert_eq!(check_digits(539_007_547_034), 18);
    }

    #[test]
    fn what_is_not_a_reference_is_refused_by_name() {
        for (text, fault) in [
            ("RF18 5390 0754 7034", ReferenceFault::NotTwelveDigits),
            ("", ReferenceFault::NotTwelveDigits),
            ("RF", ReferenceFault::NotTwelveDigits),
            ("RFRF4073918264", ReferenceFault::NotTwelveDigits),
            ("29407391826٤", ReferenceFault::NotTwelveDigits),
            ("980000000000", ReferenceFault::LeadingZero),
            ("RF284073918264", ReferenceFault::CheckDigits),
            // Same remainder as a right one, but never written.
            ("RF334177488648", ReferenceFault::CheckDigits),
        ] {
            assert_eq!(PaymentReference::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_slip_is_one_digit_or_one_swap() {
        let reference = PaymentReference::parse("RF334177848648").unwrap();
        for (typed, slip) in [
            ("334177488648", true),
            ("334177848649", true),
            ("334177848648", false),
            ("334177448849", false),
            ("33417784864", false),
        ] {
            assert_eq!(reference.is_one_slip_from(typed), slip, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_random_reference_reads_back_from_every_form(random: u64) {
            let reference = PaymentReference::from_random(random);
            prop_assert!(!reference.kiosk().starts_with('0'));
            for text in [reference.to_string(), reference.compact(), reference.kiosk()] {
                prop_assert_eq!(PaymentReference::parse(&text), Ok(reference));
            }
        }

        #[test]
        fn no_wrong_digit_passes(random: u64, at in 0..12_usize, by in 1..10_u8) {
            let mut digits = PaymentReference::from_random(random).digits().into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let typed = String::from_utf8(digits).unwrap();
            prop_assert!(PaymentReference::parse(&typed).is_err());
        }

        #[test]
        fn no_swap_of_neighbours_passes(random: u64, at in 0..11_usize) {
            let mut digits = PaymentReference::from_random(random).digits().into_bytes();
            prop_assume!(digits[at] != digits[at + 1]);
            digits.swap(at, at + 1);
            let typed = String::from_utf8(digits).unwrap();
            prop_assert!(PaymentReference::parse(&typed).is_err());
        }
    }
}
