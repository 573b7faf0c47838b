//! What an operator may decide about a product of the bureau: order nothing for a while (material is
//! short, a machine is down), or go on. Whoever waits keeps waiting; nothing is lost.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::application::Product;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::decide_lane::subject;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::Tx;
use crate::store::batching_pauses::{self, BatchingPause};
use crate::store::history::{self, Note, SubjectKind};
use crate::worker::bell::Bell;

/// Why a decision about orders was not carried out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PauseRefusal {
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// The pause would be over before it begins.
    #[error("the end of a pause must lie in the future")]
    EndPassed,
}

/// What is decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PauseDecision {
    /// Open no orders until an instant, or until somebody resumes.
    Pause {
        /// When it ends by itself, if it does.
        until: Option<DateTime<Utc>>,
    },
    /// Open orders again.
    Resume,
}

/// Decides about a product, in a transaction of its own. Returns whether that changed anything.
pub async fn decide_batching(
    gateway: &Gateway,
    product: Product,
    decision: PauseDecision,
    actor: &Actor,
    reason: &str,
) -> Result<bool, Failure<PauseRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let bureau = &gateway.config.bureau.code;
    let changed = decide_batching_in(&mut tx, bureau, product, decision, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(changed)
}

/// Wakes whoever has something to do after a decision.
pub(crate) fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Batcher);
}

/// [`decide_batching`] in the caller's transaction; whoever commits it calls [`wake`].
pub(crate) async fn decide_batching_in(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    decision: PauseDecision,
    note: &Note<'_>,
) -> Result<bool, Failure<PauseRefusal>> {
    let reason = note.reason.map(str::trim).filter(|text| !text.is_empty());
    let reason = reason.ok_or(Failure::Refused(PauseRefusal::ReasonMissing))?;
    let before = batching_pauses::find(tx, bureau, product, note.at).await?;
    let words = match decision {
        PauseDecision::Pause { until } => {
            if until.is_some_and(|until| until <= note.at) {
                return Err(Failure::Refused(PauseRefusal::EndPassed));
            }
            if before.as_ref().is_some_and(|pause| pause.until == until) {
                return Ok(false);
            }
            let pause = BatchingPause {
                paused_at: before.as_ref().map_or(note.at, |pause| pause.paused_at),
                until,
                actor: note.actor.to_string(),
                reason: reason.to_owned(),
            };
            batching_pauses::put(tx, bureau, product, &pause).await?;
            [state_of(before.as_ref()), "PAUSED", "PAUSED"]
        }
        PauseDecision::Resume => {
            if before.is_none() {
                return Ok(false);
            }
            batching_pauses::remove(tx, bureau, product).await?;
            ["PAUSED", "RESUMED", "RUNNING"]
        }
    };
    history::record(
        tx,
        SubjectKind::Lane,
        batching_subject(bureau, product),
        words,
        note,
    )
    .await?;
    Ok(true)
}

/// The id under which history knows the orders of a product.
pub fn batching_subject(bureau: &str, product: Product) -> Uuid {
    subject(&format!("batching:{bureau}:{product}"))
}

const fn state_of(pause: Option<&BatchingPause>) -> &'static str {
    match pause {
        Some(_) => "PAUSED",
        None => "RUNNING",
    }
}
