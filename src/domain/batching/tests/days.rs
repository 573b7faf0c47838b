//! Weeks of arrivals at a bureau with working days, cut-offs, a daily limit and pauses.

use std::collections::BTreeMap;

use super::*;
use crate::domain::calendar::{bucharest_day, start_of_day};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn with_cut_offs(times: &[&str]) -> BatchingRule {
    BatchingRule {
        cut_offs: times.iter().map(|time| time.parse().unwrap()).collect(),
        ..rule()
    }
}

#[test]
fn cut_offs_come_on_working_days_only() {
    let rule = with_cut_offs(&["15:00:00", "11:00:00"]);
    for (now, last, next) in [
        // Thursday before Good Friday of 2026, in summer time.
        (
            "2026-04-09T07:59:59Z",
            "2026-04-08T12:00:00Z",
            "2026-04-09T08:00:00Z",
        ),
        (
            "2026-04-09T08:00:00Z",
            "2026-04-09T08:00:00Z",
            "2026-04-09T12:00:00Z",
        ),
        (
            "2026-04-09T12:00:00Z",
            "2026-04-09T12:00:00Z",
            "2026-04-14T08:00:00Z",
        ),
        // Easter Sunday.
        (
            "2026-04-12T12:00:00Z",
            "2026-04-09T12:00:00Z",
            "2026-04-14T08:00:00Z",
        ),
    ] {
        assert_eq!(rule.last_cut_off(at(now)), Some(at(last)), "{now}");
        assert_eq!(rule.next_cut_off(at(now)), Some(at(next)), "{now}");
    }
    assert_eq!(super::rule().last_cut_off(at("2026-04-09T12:00:00Z")), None);
    assert_eq!(super::rule().next_cut_off(at("2026-04-09T12:00:00Z")), None);
}

#[test]
fn a_cut_off_that_came_while_nobody_looked_still_counts() {
    let rule = with_cut_offs(&["15:00:00"]);
    let now = at("2026-03-03T07:00:00Z");
    let mut one = waiting(1, 0, 25, 100);
    let because = |one: Waiting| {
        let backlog = Backlog::of(&[one]).unwrap();
        rule.why_close(&backlog, Moment::of(&rule, now, 0))
    };
    let cut_off = at("2026-03-02T13:00:00Z");
    one.ready_since = cut_off - TimeDelta::seconds(1);
    let patient = BatchingRule {
        age_max: 100 * HOUR,
        ..rule.clone()
    };
    let backlog = Backlog::of(&[one]).unwrap();
    let moment = Moment::of(&patient, now, 0);
    assert_eq!(
        patient.why_close(&backlog, moment),
        Some(CloseReason::CutOff)
    );
    one.ready_since = cut_off;
    assert_eq!(because(one), Some(CloseReason::Age));
    let backlog = Backlog::of(&[one]).unwrap();
    assert_eq!(patient.why_close(&backlog, moment), None);
}

#[test]
fn a_day_without_room_closes_nothing_and_the_last_room_is_used() {
    let rule = BatchingRule {
        lines_per_day: Some(5),
        ..rule()
    };
    let many: Vec<Waiting> = (1..=9).map(|number| waiting(number, 999, 1, 10)).collect();
    let lines = |lines_today| {
        let at = Moment::of(&rule, moment().now, lines_today);
        let closing = rule.next_order(&many, at);
        closing.map(|closing| (closing.members.len(), closing.because))
    };
    assert_eq!(lines(0), Some((3, CloseReason::Count)));
    assert_eq!(lines(3), Some((2, CloseReason::Capacity)));
    assert_eq!(lines(5), None);
    assert_eq!(lines(6), None);
}

/// One order of the simulated weeks.
struct Made {
    at: DateTime<Utc>,
    group: Group,
    members: Vec<ApplicationId>,
}

/// Somebody who arrives: minutes after the start, days of the term, bytes, group.
type Arrival = (i64, u64, u64, u8);

