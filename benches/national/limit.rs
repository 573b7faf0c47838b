//! What the database alone takes for as many words: a bulk insert of rows like those of words and a
//! bulk update of rows like lines, ten thousand in a transaction, with nothing judged or told.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::country::Country;
use crate::stopwatch::Stopwatch;

/// Rows of a transaction.
const AT_ONCE: u64 = 10_000;

const TABLES: [&str; 4] = [
    "DROP TABLE IF EXISTS bench_words, bench_lines",
    "CREATE TABLE bench_lines AS
     SELECT * FROM order_lines WHERE last_sequence > 0 AND live ORDER BY id DESC LIMIT $1",
    "ALTER TABLE bench_lines ADD PRIMARY KEY (id)",
    "CREATE TABLE bench_words (LIKE acknowledgements INCLUDING ALL)",
];

/// Inserts `count` words and updates as many lines.
pub(crate) async fn measure(country: &Country, count: u64) -> anyhow::Result<Value> {
    const INSERT: &str = "
        INSERT INTO bench_words
            (id, order_line_id, inbox_id, sequence, hash, status, occurred_at, disposition,
             stored_at)
        SELECT id, line, line, 9, $3, 'ACCEPTED', now(), 'APPLIED', now()
        FROM UNNEST($1::uuid[], $2::uuid[]) AS n (id, line)
        ON CONFLICT DO NOTHING";
    const UPDATE: &str = "
        UPDATE bench_lines l
        SET state = 'ACCEPTED', last_sequence = n.sequence, updated_at = now(),
            version = version + 1
        FROM UNNEST($1::uuid[], $2::bigint[]) AS n (id, sequence)
        WHERE l.id = n.id AND l.last_sequence < n.sequence";
    for statement in TABLES {
        let limit = i64::try_from(count)?;
        let statement = sqlx::query(&*statement.replace("$1", &limit.to_string()).leak());
        statement.execute(&country.pool).await?;
    }
    let lines: Vec<(Uuid,)> = sqlx::query_as("SELECT id FROM bench_lines ORDER BY id")
        .fetch_all(&country.pool)
        .await?;
    let lines: Vec<Uuid> = lines.into_iter().map(|(id,)| id).collect();
    country.settle_down().await?;
    let watch = Stopwatch::start();
    for part in lines.chunks(usize::try_from(AT_ONCE)?) {
        let now = country.gateway.clock.now();
        let ids: Vec<Uuid> = part
            .iter()
            .map(|_| country.gateway.random.uuid(now))
            .collect();
        let sequences = vec![9_i64; part.len()];
        let mut tx = country.pool.begin_with("BEGIN").await?;
        let hash = vec![7_u8; 32];
        sqlx::query(INSERT)
            .bind(&ids)
            .bind(part)
            .bind(hash)
            .execute(&mut *tx)
            .await?;
        sqlx::query(UPDATE)
            .bind(part)
            .bind(&sequences)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(json!({ "lines": lines.len(), "seconds": watch.seconds() }))
}
