//! What stations said of payments: which notification spoke of which movement, and whether it
//! said something else than the first one.

use chrono::{DateTime, Utc};

use crate::domain::id::InboxId;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// A notification that is kept in the inbox.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// The document.
    pub inbox: InboxId,
    /// The movement it speaks of.
    pub movement_key: &'a str,
    /// Keyed hash of all that it says of the payment.
    pub content_hash: &'a [u8],
    /// Whether an earlier one said something else.
    pub changed: bool,
}

/// Adds a notification.
pub async fn insert(
    tx: &mut Tx,
    new: &Notification<'_>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO notifications (inbox_id, movement_key, content_hash, changed, received_at)
        VALUES ($1, $2, $3, $4, $5)";
    execute!(
        tx,
        SQL,
        new.inbox.0,
        new.movement_key,
        new.content_hash,
        new.changed,
        at
    )?;
    Ok(())
}

/// Returns the hash of what was said first about a movement.
pub async fn find_first(tx: &mut Tx, movement_key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    const SQL: &str = "
        SELECT content_hash
        FROM notifications
        WHERE movement_key = $1 AND NOT changed
        ORDER BY received_at, inbox_id
        LIMIT 1";
    let row = query!(fetch_optional as (Vec<u8>,), tx, SQL, movement_key)?;
    Ok(row.map(|(hash,)| hash))
}

/// Whether a kept notification said something else than the first one about its movement.
pub async fn is_changed(tx: &mut Tx, inbox: InboxId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT changed FROM notifications WHERE inbox_id = $1";
    let row = query!(fetch_optional as (bool,), tx, SQL, inbox.0)?;
    Ok(row.is_some_and(|(changed,)| changed))
}
