//! SWIFT MT940 as CEC Bank writes it: ASCII, CRLF, text broken blindly at column 65.

use chrono::{Datelike, NaiveDate};

use crate::domain::money::Money;
use crate::simulator::person::two_digit_year;
use crate::simulator::statement::{DayStatement, StatementLine};

/// The most characters of one line of field 86 (format 6*65x).
const COLUMNS: usize = 65;

/// The most lines of field 86; what does not fit is lost, as it is at banks.
const ROWS: usize = 6;

pub(super) fn write(statement: &DayStatement) -> String {
    let DayStatement {
        iban, number, day, ..
    } = statement;
    let opening = balance(statement.day_before(), statement.opening);
    let closing = balance(*day, statement.closing());
    let mut fields = vec![
        format!(":20:{}{number:03}", six_digits(*day)),
        format!(":25:{iban}"),
        format!(":28C:{number}/1"),
        format!(":60F:{opening}"),
    ];
    for line in &statement.lines {
        fields.push(movement(line, *day));
        fields.push(format!(":86:{}", wrapped(&line.text())));
    }
    fields.push(format!(":62F:{closing}"));
    fields.push(format!(":64:{closing}"));
    fields.push(String::new());
    fields.join("\r\n")
}

/// Field 61: value date, entry date, mark, funds code N, amount, type, references.
fn movement(line: &StatementLine, day: NaiveDate) -> String {
    let value_date = six_digits(day);
    let entry_date = format!("{:02}{:02}", day.month(), day.day());
    let (mark, amount) = (line.mark, with_comma(line.amount.bani()));
    let kind = if line.payer.is_some() { "NTRF" } else { "NMSC" };
    let bank_reference = line
        .bank_reference
        .as_ref()
        .map_or_else(String::new, |reference| format!("//{reference}"));
    format!(":61:{value_date}{entry_date}{mark}N{amount}{kind}NONREF{bank_reference}")
}

fn balance(day: NaiveDate, amount: Money) -> String {
    let mark = if amount < Money::ZERO { "D" } else { "C" };
    format!("{mark}{}RON{}", six_digits(day), with_comma(amount.bani()))
}

fn six_digits(day: NaiveDate) -> String {
    let (month, date) = (day.month(), day.day());
    format!("{:02}{month:02}{date:02}", two_digit_year(day))
}

/// An amount without its sign: `67,00`.
fn with_comma(bani: i64) -> String {
    let bani = bani.unsigned_abs();
    format!("{},{:02}", bani / 100, bani % 100)
}

fn wrapped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let rows: Vec<String> = letters
        .chunks(COLUMNS)
        .take(ROWS)
        .map(|row| row.iter().collect())
        .collect();
    rows.join("\r\n")
}
