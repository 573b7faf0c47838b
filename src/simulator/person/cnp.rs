//! The personal numeric code as the population register composes it.

use chrono::{Datelike, NaiveDate};

use crate::simulator::person::{Sex, two_digit_year};

/// The weights of the first twelve digits (OUG 97/2005 and its rules of application).
const WEIGHTS: [u32; 12] = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];

/// Composes the CNP of one born on `birth_on` with the place code `county` and `serial` 1 to 999.
pub(super) fn compose(sex: Sex, birth_on: NaiveDate, county: u32, serial: u32) -> String {
    let first = century_digit(sex, birth_on.year());
    let (month, day) = (birth_on.month(), birth_on.day());
    let year = two_digit_year(birth_on);
    let twelve = format!("{first}{year:02}{month:02}{day:02}{county:02}{serial:03}");
    let check = check_digit(&twelve);
    format!("{twelve}{check}")
}

/// The check digit that follows the first twelve digits of a CNP.
pub fn check_digit(twelve: &str) -> u32 {
    let digits = twelve.chars().filter_map(|digit| digit.to_digit(10));
    let sum: u32 = digits
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    match sum % 11 {
        10 => 1,
        rest => rest,
    }
}

fn century_digit(sex: Sex, year: i32) -> u32 {
    let male = match year {
        ..1900 => 3,
        1900..2000 => 1,
        2000.. => 5,
    };
    match sex {
        Sex::Male => male,
        Sex::Female => male + 1,
    }
}
