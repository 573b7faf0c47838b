//! One look at all that nobody said, so that a worker with nothing to do costs one transaction.

use std::convert::Infallible;

use chrono::TimeDelta;

use crate::flow::Failure;
use crate::flow::letters::night::night_of;
use crate::flow::letters::notice_silence::BUREAU_SILENT;
use crate::gateway::Gateway;
use crate::store::{letters, orders, reconciliations};

/// Something that there is to do; each has a flow of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duty {
    /// An order has been in doubt for too long.
    EndDoubt,
    /// A letter was not answered.
    NoticeUnanswered,
    /// The night has come, and not every open order was asked about.
    AskAtNight,
    /// Lines of an order come to no end.
    NoticeOverdue,
}

/// Looks at what is due.
pub async fn look_around(gateway: &Gateway) -> Result<Vec<Duty>, Failure<Infallible>> {
    let delivery = &gateway.config.delivery;
    let now = gateway.clock.now();
    let minutes = |minutes: u32| now - TimeDelta::minutes(i64::from(minutes));
    let days = TimeDelta::days(i64::from(gateway.config.reconciliation.overdue_days));
    let mut tx = gateway.store.read().await?;
    let doubted = orders::list_in_doubt(&mut tx, minutes(delivery.receipt_resend_minutes), 1);
    let order_in_doubt = !doubted.await?.is_empty();
    let escalated = minutes(delivery.receipt_escalate_minutes);
    let unanswered = letters::find_unanswered(&mut tx, escalated).await?;
    let overdue = reconciliations::find_overdue(&mut tx, now - days, BUREAU_SILENT).await?;
    let night = match night_of(gateway, now) {
        Some(night) => reconciliations::find(&mut tx, night)
            .await?
            .is_none_or(|known| known.asked_at.is_none()),
        None => false,
    };
    let duties = [
        (order_in_doubt, Duty::EndDoubt),
        (unanswered.is_some(), Duty::NoticeUnanswered),
        (night, Duty::AskAtNight),
        (overdue.is_some(), Duty::NoticeOverdue),
    ];
    let due = duties.into_iter().filter(|(is_due, _)| *is_due);
    Ok(due.map(|(_, duty)| duty).collect())
}
