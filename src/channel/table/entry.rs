//! One row of a table as a movement.

use crate::channel::table::TableRow;
use crate::channel::table::cell::{day, folded, minor};
use crate::channel::table::profile::{Places, Profile, Sign, SignPlaces};
use crate::channel::{Entry, Held, HeldCode};

/// A movement with what its row says about the account.
pub(super) struct Taken {
    pub(super) entry: Entry,
    pub(super) account: Option<String>,
    /// The balance after the movement.
    pub(super) balance_minor: Option<i64>,
    pub(super) opening_minor: Option<i64>,
    pub(super) closing_minor: Option<i64>,
}

impl Taken {
    /// Adds the text of a row that continues this one.
    pub(super) fn go_on(&mut self, text: &str) {
        self.entry.text.push(' ');
        self.entry.text.push_str(text);
        self.entry.joined_text.push_str(text);
    }
}

/// The text of a row that has neither day nor amount, where the bank continues texts so.
pub(super) fn continuation<'a>(
    profile: &Profile,
    places: &Places,
    row: &'a TableRow,
) -> Option<&'a str> {
    let amounts = match places.sign {
        SignPlaces::Signed { amount } | SignPlaces::Indicator { amount, .. } => [amount; 2],
        SignPlaces::TwoColumns { debit, credit } => [debit, credit],
    };
    let is_bare =
        row.cell(places.booked_on).is_empty() && amounts.iter().all(|at| row.cell(*at).is_empty());
    let text = places.text.first().map(|at| row.cell(*at))?;
    (profile.continued && is_bare && !text.is_empty()).then_some(text)
}

/// Reads a row; what has no readable day or amount is held, never passed over.
pub(super) fn read(profile: &Profile, places: &Places, row: &TableRow) -> Result<Taken, Held> {
    let held = |code: HeldCode, reason: String| Held::new(code, row.place(), reason);
    let beyond = row.cells.iter().skip(places.width);
    if beyond.into_iter().any(|cell| !cell.trim().is_empty()) {
        let reason = "the row has more cells than the table has columns";
        return Err(held(HeldCode::EntryUnreadable, reason.to_owned()));
    }
    let booked_on = day(row.cell(places.booked_on), &profile.dates).ok_or_else(|| {
        let reason = "the row does not begin with a day of the calendar";
        held(HeldCode::DateUnreadable, reason.to_owned())
    })?;
    let value_text = places.value_on.map_or("", |at| row.cell(at));
    let value_on = day(value_text, &profile.dates);
    if value_on.is_none() && !value_text.is_empty() {
        let reason = "the value date is no day of the calendar";
        return Err(held(HeldCode::DateUnreadable, reason.to_owned()));
    }
    if places.balance.is_some_and(|at| row.cell(at).is_empty()) {
        let reason = "the row has no balance: it may be cut";
        return Err(held(HeldCode::Incomplete, reason.to_owned()));
    }
    let currency = currency(profile, places, row);
    let (amount_minor, credit) = movement(profile, places, row, &currency)?;
    let text = text(places, row, " ");
    let optional = |at: Option<usize>| optional(row, at);
    let balance = |at: Option<usize>| match at.map(|at| row.cell(at)) {
        None | Some("") => Ok(None),
        Some(text) => minor(text, &currency, profile)
            .map(Some)
            .map_err(|fault| held(HeldCode::AmountUnreadable, format!("a balance: {fault}"))),
    };
    Ok(Taken {
        account: optional(places.account).map(|text| account(&text)),
        balance_minor: balance(places.balance)?,
        opening_minor: balance(places.opening)?,
        closing_minor: balance(places.closing)?,
        entry: Entry {
            amount_minor,
            currency,
            credit,
            booked: true,
            booked_on: Some(booked_on),
            value_on,
            bank_reference: optional(places.bank_reference),
            joined_text: self::text(places, row, ""),
            text,
            place: row.place(),
            ..Entry::default()
        },
    })
}

/// An account number without the blanks between its groups.
pub(super) fn account(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}

/// The code of a currency, also where people write `LEI`.
pub(super) fn currency_code(text: &str) -> Option<String> {
    let code = text.trim().to_uppercase();
    match code.as_str() {
        "LEI" | "LEU" => Some("RON".to_owned()),
        _ if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => Some(code),
        _ => None,
    }
}

fn optional(row: &TableRow, at: Option<usize>) -> Option<String> {
    let text = row.cell(at?);
    (!text.is_empty()).then(|| text.to_owned())
}

fn currency(profile: &Profile, places: &Places, row: &TableRow) -> String {
    let of_row = places.currency.and_then(|at| currency_code(row.cell(at)));
    let of_all = || profile.currency.clone();
    of_row.or_else(of_all).unwrap_or_default()
}

/// The amount without sign, and whether the account grew.
fn movement(
    profile: &Profile,
    places: &Places,
    row: &TableRow,
    currency: &str,
) -> Result<(i64, bool), Held> {
    let held = |code: HeldCode, reason: &str| Held::new(code, row.place(), reason);
    let read = |at: usize| {
        let told = minor(row.cell(at), currency, profile);
        told.map_err(|fault| held(HeldCode::AmountUnreadable, &fault.to_string()))
    };
    match (&places.sign, &profile.sign) {
        (SignPlaces::TwoColumns { debit, credit }, _) => {
            let told = |at: &usize| match row.cell(*at) {
                "" => Ok(None),
                _ => read(*at).map(|minor| Some(minor).filter(|minor| *minor != 0)),
            };
            match (told(debit)?, told(credit)?) {
                // Some banks write debits with a minus, which says nothing more.
                (Some(minor), None) => Ok((minor.abs(), false)),
                (None, Some(minor)) if minor > 0 => Ok((minor, true)),
                _ => {
                    let reason = "the row has not exactly one of debit and credit";
                    Err(held(HeldCode::EntryUnreadable, reason))
                }
            }
        }
        (SignPlaces::Indicator { amount, indicator }, Sign::Indicator { credit, debit, .. }) => {
            let word = folded(row.cell(*indicator));
            let is = |words: &[String]| words.iter().any(|own| folded(own) == word);
            match (read(*amount)?, is(credit), is(debit)) {
                (minor, true, false) if minor >= 0 => Ok((minor, true)),
                (minor, false, true) => Ok((minor.abs(), false)),
                _ => {
                    let reason = "the row says neither credit nor debit";
                    Err(held(HeldCode::EntryUnreadable, reason))
                }
            }
        }
        (SignPlaces::Signed { amount } | SignPlaces::Indicator { amount, .. }, _) => {
            let minor = read(*amount)?;
            Ok((minor.abs(), minor >= 0))
        }
    }
}

/// The words of the row, then who paid, under the labels that CEC Bank uses.
fn text(places: &Places, row: &TableRow, seam: &str) -> String {
    let pieces: Vec<String> = places
        .text
        .iter()
        .map(|at| row.cell(*at).lines().collect::<Vec<_>>().join(seam))
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut parts = vec![pieces.join(" ")];
    for (label, at) in [
        ("Platitor", places.payer),
        ("Iban Platitor", places.payer_account),
    ] {
        parts.extend(optional(row, at).map(|value| format!("{label} {value}")));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(",")
}
