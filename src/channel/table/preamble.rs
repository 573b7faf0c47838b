//! What stands above and below a table: whose account it is, and its balances.

use csv::StringRecord;

use crate::channel::table::TableRow;
use crate::channel::table::cell::{folded, minor};
use crate::channel::table::entry::{account, currency_code};
use crate::channel::table::profile::{Labels, Profile};
use crate::channel::{Held, HeldCode};

/// What the rows around a table say.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) account: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) number: Option<String>,
    pub(super) opening_minor: Option<i64>,
    pub(super) closing_minor: Option<i64>,
    pub(super) count: Option<usize>,
    pub(super) held: Vec<Held>,
}

/// Whether a row below the header is one of the profile's labels and no transaction.
pub(super) fn is_known(labels: &Labels, row: &StringRecord) -> bool {
    let first = folded(row.get(0).unwrap_or(""));
    let all = [
        &labels.account,
        &labels.currency,
        &labels.number,
        &labels.opening,
        &labels.closing,
        &labels.count,
        &labels.passed_over,
    ];
    let mut all = all.into_iter().flatten();
    all.any(|label| first.starts_with(&folded(label)))
}

pub(super) fn facts(profile: &Profile, rows: &[TableRow]) -> Facts {
    let labels = &profile.labels;
    let currency = find(rows, &labels.currency, currency_code);
    let own = currency.as_ref().or(profile.currency.as_ref());
    let own = own.map_or("", String::as_str);
    let mut facts = Facts {
        account: find(rows, &labels.account, account_number),
        number: find(rows, &labels.number, |text| Some(text.to_owned())),
        count: find(rows, &labels.count, |text| text.parse().ok()),
        ..Facts::default()
    };
    for (labels, minor_of) in [
        (&labels.opening, &mut facts.opening_minor),
        (&labels.closing, &mut facts.closing_minor),
    ] {
        *minor_of = find(rows, labels, |text| minor(text, own, profile).ok());
        if minor_of.is_none()
            && let Some(row) = labelled(rows, labels)
        {
            let reason = "a balance cannot be read";
            let held = Held::new(HeldCode::AmountUnreadable, row.place(), reason);
            facts.held.push(held);
        }
    }
    facts.currency = currency;
    facts
}

/// An account has digits, a name beside a label as a rule not.
fn account_number(text: &str) -> Option<String> {
    let number = account(text);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 6 && number.len() <= 34).then_some(number)
}

fn labelled<'a>(rows: &'a [TableRow], labels: &[String]) -> Option<&'a TableRow> {
    rows.iter().find(|row| {
        let mut cells = row.cells.iter();
        cells.any(|cell| labels.iter().any(|label| after(cell, label).is_some()))
    })
}

/// What follows a label within its own cell: nothing, or a value after a colon or a blank.
fn after<'a>(cell: &'a str, label: &str) -> Option<&'a str> {
    let cell = cell.trim();
    if folded(cell) == folded(label) {
        return Some("");
    }
    let (head, value) = cell.split_once(':')?;
    (folded(head) == folded(label)).then(|| value.trim())
}

/// The first value of a label that can be read: in its own cell, to the right, or below.
fn find<T>(rows: &[TableRow], labels: &[String], read: impl Fn(&str) -> Option<T>) -> Option<T> {
    for (number, row) in rows.iter().enumerate() {
        for (column, cell) in row.cells.iter().enumerate() {
            let Some(own) = labels.iter().find_map(|label| after(cell, label)) else {
                continue;
            };
            let right = row.cells.iter().skip(column + 1).map(str::trim);
            let right = right.filter(|cell| !cell.is_empty()).take(1);
            let below = rows.get(number + 1).map(|row| row.cell(column));
            let candidates = std::iter::once(own).chain(right).chain(below);
            let mut values = candidates.filter(|text| !text.is_empty());
            if let Some(value) = values.find_map(&read) {
                return Some(value);
            }
        }
    }
    None
}
