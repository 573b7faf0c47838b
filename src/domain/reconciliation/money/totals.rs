//! Sums per day, channel and currency.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::coded;
use crate::domain::day::DayState;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::reconciliation::money::{Facts, LEI, PaymentFacts, Row, RowClass};

coded! {
    /// Where money that came in is accounted for.
    pub enum Head as "head of account" {
        /// Tied to fees.
        Matched = "MATCHED",
        /// An operator is asked whose it is.
        Suggested = "SUGGESTED",
        /// Not looked at yet, or nobody is known whose it could be.
        Unmatched = "UNMATCHED",
        /// To be given back, or given back.
        Refunds = "REFUNDS",
        /// Not in lei.
        Foreign = "FOREIGN",
        /// Taken back by the channel.
        Reversed = "REVERSED",
        /// No payment of a fee: the sum of a lot, or what an operator dismissed.
        NotFees = "NOT_FEES",
    }
}

impl PaymentFacts {
    /// Where its money is accounted for; `None` where none came in.
    pub fn head(&self) -> Option<Head> {
        if !self.credit {
            return None;
        }
        Some(match self.state {
            PaymentState::Reversed => Head::Reversed,
            _ if self.currency != LEI => Head::Foreign,
            PaymentState::Matched | PaymentState::Consumed => Head::Matched,
            PaymentState::Suggested => Head::Suggested,
            PaymentState::Imported | PaymentState::Unmatched => Head::Unmatched,
            PaymentState::RefundDue | PaymentState::Refunded => Head::Refunds,
            PaymentState::Invalid => Head::NotFees,
        })
    }
}

/// What came in on one day and channel in one currency, and where it is; in minor units.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DayTotals {
    /// The day.
    pub day: NaiveDate,
    /// The channel.
    pub channel: Channel,
    /// ISO 4217 code.
    pub currency: String,
    /// Movements, outgoing ones too.
    pub movements: u64,
    /// Everything that came in.
    pub credited: i128,
    /// Everything that went out.
    pub debited: i128,
    /// Of what came in: under each head.
    pub heads: BTreeMap<Head, i128>,
    /// Rows whose other side is not there yet.
    pub expected: u64,
    /// Rows whose sides differ.
    pub mismatched: u64,
    /// Whether the day is closed.
    pub state: DayState,
}

impl DayTotals {
    /// The money under a head.
    pub fn under(&self, head: Head) -> i128 {
        self.heads.get(&head).copied().unwrap_or(0)
    }

    /// The money in: what came in for fees and stayed.
    pub fn money_in(&self) -> i128 {
        self.credited - self.under(Head::Reversed) - self.under(Head::NotFees)
    }

    /// The money that is accounted for.
    pub fn accounted(&self) -> i128 {
        [
            Head::Matched,
            Head::Suggested,
            Head::Unmatched,
            Head::Refunds,
            Head::Foreign,
        ]
        .into_iter()
        .map(|head| self.under(head))
        .sum()
    }

    fn take(&mut self, payment: &PaymentFacts) {
        let amount = i128::from(payment.amount.bani());
        let refunded = i128::from(payment.refunded.bani());
        self.movements += 1;
        if payment.credit {
            self.credited += amount;
        } else {
            self.debited += amount;
        }
        match payment.head() {
            // Matched is what is tied, not what the state says: the two are held together. Of a
            // payment that was split, what no part takes is still nobody's.
            Some(Head::Matched) => {
                let tied = i128::from(payment.tied.bani());
                self.add(Head::Matched, tied);
                self.add(Head::Refunds, refunded);
                if payment.is_split() {
                    self.add(Head::Unmatched, amount - tied - refunded);
                }
            }
            // What was given back of money whose tie was undone afterwards.
            Some(head @ (Head::Suggested | Head::Unmatched)) => {
                self.add(head, amount - refunded);
                self.add(Head::Refunds, refunded);
            }
            Some(head) => self.add(head, amount),
            None => (),
        }
    }

    fn add(&mut self, head: Head, minor: i128) {
        *self.heads.entry(head).or_insert(0) += minor;
    }
}

type Key<'a> = (NaiveDate, Channel, &'a str);

pub(super) fn totals(facts: &Facts, rows: &[Row]) -> Vec<DayTotals> {
    let mut all: BTreeMap<Key<'_>, DayTotals> = BTreeMap::new();
    for payment in &facts.payments {
        let key = (
            payment.booked_on,
            payment.channel,
            payment.currency.as_str(),
        );
        all.entry(key)
            .or_insert_with(|| empty(key, facts))
            .take(payment);
    }
    for row in rows {
        let key = (row.day, row.channel, row.currency.as_str());
        let day = all.entry(key).or_insert_with(|| empty(key, facts));
        match row.finding.class() {
            Some(RowClass::Expected) => day.expected += 1,
            Some(RowClass::Mismatched) => day.mismatched += 1,
            None => (),
        }
    }
    all.into_values().collect()
}

fn empty((day, channel, currency): Key<'_>, facts: &Facts) -> DayTotals {
    let is_closed = facts
        .closings
        .iter()
        .any(|closing| closing.day == day && closing.channel == channel);
    DayTotals {
        day,
        channel,
        currency: currency.to_owned(),
        movements: 0,
        credited: 0,
        debited: 0,
        heads: BTreeMap::new(),
        expected: 0,
        mismatched: 0,
        state: if is_closed {
            DayState::Closed
        } else {
            DayState::Open
        },
    }
}

/// How each payment of a closed day stands, one a line, in one form: what a digest is made of.
pub fn canonical_lines<'a>(payments: impl IntoIterator<Item = &'a PaymentFacts>) -> String {
    let mut lines: Vec<String> = payments
        .into_iter()
        .map(|one| {
            let head = one.head().map_or("-", Head::as_str);
            let (signed, tied) = (one.signed().bani(), one.tied.bani());
            // Digests of days before there were refunds stay what they are.
            let refunded = match one.refunded {
                Money::ZERO => String::new(),
                refunded => format!("|{}", refunded.bani()),
            };
            let (number, currency) = (&one.number, &one.currency);
            format!("{number}|{signed}|{currency}|{head}|{tied}{refunded}\n")
        })
        .collect();
    lines.sort_unstable();
    lines.concat()
}
