//! What proves an order: its signature, the documents that speak of it, and how it was delivered.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::{InboxId, OrderId, OrderLineId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Keeps the `ds:Signature` of an order beside its bytes, which it will outlive.
pub async fn insert_signature(
    tx: &mut Tx,
    order: OrderId,
    signature: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO order_signatures (order_id, signature) VALUES ($1, $2)";
    execute!(tx, SQL, order.0, signature)?;
    Ok(())
}

/// Returns the signature of an order; `None` when it is not signed, or was before they were kept.
pub async fn find_signature(tx: &mut Tx, order: OrderId) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT signature FROM order_signatures WHERE order_id = $1";
    let row = query!(fetch_optional as (String,), tx, SQL, order.0)?;
    Ok(row.map(|(signature,)| signature))
}

/// Remembers that a document speaks of an order as a whole.
pub async fn add_document(
    tx: &mut Tx,
    order: OrderId,
    document: InboxId,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO order_documents (order_id, inbox_id)
        VALUES ($1, $2)
        ON CONFLICT (order_id, inbox_id) DO NOTHING";
    execute!(tx, SQL, order.0, document.0)?;
    Ok(())
}

/// Lists the documents that speak of an order as a whole, in the order of their arrival.
pub async fn list_documents(tx: &mut Tx, order: OrderId) -> Result<Vec<InboxId>, StoreError> {
    const SQL: &str = "
        SELECT d.inbox_id
        FROM order_documents d
        JOIN inbox i ON i.id = d.inbox_id
        WHERE d.order_id = $1
        ORDER BY i.received_at, i.id
        LIMIT 1000";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, order.0)?;
    Ok(rows.into_iter().map(|(id,)| InboxId(id)).collect())
}

/// Lists the documents with words on a line, in the order of their arrival.
pub async fn list_documents_of_line(
    tx: &mut Tx,
    line: OrderLineId,
) -> Result<Vec<InboxId>, StoreError> {
    const SQL: &str = "
        SELECT i.id
        FROM inbox i
        WHERE i.id IN (SELECT inbox_id FROM acknowledgements WHERE order_line_id = $1)
        ORDER BY i.received_at, i.id
        LIMIT 1000";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, line.0)?;
    Ok(rows.into_iter().map(|(id,)| InboxId(id)).collect())
}

/// One try at delivering a message about something.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AttemptRow {
    /// The message.
    pub message_id: Uuid,
    /// Its lane.
    pub lane: String,
    /// Its place in the lane.
    pub seq: i64,
    /// What it is.
    pub kind: String,
    /// Counts the tries of one message from 1.
    pub attempt: i64,
    /// How it ended, in one of the delivery rule's words.
    pub outcome: String,
    /// The HTTP status, where there was one.
    pub status: Option<i64>,
    /// What was said, without personal data.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

/// Lists the tries at delivering what is about a subject, the first one first.
pub async fn list_attempts(tx: &mut Tx, subject: Uuid) -> Result<Vec<AttemptRow>, StoreError> {
    const SQL: &str = "
        SELECT a.message_id, o.lane, o.seq, o.kind, a.attempt, a.outcome, a.status, a.detail,
               a.started_at, a.ended_at
        FROM delivery_attempts a
        JOIN outbox o ON o.message_id = a.message_id
        WHERE o.subject_id = $1
        ORDER BY a.started_at, a.id
        LIMIT 10000";
    query!(fetch_all as AttemptRow, tx, SQL, subject)
}

/// Returns the order of a line, and its place there.
pub async fn find_place(
    tx: &mut Tx,
    line: OrderLineId,
) -> Result<Option<(OrderId, i64)>, StoreError> {
    const SQL: &str = "SELECT order_id, line_no FROM order_lines WHERE id = $1";
    let row = query!(fetch_optional as (Uuid, i64), tx, SQL, line.0)?;
    Ok(row.map(|(order, line_no)| (OrderId(order), line_no)))
}
