//! A transaction on either database, and the macros that give one SQL text to both.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use crate::domain::hex::hex;
use crate::store::StoreError;
use crate::store::later::{self, Later};

/// A transaction; dropping it undoes everything. Pass `&mut Tx`: a second one taken while the
/// first is open would wait for a connection that never comes free.
#[derive(Debug)]
pub enum Tx {
    /// On `PostgreSQL`.
    Postgres(Transaction<'static, Postgres>, Later),
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>, Later),
}

impl Tx {
    /// Makes everything written so far durable, all of it or nothing.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        later::write(&mut self).await?;
        later::chain(&mut self).await?;
        // What may not have been committed is not told: whoever waits for it finds its rows later.
        match self {
            Self::Postgres(tx, later) => {
                tx.commit().await?;
                later.publish();
            }
            Self::Sqlite(tx, later) => {
                tx.commit().await?;
                later.publish();
            }
        }
        Ok(())
    }

    /// Whether this is `PostgreSQL`, for the few texts that must differ.
    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(..))
    }

    /// What is written before the commit.
    pub(super) const fn later(&mut self) -> &mut Later {
        match self {
            Self::Postgres(_, later) | Self::Sqlite(_, later) => later,
        }
    }
}

/// A value of a row in the JSON table from which SQLite takes many rows at once; the texts are those
/// that sqlx writes of the same types.
pub(crate) trait Cell {
    /// The value in JSON.
    fn into_json(self) -> Value;
}

impl Cell for Uuid {
    fn into_json(self) -> Value {
        self.simple().to_string().into()
    }
}

impl Cell for &[u8] {
    fn into_json(self) -> Value {
        hex(self).into()
    }
}

impl Cell for DateTime<Utc> {
    fn into_json(self) -> Value {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, false).into()
    }
}

impl Cell for NaiveDate {
    fn into_json(self) -> Value {
        self.to_string().into()
    }
}

impl Cell for &str {
    fn into_json(self) -> Value {
        self.into()
    }
}

impl Cell for i64 {
    fn into_json(self) -> Value {
        self.into()
    }
}

impl Cell for bool {
    fn into_json(self) -> Value {
        // SQLite has no truth values; its JSON gives 1 and 0 for them.
        self.into()
    }
}

impl<T: Cell> Cell for Option<T> {
    fn into_json(self) -> Value {
        self.map_or(Value::Null, Cell::into_json)
    }
}

/// Runs a statement and returns how many rows it touched.
///
/// One call site per SQL text, with concrete types: sqlx caches prepared statements by their text
/// alone, so the same text bound with other types would store garbage (sqlx issue 2981).
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::store::Tx::Postgres(tx, _) => sqlx::query($sql)
                $(.bind($bind))*
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err($crate::store::StoreError::from),
            $crate::store::Tx::Sqlite(tx, _) => sqlx::query($sql)
                $(.bind($bind))*
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err($crate::store::StoreError::from),
        }
    };
}

/// Runs a query and returns its rows as `$row` by `$fetch` (`fetch_all`, `fetch_optional`,
/// `fetch_one`).
macro_rules! query {
    ($fetch:ident as $row:ty, $tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::store::Tx::Postgres(tx, _) => sqlx::query_as::<_, $row>($sql)
                $(.bind($bind))*
                .$fetch(&mut **tx)
                .await
                .map_err($crate::store::StoreError::from),
            $crate::store::Tx::Sqlite(tx, _) => sqlx::query_as::<_, $row>($sql)
                $(.bind($bind))*
                .$fetch(&mut **tx)
                .await
                .map_err($crate::store::StoreError::from),
        }
    };
}

/// Runs one statement for many rows and returns how many it touched: after the single binds come
/// the columns of the rows, each an array for `PostgreSQL`'s `UNNEST`, all of them one JSON table
/// (`value ->> 0` …) for SQLite's `json_each`.
macro_rules! execute_rows {
    ($tx:expr, $texts:expr, [$($bind:expr),* $(,)?], $rows:expr, |$row:ident| [$($cell:expr),+ $(,)?]) => {{
        let (postgres, sqlite) = $texts;
        match $tx {
            $crate::store::Tx::Postgres(tx, _) => sqlx::query(postgres)
                $(.bind($bind))*
                $(.bind($rows.iter().map(|$row| $cell).collect::<Vec<_>>()))+
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err($crate::store::StoreError::from),
            $crate::store::Tx::Sqlite(tx, _) => {
                let table: serde_json::Value = $rows
                    .iter()
                    .map(|$row| -> serde_json::Value {
                        vec![$($crate::store::tx::Cell::into_json($cell)),+].into()
                    })
                    .collect();
                sqlx::query(sqlite)
                    $(.bind($bind))*
                    .bind(table.to_string())
                    .execute(&mut **tx)
                    .await
                    .map(|done| done.rows_affected())
                    .map_err($crate::store::StoreError::from)
            }
        }
    }};
}

/// Runs a query that is asked about many values at once, and returns its rows: an array for
/// `PostgreSQL`'s `ANY`, a JSON array for SQLite's `json_each`, after the single binds.
macro_rules! query_rows {
    (as $row:ty, $tx:expr, $texts:expr, [$($bind:expr),* $(,)?], $values:expr) => {{
        let (postgres, sqlite) = $texts;
        match $tx {
            $crate::store::Tx::Postgres(tx, _) => sqlx::query_as::<_, $row>(postgres)
                $(.bind($bind))*
                .bind($values)
                .fetch_all(&mut **tx)
                .await
                .map_err($crate::store::StoreError::from),
            $crate::store::Tx::Sqlite(tx, _) => {
                let list: serde_json::Value = $values
                    .iter()
                    .map(|value| $crate::store::tx::Cell::into_json(*value))
                    .collect();
                sqlx::query_as::<_, $row>(sqlite)
                    $(.bind($bind))*
                    .bind(list.to_string())
                    .fetch_all(&mut **tx)
                    .await
                    .map_err($crate::store::StoreError::from)
            }
        }
    }};
}

pub(crate) use {execute, execute_rows, query, query_rows};
