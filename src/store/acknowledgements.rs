//! The bureau's words on lines: every one that came is kept, with what was made of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::acknowledgement::LineEvent;
use crate::domain::id::{InboxId, OrderId, OrderLineId};
use crate::store::tx::{execute, execute_rows, query, query_rows};
use crate::store::{StoreError, Tx, read_code};

coded! {
    /// What was made of a word.
    pub enum Disposition as "disposition" {
        /// It moved the line.
        Applied = "APPLIED",
        /// Words before it are missing; it waits for them.
        Waiting = "WAITING",
        /// A later word was applied before it came; it moves nothing.
        Late = "LATE",
        /// Another word bears the same sequence number; an operator decides.
        Conflict = "CONFLICT",
        /// The line's life cycle has no such step; an operator decides.
        Impossible = "IMPOSSIBLE",
    }
}

/// A word of the bureau on a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// The row's id.
    pub id: Uuid,
    /// The line.
    pub line: OrderLineId,
    /// The document that said it.
    pub inbox: InboxId,
    /// Its sequence number, per line from 1.
    pub sequence: i64,
    /// SHA-256 of all that it says.
    pub hash: Vec<u8>,
    /// What it says.
    pub status: LineEvent,
    /// The reason that it gives.
    pub reason: Option<i64>,
    /// The card's number.
    pub document_number: Option<String>,
    /// The consignment's number.
    pub consignment: Option<String>,
    /// When it happened at the bureau.
    pub occurred_at: DateTime<Utc>,
    /// What was made of it.
    pub disposition: Disposition,
}

#[derive(sqlx::FromRow)]
struct WordRow {
    id: Uuid,
    order_line_id: Uuid,
    inbox_id: Uuid,
    sequence: i64,
    hash: Vec<u8>,
    status: String,
    reason: Option<i64>,
    document_number: Option<String>,
    consignment: Option<String>,
    occurred_at: DateTime<Utc>,
    disposition: String,
}

impl TryFrom<WordRow> for Word {
    type Error = StoreError;

    fn try_from(row: WordRow) -> Result<Self, StoreError> {
        const TABLE: &str = "acknowledgements";
        Ok(Self {
            status: read_code(LineEvent::parse(&row.status), TABLE, "status", &row.id)?,
            disposition: read_code(
                Disposition::parse(&row.disposition),
                TABLE,
                "disposition",
                &row.id,
            )?,
            id: row.id,
            line: OrderLineId(row.order_line_id),
            inbox: InboxId(row.inbox_id),
            sequence: row.sequence,
            hash: row.hash,
            reason: row.reason,
            document_number: row.document_number,
            consignment: row.consignment,
            occurred_at: row.occurred_at,
        })
    }
}

/// Keeps a word; the same word said again is kept once. Returns whether it was new.
pub async fn insert(tx: &mut Tx, word: &Word, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO acknowledgements
            (id, order_line_id, inbox_id, sequence, hash, status, reason, document_number,
             consignment, occurred_at, disposition, stored_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (order_line_id, sequence, hash) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        word.id,
        word.line.0,
        word.inbox.0,
        word.sequence,
        word.hash.as_slice(),
        word.status.as_str(),
        word.reason,
        word.document_number.as_deref(),
        word.consignment.as_deref(),
        word.occurred_at,
        word.disposition.as_str(),
        at,
    )?;
    Ok(added == 1)
}

