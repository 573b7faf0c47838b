//! Days with one thing wrong each, and what the report says of it.

use super::*;
use crate::domain::matching::MatchReason;
use crate::domain::refund::RefundState;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, day).unwrap()
}

/// A credit of the bank on the first, tied in full.
fn credit(number: &str, lei: i64) -> PaymentFacts {
    PaymentFacts {
        number: number.to_owned(),
        channel: Channel::Cec,
        reference: None,
        amount: Money::from_lei(lei),
        currency: LEI.to_owned(),
        credit: true,
        reversal: false,
        booked_on: day(1),
        state: PaymentState::Matched,
        reason: None,
        tied: Money::from_lei(lei),
        refunded: Money::ZERO,
        taken_back: Money::ZERO,
        fee: Some((Money::from_lei(lei), Money::from_lei(lei))),
        seen: Sightings {
            confirmed: true,
            ..Sightings::default()
        },
    }
}

/// The same, tied to nothing.
fn waiting(number: &str, lei: i64, state: PaymentState) -> PaymentFacts {
    PaymentFacts {
        state,
        tied: Money::ZERO,
        fee: None,
        ..credit(number, lei)
    }
}

/// A payment at a station, announced and settled.
fn station(number: &str) -> PaymentFacts {
    PaymentFacts {
        channel: Channel::SelfPay,
        seen: Sightings {
            announced: true,
            confirmed: true,
            ..Sightings::default()
        },
        ..credit(number, 70)
    }
}

/// What is known when these payments are all there is, with their sums.
fn facts(payments: Vec<PaymentFacts>) -> Facts {
    let credits = payments.iter().filter(|one| one.credit);
    Facts {
        today: day(3),
        from: day(1),
        to: day(2),
        credits: credits
            .map(|one| CreditSum {
                channel: one.channel,
                currency: one.currency.clone(),
                sum: one.amount,
                count: 1,
            })
            .collect(),
        payments,
        files: Vec::new(),
        refunds: Vec::new(),
        lots: Vec::new(),
        lot_credits: Vec::new(),
        unread_notifications: 0,
        fees_apart: 0,
        closings: Vec::new(),
        later: Vec::new(),
    }
}

fn failed(facts: Facts) -> Vec<InvariantCode> {
    let report = MoneyReport::draw_up(facts);
    report.failed().map(|one| one.code).collect()
}

fn findings(facts: Facts, leg: Leg) -> Vec<(String, RowFinding)> {
    let rows = MoneyReport::draw_up(facts).rows;
    let of_leg = rows.into_iter().filter(|row| row.leg == leg);
    of_leg.map(|row| (row.key, row.finding)).collect()
}

fn finding(facts: Facts, leg: Leg) -> RowFinding {
    match findings(facts, leg).as_slice() {
        [(_, finding)] => *finding,
        other => panic!("{other:?}"),
    }
}

#[test]
fn money_in_is_what_is_under_the_five_heads() {
    let euro = PaymentFacts {
        currency: "EUR".to_owned(),
        ..waiting("P-6", 20, PaymentState::Invalid)
    };
    let taken_back = PaymentFacts {
        taken_back: Money::from_lei(70),
        ..waiting("P-7", 70, PaymentState::Reversed)
    };
    let report = MoneyReport::draw_up(facts(vec![
        credit("P-1", 70),
        waiting("P-2", 67, PaymentState::Suggested),
        waiting("P-3", 5, PaymentState::Unmatched),
        waiting("P-4", 1, PaymentState::Imported),
        waiting("P-5", 40, PaymentState::RefundDue),
        euro,
        taken_back,
        waiting("P-8", 335, PaymentState::Invalid),
    ]));
    assert_eq!(report.failed().count(), 0, "{:?}", report.invariants);
    let [euros, lei] = report.days.as_slice() else {
        panic!("{:?}", report.days)
    };
    assert_eq!(
        (euros.money_in(), euros.under(Head::Foreign)),
        (2_000, 2_000)
    );
    assert_eq!(lei.credited, 58_800);
    assert_eq!(lei.money_in(), 18_300);
    let heads = [
        Head::Matched,
        Head::Suggested,
        Head::Unmatched,
        Head::Refunds,
    ];
    let under = heads.map(|head| lei.under(head));
    assert_eq!(under, [7_000, 6_700, 600, 4_000]);
    let sums = report.invariants.iter().take(2);
    let figures: Vec<(i128, i128)> = sums.map(|one| (one.wanted, one.found)).collect();
    assert_eq!(figures, [(2_000, 2_000), (18_300, 18_300)]);
}

