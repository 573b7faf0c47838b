//! `payment parse`: what a statement says, without a database or a configuration.

use std::io::Read;
use std::path::PathBuf;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;

use crate::channel::amount::print;
use crate::channel::{self, RefusedCode, StatementFile};
use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, or_empty};
use crate::cli::xml::source;

const MORE: &str = "camt.052, camt.053 and camt.054, MT940 and MT942, tables of known banks, and \
    the settlement files of the stations are told apart by their content. Nothing is recorded.\n\n\
    With --json: format, statements (account, currency, number, opening_minor, closing_minor, ties, \
    entries), held (place, code, reason), warnings (the same). Amounts are in the smallest unit of \
    their currency and never negative; credit says that the account grew. Texts name people: tables \
    show them with --show-text, JSON always does.\n\n\
    5 says that something is held, 7 that the file is refused: --json prints refused (place, code, \
    reason) then.";

/// Longer files are not for looking at; `payment import` reads them piece by piece.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Read a statement or settlement and print it
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Parse {
    /// The file; `-` is standard input
    file: PathBuf,
    /// Show what payers wrote, which names people
    #[arg(long)]
    show_text: bool,
}

/// A file as it is printed.
#[derive(Serialize)]
struct FileView {
    format: String,
    statements: Vec<StatementView>,
    held: Vec<HeldView>,
    warnings: Vec<HeldView>,
    #[serde(skip)]
    shows_text: bool,
}

#[derive(Serialize)]
struct StatementView {
    account: Option<String>,
    currency: Option<String>,
    number: Option<String>,
    opening_minor: Option<i64>,
    closing_minor: Option<i64>,
    ties: Option<bool>,
    entries: Vec<EntryView>,
}

#[derive(Serialize)]
struct EntryView {
    amount_minor: i64,
    currency: String,
    credit: bool,
    reversal: bool,
    booked: bool,
    booked_on: Option<NaiveDate>,
    value_on: Option<NaiveDate>,
    bank_reference: Option<String>,
    end_to_end_id: Option<String>,
    structured_reference: Option<String>,
    text: String,
    details: Vec<DetailView>,
}

#[derive(Serialize)]
struct DetailView {
    amount_minor: Option<i64>,
    credit: bool,
    end_to_end_id: Option<String>,
    structured_reference: Option<String>,
    text: String,
}

/// One thing that an operator must look at.
#[derive(Serialize)]
struct HeldView {
    place: String,
    code: &'static str,
    reason: String,
}

/// A file that cannot be read at all.
#[derive(Serialize)]
struct RefusedView {
    refused: HeldView,
}

impl FileView {
    fn new(file: StatementFile, shows_text: bool) -> Self {
        let statements = file.statements.into_iter();
        Self {
            format: file.format.to_string(),
            statements: statements.map(StatementView::new).collect(),
            held: file.held.into_iter().map(HeldView::from).collect(),
            warnings: file.warnings.into_iter().map(HeldView::from).collect(),
            shows_text,
        }
    }
}

impl StatementView {
    fn new(statement: channel::Statement) -> Self {
        let entries = statement.entries.into_iter();
        Self {
            account: statement.account,
            currency: statement.currency,
            number: statement.number,
            opening_minor: statement.opening_minor,
            closing_minor: statement.closing_minor,
            ties: statement.ties,
            entries: entries.map(EntryView::new).collect(),
        }
    }

    fn amount(&self, minor: Option<i64>) -> String {
        let currency = self.currency.as_deref().unwrap_or("");
        or_empty(minor.map(|minor| print(minor, currency)))
    }

    const fn ties_in_words(&self) -> &'static str {
        match self.ties {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "unknown: not both balances are told",
        }
    }
}

impl EntryView {
    fn new(entry: channel::Entry) -> Self {
        let text = match entry.as_written.as_str() {
            "" => entry.text,
            _ => entry.as_written,
        };
        Self {
            amount_minor: entry.amount_minor,
            currency: entry.currency,
            credit: entry.credit,
            reversal: entry.reversal,
            booked: entry.booked,
            booked_on: entry.booked_on,
            value_on: entry.value_on,
            bank_reference: entry.bank_reference,
            end_to_end_id: entry.end_to_end_id,
            structured_reference: entry.structured_reference,
            text,
            details: entry.details.into_iter().map(DetailView::from).collect(),
        }
    }

