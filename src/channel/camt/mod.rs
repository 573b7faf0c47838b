//! ISO 20022 account reports, statements and notifications: camt.052, camt.053, camt.054,
//! versions 01 to 14, told apart by their namespace.
//!
//! One entry at a time is taken whole; the rest of the file is passed over as a stream. A file
//! that a schema would refuse is read all the same: many that banks send are such.

mod entry;
mod pages;

use chrono::NaiveDate;

use crate::channel::camt::pages::Page;
use crate::channel::checks::{self, Summary, Total};
use crate::channel::xml::{Node, Opened, Source, Step};
use crate::channel::{
    Format, FormatFamily, Held, HeldCode, Refused, RefusedCode, Statement, StatementFile, amount,
};

/// The newest version that was looked at; a newer one is read and warned about.
const VERSION_MAX: u8 = 14;

/// Reads a document, bare or wrapped in another.
pub(crate) fn read(text: &str) -> Result<StatementFile, Refused> {
    let mut source = Source::new(text);
    let mut file: Option<StatementFile> = None;
    // An envelope may hold messages of several kinds: the file has the format of the first.
    let mut family = FormatFamily::Camt053;
    let mut pages: Vec<Page> = Vec::new();
    loop {
        match source.next()? {
            Step::End => break,
            Step::Close => {}
            Step::Open(opened) => {
                if let Some(format) = format_of(&opened) {
                    family = format.family;
                    file.get_or_insert_with(|| begin(format));
                } else if is_statement(&opened.name)
                    && let Some(file) = &mut file
                {
                    pages.push(statement(&mut source, family, file)?);
                }
            }
        }
    }
    if let Some(file) = &mut file {
        pages::join(file, &pages);
    }
    file.filter(|file| !file.statements.is_empty())
        .ok_or_else(|| {
            let reason = "the XML contains no statement, report or notification of camt.05x";
            Refused::new(RefusedCode::NoStatement, "file", reason)
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

/// Reads one statement, whose element was just opened, into `file`. Returns which page it is.
fn statement(
    source: &mut Source<'_>,
    family: FormatFamily,
    file: &mut StatementFile,
) -> Result<Page, Refused> {
    let at = file.statements.len();
    let mut statement = Statement::default();
    let mut facts: Vec<Node> = Vec::new();
    let mut held: Vec<Held> = Vec::new();
    while let Step::Open(opened) = source.next()? {
        let node = source.whole(opened)?;
        if node.name == "Ntry" {
            let place = format!(
                "statement {}, entry {}, line {}",
                at + 1,
                statement.entries.len() + 1,
                node.line
            );
            match entry::read(&node, family, &place) {
                Ok((entry, doubts)) => {
                    statement.entries.push(entry);
                    held.extend(doubts);
                }
                Err(unreadable) => held.push(unreadable),
            }
        } else {
            facts.push(node);
        }
    }
    let page = Page::of(&facts);
    held.extend(fill(&mut statement, &facts, page));
    let summary = summary(&facts, statement.currency.as_deref().unwrap_or(""));
    let is_statement = family == FormatFamily::Camt053;
    statement.ties = checks::ties(&statement).filter(|_| is_statement);
    file.held
        .extend(held.into_iter().map(|held| held.in_statement(at)));
    file.held
        .extend(checks::reasons_to_hold(at, &statement, &summary));
    if is_statement {
        file.held.extend(checks::missing_balance(at, &statement));
    }
    file.statements.push(statement);
    Ok(page)
}

/// Fills what a statement says about account, numbers and balances.
fn fill(statement: &mut Statement, facts: &[Node], page: Page) -> Vec<Held> {
    let text = |path: &[&str]| text_in(facts, path).map(str::to_owned);
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
    statement.currency = text(&["Acct", "Ccy"])
        .or_else(|| opening?.at(&["Amt"])?.currency.clone())
        .or_else(|| closing?.at(&["Amt"])?.currency.clone())
        .or_else(|| {
            statement
                .entries
                .first()
                .map(|entry| entry.currency.clone())
        });
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
fn balance<'a>(facts: &'a [Node], codes: &[&str]) -> Option<&'a Node> {
    let mut all = codes.iter().flat_map(|code| balances(facts, code));
    all.next()
}

/// The balances of one code, in order.
fn balances<'a>(facts: &'a [Node], code: &str) -> Vec<&'a Node> {
    let all = facts.iter().filter(|node| node.name == "Bal");
    all.filter(|node| {
        let path = ["Tp", "CdOrPrtry", "Cd"];
        // Version 01 has the code directly in the type.
        node.text_at(&path).or_else(|| node.text_at(&["Tp", "Cd"])) == Some(code)
    })
    .collect()
}

/// The amount with its sign; `None` without a sign, since a guess may be wrong by twice as much.
fn signed_amount(node: &Node, currency: Option<&str>, held: &mut Vec<Held>) -> Option<i64> {
    let place = format!("line {}", node.line);
    let element = node.at(&["Amt"])?;
    if element.currency.is_some() && element.currency.as_deref() != currency {
        let reason = "a balance in another currency than the account";
        held.push(Held::new(HeldCode::CurrencyChanged, &place, reason));
    }
    let own = element.currency.as_deref().or(currency).unwrap_or("");
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

fn summary(facts: &[Node], currency: &str) -> Summary {
    let count = |path: &[&str]| text_in(facts, path).and_then(|text| text.parse().ok());
    let sum = |path: &[&str]| {
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
fn net(facts: &[Node], currency: &str) -> Option<i64> {
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

fn text_in<'a>(facts: &'a [Node], path: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    facts
        .iter()
        .filter(|node| node.name == *first)
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
