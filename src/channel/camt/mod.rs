//! ISO 20022 account reports, statements and notifications: camt.052, camt.053, camt.054,
//! versions 01 to 14, told apart by their namespace.
//!
//! One entry at a time is taken whole; the rest of the file is passed over as a stream. A file
//! that a schema would refuse is read all the same: many that banks send are such.

mod entry;
mod pages;

use std::io::BufRead;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use crate::channel::camt::pages::Page;
use crate::channel::checks::{self, Summary, Total};
use crate::channel::totals::Totals;
use crate::channel::xml::{Node, Opened, Source, Step, Tree};
use crate::channel::{
    Format, FormatFamily, Held, HeldCode, Refused, RefusedCode, Statement, StatementFile, Unread,
    Visit, amount,
};

/// The newest version that was looked at; a newer one is read and warned about.
const VERSION_MAX: u8 = 14;

/// More than a bank's customer has accounts: what is kept of each statement is kept to the end.
const STATEMENTS_MAX: usize = 10_000;

/// What the names and numbers of all statements of a file take at most.
const NAMES_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Doubts about entries of one statement that are told one by one.
const DOUBTS_MAX: usize = 1_000;

/// Reads a document, bare or wrapped in another, and shows each entry to `visit`.
pub(crate) fn read<R: BufRead>(text: R, visit: &mut Visit<'_>) -> Result<StatementFile, Unread> {
    let mut source = Source::new(text);
    let mut reading: Option<Reading<'_, '_>> = None;
    // An envelope may hold messages of several kinds: the file has the format of the first.
    let mut visit = Some(visit);
    loop {
        match source.next()? {
            Step::End => break,
            Step::Close => {}
            Step::Open(opened) => {
                if let Some(format) = format_of(&opened) {
                    if let Some(visit) = visit.take() {
                        reading = Some(Reading::of(format, visit));
                    }
                    if let Some(reading) = &mut reading {
                        reading.family = format.family;
                    }
                } else if is_statement(&opened.name)
                    && let Some(reading) = &mut reading
                {
                    reading.statement(&mut source)?;
                }
            }
        }
    }
    let file = reading.map(Reading::finished);
    file.filter(|file| !file.statements.is_empty())
        .ok_or_else(|| {
            let reason = "the XML contains no statement, report or notification of camt.05x";
            Unread::Refused(Refused::new(RefusedCode::NoStatement, "file", reason))
        })
}

/// The format of a message, when the element that opens is the body of one.
fn format_of(opened: &Opened) -> Option<Format> {
    // Version 01 has its version in the name of the body too.
    let family = match opened.name.trim_end_matches("V01") {
        "BkToCstmrAcctRpt" => FormatFamily::Camt052,
        "BkToCstmrStmt" => FormatFamily::Camt053,
        "BkToCstmrDbtCdtNtfctn" => FormatFamily::Camt054,
        _ => return None,
    };
    let namespace = opened.namespace.as_deref().unwrap_or("");
    let version = namespace
        .rsplit_once(family.as_str())
        .and_then(|(_, version)| version.trim_start_matches('.').parse().ok());
    Some(Format {
        family,
        version,
        profile: None,
    })
}

fn is_statement(name: &str) -> bool {
    matches!(name, "Stmt" | "Rpt" | "Ntfctn")
}

fn begin(format: Format) -> StatementFile {
    let known = format
        .version
        .is_some_and(|version| (1..=VERSION_MAX).contains(&version));
    let warning = (!known).then(|| {
        let reason = "the version of the message is not a known one";
        Held::new(HeldCode::UnknownVersion, "file", reason)
    });
    StatementFile {
        format,
        statements: Vec::new(),
        held: Vec::new(),
        warnings: warning.into_iter().collect(),
    }
}

/// A document of which some statements were read.
struct Reading<'v, 'f> {
    file: StatementFile,
    family: FormatFamily,
    pages: Vec<Page>,
    names_bytes: usize,
    visit: &'v mut Visit<'f>,
}

impl<'v, 'f> Reading<'v, 'f> {
    fn of(format: Format, visit: &'v mut Visit<'f>) -> Self {
        Self {
            file: begin(format),
            family: format.family,
            pages: Vec::new(),
            names_bytes: 0,
            visit,
        }
    }

    fn finished(mut self) -> StatementFile {
        pages::join(&mut self.file, &self.pages);
        self.file
    }

