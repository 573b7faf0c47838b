//! What a program without rules takes for an application: the same bytes in one file, synced, and
//! the same rows in tables of the same columns and indexes, in one statement for each table.
//!
//! The rows are those that a submission really left behind, read back from the database, so that no
//! column is forgotten when the schema grows. Values that must be unique are made anew.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, ensure};
use cei_gateway::clock::Clock;
use cei_gateway::random::Random;
use futures_util::future::try_join_all;
use sqlx::{AssertSqlSafe, PgPool};

use crate::measure::{Watch, real};

/// Tables whose rows are changed by a submission, not added to: one statement each.
const COUNTERS: [&str; 2] = ["counters", "lanes"];
/// Tables that a submission does not write, although something else does at the same time.
const OTHERS: [&str; 3] = ["_sqlx_migrations", "credentials", "offices"];

/// How a value is made that no other row has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fresh {
    /// The value of the row that was read.
    No,
    /// An identifier that sorts by time.
    Uuid,
    /// The text with a number behind it.
    Text,
    /// Thirty-two bytes that nothing orders, as keyed hashes are.
    Bytes,
    /// The next number.
    Number,
}

/// The rows of one table.
#[derive(Clone, Debug)]
struct Table {
    insert: String,
    columns: Vec<Fresh>,
    rows: Vec<Vec<Option<String>>>,
}

/// A program without rules.
pub(crate) struct Bare {
    pool: PgPool,
    folder: PathBuf,
    tables: Vec<Table>,
    file_bytes: usize,
    next: AtomicUsize,
}

/// Marks the rows that are written from now on.
pub(crate) async fn mark(pool: &PgPool) -> anyhow::Result<i64> {
    let (mark,): (i64,) = sqlx::query_as("SELECT pg_current_xact_id()::text::bigint")
        .fetch_one(pool)
        .await?;
    Ok(mark)
}

