//! Notices what the bureau does not say: letters without an answer, and orders whose lines come to
//! no end.

use std::convert::Infallible;

use chrono::TimeDelta;

use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::SubjectKind;
use crate::store::holds::{self, NewHold};
use crate::store::{letters, order_lines, orders, reconciliations};

/// The hold of an order whose lines come to no end.
const BUREAU_SILENT: u16 = Reason::BUREAU_SILENT.number();
/// Lines that a hold names.
const NAMED_MAX: usize = 20;

/// Asks an operator about the letter that has waited longest for its answer, beyond the term for
/// receipts. Returns its number.
pub async fn notice_unanswered_letter(
    gateway: &Gateway,
) -> Result<Option<String>, Failure<Infallible>> {
    let minutes = i64::from(gateway.config.delivery.receipt_escalate_minutes);
    let actor = Actor::Gateway("reconciler");
    let note = note(gateway, &actor, Some("no answer came"));
    let before = note.at - TimeDelta::minutes(minutes);
    let mut tx = gateway.store.read().await?;
    let Some(letter) = letters::find_unanswered(&mut tx, before).await? else {
        return Ok(None);
    };
    drop(tx);
    let mut tx = gateway.store.begin().await?;
    // Its answer may have come since it was looked for.
    let now = letters::lock(&mut tx, letter.id).await?;
    if now.is_none_or(|now| now.state != letter.state) {
        return Ok(None);
    }
    let hold = NewHold {
        kind: SubjectKind::Letter,
        subject: letter.id.0,
        number: &letter.number,
        code: Reason::LETTER_UNANSWERED.number(),
        detail: &format!("the bureau took the {} and did not answer it", letter.kind),
    };
    holds::open(&mut tx, &hold, &note).await?;
    tx.commit().await?;
    Ok(Some(letter.number))
}

/// Asks an operator about the order that was signed longest ago, beyond the configured days, and
/// has lines without a final answer. Returns its number.
pub async fn notice_overdue_lines(
    gateway: &Gateway,
) -> Result<Option<String>, Failure<Infallible>> {
    let days = i64::from(gateway.config.reconciliation.overdue_days);
    let actor = Actor::Gateway("reconciler");
    let note = note(gateway, &actor, Some("lines came to no end"));
    let before = note.at - TimeDelta::days(days);
    let mut tx = gateway.store.read().await?;
    let Some(id) = reconciliations::find_overdue(&mut tx, before, BUREAU_SILENT).await? else {
        return Ok(None);
    };
    drop(tx);
    let mut tx = gateway.store.begin().await?;
    let Some(order) = orders::lock(&mut tx, id).await? else {
        return Ok(None);
    };
    let lines = order_lines::list(&mut tx, order.id, 0, i64::MAX).await?;
    let overdue: Vec<_> = lines.iter().filter(|line| !line.state.is_ended()).collect();
    let named: Vec<_> = overdue
        .iter()
        .take(NAMED_MAX)
        .map(|line| format!("{} {}", line.line_no, line.state))
        .collect();
    let detail = format!(
        "{} lines without an end after {days} days: {}",
        overdue.len(),
        named.join(", ")
    );
    let hold = NewHold {
        kind: SubjectKind::Order,
        subject: order.id.0,
        number: &order.number,
        code: BUREAU_SILENT,
        detail: &detail,
    };
    holds::open(&mut tx, &hold, &note).await?;
    tx.commit().await?;
    Ok(Some(order.number))
}
