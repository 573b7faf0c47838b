//! What the channels can swear to: the money that moved, whatever the gateway made of it.

use std::collections::BTreeMap;

use crate::domain::money::Money;
use crate::simulator::channels::mishap::{PaymentMishap, Way};

/// What was paid for one reference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PaidFor {
    /// What was owed.
    pub due: Money,
    /// What came, altogether.
    pub credited: Money,
    /// What was taken back.
    pub reversed: Money,
    /// How it came.
    pub way: Way,
    /// What went wrong.
    pub mishap: Option<PaymentMishap>,
}

/// What the channels have moved and sent since they started.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChannelLedger {
    /// What came at counters.
    pub counter_credited: Money,
    /// What was taken back at counters.
    pub counter_reversed: Money,
    /// What came at stations.
    pub station_credited: Money,
    /// What was taken back at stations.
    pub station_reversed: Money,
    /// The sum of the settled lots, which the account was credited with.
    pub lots: Money,
    /// The balance of the account after the last statement.
    pub balance: Money,
    /// Per payment reference as the gateway gave it out, whatever the payer wrote.
    pub paid_for: BTreeMap<String, PaidFor>,
    /// Files that the gateway took.
    pub files: u64,
    /// Notifications that the gateway took.
    pub notifications: u64,
    /// What the gateway refused for good: the file's name or the event, with the status.
    pub refused: Vec<(String, u16)>,
}

impl ChannelLedger {
    pub(super) fn note(&mut self, reference: &str, amount: Money, taken_back: bool) {
        let Some(paid) = self.paid_for.get_mut(reference) else {
            return;
        };
        let totals = match paid.way {
            Way::Counter => (&mut self.counter_credited, &mut self.counter_reversed),
            Way::Station => (&mut self.station_credited, &mut self.station_reversed),
        };
        if taken_back {
            add(totals.1, amount);
            add(&mut paid.reversed, amount);
        } else {
            add(totals.0, amount);
            add(&mut paid.credited, amount);
        }
    }
}

pub(super) fn add(total: &mut Money, amount: Money) {
    *total = Money::from_bani(total.bani().saturating_add(amount.bani()));
}
