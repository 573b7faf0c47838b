//! What follows for a webhook when a turn did not end well: the event is set aside, the office is warned,
//! nothing more is pushed.

use std::convert::Infallible;

use crate::domain::delivery::warning;
use crate::domain::reason::Reason;
use crate::domain::webhook::{ATTEMPTS_MAX, AfterTry, REFUSALS_MAX, WebhookEvent, WebhookState};
use crate::flow::Failure;
use crate::flow::webhooks::turn::{End, Turn};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::webhooks::{self, Webhook, push};
use crate::store::{Tx, offices, outbox};

/// Writes what follows. `webhook` is as it stands now, locked: it may have been disabled, or be gone.
pub(super) async fn settle(
    tx: &mut Tx,
    turn: &Turn,
    webhook: Option<Webhook>,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if let Some(end) = turn.end.as_ref().filter(|_| turn.sets_aside()) {
        let attempts = i64::from(end.attempt);
        outbox::bury(tx, &end.event, &end.cause, attempts, note.at).await?;
    }
    let Some(webhook) = webhook else {
        return Ok(());
    };
    // What was delivered in this turn made good what had been before.
    let (warned, refused) = match turn.delivered {
        0 => (webhook.warned_percent, webhook.refused_in_row),
        _ => (0, 0),
    };
    let Some(end) = &turn.end else {
        webhooks::note_trouble(tx, webhook.office, 0, 0, webhook.reason).await?;
        return Ok(());
    };
    match end.next {
        AfterTry::GoOn => Ok(()),
        AfterTry::Again(_) => warn(tx, &webhook, end, (warned, refused), note).await,
        AfterTry::SetAside if refused + 1 < REFUSALS_MAX => {
            let reason = webhook.reason;
            webhooks::note_trouble(tx, webhook.office, warned, refused + 1, reason).await?;
            Ok(())
        }
        AfterTry::SetAside => {
            let why = (WebhookEvent::RefusedAll, Reason::WEBHOOK_REFUSES);
            disable(tx, &webhook, end, why, note).await
        }
        AfterTry::Exhausted => {
            let why = (WebhookEvent::Exhausted, Reason::WEBHOOK_EXHAUSTED);
            disable(tx, &webhook, end, why, note).await
        }
        AfterTry::Gone => {
            let why = (WebhookEvent::Gone, Reason::WEBHOOK_GONE);
            disable(tx, &webhook, end, why, note).await
        }
    }
}

/// Warns, once at each rung of the ladder.
async fn warn(
    tx: &mut Tx,
    webhook: &Webhook,
    end: &End,
    (warned, refused): (i64, i64),
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let rung = warning(end.attempt, ATTEMPTS_MAX).map_or(warned, i64::from);
    if (rung, refused) == (webhook.warned_percent, webhook.refused_in_row) {
        return Ok(());
    }
    webhooks::note_trouble(tx, webhook.office, rung, refused, webhook.reason).await?;
    if rung > warned {
        let state = webhook.state.as_str();
        let words = [state, &format!("WARNED_{rung}"), state];
        history::record(tx, SubjectKind::Lane, webhook.id, words, note).await?;
        tracing::warn!(
            office = %webhook.office,
            percent = rung,
            cause = end.cause,
            "a webhook fails and will be disabled at 100 percent of its tries"
        );
    }
    Ok(())
}

/// Stops pushing, and asks for a person.
async fn disable(
    tx: &mut Tx,
    webhook: &Webhook,
    end: &End,
    (event, reason): (WebhookEvent, Reason),
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if webhook.state == WebhookState::Disabled {
        return Ok(());
    }
    take_step::<history::Webhook>(tx, webhook.id, webhook.state, event, note).await?;
    let number = Some(i64::from(reason.number()));
    webhooks::note_trouble(tx, webhook.office, 100, 0, number).await?;
    push::stop(tx, &offices::lane_of(webhook.office)).await?;
    let office = offices::find(tx, webhook.office).await?;
    let code = office.map_or_else(|| webhook.office.to_string(), |office| office.code);
    let hold = NewHold {
        kind: SubjectKind::Lane,
        subject: webhook.id,
        number: &code,
        code: reason.number(),
        detail: end.detail.as_deref().unwrap_or(&end.cause),
    };
    holds::open(tx, &hold, note).await?;
    tracing::warn!(office = %webhook.office, cause = end.cause, %event, "a webhook was disabled");
    Ok(())
}
