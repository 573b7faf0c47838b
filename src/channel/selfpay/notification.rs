//! The body of a notification.
//!
//! Fields that we do not know are passed over, so that SelfPay can add one without our release;
//! a field that we do know must have its type, because guessing at money is worse than a 422.

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

use crate::channel::amount;
use crate::channel::{Detail, Entry};
use crate::domain::calendar::bucharest_day;
use crate::domain::cnp::Cnp;
use crate::domain::payment_reference::PaymentReference;

crate::coded! {
    /// What happened at the station.
    pub enum NotificationKind as "notification type" {
        /// Money was taken.
        Confirmed = "payment.confirmed",
        /// Money that was taken has been given back.
        Reversed = "payment.reversed",
    }
}

/// One payment at a station, or its reversal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notification {
    /// The key of this notification; a repetition has the same.
    pub event_id: String,
    /// The key of the payment; a reversal has that of the payment it takes back.
    pub transaction_id: String,
    /// What happened.
    pub kind: NotificationKind,
    /// What was typed at the station, which may not be a reference that we gave out.
    pub reference: String,
    /// The code of the person the card is for, when the station asked for it and it is one.
    pub beneficiary_cnp: Option<Cnp>,
    /// The amount in bani.
    pub amount_minor: i64,
    /// The station.
    pub terminal: String,
    /// When it was paid.
    pub paid_at: DateTime<FixedOffset>,
}

/// Why a body is no notification.
#[derive(Debug, thiserror::Error)]
pub enum NotificationFault {
    /// It is not JSON, or a field is missing or has another type.
    #[error("the notification cannot be read at line {line}, column {column}")]
    Unreadable {
        /// The line of the body.
        line: usize,
        /// The column of that line.
        column: usize,
    },
    /// A key is empty or longer than any.
    #[error("{0} is empty or too long")]
    Key(&'static str),
    /// The type is not one of ours.
    #[error("the type of the notification is unknown")]
    Kind,
    /// The currency is not RON.
    #[error("the currency is not RON")]
    Currency,
    /// The amount is not a positive number of whole bani.
    #[error("the amount is not a positive number of whole bani")]
    Amount,
}

/// Keys go into the database and into messages to operators.
const KEY_LETTERS_MAX: usize = 64;

#[derive(Deserialize)]
struct Body {
    event_id: String,
    transaction_id: String,
    #[serde(rename = "type")]
    kind: String,
    reference: String,
    #[serde(default)]
    beneficiary_cnp: Option<String>,
    amount: String,
    currency: String,
    terminal: String,
    paid_at: DateTime<FixedOffset>,
}

impl Notification {
    /// Reads a body whose signature was verified.
    pub fn read(body: &[u8]) -> Result<Self, NotificationFault> {
        let body: Body =
            serde_json::from_slice(body).map_err(|error| NotificationFault::Unreadable {
                line: error.line(),
                column: error.column(),
            })?;
        for (name, key) in [
            ("event_id", &body.event_id),
            ("transaction_id", &body.transaction_id),
            ("reference", &body.reference),
            ("terminal", &body.terminal),
        ] {
            if key.trim().is_empty() || key.chars().count() > KEY_LETTERS_MAX {
                return Err(NotificationFault::Key(name));
            }
        }
        if body.currency != "RON" {
            return Err(NotificationFault::Currency);
        }
        let amount_minor = amount::minor(&body.amount, "RON")
            .ok()
            .filter(|minor| *minor > 0)
            .ok_or(NotificationFault::Amount)?;
        Ok(Self {
            kind: NotificationKind::parse(&body.kind).or(Err(NotificationFault::Kind))?,
            event_id: body.event_id,
            transaction_id: body.transaction_id,
            reference: body.reference,
            // The money is real even when the code is not.
            beneficiary_cnp: body.beneficiary_cnp.and_then(|text| Cnp::parse(&text).ok()),
            amount_minor,
            terminal: body.terminal,
            paid_at: body.paid_at,
        })
    }

    /// The reference, when what was typed is one.
    pub fn payment_reference(&self) -> Option<PaymentReference> {
        PaymentReference::parse(&self.reference).ok()
    }

