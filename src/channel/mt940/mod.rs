//! SWIFT MT940 statements and MT942 interim reports, as banks really send them: several messages,
//! pages and accounts in one file, with or without block headers.

mod fields;
mod line;
mod text;

use chrono::NaiveDate;

use crate::channel::checks::{self, Summary, Total};
use crate::channel::totals::Totals;
use crate::channel::{
    Entry, Format, FormatFamily, Held, HeldCode, Refused, RefusedCode, Statement, StatementFile,
    amount,
};
use fields::{Field, Tag, Token};

pub(crate) use fields::is_swift;

/// Value dates lie a few days after the booking at most; this far off, a date is mistyped.
const VALUE_DAYS_MAX: i64 = 10;

/// Reads a file of one or more messages.
pub(crate) fn read(text: &str) -> Result<StatementFile, Refused> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut draft = Draft::default();
    for token in fields::tokens(text) {
        match token {
            Token::EndOfMessage => draft.end(),
            Token::Cut { line } => {
                let reason = "the file ends inside a message: it may be cut";
                draft.hold(HeldCode::Incomplete, line, reason);
            }
            Token::UnknownField { line, tag } => draft.unknown_field(line, &tag),
            Token::Field(field) => {
                if draft.is_followed_by(field.tag) {
                    drafts.extend(std::mem::take(&mut draft).finished());
                }
                draft.take(field);
            }
        }
    }
    drafts.extend(draft.finished());
    assemble(drafts)
}

fn assemble(drafts: Vec<Draft>) -> Result<StatementFile, Refused> {
    if drafts.is_empty() {
        let reason = "the file contains no statement";
        return Err(Refused::new(RefusedCode::NoStatement, "file", reason));
    }
    let interim = drafts.iter().all(|draft| draft.is_interim);
    let family = if interim {
        FormatFamily::Mt942
    } else {
        FormatFamily::Mt940
    };
    let mut file = StatementFile {
        format: Format {
            family,
            version: None,
            profile: None,
        },
        statements: Vec::new(),
        held: Vec::new(),
        warnings: Vec::new(),
    };
    let mut page_ended: Option<Balance> = None;
    for draft in drafts {
        let broken_chain = draft.does_not_chain(page_ended.as_ref());
        page_ended = draft.closing.clone().filter(|_| draft.closes_page);
        draft.into_file(&mut file, broken_chain);
    }
    Ok(file)
}

/// A signed balance: `C260831RON10000,00`.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Balance {
    minor: i64,
    currency: String,
    on: Option<NaiveDate>,
}

impl Balance {
    fn read(text: &str) -> Option<Self> {
        let (mark, rest) = text.split_at_checked(1)?;
        let (day, rest) = rest.split_at_checked(6)?;
        let (currency, digits) = rest.split_at_checked(3)?;
        let minor = amount::swift(digits.trim(), currency).ok()?;
        Some(Self {
            minor: match mark {
                "C" => minor,
                "D" => -minor,
                _ => return None,
            },
            currency: currency.to_owned(),
            on: line::date(day),
        })
    }
}

/// How far into a statement its fields have come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Stage {
    /// Nothing that makes a statement was seen.
    #[default]
    Empty,
    /// Its head, or an entry that could not be read: a text belongs to no entry.
    Head,
    /// Its entries: a text belongs to the last one.
    Entries,
    /// The closing balance was seen: a text is about the statement.
    Closed,
    /// The message has ended.
    Ended,
}

/// A statement of which some fields were read.
#[derive(Default)]
struct Draft {
    statement: Statement,
    summary: Summary,
    opening: Option<Balance>,
    closing: Option<Balance>,
    opens_page: bool,
    closes_page: bool,
    is_interim: bool,
    stage: Stage,
    /// The lines of text of the last entry, until the next one begins.
    texts: Vec<String>,
    held: Vec<Held>,
}

impl Draft {
    /// Whether a field with this tag belongs to the next statement. An entry after the end of a
    /// message, without any head of its own, does not: what it breaks is the balance.
    fn is_followed_by(&self, tag: Tag) -> bool {
        match tag {
            Tag::Reference => self.stage != Stage::Empty,
            Tag::Account | Tag::OpeningBalance => {
                matches!(self.stage, Stage::Closed | Stage::Ended)
            }
            Tag::Entry | Tag::Text => false,
            _ => self.stage == Stage::Ended,
        }
    }

    fn end(&mut self) {
        if self.stage != Stage::Empty {
            self.stage = Stage::Ended;
        }
    }