#[test]
fn a_ban_that_is_tied_nowhere_breaks_the_equation() {
    let short = PaymentFacts {
        tied: Money::from_bani(6_999),
        ..credit("P-1", 70)
    };
    assert_eq!(
        failed(facts(vec![short])),
        [
            InvariantCode::MoneyAccounted,
            InvariantCode::TiesFollowState
        ]
    );
}

#[test]
fn what_no_part_of_a_split_payment_takes_is_unmatched() {
    let split = PaymentFacts {
        tied: Money::from_lei(140),
        fee: None,
        ..credit("P-1", 150)
    };
    let report = MoneyReport::draw_up(facts(vec![split]));
    assert_eq!(report.failed().count(), 0, "{:?}", report.invariants);
    let [day] = report.days.as_slice() else {
        panic!("{:?}", report.days)
    };
    let under = [Head::Matched, Head::Unmatched].map(|head| day.under(head));
    assert_eq!(under, [14_000, 1_000]);
    assert_eq!(report.rows[0].finding, RowFinding::AmountDiffers);
}

#[test]
fn a_movement_that_was_not_read_breaks_the_equation() {
    let mut known = facts(vec![credit("P-1", 70), credit("P-2", 70)]);
    known.payments.pop();
    assert_eq!(failed(known), [InvariantCode::MoneyAccounted]);
}

#[test]
fn ties_beyond_the_payment_or_of_what_waits_are_told_by_number() {
    let over = PaymentFacts {
        tied: Money::from_lei(140),
        ..waiting("P-1", 70, PaymentState::RefundDue)
    };
    assert_eq!(
        failed(facts(vec![over])),
        [InvariantCode::TiesWithinPayment]
    );
    let still_tied = PaymentFacts {
        state: PaymentState::Unmatched,
        ..credit("P-2", 70)
    };
    let report = MoneyReport::draw_up(facts(vec![still_tied]));
    let broken: Vec<_> = report.failed().collect();
    assert_eq!(broken[0].code, InvariantCode::TiesFollowState);
    assert_eq!(broken[0].broken_by, ["P-2"]);
}

#[test]
fn what_was_taken_back_has_a_reversal_of_the_same_sum_and_nothing_else_has() {
    let alone = waiting("P-1", 70, PaymentState::Reversed);
    let twice = PaymentFacts {
        taken_back: Money::from_lei(70),
        ..credit("P-2", 70)
    };
    for one in [alone, twice] {
        assert_eq!(failed(facts(vec![one])), [InvariantCode::ReversalsPaired]);
    }
}

#[test]
fn files_must_tie_be_recorded_once_and_end() {
    let good = FileFacts {
        name: "CEC-1".to_owned(),
        is_finished: true,
        believed: 2,
        seen: 2,
        untied: 0,
        moved: Some(Money::from_lei(140)),
        told: Money::from_lei(140),
    };
    let with = |file: FileFacts| {
        failed(Facts {
            files: vec![file],
            ..facts(Vec::new())
        })
    };
    assert_eq!(with(good.clone()), []);
    let untied = FileFacts {
        untied: 1,
        moved: None,
        ..good.clone()
    };
    assert_eq!(with(untied), [InvariantCode::StatementsTie]);
    let moved = Some(Money::from_lei(210));
    assert_eq!(
        with(FileFacts {
            moved,
            ..good.clone()
        }),
        [InvariantCode::StatementsTie]
    );
    assert_eq!(
        with(FileFacts {
            seen: 1,
            ..good.clone()
        }),
        [InvariantCode::RecordedOnce]
    );
    let halfway = FileFacts {
        is_finished: false,
        believed: 0,
        moved: None,
        ..good
    };
    assert_eq!(with(halfway), [InvariantCode::ImportsFinished]);
}

#[test]
fn unread_notifications_and_fees_apart_fail() {
    let known = Facts {
        unread_notifications: 1,
        fees_apart: 2,
        ..facts(Vec::new())
    };
    assert_eq!(
        failed(known),
        [
            InvariantCode::FeesFollowTies,
            InvariantCode::NotificationsRead
        ]
    );
}

#[test]
fn a_notification_and_its_settlement_are_one_row() {
    let seen = |announced, confirmed| Sightings {
        announced,
        confirmed,
        ..Sightings::default()
    };
    let at = |on, seen| PaymentFacts {
        booked_on: on,
        seen,
        ..station("S-1")
    };
    let twice = Sightings {
        settled_twice: true,
        ..seen(true, true)
    };
    let otherwise = Sightings {
        contradicted: Some(Money::from_lei(67)),
        ..seen(true, false)
    };
    for (payment, expected) in [
        (station("S-1"), RowFinding::Matched),
        (at(day(2), seen(true, false)), RowFinding::Expected),
        (at(day(1), seen(true, false)), RowFinding::Overdue),
        (
            at(day(1), seen(false, true)),
            RowFinding::MissingNotification,
        ),
        (at(day(1), twice), RowFinding::Duplicate),
        (at(day(1), otherwise), RowFinding::AmountDiffers),
    ] {
        let found = finding(facts(vec![payment]), Leg::NotificationSettlement);
        assert_eq!(found, expected);
    }
}

