//! Tables of transactions (CSV) as banks let their customers download them.
//!
//! What a bank calls its columns, how it writes amounts and where it puts the sign is data: one
//! profile per layout in `profiles/`, chosen by the header row. A table for which there is no
//! profile is not read by guessing. Other layouts cost a file, not a release of this module.

mod cell;
mod entry;
mod preamble;
mod profile;
mod running;

use csv::{ReaderBuilder, StringRecord};

use crate::channel::checks::{self, Summary};
use crate::channel::table::entry::Taken;
use crate::channel::table::profile::{Places, Profile};
use crate::channel::totals::Totals;
use crate::channel::{
    Format, FormatFamily, Held, HeldCode, Refused, RefusedCode, Statement, StatementFile, encoding,
};

/// Banks put account, period and balances above the table, far fewer rows than this.
const PREAMBLE_ROWS_MAX: usize = 60;

/// A cell longer than any text of a bank is a quote that was never closed.
const CELL_BYTES_MAX: usize = 8 * 1024;

/// Reads a table, when its header is that of a profile.
pub(crate) fn read(bytes: &[u8], guessed: &str) -> Option<Result<StatementFile, Refused>> {
    let (name, profile) = profile::matching(guessed)?;
    let decoded = match &profile.encoding {
        Some(label) => encoding::decode_as(bytes, label),
        None => encoding::decode(bytes),
    };
    Some(read_by(name, profile, &decoded.text))
}

fn read_by(name: &'static str, profile: &Profile, text: &str) -> Result<StatementFile, Refused> {
    let mut table = Table::new(profile);
    for row in rows(text, profile.separator) {
        table.take(row?)?;
    }
    let mut file = table.finished(Format {
        family: FormatFamily::Csv,
        version: None,
        profile: Some(name),
    })?;
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        let reason = "a quote is opened and never closed: the file may be cut";
        let held = Held::new(HeldCode::EntryUnreadable, "file", reason);
        file.held.push(held);
    }
    Ok(file)
}

/// One row with the line of the file on which it begins, counted from 1.
struct TableRow {
    line: u64,
    cells: StringRecord,
}

impl TableRow {
    /// The cell without blanks around it; nothing where the row is shorter.
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).unwrap_or("").trim()
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    fn place(&self) -> String {
        format!("line {}", self.line)
    }
}

fn rows(text: &str, separator: char) -> impl Iterator<Item = Result<TableRow, Refused>> {
    let delimiter = u8::try_from(separator).unwrap_or(b',');
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader.into_records().map(|record| {
        let Ok(cells) = record else {
            let reason = "the table cannot be divided into cells";
            return Err(Refused::new(RefusedCode::UnknownTable, "file", reason));
        };
        let line = cells.position().map_or(0, csv::Position::line);
        if cells.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
            let reason = "a cell is longer than any text of a bank";
            let place = format!("line {line}");
            return Err(Refused::new(RefusedCode::TooLarge, place, reason));
        }
        Ok(TableRow { line, cells })
    })
}

/// A table of which some rows were read.
struct Table<'a> {
    profile: &'a Profile,
    places: Option<Places>,
    /// Rows that are no transactions: above the header, and balances or totals below.
    around: Vec<TableRow>,
    entries: Vec<Taken>,
    held: Vec<Held>,
}

impl<'a> Table<'a> {
    const fn new(profile: &'a Profile) -> Self {
        Self {
            profile,
            places: None,
            around: Vec::new(),
            entries: Vec::new(),
            held: Vec::new(),
        }
    }

    fn take(&mut self, row: TableRow) -> Result<(), Refused> {
        let header = self.profile.places(&row.cells);
        let Some(places) = &self.places else {
            self.places = header;
            if self.places.is_none() {
                self.around.push(row);
            }
            if self.around.len() > PREAMBLE_ROWS_MAX {
                let reason = "the header of the table comes too late";
                let place = format!("line {PREAMBLE_ROWS_MAX}");
                return Err(Refused::new(RefusedCode::UnknownTable, place, reason));
            }
            return Ok(());
        };
        // Long tables repeat their header on every page.
        if row.is_blank() || header.is_some() {
            return Ok(());
        }
        if preamble::is_known(&self.profile.labels, &row.cells) {
            self.around.push(row);
        } else if let Some(text) = entry::continuation(self.profile, places, &row) {
            match self.entries.last_mut() {
                Some(taken) => taken.go_on(text),
                None => self.held.push(unreadable(&row)),
            }
        } else {
            match entry::read(self.profile, places, &row) {
                Ok(taken) => self.entries.push(taken),
                Err(held) => self.held.push(held),
            }
        }
        Ok(())
    }

