//! The bureau's account at CEC Bank: what is booked in a day, and the day's statement.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Bucharest;

use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::channels::movement::Movement;
use crate::simulator::draw::once_in;
use crate::simulator::statement::{DayStatement, Mark, Payer, StatementLine, iban};

/// The hour at which the bank and the stations close their day.
const CLOSING_HOUR: u32 = 20;

/// The account and what has been booked on it since the last statement.
pub(super) struct Account {
    iban: String,
    balance: Money,
    number: u32,
    lines: Vec<StatementLine>,
    closes_at: Option<DateTime<Utc>>,
}

impl Account {
    pub(super) fn open(balance: Money) -> Self {
        Self {
            iban: iban("CECE", "BC2030RON0923675"),
            balance,
            number: 0,
            lines: Vec::new(),
            closes_at: None,
        }
    }

    /// Books what was paid, or taken back, at a counter.
    pub(super) fn book(&mut self, movement: &Movement, at: DateTime<Utc>, random: &Random) {
        let payable = &movement.payable;
        let mut line = StatementLine::for_applicant(
            &payable.family,
            at.with_timezone(&Bucharest).date_naive(),
            movement.amount,
            Some(&payable.reference),
            movement.habit,
            random,
        );
        if movement.taken_back {
            line.mark = Mark::ReversedCredit;
            line.details = format!("stornare {}", line.details);
        }
        // Most lines of most banks have no reference of the bank's own.
        if once_in(random, 4) {
            line.bank_reference = Some(format!("{:016}", random.below(10_000_000_000_000_000)));
        }
        self.add(line, at);
    }

    /// Books the sum of a lot of station payments; a negative one is debited.
    pub(super) fn book_lot(&mut self, lot: &str, count: usize, sum: Money, at: DateTime<Utc>) {
        let payer = Payer {
            name: "SELFPAY SA".to_owned(),
            code: "26067497".to_owned(),
            iban: Some(iban("RZBR", "60012097104")),
            bic: "RZBRROBU".to_owned(),
        };
        let details = format!("DECONTARE SELFPAY SA {count} TRANZACTII LOT {lot}");
        let amount = Money::from_bani(sum.bani().saturating_abs());
        let mut line = StatementLine::at_counter(amount, &details, payer);
        if sum < Money::ZERO {
            line.mark = Mark::Debit;
        }
        self.add(line, at);
    }

    /// When the day is closed, if anything was booked in it.
    pub(super) fn closes_at(&self) -> Option<DateTime<Utc>> {
        self.closes_at
    }

    /// Makes sure that the day is closed although nothing was booked on the account.
    pub(super) fn open_day(&mut self, at: DateTime<Utc>) {
        self.closes_at.get_or_insert_with(|| closing_after(at));
    }

    /// Ends the day: its statement, unless nothing was booked.
    pub(super) fn close(&mut self) -> Option<DayStatement> {
        let closed_at = self.closes_at.take()?;
        if self.lines.is_empty() {
            return None;
        }
        self.number += 1;
        let statement = DayStatement {
            iban: self.iban.clone(),
            number: self.number,
            day: bucharest_day(closed_at),
            opening: self.balance,
            lines: std::mem::take(&mut self.lines),
        };
        self.balance = statement.closing();
        Some(statement)
    }

    fn add(&mut self, line: StatementLine, at: DateTime<Utc>) {
        self.lines.push(line);
        self.open_day(at);
    }
}

pub(super) fn bucharest_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Bucharest).date_naive()
}

/// The closing hour that follows `at`.
fn closing_after(at: DateTime<Utc>) -> DateTime<Utc> {
    let hour = NaiveTime::from_hms_opt(CLOSING_HOUR, 0, 0).unwrap_or_default();
    (0..3)
        .filter_map(|days| bucharest_day(at).checked_add_days(Days::new(days)))
        .filter_map(|day| {
            Bucharest
                .from_local_datetime(&day.and_time(hour))
                .earliest()
        })
        .map(|local| local.to_utc())
        .find(|closing| *closing > at)
        // Within three days there is a closing hour.
        .unwrap_or(at)
}
