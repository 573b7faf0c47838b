//! The lines that a letter asks to cancel, and what the bureau answered about each.

use uuid::Uuid;

use crate::domain::id::{LetterId, OrderId, OrderLineId};
use crate::store::letters::{Letter, LetterRow, one};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// A line of which a letter asks something.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct AskedLine {
    /// The letter.
    pub letter_id: Uuid,
    /// The line.
    pub order_line_id: Uuid,
    /// Its place in the order.
    pub line_no: i64,
    /// The number of its application.
    pub application_number: String,
    /// What the bureau answered, in its own word.
    pub outcome: Option<String>,
}

/// Adds a line to a letter. A second open letter that asks to cancel it is refused by the schema.
pub async fn insert_line(
    tx: &mut Tx,
    letter: LetterId,
    line: OrderLineId,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO letter_lines (letter_id, order_line_id, open)
        VALUES ($1, $2, TRUE)";
    execute!(tx, SQL, letter.0, line.0)?;
    Ok(())
}

/// Finds the open letter that asks to cancel a line; there is one at most.
pub async fn find_open_cancel(
    tx: &mut Tx,
    line: OrderLineId,
) -> Result<Option<Letter>, StoreError> {
    const SQL: &str = "
        SELECT l.id, l.number, l.bureau, l.kind, l.occasion, l.order_id, l.order_line_id, l.inbox_id,
               l.state, l.code, l.text, l.document_number, l.noticed_at, l.sealed_id, l.sha256,
               l.size_bytes, l.asked_by, l.reason, l.outcome, l.answer_inbox_id, l.due_at,
               l.created_at, l.sent_at, l.answered_at
        FROM letter_lines p
        JOIN letters l ON l.id = p.letter_id
        WHERE p.order_line_id = $1 AND p.open";
    one(query!(fetch_optional as LetterRow, tx, SQL, line.0)?)
}

/// Lists the lines of a letter, by their places.
pub async fn list_lines(tx: &mut Tx, letter: LetterId) -> Result<Vec<AskedLine>, StoreError> {
    const SQL: &str = "
        SELECT p.letter_id, p.order_line_id, o.line_no, a.number AS application_number, p.outcome
        FROM letter_lines p
        JOIN order_lines o ON o.id = p.order_line_id
        JOIN applications a ON a.id = o.application_id
        WHERE p.letter_id = $1
        ORDER BY o.line_no";
    query!(fetch_all as AskedLine, tx, SQL, letter.0)
}

/// Lists the lines of an order about whose cancelling the bureau was asked and has not answered.
pub async fn list_open_lines(tx: &mut Tx, order: OrderId) -> Result<Vec<AskedLine>, StoreError> {
    const SQL: &str = "
        SELECT p.letter_id, p.order_line_id, o.line_no, a.number AS application_number, p.outcome
        FROM letters l
        JOIN letter_lines p ON p.letter_id = l.id
        JOIN order_lines o ON o.id = p.order_line_id
        JOIN applications a ON a.id = o.application_id
        WHERE l.order_id = $1 AND p.open
        ORDER BY o.line_no";
    query!(fetch_all as AskedLine, tx, SQL, order.0)
}

/// Records what the bureau answered about a line.
pub async fn answer_line(
    tx: &mut Tx,
    letter: LetterId,
    line: OrderLineId,
    outcome: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE letter_lines
        SET open = FALSE, outcome = $3
        WHERE letter_id = $1 AND order_line_id = $2 AND open";
    execute!(tx, SQL, letter.0, line.0, outcome)?;
    Ok(())
}

/// Lets the lines of a letter go that will not be answered, so that another may ask for them.
pub async fn close_lines(tx: &mut Tx, letter: LetterId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE letter_lines SET open = FALSE WHERE letter_id = $1 AND open";
    execute!(tx, SQL, letter.0)?;
    Ok(())
}

/// Counts the lines of a letter that wait for an answer.
pub async fn count_open_lines(tx: &mut Tx, letter: LetterId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM letter_lines WHERE letter_id = $1 AND open";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, letter.0)?;
    Ok(count)
}