#[derive(Debug)]
struct Weeks {
    rule: BatchingRule,
    arrivals: Vec<(Group, Waiting)>,
    /// Minutes after the start at which the bureau is paused, and resumed.
    pause: (i64, i64),
}

const START: i64 = 1_772_440_000;
/// Between two looks of the batcher.
const LOOK_MINUTES: i64 = 10;
const LOOKS: i64 = 14 * 24 * 6;

fn instant(minutes: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(START + minutes * 60, 0).unwrap()
}

fn any_weeks() -> impl Strategy<Value = Weeks> {
    let arrival = (0..LOOKS * LOOK_MINUTES / 2, 1..40_u64, 1..500_u64, 0..3_u8);
    let arrivals = proptest::collection::vec(arrival, 1..120);
    let policy = (1..9_usize, 1..1500_u64, 1..30_u32, 0..15_u32);
    let limits = (proptest::option::of(3..40_u64), any::<bool>(), 0..3_usize);
    let pause = (0..LOOKS * LOOK_MINUTES / 2, 0..3_000_i64);
    (arrivals, policy, limits, pause).prop_map(|(arrivals, policy, limits, pause)| {
        let (lines_max, bytes_max, hours, deadline_risk_days) = policy;
        let (lines_per_day, is_grouped, cut_offs) = limits;
        let times = ["15:00:00", "10:30:00"].iter().take(cut_offs);
        let rule = BatchingRule {
            lines_max,
            bytes_max,
            age_max: HOUR * hours,
            deadline_risk_days,
            cut_offs: times.map(|time| time.parse().unwrap()).collect(),
            lines_per_day,
            ..rule()
        };
        let arrivals = (1..).zip(arrivals).map(|(number, arrival)| {
            let (minutes, days, bytes, group): Arrival = arrival;
            let one = Waiting {
                application: ApplicationId(Uuid::from_u128(number)),
                ready_since: instant(minutes),
                deadline_on: bucharest_day(instant(minutes)) + Days::new(days),
                bytes,
            };
            let group = if is_grouped { group } else { 0 };
            (Group(group.to_string()), one)
        });
        Weeks {
            rule,
            arrivals: arrivals.collect(),
            pause: (pause.0, pause.0 + pause.1),
        }
    })
}

impl Weeks {
    fn is_paused(&self, minutes: i64) -> bool {
        (self.pause.0..self.pause.1).contains(&minutes)
    }

    /// Looks every ten minutes, as the batcher does; returns the orders and who still waits.
    fn run(&self) -> (Vec<Made>, Vec<(Group, Waiting)>) {
        let (mut made, mut left): (Vec<Made>, Vec<(Group, Waiting)>) = (Vec::new(), Vec::new());
        let mut coming: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for one in &self.arrivals {
            coming
                .entry(one.1.ready_since)
                .or_default()
                .push(one.clone());
        }
        for look in 0..=LOOKS {
            let minutes = look * LOOK_MINUTES;
            let now = instant(minutes);
            let later = coming.split_off(&(now + TimeDelta::seconds(1)));
            left.extend(
                std::mem::replace(&mut coming, later)
                    .into_values()
                    .flatten(),
            );
            while !self.is_paused(minutes) {
                let Some(order) = self.next(&left, &made, now) else {
                    break;
                };
                left.retain(|(_, one)| !order.members.contains(&one.application));
                made.push(order);
            }
        }
        (made, left)
    }

    fn next(&self, left: &[(Group, Waiting)], made: &[Made], now: DateTime<Utc>) -> Option<Made> {
        let at = Moment::of(&self.rule, now, lines_of(made, bucharest_day(now)));
        let mut groups: BTreeMap<&Group, Vec<Waiting>> = BTreeMap::new();
        for (group, one) in left {
            groups.entry(group).or_default().push(*one);
        }
        let backlogs: Vec<GroupBacklog> = groups
            .iter()
            .map(|(group, waiting)| GroupBacklog {
                group: (*group).clone(),
                backlog: Backlog::of(waiting).unwrap(),
            })
            .collect();
        let (group, _) = self.rule.next_group(&backlogs, at)?;
        let closing = self.rule.next_order(&groups[group], at).unwrap();
        Some(Made {
            at: now,
            group: group.clone(),
            members: closing.members,
        })
    }
}

