//! What offices will do, and when.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::simulator::script::Scene;

/// What an office does about one application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deed {
    /// Asks for a payment reference.
    AskReference,
    /// Sends the applicant to pay.
    Pay,
    /// Hands the application in.
    Submit,
    /// Hands it in again, to the letter.
    SubmitAgain,
    /// Hands in a returned application, corrected.
    Revise,
    /// Withdraws it.
    Withdraw,
    /// Reports that the card has arrived.
    ReportReceived,
    /// Reports that the applicant has the card.
    ReportHandedOver,
}

impl std::fmt::Display for Deed {
    /// As it stands in idempotency keys and in the ledger.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::AskReference => "ask-reference",
            Self::Pay => "pay",
            Self::Submit => "submit",
            Self::SubmitAgain => "submit-again",
            Self::Revise => "revise",
            Self::Withdraw => "withdraw",
            Self::ReportReceived => "report-received",
            Self::ReportHandedOver => "report-handed-over",
        })
    }
}

impl From<Scene> for Deed {
    fn from(scene: Scene) -> Self {
        match scene {
            Scene::AskReference => Self::AskReference,
            Scene::Pay => Self::Pay,
            Scene::Submit => Self::Submit,
        }
    }
}

/// One deed about one case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Task {
    pub(super) case: usize,
    pub(super) deed: Deed,
    /// How often it was put off.
    pub(super) put_off: u32,
}

/// Tasks in the order of time.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    tasks: BTreeMap<(DateTime<Utc>, u64), Task>,
    added: u64,
}

impl Agenda {
    pub(super) fn add(&mut self, at: DateTime<Utc>, task: Task) {
        self.added += 1;
        self.tasks.insert((at, self.added), task);
    }

    /// Takes up to `most` tasks that are due, each about another case: what comes next about a
    /// case may depend on the answer.
    pub(super) fn take_due(&mut self, now: DateTime<Utc>, most: usize) -> Vec<Task> {
        let mut taken: Vec<Task> = Vec::new();
        while taken.len() < most {
            let Some(first) = self.tasks.first_entry() else {
                break;
            };
            let is_free = taken.iter().all(|task| task.case != first.get().case);
            if first.key().0 > now || !is_free {
                break;
            }
            taken.push(first.remove());
        }
        taken
    }

    pub(super) fn next_at(&self) -> Option<DateTime<Utc>> {
        self.tasks.first_key_value().map(|((at, _), _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn one_case_is_never_taken_twice_at_once() {
        let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
        let task = |case, deed| Task {
            case,
            deed,
            put_off: 0,
        };
        let mut agenda = Agenda::default();
        agenda.add(now, task(1, Deed::AskReference));
        agenda.add(now, task(2, Deed::Submit));
        agenda.add(now, task(1, Deed::Pay));
        agenda.add(now + TimeDelta::hours(1), task(3, Deed::Submit));
        let cases = |tasks: Vec<Task>| -> Vec<usize> { tasks.iter().map(|one| one.case).collect() };
        assert_eq!(cases(agenda.take_due(now, 8)), [1, 2]);
        assert_eq!(cases(agenda.take_due(now, 8)), [1]);
        assert!(agenda.take_due(now, 8).is_empty());
        assert_eq!(agenda.next_at(), Some(now + TimeDelta::hours(1)));
    }
}
