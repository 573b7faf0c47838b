//! The only module that speaks SQL: one text for `PostgreSQL` and SQLite, next to the function that
//! runs it, one file per noun.
//!
//! Ids, instants and amounts come from the caller; nothing here reads a clock, and no business
//! decision is taken. An error ends the transaction: `PostgreSQL` would refuse to go on, so nobody
//! may try on SQLite either.

mod error;
mod glance;
mod home;
mod interruption;
mod later;
pub mod refund_lists;
pub mod refunds;
mod retry;
mod tx;

pub mod acknowledgements;
pub mod applications;
pub mod approvals;
pub mod audit;
pub mod authentication_failures;
pub mod batching_pauses;
pub mod cards;
pub mod causes;
pub mod complaints;
pub mod consignments;
pub mod counters;
pub mod credentials;
pub mod dashboard;
pub mod days;
pub mod dead_letter_decisions;
pub mod forced_words;
pub mod four_eyes_requests;
pub mod history;
pub mod holds;
pub mod idempotency;
pub mod inbox;
pub mod letters;
pub mod matches;
pub mod matching_keys;
pub mod money_facts;
pub mod months;
pub mod movements;
pub mod notifications;
pub mod offices;
pub mod order_evidence;
pub mod order_facts;
pub mod order_lines;
pub mod order_originals;
pub mod orders;
pub mod outbox;
pub mod payment_references;
pub mod payments;
pub mod provider_trips;
pub mod readings;
pub mod reconciliations;
pub mod revisions;
pub mod sealed;
pub mod sessions;
pub mod sign_in_failures;
pub mod source_files;
pub mod statements;
pub mod tidings;
pub mod user_subjects;
pub mod users;
pub mod webhooks;

use std::panic::Location;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Postgres, Transaction};
use tokio::runtime::Handle;

use self::home::to_its_end;

pub use error::{StoreError, read_code};
pub use glance::Glance;
pub use interruption::{Interruption, Place};
pub use later::Later;
pub use retry::retrying;
pub use tidings::Tidings;
pub use tx::Tx;

static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");
static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The database: a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    tidings: Tidings,
    interruption: Option<Interruption>,
}

#[derive(Clone, Debug)]
enum Db {
    Postgres(PgPool, Handle),
    /// One writer, because SQLite has one; many readers, because WAL lets them.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
}

/// Which of the two databases stands behind a [`Store`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `PostgreSQL`, for several replicas.
    Postgres,
    /// SQLite, one file, one process.
    Sqlite,
}

impl Store {
    /// Connects to `url` (`postgres://…` or `sqlite:PATH`); creates a missing SQLite file.
    ///
    /// `connections_max` bounds the pool on `PostgreSQL` and the readers on SQLite. The password of
    /// a `PostgreSQL` account never stands in `url`.
    pub async fn open(
        url: &str,
        password: Option<&str>,
        connections_max: u32,
    ) -> Result<Self, StoreError> {
        let db = if is_postgres(url) {
            let pool = retrying(|| connect_postgres(url, password, connections_max)).await?;
            Db::Postgres(pool, Handle::current())
        } else {
            let writer = connect_sqlite(url, 1, false).await?;
            let readers = connect_sqlite(url, connections_max, true).await?;
            Db::Sqlite { writer, readers }
        };
        Ok(Self {
            db,
            tidings: Tidings::default(),
            interruption: None,
        })
    }

    /// Makes a schema of its own on the `PostgreSQL` server of `url`, and returns the URL by which
    /// everything lands in it.
    pub async fn make_schema(url: &str, schema: &str) -> Result<String, StoreError> {
        let mut connection = PgConnectOptions::from_str(url)?.connect().await?;
        // A name cannot be bound; it is ours, letters, digits and underscores.
        let statement = format!("CREATE SCHEMA \"{}\"", schema.replace('"', ""));
        connection.execute(AssertSqlSafe(statement)).await?;
        connection.close().await?;
        Ok(Self::schema_url(url, schema))
    }

    /// The address of a schema of a PostgreSQL database.
    #[must_use]
    pub fn schema_url(url: &str, schema: &str) -> String {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-c%20search_path%3D{schema}")
    }

