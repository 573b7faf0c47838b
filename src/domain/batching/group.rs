//! Which applications may share an order.

use std::fmt;

use crate::coded;
use crate::domain::batching::{Backlog, BatchingRule, CloseReason, Moment};

coded! {
    /// By what applications are put together.
    pub enum Grouping as "grouping" {
        /// All of a product go together.
        None = "NONE",
        /// Those of one county go together: the bureau packs a consignment per county.
        County = "COUNTY",
        /// Those that are collected at one office go together.
        Office = "OFFICE",
    }
}

/// What the members of an order have in common: a county's or an office's code, or nothing.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Group(pub String);

impl Group {
    /// The only group where nothing is grouped.
    pub const fn all() -> Self {
        Self(String::new())
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What waits in one group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupBacklog {
    /// The group.
    pub group: Group,
    /// What waits in it.
    pub backlog: Backlog,
}

impl BatchingRule {
    /// The group whose order is to be closed first, with the reason: of those that may not wait,
    /// the one with the nearest deadline, then the one that has waited longest.
    pub fn next_group<'a>(
        &self,
        groups: &'a [GroupBacklog],
        at: Moment,
    ) -> Option<(&'a Group, CloseReason)> {
        let closing = groups
            .iter()
            .filter_map(|one| Some((one, self.why_close(&one.backlog, at)?)));
        let urgency = |one: &GroupBacklog| {
            let backlog = &one.backlog;
            let group = one.group.clone();
            (
                backlog.earliest_deadline_on,
                backlog.oldest_ready_since,
                group,
            )
        };
        let first = closing.min_by_key(|(one, _)| urgency(one))?;
        Some((&first.0.group, first.1))
    }
}
