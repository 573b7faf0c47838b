//! The months in which tables lie on `PostgreSQL`: `outbox_2026_03` and its like, with a DEFAULT one
//! for what falls into none. SQLite has none of them.
//!
//! Which tables lie in months is read from the catalogue, so that a new one needs no line here.

use std::time::Duration;

use chrono::SecondsFormat;
use sqlx::{AssertSqlSafe, Executor};

use crate::domain::month::Month;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// How long a change of the tables waits for a lock: less than `PostgreSQL` waits before it looks
/// for a deadlock, so that it is never somebody else who has to give way.
pub const LOCK_PATIENCE: Duration = Duration::from_millis(800);

/// The table of one month.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct MonthTable {
    /// Its month.
    pub month: Month,
    /// The table of which it is a part.
    pub parent: String,
}

impl MonthTable {
    fn name(&self) -> String {
        format!("{}_{}", self.parent, self.month)
    }
}

/// Lists the tables that lie in months; none on SQLite.
pub async fn list_parents(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    const POSTGRES: &str = "
        SELECT c.relname::text
        FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid
        WHERE pg_table_is_visible(c.oid)
        ORDER BY 1";
    if !tx.is_postgres() {
        return Ok(Vec::new());
    }
    let rows = query!(fetch_all as (String,), tx, POSTGRES)?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Lists the months that there are, the oldest first; none on SQLite.
pub async fn list(tx: &mut Tx) -> Result<Vec<MonthTable>, StoreError> {
    const POSTGRES: &str = "
        SELECT p.relname::text, c.relname::text
        FROM pg_inherits i
        JOIN pg_class p ON p.oid = i.inhparent
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE p.relkind = 'p' AND pg_table_is_visible(p.oid)";
    if !tx.is_postgres() {
        return Ok(Vec::new());
    }
    let rows = query!(fetch_all as (String, String), tx, POSTGRES)?;
    let mut months: Vec<_> = rows
        .into_iter()
        .filter_map(|(parent, child)| {
            let suffix = child.strip_prefix(&parent)?.strip_prefix('_')?;
            let month = Month::parse(suffix)?;
            Some(MonthTable { month, parent })
        })
        .collect();
    months.sort();
    Ok(months)
}

/// Lets one process at a time change the tables, until the transaction ends, and lets it wait no
/// longer than [`LOCK_PATIENCE`] for whoever uses them.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    // A number of our own: the first letters of the project's name.
    const POSTGRES: &str = "SELECT 1 FROM pg_advisory_xact_lock(20260316)";
    query!(fetch_all as (i32,), tx, POSTGRES)?;
    let patience = LOCK_PATIENCE.as_millis();
    change(tx, format!("SET LOCAL lock_timeout = '{patience}ms'")).await
}

/// Makes the table of a month. Refused with [`StoreError::Conflict`] where rows of the month lie in
/// the DEFAULT table already; they stay there.
pub async fn make(tx: &mut Tx, table: &MonthTable) -> Result<(), StoreError> {
    let (name, parent) = (table.name(), &table.parent);
    let instant = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (from, to) = (instant(table.month.begins()), instant(table.month.ends()));
    // Made first and attached then: that locks the rows of no other month.
    let create = format!("CREATE TABLE {name} (LIKE {parent} INCLUDING ALL)");
    change(tx, create).await?;
    let attach = format!(
        "ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES FROM ('{from}') TO ('{to}')"
    );
    change(tx, attach).await
}

/// Drops the table of a month with everything in it.
pub async fn discard(tx: &mut Tx, table: &MonthTable) -> Result<(), StoreError> {
    change(tx, format!("DROP TABLE {}", table.name())).await
}

/// Runs a statement that changes tables; all names are ours.
async fn change(tx: &mut Tx, statement: String) -> Result<(), StoreError> {
    match tx {
        Tx::Postgres(tx, _) => tx.execute(AssertSqlSafe(statement)).await.map(drop)?,
        Tx::Sqlite(tx, _) => tx.execute(AssertSqlSafe(statement)).await.map(drop)?,
    }
    Ok(())
}

/// Removes tries that lie in the DEFAULT table, began before `before`, and whose message is gone.
/// Returns how many, at most `limit`.
pub async fn remove_lost_attempts(
    tx: &mut Tx,
    before: chrono::DateTime<chrono::Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        DELETE FROM delivery_attempts_default
        WHERE id IN (
            SELECT a.id
            FROM delivery_attempts_default a
            WHERE a.started_at < $1
              AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = a.message_id)
            LIMIT $2)";
    if !tx.is_postgres() {
        return Ok(0);
    }
    execute!(tx, POSTGRES, before, limit)
}
