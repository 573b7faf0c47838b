//! What happened in the thirteen months before: cards that were handed over, and what offices were
//! told, in bulk statements.

use sqlx::{Connection, PgPool};
use uuid::Uuid;

use crate::cards;
use crate::options::History;
use crate::queues::PAYLOAD;
use crate::town::Town;

/// Events of each office in one statement.
const AT_ONCE: i64 = 500;

/// Makes what is missing of a history.
pub(crate) async fn grow(town: &Town, before: History, wanted: History) -> anyhow::Result<()> {
    let offices: Vec<Uuid> = town.offices.iter().map(|office| office.id.0).collect();
    let bureau = &town.config.bureau.code;
    let cards = (before.applications, wanted.applications);
    cards::grow(&town.pool, &offices, bureau, cards).await?;
    let more = wanted.events.saturating_sub(before.events);
    let each = i64::try_from(more)? / i64::try_from(offices.len())?;
    tell(town, i64::try_from(before.events)?, each).await
}

/// Makes the months into which the past falls, before anything lies in them.
pub(crate) async fn make_months(pool: &PgPool) -> anyhow::Result<()> {
    const SQL: &str = "
        DO $$
        DECLARE
            month TIMESTAMP;
        BEGIN
            FOR month IN
                SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC' - interval '14 months'),
                                       now() AT TIME ZONE 'UTC', interval '1 month')
            LOOP
                EXECUTE format(
                    'CREATE TABLE IF NOT EXISTS %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)',
                    'outbox' || to_char(month, '_YYYY_MM'),
                    month AT TIME ZONE 'UTC',
                    (month + interval '1 month') AT TIME ZONE 'UTC');
            END LOOP;
        END
        $$";
    sqlx::raw_sql(SQL).execute(pool).await?;
    Ok(())
}

/// Tells every office so much, from thirteen months ago to this day, as time would have done it.
async fn tell(town: &Town, before: i64, each: i64) -> anyhow::Result<()> {
    const EVENTS: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, created_at)
        SELECT l.lane, l.last_seq + n, ('a7' || lpad(to_hex($4 + n * 10000 + l.place), 30, '0'))::uuid,
               'ro.cei.application.produced', ('a2' || lpad(to_hex($4 + n * 10000 + l.place), 30, '0'))::uuid, $5,
               now() - interval '13 months' * (1 - n::float8 / $3)
        FROM generate_series($1::bigint, $2::bigint) n,
             (SELECT lane, last_seq, row_number() OVER (ORDER BY lane) AS place
              FROM lanes WHERE kind = 'OFFICE') l";
    const LANES: &str = "
        UPDATE lanes
        SET last_seq = last_seq + $1, acked_seq = last_seq + $1, delivered_seq = last_seq + $1
        WHERE kind = 'OFFICE'";
    let mut connection = town.pool.acquire().await?.detach();
    for setting in [
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
    ] {
        sqlx::query(setting).execute(&mut connection).await?;
    }
    let mut first = 1;
    while first <= each {
        let last = each.min(first + AT_ONCE - 1);
        sqlx::query(EVENTS)
            .bind(first)
            .bind(last)
            .bind(each)
            .bind(before * 10_000)
            .bind(PAYLOAD)
            .execute(&mut connection)
            .await?;
        first = last + 1;
    }
    sqlx::query(LANES)
        .bind(each)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}
