//! Approvals of what one person must not decide alone: who, of what, why, when; never changed.

use uuid::Uuid;

use crate::store::history::Note;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Records that a person approves a decision about a subject. Returns `false`, having changed
/// nothing, when the same person had approved it before.
pub async fn insert(
    tx: &mut Tx,
    (subject, decision): (Uuid, &str),
    person: &str,
    note: &Note<'_>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO approvals (subject_id, decision, person, reason, at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (subject_id, decision, person) DO NOTHING";
    let reason = note.reason.unwrap_or_default();
    let added = execute!(tx, SQL, subject, decision, person, reason, note.at)?;
    Ok(added == 1)
}

/// Lists the persons who approved a decision about a subject, in the order of their approval.
pub async fn list_persons(
    tx: &mut Tx,
    subject: Uuid,
    decision: &str,
) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT person
        FROM approvals
        WHERE subject_id = $1 AND decision = $2
        ORDER BY at, person";
    let rows = query!(fetch_all as (String,), tx, SQL, subject, decision)?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}
