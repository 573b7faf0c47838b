//! Orders lose nobody, double nobody, and make nobody wait too long.

mod days;
mod planned;

use std::collections::BTreeSet;

use chrono::{Days, TimeDelta, TimeZone};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn rule() -> BatchingRule {
    BatchingRule {
        lines_max: 3,
        bytes_max: 1000,
        age_max: 4 * HOUR,
        deadline_risk_days: 12,
        cut_offs: Vec::new(),
        working_days: WorkingDays::default(),
        lines_per_day: None,
        grouping: Grouping::None,
    }
}

/// A Monday, 11:00 in Romania, without cut-off or limit.
fn moment() -> Moment {
    Moment {
        now: Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap(),
        today: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        last_cut_off: None,
        lines_left: None,
    }
}

/// The same, when a cut-off has come for everybody.
fn cut_off() -> Moment {
    Moment {
        last_cut_off: Some(DateTime::<Utc>::MAX_UTC),
        ..moment()
    }
}

/// An application that became ready `minutes` ago, with `days` left.
fn waiting(number: u128, minutes: i64, days: u64, bytes: u64) -> Waiting {
    Waiting {
        application: ApplicationId(Uuid::from_u128(number)),
        ready_since: moment().now - TimeDelta::minutes(minutes),
        deadline_on: moment().today + Days::new(days),
        bytes,
    }
}

fn closed(waiting: &[Waiting], at: Moment) -> Option<(Vec<u128>, CloseReason)> {
    rule().next_order(waiting, at).map(|closing| {
        let members = closing.members.iter().map(|one| one.0.as_u128()).collect();
        (members, closing.because)
    })
}

#[test]
fn nobody_waiting_makes_no_order_even_at_the_cut_off() {
    assert_eq!(closed(&[], cut_off()), None);
}

#[test]
fn a_few_young_applications_wait_for_others() {
    let few = [waiting(1, 10, 25, 100), waiting(2, 5, 25, 100)];
    assert_eq!(closed(&few, moment()), None);
}

#[test]
fn a_full_order_closes_with_the_most_urgent_first() {
    let many = [
        waiting(1, 10, 25, 100),
        waiting(2, 20, 25, 100),
        waiting(3, 5, 20, 100),
        waiting(4, 5, 29, 100),
    ];
    assert_eq!(
        closed(&many, moment()),
        Some((vec![3, 2, 1], CloseReason::Count))
    );
}

#[test]
fn exactly_as_many_as_fit_is_full() {
    let three = [1, 2, 3].map(|number| waiting(number, 1, 25, 100));
    assert_eq!(
        closed(&three, moment()),
        Some((vec![1, 2, 3], CloseReason::Count))
    );
}

#[test]
fn an_order_closes_before_it_grows_too_large() {
    let heavy = [waiting(1, 10, 25, 600), waiting(2, 5, 25, 600)];
    assert_eq!(
        closed(&heavy, moment()),
        Some((vec![1], CloseReason::Bytes))
    );
}

#[test]
fn a_line_larger_than_an_order_goes_alone() {
    let huge = [waiting(1, 10, 25, 5000), waiting(2, 5, 25, 1)];
    assert_eq!(closed(&huge, moment()), Some((vec![1], CloseReason::Bytes)));
    assert_eq!(
        closed(&huge[..1], moment()),
        Some((vec![1], CloseReason::Bytes))
    );
}

#[test]
fn one_application_that_waited_long_enough_goes_with_those_that_are_there() {
    let old = [waiting(1, 240, 25, 100), waiting(2, 5, 25, 100)];
    assert_eq!(closed(&old, moment()), Some((vec![1, 2], CloseReason::Age)));
    assert_eq!(closed(&[waiting(1, 239, 25, 100)], moment()), None);
}

#[test]
fn an_application_near_its_term_does_not_wait() {
    for (days, because) in [(12, Some(CloseReason::Deadline)), (13, None)] {
        assert_eq!(
            closed(&[waiting(1, 1, days, 100)], moment()).map(|(_, because)| because),
            because
        );
    }
}

#[test]
fn a_term_that_has_passed_does_not_wait_either() {
    let mut late = waiting(1, 1, 0, 100);
    late.deadline_on = moment().today - Days::new(3);
    assert_eq!(
        closed(&[late], moment()),
        Some((vec![1], CloseReason::Deadline))
    );
}

#[test]
fn the_cut_off_sends_whatever_waits() {
    assert_eq!(
        closed(&[waiting(1, 1, 25, 100)], cut_off()),
        Some((vec![1], CloseReason::CutOff))
    );
}

#[test]
fn a_clock_that_went_back_ages_nobody() {
    let future = waiting(1, -60, 25, 100);
    assert_eq!(closed(&[future], moment()), None);
}

