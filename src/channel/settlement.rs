//! The daily settlement file of SelfPay, our proposal: the payments of one lot, which the bank
//! credits in one sum.
//!
//! `lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status`, one payment a
//! line, and at the end `TOTAL;count;sum` with the gross sum. Amounts are gross; the commission
//! stands apart and is never taken off an amount here. A day without payments has the last line
//! alone, so that a missing file is told from an empty day. `docs/selfpay.md` is the proposal.

use chrono::{NaiveDate, NaiveDateTime};

use crate::channel::{
    Entry, Format, FormatFamily, Held, HeldCode, Refused, RefusedCode, Statement, StatementFile,
    amount,
};

const HEADER: &str = "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status";

/// What begins the last line.
const TRAILER: &str = "TOTAL";

/// A lot as SelfPay settles it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settlement {
    /// The lot's name, which the bank's text of the credit repeats.
    pub lot: String,
    /// Its payments and reversals.
    pub rows: Vec<SettlementRow>,
    /// What SelfPay keeps for itself, in minor units of the rows' currency.
    pub commission_minor: i64,
    /// Lines that could not be read, and totals that differ.
    pub held: Vec<Held>,
    /// Said when the file ends without its total.
    pub uncounted: Option<Held>,
}

/// One payment of a lot, or its reversal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettlementRow {
    /// The key of the payment, as in its notification.
    pub transaction_id: String,
    /// When it was paid, on the clock in Romania.
    pub paid_at: NaiveDateTime,
    /// The station.
    pub terminal: String,
    /// What was typed at the station.
    pub reference: String,
    /// The gross amount in minor units.
    pub amount_minor: i64,
    /// The currency.
    pub currency: String,
    /// What SelfPay keeps for itself, in minor units.
    pub commission_minor: i64,
    /// Whether the money was given back to the payer.
    pub reversed: bool,
    /// The line of the file, counted from 1.
    pub line: usize,
}

/// Whether a text begins like a settlement file.
pub(crate) fn is_settlement(text: &str) -> bool {
    header(text).is_some_and(|first| first == HEADER)
}

/// Reads a settlement with its commissions.
pub fn read_settlement(text: &str) -> Result<Settlement, Refused> {
    let refused = |code, reason| Refused::new(code, "line 1", reason);
    if !is_settlement(text) {
        let reason = "the first line is not the header of a settlement";
        return Err(refused(RefusedCode::UnknownTable, reason));
    }
    let mut settlement = Settlement {
        lot: String::new(),
        rows: Vec::new(),
        commission_minor: 0,
        held: Vec::new(),
        uncounted: None,
    };
    let mut total_at = None;
    let mut last = 1;
    let lines = (1..)
        .zip(text.lines())
        .skip_while(|(_, line)| line.trim() != HEADER);
    for (number, line) in lines.skip(1) {
        let fields: Vec<&str> = line.split(';').map(str::trim).collect();
        last = number;
        match fields.as_slice() {
            [""] => {}
            _ if total_at.is_some() => {
                let reason = "a line after the total";
                settlement.hold(HeldCode::EntryUnreadable, number, reason);
            }
            [TRAILER, totals @ ..] => {
                settlement.check(totals, number);
                total_at = Some(number);
            }
            fields => settlement.take(fields, number),
        }
    }
    if total_at.is_none() {
        if settlement.rows.is_empty() && settlement.held.is_empty() {
            let reason = "the settlement has no lines";
            return Err(refused(RefusedCode::NoStatement, reason));
        }
        // Told, and not held: the lines are whole, and the bank's credit of the lot will tell.
        let reason = "the file has no total: it may be cut";
        let place = format!("line {last}");
        settlement.uncounted = Some(Held::new(HeldCode::Incomplete, place, reason));
    }
    Ok(settlement)
}

/// Reads a settlement into the shape that all channels have.
pub(crate) fn read(text: &str) -> Result<StatementFile, Refused> {
    let settlement = read_settlement(text)?;
    let currency = settlement.rows.first().map(|row| row.currency.clone());
    let last_on = settlement.rows.iter().map(|row| row.paid_at.date()).max();
    let lot = settlement.lot;
    let statement = Statement {
        id: Some(lot.clone()).filter(|lot| !lot.is_empty()),
        number: Some(lot.clone()).filter(|lot| !lot.is_empty()),
        currency,
        created_on: last_on,
        entries: settlement.rows.iter().map(|row| entry(&lot, row)).collect(),
        ..Statement::default()
    };
    let held = settlement.held.into_iter();
    Ok(StatementFile {
        format: Format {
            family: FormatFamily::SelfPaySettlement,
            version: None,
            profile: None,
        },
        statements: vec![statement],
        held: held.map(|held| held.in_statement(0)).collect(),
        warnings: settlement.uncounted.into_iter().collect(),
    })
}

