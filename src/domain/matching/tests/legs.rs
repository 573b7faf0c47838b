//! A station's day: what it told at once, what it settled, and what the bank credited.

use super::*;
use crate::domain::matching::legs::{Finding, LegRow, Told, compare, lot_difference};

fn told(key: &'static str, lei: i64) -> Told<'static> {
    Told {
        key,
        amount: Money::from_lei(lei),
        on: day(1),
        reversed: false,
    }
}

fn findings(announced: &[Told<'static>], confirmed: &[Told<'static>]) -> Vec<(String, Finding)> {
    compare(announced, confirmed, day(2), 1)
        .into_iter()
        .map(|row| (row.key.to_owned(), row.finding))
        .collect()
}

fn finding(announced: &[Told<'static>], confirmed: &[Told<'static>]) -> Finding {
    match findings(announced, confirmed).as_slice() {
        [(_, finding)] => *finding,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_day_with_one_never_announced_and_one_never_settled() {
    let announced = ["SP-1", "SP-2", "SP-3", "SP-5", "SP-99"].map(|key| told(key, 67));
    let confirmed = ["SP-5", "SP-4", "SP-3", "SP-2", "SP-1"].map(|key| told(key, 67));
    let rows = findings(&announced, &confirmed);
    let of = |wanted: Finding| -> Vec<&str> {
        rows.iter()
            .filter(|(_, finding)| *finding == wanted)
            .map(|(key, _)| key.as_str())
            .collect()
    };
    assert_eq!(of(Finding::Matched), ["SP-1", "SP-2", "SP-3", "SP-5"]);
    assert_eq!(of(Finding::NeverAnnounced), ["SP-4"]);
    assert_eq!(of(Finding::Expected), ["SP-99"]);
    assert_eq!(rows.len(), 6);
}

#[test]
fn what_is_not_confirmed_within_its_term_is_overdue() {
    let announced = [told("SP-1", 67)];
    let rows = compare(&announced, &[], day(3), 1);
    assert_eq!(
        rows,
        [LegRow {
            key: "SP-1",
            finding: Finding::Overdue,
            announced: Some(Money::from_lei(67)),
            confirmed: None,
            age_days: 2,
        }]
    );
}

#[test]
fn two_sides_that_differ_are_a_mismatch() {
    let reversed = Told {
        reversed: true,
        ..told("SP-1", 67)
    };
    let plain = told("SP-1", 67);
    for (announced, confirmed, expected) in [
        (vec![plain], vec![told("SP-1", 66)], Finding::AmountDiffers),
        (vec![plain, plain], vec![plain], Finding::Duplicate),
        (vec![], vec![plain, plain], Finding::Duplicate),
        (vec![plain], vec![reversed], Finding::ReversedOnOneSide),
    ] {
        let found = finding(&announced, &confirmed);
        assert_eq!(found, expected);
        assert!(found.is_mismatch());
    }
    assert_eq!(finding(&[reversed], &[reversed]), Finding::Reversed);
    assert_eq!(finding(&[reversed], &[]), Finding::Reversed);
    assert!(!Finding::Overdue.is_mismatch());
}

#[test]
fn a_lot_ties_with_its_bank_credit_or_the_difference_is_named() {
    let parts = [Money::from_lei(67); 5];
    assert_eq!(
        lot_difference(&parts, Money::from_lei(335)),
        Some(Money::ZERO)
    );
    assert_eq!(
        lot_difference(&parts, Money::from_lei(268)),
        Some(Money::from_lei(-67))
    );
    let huge = Money::from_bani(i64::MAX);
    assert_eq!(lot_difference(&[huge, huge], Money::ZERO), None);
}
