//! The legs of the money, row by row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::domain::matching::MatchReason;
use crate::domain::matching::legs::{Finding, Told, compare, lot_difference};
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::reconciliation::money::{
    Facts, Head, LEI, Leg, LotCredit, LotFacts, PaymentFacts, RefundFacts, Row, RowFinding,
};
use crate::domain::refund::{RefundState, end_to_end_id};

/// A payment at a station is settled with its day, or with the next.
const SETTLEMENT_DAYS: u64 = 1;
/// Weekends and holidays lie between a lot and its credit, or a booking and its statement.
const BANK_DAYS: u64 = 3;
/// A bank pays within the day or the next working day; its statement follows.
pub const REFUND_DAYS: u64 = 5;
/// Payers are ahead of their applications by days or weeks; the law gives 30 days for the card.
const MATCH_DAYS: u64 = 30;

pub(super) fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows = settled(facts);
    rows.extend(lots(facts));
    rows.extend(stated(facts));
    rows.extend(facts.payments.iter().filter_map(|one| tied(facts, one)));
    rows.extend(facts.refunds.iter().map(|one| refunded(facts, one)));
    rows.sort_by(|a, b| {
        let place = |row: &Row| (row.day, row.channel, row.leg);
        place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key))
    });
    rows
}

/// Notification against settlement, one to one.
fn settled(facts: &Facts) -> Vec<Row> {
    let leg = Leg::NotificationSettlement;
    let mut rows = confirmed(facts, leg, Channel::SelfPay, SETTLEMENT_DAYS);
    for row in &mut rows {
        let came_without = facts.lots.iter().any(|lot| lot.on >= row.day);
        if row.finding == RowFinding::Overdue && came_without {
            row.finding = RowFinding::MissingInSettlement;
        }
    }
    rows
}

/// What the bank told within the day against its statements. A day of which it told nothing
/// within the day announces nothing.
fn stated(facts: &Facts) -> Vec<Row> {
    let announced = facts.payments.iter().filter(|one| one.seen.announced);
    let of_bank = announced.filter(|one| one.channel == Channel::Cec);
    let days: BTreeSet<NaiveDate> = of_bank.map(|one| one.booked_on).collect();
    let mut rows = confirmed(facts, Leg::IntradayStatement, Channel::Cec, BANK_DAYS);
    rows.retain(|row| days.contains(&row.day) || row.finding == RowFinding::AmountDiffers);
    rows
}

/// What was announced on a channel against what was confirmed.
fn confirmed(facts: &Facts, leg: Leg, channel: Channel, term_days: u64) -> Vec<Row> {
    let of_channel = facts.payments.iter().filter(|one| one.channel == channel);
    let payments: BTreeMap<&str, &PaymentFacts> =
        of_channel.map(|one| (one.number.as_str(), one)).collect();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (number, payment) in &payments {
        let told = Told {
            key: number,
            amount: payment.signed(),
            on: payment.booked_on,
            reversed: payment.state == PaymentState::Reversed,
        };
        let seen = payment.seen;
        left.extend(seen.announced.then_some(told));
        right.extend(seen.confirmed.then_some(told));
        right.extend(seen.settled_twice.then_some(told));
        if let Some(amount) = seen.contradicted {
            let other = Told { amount, ..told };
            if !seen.announced {
                left.push(other);
            } else if !seen.confirmed {
                right.push(other);
            }
        }
    }
    compare(&left, &right, facts.today, term_days)
        .into_iter()
        .filter_map(|found| {
            let payment = payments.get(found.key)?;
            let contradicted = payment.seen.contradicted.is_some();
            Some(Row {
                finding: if contradicted {
                    RowFinding::AmountDiffers
                } else {
                    finding(found.finding)
                },
                announced: found.announced,
                confirmed: found.confirmed,
                ..row(facts, leg, payment)
            })
        })
        .collect()
}

const fn finding(found: Finding) -> RowFinding {
    match found {
        Finding::Matched => RowFinding::Matched,
        Finding::Expected => RowFinding::Expected,
        Finding::Overdue => RowFinding::Overdue,
        Finding::NeverAnnounced => RowFinding::MissingNotification,
        Finding::AmountDiffers | Finding::ReversedOnOneSide => RowFinding::AmountDiffers,
        Finding::Duplicate => RowFinding::Duplicate,
        Finding::Reversed => RowFinding::Reversed,
    }
}

/// Settlement lots against what the bank credited for them, many to one. A row belongs to the
/// lot's day, or to the credit's where no lot came.
fn lots(facts: &Facts) -> Vec<Row> {
    let mut credits: BTreeMap<&str, Vec<&LotCredit>> = BTreeMap::new();
    for credit in &facts.lot_credits {
        let lot = credit.lot.as_deref().unwrap_or("");
        credits.entry(lot).or_default().push(credit);
    }
    let mut rows = Vec::new();
    for lot in &facts.lots {
        let of_lot = credits.remove(lot.lot.as_str()).unwrap_or_default();
        rows.push(lot_row(facts, lot, &of_lot));
    }
    let without_lot = credits.into_values().flatten();
    rows.extend(without_lot.map(|credit| Row {
        reference: credit.lot.clone(),
        finding: RowFinding::MissingInSettlement,
        confirmed: Some(credit.amount),
        ..plain(
            facts,
            Leg::LotCredit,
            (Channel::Cec, credit.on),
            &credit.number,
        )
    }));
    rows.retain(|row| (facts.from..=facts.to).contains(&row.day));
    rows
}