    fn take(&mut self, field: Field) {
        if self.stage == Stage::Empty && !matches!(field.tag, Tag::Addition | Tag::Text) {
            self.stage = Stage::Head;
        }
        match field.tag {
            Tag::Reference => self.statement.id = Some(field.value().to_owned()),
            Tag::Account => self.account(&field),
            Tag::Number => {
                self.statement.number = Some(field.value().to_owned());
            }
            Tag::OpeningBalance | Tag::OpeningOfPage => self.open(&field),
            Tag::Entry => self.entry(&field),
            Tag::Text => self.text(field.lines),
            Tag::Addition => self.text(without_codes(&field.lines)),
            Tag::ClosingBalance | Tag::ClosingOfPage => self.close(&field),
            Tag::Floor => self.floor(&field),
            Tag::MadeAt => {
                self.is_interim |= self.opening.is_none();
                let day: String = field.value().chars().take(6).collect();
                self.statement.created_on = line::date(&day);
            }
            Tag::Debits => self.summary.debits = self.total(&field),
            Tag::Credits => self.summary.credits = self.total(&field),
            Tag::RelatedReference | Tag::AvailableBalance => {}
        }
    }

    /// The floor limit, below which an interim report has no entries: `RON0,`, `RONC100,`.
    fn floor(&mut self, field: &Field) {
        self.is_interim |= self.opening.is_none();
        let currency: String = field.value().chars().take(3).collect();
        let own = self.statement.currency.get_or_insert(currency.clone());
        if *own != currency {
            let reason = "a floor limit in another currency";
            self.hold(HeldCode::CurrencyChanged, field.line, reason);
        }
    }

    /// Count, currency and sum of fields 90C and 90D: `2PLN186,33`.
    fn total(&mut self, field: &Field) -> Total {
        self.is_interim |= self.opening.is_none();
        let text = field.value();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = text.split_at_checked(digits).unwrap_or(("", ""));
        let (currency, sum) = rest.split_at_checked(3).unwrap_or(("", ""));
        let total = Total {
            count: count.parse().ok(),
            sum_minor: amount::swift(sum, currency).ok(),
        };
        if total.count.is_none() || total.sum_minor.is_none() {
            let reason = "a count or sum cannot be read";
            self.hold(HeldCode::AmountUnreadable, field.line, reason);
        }
        if self
            .statement
            .currency
            .as_deref()
            .is_some_and(|own| own != currency)
        {
            let reason = "a sum in another currency";
            self.hold(HeldCode::CurrencyChanged, field.line, reason);
        }
        total
    }

    fn account(&mut self, field: &Field) {
        if self.statement.account.is_some() {
            let reason = "a second account number within one statement";
            self.hold(HeldCode::UnknownField, field.line, reason);
        }
        self.statement.account = Some(field.value().to_owned());
    }

    fn open(&mut self, field: &Field) {
        self.opens_page = field.tag == Tag::OpeningOfPage;
        match Balance::read(field.value()) {
            Some(balance) => {
                self.statement.currency = Some(balance.currency.clone());
                self.statement.opening_minor = Some(balance.minor);
                self.statement.opening_on = balance.on;
                self.dated(balance.on, field.line);
                self.opening = Some(balance);
            }
            None => self.unreadable_balance(field.line),
        }
    }

    fn close(&mut self, field: &Field) {
        self.flush();
        self.stage = Stage::Closed;
        self.closes_page = field.tag == Tag::ClosingOfPage;
        match Balance::read(field.value()) {
            Some(balance) => {
                if self.statement.currency.as_ref() != Some(&balance.currency) {
                    let reason = "the closing balance is in another currency";
                    self.hold(HeldCode::CurrencyChanged, field.line, reason);
                }
                self.statement.closing_minor = Some(balance.minor);
                self.statement.closing_on = balance.on;
                self.dated(balance.on, field.line);
                self.closing = Some(balance);
            }
            None => self.unreadable_balance(field.line),
        }
    }

    fn entry(&mut self, field: &Field) {
        self.flush();
        self.stage = Stage::Head;
        let currency = self.statement.currency.clone().unwrap_or_default();
        let line = match line::read(field.value(), &currency) {
            Ok(line) => line,
            Err(fault) => {
                self.hold(HeldCode::EntryUnreadable, field.line, &fault.to_string());
                return;
            }
        };
        self.dated(line.value_on, field.line);
        self.statement.entries.push(Entry {
            amount_minor: line.amount_minor,
            currency,
            credit: line.credit,
            reversal: line.reversal,
            booked: !line.expected,
            booked_on: line.booked_on,
            value_on: line.value_on,
            bank_reference: line.bank_reference,
            end_to_end_id: line.customer_reference,
            place: format!("line {}", field.line),
            ..Entry::default()
        });
        self.stage = Stage::Entries;
        // Kept until a field 86 says more.
        let after = field.lines.iter().skip(1).cloned();
        let lines: Vec<String> = line.overflow.into_iter().chain(after).collect();
        self.set_text(&lines);
    }

