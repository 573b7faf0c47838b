//! What is planned is what will be done.

use super::*;

fn grouped(code: &str, waiting: Waiting) -> (Group, Waiting) {
    (Group(code.to_owned()), waiting)
}

fn told(planned: &[Planned]) -> Vec<(&str, usize, CloseReason, bool)> {
    planned
        .iter()
        .map(|one| {
            let is_now = one.when == When::Now;
            (one.group.0.as_str(), one.lines, one.because, is_now)
        })
        .collect()
}

#[test]
fn nobody_waiting_plans_nothing() {
    assert_eq!(plan(&rule(), &[], moment()), []);
}

#[test]
fn full_orders_come_first_and_the_rest_is_told_until_when_it_waits() {
    let all: Vec<_> = (1..=7)
        .map(|number| grouped("", waiting(number, 60, 25, 10)))
        .collect();
    let planned = plan(&rule(), &all, moment());
    assert_eq!(
        told(&planned),
        [
            ("", 3, CloseReason::Count, true),
            ("", 3, CloseReason::Count, true),
            ("", 1, CloseReason::Age, false)
        ]
    );
    let by = moment().now + TimeDelta::hours(3);
    assert_eq!(planned[2].when, When::By(by));
}

#[test]
fn groups_do_not_share_an_order_and_the_most_urgent_group_comes_first() {
    let mut all = vec![
        grouped("AB", waiting(1, 60, 25, 10)),
        grouped("CJ", waiting(2, 60, 5, 10)),
        grouped("CJ", waiting(3, 5, 25, 10)),
    ];
    all.extend((4..=6).map(|number| grouped("B", waiting(number, 60, 20, 10))));
    assert_eq!(
        told(&plan(&rule(), &all, moment())),
        [
            ("CJ", 2, CloseReason::Deadline, true),
            ("B", 3, CloseReason::Count, true),
            ("AB", 1, CloseReason::Age, false)
        ]
    );
}

#[test]
fn what_exceeds_the_day_waits_for_the_next() {
    let all: Vec<_> = (1..=8)
        .map(|number| grouped("", waiting(number, 60, 25, 10)))
        .collect();
    let at = Moment {
        lines_left: Some(4),
        ..moment()
    };
    let planned = plan(&rule(), &all, at);
    assert_eq!(
        told(&planned),
        [
            ("", 3, CloseReason::Count, true),
            ("", 1, CloseReason::Capacity, true),
            ("", 3, CloseReason::Count, false),
            ("", 1, CloseReason::Age, false)
        ]
    );
    // Midnight in Romania is two hours before midnight UTC in winter.
    let midnight = Utc.with_ymd_and_hms(2026, 3, 2, 22, 0, 0).unwrap();
    assert_eq!(planned[2].when, When::AfterMidnight(midnight));
}

fn any_cut_offs() -> impl Strategy<Value = Vec<NaiveTime>> {
    proptest::collection::vec(0..24_u32, 0..3).prop_map(|hours| {
        let time = |hour| NaiveTime::from_hms_opt(hour, 30, 0).unwrap();
        hours.into_iter().map(time).collect()
    })
}

proptest! {
    #[test]
    fn whoever_waits_is_closed_at_the_planned_instant_and_not_before(
        all in any_waiting(),
        rule in any_rule(),
        cut_offs in any_cut_offs(),
    ) {
        let rule = BatchingRule { cut_offs, ..rule };
        let at = Moment::of(&rule, moment().now, 0);
        let (_, left) = drain(&rule, all, at);
        if let Some(backlog) = Backlog::of(&left) {
            let (by, because) = rule.closes_by(&backlog, at).unwrap();
            prop_assert!(by > at.now);
            let then = |now| rule.why_close(&backlog, Moment::of(&rule, now, 0));
            prop_assert!(then(by).is_some());
            prop_assert_eq!(then(by - TimeDelta::seconds(1)), None);
            // Two reasons may come at one instant; the rule names the graver one.
            if because == CloseReason::Deadline {
                prop_assert_eq!(then(by), Some(because));
            }
        }
    }

    #[test]
    fn a_plan_has_everybody_once(
        all in any_waiting(),
        rule in any_rule(),
        lines_left in proptest::option::of(0..30_u64),
    ) {
        let at = Moment { lines_left, ..moment() };
        let group = |number: usize| Group(["AB", "B", "CJ"][number % 3].to_owned());
        let grouped: Vec<_> = all.iter().enumerate().map(|(at, one)| (group(at), *one)).collect();
        let planned = plan(&rule, &grouped, at);
        let lines: usize = planned.iter().map(|one| one.lines).sum();
        let bytes: u64 = planned.iter().map(|one| one.bytes).sum();
        prop_assert_eq!(lines, all.len());
        prop_assert_eq!(bytes, all.iter().map(|one| one.bytes).sum::<u64>());
        let now = planned.iter().filter(|one| one.when == When::Now).map(|one| one.lines).sum::<usize>();
        if let Some(left) = lines_left {
            prop_assert!(u64::try_from(now).unwrap() <= left);
        }
    }
}
