//! What is known of the money of some days, before it is judged.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::refund::RefundState;

/// Everything that a report is drawn up from.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The day on which it is drawn up.
    pub today: NaiveDate,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Every movement of these days.
    pub payments: Vec<PaymentFacts>,
    /// What came in on these days, summed up without looking at single movements.
    pub credits: Vec<CreditSum>,
    /// The files whose statements touch these days.
    pub files: Vec<FileFacts>,
    /// Refunds that stand in the bank's lists of these days.
    pub refunds: Vec<RefundFacts>,
    /// Settlement lots of these days and a month around them.
    pub lots: Vec<LotFacts>,
    /// Bank credits of lots, of these days and a month around them.
    pub lot_credits: Vec<LotCredit>,
    /// Notifications that are kept and that nobody has read.
    pub unread_notifications: u64,
    /// Applications whose paid sum is not that of their ties.
    pub fees_apart: u64,
    /// The days of these that are closed.
    pub closings: Vec<Closing>,
    /// What changed on them afterwards.
    pub later: Vec<LaterChange>,
}

/// One movement of money.
#[derive(Clone, Debug)]
pub struct PaymentFacts {
    /// Its number.
    pub number: String,
    /// Its channel.
    pub channel: Channel,
    /// What the channel calls it.
    pub reference: Option<String>,
    /// How much, never negative.
    pub amount: Money,
    /// ISO 4217 code.
    pub currency: String,
    /// Whether the account grew.
    pub credit: bool,
    /// Whether it takes an earlier movement back.
    pub reversal: bool,
    /// The day of booking, or of payment at a station.
    pub booked_on: NaiveDate,
    /// What has happened to it.
    pub state: PaymentState,
    /// The number of the reason for that.
    pub reason: Option<u16>,
    /// The sum of its ties, those undone taken off.
    pub tied: Money,
    /// What of it is set aside to be given back, or was given back.
    pub refunded: Money,
    /// The sum of the movements that take it back.
    pub taken_back: Money,
    /// What the one application it is tied to owes and was paid.
    pub fee: Option<(Money, Money)>,
    /// Where it was seen.
    pub seen: Sightings,
}

impl PaymentFacts {
    /// Whether parts of it are tied by themselves: to several applications, so that it is no single
    /// one's, or to one, with a surplus that is held.
    pub fn is_split(&self) -> bool {
        let has_surplus = self.reason == Some(MatchReason::Overpaid.number());
        self.tied != Money::ZERO && (self.fee.is_none() || has_surplus)
    }

    /// What of it is tied or given back.
    pub fn used(&self) -> Money {
        self.tied.checked_add(self.refunded).unwrap_or(self.tied)
    }

    /// The effect on the account.
    pub fn signed(&self) -> Money {
        if self.credit {
            self.amount
        } else {
            Money::from_bani(self.amount.bani().saturating_neg())
        }
    }
}

/// Where a movement was seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sightings {
    /// In a notification, or in a file of the bank within the day.
    pub announced: bool,
    /// In a settlement or a statement.
    pub confirmed: bool,
    /// More than once in one settlement.
    pub settled_twice: bool,
    /// With another content; the effect on the account that was told then.
    pub contradicted: Option<Money>,
}

/// What came in on a channel, in one currency.
#[derive(Clone, Debug)]
pub struct CreditSum {
    /// The channel.
    pub channel: Channel,
    /// ISO 4217 code.
    pub currency: String,
    /// How much.
    pub sum: Money,
    /// In how many movements.
    pub count: u64,
}

/// A channel's file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// What people call it.
    pub name: String,
    /// Whether its import ended.
    pub is_finished: bool,
    /// Booked movements that are believed.
    pub believed: u64,
    /// Movements that it was seen to tell of.
    pub seen: u64,
    /// Its statements that do not add up.
    pub untied: u64,
    /// By how much its balances moved, where every statement has both and all of it is believed.
    pub moved: Option<Money>,
    /// The sum of the movements that it was seen to tell of.
    pub told: Money,
}

/// A refund that the bank was asked to pay.
#[derive(Clone, Debug)]
pub struct RefundFacts {
    /// Its number.
    pub number: String,
    /// The channel of the payment that it gives back.
    pub channel: Channel,
    /// The day of the list in which it stands.
    pub listed_on: NaiveDate,
    /// How much.
    pub amount: Money,
    /// ISO 4217 code.
    pub currency: String,
    /// What has happened to it.
    pub state: RefundState,
    /// What the bank debited for it.
    pub debited: Option<Money>,
}

/// A settlement lot.
#[derive(Clone, Debug)]
pub struct LotFacts {
    /// Its name.
    pub lot: String,
    /// Its last day.
    pub on: NaiveDate,
    /// The gross sum, reversals taken off.
    pub sum: Money,
}

/// What the bank credited for a lot.
#[derive(Clone, Debug)]
pub struct LotCredit {
    /// The lot that its text names.
    pub lot: Option<String>,
    /// The number of the movement.
    pub number: String,
    /// The day of booking.
    pub on: NaiveDate,
    /// How much.
    pub amount: Money,
}

/// A day that is closed.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The channel.
    pub channel: Channel,
    /// The day.
    pub day: NaiveDate,
    /// Who closed it.
    pub actor: String,
    /// Why, where it was closed although something did not agree.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether its payments stand as they stood then.
    pub is_unchanged: bool,
}

/// What happened to a payment of a closed day.
#[derive(Clone, Debug)]
pub struct LaterChange {
    /// The channel.
    pub channel: Channel,
    /// The day.
    pub day: NaiveDate,
    /// The payment's number.
    pub number: String,
    /// What happened.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// Why, as the operator said; rules and late files say nothing.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}
