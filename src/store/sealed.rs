//! Sealed contents: which blobs exist, the wrapped keys that open them, and their tombstones.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::SealedId;
use crate::store::tx::{execute, execute_rows, query, query_rows};
use crate::store::{StoreError, Tx};

coded! {
    /// What a blob holds.
    pub enum SealedKind as "kind of sealed content" {
        /// An application as its office wrote it.
        Application = "APPLICATION",
        /// A signed order, as sent.
        Order = "ORDER",
        /// A document that arrived.
        Inbox = "INBOX",
        /// A payment channel's file.
        SourceFile = "SOURCE_FILE",
        /// What people wrote or are called around a payment: the account that a refund goes to, and
        /// the lists of refunds for the bank.
        Narrative = "NARRATIVE",
    }
}

/// A blob that the vault has made durable.
#[derive(Clone, Debug)]
pub struct NewSealed {
    /// Its id, also the blob's name.
    pub id: SealedId,
    /// What it holds.
    pub kind: SealedKind,
    /// Its data key under the master key.
    pub wrapped_key: Vec<u8>,
    /// Size of the plain content.
    pub size_bytes: i64,
    /// SHA-256 of the blob as it lies in the store (ciphertext).
    pub sha256: Vec<u8>,
    /// When it is to be erased, where that is known already.
    pub erase_at: Option<DateTime<Utc>>,
}

/// Records a blob. The blob must be durable before this row commits.
pub async fn insert(tx: &mut Tx, new: &NewSealed, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO sealed_contents
            (id, kind, wrapped_key, size_bytes, sha256, created_at, erase_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    execute!(
        tx,
        SQL,
        new.id.0,
        new.kind.as_str(),
        new.wrapped_key.as_slice(),
        new.size_bytes,
        new.sha256.as_slice(),
        at,
        new.erase_at,
    )?;
    Ok(())
}

/// Returns the wrapped key of a blob; `None` when it is unknown or erased.
pub async fn find_key(tx: &mut Tx, id: SealedId) -> Result<Option<Vec<u8>>, StoreError> {
    const SQL: &str = "SELECT wrapped_key FROM sealed_contents WHERE id = $1";
    let row = query!(fetch_optional as (Option<Vec<u8>>,), tx, SQL, id.0)?;
    Ok(row.and_then(|(key,)| key))
}

/// Whether a blob can still be opened after `until`, because it is not to be erased before.
pub async fn is_kept_until(
    tx: &mut Tx,
    id: SealedId,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM sealed_contents
        WHERE id = $1 AND wrapped_key IS NOT NULL AND (erase_at IS NULL OR erase_at > $2)";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, id.0, until)?;
    Ok(count > 0)
}

/// Returns the wrapped keys of blobs; those that are unknown or erased have none.
pub async fn find_keys(
    tx: &mut Tx,
    ids: &[Uuid],
) -> Result<BTreeMap<SealedId, Vec<u8>>, StoreError> {
    const POSTGRES: &str = "
        SELECT id, wrapped_key
        FROM sealed_contents
        WHERE id = ANY($1) AND wrapped_key IS NOT NULL";
    const SQLITE: &str = "
        SELECT id, wrapped_key
        FROM sealed_contents
        WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND wrapped_key IS NOT NULL";
    let rows = query_rows!(as (Uuid, Vec<u8>), tx, (POSTGRES, SQLITE), [], ids)?;
    Ok(rows
        .into_iter()
        .map(|(id, key)| (SealedId(id), key))
        .collect())
}

/// Says when a blob is to be erased; an earlier time that stands already is kept.
pub async fn erase_by(tx: &mut Tx, id: SealedId, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE sealed_contents
        SET erase_at = $2
        WHERE id = $1 AND erased_at IS NULL AND (erase_at IS NULL OR erase_at > $2)";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Says of blobs when they are to be erased, as [`erase_by`] does; each is named once.
pub async fn erase_all_by(
    tx: &mut Tx,
    due: &[(SealedId, DateTime<Utc>)],
) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        UPDATE sealed_contents s
        SET erase_at = n.at
        FROM UNNEST($1::uuid[], $2::timestamptz[]) AS n (id, at)
        WHERE s.id = n.id AND s.erased_at IS NULL AND (s.erase_at IS NULL OR s.erase_at > n.at)";
    const SQLITE: &str = "
        UPDATE sealed_contents AS s
        SET erase_at = n.value ->> 1
        FROM json_each($1) AS n
        WHERE s.id = unhex(n.value ->> 0) AND s.erased_at IS NULL
          AND (s.erase_at IS NULL OR s.erase_at > n.value ->> 1)";
    execute_rows!(tx, (POSTGRES, SQLITE), [], due, |one| [one.0.0, one.1])?;
    Ok(())
}

/// Lists blobs whose time has come, the most overdue first.
pub async fn list_due(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<SealedId>, StoreError> {
    const SQL: &str = "
        SELECT id
        FROM sealed_contents
        WHERE erased_at IS NULL AND erase_at IS NOT NULL AND erase_at <= $1
        ORDER BY erase_at
        LIMIT $2";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, now, limit)?;
    Ok(rows.into_iter().map(|(id,)| SealedId(id)).collect())
}

/// Erases a blob's key, which erases its content for good, and leaves the tombstone.
pub async fn erase(
    tx: &mut Tx,
    id: SealedId,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE sealed_contents
        SET wrapped_key = NULL, erased_at = $2, erase_reason = $3
        WHERE id = $1 AND erased_at IS NULL";
    Ok(execute!(tx, SQL, id.0, at, reason)? == 1)
}

/// Returns which of `ids` have a row; a blob without one is an orphan.
pub async fn is_known(tx: &mut Tx, id: SealedId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM sealed_contents WHERE id = $1 AND erased_at IS NULL";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, id.0)?;
    Ok(count > 0)
}