#[test]
fn a_payment_that_settlements_leave_out_is_missing_there() {
    let unsettled = PaymentFacts {
        seen: Sightings {
            announced: true,
            ..Sightings::default()
        },
        ..station("S-1")
    };
    let lot = LotFacts {
        lot: "SP1".to_owned(),
        on: day(2),
        sum: Money::from_lei(70),
    };
    let known = Facts {
        lots: vec![lot],
        ..facts(vec![unsettled])
    };
    assert_eq!(
        finding(known, Leg::NotificationSettlement),
        RowFinding::MissingInSettlement
    );
}

#[test]
fn a_lot_is_credited_in_one_sum() {
    let lot = |name: &str, lei| LotFacts {
        lot: name.to_owned(),
        on: day(1),
        sum: Money::from_lei(lei),
    };
    let credit = |name: &str, number: &str, lei| LotCredit {
        lot: Some(name.to_owned()),
        number: number.to_owned(),
        on: day(2),
        amount: Money::from_lei(lei),
    };
    let known = Facts {
        lots: vec![lot("A", 335), lot("B", 70), lot("C", 70), lot("D", 70)],
        lot_credits: vec![
            credit("A", "C-1", 335),
            credit("B", "C-2", 69),
            credit("C", "C-3", 70),
            credit("C", "C-4", 70),
            credit("Z", "C-5", 70),
        ],
        ..facts(Vec::new())
    };
    let found = findings(known, Leg::LotCredit);
    let found: Vec<(&str, RowFinding)> = found
        .iter()
        .map(|(key, one)| (key.as_str(), *one))
        .collect();
    assert_eq!(
        found,
        [
            ("A", RowFinding::Matched),
            ("B", RowFinding::AmountDiffers),
            ("C", RowFinding::Duplicate),
            ("D", RowFinding::Expected),
            ("C-5", RowFinding::MissingInSettlement),
        ]
    );
}

