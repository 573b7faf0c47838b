//! Revisions of what processes keep in memory: raised in the transaction that changes it, heard by
//! every replica ([`crate::store::tidings`]).

use crate::store::tx::query;
use crate::store::{StoreError, Tx, later};

/// Certificates and API keys of callers.
pub const CREDENTIALS: &str = "credentials";

/// Raises the revision of a topic and returns it. Every replica hears it after the commit; until then
/// nobody else can raise it, so that revisions are committed in their order.
pub async fn bump(tx: &mut Tx, topic: &str) -> Result<i64, StoreError> {
    const SQL: &str = "
        INSERT INTO revisions (topic, revision)
        VALUES ($1, 1)
        ON CONFLICT (topic) DO UPDATE SET revision = revisions.revision + 1
        RETURNING revision";
    let (revision,) = query!(fetch_one as (i64,), tx, SQL, topic)?;
    later::announce(tx, topic, revision);
    Ok(revision)
}

/// Reads the revision of a topic; 0 while it was never raised.
pub async fn read(tx: &mut Tx, topic: &str) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT revision
        FROM revisions
        WHERE topic = $1";
    let row = query!(fetch_optional as (i64,), tx, SQL, topic)?;
    Ok(row.map_or(0, |(revision,)| revision))
}
