//! The one life-line of an application: what happened to it, its fee, its card, its payments and its
//! complaints, in the order in which it happened.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::console::look::timeline::{Moment, moment};
use crate::console::trouble::Trouble;
use crate::store::Tx;
use crate::store::complaints::Complaint;
use crate::store::history::{self, HistoryEntry};
use crate::store::payments::Payment;
use crate::words::Language;

/// Steps of one thing that are shown.
const STEPS_MAX: i64 = 300;

/// A step, and what it is about where that is not the application itself.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) moment: Moment,
    /// What it is about; empty for the application.
    pub(super) about: String,
    /// Its page; empty where there is none.
    pub(super) path: String,
}

/// Something whose history belongs to an application's.
pub(super) struct Part {
    id: Uuid,
    about: String,
    path: String,
}

impl Part {
    /// The application itself.
    pub(super) const fn itself(id: Uuid) -> Self {
        Self {
            id,
            about: String::new(),
            path: String::new(),
        }
    }

    /// A line of an order.
    pub(super) fn line(id: Uuid, order: &str, line_no: i64, language: Language) -> Self {
        Self {
            id,
            about: match language {
                Language::Romanian => format!("poziția {line_no} din comanda {order}"),
                Language::English => format!("line {line_no} of order {order}"),
            },
            path: format!("/orders/{order}"),
        }
    }

    /// A payment.
    pub(super) fn payment(payment: &Payment, language: Language) -> Self {
        let kind = language.choose("payment", "plata");
        Self {
            id: payment.id.0,
            about: format!("{kind} {}", payment.number),
            path: format!("/payments/{}", payment.number),
        }
    }

    /// A complaint.
    pub(super) fn complaint(complaint: &Complaint, language: Language) -> Self {
        let kind = language.choose("complaint", "reclamația");
        Self {
            id: complaint.id.0,
            about: format!("{kind} {}", complaint.number),
            path: String::new(),
        }
    }
}

/// Reads the life-line, the oldest step first.
pub(super) async fn read(
    tx: &mut Tx,
    parts: &[Part],
    language: Language,
) -> Result<Vec<Step>, Trouble> {
    let mut steps: Vec<(DateTime<Utc>, Step)> = Vec::new();
    for part in parts {
        let entries = history::list(tx, part.id, STEPS_MAX).await?;
        steps.extend(
            entries
                .iter()
                .map(|entry| (entry.at, step(part, entry, language))),
        );
    }
    // Steps of one transaction have one instant: they stay in the order of the parts.
    steps.sort_by_key(|(at, _)| *at);
    Ok(steps.into_iter().map(|(_, step)| step).collect())
}

fn step(part: &Part, entry: &HistoryEntry, language: Language) -> Step {
    Step {
        moment: moment(entry, language),
        about: part.about.clone(),
        path: part.path.clone(),
    }
}
