//! A transaction on either database, and the macros that give one SQL text to both.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::store::StoreError;

/// A transaction; dropping it undoes everything. Pass `&mut Tx`: a second one taken while the
/// first is open would wait for a connection that never comes free.
#[derive(Debug)]
pub enum Tx {
    /// On `PostgreSQL`.
    Postgres(Transaction<'static, Postgres>),
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
}

impl Tx {
    /// Makes everything written so far durable, all of it or nothing.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(tx) => tx.commit().await?,
            Self::Sqlite(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Whether this is `PostgreSQL`, for the few texts that must differ.
    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Runs a statement and returns how many rows it touched.
///
/// One call site per SQL text, with concrete types: sqlx caches prepared statements by their text
/// alone, so the same text bound with other types would store garbage (sqlx issue 2981).
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::store::Tx::Postgres(tx) => sqlx::query($sql)
                $(.bind($bind))*
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err($crate::store::StoreError::from),
            $crate::store::Tx::Sqlite(tx) => sqlx::query($sql)
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
            $crate::store::Tx::Postgres(tx) => sqlx::query_as::<_, $row>($sql)
                $(.bind($bind))*
                .$fetch(&mut **tx)
                .await
                .map_err($crate::store::StoreError::from),
            $crate::store::Tx::Sqlite(tx) => sqlx::query_as::<_, $row>($sql)
                $(.bind($bind))*
                .$fetch(&mut **tx)
                .await
                .map_err($crate::store::StoreError::from),
        }
    };
}

pub(crate) use {execute, query};
