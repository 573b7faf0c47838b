//! What somebody who pays for a person knows of them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar;
use crate::simulator::person::{Parent, Person};

/// An applicant with the parents, who pay for a minor.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// The applicant's family name.
    pub surname: String,
    /// The applicant's given names.
    pub given_names: String,
    /// The applicant's personal numeric code.
    pub cnp: String,
    /// The applicant's date of birth.
    pub birth_on: NaiveDate,
    /// The applicant's mother.
    pub mother: Parent,
    /// The applicant's father.
    pub father: Parent,
}

impl Family {
    /// The applicant's full years on `day`.
    pub fn age_on(&self, day: NaiveDate) -> u32 {
        calendar::age_on(self.birth_on, day)
    }
}

impl From<Person> for Family {
    fn from(person: Person) -> Self {
        Self {
            surname: person.surname,
            given_names: person.given_names,
            cnp: person.cnp,
            birth_on: person.birth_on,
            mother: person.mother,
            father: person.father,
        }
    }
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Family(…)")
    }
}