    fn finished(self, format: Format) -> Result<StatementFile, Refused> {
        if self.places.is_none() {
            let reason = "the columns are those of no known table";
            return Err(Refused::new(RefusedCode::UnknownTable, "line 1", reason));
        }
        let facts = preamble::facts(self.profile, &self.around);
        let mut file = StatementFile {
            format,
            statements: Vec::new(),
            held: facts.held,
            warnings: Vec::new(),
        };
        let own = Statement {
            account: facts.account,
            number: facts.number,
            currency: facts.currency.or_else(|| self.profile.currency.clone()),
            opening_minor: facts.opening_minor,
            closing_minor: facts.closing_minor,
            ..Statement::default()
        };
        file.held.extend(self.held);
        let mut groups = by_account(self.entries);
        if groups.is_empty() {
            groups.push(Vec::new());
        }
        let summary = Summary {
            count: facts.count.filter(|_| groups.len() == 1),
            ..Summary::default()
        };
        for group in groups {
            conclude(&mut file, &own, &summary, group);
        }
        Ok(file)
    }
}

/// The rows of each account and currency, in the order in which these first occur.
fn by_account(entries: Vec<Taken>) -> Vec<Vec<Taken>> {
    let mut groups: Vec<Vec<Taken>> = Vec::new();
    for taken in entries {
        let same = |group: &&mut Vec<Taken>| {
            let first = group.first();
            first.is_some_and(|first| first.account == taken.account)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(taken),
            None => groups.push(vec![taken]),
        }
    }
    groups
}

/// Makes one statement of the rows of one account, and holds what does not add up.
fn conclude(file: &mut StatementFile, own: &Statement, summary: &Summary, rows: Vec<Taken>) {
    let at = file.statements.len();
    let chain = running::chain(&rows);
    let first = rows.first();
    let mut statement = own.clone();
    statement.account = first
        .and_then(|row| row.account.clone())
        .or(statement.account);
    statement.currency = statement
        .currency
        .or_else(|| first.map(|row| row.entry.currency.clone()));
    let told = |of_row: Option<i64>, of_file: Option<i64>, of_chain: Option<i64>| {
        of_row.or(of_file).or(of_chain)
    };
    statement.opening_minor = told(
        first.and_then(|row| row.opening_minor),
        statement.opening_minor,
        chain.opening_minor,
    );
    statement.closing_minor = told(
        rows.last().and_then(|row| row.closing_minor),
        statement.closing_minor,
        chain.closing_minor,
    );
    statement.closing_on = rows.iter().filter_map(|row| row.entry.booked_on).max();
    statement.entries = rows.into_iter().map(|row| row.entry).collect();
    let totals = Totals::of(&statement.entries);
    statement.ties = checks::ties(&statement, &totals);
    let held = checks::reasons_to_hold(at, &statement, &totals, summary);
    file.held.extend(held);
    file.held
        .extend(chain.broken.map(|held| held.in_statement(at)));
    if file
        .held
        .iter()
        .any(|held| held.statement == Some(at) && held.code == HeldCode::BalanceDiffers)
    {
        statement.ties = Some(false);
    }
    if statement.ties.is_none() {
        let reason = "the table has no balances, so nothing tells whether it is complete";
        let place = format!("statement {}", at + 1);
        file.warnings
            .push(Held::new(HeldCode::BalanceMissing, place, reason).in_statement(at));
    }
    file.statements.push(statement);
}

fn unreadable(row: &TableRow) -> Held {
    let reason = "the row is neither a transaction nor a known total";
    Held::new(HeldCode::EntryUnreadable, row.place(), reason)
}

#[cfg(test)]
mod tests;
