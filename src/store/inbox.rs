//! The inbox: documents as they arrived, kept before anybody acts upon them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::{InboxId, SealedId};
use crate::domain::inbox::InboxState;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

coded! {
    /// Who sent a document.
    pub enum InboxSource as "source of an inbox message" {
        /// The bureau.
        Bureau = "BUREAU",
        /// SelfPay.
        SelfPay = "SELFPAY",
    }
}

/// A document that arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InboxMessage {
    /// Its id.
    pub id: InboxId,
    /// Who sent it.
    pub source: InboxSource,
    /// What it is: `receipt`, `acknowledgement`, `notification`, or `document` while unread.
    pub kind: String,
    /// The sender's id of it, once read.
    pub message_id: Option<String>,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// Where its bytes are sealed.
    pub sealed: SealedId,
    /// What has happened to it.
    pub state: InboxState,
    /// The number of the reason for which it was set aside.
    pub reason: Option<i64>,
    /// What a reader needs beside the reason.
    pub detail: Option<String>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct InboxRow {
    id: Uuid,
    source: String,
    kind: String,
    message_id: Option<String>,
    sha256: Vec<u8>,
    sealed_id: Uuid,
    state: String,
    reason: Option<i64>,
    detail: Option<String>,
    received_at: DateTime<Utc>,
}

impl TryFrom<InboxRow> for InboxMessage {
    type Error = StoreError;

    fn try_from(row: InboxRow) -> Result<Self, StoreError> {
        Ok(Self {
            source: read_code(InboxSource::parse(&row.source), "inbox", "source", &row.id)?,
            state: read_code(InboxState::parse(&row.state), "inbox", "state", &row.id)?,
            id: InboxId(row.id),
            kind: row.kind,
            message_id: row.message_id,
            sha256: row.sha256,
            sealed: SealedId(row.sealed_id),
            reason: row.reason,
            detail: row.detail,
            received_at: row.received_at,
        })
    }
}

/// Keeps a document. Returns `false`, having changed nothing, when the same bytes of the same
/// sender are kept already.
pub async fn insert(tx: &mut Tx, new: &InboxMessage) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO inbox
            (id, source, kind, message_id, sha256, sealed_id, state, received_at, updated_at,
             version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
        ON CONFLICT (source, sha256) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.source.as_str(),
        new.kind.as_str(),
        new.message_id.as_deref(),
        new.sha256.as_slice(),
        new.sealed.0,
        new.state.as_str(),
        new.received_at,
        new.received_at,
    )?;
    Ok(added == 1)
}

/// Finds a document by its bytes.
pub async fn find_by_digest(
    tx: &mut Tx,
    source: InboxSource,
    sha256: &[u8],
) -> Result<Option<InboxMessage>, StoreError> {
    const SQL: &str = "
        SELECT id, source, kind, message_id, sha256, sealed_id, state, reason, detail, received_at
        FROM inbox
        WHERE source = $1 AND sha256 = $2";
    query!(fetch_optional as InboxRow, tx, SQL, source.as_str(), sha256)?
        .map(InboxMessage::try_from)
        .transpose()
}

/// Finds a document by its id.
pub async fn find(tx: &mut Tx, id: InboxId) -> Result<Option<InboxMessage>, StoreError> {
    const SQL: &str = "
        SELECT id, source, kind, message_id, sha256, sealed_id, state, reason, detail, received_at
        FROM inbox
        WHERE id = $1";
    query!(fetch_optional as InboxRow, tx, SQL, id.0)?
        .map(InboxMessage::try_from)
        .transpose()
}

/// Finds another document of the same sender with the same id of its own, which was acted upon.
pub async fn find_applied(
    tx: &mut Tx,
    source: InboxSource,
    message_id: &str,
) -> Result<Option<InboxMessage>, StoreError> {
    const SQL: &str = "
        SELECT id, source, kind, message_id, sha256, sealed_id, state, reason, detail, received_at
        FROM inbox
        WHERE source = $1 AND message_id = $2 AND state = 'APPLIED'
        ORDER BY id
        LIMIT 1";
    query!(
        fetch_optional as InboxRow,
        tx,
        SQL,
        source.as_str(),
        message_id
    )?
    .map(InboxMessage::try_from)
    .transpose()
}

/// Finds the document of a sender that has waited longest to be acted upon. Whoever acts on it
/// takes its step first, which only one can.
pub async fn find_arrived(
    tx: &mut Tx,
    source: InboxSource,
) -> Result<Option<InboxMessage>, StoreError> {
    const SQL: &str = "
        SELECT id, source, kind, message_id, sha256, sealed_id, state, reason, detail, received_at
        FROM inbox
        WHERE state = 'ARRIVED' AND source = $1
        ORDER BY id
        LIMIT 1";
    query!(fetch_optional as InboxRow, tx, SQL, source.as_str())?
        .map(InboxMessage::try_from)
        .transpose()
}

/// Records what a document turned out to be, and why it was set aside if it was.
pub async fn set_read(
    tx: &mut Tx,
    id: InboxId,
    kind: &str,
    message_id: Option<&str>,
    finding: Option<(u16, &str)>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE inbox
        SET kind = $2, message_id = $3, reason = $4, detail = $5
        WHERE id = $1";
    let reason = finding.map(|(reason, _)| i64::from(reason));
    let detail = finding.map(|(_, detail)| detail);
    execute!(tx, SQL, id.0, kind, message_id, reason, detail)?;
    Ok(())
}

/// Lists documents after `after`, in the order of arrival.
pub async fn list(
    tx: &mut Tx,
    state: InboxState,
    after: Option<InboxId>,
    limit: i64,
) -> Result<Vec<InboxMessage>, StoreError> {
    const SQL: &str = "
        SELECT id, source, kind, message_id, sha256, sealed_id, state, reason, detail, received_at
        FROM inbox
        WHERE state = $1 AND id > $2
        ORDER BY id
        LIMIT $3";
    let after = after.map_or(Uuid::nil(), |id| id.0);
    query!(fetch_all as InboxRow, tx, SQL, state.as_str(), after, limit)?
        .into_iter()
        .map(InboxMessage::try_from)
        .collect()
}
