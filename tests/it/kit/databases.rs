//! A migrated database per test, on both kinds of server.
//!
//! SQLite databases are files in a folder that vanishes with the test. `PostgreSQL` databases are
//! clones of a template in the cluster of `TEST_DATABASE_URL`, which `make test` starts; the
//! template carries the checksum of the migrations in its name, so that it is made once per schema.

use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use cei_gateway::store::Store;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::kit::environment;

/// Connections that one test may hold at a time; enough for its races, few enough for many tests.
const CONNECTIONS_MAX: u32 = 5;

/// A database of one test, removed when dropped.
pub(crate) struct Database {
    /// The gateway's handle to it.
    pub(crate) store: Store,
    /// Where it is, as the configuration says it.
    pub(crate) url: String,
    _remains: Remains,
}

/// What has to be removed; each part removes itself.
enum Remains {
    Folder { _folder: tempfile::TempDir },
    OnServer { _database: Box<OnServer> },
}

impl Database {
    /// An empty, migrated SQLite database.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/gateway.db", folder.path().display());
        let store = open(&url).await;
        store.migrate().await.expect("migrations of SQLite");
        Self {
            store,
            url,
            _remains: Remains::Folder { _folder: folder },
        }
    }

    /// An empty, migrated `PostgreSQL` database; `None` when `PostgreSQL` is waived.
    ///
    /// # Panics
    /// When there is neither a server nor a waiver.
    pub(crate) async fn postgres() -> Option<Self> {
        let options = PgConnectOptions::from_str(&server_url()?).expect("TEST_DATABASE_URL");
        let template = template(&options).await;
        let database = OnServer::clone_of(&template, options).await;
        let url = database.url();
        Some(Self {
            store: open(&url).await,
            url,
            _remains: Remains::OnServer {
                _database: Box::new(database),
            },
        })
    }
}

/// Databases as an older release left them.
impl Database {
    /// A SQLite database with the migrations up to `version` and no other.
    pub(crate) async fn sqlite_of(version: i64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/gateway.db", folder.path().display());
        let store = open(&url).await;
        let mut connection = SqliteConnection::connect(&url).await.expect("the file");
        let migrations = migrations_until("migrations/sqlite", version).await;
        migrations
            .run(&mut connection)
            .await
            .expect("older migrations");
        connection.close().await.expect("a closed connection");
        Self {
            store,
            url,
            _remains: Remains::Folder { _folder: folder },
        }
    }

    /// A `PostgreSQL` database with the migrations up to `version` and no other; `None` when
    /// `PostgreSQL` is waived.
    pub(crate) async fn postgres_of(version: i64) -> Option<Self> {
        let options = PgConnectOptions::from_str(&server_url()?).expect("TEST_DATABASE_URL");
        let database = OnServer::clone_of("template0", options).await;
        let url = database.url();
        let mut connection = PgConnection::connect(&url).await.expect("the database");
        let migrations = migrations_until("migrations/postgres", version).await;
        migrations
            .run(&mut connection)
            .await
            .expect("older migrations");
        connection.close().await.expect("a closed connection");
        Some(Self {
            store: open(&url).await,
            url,
            _remains: Remains::OnServer {
                _database: Box::new(database),
            },
        })
    }
}

async fn migrations_until(folder: &str, version: i64) -> Migrator {
    let mut all = Migrator::new(Path::new(folder))
        .await
        .expect("the migrations");
    all.migrations
        .to_mut()
        .retain(|migration| migration.version <= version);
    all
}

/// Where the server is; `None` when `PostgreSQL` is waived.
///
/// # Panics
/// When there is neither a server nor a waiver.
fn server_url() -> Option<String> {
    match environment::var("TEST_DATABASE_URL") {
        Some(url) => Some(url),
        None if environment::waived("postgresql") => None,
        None => panic!(
            "TEST_DATABASE_URL is not set: run `make test`, or this one test with \
             `scripts/with-postgres cargo test …`; CEI_WAIVE=postgresql does without"
        ),
    }
}

async fn open(url: &str) -> Store {
    Store::open(url, None, CONNECTIONS_MAX)
        .await
        .expect("a database that answers")
}

fn url_of(options: &PgConnectOptions, database: &str) -> String {
    options.clone().database(database).to_url_lossy().into()
}

/// The name of the template for this schema, which is made by whoever comes first.
async fn template(server: &PgConnectOptions) -> String {
    let checksum = migrations_checksum();
    let name = format!("cei_template_{checksum:016x}");
    let mut admin = connect(server).await;
    // Held by the session: others wait until the template stands, or its maker is gone.
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(checksum.cast_signed())
        .execute(&mut admin)
        .await
        .expect("the template's lock");
    let is_ready: Option<(bool,)> =
        sqlx::query_as("SELECT datistemplate FROM pg_database WHERE datname = $1")
            .bind(&name)
            .fetch_optional(&mut admin)
            .await
            .expect("a look at pg_database");
    if is_ready != Some((true,)) {
        make_template(&mut admin, &url_of(server, &name), &name).await;
    }
    admin.close().await.expect("the lock given back");
    name
}

