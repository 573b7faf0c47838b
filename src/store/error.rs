//! What can go wrong with the database.

use crate::domain::codes::UnknownCode;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be reached or is too busy; the same operation may succeed later.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A row breaks a constraint that the caller did not expect to break.
    #[error("a row contradicts what is stored ({0})")]
    Conflict(String),
    /// A step was to move exactly one row and found it elsewhere: somebody was faster.
    #[error("the {what} has moved on meanwhile")]
    Moved {
        /// The noun of the row.
        what: &'static str,
    },
    /// A row says what no code of this version could have written.
    #[error("the row {row} of {table}.{column} is inconsistent: {problem}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Anything else; a defect or a damaged database.
    #[error("the database refused")]
    Other(#[source] anyhow::Error),
}

impl StoreError {
    /// Whether the same operation, tried again as a whole, may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether a lock was waited for as long as the transaction may.
    pub fn is_busy(&self) -> bool {
        let Self::Unavailable(sqlx::Error::Database(refusal)) = self else {
            return false;
        };
        refusal.code().as_deref() == Some("55P03")
    }

    /// Whether another transaction was faster: a row had moved, or the database broke a tie
    /// between the two. The same operation, tried again, sees what the other one left.
    pub fn is_lost_race(&self) -> bool {
        match self {
            Self::Moved { .. } => true,
            Self::Unavailable(sqlx::Error::Database(refusal)) => {
                // Serialization failure, deadlock; SQLITE_BUSY_SNAPSHOT.
                matches!(refusal.code().as_deref(), Some("40001" | "40P01" | "517"))
            }
            Self::Unavailable(_)
            | Self::Conflict(_)
            | Self::Inconsistent { .. }
            | Self::Other(_) => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                // Serialization failure, deadlock, lock timeout, shutdown, too many connections;
                // SQLITE_BUSY and its snapshot form.
                Some(
                    "40001" | "40P01" | "55P03" | "57P01" | "57P02" | "57P03" | "53300" | "5"
                    | "517",
                ) => Self::Unavailable(error),
                _ if refusal.is_unique_violation()
                    || refusal.is_foreign_key_violation()
                    || refusal.is_check_violation() =>
                {
                    Self::Conflict(constraint_of(refusal.as_ref()))
                }
                _ => Self::Other(error.into()),
            },
            _ => Self::Other(error.into()),
        }
    }
}

/// Names the constraint; SQLite names the columns instead. Neither text carries a value.
fn constraint_of(refusal: &dyn sqlx::error::DatabaseError) -> String {
    refusal
        .constraint()
        .map_or_else(|| refusal.message().to_owned(), str::to_owned)
}

/// Reads a stored code, or says which row carries an impossible one.
pub fn read_code<T>(
    parsed: Result<T, UnknownCode>,
    table: &'static str,
    column: &'static str,
    row: &impl ToString,
) -> Result<T, StoreError> {
    parsed.map_err(|unknown| StoreError::Inconsistent {
        table,
        column,
        row: row.to_string(),
        problem: unknown.to_string(),
    })
}
