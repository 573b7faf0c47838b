//! Applications that wait to be ordered.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::application::Product;
use crate::domain::batching::{Backlog, Group, GroupBacklog, Grouping, Waiting};
use crate::domain::id::ApplicationId;
use crate::store::applications::row::{Application, ApplicationRow};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Count, bytes, earliest instant of readiness and earliest deadline.
type ReadySums = (i64, Option<i64>, Option<DateTime<Utc>>, Option<NaiveDate>);

/// A group with its [`ReadySums`].
type GroupSums = (String, i64, i64, DateTime<Utc>, NaiveDate);

/// One that waits: group, id, instant of readiness, deadline, bytes.
type WaitingRow = (String, Uuid, DateTime<Utc>, NaiveDate, i64);

/// Lists those of one group that wait to be ordered from a bureau, the most urgent deadline first.
pub async fn list_ready_of(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    (grouping, group): (Grouping, &Group),
    limit: i64,
) -> Result<Vec<Application>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'READY' AND bureau = $1 AND product = $2
             AND collect_office_id IN
                 (SELECT o.id FROM offices o
                  WHERE CASE $4 WHEN 'OFFICE' THEN o.code ELSE o.county END = $5)
         ORDER BY deadline_on, ready_since, id
         LIMIT $3"
    );
    if grouping == Grouping::None {
        return list_ready(tx, bureau, product, limit).await;
    }
    let rows = query!(
        fetch_all as ApplicationRow,
        tx,
        SQL,
        bureau,
        product.as_str(),
        limit,
        grouping.as_str(),
        group.0.as_str(),
    )?;
    rows.into_iter().map(Application::try_from).collect()
}

/// Sums up those who wait, by group. Where nothing is grouped, only the `limit` most urgent count:
/// more do not fit into an order.
pub async fn sum_up_groups(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    grouping: Grouping,
    limit: i64,
) -> Result<Vec<GroupBacklog>, StoreError> {
    const SQL: &str = "
        SELECT CASE $3 WHEN 'OFFICE' THEN o.code ELSE o.county END AS group_code,
               COUNT(*), CAST(SUM(a.content_bytes) AS BIGINT),
               MIN(COALESCE(a.ready_since, a.updated_at)), MIN(a.deadline_on)
        FROM applications a
        JOIN offices o ON o.id = a.collect_office_id
        WHERE a.state = 'READY' AND a.bureau = $1 AND a.product = $2
        GROUP BY group_code";
    if grouping == Grouping::None {
        let backlog = sum_up_ready(tx, bureau, product, limit).await?;
        let group = Group::all();
        let all = backlog.map(|backlog| GroupBacklog { group, backlog });
        return Ok(all.into_iter().collect());
    }
    let rows = query!(
        fetch_all as GroupSums,
        tx,
        SQL,
        bureau,
        product.as_str(),
        grouping.as_str(),
    )?;
    let backlog = |(group, count, bytes, oldest_ready_since, earliest_deadline_on)| GroupBacklog {
        group: Group(group),
        backlog: Backlog {
            count: usize::try_from(count).unwrap_or(usize::MAX),
            bytes: u64::try_from(bytes).unwrap_or(0),
            oldest_ready_since,
            earliest_deadline_on,
        },
    };
    Ok(rows.into_iter().map(backlog).collect())
}

/// Lists those who wait with the group of each, the most urgent deadline first; no more is read of
/// them than the batching rule asks for.
pub async fn list_waiting(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    grouping: Grouping,
    limit: i64,
) -> Result<Vec<(Group, Waiting)>, StoreError> {
    const SQL: &str = "
        SELECT CASE $4 WHEN 'OFFICE' THEN o.code WHEN 'COUNTY' THEN o.county ELSE '' END,
               a.id, COALESCE(a.ready_since, a.updated_at), a.deadline_on, a.content_bytes
        FROM applications a
        JOIN offices o ON o.id = a.collect_office_id
        WHERE a.state = 'READY' AND a.bureau = $1 AND a.product = $2
        ORDER BY a.deadline_on, a.ready_since, a.id
        LIMIT $3";
    let rows = query!(
        fetch_all as WaitingRow,
        tx,
        SQL,
        bureau,
        product.as_str(),
        limit,
        grouping.as_str(),
    )?;
    let waiting = |(group, id, ready_since, deadline_on, bytes)| {
        let one = Waiting {
            application: ApplicationId(id),
            ready_since,
            deadline_on,
            bytes: u64::try_from(bytes).unwrap_or(0),
        };
        (Group(group), one)
    };
    Ok(rows.into_iter().map(waiting).collect())
}

/// Lists those that wait to be ordered from a bureau, the most urgent deadline first.
async fn list_ready(
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
async fn sum_up_ready(
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