/// Keeps words that nobody has said before. Returns how many were new indeed.
pub async fn insert_all(tx: &mut Tx, words: &[Word], at: DateTime<Utc>) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        INSERT INTO acknowledgements
            (id, order_line_id, inbox_id, sequence, hash, status, reason, document_number,
             consignment, occurred_at, disposition, stored_at)
        SELECT n.*, $1
        FROM UNNEST($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bytea[], $7::text[],
                    $8::bigint[], $9::text[], $10::text[], $11::timestamptz[], $12::text[]) AS n
        ON CONFLICT (order_line_id, sequence, hash) DO NOTHING";
    const SQLITE: &str = "
        INSERT INTO acknowledgements
            (id, order_line_id, inbox_id, sequence, hash, status, reason, document_number,
             consignment, occurred_at, disposition, stored_at)
        SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3,
               unhex(value ->> 4), value ->> 5, value ->> 6, value ->> 7, value ->> 8,
               value ->> 9, value ->> 10, $1
        FROM json_each($2)
        WHERE TRUE
        ON CONFLICT (order_line_id, sequence, hash) DO NOTHING";
    execute_rows!(tx, (POSTGRES, SQLITE), [at], words, |word| [
        word.id,
        word.line.0,
        word.inbox.0,
        word.sequence,
        word.hash.as_slice(),
        word.status.as_str(),
        word.reason,
        word.document_number.as_deref(),
        word.consignment.as_deref(),
        word.occurred_at,
        word.disposition.as_str(),
    ])
}

/// Lists which words on lines are kept: line, sequence and hash of each, in no order.
pub async fn list_kept(
    tx: &mut Tx,
    lines: &[Uuid],
) -> Result<Vec<(Uuid, i64, Vec<u8>)>, StoreError> {
    const POSTGRES: &str = "
        SELECT order_line_id, sequence, hash
        FROM acknowledgements
        WHERE order_line_id = ANY($1)";
    const SQLITE: &str = "
        SELECT order_line_id, sequence, hash
        FROM acknowledgements
        WHERE order_line_id IN (SELECT unhex(value) FROM json_each($1))";
    query_rows!(as (Uuid, i64, Vec<u8>), tx, (POSTGRES, SQLITE), [], lines)
}

/// Lists the words on a line that bear a sequence number: one, or several in conflict.
pub async fn list_with_sequence(
    tx: &mut Tx,
    line: OrderLineId,
    sequence: i64,
) -> Result<Vec<Word>, StoreError> {
    const SQL: &str = "
        SELECT id, order_line_id, inbox_id, sequence, hash, status, reason, document_number,
               consignment, occurred_at, disposition
        FROM acknowledgements
        WHERE order_line_id = $1 AND sequence = $2
        ORDER BY stored_at, id
        LIMIT 20";
    query!(fetch_all as WordRow, tx, SQL, line.0, sequence)?
        .into_iter()
        .map(Word::try_from)
        .collect()
}

/// Lists all words on a line, by sequence.
pub async fn list(tx: &mut Tx, line: OrderLineId) -> Result<Vec<Word>, StoreError> {
    const SQL: &str = "
        SELECT id, order_line_id, inbox_id, sequence, hash, status, reason, document_number,
               consignment, occurred_at, disposition
        FROM acknowledgements
        WHERE order_line_id = $1
        ORDER BY sequence, stored_at, id
        LIMIT 200";
    query!(fetch_all as WordRow, tx, SQL, line.0)?
        .into_iter()
        .map(Word::try_from)
        .collect()
}

/// Lists the words on the lines of an order, as place of the line, sequence number and digest.
pub async fn list_digests(
    tx: &mut Tx,
    order: OrderId,
) -> Result<Vec<(i64, i64, Vec<u8>)>, StoreError> {
    const SQL: &str = "
        SELECT l.line_no, k.sequence, k.hash
        FROM order_lines l
        JOIN acknowledgements k ON k.order_line_id = l.id
        WHERE l.order_id = $1
        ORDER BY l.line_no, k.sequence";
    query!(fetch_all as (i64, i64, Vec<u8>), tx, SQL, order.0)
}

/// Changes what was made of a word: one that waited is applied.
pub async fn set_disposition(
    tx: &mut Tx,
    id: Uuid,
    disposition: Disposition,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE acknowledgements SET disposition = $2 WHERE id = $1";
    execute!(tx, SQL, id, disposition.as_str())?;
    Ok(())
}