/// Asks until nobody must go, as the worker does; returns the orders and who still waits.
fn drain(rule: &BatchingRule, mut left: Vec<Waiting>, at: Moment) -> (Vec<Closing>, Vec<Waiting>) {
    let mut orders = Vec::new();
    while let Some(closing) = rule.next_order(&left, at) {
        assert!(!closing.members.is_empty(), "an order has lines");
        left.retain(|one| !closing.members.contains(&one.application));
        orders.push(closing);
    }
    (orders, left)
}

fn any_waiting() -> impl Strategy<Value = Vec<Waiting>> {
    proptest::collection::vec((0..600_i64, 0..40_u64, 0..700_u64), 0..40).prop_map(|all| {
        (1..)
            .zip(all)
            .map(|(number, (minutes, days, bytes))| waiting(number, minutes, days, bytes))
            .collect()
    })
}

fn any_rule() -> impl Strategy<Value = BatchingRule> {
    (0..8_usize, 0..2000_u64, 0..8_u32, 0..20_u32).prop_map(
        |(lines_max, bytes_max, hours, deadline_risk_days)| BatchingRule {
            lines_max,
            bytes_max,
            age_max: HOUR * hours,
            deadline_risk_days,
            ..rule()
        },
    )
}

proptest! {
    #[test]
    fn nobody_is_lost_and_nobody_is_ordered_twice(all in any_waiting(), rule in any_rule()) {
        let (orders, left) = drain(&rule, all.clone(), moment());
        let mut seen: Vec<ApplicationId> = orders
            .iter()
            .flat_map(|closing| closing.members.iter().copied())
            .chain(left.iter().map(|one| one.application))
            .collect();
        seen.sort_unstable();
        let expected: Vec<ApplicationId> = all.iter().map(|one| one.application).collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn no_order_exceeds_its_limits(all in any_waiting(), rule in any_rule()) {
        let (orders, _) = drain(&rule, all.clone(), moment());
        for closing in orders {
            let bytes: u64 = all
                .iter()
                .filter(|one| closing.members.contains(&one.application))
                .map(|one| one.bytes)
                .sum();
            prop_assert!(closing.members.len() <= rule.lines_max.max(1));
            prop_assert!(bytes <= rule.bytes_max || closing.members.len() == 1);
        }
    }

    #[test]
    fn nobody_old_or_near_the_term_is_left_waiting(all in any_waiting(), rule in any_rule()) {
        let at = moment();
        let (_, left) = drain(&rule, all, at);
        for one in left {
            prop_assert!((at.now - one.ready_since).to_std().unwrap() < rule.age_max);
            prop_assert!((one.deadline_on - at.today).num_days() > i64::from(rule.deadline_risk_days));
        }
    }

    #[test]
    fn the_backlog_alone_tells_whether_an_order_closes(
        all in any_waiting(),
        rule in any_rule(),
        is_cut_off: bool,
    ) {
        let at = if is_cut_off { cut_off() } else { moment() };
        let told = Backlog::of(&all).and_then(|backlog| rule.why_close(&backlog, at));
        let closing = rule.next_order(&all, at);
        prop_assert_eq!(told.is_some(), closing.is_some());
        // An order that is full by count may be full by bytes before that, and by nothing else.
        if let (Some(told), Some(closing)) = (told, closing) {
            let same = told == closing.because;
            let bytes_first = told == CloseReason::Count && closing.because == CloseReason::Bytes;
            prop_assert!(same || bytes_first);
        }
    }

    #[test]
    fn nobody_goes_before_somebody_more_urgent(all in any_waiting(), rule in any_rule()) {
        if let Some(closing) = rule.next_order(&all, moment()) {
            let urgency = |one: &Waiting| (one.deadline_on, one.ready_since);
            let members: BTreeSet<ApplicationId> = closing.members.iter().copied().collect();
            let (inside, outside): (Vec<&Waiting>, Vec<&Waiting>) =
                all.iter().partition(|one| members.contains(&one.application));
            let last_in = inside.iter().map(|one| urgency(one)).max();
            let first_out = outside.iter().map(|one| urgency(one)).min();
            prop_assert!(first_out.is_none() || last_in <= first_out);
        }
    }

    #[test]
    fn the_answer_does_not_depend_on_the_order_of_those_who_wait(
        (all, shuffled) in any_waiting()
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        rule in any_rule(),
    ) {
        prop_assert_eq!(rule.next_order(&all, moment()), rule.next_order(&shuffled, moment()));
    }

    #[test]
    fn the_cut_off_leaves_nobody(all in any_waiting(), rule in any_rule()) {
        prop_assert!(drain(&rule, all, cut_off()).1.is_empty());
    }
}
