//! Invented people of Cluj: names, CNPs, parents and addresses that fit together.
//!
//! Nobody here exists. The rules of the CNP are written a second time, on purpose: an office is
//! another party, and one that shared the gateway's arithmetic would share its mistakes.

mod cnp;
mod family;
mod name;
pub mod name_in_print;
mod place;

use std::collections::HashSet;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::calendar;
use crate::random::Random;
use crate::simulator::draw::{between, once_in};
use crate::simulator::person::name::Heritage;
use crate::simulator::person::place::BirthPlace;

pub use crate::simulator::person::cnp::check_digit;
pub use crate::simulator::person::family::Family;
pub use crate::simulator::person::place::Address;

coded! {
    /// Sex, as an application states it and a CNP's first digit repeats it.
    pub enum Sex as "sex" {
        /// Female.
        Female = "F",
        /// Male.
        Male = "M",
    }
}

/// An invented person.
#[derive(Clone, Eq, PartialEq)]
pub struct Person {
    /// Family name.
    pub surname: String,
    /// Given names, with a blank or a hyphen between them.
    pub given_names: String,
    /// Personal numeric code, unique among the people of one [`People`].
    pub cnp: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth_on: NaiveDate,
    /// Place of birth, as it is printed.
    pub birth_place: String,
    /// Mother.
    pub mother: Parent,
    /// Father.
    pub father: Parent,
    /// Where the person lives.
    pub address: Address,
}

/// A parent of an invented person.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// Family name.
    pub surname: String,
    /// Given names.
    pub given_names: String,
    /// Personal numeric code.
    pub cnp: String,
}

impl Person {
    /// Full years on `day`.
    pub fn age_on(&self, day: NaiveDate) -> u32 {
        calendar::age_on(self.birth_on, day)
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(…)")
    }
}

impl std::fmt::Debug for Parent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parent(…)")
    }
}

/// Where invented people come from; no two of one source share a CNP.
pub struct People {
    random: Random,
    cnps: HashSet<String>,
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("People(…)")
    }
}

impl People {
    /// A source of people that a seeded `random` determines wholly.
    pub fn new(random: Random) -> Self {
        Self {
            random,
            cnps: HashSet::new(),
        }
    }

    /// A person of any age from newborn to 95, as they come to the counters on `day`: mostly
    /// adults, some who turn 14, some children.
    pub fn anyone(&mut self, day: NaiveDate) -> Person {
        let (youngest, oldest) = match self.random.below(100) {
            0..8 => (0, 13),
            8..18 => (14, 17),
            18..82 => (18, 64),
            _ => (65, 95),
        };
        let age = between(&self.random, youngest, oldest);
        self.person(age, day)
    }

    /// A person who has `age` full years on `day`.
    pub fn person(&mut self, age: u32, day: NaiveDate) -> Person {
        let sex = self.sex();
        let birth_on = self.birth_date(age, day);
        let born_in = BirthPlace::draw(&self.random);
        let heritage = Heritage::draw(&self.random);
        let surname = heritage.surname(&self.random);
        Person {
            given_names: heritage.given_names(sex, &self.random),
            cnp: self.cnp(sex, birth_on, born_in),
            sex,
            birth_on,
            birth_place: born_in.printed(),
            mother: self.parent(Sex::Female, heritage, &surname, birth_on),
            father: self.parent(Sex::Male, heritage, &surname, birth_on),
            address: Address::draw(&self.random),
            surname,
        }
    }

    fn parent(
        &mut self,
        sex: Sex,
        heritage: Heritage,
        surname: &str,
        child_birth_on: NaiveDate,
    ) -> Parent {
        let age_at_birth = between(&self.random, 19, 42);
        let birth_on = self.birth_date(age_at_birth, child_birth_on);
        let born_in = BirthPlace::draw(&self.random);
        let keeps_own_name = sex == Sex::Female && once_in(&self.random, 6);
        Parent {
            surname: if keeps_own_name {
                heritage.surname(&self.random)
            } else {
                surname.to_owned()
            },
            given_names: heritage.given_names(sex, &self.random),
            cnp: self.cnp(sex, birth_on, born_in),
        }
    }

    fn sex(&self) -> Sex {
        if once_in(&self.random, 2) {
            Sex::Female
        } else {
            Sex::Male
        }
    }

    /// A birth date for one who has `age` full years on `day`.
    fn birth_date(&self, age: u32, day: NaiveDate) -> NaiveDate {
        let years_before = |years: u32| {
            day.checked_sub_months(Months::new(years.saturating_mul(12)))
                .unwrap_or(NaiveDate::MIN)
        };
        let latest = years_before(age);
        let too_early = years_before(age.saturating_add(1));
        let days = u64::try_from((latest - too_early).num_days()).unwrap_or(1);
        latest
            .checked_sub_days(Days::new(self.random.below(days)))
            .unwrap_or(latest)
    }

    /// A CNP that nobody here has yet. A day, a place and a sex have 999 of them, so that another
    /// draw soon finds a free one; people of one age would have to number hundreds of thousands
    /// before it took long.
    fn cnp(&mut self, sex: Sex, birth_on: NaiveDate, born_in: BirthPlace) -> String {
        loop {
            let county = born_in.cnp_county(birth_on);
            let serial = between(&self.random, 1, 999);
            let cnp = cnp::compose(sex, birth_on, county, serial);
            if self.cnps.insert(cnp.clone()) {
                return cnp;
            }
        }
    }
}

/// The year's last two digits, as CNPs and bank statements write them.
pub(crate) fn two_digit_year(day: NaiveDate) -> i32 {
    day.year().rem_euclid(100)
}

#[cfg(test)]
mod tests;