fn header(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| !line.is_empty())
}

impl Settlement {
    fn take(&mut self, fields: &[&str], line: usize) {
        match row(fields, line) {
            Ok((lot, row)) => {
                if self.lot.is_empty() {
                    lot.clone_into(&mut self.lot);
                }
                if self.lot != lot {
                    self.hold(HeldCode::UnknownField, line, "a second lot in one file");
                }
                if self
                    .rows
                    .first()
                    .is_some_and(|first| first.currency != row.currency)
                {
                    self.hold(
                        HeldCode::CurrencyChanged,
                        line,
                        "another currency than above",
                    );
                }
                self.commission_minor = self.commission_minor.saturating_add(row.commission_minor);
                self.rows.push(row);
            }
            Err(reason) => self.hold(HeldCode::EntryUnreadable, line, reason),
        }
    }

    fn check(&mut self, totals: &[&str], line: usize) {
        let [count, sum] = totals else {
            let reason = "the last line is not TOTAL;count;sum";
            return self.hold(HeldCode::EntryUnreadable, line, reason);
        };
        let currency = self.rows.first().map_or("RON", |row| &row.currency);
        let gross = self.rows.iter().fold(0_i64, |sum, row| {
            let signed = if row.reversed {
                -row.amount_minor
            } else {
                row.amount_minor
            };
            sum.saturating_add(signed)
        });
        if count.parse() != Ok(self.rows.len()) || amount::minor(sum, currency) != Ok(gross) {
            let reason = format!(
                "the total says {count} lines and {sum}, the file has {} and {}",
                self.rows.len(),
                amount::print(gross, currency)
            );
            self.hold(HeldCode::SummaryDiffers, line, &reason);
        }
    }

    fn hold(&mut self, code: HeldCode, line: usize, reason: &str) {
        self.held
            .push(Held::new(code, format!("line {line}"), reason));
    }
}

