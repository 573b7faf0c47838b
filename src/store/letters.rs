//! Letters to the bureau, and the lines that they speak of.

mod due;
mod lines;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::{InboxId, LetterId, OrderId, OrderLineId, SealedId};
use crate::domain::letter::{LetterKind, LetterState, Occasion};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

pub use due::{find_due, find_unanswered, list_needless};
pub use lines::{
    AskedLine, answer_line, close_lines, count_open_lines, find_open_cancel, insert_line,
    list_lines, list_open_lines,
};

/// A letter as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Letter {
    /// Its id, also the identifier of its document.
    pub id: LetterId,
    /// Its number, as people say it.
    pub number: String,
    /// The code of the bureau.
    pub bureau: String,
    /// What it says.
    pub kind: LetterKind,
    /// What gave rise to it.
    pub occasion: Occasion,
    /// The order that it is about.
    pub order: Option<OrderId>,
    /// The line that a complaint is about.
    pub line: Option<OrderLineId>,
    /// The document that an error is about.
    pub inbox: Option<InboxId>,
    /// What has happened to it.
    pub state: LetterState,
    /// The number of the reason that it gives.
    pub code: Option<i64>,
    /// What it says in words; no personal data.
    pub text: Option<String>,
    /// The card that a complaint is about.
    pub document_number: Option<String>,
    /// When the fault of the card was noticed.
    pub noticed_at: Option<DateTime<Utc>>,
    /// Where its signed bytes are sealed.
    pub sealed: Option<SealedId>,
    /// SHA-256 of the signed bytes.
    pub sha256: Option<Vec<u8>>,
    /// Size of the signed bytes.
    pub size_bytes: Option<i64>,
    /// Who asked for it.
    pub asked_by: String,
    /// Why, in words without personal data.
    pub reason: Option<String>,
    /// What the bureau answered, in one word.
    pub outcome: Option<String>,
    /// The document that answered it.
    pub answer: Option<InboxId>,
    /// When it may be written and sent.
    pub due_at: DateTime<Utc>,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// When the bureau took the bytes first.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct LetterRow {
    id: Uuid,
    number: String,
    bureau: String,
    kind: String,
    occasion: String,
    order_id: Option<Uuid>,
    order_line_id: Option<Uuid>,
    inbox_id: Option<Uuid>,
    state: String,
    code: Option<i64>,
    text: Option<String>,
    document_number: Option<String>,
    noticed_at: Option<DateTime<Utc>>,
    sealed_id: Option<Uuid>,
    sha256: Option<Vec<u8>>,
    size_bytes: Option<i64>,
    asked_by: String,
    reason: Option<String>,
    outcome: Option<String>,
    answer_inbox_id: Option<Uuid>,
    due_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
}

/// The columns of [`LetterRow`], for every SELECT of letters.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, bureau, kind, occasion, order_id, order_line_id, inbox_id, state,
                    code, text, document_number, noticed_at, sealed_id, sha256, size_bytes,
                    asked_by, reason, outcome, answer_inbox_id, due_at, created_at, sent_at,
                    answered_at
             FROM letters ",
            $rest
        )
    };
}
use select;

impl TryFrom<LetterRow> for Letter {
    type Error = StoreError;

    fn try_from(row: LetterRow) -> Result<Self, StoreError> {
        const TABLE: &str = "letters";
        Ok(Self {
            kind: read_code(LetterKind::parse(&row.kind), TABLE, "kind", &row.id)?,
            occasion: read_code(Occasion::parse(&row.occasion), TABLE, "occasion", &row.id)?,
            state: read_code(LetterState::parse(&row.state), TABLE, "state", &row.id)?,
            id: LetterId(row.id),
            number: row.number,
            bureau: row.bureau,
            order: row.order_id.map(OrderId),
            line: row.order_line_id.map(OrderLineId),
            inbox: row.inbox_id.map(InboxId),
            code: row.code,
            text: row.text,
            document_number: row.document_number,
            noticed_at: row.noticed_at,
            sealed: row.sealed_id.map(SealedId),
            sha256: row.sha256,
            size_bytes: row.size_bytes,
            asked_by: row.asked_by,
            reason: row.reason,
            outcome: row.outcome,
            answer: row.answer_inbox_id.map(InboxId),
            due_at: row.due_at,
            created_at: row.created_at,
            sent_at: row.sent_at,
            answered_at: row.answered_at,
        })
    }
}

