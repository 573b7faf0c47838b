//! Answers that were given, by caller and key, so that a repeated request is answered again and
//! not carried out again.

use chrono::{DateTime, Utc};

use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// The answer to a request that was carried out.
#[derive(Clone, Debug, Eq, PartialEq)]
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
    const SQL: &str = "
        SELECT fingerprint, status, body
        FROM idempotent_answers
        WHERE caller = $1 AND key = $2";
    let row = query!(
        fetch_optional as (Vec<u8>, i64, String),
        tx,
        SQL,
        caller,
        key
    )?;
    Ok(row.map(|(fingerprint, status, body)| GivenAnswer {
        fingerprint,
        status,
        body,
    }))
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
