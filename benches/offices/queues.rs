//! The two ways of taking messages out of a table, with nothing around them: a cursor over a lane's
//! log, and rows that are leased with SKIP LOCKED and deleted.

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use sqlx::PgPool;

use crate::measure::{Watch, real};

/// What an office is told, as long as it usually is.
pub(crate) const PAYLOAD: &str = "{\"id\":\"0195f3b0-0000-7000-8000-000000000001\",\
    \"type\":\"ro.cei.application.produced.v1\",\"time\":\"2026-11-02T10:00:00.000000Z\",\
    \"application_id\":\"0195f3b0-0000-7000-8000-000000000002\",\"number\":\"CLJ-04-2026-000417\",\
    \"office_reference\":\"CLJ-04-2026-000417\",\"state\":\"PRODUCED\",\"fee_state\":\"PAID\"}";

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS bench_lanes (
        lane TEXT PRIMARY KEY,
        last_seq BIGINT NOT NULL,
        acked_seq BIGINT NOT NULL,
        due_at TIMESTAMPTZ,
        lease_until TIMESTAMPTZ,
        epoch BIGINT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS bench_lanes_due ON bench_lanes (due_at) WHERE due_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS bench_log (
        lane TEXT NOT NULL,
        seq BIGINT NOT NULL,
        message_id UUID NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (lane, seq)
    );
    CREATE TABLE IF NOT EXISTS bench_queue (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lane TEXT NOT NULL,
        message_id UUID NOT NULL,
        payload TEXT NOT NULL,
        due_at TIMESTAMPTZ NOT NULL
    );
    CREATE INDEX IF NOT EXISTS bench_queue_due ON bench_queue (due_at, id)";

/// Makes the tables.
pub(crate) async fn open(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(TABLES).execute(pool).await?;
    Ok(())
}

/// Puts messages into lanes of both, so many in each.
pub(crate) async fn fill(pool: &PgPool, lanes: i64, each: i64) -> anyhow::Result<()> {
    const LANES: &str = "
        INSERT INTO bench_lanes (lane, last_seq, acked_seq, due_at, epoch)
        SELECT 'office:' || n, $2, 0, now(), 0 FROM generate_series(1, $1) n
        ON CONFLICT (lane) DO UPDATE
        SET last_seq = bench_lanes.last_seq + $2, due_at = now()";
    const LOG: &str = "
        INSERT INTO bench_log (lane, seq, message_id, payload)
        SELECT l.lane, l.last_seq - n, gen_random_uuid(), $2
        FROM bench_lanes l, generate_series(0, $1 - 1) n
        WHERE l.lane IN (SELECT 'office:' || place FROM generate_series(1, $3) place)";
    const QUEUE: &str = "
        INSERT INTO bench_queue (lane, message_id, payload, due_at)
        SELECT 'office:' || 1 + n % $1, gen_random_uuid(), $3, now()
        FROM generate_series(1, $1 * $2) n";
    sqlx::query(LANES)
        .bind(lanes)
        .bind(each)
        .execute(pool)
        .await?;
    sqlx::query(LOG)
        .bind(each)
        .bind(PAYLOAD)
        .bind(lanes)
        .execute(pool)
        .await?;
    sqlx::query(QUEUE)
        .bind(lanes)
        .bind(each)
        .bind(PAYLOAD)
        .execute(pool)
        .await?;
    Ok(())
}

/// Messages a second until every lane is read, by `workers` at a time.
pub(crate) async fn drain_lanes(
    pool: &PgPool,
    batch: i64,
    workers: usize,
    expected: usize,
) -> anyhow::Result<f64> {
    let watch = Watch::start();
    let drained = try_join_all((0..workers).map(|_| async {
        let mut taken = 0;
        while let Some(read) = take_lane(pool, batch).await? {
            taken += read;
        }
        anyhow::Ok(taken)
    }));
    let taken: usize = drained.await?.into_iter().sum();
    ensure!(taken == expected, "{taken} messages of {expected}");
    Ok(rate(taken, &watch))
}

/// Leases a lane, reads after its cursor, advances it; returns how many messages that were.
pub(crate) async fn take_lane(pool: &PgPool, batch: i64) -> anyhow::Result<Option<usize>> {
    let Some(lease) = claim_lane(pool).await? else {
        return Ok(None);
    };
    finish_lane(pool, lease, batch).await.map(Some)
}

/// Lane, cursor, epoch.
pub(crate) type Lease = (String, i64, i64);

pub(crate) async fn claim_lane(pool: &PgPool) -> anyhow::Result<Option<Lease>> {
    const SQL: &str = "
        UPDATE bench_lanes
        SET lease_until = now() + interval '60 s', epoch = epoch + 1
        WHERE lane = (
            SELECT lane FROM bench_lanes
            WHERE due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
            ORDER BY due_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING lane, acked_seq, epoch";
    Ok(sqlx::query_as(SQL).fetch_optional(pool).await?)
}

pub(crate) async fn finish_lane(
    pool: &PgPool,
    (lane, acked, epoch): Lease,
    batch: i64,
) -> anyhow::Result<usize> {
    const READ: &str = "
        SELECT seq, message_id, payload FROM bench_log
        WHERE lane = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    const ADVANCE: &str = "
        UPDATE bench_lanes
        SET acked_seq = $3, lease_until = NULL,
            due_at = CASE WHEN last_seq > $3 THEN now() END
        WHERE lane = $1 AND epoch = $2";
    let read: Vec<(i64, uuid::Uuid, String)> = sqlx::query_as(READ)
        .bind(&lane)
        .bind(acked)
        .bind(batch)
        .fetch_all(pool)
        .await?;
    let (last, _, _) = read.last().context("a due lane without messages")?;
    let done = sqlx::query(ADVANCE)
        .bind(&lane)
        .bind(epoch)
        .bind(last)
        .execute(pool)
        .await?;
    ensure!(done.rows_affected() == 1, "a lost lease");
    Ok(read.len())
}

/// Messages a second until the queue is empty, by `workers` at a time.
pub(crate) async fn drain_queue(
    pool: &PgPool,
    batch: i64,
    workers: usize,
    expected: usize,
) -> anyhow::Result<f64> {
    let watch = Watch::start();
    let drained = try_join_all((0..workers).map(|_| async {
        let mut taken = 0;
        loop {
            let ids = lease_rows(pool, batch).await?;
            if ids.is_empty() {
                return anyhow::Ok(taken);
            }
            taken += ids.len();
            complete_rows(pool, &ids).await?;
        }
    }));
    let taken: usize = drained.await?.into_iter().sum();
    ensure!(taken == expected, "{taken} messages of {expected}");
    Ok(rate(taken, &watch))
}

/// Leases rows that are due.
pub(crate) async fn lease_rows(pool: &PgPool, batch: i64) -> anyhow::Result<Vec<i64>> {
    const SQL: &str = "
        UPDATE bench_queue
        SET due_at = now() + interval '60 s'
        WHERE id IN (
            SELECT id FROM bench_queue
            WHERE due_at <= now()
            ORDER BY due_at, id
            LIMIT $1
            FOR UPDATE SKIP LOCKED)
        RETURNING id, message_id, payload";
    let leased: Vec<(i64, uuid::Uuid, String)> =
        sqlx::query_as(SQL).bind(batch).fetch_all(pool).await?;
    Ok(leased.into_iter().map(|(id, _, _)| id).collect())
}

/// Completes leased rows: they are gone.
pub(crate) async fn complete_rows(pool: &PgPool, ids: &[i64]) -> anyhow::Result<()> {
    const SQL: &str = "DELETE FROM bench_queue WHERE id = ANY ($1)";
    sqlx::query(SQL).bind(ids).execute(pool).await?;
    Ok(())
}

#[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
fn rate(messages: usize, watch: &Watch) -> f64 {
    real(messages) / watch.seconds()
}