async fn make_template(admin: &mut PgConnection, url: &str, name: &str) {
    // What stands there without the template's mark is the work of a test that was stopped.
    run(
        admin,
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    run(admin, format!("CREATE DATABASE {name}")).await;
    let store = open(url).await;
    store.migrate().await.expect("migrations of PostgreSQL");
    store.close().await;
    run(admin, format!("ALTER DATABASE {name} IS_TEMPLATE true")).await;
}

/// The first eight bytes of a digest over the names and texts of the migrations.
fn migrations_checksum() -> u64 {
    let mut files: Vec<_> = std::fs::read_dir("migrations/postgres")
        .expect("the folder of migrations")
        .map(|file| file.expect("a migration").path())
        .collect();
    files.sort();
    let mut hasher = openssl::sha::Sha256::new();
    for file in files {
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(&std::fs::read(file).expect("a migration's text"));
    }
    let digest = hasher.finish();
    u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"))
}

/// A database on the server, dropped with its owner, whether the test passes or not.
struct OnServer {
    name: String,
    server: PgConnectOptions,
}

impl OnServer {
    async fn clone_of(template: &str, server: PgConnectOptions) -> Self {
        static TAKEN: AtomicU64 = AtomicU64::new(0);
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        let name = format!("cei_test_{}_{number}", std::process::id());
        let mut admin = connect(&server).await;
        run(
            &mut admin,
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        run(
            &mut admin,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        admin.close().await.expect("a closed connection");
        Self { name, server }
    }

    fn url(&self) -> String {
        url_of(&self.server, &self.name)
    }
}

impl Drop for OnServer {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread with a runtime of its own, because the test's runtime cannot be waited for here.
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(async {
                    let mut admin = connect(&server).await;
                    run(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
                });
        });
        if dropping.join().is_err() {
            eprintln!("the database {} stays behind", self.name);
        }
    }
}

async fn connect(server: &PgConnectOptions) -> PgConnection {
    server
        .connect()
        .await
        .expect("the server of TEST_DATABASE_URL answers")
}

/// Runs a statement about databases; their names are ours.
async fn run(admin: &mut PgConnection, sql: String) {
    admin
        .execute(AssertSqlSafe(sql.clone()))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[tokio::test]
async fn a_database_on_the_server_is_gone_with_its_test() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let url = database.url.clone();
    assert!(PgConnection::connect(&url).await.is_ok());
    drop(database);
    let error = PgConnection::connect(&url).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[tokio::test]
async fn a_database_in_a_file_is_gone_with_its_test() {
    let database = Database::sqlite().await;
    let file = database.url.trim_start_matches("sqlite:").to_owned();
    assert!(Path::new(&file).exists());
    drop(database);
    assert!(!Path::new(&file).exists());
}

/// Declares tests that run on both databases, each in a module of the test's name:
///
/// ```ignore
/// both! {
///     async fn a_repeated_hold_is_opened_once(store: Store) { … }
/// }
/// ```
macro_rules! both {
    ($( $(#[$meta:meta])* async fn $name:ident($store:ident: Store) $body:block )+) => {$(
        $(#[$meta])*
        async fn $name($store: cei_gateway::store::Store) $body

        mod $name {
            use crate::kit::databases::Database;

            #[tokio::test]
            async fn sqlite() {
                let database = Database::sqlite().await;
                super::$name(database.store.clone()).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(database) = Database::postgres().await {
                    super::$name(database.store.clone()).await;
                }
            }
        }
    )+};
}

/// Runs a statement that no store function has, and returns how many rows it touched.
macro_rules! run_sql {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            cei_gateway::store::Tx::Postgres(tx, _) => sqlx::query($sql)
                $(.bind($bind))*
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            cei_gateway::store::Tx::Sqlite(tx, _) => sqlx::query($sql)
                $(.bind($bind))*
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        }
        .expect("a statement of the test")
    };
}

/// Runs a query that no store function has, and returns its rows.
macro_rules! rows {
    ($row:ty, $tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            cei_gateway::store::Tx::Postgres(tx, _) => sqlx::query_as::<_, $row>($sql)
                $(.bind($bind))*
                .fetch_all(&mut **tx)
                .await,
            cei_gateway::store::Tx::Sqlite(tx, _) => sqlx::query_as::<_, $row>($sql)
                $(.bind($bind))*
                .fetch_all(&mut **tx)
                .await,
        }
        .expect("a query of the test")
    };
}

pub(crate) use {both, rows, run_sql};
