//! What must always hold.

use std::collections::BTreeMap;

use crate::coded;
use crate::domain::money::Money;
use crate::domain::reconciliation::money::{
    Closing, DayTotals, Facts, FileFacts, Head, LEI, LaterChange, PaymentFacts,
};

coded! {
    /// What must always hold.
    pub enum InvariantCode as "invariant" {
        /// Money in = matched + suggested + unmatched + refunds + foreign, per currency.
        MoneyAccounted = "MONEY_ACCOUNTED",
        /// The ties of a payment, and what is given back of it, are never more than the payment, nor
        /// less than nothing.
        TiesWithinPayment = "TIES_WITHIN_PAYMENT",
        /// What is matched is tied in full but for what is given back, unless it is split, and what
        /// waits is not tied at all.
        TiesFollowState = "TIES_FOLLOW_STATE",
        /// What an application was paid is the sum of its ties.
        FeesFollowTies = "FEES_FOLLOW_TIES",
        /// What was taken back was taken back by movements of the same sum.
        ReversalsPaired = "REVERSALS_PAIRED",
        /// Statements add up, and what was recorded of them moves their balances as they say.
        StatementsTie = "STATEMENTS_TIE",
        /// Every booked line that is believed is recorded, once.
        RecordedOnce = "RECORDED_ONCE",
        /// No import stopped halfway.
        ImportsFinished = "IMPORTS_FINISHED",
        /// No notification waits to be read.
        NotificationsRead = "NOTIFICATIONS_READ",
        /// A closed day whose payments stand otherwise shows what changed.
        ClosedDaysExplained = "CLOSED_DAYS_EXPLAINED",
    }
}

/// One invariant, with its figures.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invariant {
    /// Which one.
    pub code: InvariantCode,
    /// The currency, where it is about money.
    pub currency: Option<String>,
    /// Whether it holds.
    pub holds: bool,
    /// The figure that there should be: minor units where it is about money, else a count.
    pub wanted: i128,
    /// The figure that there is.
    pub found: i128,
    /// What breaks it, by number or name; the first few.
    pub broken_by: Vec<String>,
}

/// Offenders that are named at most.
const NAMED_MAX: usize = 10;

pub(super) fn check(facts: &Facts, days: &[DayTotals]) -> Vec<Invariant> {
    let mut all = money_accounted(facts, days);
    all.push(ties_within(&facts.payments));
    all.push(ties_follow_state(&facts.payments));
    all.push(none(InvariantCode::FeesFollowTies, facts.fees_apart));
    all.push(reversals_paired(&facts.payments));
    all.push(statements_tie(&facts.files));
    all.push(recorded_once(&facts.files));
    all.push(imports_finished(&facts.files));
    let unread = facts.unread_notifications;
    all.push(none(InvariantCode::NotificationsRead, unread));
    all.push(closed_days_explained(&facts.closings, &facts.later));
    all
}

/// The left side is summed up apart from the movements on the right, so that one that is missing
/// on either side shows.
fn money_accounted(facts: &Facts, days: &[DayTotals]) -> Vec<Invariant> {
    let mut sums: BTreeMap<&str, (i128, i128)> = BTreeMap::from([(LEI, (0, 0))]);
    for credit in &facts.credits {
        sums.entry(&credit.currency).or_default().0 += i128::from(credit.sum.bani());
    }
    for day in days {
        let (wanted, found) = sums.entry(&day.currency).or_default();
        *wanted -= day.under(Head::Reversed) + day.under(Head::NotFees);
        *found += day.accounted();
    }
    let of_currency = |(currency, (wanted, found)): (&str, (i128, i128))| Invariant {
        code: InvariantCode::MoneyAccounted,
        currency: Some(currency.to_owned()),
        holds: wanted == found,
        wanted,
        found,
        broken_by: days
            .iter()
            .filter(|day| day.currency == currency && day.money_in() != day.accounted())
            .map(|day| format!("{} {}", day.day, day.channel))
            .take(NAMED_MAX)
            .collect(),
    };
    sums.into_iter().map(of_currency).collect()
}

