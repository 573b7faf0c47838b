//! When waiting applications become an order, and which of them.
//!
//! An order closes because it is full, or because somebody in it must not wait longer; never
//! because a machine was idle. Cards were held back elsewhere until 300 had piled up, so age and
//! deadline close an order of one.

mod group;
mod moment;
mod plan;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::coded;
use crate::domain::id::ApplicationId;
use crate::domain::working_days::WorkingDays;

pub use group::{Group, GroupBacklog, Grouping};
pub use moment::Moment;
pub use plan::{Planned, When, plan};

coded! {
    /// Why an order was closed.
    pub enum CloseReason as "reason for closing an order" {
        /// It has as many lines as an order may have.
        Count = "COUNT",
        /// The next line would make it too large.
        Bytes = "BYTES",
        /// An application has waited as long as it may.
        Age = "AGE",
        /// An application's legal term is near.
        Deadline = "DEADLINE",
        /// A cut-off of the bureau's working day has come.
        CutOff = "CUT_OFF",
        /// It takes the last of what the bureau makes in a day.
        Capacity = "CAPACITY",
        /// An operator's decision, not the rule's: it takes the place of an order given up.
        Replacement = "REPLACEMENT",
    }
}

/// When an order closes. One product type and one bureau per rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BatchingRule {
    /// Lines in an order at most (BSI TR-03123 has 1 to 150); zero counts as one.
    pub lines_max: usize,
    /// Bytes of all lines at most; one line larger than this goes alone.
    pub bytes_max: u64,
    /// How long an application may wait for others.
    pub age_max: Duration,
    /// How many days before the end of its term an application waits no longer.
    pub deadline_risk_days: u32,
    /// Times of a working day in Romania at which whatever was ready goes out.
    pub cut_offs: Vec<NaiveTime>,
    /// Days on which cut-offs come.
    pub working_days: WorkingDays,
    /// Lines that may be ordered in one day; `None` where the bureau sets no limit.
    pub lines_per_day: Option<u64>,
    /// Which applications may share an order.
    pub grouping: Grouping,
}

/// An application that is ready to be ordered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Waiting {
    /// Which one.
    pub application: ApplicationId,
    /// Since when nothing is owed and nothing is missing.
    pub ready_since: DateTime<Utc>,
    /// The last day of its legal term.
    pub deadline_on: NaiveDate,
    /// How large its line is.
    pub bytes: u64,
}

/// What waits, in four figures: enough to tell that nothing is to be ordered yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backlog {
    /// How many wait.
    pub count: usize,
    /// Bytes of all their lines.
    pub bytes: u64,
    /// Since when the one that has waited longest is ready.
    pub oldest_ready_since: DateTime<Utc>,
    /// The earliest last day of a legal term.
    pub earliest_deadline_on: NaiveDate,
}

impl Backlog {
    /// Sums up those who wait; `None` when nobody does.
    pub fn of(waiting: &[Waiting]) -> Option<Self> {
        Some(Self {
            count: waiting.len(),
            bytes: waiting
                .iter()
                .fold(0, |sum, one| sum.saturating_add(one.bytes)),
            oldest_ready_since: waiting.iter().map(|one| one.ready_since).min()?,
            earliest_deadline_on: waiting.iter().map(|one| one.deadline_on).min()?,
        })
    }
}

/// An order to be opened and closed at once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Closing {
    /// Its lines, the most urgent first; never empty.
    pub members: Vec<ApplicationId>,
    /// Why it does not wait for more.
    pub because: CloseReason,
}

impl BatchingRule {
    /// Returns the next order to close, or `None` when everybody may still wait.
    ///
    /// Asked again for the rest until `None`, it leaves nobody waiting beyond `age_max`, unless the
    /// bureau takes no more on the day. Those who wait must be of one group.
    pub fn next_order(&self, waiting: &[Waiting], at: Moment) -> Option<Closing> {
        let because = self.why_close(&Backlog::of(waiting)?, at)?;
        let mut urgent_first: Vec<&Waiting> = waiting.iter().collect();
        urgent_first
            .sort_unstable_by_key(|one| (one.deadline_on, one.ready_since, one.application));
        let (count, full) = self.fill(&urgent_first, at);
        Some(Closing {
            members: urgent_first
                .iter()
                .take(count)
                .map(|one| one.application)
                .collect(),
            because: full.unwrap_or(because),
        })
    }

    /// Tells why an order is to be closed now, or `None` when everybody may still wait, or must. It
    /// needs no more than the [`Backlog`], so an idle look costs one row however many wait.
    pub fn why_close(&self, backlog: &Backlog, at: Moment) -> Option<CloseReason> {
        let waited = at.now.signed_duration_since(backlog.oldest_ready_since);
        let days_left = backlog
            .earliest_deadline_on
            .signed_duration_since(at.today)
            .num_days();
        let (lines_max, full) = self.room(at)?;
        if backlog.count >= lines_max {
            Some(full)
        } else if backlog.bytes >= self.bytes_max {
            Some(CloseReason::Bytes)
        } else if days_left <= i64::from(self.deadline_risk_days) {
            Some(CloseReason::Deadline)
        } else if waited.to_std().is_ok_and(|age| age >= self.age_max) {
            Some(CloseReason::Age)
        } else if at.is_cut_off_for(backlog.oldest_ready_since) {
            Some(CloseReason::CutOff)
        } else {
            None
        }
    }

    /// How many lines an order may have now, and what it is called when it has them; `None` when
    /// the bureau takes no more today.
    fn room(&self, at: Moment) -> Option<(usize, CloseReason)> {
        let lines_max = self.lines_max.max(1);
        let left = at
            .lines_left
            .map(|left| usize::try_from(left).unwrap_or(usize::MAX));
        match left {
            Some(0) => None,
            Some(left) if left < lines_max => Some((left, CloseReason::Capacity)),
            _ => Some((lines_max, CloseReason::Count)),
        }
    }

    /// Tells how many of the most urgent fit, and by what the order is full if it is.
    fn fill(&self, urgent_first: &[&Waiting], at: Moment) -> (usize, Option<CloseReason>) {
        let Some((lines_max, full)) = self.room(at) else {
            return (0, None);
        };
        let mut bytes: u64 = 0;
        for (count, one) in urgent_first.iter().take(lines_max).enumerate() {
            bytes = bytes.saturating_add(one.bytes);
            if bytes > self.bytes_max && count > 0 {
                return (count, Some(CloseReason::Bytes));
            }
        }
        let count = urgent_first.len().min(lines_max);
        let full = if count == lines_max {
            Some(full)
        } else if bytes >= self.bytes_max && count > 0 {
            Some(CloseReason::Bytes)
        } else {
            None
        };
        (count, full)
    }
}

#[cfg(test)]
mod tests;
