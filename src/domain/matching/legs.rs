//! Two accounts of the same money, laid side by side: notifications and settlement, intraday
//! and statement, lot and bank credit.

use chrono::{Days, NaiveDate};

use crate::coded;
use crate::domain::money::Money;

/// One movement as one side tells it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What both sides call it.
    pub key: &'a str,
    /// How much.
    pub amount: Money,
    /// The day it happened.
    pub on: NaiveDate,
    /// Whether this side took it back later.
    pub reversed: bool,
}

coded! {
    /// How one key stands on both sides.
    pub enum Finding as "finding" {
        /// Both sides say the same.
        Matched = "MATCHED",
        /// The confirming side has not spoken, and need not have yet.
        Expected = "EXPECTED",
        /// The confirming side should have spoken.
        Overdue = "OVERDUE",
        /// Only the confirming side knows of it.
        NeverAnnounced = "NEVER_ANNOUNCED",
        /// Both know of it, with different amounts.
        AmountDiffers = "AMOUNT_DIFFERS",
        /// One side tells it twice.
        Duplicate = "DUPLICATE",
        /// Exactly one side took it back.
        ReversedOnOneSide = "REVERSED_ON_ONE_SIDE",
        /// Both sides took it back.
        Reversed = "REVERSED",
    }
}

impl Finding {
    /// Whether both sides are there and differ, as against one side not being there yet.
    pub const fn is_mismatch(self) -> bool {
        matches!(
            self,
            Self::AmountDiffers | Self::Duplicate | Self::ReversedOnOneSide
        )
    }
}

/// How one key stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LegRow<'a> {
    /// Which one.
    pub key: &'a str,
    /// How it stands.
    pub finding: Finding,
    /// What the announcing side says.
    pub announced: Option<Money>,
    /// What the confirming side says.
    pub confirmed: Option<Money>,
    /// Days since it was first told.
    pub age_days: u64,
}

/// Lays both sides next to each other, one row per key, in the order of keys.
///
/// What is announced is to be confirmed within `term_days`.
pub fn compare<'a>(
    announced: &[Told<'a>],
    confirmed: &[Told<'a>],
    today: NaiveDate,
    term_days: u64,
) -> Vec<LegRow<'a>> {
    let mut keys: Vec<&str> = announced
        .iter()
        .chain(confirmed)
        .map(|told| told.key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut left = sorted(announced);
    let mut right = sorted(confirmed);
    keys.into_iter()
        .map(|key| {
            let (left, right) = (take(&mut left, key), take(&mut right, key));
            row(key, &left, &right, today, term_days)
        })
        .collect()
}

/// Returns by how much a bank credit differs from the sum of its lot (zero: the lot ties), or
/// `None` when 64 bits do not hold the sum.
pub fn lot_difference(parts: &[Money], credit: Money) -> Option<Money> {
    parts
        .iter()
        .try_fold(Money::ZERO, |sum, part| sum.checked_add(*part))
        .and_then(|sum| credit.checked_sub(sum))
}

/// Latest key first, so that [`take`] takes from the end and the whole stays linear.
fn sorted<'a>(side: &[Told<'a>]) -> Vec<Told<'a>> {
    let mut side = side.to_vec();
    side.sort_by(|a, b| b.key.cmp(a.key));
    side
}

fn take<'a>(side: &mut Vec<Told<'a>>, key: &str) -> Vec<Told<'a>> {
    std::iter::from_fn(|| side.pop_if(|told| told.key == key)).collect()
}

fn row<'a>(
    key: &'a str,
    left: &[Told<'a>],
    right: &[Told<'a>],
    today: NaiveDate,
    term_days: u64,
) -> LegRow<'a> {
    let first_told = left.iter().chain(right).map(|told| told.on).min();
    let is_late = |told: &Told<'_>| {
        told.on
            .checked_add_days(Days::new(term_days))
            .is_some_and(|last| today > last)
    };
    let finding = match (left, right) {
        ([one], []) if one.reversed => Finding::Reversed,
        ([one], []) if is_late(one) => Finding::Overdue,
        ([_], []) => Finding::Expected,
        ([], [_]) => Finding::NeverAnnounced,
        ([one], [other]) if one.amount != other.amount => Finding::AmountDiffers,
        ([one], [other]) if one.reversed != other.reversed => Finding::ReversedOnOneSide,
        ([one], [_]) if one.reversed => Finding::Reversed,
        ([_], [_]) => Finding::Matched,
        _ => Finding::Duplicate,
    };
    LegRow {
        key,
        finding,
        announced: left.first().map(|told| told.amount),
        confirmed: right.first().map(|told| told.amount),
        age_days: first_told
            .and_then(|on| u64::try_from(today.signed_duration_since(on).num_days()).ok())
            .unwrap_or(0),
    }
}
