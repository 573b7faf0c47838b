//! Compares the bureau's account of an order with ours, and keeps what differs.

use std::convert::Infallible;

use anyhow::Context;
use chrono::TimeDelta;

use crate::bureau::inquiry_answer::{Held, InquiryAnswer};
use crate::domain::order::OrderState;
use crate::domain::reason::Reason;
use crate::domain::reconciliation::{
    Account, Difference, LineDifference, OurLine, SaidWord, compare as compare_accounts,
};
use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::letters::Letter;
use crate::store::orders::Order;
use crate::store::reconciliations::{self, Finding};
use crate::store::{Tx, acknowledgements, order_lines};

/// The hold of an order whose accounts differ.
const ACCOUNTS_DIFFER: u16 = Reason::ACCOUNTS_DIFFER.number();
/// Lines of one kind that a hold names.
const NAMED_MAX: usize = 20;

/// An answer and what was made of it.
pub(super) struct Verdict<'a> {
    /// The letter that asked.
    pub(super) letter: &'a Letter,
    /// The order as it stood when the answer came.
    pub(super) order: &'a Order,
    /// Whether nothing is missing because the order is not delivered, or is delivered again.
    pub(super) is_settled_otherwise: bool,
}

/// Compares the accounts once the answer was heard: what differs is kept with the nights that asked,
/// and a person is asked; what agrees again ends that question.
pub(super) async fn compare(
    tx: &mut Tx,
    gateway: &Gateway,
    verdict: &Verdict<'_>,
    said: &InquiryAnswer,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let order = verdict.order;
    let nights = reconciliations::set_answered(tx, verdict.letter.id, note.at).await?;
    let is_open = !matches!(
        order.state,
        OrderState::Cancelled | OrderState::ReceiptRejected
    );
    let held = matches!(said.held, Held::Known { .. });
    let differences = if !is_open || (verdict.is_settled_otherwise && !held) {
        Vec::new()
    } else {
        let account = Account {
            held,
            must_know_lines: must_know_lines(gateway, order, note),
        };
        let ours = our_lines(tx, order).await?;
        compare_accounts(account, &ours, &words_of(said))
    };
    for night in nights {
        for difference in &differences {
            let finding = Finding {
                id: note.random.uuid(note.at),
                night,
                order: order.id,
                line_no: i64::from(difference.line_no),
                application_number: difference.application.clone(),
                difference: difference.difference,
                detail: difference.detail.clone(),
            };
            reconciliations::insert_finding(tx, &finding, note.at).await?;
        }
    }
    if differences.is_empty() {
        holds::close(tx, order.id.0, Some(ACCOUNTS_DIFFER), "AGREED", note).await?;
        return Ok(());
    }
    let hold = NewHold {
        kind: SubjectKind::Order,
        subject: order.id.0,
        number: &order.number,
        code: ACCOUNTS_DIFFER,
        detail: &in_words(&differences),
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

/// Whether the bureau has confirmed the order so long ago that it must have spoken of every line.
fn must_know_lines(gateway: &Gateway, order: &Order, note: &Note<'_>) -> bool {
    let minutes = i64::from(gateway.config.delivery.receipt_escalate_minutes);
    order
        .receipt_at
        .is_some_and(|at| note.at - at >= TimeDelta::minutes(minutes))
}

async fn our_lines(tx: &mut Tx, order: &Order) -> Result<Vec<OurLine>, Failure<Infallible>> {
    let numbers = order_lines::list_application_numbers(tx, order.id, i64::MAX).await?;
    let digests = acknowledgements::list_digests(tx, order.id).await?;
    let mut ours = Vec::new();
    for line in order_lines::list(tx, order.id, 0, i64::MAX).await? {
        let words = digests
            .iter()
            .filter(|(line_no, ..)| *line_no == line.line_no);
        let words = words.filter_map(|(_, sequence, hash)| {
            let hash = hash.as_slice().try_into().ok()?;
            Some((u32::try_from(*sequence).ok()?, hash))
        });
        ours.push(OurLine {
            line_no: u32::try_from(line.line_no).context("a line number out of range")?,
            application: numbers.get(&line.line_no).cloned().unwrap_or_default(),
            last_sequence: u32::try_from(line.last_sequence).unwrap_or(u32::MAX),
            words: words.collect(),
        });
    }
    Ok(ours)
}

fn words_of(said: &InquiryAnswer) -> Vec<SaidWord<'_>> {
    said.entries
        .iter()
        .map(|entry| SaidWord {
            line_no: entry.line_no,
            application: &entry.application_number,
            sequence: entry.sequence,
            hash: entry.hash(),
        })
        .collect()
}

/// Names the lines, those of one kind together.
fn in_words(differences: &[LineDifference]) -> String {
    let mut parts = Vec::new();
    for kind in Difference::ALL {
        let of_kind: Vec<_> = differences
            .iter()
            .filter(|difference| difference.difference == *kind)
            .map(|difference| difference.line_no.to_string())
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        let named = of_kind.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>();
        let more = of_kind.len() - named.len();
        let word = kind.as_str().to_lowercase();
        let mut part = format!("{word}: {}", named.join(", "));
        if more > 0 {
            part.push_str(&format!(" and {more} more"));
        }
        parts.push(part);
    }
    parts.join("; ")
}