/// How many lines were ordered on a day.
fn lines_of(made: &[Made], day: NaiveDate) -> u64 {
    let of_day = made.iter().filter(|one| bucharest_day(one.at) == day);
    of_day
        .map(|one| u64::try_from(one.members.len()).unwrap())
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn weeks_of_arrivals_are_ordered_once_within_every_limit_and_in_time(weeks in any_weeks()) {
        let (made, left) = weeks.run();
        let rule = &weeks.rule;
        let by_id: BTreeMap<ApplicationId, &(Group, Waiting)> =
            weeks.arrivals.iter().map(|one| (one.1.application, one)).collect();

        // Nobody lost, nobody twice.
        let ordered = made.iter().flat_map(|one| one.members.iter().copied());
        let mut all: Vec<ApplicationId> =
            ordered.chain(left.iter().map(|(_, one)| one.application)).collect();
        all.sort_unstable();
        prop_assert_eq!(all, by_id.keys().copied().collect::<Vec<_>>());

        for order in &made {
            let members: Vec<&(Group, Waiting)> =
                order.members.iter().map(|id| by_id[id]).collect();
            let bytes: u64 = members.iter().map(|(_, one)| one.bytes).sum();
            prop_assert!(members.len() <= rule.lines_max);
            prop_assert!(bytes <= rule.bytes_max || members.len() == 1);
            prop_assert!(members.iter().all(|(group, _)| *group == order.group));
            prop_assert!(members.iter().all(|(_, one)| one.ready_since <= order.at));
            let minutes = (order.at - instant(0)).num_minutes();
            prop_assert!(!weeks.is_paused(minutes));
        }
        if let Some(limit) = rule.lines_per_day {
            for order in &made {
                prop_assert!(lines_of(&made, bucharest_day(order.at)) <= limit);
            }
        } else {
            // While the bureau takes orders, nobody waits longer than the policy allows.
            for order in &made {
                for id in &order.members {
                    let one = by_id[id].1;
                    let (by, _) = rule
                        .closes_by(&Backlog::of(&[one]).unwrap(), Moment::of(rule, one.ready_since, 0))
                        .unwrap();
                    let due = by.max(one.ready_since);
                    let pause = instant(weeks.pause.0 - LOOK_MINUTES)..instant(weeks.pause.1);
                    let latest = if pause.contains(&due) { pause.end } else { due };
                    prop_assert!(order.at <= latest + TimeDelta::minutes(LOOK_MINUTES));
                }
            }
            prop_assert!(left.is_empty());
        }
    }

    #[test]
    fn nobody_is_overtaken_in_a_group_by_somebody_less_urgent(weeks in any_weeks()) {
        let (made, left) = weeks.run();
        let urgency = |one: &Waiting| (one.deadline_on, one.ready_since);
        for (at, order) in made.iter().enumerate() {
            let inside = weeks.arrivals.iter().filter(|one| order.members.contains(&one.1.application));
            let last_in = inside.map(|(_, one)| urgency(one)).max();
            let later: BTreeSet<ApplicationId> = made[at + 1..]
                .iter()
                .flat_map(|one| one.members.iter().copied())
                .chain(left.iter().map(|(_, one)| one.application))
                .collect();
            let overtaken = weeks.arrivals.iter().filter(|(group, one)| {
                later.contains(&one.application)
                    && *group == order.group
                    && one.ready_since <= order.at
            });
            for (_, one) in overtaken {
                prop_assert!(last_in <= Some(urgency(one)));
            }
        }
    }
}

#[test]
fn a_day_begins_at_midnight_in_romania() {
    let midnight = start_of_day(NaiveDate::from_ymd_opt(2026, 7, 1).unwrap());
    assert_eq!(midnight, at("2026-06-30T21:00:00Z"));
}
