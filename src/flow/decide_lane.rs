//! What an operator may decide about a destination of the outbox: pause it, or let it go on. A
//! paused one keeps everything and is sent nothing.

use uuid::Uuid;

use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind};
use crate::store::{Tx, outbox};
use crate::worker::bell::Bell;

/// Why a decision about a lane was not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LaneRefusal {
    /// There is no such lane.
    #[error("there is no lane {lane}")]
    Unknown {
        /// As it was asked for.
        lane: String,
    },
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
}

/// Pauses a lane or lets it go on. Returns whether that changed anything.
pub async fn set_paused(
    gateway: &Gateway,
    lane: &str,
    paused: bool,
    actor: &Actor,
    reason: &str,
) -> Result<bool, Failure<LaneRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let changed = set_paused_in(&mut tx, lane, paused, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(changed)
}

/// Wakes whoever has something to do after a decision about a lane.
pub(crate) fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Dispatcher);
    gateway.bells.ring(Bell::Herald);
}

/// [`set_paused`] in the caller's transaction; whoever commits it calls [`wake`].
pub(crate) async fn set_paused_in(
    tx: &mut Tx,
    lane: &str,
    paused: bool,
    note: &Note<'_>,
) -> Result<bool, Failure<LaneRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(LaneRefusal::ReasonMissing));
    }
    let unknown = || LaneRefusal::Unknown {
        lane: lane.to_owned(),
    };
    let before = outbox::find_lane(tx, lane)
        .await?
        .ok_or_else(|| Failure::Refused(unknown()))?;
    if before.paused == paused {
        return Ok(false);
    }
    outbox::pause_lane(tx, lane, paused).await?;
    let words = if paused {
        ["RUNNING", "PAUSED", "PAUSED"]
    } else {
        ["PAUSED", "RESUMED", "RUNNING"]
    };
    history::record(tx, SubjectKind::Lane, subject(lane), words, note).await?;
    Ok(true)
}

/// The id under which history knows a lane: lanes have names only, so the name's hash (UUID
/// version 8, RFC 9562).
pub fn subject(lane: &str) -> Uuid {
    let hash = openssl::sha::sha256(lane.as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(hash) {
        *byte = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
