//! The keys by which money and applications find each other, whichever came first.
//!
//! A key is a payment reference, an application number, a station's transaction, or the keyed hash
//! of a personal code or of a name; none of them tells anything about a person.

use uuid::Uuid;

use crate::domain::id::{ApplicationId, PaymentId};
use crate::store::tx::{execute, query, query_rows};
use crate::store::{StoreError, Tx};

/// Adds a key by which a payment will be found; adding it again changes nothing.
pub async fn add(tx: &mut Tx, payment: PaymentId, key: &str) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO payment_keys (key, payment_id)
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING";
    execute!(tx, SQL, key, payment.0)?;
    Ok(())
}

/// Keeps everybody else who locks `key` waiting until the transaction ends.
///
/// Whoever judges money and whoever opens an application lock their keys before they look for each
/// other: otherwise each could look before the other has committed, and both would wait for ever.
/// SQLite has one writer and needs no lock. Lock several keys in their order.
pub async fn lock(tx: &mut Tx, key: &str) -> Result<(), StoreError> {
    const POSTGRES: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    if tx.is_postgres() {
        execute!(tx, POSTGRES, key)?;
    }
    Ok(())
}

/// Keeps everybody waiting who locks one of these keys for himself until the transaction ends, but
/// nobody who shares it as well.
///
/// Applications that open do not look for each other, and many bear the same name: among
/// themselves they share their keys, and only money is kept waiting. Who finds that money waits
/// must not go on with a shared key: two could wait for each other.
pub async fn share_all(tx: &mut Tx, sorted_keys: &[&str]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        SELECT COUNT(pg_advisory_xact_lock_shared(hashtextextended(n.key, 0)))
        FROM UNNEST($1::text[]) AS n (key)";
    if let Tx::Postgres(tx, _) = tx {
        let locking = sqlx::query(POSTGRES).bind(sorted_keys);
        locking.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Locks keys as [`lock`] does, in the order in which they are given.
pub async fn lock_all(tx: &mut Tx, sorted_keys: &[&str]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        SELECT COUNT(pg_advisory_xact_lock(hashtextextended(n.key, 0)))
        FROM UNNEST($1::text[]) AS n (key)";
    if let Tx::Postgres(tx, _) = tx {
        let locking = sqlx::query(POSTGRES).bind(sorted_keys);
        locking.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Which of these keys were added to a payment that waits for what it pays.
pub async fn list_waited_for(tx: &mut Tx, keys: &[&str]) -> Result<Vec<String>, StoreError> {
    const POSTGRES: &str = "
        SELECT k.key
        FROM payment_keys k
        JOIN payments p ON p.id = k.payment_id
        WHERE k.key = ANY($1) AND p.credit AND NOT p.reversal
          AND p.state IN ('UNMATCHED', 'SUGGESTED')
        GROUP BY k.key";
    const SQLITE: &str = "
        SELECT k.key
        FROM payment_keys k
        JOIN payments p ON p.id = k.payment_id
        WHERE k.key IN (SELECT value FROM json_each($1)) AND p.credit AND NOT p.reversal
          AND p.state IN ('UNMATCHED', 'SUGGESTED')
        GROUP BY k.key";
    let rows = query_rows!(as (String,), tx, (POSTGRES, SQLITE), [], keys)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// Adds the keyed hash of an applicant's name; adding it again changes nothing.
pub async fn add_name(
    tx: &mut Tx,
    application: ApplicationId,
    name_key: &[u8],
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO application_names (name_key, application_id)
        VALUES ($1, $2)
        ON CONFLICT DO NOTHING";
    execute!(tx, SQL, name_key, application.0)?;
    Ok(())
}

/// Lists the keyed names of an application's applicant, one for every revision that changed it.
pub async fn list_names(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    const SQL: &str = "
        SELECT name_key FROM application_names WHERE application_id = $1 LIMIT 20";
    let rows = query!(fetch_all as (Vec<u8>,), tx, SQL, application.0)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// Lists the latest applications whose applicant bears a name.
pub async fn list_named(
    tx: &mut Tx,
    name_key: &[u8],
    limit: i64,
) -> Result<Vec<ApplicationId>, StoreError> {
    const SQL: &str = "
        SELECT application_id
        FROM application_names
        WHERE name_key = $1
        ORDER BY application_id DESC
        LIMIT $2";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, name_key, limit)?;
    Ok(rows.into_iter().map(|(id,)| ApplicationId(id)).collect())
}
