//! One fee and the movements of money that its payer makes of it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::money::Money;
use crate::random::Random;
use crate::simulator::channels::mishap::{PaymentMishap, Way};
use crate::simulator::draw::{between, one_of};
use crate::simulator::person::Family;
use crate::simulator::statement::narrative::CashierHabit;

/// A fee that somebody is about to pay.
#[derive(Clone, Debug)]
pub struct Payable {
    /// The payment reference that the gateway gave out, in any of its forms.
    pub reference: String,
    /// Whom the card is for, and who pays for a minor.
    pub family: Family,
    /// What is owed.
    pub amount: Money,
}

/// Money that moves once.
#[derive(Clone, Debug)]
pub(super) struct Movement {
    pub(super) payable: Arc<Payable>,
    pub(super) way: Way,
    /// The place among the payments for this fee; a reversal has that of what it takes back.
    pub(super) payment: u32,
    pub(super) taken_back: bool,
    pub(super) amount: Money,
    pub(super) habit: CashierHabit,
    pub(super) mishap: Option<PaymentMishap>,
}

/// The movements for a fee and when they happen, the first one at `now` unless it is late.
pub(super) fn plan(
    payable: &Arc<Payable>,
    way: Way,
    mishap: Option<PaymentMishap>,
    now: DateTime<Utc>,
    random: &Random,
) -> Vec<(DateTime<Utc>, Movement)> {
    let habit = match mishap {
        Some(PaymentMishap::WrongDigit) => CashierHabit::WrongDigit,
        Some(PaymentMishap::ForChild) => CashierHabit::ForChild,
        Some(PaymentMishap::NoReference) => CashierHabit::NameOnly,
        _ => clear_habit(random),
    };
    let paid = |payment, amount| Movement {
        payable: Arc::clone(payable),
        way,
        payment,
        taken_back: false,
        amount,
        habit,
        mishap,
    };
    let all = payable.amount;
    let after = |days, minutes| {
        let minutes = i64::from(between(random, 0, minutes));
        now + TimeDelta::days(days) + TimeDelta::minutes(minutes)
    };
    match mishap {
        Some(PaymentMishap::Late) => vec![(after(2, 3 * 24 * 60), paid(1, all))],
        Some(PaymentMishap::Twice) => vec![(now, paid(1, all)), (after(0, 240), paid(2, all))],
        Some(PaymentMishap::TooLittle) => {
            let short = Money::from_lei(i64::from(between(random, 1, 30)));
            let first = all.checked_sub(short).filter(|rest| *rest > Money::ZERO);
            match first {
                Some(first) => vec![(now, paid(1, first)), (after(1, 120), paid(2, short))],
                None => vec![(now, paid(1, all))],
            }
        }
        Some(PaymentMishap::Reversal) => {
            let back = Movement {
                taken_back: true,
                ..paid(1, all)
            };
            vec![
                (now, paid(1, all)),
                (after(1, 60), back),
                (after(2, 60), paid(2, all)),
            ]
        }
        _ => vec![(now, paid(1, all))],
    }
}

fn clear_habit(random: &Random) -> CashierHabit {
    let clear: Vec<Option<CashierHabit>> = CashierHabit::CLEAR.iter().copied().map(Some).collect();
    one_of(random, &clear).unwrap_or(CashierHabit::Reference)
}