    /// Brings the schema up to date; replicas that start together wait for one another.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let outcome = match &self.db {
            Db::Postgres(pool, _) => POSTGRES_MIGRATIONS.run(pool).await,
            Db::Sqlite { writer, .. } => SQLITE_MIGRATIONS.run(writer).await,
        };
        outcome.map_err(|error| StoreError::Other(error.into()))
    }

    /// The same database, for work that is to stop like a process that dies.
    #[must_use]
    pub fn interrupted(&self, interruption: Interruption) -> Self {
        Self {
            db: self.db.clone(),
            tidings: self.tidings.clone(),
            interruption: Some(interruption),
        }
    }

    /// Begins a transaction that may write. Dropping it undoes everything.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = Result<Tx, StoreError>> + Send + '_ {
        let place = Location::caller();
        async move {
            self.allow(place)?;
            Ok(match &self.db {
                // One statement that fails on a connection which broke in the pool is tried once more.
                Db::Postgres(pool, home) => match begin_on(pool, home, "BEGIN").await {
                    Err(sqlx::Error::Io(_)) => {
                        Tx::Postgres(begin_on(pool, home, "BEGIN").await?, self.later())
                    }
                    begun => Tx::Postgres(begun?, self.later()),
                },
                // A deferred transaction that reads and then writes fails when another wrote between.
                Db::Sqlite { writer, .. } => {
                    Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?, self.later())
                }
            })
        }
    }

    /// Begins a transaction that only reads, from one snapshot.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = Result<Tx, StoreError>> + Send + '_ {
        const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let place = Location::caller();
        async move {
            self.allow(place)?;
            Ok(match &self.db {
                Db::Postgres(pool, home) => match begin_on(pool, home, READ).await {
                    Err(sqlx::Error::Io(_)) => {
                        Tx::Postgres(begin_on(pool, home, READ).await?, self.later())
                    }
                    begun => Tx::Postgres(begun?, self.later()),
                },
                Db::Sqlite { readers, .. } => {
                    Tx::Sqlite(readers.begin_with("BEGIN DEFERRED").await?, self.later())
                }
            })
        }
    }

    /// Looks at the database with one statement outside of any transaction.
    #[track_caller]
    pub fn glance(&self) -> Result<Glance<'_>, StoreError> {
        self.allow(Location::caller())?;
        Ok(match &self.db {
            Db::Postgres(pool, home) => Glance::Postgres(pool, home),
            Db::Sqlite { readers, .. } => Glance::Sqlite(readers),
        })
    }

    fn later(&self) -> Later {
        Later::new(self.tidings.clone())
    }

    /// What this process has heard of changes.
    pub const fn tidings(&self) -> &Tidings {
        &self.tidings
    }

    /// Asks the interruption, if there is one, whether a transaction may begin at `place`.
    fn allow(&self, place: Place) -> Result<(), StoreError> {
        self.interruption
            .as_ref()
            .map_or(Ok(()), |interruption| interruption.allow(place))
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        match self.db {
            Db::Postgres(..) => Kind::Postgres,
            Db::Sqlite { .. } => Kind::Sqlite,
        }
    }

    /// Closes every connection; what is checked out is waited for.
    pub async fn close(&self) {
        match &self.db {
            Db::Postgres(pool, _) => pool.close().await,
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

/// Begins a transaction on a connection of the pool. Given up halfway, as a request is whose caller
/// goes away, it would stay open in the pool under whoever takes the connection next: sqlx rolls
/// back only what it knows to have begun.
async fn begin_on(
    pool: &PgPool,
    home: &Handle,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    to_its_end(home, async move { pool.begin_with(statement).await }).await
}

/// Whether a URL names a `PostgreSQL` database.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

async fn connect_postgres(
    url: &str,
    password: Option<&str>,
    connections_max: u32,
) -> Result<PgPool, sqlx::Error> {
    let mut options = PgConnectOptions::from_str(url)?
        .application_name("cei-gateway")
        .options([
            ("idle_in_transaction_session_timeout", "60s"),
            ("lock_timeout", "20s"),
            // The planner compiles a plan that it thinks dear, which takes longer than any of
            // ours runs: most of what it thinks dear is months of the outbox that are passed over.
            ("jit", "off"),
        ]);
    if let Some(password) = password {
        options = options.password(password);
    }
    PgPoolOptions::new()
        .max_connections(connections_max)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(20))
        .connect_with(options)
        .await
}

async fn connect_sqlite(
    url: &str,
    connections_max: u32,
    read_only: bool,
) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(!read_only)
        .read_only(read_only)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL makes a commit survive a power cut, as PostgreSQL's does.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(20));
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_mins(1))
        .connect_with(options)
        .await
}