    fn set_text(&mut self, lines: &[String]) {
        let views = text::views(lines);
        if let Some(entry) = self.statement.entries.last_mut() {
            entry.text = views.words;
            entry.joined_text = views.joined;
            entry.as_written = lines.concat();
        }
    }

    /// A text before the first entry or after the closing balance is about the statement.
    fn text(&mut self, lines: Vec<String>) {
        if self.stage == Stage::Entries {
            self.texts.extend(lines);
        }
    }

    fn flush(&mut self) {
        let lines = std::mem::take(&mut self.texts);
        if !lines.is_empty() {
            self.set_text(&lines);
        }
    }

    fn unknown_field(&mut self, line: usize, tag: &str) {
        let reason = format!("the field {tag} is in no statement; read as text");
        self.hold(HeldCode::UnknownField, line, &reason);
    }

    fn unreadable_balance(&mut self, line: usize) {
        let reason = "a balance cannot be read";
        self.hold(HeldCode::AmountUnreadable, line, reason);
    }

    fn dated(&mut self, day: Option<NaiveDate>, line: usize) {
        if day.is_none() {
            let reason = "a date is no day of the calendar";
            self.hold(HeldCode::DateUnreadable, line, reason);
        }
    }

    fn hold(&mut self, code: HeldCode, line: usize, reason: &str) {
        self.held
            .push(Held::new(code, format!("line {line}"), reason));
    }

    fn finished(mut self) -> Option<Self> {
        self.flush();
        (self.stage != Stage::Empty).then_some(self)
    }

    /// Whether this continues pages but not from where the page before ended.
    fn does_not_chain(&self, page_ended: Option<&Balance>) -> bool {
        let minor_and_currency = |balance: &Balance| (balance.minor, balance.currency.clone());
        let opening = self.opening.as_ref().filter(|_| self.opens_page);
        match (page_ended, opening) {
            (None, None) => false,
            (ended, opening) => ended.map(minor_and_currency) != opening.map(minor_and_currency),
        }
    }

    fn into_file(mut self, file: &mut StatementFile, broken_chain: bool) {
        let at = file.statements.len();
        let place = format!("statement {}", at + 1);
        if broken_chain {
            let reason = "the page does not begin where the page before it ended";
            self.held
                .push(Held::new(HeldCode::PagesDoNotChain, &place, reason));
        }
        self.held.extend(late_value_dates(&self.statement));
        let totals = Totals::of(&self.statement.entries);
        self.statement.ties = checks::ties(&self.statement, &totals);
        let held = self.held.into_iter().map(|held| held.in_statement(at));
        file.held.extend(held);
        file.held.extend(checks::reasons_to_hold(
            at,
            &self.statement,
            &totals,
            &self.summary,
        ));
        if self.is_interim {
            let told = [self.summary.debits.count, self.summary.credits.count];
            let reason = "the report counts nothing, so nothing tells whether it is complete";
            let warning = Held::new(HeldCode::BalanceMissing, place, reason).in_statement(at);
            let is_uncounted = told.iter().all(Option::is_none);
            file.warnings.extend(is_uncounted.then_some(warning));
        } else {
            file.held
                .extend(checks::missing_balance(at, &self.statement));
        }
        file.statements.push(self.statement);
    }
}

/// Entries without booking date whose value date lies long after the closing balance.
fn late_value_dates(statement: &Statement) -> Vec<Held> {
    let Some(closing_on) = statement.closing_on else {
        return Vec::new();
    };
    let late = statement.entries.iter().filter(|entry| {
        let days = entry.value_on.map(|on| (on - closing_on).num_days());
        entry.booked_on.is_none() && days.is_some_and(|days| days > VALUE_DAYS_MAX)
    });
    let reason = "the entry has no booking date, and its value date lies long after the statement";
    late.map(|entry| Held::new(HeldCode::ValueDateLate, &entry.place, reason))
        .collect()
}

/// The lines of Raiffeisen's field NS without the two digits that number each.
fn without_codes(lines: &[String]) -> Vec<String> {
    let texts = lines.iter().filter_map(|line| line.get(2..));
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