#[test]
fn a_day_without_word_within_the_day_announces_nothing() {
    assert_eq!(
        findings(facts(vec![credit("P-1", 70)]), Leg::IntradayStatement),
        []
    );
    let announced = PaymentFacts {
        seen: Sightings {
            announced: true,
            ..Sightings::default()
        },
        ..credit("P-2", 70)
    };
    let found = findings(
        facts(vec![credit("P-1", 70), announced]),
        Leg::IntradayStatement,
    );
    let expected = [
        ("P-1".to_owned(), RowFinding::MissingNotification),
        ("P-2".to_owned(), RowFinding::Expected),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_came_in_stands_against_the_fee_that_it_pays() {
    let reason = |reason: MatchReason, state| PaymentFacts {
        reason: Some(reason.number()),
        ..waiting("P-1", 70, state)
    };
    let short = PaymentFacts {
        fee: Some((Money::from_lei(70), Money::from_lei(67))),
        ..credit("P-1", 67)
    };
    let old = PaymentFacts {
        booked_on: NaiveDate::from_ymd_opt(2026, 8, 1).unwrap(),
        ..waiting("P-1", 70, PaymentState::Unmatched)
    };
    let back = PaymentFacts {
        credit: false,
        reversal: true,
        ..waiting("P-1", 70, PaymentState::Reversed)
    };
    for (payment, expected) in [
        (credit("P-1", 70), RowFinding::Matched),
        (short, RowFinding::AmountDiffers),
        (
            waiting("P-1", 70, PaymentState::Suggested),
            RowFinding::Expected,
        ),
        (old, RowFinding::Overdue),
        (
            reason(MatchReason::ReferenceUnknown, PaymentState::Unmatched),
            RowFinding::UnknownReference,
        ),
        (
            reason(MatchReason::SecondPayment, PaymentState::RefundDue),
            RowFinding::Duplicate,
        ),
        (
            waiting("P-1", 70, PaymentState::RefundDue),
            RowFinding::Expected,
        ),
        (
            waiting("P-1", 70, PaymentState::Refunded),
            RowFinding::Matched,
        ),
        (back, RowFinding::Reversed),
    ] {
        assert_eq!(finding(facts(vec![payment]), Leg::PaymentMatch), expected);
    }
    let lot = waiting("P-1", 335, PaymentState::Invalid);
    assert_eq!(findings(facts(vec![lot]), Leg::PaymentMatch), []);
}

#[test]
fn a_row_that_does_not_agree_is_expected_or_mismatched() {
    let of = |class: Option<RowClass>| -> Vec<&str> {
        let all = RowFinding::ALL.iter();
        let of_class = all.filter(|finding| finding.class() == class);
        of_class.map(|finding| finding.as_str()).collect()
    };
    assert_eq!(of(None), ["MATCHED", "REVERSED"]);
    assert_eq!(
        of(Some(RowClass::Mismatched)),
        ["AMOUNT_DIFFERS", "DUPLICATE"]
    );
    assert_eq!(of(Some(RowClass::Expected)).len(), 5);
}

#[test]
fn what_is_given_back_of_a_matched_payment_stands_under_refunds() {
    let surplus = PaymentFacts {
        tied: Money::from_lei(70),
        refunded: Money::from_lei(30),
        fee: Some((Money::from_lei(70), Money::from_lei(70))),
        ..credit("P-1", 100)
    };
    let report = MoneyReport::draw_up(facts(vec![surplus.clone()]));
    assert_eq!(report.failed().count(), 0, "{:?}", report.invariants);
    let under = [Head::Matched, Head::Refunds].map(|head| report.days[0].under(head));
    assert_eq!(under, [7_000, 3_000]);
    assert_eq!(report.rows[0].finding, RowFinding::Matched);

    let too_much = PaymentFacts {
        refunded: Money::from_bani(3_001),
        ..surplus
    };
    let broken = failed(facts(vec![too_much]));
    assert!(
        broken.contains(&InvariantCode::TiesWithinPayment),
        "{broken:?}"
    );
}

#[test]
fn a_held_surplus_of_one_application_is_unmatched() {
    let held = PaymentFacts {
        tied: Money::from_lei(70),
        reason: Some(MatchReason::Overpaid.number()),
        fee: Some((Money::from_lei(70), Money::from_lei(70))),
        ..credit("P-1", 100)
    };
    let report = MoneyReport::draw_up(facts(vec![held]));
    assert_eq!(report.failed().count(), 0, "{:?}", report.invariants);
    assert_eq!(report.days[0].under(Head::Unmatched), 3_000);
}

#[test]
fn a_refund_waits_for_its_debit_and_is_overdue_after_five_days() {
    let refund = |state, debited: Option<i64>, today| Facts {
        today,
        refunds: vec![RefundFacts {
            number: "RB-20260901-00001".to_owned(),
            channel: Channel::Cec,
            listed_on: day(1),
            amount: Money::from_lei(30),
            currency: LEI.to_owned(),
            state,
            debited: debited.map(Money::from_lei),
        }],
        ..facts(Vec::new())
    };
    for (state, debited, today, expected) in [
        (RefundState::Exported, None, 6, RowFinding::Expected),
        (RefundState::Exported, None, 7, RowFinding::Overdue),
        (RefundState::Paid, Some(30), 7, RowFinding::Matched),
        (RefundState::Returned, Some(30), 7, RowFinding::Reversed),
    ] {
        let known = refund(state, debited, day(today));
        assert_eq!(
            finding(known, Leg::RefundDebit),
            expected,
            "{state} {today}"
        );
    }
}

#[test]
fn a_closed_day_that_changed_without_a_word_fails() {
    let at = chrono::DateTime::from_timestamp(1_788_300_000, 0).unwrap();
    let closing = Closing {
        channel: Channel::Cec,
        day: day(1),
        actor: "operator:ana".to_owned(),
        reason: None,
        at,
        is_unchanged: false,
    };
    let change = LaterChange {
        channel: Channel::Cec,
        day: day(1),
        number: "P-1".to_owned(),
        event: "MATCH_MADE".to_owned(),
        actor: "gateway:matcher".to_owned(),
        reason: None,
        at,
    };
    let known = |later: Vec<LaterChange>| Facts {
        closings: vec![closing.clone()],
        later,
        ..facts(vec![credit("P-1", 70)])
    };
    let explained = MoneyReport::draw_up(known(vec![change]));
    assert_eq!(explained.failed().count(), 0);
    assert_eq!(
        explained.days[0].state,
        crate::domain::day::DayState::Closed
    );
    assert_eq!(
        failed(known(Vec::new())),
        [InvariantCode::ClosedDaysExplained]
    );
}

#[test]
fn a_day_stands_the_same_in_whatever_order_it_is_read() {
    let (one, other) = (credit("P-1", 70), station("S-1"));
    let lines = canonical_lines([&one, &other]);
    assert_eq!(lines, canonical_lines([&other, &one]));
    assert_eq!(
        lines,
        "P-1|7000|RON|MATCHED|7000\nS-1|7000|RON|MATCHED|7000\n"
    );
    let untied = PaymentFacts {
        tied: Money::ZERO,
        ..one
    };
    assert_ne!(lines, canonical_lines([&untied, &other]));
}