fn ties_within(payments: &[PaymentFacts]) -> Invariant {
    let is_within = |one: &PaymentFacts| {
        // The ties of an ended application stand until its money is given back.
        let used = match one.head() {
            Some(Head::Refunds | Head::Foreign) => one.tied.max(one.refunded),
            _ => one.used(),
        };
        one.tied >= Money::ZERO && one.refunded >= Money::ZERO && used <= one.amount
    };
    offenders(InvariantCode::TiesWithinPayment, payments, is_within)
}

fn ties_follow_state(payments: &[PaymentFacts]) -> Invariant {
    offenders(InvariantCode::TiesFollowState, payments, |one| {
        match one.head() {
            Some(Head::Matched) => one.used() == one.amount || one.is_split(),
            // The ties of an ended application stand until its money is given back.
            Some(Head::Refunds) => true,
            _ => one.tied == Money::ZERO,
        }
    })
}

fn reversals_paired(payments: &[PaymentFacts]) -> Invariant {
    offenders(InvariantCode::ReversalsPaired, payments, |one| {
        let wanted = match one.head() {
            Some(Head::Reversed) => one.amount,
            _ => Money::ZERO,
        };
        one.taken_back == wanted
    })
}

fn statements_tie(files: &[FileFacts]) -> Invariant {
    files_that(InvariantCode::StatementsTie, files, |file| {
        file.untied == 0 && file.moved.is_none_or(|moved| moved == file.told)
    })
}

fn recorded_once(files: &[FileFacts]) -> Invariant {
    let sum = |of: fn(&FileFacts) -> u64| files.iter().map(|file| i128::from(of(file))).sum();
    Invariant {
        wanted: sum(|file| file.believed),
        found: sum(|file| file.seen),
        ..files_that(InvariantCode::RecordedOnce, files, |file| {
            !file.is_finished || file.believed == file.seen
        })
    }
}

fn imports_finished(files: &[FileFacts]) -> Invariant {
    files_that(InvariantCode::ImportsFinished, files, |file| {
        file.is_finished
    })
}

fn closed_days_explained(closings: &[Closing], later: &[LaterChange]) -> Invariant {
    let is_explained = |closing: &&Closing| {
        let about_it =
            |change: &LaterChange| change.day == closing.day && change.channel == closing.channel;
        closing.is_unchanged || later.iter().any(about_it)
    };
    let explained = closings.iter().filter(is_explained).count();
    let broken = closings.iter().filter(|closing| !is_explained(closing));
    let broken = broken.map(|closing| format!("{} {}", closing.day, closing.channel));
    counted(
        InvariantCode::ClosedDaysExplained,
        (closings.len(), explained),
        broken,
    )
}

/// An invariant that counts what must not be.
fn none(code: InvariantCode, found: u64) -> Invariant {
    Invariant {
        code,
        currency: None,
        holds: found == 0,
        wanted: 0,
        found: i128::from(found),
        broken_by: Vec::new(),
    }
}

fn offenders(
    code: InvariantCode,
    payments: &[PaymentFacts],
    holds: impl Fn(&PaymentFacts) -> bool,
) -> Invariant {
    let good = payments.iter().filter(|one| holds(one)).count();
    let broken = payments.iter().filter(|one| !holds(one));
    let broken = broken.map(|one| one.number.clone());
    counted(code, (payments.len(), good), broken)
}

fn files_that(
    code: InvariantCode,
    files: &[FileFacts],
    holds: impl Fn(&FileFacts) -> bool,
) -> Invariant {
    let good = files.iter().filter(|one| holds(one)).count();
    let broken = files.iter().filter(|one| !holds(one));
    let broken = broken.map(|one| one.name.clone());
    counted(code, (files.len(), good), broken)
}

fn counted(
    code: InvariantCode,
    (all, good): (usize, usize),
    broken: impl Iterator<Item = String>,
) -> Invariant {
    let figure = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
    Invariant {
        code,
        currency: None,
        holds: all == good,
        wanted: figure(all),
        found: figure(good),
        broken_by: broken.take(NAMED_MAX).collect(),
    }
}
