//! Messages that could not be delivered and wait for a decision.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::MessageId;
use crate::store::outbox::Message;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Sets a message aside for an operator; its lane goes on without it.
pub async fn bury(
    tx: &mut Tx,
    message: &Message,
    cause: &str,
    attempts: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO dead_letters (message_id, lane, seq, cause, attempts, died_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (message_id) DO NOTHING";
    execute!(
        tx,
        SQL,
        message.message_id,
        message.lane.as_str(),
        message.seq,
        cause,
        attempts,
        at,
    )?;
    Ok(())
}

/// A message that could not be delivered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeadLetter {
    /// Its id.
    pub message_id: Uuid,
    /// Its lane.
    pub lane: String,
    /// Its place.
    pub seq: i64,
    /// Why it died, in one of the delivery rule's words and the status.
    pub cause: String,
    /// After how many attempts.
    pub attempts: i64,
    /// When.
    pub died_at: DateTime<Utc>,
    /// The order or application that it is about.
    pub subject_id: Uuid,
    /// What it is.
    pub kind: String,
    /// Its content.
    pub payload: String,
}

/// Lists dead letters that nobody has resolved, in the order of their death.
pub async fn list_dead(tx: &mut Tx, limit: i64) -> Result<Vec<DeadLetter>, StoreError> {
    const SQL: &str = "
        SELECT d.message_id, d.lane, d.seq, d.cause, d.attempts, d.died_at, o.subject_id, o.kind,
               o.payload
        FROM dead_letters d
        JOIN outbox o ON o.message_id = d.message_id
        WHERE d.resolved_at IS NULL
        ORDER BY d.died_at, d.message_id
        LIMIT $1";
    query!(fetch_all as DeadLetter, tx, SQL, limit)
}

/// Resolves the dead letters of a subject: sent again as `replayed_as`, or given up. Returns how
/// many there were.
pub async fn resolve_dead(
    tx: &mut Tx,
    subject: Uuid,
    resolution: &str,
    replayed_as: Option<MessageId>,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE dead_letters
        SET resolved_at = $2, resolution = $3, replayed_as = $4
        WHERE resolved_at IS NULL
          AND message_id IN (SELECT message_id FROM outbox WHERE subject_id = $1)";
    execute!(tx, SQL, subject, at, resolution, replayed_as.map(|id| id.0))
}

/// Counts the dead letters of a subject that nobody has resolved.
pub async fn count_dead(tx: &mut Tx, subject: Uuid) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM dead_letters d
        JOIN outbox o ON o.message_id = d.message_id
        WHERE o.subject_id = $1 AND d.resolved_at IS NULL";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, subject)?;
    Ok(count)
}
