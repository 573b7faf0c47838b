//! What is known of a bank's table: names of columns, spelling of amounts and days, the sign.

use std::collections::HashMap;
use std::sync::LazyLock;

use csv::StringRecord;
use serde::Deserialize;

use crate::channel::table::cell::folded;
use crate::channel::table::{PREAMBLE_ROWS_MAX, rows};

/// Each profile under the name that its format has: `CSV-BT`.
const TEXTS: &[(&str, &str)] = &[
    ("BCR", include_str!("profiles/bcr.toml")),
    ("BCR-GEORGE", include_str!("profiles/bcr-george.toml")),
    ("BRD", include_str!("profiles/brd.toml")),
    ("BT", include_str!("profiles/bt.toml")),
    ("CEC", include_str!("profiles/cec.toml")),
    ("ING", include_str!("profiles/ing.toml")),
    ("ING-BALANCE", include_str!("profiles/ing-balance.toml")),
    ("RAIFFEISEN", include_str!("profiles/raiffeisen.toml")),
];

/// The profiles, read once. That every text is one is a test.
static PROFILES: LazyLock<Vec<(&str, Profile)>> = LazyLock::new(|| {
    let profiles = TEXTS.iter();
    profiles
        .filter_map(|(name, text)| Some((*name, toml::from_str(text).ok()?)))
        .collect()
});

/// How to read one layout; `profiles/README.md` explains every field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) separator: char,
    pub(super) encoding: Option<String>,
    pub(super) decimal: char,
    pub(super) thousands: Option<char>,
    /// In the notation of `strftime`; names of months are read as their numbers.
    pub(super) dates: Vec<String>,
    /// The currency of a table that names none.
    pub(super) currency: Option<String>,
    /// Whether a row without day and amount goes on with the text of the one above.
    #[serde(default)]
    pub(super) continued: bool,
    pub(super) columns: Columns,
    pub(super) sign: Sign,
    #[serde(default)]
    pub(super) labels: Labels,
}

/// The names of columns. A table has the layout when it has all that are named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    booked_on: String,
    value_on: Option<String>,
    text: Vec<String>,
    bank_reference: Option<String>,
    payer: Option<String>,
    payer_account: Option<String>,
    balance: Option<String>,
    account: Option<String>,
    currency: Option<String>,
    opening: Option<String>,
    closing: Option<String>,
}

/// Where the direction of a movement stands.
#[derive(Debug, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Sign {
    /// One column, negative when the account shrinks.
    Signed { amount: String },
    /// One column for each direction.
    TwoColumns { debit: String, credit: String },
    /// An amount, and a word for the direction beside it.
    Indicator {
        amount: String,
        indicator: String,
        credit: Vec<String>,
        debit: Vec<String>,
    },
}

/// What stands above or below the table: the label, then its value in the next cell or below.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Labels {
    pub(super) account: Vec<String>,
    pub(super) currency: Vec<String>,
    pub(super) number: Vec<String>,
    pub(super) opening: Vec<String>,
    pub(super) closing: Vec<String>,
    /// How many transactions there are.
    pub(super) count: Vec<String>,
    /// Rows that begin so are passed over.
    pub(super) passed_over: Vec<String>,
}

/// Where each column of a profile stands in one table.
pub(super) struct Places {
    pub(super) booked_on: usize,
    pub(super) value_on: Option<usize>,
    pub(super) text: Vec<usize>,
    pub(super) bank_reference: Option<usize>,
    pub(super) payer: Option<usize>,
    pub(super) payer_account: Option<usize>,
    pub(super) balance: Option<usize>,
    pub(super) account: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) opening: Option<usize>,
    pub(super) closing: Option<usize>,
    pub(super) sign: SignPlaces,
    /// How many columns there are.
    pub(super) width: usize,
}

/// Where the columns of [`Sign`] stand.
pub(super) enum SignPlaces {
    Signed { amount: usize },
    TwoColumns { debit: usize, credit: usize },
    Indicator { amount: usize, indicator: usize },
}

impl Profile {
    /// Where the columns stand, when this row is the header.
    pub(super) fn places(&self, row: &StringRecord) -> Option<Places> {
        let heads: Vec<String> = row.iter().map(folded).collect();
        let at = |name: &String| {
            let name = folded(name);
            heads.iter().position(|head| *head == name)
        };
        // Outer: whether the table has all that is named; inner: whether anything is named.
        let named = |name: &Option<String>| match name {
            Some(name) => at(name).map(Some),
            None => Some(None),
        };
        let columns = &self.columns;
        Some(Places {
            width: row.len(),
            booked_on: at(&columns.booked_on)?,
            value_on: named(&columns.value_on)?,
            text: columns.text.iter().map(at).collect::<Option<_>>()?,
            bank_reference: named(&columns.bank_reference)?,
            payer: named(&columns.payer)?,
            payer_account: named(&columns.payer_account)?,
            balance: named(&columns.balance)?,
            account: named(&columns.account)?,
            currency: named(&columns.currency)?,
            opening: named(&columns.opening)?,
            closing: named(&columns.closing)?,
            sign: match &self.sign {
                Sign::Signed { amount } => SignPlaces::Signed {
                    amount: at(amount)?,
                },
                Sign::TwoColumns { debit, credit } => SignPlaces::TwoColumns {
                    debit: at(debit)?,
                    credit: at(credit)?,
                },
                Sign::Indicator {
                    amount, indicator, ..
                } => SignPlaces::Indicator {
                    amount: at(amount)?,
                    indicator: at(indicator)?,
                },
            },
        })
    }

    /// How many columns it names: of two that fit, the one that knows more is right.
    fn named_columns(&self) -> usize {
        let columns = &self.columns;
        let optional = [
            &columns.value_on,
            &columns.bank_reference,
            &columns.payer,
            &columns.payer_account,
            &columns.balance,
            &columns.account,
            &columns.currency,
        ];
        columns.text.len() + optional.iter().filter(|name| name.is_some()).count()
    }
}

/// The profile whose header stands in the table, with its name.
pub(super) fn matching(text: &str) -> Option<(&'static str, &'static Profile)> {
    // Most profiles share their separator: the rows are divided once for each.
    let mut divided: HashMap<char, Vec<StringRecord>> = HashMap::new();
    let mut fits = |profile: &Profile| {
        let separator = profile.separator;
        let first = divided.entry(separator).or_insert_with(|| {
            let first = rows(text, separator).take(PREAMBLE_ROWS_MAX);
            first.flatten().map(|row| row.cells).collect()
        });
        first.iter().any(|row| profile.places(row).is_some())
    };
    let fitting = PROFILES.iter().filter(|(_, profile)| fits(profile));
    let best = fitting.max_by_key(|(_, profile)| profile.named_columns())?;
    Some((best.0, &best.1))
}

/// The profile of this name.
#[cfg(test)]
pub(super) fn named(name: &str) -> Option<&'static Profile> {
    let found = PROFILES.iter().find(|(own, _)| *own == name)?;
    Some(&found.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_can_be_read_and_says_where_its_layout_comes_from() {
        for (name, text) in TEXTS {
            if let Err(error) = toml::from_str::<Profile>(text) {
                panic!("{name}: {error}");
            }
            assert!(text.starts_with("# "), "{name}");
            assert!(text.contains("\n# Source: "), "{name}");
        }
        assert_eq!(PROFILES.len(), TEXTS.len());
    }

    #[test]
    fn a_field_that_no_profile_has_is_an_error() {
        let text = TEXTS[0].1.replace("separator", "separater");
        assert!(toml::from_str::<Profile>(&text).is_err());
    }
}
