//! What SelfPay's side sends: a notification per payment and a settlement file per day.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Europe::Bucharest;
use serde_json::{Value, json};

use crate::coded;
use crate::domain::money::Money;

coded! {
    /// What a notification tells.
    pub enum NotificationKind as "notification kind" {
        /// Somebody paid at a station.
        Confirmed = "payment.confirmed",
        /// The payment was taken back.
        Reversed = "payment.reversed",
    }
}

/// One payment at a station, as it is notified and settled.
#[derive(Clone, Eq, PartialEq)]
pub struct KioskPayment {
    /// SelfPay's number of the transaction.
    pub transaction_id: String,
    /// Whether it stands.
    pub kind: NotificationKind,
    /// The payment reference as a kiosk takes it: 12 digits.
    pub reference: String,
    /// The applicant's CNP, where the payer typed it.
    pub beneficiary_cnp: Option<String>,
    /// The amount in lei, without the station's commission.
    pub amount: Money,
    /// What the station kept for itself.
    pub commission: Money,
    /// The station.
    pub terminal: String,
    /// When it happened.
    pub paid_at: DateTime<Utc>,
}

impl std::fmt::Debug for KioskPayment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KioskPayment(…)")
    }
}

/// A payment reference as a kiosk takes it: its digits alone, without `RF`.
pub fn kiosk_reference(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_digit).collect()
}

impl KioskPayment {
    /// The body of the notification `event_id` about this payment.
    pub fn notification(&self, event_id: &str) -> String {
        let paid_at = self.paid_at.with_timezone(&Bucharest);
        let mut fields = vec![
            ("event_id", event_id.to_owned()),
            ("transaction_id", self.transaction_id.clone()),
            ("type", self.kind.to_string()),
            ("reference", self.reference.clone()),
            ("amount", self.amount.to_string()),
            ("currency", "RON".to_owned()),
            ("terminal", self.terminal.clone()),
            (
                "paid_at",
                paid_at.to_rfc3339_opts(SecondsFormat::Secs, false),
            ),
        ];
        if let Some(cnp) = &self.beneficiary_cnp {
            fields.push(("beneficiary_cnp", cnp.clone()));
        }
        let fields = fields.into_iter().map(|(name, text)| (name, json!(text)));
        let body: Value = fields.collect();
        body.to_string()
    }

    /// The amount as it counts in a settlement: negative when the payment was taken back.
    fn settled_bani(&self) -> i64 {
        match self.kind {
            NotificationKind::Confirmed => self.amount.bani(),
            NotificationKind::Reversed => self.amount.bani().saturating_neg(),
        }
    }
}

/// The settlement file of `lot`: one row per payment or reversal, gross and commission apart, then
/// a trailer with the count of rows and the gross sum.
pub fn settlement_csv(lot: &str, payments: &[KioskPayment]) -> String {
    let header =
        "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status".to_owned();
    let rows = payments.iter().map(|payment| settlement_row(lot, payment));
    let gross = settlement_sum(payments);
    let trailer = format!("TOTAL;{};{gross}", payments.len());
    let mut lines = vec![header];
    lines.extend(rows);
    lines.push(trailer);
    lines.push(String::new());
    lines.join("\r\n")
}

fn settlement_row(lot: &str, payment: &KioskPayment) -> String {
    let local = payment.paid_at.with_timezone(&Bucharest);
    let status = match payment.kind {
        NotificationKind::Confirmed => "OK",
        NotificationKind::Reversed => "STORNO",
    };
    let KioskPayment {
        transaction_id,
        terminal,
        reference,
        amount,
        commission,
        ..
    } = payment;
    let time = local.format("%Y-%m-%d %H:%M:%S");
    format!(
        "{lot};{transaction_id};{time};{terminal};{reference};{amount};RON;{commission};{status}"
    )
}

/// The sum of a settlement lot, reversals taken off, which is what arrives on the account.
pub fn settlement_sum(payments: &[KioskPayment]) -> Money {
    let bani = payments.iter().map(KioskPayment::settled_bani);
    Money::from_bani(bani.fold(0, i64::saturating_add))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn payment(kind: NotificationKind) -> KioskPayment {
        KioskPayment {
            transaction_id: "SP-20260831-000001".to_owned(),
            kind,
            reference: kiosk_reference("RF29 4073 9182 64"),
            beneficiary_cnp: None,
            amount: Money::from_lei(67),
            commission: Money::from_bani(150),
            terminal: "TRM000".to_owned(),
            paid_at: "2026-08-31T07:05:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_notification_tells_the_payment_with_the_time_in_bucharest() {
        expect![[r#"{"amount":"67.00","currency":"RON","event_id":"evt_1","paid_at":"2026-08-31T10:05:00+03:00","reference":"294073918264","terminal":"TRM000","transaction_id":"SP-20260831-000001","type":"payment.confirmed"}"#]]
        .assert_eq(&payment(NotificationKind::Confirmed).notification("evt_1"));
        let named = KioskPayment {
            beneficiary_cnp: Some("1630615123457".to_owned()),
            ..payment(NotificationKind::Reversed)
        };
        let body = named.notification("evt_2");
        assert!(body.contains(r#""beneficiary_cnp":"1630615123457""#));
        assert!(body.contains(r#""type":"payment.reversed""#));
    }

    #[test]
    fn a_settlement_ends_with_count_and_sum() {
        let payments = [
            payment(NotificationKind::Confirmed),
            payment(NotificationKind::Confirmed),
            payment(NotificationKind::Reversed),
        ];
        expect![[r"
            lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status
            SP1;SP-20260831-000001;2026-08-31 10:05:00;TRM000;294073918264;67.00;RON;1.50;OK
            SP1;SP-20260831-000001;2026-08-31 10:05:00;TRM000;294073918264;67.00;RON;1.50;OK
            SP1;SP-20260831-000001;2026-08-31 10:05:00;TRM000;294073918264;67.00;RON;1.50;STORNO
            TOTAL;3;67.00
        "]]
        .assert_eq(&settlement_csv("SP1", &payments).replace("\r\n", "\n"));
        assert_eq!(settlement_sum(&payments), Money::from_lei(67));
    }
}
