//! Holds: those of one reason, and what is decided about one or several of them.

mod act;
mod list;

pub(crate) use act::{carry_out, show};
pub(crate) use list::list;

use crate::flow::decide_hold::Decision;
use crate::store::history::SubjectKind;

/// The menu's entry.
const MENU: &str = "/failed-orders";

/// Every decision about a hold, with its word in addresses and its name in both languages.
const DECISIONS: [(Decision, &str, [&str; 2]); 3] = [
    (Decision::Release, "release", ["Eliberează", "Release"]),
    (
        Decision::SendBack,
        "send-back",
        ["Trimite înapoi serviciului", "Send back to the office"],
    ),
    (
        Decision::TakeNote,
        "note",
        ["Ia la cunoștință", "Take note"],
    ),
];

/// Whether a decision fits what waits.
fn fits(decision: Decision, kind: SubjectKind) -> bool {
    match kind {
        SubjectKind::Application | SubjectKind::OrderLine => true,
        SubjectKind::Inbox => decision != Decision::SendBack,
        _ => decision == Decision::TakeNote,
    }
}

/// The page of what waits; empty where it has none.
fn path_of(kind: SubjectKind, number: &str) -> String {
    match kind {
        SubjectKind::Application | SubjectKind::OrderLine | SubjectKind::Fee => {
            format!("/applications/{number}")
        }
        SubjectKind::Payment => format!("/payments/{number}"),
        SubjectKind::Order => format!("/orders/{number}"),
        _ => String::new(),
    }
}
