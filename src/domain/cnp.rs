//! The personal numeric code (CNP): thirteen digits `S AALLZZ JJ NNN C`.
//!
//! S is sex and century, AALLZZ the birth date, JJ the county, NNN a number within the day and
//! county, C a check digit (OUG 97/2005; Law 105/1996). A person may be given a new CNP, so it
//! identifies a person only together with an internal id.

use chrono::{Datelike, NaiveDate};

/// Weights of the first twelve digits in the sum that gives the check digit.
const WEIGHTS: [u32; 12] = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];

/// The county code of every CNP given since 08.05.2024, whatever the birth year.
const COUNTY_SINCE_2024: u32 = 70;

crate::coded! {
    /// The sex that an identity document states.
    pub enum Sex as "sex" {
        /// Male.
        Male = "M",
        /// Female.
        Female = "F",
    }
}

/// A well-formed personal numeric code: every part possible and the check digit right.
///
/// It has no `Display` and hides itself from `Debug`; where a document needs the digits,
/// [`Cnp::as_str`] gives them.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Cnp(String);

/// Why a text is not a CNP, or not one that a citizen's card may carry.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CnpFault {
    /// It has another length than thirteen characters.
    #[error("a CNP has 13 digits")]
    Length,
    /// One of the thirteen characters is not a digit 0 to 9.
    #[error("a CNP has only digits")]
    NotDigits,
    /// S is 0, which means nothing.
    #[error("the first digit of the CNP is not 1 to 9")]
    Sex,
    /// AALLZZ is no day of the calendar in the century that S names.
    #[error("the CNP contains no real birth date")]
    BirthDate,
    /// JJ is no county, or one that had ceased to exist at the birth.
    #[error("the county of the CNP did not exist at that birth date")]
    County,
    /// NNN is 000.
    #[error("the number within the day in the CNP is 000")]
    Sequence,
    /// C is not what the other twelve digits give.
    #[error("the check digit of the CNP is wrong")]
    CheckDigit,
    /// S is 7, 8 or 9: given to residents and foreigners, not to citizens.
    #[error("the CNP is not one given to citizens")]
    NotOfACitizen,
    /// The birth date lies after the day on which it is looked at.
    #[error("the birth date of the CNP is in the future")]
    BornInFuture,
}

impl Cnp {
    /// Reads thirteen digits without blanks and checks every part.
    pub fn parse(text: &str) -> Result<Self, CnpFault> {
        let digits = digits_of(text)?;
        let parts = Parts::of(digits);
        parts.check()?;
        if check_digit(digits) != digits[12] {
            return Err(CnpFault::CheckDigit);
        }
        Ok(Self(text.to_owned()))
    }

    /// Makes the CNP of a citizen born on `birth_on` in `county` (JJ) as number `sequence` (NNN).
    ///
    /// For tests and simulators; real codes are given by the State alone.
    pub fn compose(
        sex: Sex,
        birth_on: NaiveDate,
        county: u8,
        sequence: u16,
    ) -> Result<Self, CnpFault> {
        let first = match (birth_on.year(), sex) {
            (1900..=1999, Sex::Male) => 1,
            (1900..=1999, Sex::Female) => 2,
            (1800..=1899, Sex::Male) => 3,
            (1800..=1899, Sex::Female) => 4,
            (2000..=2099, Sex::Male) => 5,
            (2000..=2099, Sex::Female) => 6,
            _ => return Err(CnpFault::BirthDate),
        };
        let day = birth_on.format("%y%m%d");
        let unchecked = format!("{first}{day}{county:02}{sequence:03}0");
        let check = check_digit(digits_of(&unchecked)?);
        Self::parse(&format!("{first}{day}{county:02}{sequence:03}{check}"))
    }

    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The birth date, or `None` when S is 7, 8 or 9, which leave the century open.
    pub fn birth_on(&self) -> Option<NaiveDate> {
        let parts = self.parts()?;
        parts.century().and_then(|century| parts.birth_in(century))
    }

