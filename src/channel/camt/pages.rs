//! Statements that a bank divides into pages (`StmtPgntn`).
//!
//! Either each page has interim balances (`ITBD`) where it begins and ends, and ties by itself; or
//! every page repeats the balances of the whole statement, and only all pages together tie.

use crate::channel::xml::{Node, Tree};
use crate::channel::{Held, HeldCode, Statement, StatementFile};

/// Which page of its statement a part is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Page {
    number: usize,
    pub(super) is_last: bool,
    /// What the booked entries of the part come to.
    pub(super) booked_minor: i128,
}

impl Page {
    /// The page that these elements tell of; without a word it is the only one.
    pub(super) fn of(facts: &Tree) -> Self {
        let told: Option<Node<'_>> = facts.roots().find(|node| node.name() == "StmtPgntn");
        let number = told.and_then(|node| node.text_at(&["PgNb"])?.parse().ok());
        let is_last = told.and_then(|node| node.text_at(&["LastPgInd"]));
        Self {
            number: number.unwrap_or(1),
            is_last: !matches!(is_last, Some("false" | "0")),
            booked_minor: 0,
        }
    }

    pub(super) const fn is_first(self) -> bool {
        self.number <= 1
    }
}

/// Judges the pages of one statement together.
pub(super) fn join(file: &mut StatementFile, pages: &[Page]) {
    let mut start = 0;
    for (at, page) in pages.iter().enumerate() {
        if !page.is_last && goes_on(file, pages, at) {
            continue;
        }
        let range = start..at + 1;
        start = at + 1;
        if range.len() > 1 {
            let booked = pages.get(range.clone()).unwrap_or_default();
            let booked = booked.iter().map(|page| page.booked_minor).sum();
            judge(file, range, booked);
        }
    }
}

/// Whether the part after `at` is the next page of the same statement.
fn goes_on(file: &StatementFile, pages: &[Page], at: usize) -> bool {
    let key = |statement: &Statement| (statement.account.clone(), statement.number.clone());
    let numbers = (pages.get(at), pages.get(at + 1));
    let parts = (file.statements.get(at), file.statements.get(at + 1));
    match (numbers, parts) {
        ((Some(this), Some(next)), (Some(one), Some(other))) => {
            next.number == this.number + 1 && key(one) == key(other)
        }
        _ => false,
    }
}

fn judge(file: &mut StatementFile, range: std::ops::Range<usize>, booked_minor: i128) {
    let Some(parts) = file.statements.get(range.clone()) else {
        return;
    };
    let repeats = parts.windows(2).all(|pair| match pair {
        [one, other] => {
            one.opening_minor == other.opening_minor && one.closing_minor == other.closing_minor
        }
        _ => false,
    });
    if repeats && ties_together(parts, booked_minor) {
        for part in file.statements.get_mut(range.clone()).into_iter().flatten() {
            part.ties = Some(true);
        }
        file.held.retain(|held| {
            let of_these = held.statement.is_some_and(|at| range.contains(&at));
            !(of_these && held.code == HeldCode::BalanceDiffers)
        });
        return;
    }
    if repeats {
        return;
    }
    let broken: Vec<usize> = range
        .clone()
        .zip(range.skip(1))
        .filter(|(one, other)| {
            let closing = file
                .statements
                .get(*one)
                .and_then(|part| part.closing_minor);
            let opening = file
                .statements
                .get(*other)
                .and_then(|part| part.opening_minor);
            closing.is_some() && opening.is_some() && closing != opening
        })
        .map(|(_, other)| other)
        .collect();
    for at in broken {
        let reason = "the page does not begin where the page before it ended";
        let place = format!("statement {}", at + 1);
        let held = Held::new(HeldCode::PagesDoNotChain, place, reason);
        file.held.push(held.in_statement(at));
    }
}

/// Whether the balances that every part repeats enclose the entries of all.
fn ties_together(parts: &[Statement], booked_minor: i128) -> bool {
    let Some(first) = parts.first() else {
        return false;
    };
    let (Some(opening), Some(closing)) = (first.opening_minor, first.closing_minor) else {
        return false;
    };
    i128::from(opening) + booked_minor == i128::from(closing)
}
