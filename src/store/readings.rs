//! Sums and counts over whole tables: for accounts drawn up at the end of a day, never on the way
//! of an application.

use crate::domain::money::Money;
use crate::store::tx::query;
use crate::store::{StoreError, Tx};

/// Counts order lines.
pub async fn count_order_lines(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM order_lines";
    let (count,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(count)
}

/// Counts attempts at a delivery beyond the first of each message.
pub async fn count_retries(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM delivery_attempts WHERE attempt > 1";
    let (count,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(count)
}

/// Sums what came in for fees: credits that are no charges, settlement lots or reversals.
pub async fn sum_of_credits(tx: &mut Tx) -> Result<Money, StoreError> {
    // PostgreSQL's sum of BIGINT is NUMERIC.
    const SQL: &str = "
        SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT)
        FROM payments
        WHERE credit AND NOT reversal AND state <> 'INVALID'";
    let (bani,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(Money::from_bani(bani))
}

/// Sums the ties between payments and fees, those undone counted out.
pub async fn sum_of_matches(tx: &mut Tx) -> Result<Money, StoreError> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM matches";
    let (bani,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(Money::from_bani(bani))
}

/// Sums what applications say is paid.
pub async fn sum_of_paid(tx: &mut Tx) -> Result<Money, StoreError> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(fee_paid), 0) AS BIGINT) FROM applications";
    let (bani,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(Money::from_bani(bani))
}
