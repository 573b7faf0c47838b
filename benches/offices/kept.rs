//! A schema that outlives the run: a past of millions takes longer to make than to measure with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cei_gateway::domain::id::OfficeId;
use cei_gateway::store::Store;
use cei_gateway::store::offices::{Office, lane_of};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::options::History;
use crate::town::Town;

/// Events of each office that are still read.
const NEWS: i64 = 20;

/// The address of a schema that is there already.
pub(crate) async fn find(server: &str, schema: &str) -> anyhow::Result<Option<String>> {
    const SQL: &str = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect(server)
        .await?;
    let (found,): (bool,) = sqlx::query_as(SQL).bind(schema).fetch_one(&pool).await?;
    pool.close().await;
    Ok(found.then(|| Store::schema_url(server, schema)))
}

/// What a key's credential is called: the place of its office among all.
pub(crate) fn label_of(number: usize) -> String {
    format!("bench {number:05}")
}

/// The offices that an earlier run opened, in its order.
pub(crate) async fn offices(pool: &PgPool) -> anyhow::Result<Vec<Office>> {
    const SQL: &str = "
        SELECT o.id, o.code, o.name, o.county, o.siruta, o.opened_on
        FROM offices o
        JOIN credentials c ON c.office_id = o.id
        WHERE c.label LIKE 'bench %'
        ORDER BY c.label";
    let rows = sqlx::query(SQL).fetch_all(pool).await?;
    rows.iter()
        .map(|row| {
            Ok(Office {
                id: OfficeId(row.try_get::<Uuid, _>("id")?),
                code: row.try_get("code")?,
                name: row.try_get("name")?,
                county: row.try_get("county")?,
                siruta: row.try_get("siruta")?,
                opened_on: row.try_get("opened_on")?,
            })
        })
        .collect()
}

/// Where each office's feed is asked for what it was told last; a past of years would be read page by
/// page otherwise. A cursor is the place sealed for the office, as the gateway itself seals it.
pub(crate) async fn feed_paths(town: &Town) -> anyhow::Result<Vec<String>> {
    const SQL: &str = "
        SELECT last_seq
        FROM UNNEST($1::text[]) WITH ORDINALITY AS o (lane, place)
        JOIN lanes l USING (lane)
        ORDER BY o.place";
    let lanes: Vec<String> = town.offices.iter().map(|one| lane_of(one.id)).collect();
    let ends: Vec<(i64,)> = sqlx::query_as(SQL)
        .bind(lanes)
        .fetch_all(&town.pool)
        .await?;
    let paths = town.offices.iter().zip(ends).map(|(office, (end,))| {
        let place = (end - NEWS).max(0).to_string();
        let text = format!("events {} {place}", office.id);
        let seal = town.gateway.vault.lookup_hash("cursor", &text);
        let cursor = [place.as_bytes(), seal.get(..16).unwrap_or_default()].concat();
        let cursor = URL_SAFE_NO_PAD.encode(cursor);
        format!("/v1/events?limit=500&after={cursor}")
    });
    Ok(paths.collect())
}

/// How much past a schema has.
pub(crate) async fn past(pool: &PgPool) -> anyhow::Result<History> {
    const TABLE: &str =
        "CREATE TABLE IF NOT EXISTS bench_past (applications BIGINT, events BIGINT)";
    const SQL: &str = "SELECT applications, events FROM bench_past";
    sqlx::query(TABLE).execute(pool).await?;
    let made: Option<(i64, i64)> = sqlx::query_as(SQL).fetch_optional(pool).await?;
    let (applications, events) = made.unwrap_or_default();
    Ok(History {
        applications: applications.try_into()?,
        events: events.try_into()?,
    })
}

/// How many applications earlier runs may have handed in.
pub(crate) async fn taken(pool: &PgPool) -> anyhow::Result<usize> {
    const SQL: &str = "SELECT COUNT(*) FROM applications WHERE state <> 'HANDED_OVER'";
    let (count,): (i64,) = sqlx::query_as(SQL).fetch_one(pool).await?;
    // A run that was stopped may have left gaps behind.
    Ok(if count == 0 {
        0
    } else {
        usize::try_from(count)? * 2 + 1_000
    })
}

/// Notes how much past a schema has.
pub(crate) async fn note(pool: &PgPool, history: History) -> anyhow::Result<()> {
    const SQL: &str = "
        WITH forgotten AS (DELETE FROM bench_past)
        INSERT INTO bench_past (applications, events) VALUES ($1, $2)";
    sqlx::query(SQL)
        .bind(i64::try_from(history.applications)?)
        .bind(i64::try_from(history.events)?)
        .execute(pool)
        .await?;
    Ok(())
}
