//! A payment as a row of a list, on a page or in a file of cells.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::console::look::badge::{Badge, Toned};
use crate::console::pages::payments::sheet::path_of;
use crate::domain::day::DayState;
use crate::domain::payment::PaymentState;
use crate::domain::reason::Reason;
use crate::domain::refund::RefundState;
use crate::store::payments::Payment;
use crate::words::{Explanation, Language, amount, date, name_of, when};

/// The currency of fees.
const LEI: &str = "RON";

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) when: String,
    pub(crate) booked: String,
    pub(crate) channel: &'static str,
    pub(crate) amount: String,
    pub(crate) badge: Badge,
    /// The reason of its state; empty where it is a happy one.
    pub(crate) why: &'static str,
    /// The number of the first candidate, and how many there are.
    pub(crate) candidates: Option<(String, usize)>,
}

impl Row {
    /// Puts a payment into words; `details` are those of open holds.
    pub(crate) fn of(
        payment: &Payment,
        details: &BTreeMap<Uuid, String>,
        now: DateTime<Utc>,
        language: Language,
    ) -> Self {
        let offers = payment.state == PaymentState::Suggested;
        let detail = details.get(&payment.id.0).filter(|_| offers);
        let booked = payment.booked_on.map(|day| date(language, day));
        Self {
            number: payment.number.clone(),
            path: path_of(payment),
            when: when(language, now, payment.received_at),
            booked: booked.unwrap_or_default(),
            channel: name_of(payment.channel, language),
            amount: money_of(payment, language),
            badge: Badge::of(payment.state, language),
            why: reason_of(payment)
                .map_or("", |reason| Explanation::from(reason).title.of(language)),
            candidates: detail.and_then(|detail| candidates_in(detail)),
        }
    }
}

/// An amount with its currency, negative where money went out.
pub(crate) fn money_of(payment: &Payment, language: Language) -> String {
    let sign = if payment.credit { "" } else { "-" };
    let currency = if payment.currency == LEI {
        "lei"
    } else {
        &payment.currency
    };
    format!("{sign}{} {currency}", amount(language, payment.amount))
}

/// The reason of a payment's state.
pub(crate) fn reason_of(payment: &Payment) -> Option<Reason> {
    let number = payment.reason.and_then(|code| u16::try_from(code).ok());
    number.and_then(Reason::from_number)
}

/// The first of the applications that a hold names, and how many it names (`CODE: A, B`).
fn candidates_in(detail: &str) -> Option<(String, usize)> {
    let (_, numbers) = detail.split_once(": ")?;
    let mut numbers = numbers.split(", ");
    let first = numbers.next()?.to_owned();
    Some((first, numbers.count() + 1))
}

impl Toned for PaymentState {
    fn tone(self) -> &'static str {
        match self {
            Self::Suggested | Self::Unmatched | Self::RefundDue => "warn",
            Self::Matched | Self::Consumed | Self::Refunded => "ok",
            Self::Reversed => "bad",
            Self::Imported | Self::Invalid => "",
        }
    }
}

impl Toned for RefundState {
    fn tone(self) -> &'static str {
        match self {
            Self::Proposed | Self::Approved => "warn",
            Self::Paid => "ok",
            Self::Returned => "bad",
            Self::Exported | Self::Rejected | Self::Withdrawn => "",
        }
    }
}

impl Toned for DayState {
    fn tone(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Closed => "ok",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_counted_as_the_hold_names_them() {
        assert_eq!(
            candidates_in("SEVERAL_CANDIDATES: CLJ-1, CLJ-2, CLJ-3"),
            Some(("CLJ-1".to_owned(), 3))
        );
        assert_eq!(candidates_in("REFERENCE_MISSING"), None);
        assert_eq!(candidates_in("an operator undid its tie"), None);
    }
}