fn one(row: Option<LetterRow>) -> Result<Option<Letter>, StoreError> {
    row.map(Letter::try_from).transpose()
}

/// Adds a letter that is to be written.
pub async fn insert(tx: &mut Tx, new: &Letter) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO letters
            (id, number, bureau, kind, occasion, order_id, order_line_id, inbox_id, state, open,
             code, text, document_number, noticed_at, asked_by, reason, due_at, created_at,
             updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19, 1)";
    execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.bureau.as_str(),
        new.kind.as_str(),
        new.occasion.as_str(),
        new.order.map(|id| id.0),
        new.line.map(|id| id.0),
        new.inbox.map(|id| id.0),
        new.state.as_str(),
        new.state.is_open(),
        new.code,
        new.text.as_deref(),
        new.document_number.as_deref(),
        new.noticed_at,
        new.asked_by.as_str(),
        new.reason.as_deref(),
        new.due_at,
        new.created_at,
        new.created_at,
    )?;
    Ok(())
}

/// Finds a letter by its id.
pub async fn find(tx: &mut Tx, id: LetterId) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    one(query!(fetch_optional as LetterRow, tx, SQL, id.0)?)
}

/// Finds a letter by its id and locks it until the transaction ends, so that of its answer and the
/// record of its delivery the slower one sees the other.
pub async fn lock(tx: &mut Tx, id: LetterId) -> Result<Option<Letter>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE id = $1 AND TRUE");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    one(query!(fetch_optional as LetterRow, tx, sql, id.0)?)
}

/// Finds a letter by the digest of its bytes.
pub async fn find_by_digest(tx: &mut Tx, sha256: &[u8]) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = select!("WHERE sha256 = $1 ORDER BY id LIMIT 1");
    one(query!(fetch_optional as LetterRow, tx, SQL, sha256)?)
}

/// Finds the open inquiry about an order; there is one at most.
pub async fn find_open_inquiry(tx: &mut Tx, order: OrderId) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = select!("WHERE order_id = $1 AND open AND kind = 'INQUIRY'");
    one(query!(fetch_optional as LetterRow, tx, SQL, order.0)?)
}

/// Finds the letter that says that a document could not be used; there is one at most.
pub async fn find_about_document(
    tx: &mut Tx,
    document: InboxId,
) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = select!("WHERE inbox_id = $1");
    one(query!(fetch_optional as LetterRow, tx, SQL, document.0)?)
}

/// Lists the letters about an order, the oldest first.
pub async fn list_of_order(
    tx: &mut Tx,
    order: OrderId,
    limit: i64,
) -> Result<Vec<Letter>, StoreError> {
    const SQL: &str = select!("WHERE order_id = $1 ORDER BY id LIMIT $2");
    query!(fetch_all as LetterRow, tx, SQL, order.0, limit)?
        .into_iter()
        .map(Letter::try_from)
        .collect()
}

/// Records the signed bytes of a letter that has none; they never change again.
pub async fn set_signed(
    tx: &mut Tx,
    id: LetterId,
    sealed: SealedId,
    sha256: &[u8],
    size_bytes: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE letters
        SET sealed_id = $2, sha256 = $3, size_bytes = $4
        WHERE id = $1 AND sealed_id IS NULL";
    if execute!(tx, SQL, id.0, sealed.0, sha256, size_bytes)? == 1 {
        Ok(())
    } else {
        Err(StoreError::Moved { what: "letter" })
    }
}

/// Records when the bureau took the bytes first.
pub async fn set_sent(tx: &mut Tx, id: LetterId, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE letters SET sent_at = COALESCE(sent_at, $2) WHERE id = $1";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Records what the bureau answered, and in which document; the first answer stands.
pub async fn set_answer(
    tx: &mut Tx,
    id: LetterId,
    outcome: &str,
    document: Option<InboxId>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE letters
        SET outcome = $2, answer_inbox_id = $3, answered_at = $4
        WHERE id = $1 AND answered_at IS NULL";
    execute!(tx, SQL, id.0, outcome, document.map(|id| id.0), at)?;
    Ok(())
}
