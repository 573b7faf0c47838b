//! Notices cards that nobody came for within the term: their offices are told, and an operator
//! decides what becomes of them. Until they are destroyed they may still be handed over.

use std::convert::Infallible;

use chrono::TimeDelta;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::progress::{advance, note};
use crate::gateway::Gateway;
use crate::store::history::SubjectKind;
use crate::store::holds::{self, NewHold};
use crate::store::{applications, order_lines};

/// Applications that one pass calls unclaimed.
const BATCH: i64 = 100;

/// Calls unclaimed what has lain at its office for longer than the term. Returns how many.
pub async fn call_unclaimed(gateway: &Gateway) -> Result<usize, Failure<Infallible>> {
    let days = TimeDelta::days(i64::from(gateway.config.production.unclaimed_days));
    let before = gateway.clock.now() - days;
    let mut tx = gateway.store.read().await?;
    let found = order_lines::list_uncollected(&mut tx, before, BATCH).await?;
    drop(tx);
    if found.is_empty() {
        return Ok(0);
    }
    let actor = Actor::Gateway("janitor");
    let note = note(gateway, &actor, None);
    let code = Reason::UNCLAIMED.number();
    let mut tx = gateway.store.begin().await?;
    let mut called = 0;
    for id in found {
        let application = applications::find(&mut tx, id).await?;
        // Somebody may have come between.
        let Some(mut application) =
            application.filter(|found| found.state == ApplicationState::AtOffice)
        else {
            continue;
        };
        let event = ApplicationEvent::TermPassed;
        advance(&mut tx, &mut application, event, Some(code), &note).await?;
        let hold = NewHold {
            kind: SubjectKind::Application,
            subject: id.0,
            number: &application.number,
            code,
            detail: "nobody came for the card within the term",
        };
        holds::open(&mut tx, &hold, &note).await?;
        called += 1;
    }
    tx.commit().await?;
    Ok(called)
}