    /// Reads the statement whose element was just opened.
    fn statement<R: BufRead>(&mut self, source: &mut Source<R>) -> Result<(), Unread> {
        let at = self.file.statements.len();
        let mut facts = Tree::default();
        let (totals, mut held) = self.entries(source, &mut facts)?;
        let mut page = Page::of(&facts);
        page.booked_minor = totals.booked.net_minor();
        let mut statement = Statement::default();
        held.extend(fill(&mut statement, &facts, page, &totals));
        let summary = summary(&facts, statement.currency.as_deref().unwrap_or(""));
        let is_statement = self.family == FormatFamily::Camt053;
        statement.ties = checks::ties(&statement, &totals).filter(|_| is_statement);
        let held = held.into_iter().map(|held| held.in_statement(at));
        self.file.held.extend(held);
        let reasons = checks::reasons_to_hold(at, &statement, &totals, &summary);
        self.file.held.extend(reasons);
        if is_statement {
            let missing = checks::missing_balance(at, &statement);
            self.file.held.extend(missing);
        }
        self.bound(&statement)?;
        self.file.statements.push(statement);
        self.pages.push(page);
        Ok(())
    }

    /// Shows the entries of a statement one by one, and keeps what else stands in it in `facts`.
    /// Returns what they come to, and what is doubtful about them.
    fn entries<R: BufRead>(
        &mut self,
        source: &mut Source<R>,
        facts: &mut Tree,
    ) -> Result<(Totals, Vec<Held>), Unread> {
        let at = self.file.statements.len();
        let mut tree = Tree::default();
        let mut totals = Totals::default();
        let mut doubts = Doubts::of(&self.file);
        while let Step::Open(opened) = source.next()? {
            if opened.name != "Ntry" {
                source.whole(&opened, facts)?;
                continue;
            }
            tree.clear();
            source.whole(&opened, &mut tree)?;
            let Some(node) = tree.roots().next() else {
                continue;
            };
            let number = totals.all.count() + 1;
            let line = node.line();
            let place = format!("statement {}, entry {number}, line {line}", at + 1);
            match entry::read(node, self.family, &place) {
                Ok((entry, found)) => {
                    totals.add(&entry);
                    doubts.add(found);
                    if (self.visit)(at, entry) == ControlFlow::Break(()) {
                        return Err(Unread::Stopped);
                    }
                }
                Err(unreadable) => doubts.add(vec![unreadable]),
            }
        }
        Ok((totals, doubts.told(at)))
    }

    /// Refuses a file of so many statements that they would fill the memory.
    fn bound(&mut self, statement: &Statement) -> Result<(), Unread> {
        let names = [
            &statement.account,
            &statement.id,
            &statement.number,
            &statement.currency,
        ];
        let bytes = names.map(|name| name.as_deref().map_or(0, str::len));
        self.names_bytes += bytes.iter().sum::<usize>();
        let count = self.file.statements.len();
        if count < STATEMENTS_MAX && self.names_bytes <= NAMES_BYTES_MAX {
            return Ok(());
        }
        let place = format!("statement {}", count + 1);
        let reason = "the file has more statements than any";
        Err(Unread::Refused(Refused::new(
            RefusedCode::TooLarge,
            place,
            reason,
        )))
    }
}

/// What is doubtful about the entries of a statement, told up to a bound and then counted.
struct Doubts {
    told: Vec<Held>,
    told_max: usize,
    more: usize,
}

impl Doubts {
    fn of(file: &StatementFile) -> Self {
        // A file of many doubtful statements tells one of each.
        let is_full = file.held.len() >= 2 * DOUBTS_MAX;
        Self {
            told: Vec::new(),
            told_max: if is_full { 1 } else { DOUBTS_MAX },
            more: 0,
        }
    }

    fn add(&mut self, found: Vec<Held>) {
        for held in found {
            if self.told.len() < self.told_max {
                self.told.push(held);
            } else {
                self.more += 1;
            }
        }
    }

    fn told(mut self, at: usize) -> Vec<Held> {
        if let (Some(last), true) = (self.told.last(), self.more > 0) {
            let reason = format!("and {} more entries are doubtful", self.more);
            let place = format!("statement {}", at + 1);
            self.told.push(Held::new(last.code, place, reason));
        }
        self.told
    }
}

/// Fills what a statement says about account, numbers and balances.
fn fill(statement: &mut Statement, facts: &Tree, page: Page, totals: &Totals) -> Vec<Held> {
    let text = |path: &[&'static str]| text_in(facts, path).map(str::to_owned);
    statement.id = text(&["Id"]);
    statement.number = text(&["ElctrncSeqNb"]).or_else(|| text(&["LglSeqNb"]));
    statement.account = text(&["Acct", "Id", "IBAN"])
        .or_else(|| text(&["Acct", "Id", "Othr", "Id"]))
        .or_else(|| text(&["Acct", "Id", "PrtryAcct", "Id"]))
        .or_else(|| text(&["Acct", "Id", "BBAN"]));
    statement.created_on = text(&["CreDtTm"]).and_then(|text| date(&text));
    let interim = balances(facts, "ITBD");
    let opening = match interim.first() {
        Some(first) if !page.is_first() => Some(*first),
        _ => balance(facts, &["OPBD", "PRCD"]),
    };
    let closing = match interim.last() {
        Some(last) if !page.is_last => Some(*last),
        _ => balance(facts, &["CLBD"]),
    };
    let of = |balance: Option<Node<'_>>| {
        let currency = balance?.at(&["Amt"])?.currency();
        currency.map(str::to_owned)
    };
    statement.currency = text(&["Acct", "Ccy"])
        .or_else(|| of(opening))
        .or_else(|| of(closing))
        .or_else(|| totals.first_currency.clone());
    let mut held = Vec::new();
    if let Some(node) = opening {
        statement.opening_minor = signed_amount(node, statement.currency.as_deref(), &mut held);
        statement.opening_on = entry::date_in(node, &["Dt"]).ok().flatten();
    }
    if let Some(node) = closing {
        statement.closing_minor = signed_amount(node, statement.currency.as_deref(), &mut held);
        statement.closing_on = entry::date_in(node, &["Dt"]).ok().flatten();
    }
    held
}