fn row<'a>(fields: &[&'a str], line: usize) -> Result<(&'a str, SettlementRow), &'static str> {
    let [
        lot,
        id,
        paid_at,
        terminal,
        reference,
        sum,
        currency,
        commission,
        status,
    ] = fields
    else {
        return Err("the line has not nine fields");
    };
    if id.is_empty() {
        return Err("the line has no transaction");
    }
    let row = SettlementRow {
        transaction_id: (*id).to_owned(),
        paid_at: NaiveDateTime::parse_from_str(paid_at, "%Y-%m-%d %H:%M:%S")
            .or(Err("the time cannot be read"))?,
        terminal: (*terminal).to_owned(),
        reference: (*reference).to_owned(),
        amount_minor: amount::minor(sum, currency).or(Err("the amount cannot be read"))?,
        currency: (*currency).to_owned(),
        commission_minor: amount::minor(commission, currency)
            .or(Err("the commission cannot be read"))?,
        reversed: match *status {
            "OK" => false,
            "STORNO" => true,
            _ => return Err("the status is neither OK nor STORNO"),
        },
        line,
    };
    Ok((lot, row))
}

fn entry(lot: &str, row: &SettlementRow) -> Entry {
    let on: NaiveDate = row.paid_at.date();
    let text = format!("LOT {lot} TERMINAL {}", row.terminal);
    Entry {
        amount_minor: row.amount_minor,
        currency: row.currency.clone(),
        credit: !row.reversed,
        reversal: row.reversed,
        booked: true,
        booked_on: Some(on),
        value_on: Some(on),
        bank_reference: Some(row.transaction_id.clone()),
        structured_reference: Some(row.reference.clone()),
        joined_text: text.clone(),
        text,
        place: format!("line {}", row.line),
        ..Entry::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel;

    const ROWS: &str = "SP1;T-1;2026-08-31 10:05:00;TRM0;294073918264;67.00;RON;0.50;OK\n\
                        SP1;T-2;2026-08-31 11:05:00;TRM1;294073918264;67,00;RON;0;STORNO\n\
                        SP1;T-3;2026-08-31 12:05:00;TRM1;1;70;RON;0.50;OK\n";

    fn codes(rows: &str) -> Vec<(HeldCode, String)> {
        let file = channel::read(format!("{HEADER}\r\n{rows}").as_bytes()).unwrap();
        let held = file.held.into_iter();
        held.map(|held| (held.code, held.place)).collect()
    }

    #[test]
    fn a_lot_is_read_with_gross_amounts_and_commission_apart() {
        let text = format!("{HEADER}\n{ROWS}TOTAL;3;70.00\n");
        let settlement = read_settlement(&text).unwrap();
        assert_eq!(settlement.commission_minor, 100);
        let file = channel::read(text.as_bytes()).unwrap();
        assert_eq!(file.format.to_string(), "SELFPAY-SETTLEMENT");
        assert_eq!(file.held, []);
        let entries = &file.statements[0].entries;
        let signed: Vec<i64> = entries.iter().map(Entry::signed_minor).collect();
        assert_eq!(signed, [6700, -6700, 7000]);
        assert_eq!(file.statements[0].number.as_deref(), Some("SP1"));
        assert_eq!(entries[1].bank_reference.as_deref(), Some("T-2"));
        assert_eq!(entries[1].place, "line 3");
    }

    #[test]
    fn a_total_that_differs_holds_the_lot() {
        for total in ["TOTAL;2;70.00", "TOTAL;3;70.01", "TOTAL;3;-70.00"] {
            assert_eq!(
                codes(&format!("{ROWS}{total}")),
                [(HeldCode::SummaryDiffers, "line 5".to_owned())],
                "{total}"
            );
        }
    }

    #[test]
    fn a_file_without_total_may_be_cut_and_nothing_comes_after_the_total() {
        let file = channel::read(format!("{HEADER}\n{ROWS}").as_bytes()).unwrap();
        assert_eq!(file.held, []);
        let told = &file.warnings[0];
        assert_eq!(
            (told.code, told.place.as_str()),
            (HeldCode::Incomplete, "line 4")
        );
        assert_eq!(
            codes(&format!("{ROWS}TOTAL;3;70.00\n{ROWS}")).first(),
            Some(&(HeldCode::EntryUnreadable, "line 6".to_owned()))
        );
    }

    #[test]
    fn a_day_without_payments_has_a_total_alone() {
        let file = channel::read(format!("{HEADER}\nTOTAL;0;0.00\n").as_bytes()).unwrap();
        assert_eq!(file.held, []);
        assert_eq!(file.statements[0].entries.len(), 0);
        assert_eq!(codes("TOTAL;1;67.00")[0].0, HeldCode::SummaryDiffers);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_held_with_its_place() {
        for line in [
            "SP1;T-4",
            "SP1;;2026-08-31 12:05:00;T;1;70;RON;0;OK",
            "SP1;T-4;31.08.2026;T;1;70;RON;0;OK",
            "SP1;T-4;2026-08-31 12:05:00;T;1;70.005;RON;0;OK",
            "SP1;T-4;2026-08-31 12:05:00;T;1;70;RON;;OK",
            "SP1;T-4;2026-08-31 12:05:00;T;1;70;RON;0;MAYBE",
        ] {
            assert_eq!(
                codes(&format!("{ROWS}{line}\nTOTAL;3;70.00")),
                [(HeldCode::EntryUnreadable, "line 5".to_owned())],
                "{line}"
            );
        }
    }

    #[test]
    fn one_file_has_one_lot_and_one_currency() {
        let other = "SP2;T-4;2026-08-31 12:05:00;T;1;70;EUR;0;OK";
        let codes: Vec<HeldCode> = codes(&format!("{ROWS}{other}\nTOTAL;4;140.00"))
            .into_iter()
            .map(|(code, _)| code)
            .collect();
        assert_eq!(codes, [HeldCode::UnknownField, HeldCode::CurrencyChanged]);
    }

    #[test]
    fn a_settlement_without_lines_is_refused() {
        let refused = channel::read(HEADER.as_bytes()).unwrap_err();
        assert_eq!(refused.code, RefusedCode::NoStatement);
    }
}