    /// The notification in the shape of a statement's line.
    pub fn entry(&self) -> Entry {
        let credit = self.kind == NotificationKind::Confirmed;
        let on = bucharest_day(self.paid_at.to_utc());
        Entry {
            amount_minor: self.amount_minor,
            currency: "RON".to_owned(),
            credit,
            reversal: !credit,
            booked: true,
            booked_on: Some(on),
            value_on: Some(on),
            bank_reference: Some(self.transaction_id.clone()),
            end_to_end_id: None,
            structured_reference: Some(self.reference.clone()),
            payer_account: None,
            text: String::new(),
            joined_text: String::new(),
            as_written: String::new(),
            details: Vec::<Detail>::new(),
            place: format!("notification {}", self.event_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn body() -> Value {
        json!({
            "event_id": "evt_0001",
            "transaction_id": "SP-20260831-000001",
            "type": "payment.confirmed",
            "reference": "294073918264",
            "amount": "67.00",
            "currency": "RON",
            "terminal": "TRM000",
            "paid_at": "2026-08-31T23:30:00+00:00",
            "a_field_of_tomorrow": {"known": false},
        })
    }

    fn read_with(field: &str, value: Value) -> Result<Notification, NotificationFault> {
        let mut body = body();
        body[field] = value;
        Notification::read(body.to_string().as_bytes())
    }

    #[test]
    fn a_payment_is_read_and_unknown_fields_are_passed_over() {
        let read = Notification::read(body().to_string().as_bytes()).unwrap();
        assert_eq!(read.kind, NotificationKind::Confirmed);
        assert_eq!(read.amount_minor, 6700);
        assert_eq!(
            read.payment_reference().map(PaymentReference::compact),
            Some("RF294073918264".to_owned())
        );
        let entry = read.entry();
        assert!(entry.credit && !entry.reversal && entry.booked);
        // Half past eleven in Greenwich is the next day in Bucharest.
        assert_eq!(
            entry.booked_on.map(|on| on.to_string()).as_deref(),
            Some("2026-09-01")
        );
        assert_eq!(entry.bank_reference.as_deref(), Some("SP-20260831-000001"));
    }

    #[test]
    fn a_reversal_shrinks_the_account() {
        let entry = read_with("type", json!("payment.reversed"))
            .unwrap()
            .entry();
        assert!(!entry.credit && entry.reversal);
        assert_eq!(entry.signed_minor(), -6700);
    }

    #[test]
    fn a_wrong_code_or_reference_does_not_lose_the_money() {
        let read = read_with("beneficiary_cnp", json!("1630615123457")).unwrap();
        assert!(read.beneficiary_cnp.is_some());
        let read = read_with("beneficiary_cnp", json!("1630615123458")).unwrap();
        assert_eq!(read.beneficiary_cnp, None);
        let read = read_with("reference", json!("294073918265")).unwrap();
        assert_eq!(read.payment_reference(), None);
    }

    #[test]
    fn known_fields_must_have_their_type() {
        for (field, value) in [
            ("amount", json!(67)),
            ("amount", json!(67.0)),
            ("event_id", json!(1)),
            ("paid_at", json!("2026-08-31 10:05")),
            ("currency", Value::Null),
        ] {
            let fault = read_with(field, value).unwrap_err();
            assert!(
                matches!(fault, NotificationFault::Unreadable { .. }),
                "{field}"
            );
        }
        assert!(Notification::read(b"").is_err());
    }

    #[test]
    fn values_are_checked_by_name() {
        for (field, value, expected) in [
            (
                "amount",
                "67.005",
                "the amount is not a positive number of whole bani",
            ),
            (
                "amount",
                "-67.00",
                "the amount is not a positive number of whole bani",
            ),
            (
                "amount",
                "0.00",
                "the amount is not a positive number of whole bani",
            ),
            ("currency", "EUR", "the currency is not RON"),
            (
                "type",
                "payment.maybe",
                "the type of the notification is unknown",
            ),
            ("transaction_id", " ", "transaction_id is empty or too long"),
        ] {
            let fault = read_with(field, json!(value)).unwrap_err();
            assert_eq!(fault.to_string(), expected);
        }
    }
}
