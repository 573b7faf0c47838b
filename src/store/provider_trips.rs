//! Visitors who have left for the provider of single sign-on and are expected back, each once.

use chrono::{DateTime, Utc};

use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Somebody's way to the provider and back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trip {
    /// SHA-256 of what the browser holds.
    pub token_hash: [u8; 32],
    /// What the secrets of the way are made from, together with what the browser holds.
    pub salt: [u8; 32],
    /// Where the person wanted to go.
    pub next: String,
    /// The address that the person left from.
    pub address: String,
    /// Until when somebody may come back.
    pub expires_at: DateTime<Utc>,
}

/// Notes that somebody leaves. Returns `false`, having noted nothing, where as many as `most` are
/// under way from the same address.
pub async fn insert(
    tx: &mut Tx,
    trip: &Trip,
    most: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL_COUNT: &str = "
        SELECT COUNT(*)
        FROM (SELECT 1 AS one
              FROM provider_trips
              WHERE address = $1 AND expires_at > $2
              LIMIT $3) AS under_way";
    const SQL: &str = "
        INSERT INTO provider_trips (token_hash, salt, next, address, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    let address = trip.address.as_str();
    let (count,) = query!(fetch_one as (i64,), tx, SQL_COUNT, address, now, most)?;
    if count >= most {
        return Ok(false);
    }
    execute!(
        tx,
        SQL,
        trip.token_hash.as_slice(),
        trip.salt.as_slice(),
        trip.next.as_str(),
        address,
        trip.expires_at,
    )?;
    Ok(true)
}

/// Finds the salt of a way on which somebody is expected back, and where it leads.
pub async fn find(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    const SQL: &str = "
        SELECT salt, next
        FROM provider_trips
        WHERE token_hash = $1 AND expires_at > $2";
    query!(
        fetch_optional as (Vec<u8>, String),
        tx,
        SQL,
        token_hash.as_slice(),
        now
    )
}

/// Ends a way. Returns whether it was this caller who ended it: nobody comes back twice.
pub async fn take(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM provider_trips WHERE token_hash = $1";
    Ok(execute!(tx, SQL, token_hash.as_slice())? == 1)
}

/// Forgets those who did not come back in time; returns how many.
pub async fn forget(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM provider_trips WHERE expires_at <= $1";
    execute!(tx, SQL, now)
}
