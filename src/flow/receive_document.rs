//! Keeps a document as it arrived, before anybody reads it. Nothing acts on an outside message in
//! the request that brought it.

use chrono::TimeDelta;
use openssl::sha::sha256;
use zeroize::Zeroizing;

use crate::domain::id::InboxId;
use crate::domain::inbox::InboxState;
use crate::flow::sealing::seal;
use crate::gateway::Gateway;
use crate::store::inbox::{self, InboxMessage, InboxSource};
use crate::store::sealed::{self, NewSealed, SealedKind};
use crate::worker::bell::Bell;

/// Whether a document was new.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It is kept and will be read.
    New,
    /// The same bytes were kept before; nothing changed.
    Before,
}

/// Whether the bytes that have this digest are kept already.
pub async fn is_kept(
    gateway: &Gateway,
    source: InboxSource,
    digest: &[u8; 32],
) -> anyhow::Result<bool> {
    let mut tx = gateway.store.read().await?;
    let known = inbox::find_by_digest(&mut tx, source, digest).await?;
    Ok(known.is_some())
}

/// Keeps the bytes of a document durably.
pub async fn keep(
    gateway: &Gateway,
    source: InboxSource,
    document: Vec<u8>,
) -> anyhow::Result<Kept> {
    let digest = sha256(&document);
    if is_kept(gateway, source, &digest).await? {
        return Ok(Kept::Before);
    }
    let blob = seal(gateway, SealedKind::Inbox, Zeroizing::new(document)).await?;
    let now = gateway.clock.now();
    // As evidence of what the bureau said, as long as offices may ask about the events that followed
    // from it. What it says of persons is the numbers of applications and cards.
    let days = TimeDelta::days(i64::from(gateway.config.retention.event_days));
    let blob = NewSealed {
        erase_at: Some(now + days),
        ..blob
    };
    let message = InboxMessage {
        id: InboxId(gateway.random.uuid(now)),
        source,
        kind: "document".to_owned(),
        message_id: None,
        sha256: digest.to_vec(),
        sealed: blob.id,
        state: InboxState::Arrived,
        reason: None,
        detail: None,
        received_at: now,
    };
    let mut tx = gateway.store.begin().await?;
    sealed::insert(&mut tx, &blob, now).await?;
    if !inbox::insert(&mut tx, &message).await? {
        // Somebody kept the same bytes meanwhile; the blob is an orphan and will be swept.
        return Ok(Kept::Before);
    }
    tx.commit().await?;
    gateway.bells.ring(Bell::Reconciler);
    Ok(Kept::New)
}
