//! One statement outside of any transaction, on a connection of the pool: what is asked most often
//! and needs nothing else read with it costs no more than its own way to the database.

use sqlx::{PgPool, SqlitePool};
use tokio::runtime::Handle;

/// A look at the database; a statement is a snapshot of its own.
#[derive(Clone, Copy, Debug)]
pub enum Glance<'a> {
    /// At `PostgreSQL`.
    Postgres(&'a PgPool, &'a Handle),
    /// At SQLite, among its readers.
    Sqlite(&'a SqlitePool),
}

/// Whether a connection had broken in the pool, which its first statement finds out: asked again,
/// the statement gets another one.
pub(super) fn had_broken<T>(outcome: &Result<T, sqlx::Error>) -> bool {
    matches!(outcome, Err(sqlx::Error::Io(_)))
}

/// Runs a query outside of any transaction; otherwise as `query!`.
macro_rules! glance {
    ($fetch:ident as $row:ty, $glance:expr, $sql:expr $(, $bind:expr)* $(,)?) => {{
        use $crate::store::glance::{Glance, had_broken};
        use $crate::store::home::at_home;
        let outcome = match $glance {
            Glance::Postgres(pool, home) => {
                let ask = || sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$fetch(pool);
                match at_home(home, ask()).await {
                    broken if had_broken(&broken) => at_home(home, ask()).await,
                    outcome => outcome,
                }
            }
            Glance::Sqlite(pool) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$fetch(pool).await
            }
        };
        outcome.map_err($crate::store::StoreError::from)
    }};
}

/// Runs a query outside of any transaction that is asked about several lists of values: arrays for
/// `PostgreSQL`'s `ANY`, JSON arrays for SQLite's `json_each`, after the single binds.
macro_rules! glance_rows {
    (as $row:ty, $glance:expr, $texts:expr, [$($bind:expr),* $(,)?], [$($values:expr),+ $(,)?]) => {{
        use $crate::store::glance::{Glance, had_broken};
        use $crate::store::home::at_home;
        let (postgres, sqlite) = $texts;
        let outcome = match $glance {
            Glance::Postgres(pool, home) => {
                let ask = || {
                    sqlx::query_as::<_, $row>(postgres)
                        $(.bind($bind))*
                        $(.bind($values))+
                        .fetch_all(pool)
                };
                match at_home(home, ask()).await {
                    broken if had_broken(&broken) => at_home(home, ask()).await,
                    outcome => outcome,
                }
            }
            Glance::Sqlite(pool) => {
                sqlx::query_as::<_, $row>(sqlite)
                    $(.bind($bind))*
                    $(.bind($crate::store::glance::json_list($values)))+
                    .fetch_all(pool)
                    .await
            }
        };
        outcome.map_err($crate::store::StoreError::from)
    }};
}

/// A list of values as SQLite's `json_each` reads it.
pub(super) fn json_list<T: super::tx::Cell + Copy>(values: &[T]) -> String {
    let list: Vec<serde_json::Value> = values.iter().map(|value| value.into_json()).collect();
    serde_json::Value::from(list).to_string()
}

pub(crate) use {glance, glance_rows};