    /// The sex, or `None` when S is 9, which says nothing about it.
    pub fn sex(&self) -> Option<Sex> {
        match self.parts()?.first {
            1 | 3 | 5 | 7 => Some(Sex::Male),
            2 | 4 | 6 | 8 => Some(Sex::Female),
            _ => None,
        }
    }

    /// Refuses the codes of residents and foreigners (S 7, 8, 9), who get no citizen's card.
    pub fn valid_for_citizen(&self) -> Result<(), CnpFault> {
        match self.parts().map(|parts| parts.first) {
            Some(1..=6) => Ok(()),
            _ => Err(CnpFault::NotOfACitizen),
        }
    }

    /// Refuses a birth date after `today`; an open century is given the benefit of the doubt.
    pub fn valid_on(&self, today: NaiveDate) -> Result<(), CnpFault> {
        match self.birth_on() {
            Some(birth_on) if birth_on > today => Err(CnpFault::BornInFuture),
            _ => Ok(()),
        }
    }

    fn parts(&self) -> Option<Parts> {
        digits_of(&self.0).ok().map(Parts::of)
    }
}

impl std::fmt::Debug for Cnp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cnp(…)")
    }
}

/// The numbers inside a CNP, without the check digit.
#[derive(Clone, Copy)]
struct Parts {
    first: u32,
    year: u32,
    month: u32,
    day: u32,
    county: u32,
    sequence: u32,
}

impl Parts {
    const fn of(d: [u32; 13]) -> Self {
        Self {
            first: d[0],
            year: d[1] * 10 + d[2],
            month: d[3] * 10 + d[4],
            day: d[5] * 10 + d[6],
            county: d[7] * 10 + d[8],
            sequence: d[9] * 100 + d[10] * 10 + d[11],
        }
    }

    fn check(self) -> Result<(), CnpFault> {
        if self.first == 0 {
            return Err(CnpFault::Sex);
        }
        let births = self.possible_births();
        if births.is_empty() {
            return Err(CnpFault::BirthDate);
        }
        if !births
            .iter()
            .any(|birth| county_existed(self.county, *birth))
        {
            return Err(CnpFault::County);
        }
        if self.sequence == 0 {
            return Err(CnpFault::Sequence);
        }
        Ok(())
    }

    /// The first year of the century that S names, `None` when it names none.
    const fn century(self) -> Option<u32> {
        match self.first {
            1 | 2 => Some(1900),
            3 | 4 => Some(1800),
            5 | 6 => Some(2000),
            _ => None,
        }
    }

    fn birth_in(self, century: u32) -> Option<NaiveDate> {
        let year = i32::try_from(century + self.year).ok()?;
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }

    fn possible_births(self) -> Vec<NaiveDate> {
        let centuries = self.century().map_or(vec![1900, 2000], |one| vec![one]);
        centuries
            .into_iter()
            .filter_map(|century| self.birth_in(century))
            .collect()
    }
}

/// Whether JJ could be given to one born on `birth`: 47 and 48 were sectors of Bucharest until
/// the reform of 19.12.1979.
fn county_existed(county: u32, birth: NaiveDate) -> bool {
    match county {
        1..=46 | 51 | 52 | COUNTY_SINCE_2024 => true,
        47 | 48 => NaiveDate::from_ymd_opt(1979, 12, 19).is_some_and(|reform| birth < reform),
        _ => false,
    }
}

fn digits_of(text: &str) -> Result<[u32; 13], CnpFault> {
    if text.chars().count() != 13 {
        return Err(CnpFault::Length);
    }
    let digits: Option<Vec<u32>> = text.chars().map(|letter| letter.to_digit(10)).collect();
    digits
        .and_then(|digits| digits.try_into().ok())
        .ok_or(CnpFault::NotDigits)
}