/// The first balance of the first of these codes that occurs.
fn balance<'a>(facts: &'a Tree, codes: &[&str]) -> Option<Node<'a>> {
    let mut all = codes.iter().flat_map(|code| balances(facts, code));
    all.next()
}

/// The balances of one code, in order.
fn balances<'a>(facts: &'a Tree, code: &str) -> Vec<Node<'a>> {
    let all = facts.roots().filter(|node| node.name() == "Bal");
    all.filter(|node| {
        let path = ["Tp", "CdOrPrtry", "Cd"];
        // Version 01 has the code directly in the type.
        node.text_at(&path).or_else(|| node.text_at(&["Tp", "Cd"])) == Some(code)
    })
    .collect()
}

/// The amount with its sign; `None` without a sign, since a guess may be wrong by twice as much.
fn signed_amount(node: Node<'_>, currency: Option<&str>, held: &mut Vec<Held>) -> Option<i64> {
    let place = format!("line {}", node.line());
    let element = node.at(&["Amt"])?;
    if element.currency().is_some() && element.currency() != currency {
        let reason = "a balance in another currency than the account";
        held.push(Held::new(HeldCode::CurrencyChanged, &place, reason));
    }
    let own = element.currency().or(currency).unwrap_or("");
    let Ok(minor) = amount::decimal(element.raw_text().trim(), own) else {
        let reason = "a balance cannot be read";
        held.push(Held::new(HeldCode::AmountUnreadable, &place, reason));
        return None;
    };
    match node.text_at(&["CdtDbtInd"]) {
        Some("CRDT") => Some(minor),
        Some("DBIT") => Some(-minor),
        _ => None,
    }
}

fn summary(facts: &Tree, currency: &str) -> Summary {
    let count = |path: &[&'static str]| text_in(facts, path).and_then(|text| text.parse().ok());
    let sum = |path: &[&'static str]| {
        // Some banks write the sum of debits with a minus sign.
        text_in(facts, path)
            .and_then(|text| amount::decimal(text.trim_start_matches('-'), currency).ok())
    };
    Summary {
        count: count(&["TxsSummry", "TtlNtries", "NbOfNtries"]),
        net_minor: net(facts, currency),
        credits: Total {
            count: count(&["TxsSummry", "TtlCdtNtries", "NbOfNtries"]),
            sum_minor: sum(&["TxsSummry", "TtlCdtNtries", "Sum"]),
        },
        debits: Total {
            count: count(&["TxsSummry", "TtlDbtNtries", "NbOfNtries"]),
            sum_minor: sum(&["TxsSummry", "TtlDbtNtries", "Sum"]),
        },
    }
}

/// The sum of all entries with its sign; up to version 03 it stands beside the count.
fn net(facts: &Tree, currency: &str) -> Option<i64> {
    let total = ["TxsSummry", "TtlNtries"];
    [&["TtlNetNtry", "Amt"][..], &["TtlNetNtryAmt"]]
        .iter()
        .find_map(|path| text_in(facts, &[&total[..], path].concat()))
        .and_then(|text| amount::decimal(text, currency).ok())
        .and_then(|minor| {
            let sign = text_in(
                facts,
                &["TxsSummry", "TtlNtries", "TtlNetNtry", "CdtDbtInd"],
            )
            .or_else(|| text_in(facts, &["TxsSummry", "TtlNtries", "CdtDbtInd"]));
            match sign {
                Some("CRDT") => Some(minor),
                Some("DBIT") => Some(-minor),
                _ => None,
            }
        })
}

fn text_in<'a>(facts: &'a Tree, path: &[&'static str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    facts
        .roots()
        .filter(|node| node.name() == *first)
        .find_map(|node| node.text_at(rest))
}

/// The day of a date or date-time, as written: its time zone does not move it.
fn date(text: &str) -> Option<NaiveDate> {
    let (day, rest) = text.split_at_checked(10)?;
    // A time or a zone may follow, but not more digits.
    let ends = rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-', ' ']);
    NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .ok()
        .filter(|_| ends)
}

#[cfg(test)]
mod tests;
