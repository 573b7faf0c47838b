//! Which account is whose, by what a provider of single sign-on calls the person. Only a keyed hash of
//! that is kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::UserId;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Links an account to a person. Returns `false`, having changed nothing, where the account is linked
/// already or the person has another.
pub async fn insert(
    tx: &mut Tx,
    user: UserId,
    (issuer, subject_hash): (&str, &[u8]),
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO user_subjects (user_id, issuer, subject_hash, linked_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    Ok(execute!(tx, SQL, user.0, issuer, subject_hash, at)? == 1)
}

/// Finds the account of a person.
pub async fn find_user(
    tx: &mut Tx,
    issuer: &str,
    subject_hash: &[u8],
) -> Result<Option<UserId>, StoreError> {
    const SQL: &str = "
        SELECT user_id
        FROM user_subjects
        WHERE issuer = $1 AND subject_hash = $2";
    let row = query!(fetch_optional as (Uuid,), tx, SQL, issuer, subject_hash)?;
    Ok(row.map(|(user,)| UserId(user)))
}

/// The provider that an account is linked to, if it is.
pub async fn issuer_of(tx: &mut Tx, user: UserId) -> Result<Option<String>, StoreError> {
    const SQL: &str = "SELECT issuer FROM user_subjects WHERE user_id = $1";
    let row = query!(fetch_optional as (String,), tx, SQL, user.0)?;
    Ok(row.map(|(issuer,)| issuer))
}

/// Unlinks an account. Returns whether it was linked.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM user_subjects WHERE user_id = $1";
    Ok(execute!(tx, SQL, user.0)? == 1)
}