    const fn state(&self) -> &'static str {
        match (self.booked, self.reversal) {
            (true, false) => "booked",
            (true, true) => "reversal",
            (false, false) => "not booked",
            (false, true) => "reversal, not booked",
        }
    }
}

impl From<channel::Detail> for DetailView {
    fn from(detail: channel::Detail) -> Self {
        Self {
            amount_minor: detail.amount_minor,
            credit: detail.credit,
            end_to_end_id: detail.end_to_end_id,
            structured_reference: detail.structured_reference,
            text: detail.text,
        }
    }
}

impl From<channel::Held> for HeldView {
    fn from(held: channel::Held) -> Self {
        Self {
            place: held.place,
            code: held.code.as_str(),
            reason: held.reason,
        }
    }
}

impl From<channel::Refused> for RefusedView {
    fn from(refused: channel::Refused) -> Self {
        let refused = HeldView {
            place: refused.place,
            code: refused.code.as_str(),
            reason: refused.reason,
        };
        Self { refused }
    }
}

impl Row for EntryView {
    const HEADS: &'static [&'static str] = &[
        "BOOKED",
        "VALUE",
        "AMOUNT>",
        "STATE",
        "BANK'S REFERENCE",
        "REFERENCE",
        "DETAILS>",
    ];

    fn cells(&self) -> Vec<String> {
        let minor = if self.credit {
            self.amount_minor
        } else {
            -self.amount_minor
        };
        vec![
            or_empty(self.booked_on),
            or_empty(self.value_on),
            print(minor, &self.currency),
            self.state().to_owned(),
            self.bank_reference.clone().unwrap_or_default(),
            self.structured_reference.clone().unwrap_or_default(),
            self.details.len().to_string(),
        ]
    }
}

impl Page for FileView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[("Format", self.format.clone())]);
        for (number, statement) in (1..).zip(&self.statements) {
            sheet.heading(&format!("Statement {number}"));
            sheet.fields(&[
                ("Account", statement.account.clone().unwrap_or_default()),
                ("Number", statement.number.clone().unwrap_or_default()),
                ("Opening", statement.amount(statement.opening_minor)),
                ("Closing", statement.amount(statement.closing_minor)),
                ("Ties", statement.ties_in_words().to_owned()),
            ]);
            sheet.table(&statement.entries);
            if self.shows_text {
                for (number, entry) in (1..).zip(&statement.entries) {
                    sheet.line(&format!("{number}: {}", entry.text));
                }
            }
        }
        for (heading, these) in [("Held", &self.held), ("Warnings", &self.warnings)] {
            if !these.is_empty() {
                sheet.heading(heading);
            }
            for held in these {
                sheet.line(&format!("{}: {}: {}", held.place, held.code, held.reason));
            }
        }
        Ok(())
    }
}

impl Page for RefusedView {
    /// People read it among the complaints.
    fn write(&self, _: &mut Sheet) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn run(command: &Parse, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match read(command)? {
        Ok(file) => {
            let view = FileView::new(file, command.show_text);
            context.output.page(&view)?;
            let is_held = !view.held.is_empty();
            Ok(if is_held { Exit::Partial } else { Exit::Ok })
        }
        Err(refused) => {
            let complaint = CliError::invalid(&refused);
            context.output.page(&RefusedView::from(refused))?;
            Err(complaint)
        }
    }
}

fn read(command: &Parse) -> Result<Result<StatementFile, channel::Refused>, CliError> {
    let mut bytes = Vec::new();
    source::open(&command.file)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("reading {}", command.file.display()))?;
    let is_too_long = u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX);
    if is_too_long {
        return Ok(Err(channel::Refused {
            place: "file".to_owned(),
            code: RefusedCode::TooLarge,
            reason: "the file is longer than can be looked at; import it".to_owned(),
        }));
    }
    Ok(channel::read(&bytes))
}
