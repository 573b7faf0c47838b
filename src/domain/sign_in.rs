//! Signing in: its stages, what a password must be, and how long somebody who guesses waits.

use chrono::TimeDelta;

use crate::coded;

coded! {
    /// How far somebody has come who signs in.
    pub enum Stage as "stage of signing in" {
        /// The password was right and was given by somebody else: a new one must be chosen.
        NewPassword = "NEW_PASSWORD",
        /// The password was right; there is no device yet that shows codes.
        Enrol = "ENROL",
        /// The password was right; the code is asked for.
        Code = "CODE",
        /// All of it was right.
        Open = "OPEN",
    }
}

/// Minutes in which signing in must be finished.
pub const SIGN_IN_MINUTES: i64 = 15;

/// Hours for which a password that somebody else gave can be used.
pub const TEMPORARY_PASSWORD_HOURS: i64 = 72;

/// Failures in a row that cost nothing: people mistype.
const FREE_FAILURES: i64 = 4;

/// How long the first wait is, and the longest.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(15);
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// After how long without a failure the failures before are forgotten.
pub const FAILURES_FORGOTTEN: TimeDelta = TimeDelta::hours(24);

/// How often a wait at an address counts against that of one account: many people share an address.
pub const ADDRESS_PATIENCE: i64 = 5;

/// How long whoever has failed so often in a row waits; each wait is twice as long as the one before.
pub fn wait_after(failures: i64) -> TimeDelta {
    let beyond = failures - FREE_FAILURES;
    if beyond <= 0 {
        return TimeDelta::zero();
    }
    let doubled = u32::try_from(beyond - 1).unwrap_or(u32::MAX).min(16);
    let wait = FIRST_WAIT * 2_i32.pow(doubled);
    wait.min(LONGEST_WAIT)
}

/// Characters of a password at least and at most (NIST SP 800-63B-4 §3.1.1.2 asks for 15 where it
/// stands alone, 8 beside a second factor).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longer ones would be work for whoever floods us.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordFault {
    /// It has too few characters.
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    TooShort,
    /// It has too many characters.
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    TooLong,
    /// It holds the name of the account.
    #[error("the password holds the name of the account")]
    HoldsName,
    /// It is made of a few characters again and again, or of a row such as 123456.
    #[error("the password is too simple")]
    TooSimple,
    /// It is the one before.
    #[error("the password is the same as before")]
    SameAsBefore,
    /// It was typed differently the second time.
    #[error("the two passwords differ")]
    Differ,
}

/// Judges a new password of the account `name`. No rule about capitals and digits: they make
/// passwords worse (NIST SP 800-63B-4 §3.1.1.2).
pub fn judge_password(name: &str, password: &str) -> Result<(), PasswordFault> {
    let count = password.chars().count();
    if count < PASSWORD_CHARS_MIN {
        return Err(PasswordFault::TooShort);
    }
    if count > PASSWORD_CHARS_MAX {
        return Err(PasswordFault::TooLong);
    }
    let lower = password.to_lowercase();
    let mut parts = name.split(['.', '-', '_']).filter(|part| part.len() >= 4);
    if lower.contains(name) || parts.any(|part| lower.contains(part)) {
        return Err(PasswordFault::HoldsName);
    }
    if is_simple(&lower) {
        return Err(PasswordFault::TooSimple);
    }
    Ok(())
}

/// Whether a text has fewer than five different characters, or is mostly steps of one: 123456, abcdef,
/// 111111.
fn is_simple(text: &str) -> bool {
    let characters: Vec<u32> = text.chars().map(u32::from).collect();
    let mut different = characters.clone();
    different.sort_unstable();
    different.dedup();
    let pairs = characters.iter().zip(characters.iter().skip(1));
    let steps = pairs
        .filter(|(one, next)| one.abs_diff(**next) <= 1)
        .count();
    different.len() < 5 || steps * 2 > characters.len()
}

/// Characters of an account's name at most.
const NAME_CHARS_MAX: usize = 40;

/// The name of an account as it is kept: small letters, digits, and `.`, `-`, `_` between them.
pub fn account_name(text: &str) -> Option<String> {
    let name = text.trim().to_lowercase();
    let is_sign = |c: char| matches!(c, '.' | '-' | '_');
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || is_sign(c);
    let fits = (2..=NAME_CHARS_MAX).contains(&name.len());
    let is_framed = !name.starts_with(is_sign) && !name.ends_with(is_sign);
    (fits && is_framed && name.chars().all(is_good)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_after_a_few_failures_double_and_end_at_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..14)
            .map(|failures| wait_after(failures).num_seconds())
            .collect();
        assert_eq!(
            waits,
            [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]
        );
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
        assert_eq!(wait_after(-3), TimeDelta::zero());
    }

    #[test]
    fn passwords_are_long_and_not_what_everybody_tries_first() {
        let judge = |password| judge_password("ana.popescu", password);
        for good in [
            "corect cal baterie",
            "ȘopârlaMănâncăZarzăre",
            "x7#Qp!mm2zKd",
        ] {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
        for (password, fault) in [
            ("", PasswordFault::TooShort),
            ("elevenchars", PasswordFault::TooShort),
            ("ana.popescu-2026", PasswordFault::HoldsName),
            ("Doamna Popescu are mere", PasswordFault::HoldsName),
            ("aaaaaaaaaaaa", PasswordFault::TooSimple),
            ("123456789012", PasswordFault::TooSimple),
            ("abcdefghijklmnop", PasswordFault::TooSimple),
            ("abababababababab", PasswordFault::TooSimple),
        ] {
            assert_eq!(judge(password), Err(fault), "{password}");
        }
        let long = "corect cal baterie ".repeat(7);
        assert_eq!(judge(&long), Err(PasswordFault::TooLong));
    }

    #[test]
    fn account_names_are_small_and_plain() {
        assert_eq!(
            account_name(" Ana.Popescu "),
            Some("ana.popescu".to_owned())
        );
        for bad in [
            "",
            "a",
            ".ana",
            "ana-",
            "ana popescu",
            "ană",
            "a:b",
            "a\nb",
            &"a".repeat(41),
        ] {
            assert_eq!(account_name(bad), None, "{bad}");
        }
    }
}
