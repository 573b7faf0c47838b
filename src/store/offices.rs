//! Local offices and their codes; an office's id never changes, its codes may.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::store::glance::glance;
use crate::store::outbox::{LaneKind, open_lane};
use crate::store::tx::{execute, execute_rows, query, query_rows};
use crate::store::{Glance, StoreError, Tx};

const FIND: &str = "
    SELECT id, code, name, county, siruta, opened_on
    FROM offices
    WHERE id = $1";
const FIND_BY_CODE: &str = "
    SELECT o.id, o.code, o.name, o.county, o.siruta, o.opened_on
    FROM office_codes c
    JOIN offices o ON o.id = c.office_id
    WHERE c.code = $1 AND c.valid_from <= $2 AND (c.valid_to IS NULL OR c.valid_to >= $2)";

/// A local office as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Office {
    /// Its id.
    pub id: OfficeId,
    /// Its present code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// County code on registration plates.
    pub county: String,
    /// SIRUTA code of its locality; none for a county directorate.
    pub siruta: Option<i64>,
    /// Since when it takes applications.
    pub opened_on: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct OfficeRow {
    id: Uuid,
    code: String,
    name: String,
    county: String,
    siruta: Option<i64>,
    opened_on: NaiveDate,
}

impl From<OfficeRow> for Office {
    fn from(row: OfficeRow) -> Self {
        Self {
            id: OfficeId(row.id),
            code: row.code,
            name: row.name,
            county: row.county,
            siruta: row.siruta,
            opened_on: row.opened_on,
        }
    }
}

/// The name of an office's lane in the outbox, which is its event feed.
pub fn lane_of(office: OfficeId) -> String {
    format!("office:{office}")
}

/// The office whose lane bears this name.
pub fn office_of(lane: &str) -> Option<OfficeId> {
    lane.strip_prefix("office:")?.parse().ok()
}

/// Adds an office with its code and its lane; one with the same code is left as it is.
///
/// Returns whether it was added.
pub async fn insert(tx: &mut Tx, office: &Office, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const OFFICE: &str = "
        INSERT INTO offices (id, code, name, county, siruta, opened_on, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (code) DO NOTHING";
    const CODE: &str = "
        INSERT INTO office_codes (code, office_id, valid_from)
        VALUES ($1, $2, $3)";
    let added = execute!(
        tx,
        OFFICE,
        office.id.0,
        office.code.as_str(),
        office.name.as_str(),
        office.county.as_str(),
        office.siruta,
        office.opened_on,
        at,
    )? == 1;
    if added {
        execute!(
            tx,
            CODE,
            office.code.as_str(),
            office.id.0,
            office.opened_on
        )?;
        open_lane(tx, &lane_of(office.id), LaneKind::Office).await?;
    }
    Ok(added)
}

/// Finds an office by its id.
pub async fn find(tx: &mut Tx, id: OfficeId) -> Result<Option<Office>, StoreError> {
    Ok(query!(fetch_optional as OfficeRow, tx, FIND, id.0)?.map(Office::from))
}

/// Finds an office by its id, with one statement.
pub async fn look(at: Glance<'_>, id: OfficeId) -> Result<Option<Office>, StoreError> {
    Ok(glance!(fetch_optional as OfficeRow, at, FIND, id.0)?.map(Office::from))
}

/// Finds the office that bears `code` on `day`, with one statement.
pub async fn look_by_code(
    at: Glance<'_>,
    code: &str,
    day: NaiveDate,
) -> Result<Option<Office>, StoreError> {
    Ok(glance!(fetch_optional as OfficeRow, at, FIND_BY_CODE, code, day)?.map(Office::from))
}

/// Finds the office that bears `code` on `day`.
pub async fn find_by_code(
    tx: &mut Tx,
    code: &str,
    day: NaiveDate,
) -> Result<Option<Office>, StoreError> {
    Ok(query!(fetch_optional as OfficeRow, tx, FIND_BY_CODE, code, day)?.map(Office::from))
}

/// Lists all offices by code.
pub async fn list(tx: &mut Tx) -> Result<Vec<Office>, StoreError> {
    const SQL: &str = "
        SELECT id, code, name, county, siruta, opened_on
        FROM offices
        ORDER BY code
        LIMIT 5000";
    Ok(query!(fetch_all as OfficeRow, tx, SQL)?
        .into_iter()
        .map(Office::from)
        .collect())
}

/// Finds offices by their ids.
pub async fn find_all(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Office>, StoreError> {
    const POSTGRES: &str = "
        SELECT id, code, name, county, siruta, opened_on
        FROM offices
        WHERE id = ANY($1)";
    const SQLITE: &str = "
        SELECT id, code, name, county, siruta, opened_on
        FROM offices
        WHERE id IN (SELECT unhex(value) FROM json_each($1))";
    let rows = query_rows!(as OfficeRow, tx, (POSTGRES, SQLITE), [], ids)?;
    Ok(rows.into_iter().map(Office::from).collect())
}

/// Notes when offices were last seen; what is known to be later stays. Returns how many were noted.
pub async fn note_seen(tx: &mut Tx, seen: &[(OfficeId, DateTime<Utc>)]) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        UPDATE offices o
        SET last_seen_at = u.at
        FROM UNNEST($1::uuid[], $2::timestamptz[]) AS u (id, at)
        WHERE o.id = u.id AND (o.last_seen_at IS NULL OR o.last_seen_at < u.at)";
    const SQLITE: &str = "
        UPDATE offices
        SET last_seen_at = u.at
        FROM (SELECT unhex(value ->> 0) AS id, value ->> 1 AS at FROM json_each($1)) u
        WHERE offices.id = u.id
          AND (offices.last_seen_at IS NULL OR offices.last_seen_at < u.at)";
    execute_rows!(tx, (POSTGRES, SQLITE), [], seen, |one| [one.0.0, one.1])
}

/// When each office was last seen: to the minute while a process knows who calls, else to the hour, by its
/// certificates and keys.
pub async fn list_last_seen(tx: &mut Tx) -> Result<Vec<(OfficeId, DateTime<Utc>)>, StoreError> {
    const SQL: &str = "
        SELECT s.id, MAX(s.at)
        FROM (
            SELECT id, last_seen_at AS at
            FROM offices
            WHERE last_seen_at IS NOT NULL
            UNION ALL
            SELECT office_id, last_used_at
            FROM credentials
            WHERE office_id IS NOT NULL AND last_used_at IS NOT NULL) AS s
        GROUP BY s.id";
    let rows = query!(fetch_all as (Uuid, DateTime<Utc>), tx, SQL)?;
    Ok(rows
        .into_iter()
        .map(|(id, at)| (OfficeId(id), at))
        .collect())
}

/// When an office was last seen, as [`list_last_seen`] says it.
pub async fn find_last_seen(
    tx: &mut Tx,
    office: OfficeId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    const SQL: &str = "
        SELECT s.at
        FROM (
            SELECT last_seen_at AS at
            FROM offices
            WHERE id = $1 AND last_seen_at IS NOT NULL
            UNION ALL
            SELECT last_used_at
            FROM credentials
            WHERE office_id = $1 AND last_used_at IS NOT NULL) AS s
        ORDER BY s.at DESC
        LIMIT 1";
    let row = query!(fetch_optional as (DateTime<Utc>,), tx, SQL, office.0)?;
    Ok(row.map(|(at,)| at))
}
