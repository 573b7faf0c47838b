//! What the next orders would be: those that the rule closes now, and when it will close the rest.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::domain::batching::{
    Backlog, BatchingRule, CloseReason, Group, GroupBacklog, Moment, Waiting,
};
use crate::domain::calendar::start_of_day;

/// When an order is closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// At once.
    Now,
    /// Not before the next day: the bureau takes no more today.
    AfterMidnight(DateTime<Utc>),
    /// At this instant at the latest, if nobody comes who fills it before.
    By(DateTime<Utc>),
}

/// One order that would come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Planned {
    /// What its members have in common.
    pub group: Group,
    /// How many lines it would have.
    pub lines: usize,
    /// Bytes of all its lines.
    pub bytes: u64,
    /// Since when the one that has waited longest is ready.
    pub oldest_ready_since: DateTime<Utc>,
    /// The earliest last day of a legal term.
    pub earliest_deadline_on: NaiveDate,
    /// When.
    pub when: When,
    /// Why then.
    pub because: CloseReason,
}

/// Tells what the rule would make of those who wait, in the order in which it would be made: what
/// is closed now, what must wait for another day, and what waits for others to come.
pub fn plan(rule: &BatchingRule, waiting: &[(Group, Waiting)], mut at: Moment) -> Vec<Planned> {
    let mut left: BTreeMap<&Group, Vec<Waiting>> = BTreeMap::new();
    for (group, one) in waiting {
        left.entry(group).or_default().push(*one);
    }
    let mut planned = take(rule, &mut left, &mut at, When::Now);
    let tomorrow = at.today.checked_add_days(Days::new(1)).map(start_of_day);
    if let (Some(0), Some(tomorrow)) = (at.lines_left, tomorrow) {
        // What would go out at once if the day had room for it.
        at.lines_left = None;
        planned.extend(take(
            rule,
            &mut left,
            &mut at,
            When::AfterMidnight(tomorrow),
        ));
    }
    let mut later: Vec<Planned> = left
        .into_iter()
        .filter_map(|(group, rest)| waits(rule, group, &rest, at))
        .collect();
    later.sort_by_key(|one| match one.when {
        When::Now => None,
        When::AfterMidnight(at) | When::By(at) => Some(at),
    });
    planned.extend(later);
    planned
}

/// Takes out what the rule closes at a moment, one order after the other.
fn take(
    rule: &BatchingRule,
    left: &mut BTreeMap<&Group, Vec<Waiting>>,
    at: &mut Moment,
    when: When,
) -> Vec<Planned> {
    let mut taken = Vec::new();
    loop {
        let groups: Vec<GroupBacklog> = left
            .iter()
            .filter_map(|(group, waiting)| {
                let backlog = Backlog::of(waiting)?;
                let group = (*group).clone();
                Some(GroupBacklog { group, backlog })
            })
            .collect();
        let Some((group, _)) = rule.next_group(&groups, *at) else {
            return taken;
        };
        let Some(waiting) = left.get_mut(group) else {
            return taken;
        };
        let Some(closing) = rule.next_order(waiting, *at) else {
            return taken;
        };
        let chosen: HashSet<_> = closing.members.iter().collect();
        let (members, others): (Vec<Waiting>, Vec<Waiting>) = waiting
            .iter()
            .partition(|one| chosen.contains(&one.application));
        *waiting = others;
        at.lines_left = at
            .lines_left
            .map(|lines| lines.saturating_sub(u64::try_from(members.len()).unwrap_or(u64::MAX)));
        taken.extend(planned(group, &members, when, closing.because));
    }
}

/// What waits, and until when it would if nobody else came.
fn waits(rule: &BatchingRule, group: &Group, rest: &[Waiting], at: Moment) -> Option<Planned> {
    let backlog = Backlog::of(rest)?;
    let (by, because) = rule.closes_by(&backlog, at)?;
    planned(group, rest, When::By(by), because)
}

fn planned(
    group: &Group,
    members: &[Waiting],
    when: When,
    because: CloseReason,
) -> Option<Planned> {
    let backlog = Backlog::of(members)?;
    Some(Planned {
        group: group.clone(),
        lines: backlog.count,
        bytes: backlog.bytes,
        oldest_ready_since: backlog.oldest_ready_since,
        earliest_deadline_on: backlog.earliest_deadline_on,
        when,
        because,
    })
}

impl BatchingRule {
    /// The instant at which a backlog that may still wait is closed at the latest, and why then.
    pub fn closes_by(&self, backlog: &Backlog, at: Moment) -> Option<(DateTime<Utc>, CloseReason)> {
        let age_max = TimeDelta::from_std(self.age_max).ok();
        let age = age_max.and_then(|age| backlog.oldest_ready_since.checked_add_signed(age));
        let risk = Days::new(u64::from(self.deadline_risk_days));
        let deadline = backlog.earliest_deadline_on.checked_sub_days(risk);
        let next_cut_off = self.next_cut_off(at.now.max(backlog.oldest_ready_since));
        [
            (deadline.map(start_of_day), CloseReason::Deadline),
            (age, CloseReason::Age),
            (next_cut_off, CloseReason::CutOff),
        ]
        .into_iter()
        .filter_map(|(at, because)| Some((at?, because)))
        .min_by_key(|(at, _)| *at)
    }
}