fn lot_row(facts: &Facts, lot: &LotFacts, credits: &[&LotCredit]) -> Row {
    let finding = match credits {
        // A lot of payments and reversals of the same sum moves nothing.
        [] if lot.sum == Money::ZERO => RowFinding::Matched,
        [] if is_late(facts, lot.on, BANK_DAYS) => RowFinding::Overdue,
        [] => RowFinding::Expected,
        [one] if lot_difference(&[lot.sum], one.amount) == Some(Money::ZERO) => RowFinding::Matched,
        [_] => RowFinding::AmountDiffers,
        _ => RowFinding::Duplicate,
    };
    Row {
        reference: credits.first().map(|one| one.number.clone()),
        finding,
        announced: Some(lot.sum),
        confirmed: credits.first().map(|one| one.amount),
        ..plain(facts, Leg::LotCredit, (Channel::SelfPay, lot.on), &lot.lot)
    }
}

/// What came in against the fees that it pays; `None` where it is no money for fees.
fn tied(facts: &Facts, payment: &PaymentFacts) -> Option<Row> {
    let finding = match payment.head() {
        None if payment.reversal => reversal(facts, payment),
        None | Some(Head::NotFees) => return None,
        Some(Head::Reversed) => RowFinding::Reversed,
        Some(Head::Matched) => fee_finding(payment),
        Some(Head::Suggested | Head::Unmatched | Head::Foreign) => waiting(facts, payment),
        Some(Head::Refunds) => refund(facts, payment),
    };
    Some(Row {
        finding,
        announced: Some(payment.signed()),
        confirmed: (payment.tied != Money::ZERO).then_some(payment.tied),
        ..row(facts, Leg::PaymentMatch, payment)
    })
}

fn reversal(facts: &Facts, payment: &PaymentFacts) -> RowFinding {
    match payment.state {
        PaymentState::Reversed => RowFinding::Reversed,
        _ => waiting(facts, payment),
    }
}

/// A fee that is not paid exactly has its difference with every payment of it.
fn fee_finding(payment: &PaymentFacts) -> RowFinding {
    let is_exact = payment.fee.is_none_or(|(due, paid)| due == paid);
    if is_exact && payment.used() == payment.amount {
        RowFinding::Matched
    } else {
        RowFinding::AmountDiffers
    }
}

fn waiting(facts: &Facts, payment: &PaymentFacts) -> RowFinding {
    if payment.reason == Some(MatchReason::ReferenceUnknown.number()) {
        RowFinding::UnknownReference
    } else if is_late(facts, payment.booked_on, MATCH_DAYS) {
        RowFinding::Overdue
    } else {
        RowFinding::Expected
    }
}

fn refund(facts: &Facts, payment: &PaymentFacts) -> RowFinding {
    match payment.state {
        PaymentState::RefundDue => {
            if payment.reason == Some(MatchReason::SecondPayment.number()) {
                RowFinding::Duplicate
            } else {
                waiting(facts, payment)
            }
        }
        _ => RowFinding::Matched,
    }
}

/// What the bank was asked to give back against its debit.
fn refunded(facts: &Facts, refund: &RefundFacts) -> Row {
    let finding = match refund.state {
        RefundState::Paid => RowFinding::Matched,
        RefundState::Returned => RowFinding::Reversed,
        _ if is_late(facts, refund.listed_on, REFUND_DAYS) => RowFinding::Overdue,
        _ => RowFinding::Expected,
    };
    let negative = |money: Money| Money::from_bani(money.bani().saturating_neg());
    let place = (refund.channel, refund.listed_on);
    Row {
        reference: Some(end_to_end_id(&refund.number)),
        finding,
        announced: Some(negative(refund.amount)),
        confirmed: refund.debited.map(negative),
        currency: refund.currency.clone(),
        ..plain(facts, Leg::RefundDebit, place, &refund.number)
    }
}

fn is_late(facts: &Facts, on: NaiveDate, term_days: u64) -> bool {
    on.checked_add_days(Days::new(term_days))
        .is_some_and(|last| facts.today > last)
}

fn row(facts: &Facts, leg: Leg, payment: &PaymentFacts) -> Row {
    let place = (payment.channel, payment.booked_on);
    Row {
        reference: payment.reference.clone(),
        currency: payment.currency.clone(),
        state: Some(payment.state),
        reason: payment.reason,
        ..plain(facts, leg, place, &payment.number)
    }
}

fn plain(facts: &Facts, leg: Leg, (channel, day): (Channel, NaiveDate), key: &str) -> Row {
    let age = facts.today.signed_duration_since(day).num_days();
    Row {
        day,
        channel,
        leg,
        key: key.to_owned(),
        reference: None,
        finding: RowFinding::Matched,
        announced: None,
        confirmed: None,
        currency: LEI.to_owned(),
        age_days: u64::try_from(age).unwrap_or(0),
        state: None,
        reason: None,
    }
}
