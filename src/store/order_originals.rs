//! The signed orders behind those that are sent encrypted.

use uuid::Uuid;

use crate::domain::id::{OrderId, SealedId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// A signed order that is sent encrypted. What is sent stands in `orders`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Original {
    /// Where its bytes are sealed.
    pub sealed: SealedId,
    /// Their SHA-256.
    pub sha256: Vec<u8>,
    /// How many there are.
    pub size_bytes: i64,
}

/// Records the signed order behind an encrypted one.
pub async fn insert(tx: &mut Tx, order: OrderId, original: &Original) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO order_originals (order_id, sealed_id, sha256, size_bytes)
        VALUES ($1, $2, $3, $4)";
    execute!(
        tx,
        SQL,
        order.0,
        original.sealed.0,
        original.sha256.as_slice(),
        original.size_bytes,
    )?;
    Ok(())
}

/// Finds the signed order behind an encrypted one; `None` where the signed order itself is sent.
pub async fn find(tx: &mut Tx, order: OrderId) -> Result<Option<Original>, StoreError> {
    const SQL: &str = "
        SELECT sealed_id, sha256, size_bytes
        FROM order_originals
        WHERE order_id = $1";
    let row = query!(fetch_optional as (Uuid, Vec<u8>, i64), tx, SQL, order.0)?;
    Ok(row.map(|(sealed, sha256, size_bytes)| Original {
        sealed: SealedId(sealed),
        sha256,
        size_bytes,
    }))
}
