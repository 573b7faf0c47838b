//! Failures to sign in, in a row, by what they came from, and until when nobody is listened to.

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Until when a source is barred, if it is at `now`.
pub async fn barred_until(
    tx: &mut Tx,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    const SQL: &str = "
        SELECT barred_until
        FROM sign_in_failures
        WHERE source = $1 AND barred_until > $2";
    let row = query!(
        fetch_optional as (Option<DateTime<Utc>>,),
        tx,
        SQL,
        source,
        now
    )?;
    Ok(row.and_then(|(until,)| until))
}

/// Adds a failure of a source and returns how many there were in a row; older ones than `forgotten`
/// do not count. The row stays locked, so that guesses at once are counted one by one.
pub async fn add(
    tx: &mut Tx,
    source: &str,
    now: DateTime<Utc>,
    forgotten: TimeDelta,
) -> Result<i64, StoreError> {
    const SQL: &str = "
        INSERT INTO sign_in_failures (source, failures, last_at)
        VALUES ($1, 1, $2)
        ON CONFLICT (source) DO UPDATE
        SET failures = CASE WHEN sign_in_failures.last_at < $3 THEN 1
                            ELSE sign_in_failures.failures + 1 END,
            last_at = excluded.last_at
        RETURNING failures";
    let (failures,) = query!(fetch_one as (i64,), tx, SQL, source, now, now - forgotten)?;
    Ok(failures)
}

/// Bars a source.
pub async fn bar(tx: &mut Tx, source: &str, until: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE sign_in_failures SET barred_until = $2 WHERE source = $1";
    execute!(tx, SQL, source, until)?;
    Ok(())
}

/// Forgets the failures of a source. Returns whether there were any.
pub async fn clear(tx: &mut Tx, source: &str) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM sign_in_failures WHERE source = $1";
    Ok(execute!(tx, SQL, source)? == 1)
}

/// Forgets what happened before `before`; returns how many sources went.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM sign_in_failures WHERE last_at < $1";
    execute!(tx, SQL, before)
}