fn check_digit(digits: [u32; 13]) -> u32 {
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    match sum % 11 {
        10 => 1,
        remainder => remainder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn real_looking_codes_are_read_with_date_and_sex() {
        for (text, sex, birth_on) in [
            ("1630615123457", Sex::Male, day(1963, 6, 15)),
            ("1800101420010", Sex::Male, day(1980, 1, 1)),
            ("2900517121232", Sex::Female, day(1990, 5, 17)),
            ("5110615120143", Sex::Male, day(2011, 6, 15)),
            ("6130320121208", Sex::Female, day(2013, 3, 20)),
            ("5240601700011", Sex::Male, day(2024, 6, 1)),
            ("1850909700425", Sex::Male, day(1985, 9, 9)),
            ("6000229410077", Sex::Female, day(2000, 2, 29)),
            ("5120315120011", Sex::Male, day(2012, 3, 15)),
            ("1791218471234", Sex::Male, day(1979, 12, 18)),
        ] {
            let cnp = Cnp::parse(text).unwrap();
            assert_eq!(cnp.as_str(), text);
            assert_eq!(cnp.birth_on(), Some(birth_on), "{text}");
            assert_eq!(cnp.sex(), Some(sex), "{text}");
            assert_eq!(cnp.valid_for_citizen(), Ok(()), "{text}");
        }
    }

    #[test]
    fn each_fault_has_its_own_name() {
        for (text, fault) in [
            ("163061512345", CnpFault::Length),
            ("16306151234570", CnpFault::Length),
            ("163061512345O", CnpFault::NotDigits),
            ("١630615123457", CnpFault::NotDigits),
            ("0800101221142", CnpFault::Sex),
            ("1632215123457", CnpFault::BirthDate),
            ("2000229410071", CnpFault::BirthDate),
            ("1630615993454", CnpFault::County),
            ("1791219471237", CnpFault::County),
            ("1630615120007", CnpFault::Sequence),
            ("1630615123458", CnpFault::CheckDigit),
        ] {
            assert_eq!(Cnp::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn residents_and_foreigners_are_read_but_get_no_citizens_card() {
        for first in ["7", "8", "9"] {
            let twelve = format!("{first}90051712123");
            let cnp = (0..10)
                .find_map(|check| Cnp::parse(&format!("{twelve}{check}")).ok())
                .unwrap();
            assert_eq!(cnp.valid_for_citizen(), Err(CnpFault::NotOfACitizen));
            assert_eq!(cnp.birth_on(), None);
            assert_eq!(cnp.sex().is_none(), first == "9");
        }
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        let cnp = Cnp::compose(Sex::Female, day(2025, 6, 15), 70, 1).unwrap();
        assert_eq!(cnp.valid_on(day(2025, 6, 14)), Err(CnpFault::BornInFuture));
        assert_eq!(cnp.valid_on(day(2025, 6, 15)), Ok(()));
    }

    #[test]
    fn the_code_is_hidden_from_debug() {
        let cnp = Cnp::parse("1630615123457").unwrap();
        assert_eq!(format!("{cnp:?}"), "Cnp(…)");
    }

    #[test]
    fn what_cannot_be_composed_is_refused() {
        let birth_on = day(1990, 5, 17);
        assert_eq!(
            Cnp::compose(Sex::Male, birth_on, 99, 1),
            Err(CnpFault::County)
        );
        assert_eq!(
            Cnp::compose(Sex::Male, birth_on, 12, 0),
            Err(CnpFault::Sequence)
        );
        assert_eq!(
            Cnp::compose(Sex::Male, day(2100, 1, 1), 12, 1),
            Err(CnpFault::BirthDate)
        );
    }

    proptest! {
        #[test]
        fn a_composed_code_says_what_it_was_made_of(
            offset in 0..73_000_i64, county in 1..=46_u8, sequence in 1..=999_u16, male: bool,
        ) {
            let sex = if male { Sex::Male } else { Sex::Female };
            let birth_on = day(1850, 1, 1) + chrono::TimeDelta::days(offset);
            let cnp = Cnp::compose(sex, birth_on, county, sequence).unwrap();
            prop_assert_eq!(cnp.birth_on(), Some(birth_on));
            prop_assert_eq!(cnp.sex(), Some(sex));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,20}") {
            prop_assert!(Cnp::parse(&text).is_err() || text.len() == 13);
        }
    }
}
