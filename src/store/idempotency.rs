//! Answers that were given, by caller and key, so that a repeated request is answered again and
//! not carried out again.

use chrono::{DateTime, Utc};

use crate::store::glance::glance;
use crate::store::tx::{execute, query};
use crate::store::{Glance, StoreError, Tx};

const FIND: &str = "
    SELECT fingerprint, status, body
    FROM idempotent_answers
    WHERE caller = $1 AND key = $2";

/// The answer to a request that was carried out.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct GivenAnswer {
    /// SHA-256 of the request, to tell a repetition from another request.
    pub fingerprint: Vec<u8>,
    /// The HTTP status.
    pub status: i64,
    /// The JSON body.
    pub body: String,
}

/// Finds the answer that was given to a key of a caller.
pub async fn find(tx: &mut Tx, caller: &str, key: &str) -> Result<Option<GivenAnswer>, StoreError> {
    query!(fetch_optional as GivenAnswer, tx, FIND, caller, key)
}

/// Finds the answer as [`find`] does, with one statement.
pub async fn look(
    at: Glance<'_>,
    caller: &str,
    key: &str,
) -> Result<Option<GivenAnswer>, StoreError> {
    glance!(fetch_optional as GivenAnswer, at, FIND, caller, key)
}

/// Writes an answer down, for an act that has found out itself what it did before. Whoever comes
/// second waits for the end of the first one's transaction; `false` then says that the answer has
/// been given.
pub async fn insert(
    tx: &mut Tx,
    (caller, key): (&str, &str),
    answer: &GivenAnswer,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO idempotent_answers (caller, key, fingerprint, status, body, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (caller, key) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        caller,
        key,
        answer.fingerprint.as_slice(),
        answer.status,
        answer.body.as_str(),
        at
    )?;
    Ok(added == 1)
}

/// Takes a key for the transaction that carries the request out. Whoever comes second waits for
/// the end of that transaction; `false` then says that the answer has been given.
pub async fn take(
    tx: &mut Tx,
    caller: &str,
    key: &str,
    fingerprint: &[u8],
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO idempotent_answers (caller, key, fingerprint, status, body, created_at)
        VALUES ($1, $2, $3, 0, '', $4)
        ON CONFLICT (caller, key) DO NOTHING";
    Ok(execute!(tx, SQL, caller, key, fingerprint, at)? == 1)
}

/// Writes the answer down, in the transaction that took the key.
pub async fn set_answer(
    tx: &mut Tx,
    caller: &str,
    key: &str,
    status: i64,
    body: &str,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE idempotent_answers
        SET status = $3, body = $4
        WHERE caller = $1 AND key = $2";
    execute!(tx, SQL, caller, key, status, body)?;
    Ok(())
}

/// Forgets answers given before `before`; returns how many.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM idempotent_answers WHERE created_at < $1";
    execute!(tx, SQL, before)
}
