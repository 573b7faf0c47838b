//! Products of which nothing is ordered for a while, by decision.

use chrono::{DateTime, Utc};

use crate::domain::application::Product;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// That nothing is ordered for a while.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BatchingPause {
    /// Since when.
    pub paused_at: DateTime<Utc>,
    /// When it ends by itself, if it does.
    pub until: Option<DateTime<Utc>>,
    /// Who decided so.
    pub actor: String,
    /// Why.
    pub reason: String,
}

type PauseRow = (DateTime<Utc>, Option<DateTime<Utc>>, String, String);

/// Finds the pause of a product that lasts at `now`.
pub async fn find(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    now: DateTime<Utc>,
) -> Result<Option<BatchingPause>, StoreError> {
    const SQL: &str = "
        SELECT paused_at, until_at, actor, reason
        FROM batching_pauses
        WHERE bureau = $1 AND product = $2";
    let row = query!(
        fetch_optional as PauseRow,
        tx,
        SQL,
        bureau,
        product.as_str()
    )?;
    let pause = row.map(|(paused_at, until, actor, reason)| BatchingPause {
        paused_at,
        until,
        actor,
        reason,
    });
    Ok(pause.filter(|pause| pause.until.is_none_or(|until| now < until)))
}

/// Writes the pause of a product, in the place of the one before.
pub async fn put(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    pause: &BatchingPause,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO batching_pauses (bureau, product, paused_at, until_at, actor, reason)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bureau, product) DO UPDATE
        SET paused_at = excluded.paused_at, until_at = excluded.until_at,
            actor = excluded.actor, reason = excluded.reason";
    execute!(
        tx,
        SQL,
        bureau,
        product.as_str(),
        pause.paused_at,
        pause.until,
        pause.actor.as_str(),
        pause.reason.as_str(),
    )?;
    Ok(())
}

/// Removes the pause of a product.
pub async fn remove(tx: &mut Tx, bureau: &str, product: Product) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM batching_pauses WHERE bureau = $1 AND product = $2";
    execute!(tx, SQL, bureau, product.as_str())?;
    Ok(())
}
