//! The moment at which a batching rule is asked, and the instants at which its answer changes.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Bucharest;

use crate::domain::batching::BatchingRule;
use crate::domain::calendar::bucharest_day;

/// How far back a cut-off is looked for: no pause of all working days is longer.
const CUT_OFF_DAYS: u64 = 31;

/// The moment at which the rule is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moment {
    /// The instant.
    pub now: DateTime<Utc>,
    /// The day in Bucharest, by which legal terms are counted.
    pub today: NaiveDate,
    /// The last cut-off that has come; whoever was ready before it goes out.
    pub last_cut_off: Option<DateTime<Utc>>,
    /// Lines that may still be ordered today; `None` where there is no limit.
    pub lines_left: Option<u64>,
}

impl Moment {
    /// The moment `now` under a rule, when `lines_today` were ordered since midnight in Romania.
    pub fn of(rule: &BatchingRule, now: DateTime<Utc>, lines_today: u64) -> Self {
        Self {
            now,
            today: bucharest_day(now),
            last_cut_off: rule.last_cut_off(now),
            lines_left: rule
                .lines_per_day
                .map(|limit| limit.saturating_sub(lines_today)),
        }
    }

    /// Whether a cut-off came for somebody who was ready at `ready_since`.
    pub(super) fn is_cut_off_for(&self, ready_since: DateTime<Utc>) -> bool {
        self.last_cut_off.is_some_and(|at| ready_since < at)
    }
}

impl BatchingRule {
    /// The last cut-off at or before `now`. One that came while nobody looked still counts.
    pub fn last_cut_off(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = bucharest_day(now);
        let days = (0..CUT_OFF_DAYS).filter_map(|back| today.checked_sub_days(Days::new(back)));
        let mut last_of_each = days.map(|day| self.cut_offs_of(day).into_iter().rev());
        last_of_each.find_map(|mut of_day| of_day.find(|at| *at <= now))
    }

    /// The first cut-off after `now`.
    pub fn next_cut_off(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = bucharest_day(now);
        let days = (0..CUT_OFF_DAYS).filter_map(|on| today.checked_add_days(Days::new(on)));
        days.flat_map(|day| self.cut_offs_of(day))
            .find(|at| *at > now)
    }

    /// The cut-offs of a day, the earliest first; none on a day that is not worked.
    fn cut_offs_of(&self, day: NaiveDate) -> Vec<DateTime<Utc>> {
        if self.cut_offs.is_empty() || !self.working_days.contains(day) {
            return Vec::new();
        }
        let mut all: Vec<_> = self
            .cut_offs
            .iter()
            .filter_map(|time| instant(day, *time))
            .collect();
        all.sort_unstable();
        all
    }
}

/// A time of day in Romania as an instant: the first of two when clocks are set back, none when
/// they jump over it.
fn instant(day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    let local = Bucharest.from_local_datetime(&day.and_time(time));
    local.earliest().map(|at| at.with_timezone(&Utc))
}