impl Bare {
    /// Reads the rows of the one submission since `mark`, whose sealed content had so many bytes.
    pub(crate) async fn after(pool: &PgPool, folder: &Path, mark: i64) -> anyhow::Result<Self> {
        const TABLES: &str = "
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
              AND NOT c.relispartition AND c.relname NOT LIKE 'bare\\_%'
            ORDER BY c.relname";
        let names: Vec<(String,)> = sqlx::query_as(TABLES).fetch_all(pool).await?;
        let mut tables = Vec::new();
        for (name,) in names {
            if OTHERS.contains(&name.as_str()) || COUNTERS.contains(&name.as_str()) {
                continue;
            }
            if let Some(table) = read_table(pool, &name, mark).await? {
                tables.push(table);
            }
        }
        ensure!(tables.len() >= 4, "a submission left {tables:?}");
        for name in COUNTERS {
            let make = format!(
                "DROP TABLE IF EXISTS bare_{name};
                 CREATE TABLE bare_{name} (name BIGINT PRIMARY KEY, last BIGINT NOT NULL);
                 INSERT INTO bare_{name} SELECT n, 0 FROM generate_series(0, 999) n"
            );
            sqlx::raw_sql(AssertSqlSafe(make)).execute(pool).await?;
        }
        let size: (i64,) =
            sqlx::query_as("SELECT size_bytes FROM sealed_contents ORDER BY id DESC LIMIT 1")
                .fetch_one(pool)
                .await?;
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            pool: pool.clone(),
            folder: folder.to_owned(),
            tables,
            file_bytes: usize::try_from(size.0)?,
            next: AtomicUsize::new(0),
        })
    }

    /// How many rows an application leaves, and how many bytes of sealed content.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        let rows = self.tables.iter().map(|table| table.rows.len()).sum();
        (rows, self.file_bytes)
    }

    /// Applications a second, `together` in one transaction and one file, by `lines` at a time.
    /// Without `files`, rows alone.
    #[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
    pub(crate) async fn rate(
        self: &Arc<Self>,
        count: usize,
        together: usize,
        lines: usize,
        files: bool,
    ) -> anyhow::Result<f64> {
        let turns = count.div_ceil(together);
        let (taken, watch) = (AtomicUsize::new(0), Watch::start());
        let lines = (0..lines).map(|_| async {
            while taken.fetch_add(1, Ordering::Relaxed) < turns {
                if files {
                    self.write_file(together).await?;
                }
                self.write_rows(together).await?;
            }
            anyhow::Ok(())
        });
        try_join_all(lines).await?;
        Ok(real(turns * together) / watch.seconds())
    }

    async fn write_file(self: &Arc<Self>, together: usize) -> anyhow::Result<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.blob"));
        let bytes = vec![7_u8; self.file_bytes * together];
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = File::create_new(path)?;
            file.write_all(&bytes)?;
            file.sync_all()
        });
        Ok(writing.await??)
    }

    async fn write_rows(&self, together: usize) -> anyhow::Result<()> {
        let mut tx = self.pool.begin_with("BEGIN").await?;
        for name in COUNTERS {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let update = format!("UPDATE bare_{name} SET last = last + 1 WHERE name = $1");
            sqlx::query(AssertSqlSafe(update))
                .bind(i64::try_from(number % 1000)?)
                .execute(&mut *tx)
                .await?;
        }
        for table in &self.tables {
            let mut query = sqlx::query(AssertSqlSafe(table.insert.clone()));
            for column in self.columns_of(table, together) {
                query = query.bind(column);
            }
            query.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The values of so many applications, column by column.
    fn columns_of(&self, table: &Table, together: usize) -> Vec<Vec<Option<String>>> {
        let mut columns = vec![Vec::new(); table.columns.len()];
        for _ in 0..together {
            for row in &table.rows {
                let values = row.iter().zip(&table.columns);
                for ((value, fresh), column) in values.zip(&mut columns) {
                    column.push(value.as_ref().map(|value| self.value(value, *fresh)));
                }
            }
        }
        columns
    }

    fn value(&self, value: &str, fresh: Fresh) -> String {
        let number = || self.next.fetch_add(1, Ordering::Relaxed);
        match fresh {
            Fresh::No => value.to_owned(),
            Fresh::Uuid => Random::System.uuid(Clock::System.now()).to_string(),
            Fresh::Text => format!("{value}-{}", number()),
            Fresh::Number => (1_000_000 + number()).to_string(),
            Fresh::Bytes => {
                let [mut high, mut low] = [[0; 8]; 2];
                Random::System.fill(&mut high);
                Random::System.fill(&mut low);
                let halves = [high, low].map(u64::from_le_bytes);
                let [high, low] = halves.map(|half| format!("{half:016x}"));
                format!("\\x{high}{low}{low}{high}")
            }
        }
    }
}

/// The rows that a table got since `mark`, and a table like it without rows; `None` when it got
/// none.
async fn read_table(pool: &PgPool, name: &str, mark: i64) -> anyhow::Result<Option<Table>> {
    const COLUMNS: &str = "
        SELECT a.attname::text, format_type(a.atttypid, NULL),
               EXISTS (SELECT FROM pg_index i
                       WHERE i.indrelid = a.attrelid AND i.indisunique
                         AND a.attnum = ANY (i.indkey::int2[]))
               -- Not what only some values may be.
               AND NOT EXISTS (SELECT FROM pg_constraint c
                               WHERE c.conrelid = a.attrelid AND c.contype IN ('c', 'f')
                                 AND a.attnum = ANY (c.conkey))
        FROM pg_attribute a
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum";
    let columns: Vec<(String, String, bool)> = sqlx::query_as(COLUMNS)
        .bind(name)
        .fetch_all(pool)
        .await
        .with_context(|| format!("reading the columns of {name}"))?;
    let fields: Vec<String> = columns
        .iter()
        .map(|(column, _, _)| format!("t.{column}::text"))
        .collect();
    let read = format!(
        "SELECT ARRAY[{}] FROM {name} t WHERE t.xmin::text::bigint >= $1 LIMIT 50",
        fields.join(", ")
    );
    let rows: Vec<(Vec<Option<String>>,)> = sqlx::query_as(AssertSqlSafe(read))
        .bind(mark)
        .fetch_all(pool)
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let make = format!(
        "DROP TABLE IF EXISTS bare_{name};
         CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)"
    );
    sqlx::raw_sql(AssertSqlSafe(make)).execute(pool).await?;
    let names: Vec<&str> = columns.iter().map(|(name, _, _)| name.as_str()).collect();
    let values: Vec<String> = columns
        .iter()
        .map(|(name, kind, _)| format!("n.{name}::{kind}"))
        .collect();
    let arrays: Vec<String> = (1..=columns.len())
        .map(|at| format!("${at}::text[]"))
        .collect();
    let list = names.join(", ");
    Ok(Some(Table {
        insert: format!(
            "INSERT INTO bare_{name} ({list}) SELECT {} FROM UNNEST({}) AS n ({list})",
            values.join(", "),
            arrays.join(", "),
        ),
        columns: columns.iter().map(fresh_of).collect(),
        rows: rows.into_iter().map(|(row,)| row).collect(),
    }))
}

fn fresh_of((_, kind, is_unique): &(String, String, bool)) -> Fresh {
    if !is_unique {
        return Fresh::No;
    }
    match kind.as_str() {
        "uuid" => Fresh::Uuid,
        "text" => Fresh::Text,
        "bytea" => Fresh::Bytes,
        "bigint" | "integer" => Fresh::Number,
        _ => Fresh::No,
    }
}
