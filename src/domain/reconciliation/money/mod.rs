//! The reconciliation report of payments: every leg of the money laid side by side, per day and
//! channel, with the invariants at the top. Facts in, report out.
//!
//! A row that does not agree is of one of two classes: *expected*, where one side is not there yet,
//! with its age, and *mismatched*, where both are there and differ.

mod facts;
mod invariants;
mod rows;
#[cfg(test)]
mod tests;
mod totals;

use chrono::NaiveDate;

use crate::coded;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};

pub use facts::{
    Closing, CreditSum, Facts, FileFacts, LaterChange, LotCredit, LotFacts, PaymentFacts,
    RefundFacts, Sightings,
};
pub use invariants::{Invariant, InvariantCode};
pub use rows::REFUND_DAYS;
pub use totals::{DayTotals, Head, canonical_lines};

/// The currency in which fees are paid.
pub const LEI: &str = "RON";

coded! {
    /// Which two accounts of the same money a row lays side by side.
    pub enum Leg as "leg of the money" {
        /// What a station told at once, and what its settlement says.
        NotificationSettlement = "NOTIFICATION_SETTLEMENT",
        /// The sum of a settlement lot, and what the bank credited for it.
        LotCredit = "LOT_CREDIT",
        /// What the bank told within the day, and what its statement says.
        IntradayStatement = "INTRADAY_STATEMENT",
        /// What came in, and whose fee it pays.
        PaymentMatch = "PAYMENT_MATCH",
        /// What the bank was asked to give back, and what it debited for it.
        RefundDebit = "REFUND_DEBIT",
    }
}

coded! {
    /// How a row stands.
    pub enum RowFinding as "finding of a row" {
        /// Both sides say the same.
        Matched = "MATCHED",
        /// The other side has not spoken, and need not have yet.
        Expected = "EXPECTED",
        /// The other side should have spoken.
        Overdue = "OVERDUE",
        /// Nobody announced it.
        MissingNotification = "MISSING_NOTIFICATION",
        /// Settlements came without it, or a bank credit names a lot that never came.
        MissingInSettlement = "MISSING_IN_SETTLEMENT",
        /// Both sides are there and say different things.
        AmountDiffers = "AMOUNT_DIFFERS",
        /// Told twice by one side, or a fee paid twice.
        Duplicate = "DUPLICATE",
        /// The payer's reference is sound, and no application has it.
        UnknownReference = "UNKNOWN_REFERENCE",
        /// Taken back by the channel.
        Reversed = "REVERSED",
    }
}

coded! {
    /// What a row that does not agree asks for.
    pub enum RowClass as "class of a row" {
        /// One side is not there yet.
        Expected = "EXPECTED",
        /// Both are there and differ.
        Mismatched = "MISMATCHED",
    }
}

impl RowFinding {
    /// The class of a row that does not agree.
    pub const fn class(self) -> Option<RowClass> {
        match self {
            Self::Matched | Self::Reversed => None,
            Self::Expected
            | Self::Overdue
            | Self::MissingNotification
            | Self::MissingInSettlement
            | Self::UnknownReference => Some(RowClass::Expected),
            Self::AmountDiffers | Self::Duplicate => Some(RowClass::Mismatched),
        }
    }
}

/// One thing on both sides of a leg.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// The day it belongs to.
    pub day: NaiveDate,
    /// The channel.
    pub channel: Channel,
    /// The leg.
    pub leg: Leg,
    /// What it is called here: a payment's number, or a lot.
    pub key: String,
    /// What the channel calls it.
    pub reference: Option<String>,
    /// How it stands.
    pub finding: RowFinding,
    /// What the first side says; negative where money went out.
    pub announced: Option<Money>,
    /// What the second side says.
    pub confirmed: Option<Money>,
    /// ISO 4217 code.
    pub currency: String,
    /// Days since its day.
    pub age_days: u64,
    /// The state of the payment.
    pub state: Option<PaymentState>,
    /// The number of the reason for that state.
    pub reason: Option<u16>,
}

/// How the money of some days stands.
#[derive(Clone, Debug)]
pub struct MoneyReport {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// What must always hold, and whether it does.
    pub invariants: Vec<Invariant>,
    /// Sums per day, channel and currency.
    pub days: Vec<DayTotals>,
    /// Every row of every leg, by day, channel, leg and key.
    pub rows: Vec<Row>,
    /// The days of these that are closed.
    pub closings: Vec<Closing>,
    /// What changed on closed days after they were closed.
    pub later: Vec<LaterChange>,
}

impl MoneyReport {
    /// Draws the report up.
    pub fn draw_up(facts: Facts) -> Self {
        let rows = rows::rows(&facts);
        let days = totals::totals(&facts, &rows);
        Self {
            from: facts.from,
            to: facts.to,
            invariants: invariants::check(&facts, &days),
            days,
            rows,
            closings: facts.closings,
            later: facts.later,
        }
    }

    /// The invariants that do not hold.
    pub fn failed(&self) -> impl Iterator<Item = &Invariant> {
        self.invariants.iter().filter(|one| !one.holds)
    }

    /// How many rows are of a class.
    pub fn count(&self, class: RowClass) -> usize {
        let of_class = |row: &&Row| row.finding.class() == Some(class);
        self.rows.iter().filter(of_class).count()
    }
}
