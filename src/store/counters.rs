//! Numbers that are read aloud: one counter per series.

use crate::store::tx::query;
use crate::store::{StoreError, Tx};

/// Takes the next number of the series `name`, starting with 1.
///
/// The series' row is locked until the transaction ends, so a number that was rolled back is given
/// again and a series has no gaps.
pub async fn take_number(tx: &mut Tx, name: &str) -> Result<i64, StoreError> {
    const SQL: &str = "
        INSERT INTO counters (name, last)
        VALUES ($1, 1)
        ON CONFLICT (name) DO UPDATE SET last = counters.last + 1
        RETURNING last";
    let (number,) = query!(fetch_one as (i64,), tx, SQL, name)?;
    Ok(number)
}

/// Takes the next `count` numbers of the series `name` and returns the first of them.
pub async fn take_numbers(tx: &mut Tx, name: &str, count: i64) -> Result<i64, StoreError> {
    const SQL: &str = "
        INSERT INTO counters (name, last)
        VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET last = counters.last + $2
        RETURNING last";
    let (last,) = query!(fetch_one as (i64,), tx, SQL, name, count)?;
    Ok(last - count + 1)
}
