//! Applications that wait to be ordered.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::application::Product;
use crate::domain::batching::Backlog;
use crate::domain::id::ApplicationId;
use crate::store::applications::row::{Application, ApplicationRow};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Count, bytes, earliest instant of readiness and earliest deadline.
type ReadySums = (i64, Option<i64>, Option<DateTime<Utc>>, Option<NaiveDate>);

/// Lists those that wait to be ordered from a bureau, the most urgent deadline first.
pub async fn list_ready(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'READY' AND bureau = $1 AND product = $2
         ORDER BY deadline_on, ready_since, id
         LIMIT $3"
    );
    let rows = query!(
        fetch_all as ApplicationRow,
        tx,
        SQL,
        bureau,
        product.as_str(),
        limit
    )?;
    rows.into_iter().map(Application::try_from).collect()
}

/// Sums up the `limit` most urgent of those that [`list_ready`] lists; `None` when nobody waits.
pub async fn sum_up_ready(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    limit: i64,
) -> Result<Option<Backlog>, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*), CAST(SUM(content_bytes) AS BIGINT), MIN(ready_since), MIN(deadline_on)
        FROM (SELECT content_bytes, COALESCE(ready_since, updated_at) AS ready_since, deadline_on
              FROM applications
              WHERE state = 'READY' AND bureau = $1 AND product = $2
              ORDER BY deadline_on, ready_since, id
              LIMIT $3) AS waiting";
    let sums = query!(
        fetch_one as ReadySums,
        tx,
        SQL,
        bureau,
        product.as_str(),
        limit
    )?;
    Ok(match sums {
        (count, Some(bytes), Some(oldest_ready_since), Some(earliest_deadline_on)) => {
            Some(Backlog {
                count: usize::try_from(count).unwrap_or(usize::MAX),
                bytes: u64::try_from(bytes).unwrap_or(0),
                oldest_ready_since,
                earliest_deadline_on,
            })
        }
        _nobody => None,
    })
}

/// Lets an application that is ready wait from now on, as if it had just become so.
pub async fn begin_waiting(
    tx: &mut Tx,
    id: ApplicationId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE applications
        SET ready_since = $2
        WHERE id = $1 AND ready_since IS NOT NULL";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}
