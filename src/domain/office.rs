//! Local offices: who submits applications and hands cards over.

use crate::coded;
use crate::domain::county::{County, Siruta};
use crate::domain::id::OfficeId;
use crate::domain::rule::Period;
use chrono::NaiveDate;

coded! {
    /// What an office belongs to.
    pub enum OfficeKind as "kind of office" {
        /// A town's or commune's service (SPCLEP).
        Local = "SPCLEP",
        /// A county's directorate (DJEP), which serves the whole county.
        County = "DJEP",
    }
}

/// The code by which people and documents name an office, such as `CLJ-01`; it may change, the
/// office's id never does.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OfficeCode(String);

/// A text that cannot be the code of an office.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an office code is 2 to 12 capital letters, digits and hyphens, a letter first")]
pub struct OfficeCodeFault;

impl OfficeCode {
    /// Reads 2 to 12 capital letters, digits and hyphens, of which the first is a letter and the
    /// last no hyphen (`CLJ-01`).
    pub fn parse(text: &str) -> Result<Self, OfficeCodeFault> {
        let is_allowed = |byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-');
        let is_well_formed = (2..=12).contains(&text.len())
            && text.bytes().all(is_allowed)
            && text.starts_with(|letter: char| letter.is_ascii_uppercase())
            && !text.ends_with('-');
        if is_well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(OfficeCodeFault)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Another code that an office had or has on some days.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CodeAlias {
    /// The code.
    pub code: OfficeCode,
    /// The days on which it meant this office.
    pub period: Period,
}

/// A local office.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Office {
    /// The key; never changes.
    pub id: OfficeId,
    /// The code in use.
    pub code: OfficeCode,
    /// Other codes, each on its days.
    pub aliases: Vec<CodeAlias>,
    /// The name, as people say it.
    pub name: String,
    /// The county it works in.
    pub county: County,
    /// The locality it stands in.
    pub siruta: Siruta,
    /// Town or county.
    pub kind: OfficeKind,
}

impl Office {
    /// Whether `code` meant this office on `day`.
    pub fn is_called(&self, code: &str, day: NaiveDate) -> bool {
        self.code.as_str() == code
            || self
                .aliases
                .iter()
                .any(|alias| alias.code.as_str() == code && alias.period.contains(day))
    }
}

/// An office of the reference data, before it has an id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownOffice {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its county.
    pub county: County,
    /// SIRUTA of the locality it stands in.
    pub siruta: u32,
    /// Town or county.
    pub kind: OfficeKind,
}

impl KnownOffice {
    const fn in_cluj(
        code: &'static str,
        name: &'static str,
        siruta: u32,
        kind: OfficeKind,
    ) -> Self {
        Self {
            code,
            name,
            county: County::Cluj,
            siruta,
            kind,
        }
    }

    /// The office with the id it is given; `None` when code or locality are malformed, which a
    /// test excludes for [`CLUJ`].
    pub fn office(&self, id: OfficeId) -> Option<Office> {
        Some(Office {
            id,
            code: OfficeCode::parse(self.code).ok()?,
            aliases: Vec::new(),
            name: self.name.to_owned(),
            county: self.county,
            siruta: Siruta::new(self.siruta)?,
            kind: self.kind,
        })
    }
}

/// The eight offices of Cluj county (county council, 2025). The codes are the gateway's own.
pub const CLUJ: &[KnownOffice] = &[
    KnownOffice::in_cluj("CLJ-01", "DJEP Cluj", 54_975, OfficeKind::County),
    KnownOffice::in_cluj("CLJ-02", "SPCLEP Cluj-Napoca", 54_975, OfficeKind::Local),
    KnownOffice::in_cluj("CLJ-03", "SPCLEP Câmpia Turzii", 55_357, OfficeKind::Local),
    KnownOffice::in_cluj("CLJ-04", "SPCLEP Dej", 55_008, OfficeKind::Local),
    KnownOffice::in_cluj("CLJ-05", "SPCLEP Florești", 57_706, OfficeKind::Local),
    KnownOffice::in_cluj("CLJ-06", "SPCLEP Gherla", 55_384, OfficeKind::Local),
    KnownOffice::in_cluj("CLJ-07", "SPCLEP Huedin", 55_446, OfficeKind::Local),
    KnownOffice::in_cluj("CLJ-08", "SPCLEP Turda", 55_259, OfficeKind::Local),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rule::day;
    use uuid::Uuid;

    #[test]
    fn the_eight_offices_of_cluj_are_well_formed_and_distinct() {
        let offices: Vec<Office> = CLUJ
            .iter()
            .map(|known| known.office(OfficeId(Uuid::nil())).unwrap())
            .collect();
        let codes: std::collections::BTreeSet<_> = offices.iter().map(|o| &o.code).collect();
        let names: std::collections::BTreeSet<_> = offices.iter().map(|o| &o.name).collect();
        assert_eq!((offices.len(), codes.len(), names.len()), (8, 8, 8));
        let directorates = offices.iter().filter(|o| o.kind == OfficeKind::County);
        assert_eq!(directorates.count(), 1);
    }

    #[test]
    fn an_old_code_means_the_office_on_its_days_only() {
        let mut office = CLUJ[3].office(OfficeId(Uuid::nil())).unwrap();
        office.aliases.push(CodeAlias {
            code: OfficeCode::parse("CJ-104").unwrap(),
            period: Period::between(day(2025, 1, 1), day(2025, 12, 31)),
        });
        assert!(office.is_called("CLJ-04", day(2026, 1, 1)));
        assert!(office.is_called("CJ-104", day(2025, 12, 31)));
        assert!(!office.is_called("CJ-104", day(2026, 1, 1)));
    }

    #[test]
    fn a_code_is_short_and_in_capitals() {
        for text in ["CLJ", "CLJ-01", "B1"] {
            assert_eq!(OfficeCode::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "C",
            "clj-01",
            "CLJ-",
            "-01",
            "1CLJ",
            "CLJ 01",
            "CLUJNAPOCA-01",
        ] {
            assert_eq!(OfficeCode::parse(text), Err(OfficeCodeFault), "{text}");
        }
    }
}
