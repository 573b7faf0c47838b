//! The person a card is for, with every value checked.
//!
//! None of these types prints or serializes what it holds: a document that must carry a value asks
//! for it by name.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::cnp::{Cnp, Sex};
use crate::domain::county::{County, Siruta};
use crate::domain::names::{Name, PrintText};

coded! {
    /// A citizenship for which the card is issued (ISO 3166-1 alpha-3).
    pub enum Citizenship as "citizenship" {
        /// Romanian; no other gets the card.
        Romanian = "ROU",
    }
}

/// The person the card is for.
#[derive(Clone, Eq, PartialEq)]
pub struct Applicant {
    /// Family name.
    pub surname: Name,
    /// Given names.
    pub given_names: Name,
    /// Personal numeric code, agreeing with sex and birth date.
    pub cnp: Cnp,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth_on: NaiveDate,
    /// Place of birth, as it is printed.
    pub birth_place: PrintText,
    /// Citizenship.
    pub citizenship: Citizenship,
    /// The mother's given names; at least one parent is named.
    pub mother_given_names: Option<Name>,
    /// The father's given names.
    pub father_given_names: Option<Name>,
    /// Where the applicant lives.
    pub domicile: Address,
}

/// An address in Romania.
#[derive(Clone, Eq, PartialEq)]
pub struct Address {
    /// County.
    pub county: County,
    /// The locality's number.
    pub siruta: Siruta,
    /// The locality's name.
    pub locality: PrintText,
    /// Street; villages may have none.
    pub street: Option<PrintText>,
    /// Number, building, entrance, floor, flat.
    pub number: Option<PrintText>,
    /// Postal code.
    pub postal_code: Option<PostalCode>,
}

/// A Romanian postal code: six digits.
#[derive(Clone, Eq, PartialEq)]
pub struct PostalCode(String);

impl PostalCode {
    /// Reads six digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_well_formed = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_well_formed.then(|| Self(text.to_owned()))
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! hide_from_debug {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
hide_from_debug!(Applicant, Address, PostalCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_has_six_digits() {
        assert_eq!(PostalCode::parse("400001").unwrap().as_str(), "400001");
        for text in ["", "40000", "4000011", "40000A", "４00001"] {
            assert!(PostalCode::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn addresses_are_hidden_from_debug() {
        let postal_code = PostalCode::parse("400001");
        assert_eq!(format!("{postal_code:?}"), "Some(PostalCode(…))");
        let address = Address {
            county: County::Cluj,
            siruta: Siruta::new(54975).unwrap(),
            locality: PrintText::parse("Cluj-Napoca", 60).unwrap(),
            street: None,
            number: None,
            postal_code,
        };
        assert_eq!(format!("{address:?}"), "Address(…)");
    }
}
