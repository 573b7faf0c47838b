//! SelfPay's stations: what was paid today, told at once and settled at night.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::channels::mishap::PaymentMishap;
use crate::simulator::channels::movement::Movement;
use crate::simulator::draw::{between, once_in, one_of};
use crate::simulator::statement::narrative::CashierHabit;
use crate::simulator::statement::selfpay::{
    KioskPayment, NotificationKind, kiosk_reference, settlement_csv, settlement_sum,
};

/// A notification: its key and its body.
pub(super) type Notification = (String, String);

/// A settled lot.
pub(super) struct Lot {
    pub(super) name: String,
    pub(super) csv: String,
    pub(super) count: usize,
    pub(super) sum: Money,
}

/// All stations together.
#[derive(Default)]
pub(super) struct Stations {
    paid: u64,
    notified: u64,
    unsettled: Vec<KioskPayment>,
    /// What was paid for a reference, by its place, until it can no longer be taken back.
    standing: HashMap<(String, u32), KioskPayment>,
}

impl Stations {
    /// Takes a payment, or takes it back, and tells of it.
    pub(super) fn take(
        &mut self,
        movement: &Movement,
        at: DateTime<Utc>,
        random: &Random,
    ) -> Notification {
        let key = (movement.payable.reference.clone(), movement.payment);
        let payment = match self.standing.remove(&key).filter(|_| movement.taken_back) {
            Some(paid) => KioskPayment {
                kind: NotificationKind::Reversed,
                paid_at: at,
                ..paid
            },
            None => self.paid_now(movement, at, random),
        };
        if movement.mishap == Some(PaymentMishap::Reversal) && !movement.taken_back {
            self.standing.insert(key, payment.clone());
        }
        self.notified += 1;
        let event_id = format!("evt_{:08}", self.notified);
        let body = payment.notification(&event_id);
        self.unsettled.push(payment);
        (event_id, body)
    }

    /// Settles what was paid since the last lot; nothing when nothing was.
    pub(super) fn settle(&mut self, day: NaiveDate) -> Option<Lot> {
        let payments = std::mem::take(&mut self.unsettled);
        if payments.is_empty() {
            return None;
        }
        let name = format!("SP{}", day.format("%Y%m%d"));
        Some(Lot {
            csv: settlement_csv(&name, &payments),
            count: payments.len(),
            sum: settlement_sum(&payments),
            name,
        })
    }

    fn paid_now(
        &mut self,
        movement: &Movement,
        at: DateTime<Utc>,
        random: &Random,
    ) -> KioskPayment {
        self.paid += 1;
        let payable = &movement.payable;
        let mut reference = kiosk_reference(&payable.reference);
        if movement.habit == CashierHabit::WrongDigit {
            reference = with_other_last_digit(&reference);
        }
        KioskPayment {
            transaction_id: format!("SP-{}-{:06}", at.format("%Y%m%d"), self.paid),
            kind: NotificationKind::Confirmed,
            reference,
            beneficiary_cnp: once_in(random, 3).then(|| payable.family.cnp.clone()),
            amount: movement.amount,
            commission: Money::from_bani(one_of(random, &[0, 150, 200])),
            terminal: format!("TRM{:03}", between(random, 0, 42)),
            paid_at: at,
        }
    }
}

fn with_other_last_digit(reference: &str) -> String {
    let mut digits: Vec<char> = reference.chars().collect();
    if let Some(last) = digits.last_mut() {
        *last = if *last == '7' { '3' } else { '7' };
    }
    digits.into_iter().collect()
}
