//! The nightly comparison of all open orders with the bureau: who was asked, and what differed.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::id::{LetterId, OrderId};
use crate::domain::reconciliation::Difference;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// One night.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Night {
    /// The day in Romania whose night it is.
    pub night: NaiveDate,
    /// When the first order was asked about.
    pub begun_at: DateTime<Utc>,
    /// When all orders were asked about.
    pub asked_at: Option<DateTime<Utc>>,
}

/// A line about which gateway and bureau differ.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The row's id.
    pub id: Uuid,
    /// The night.
    pub night: NaiveDate,
    /// The order.
    pub order: OrderId,
    /// The place in it.
    pub line_no: i64,
    /// The application, as whoever names the line calls it.
    pub application_number: String,
    /// How they differ.
    pub difference: Difference,
    /// In words.
    pub detail: String,
}

/// How far a night has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NightTally {
    /// Orders that were asked about.
    pub asked: i64,
    /// Those of them that were answered.
    pub answered: i64,
}

/// Begins a night, unless it was begun; returns it as it stands.
pub async fn begin(tx: &mut Tx, night: NaiveDate, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO reconciliations (night, begun_at)
        VALUES ($1, $2)
        ON CONFLICT (night) DO NOTHING";
    execute!(tx, SQL, night, at)?;
    Ok(())
}

/// Finds a night.
pub async fn find(tx: &mut Tx, night: NaiveDate) -> Result<Option<Night>, StoreError> {
    const SQL: &str = "SELECT night, begun_at, asked_at FROM reconciliations WHERE night = $1";
    query!(fetch_optional as Night, tx, SQL, night)
}

/// Finds the last night that was begun.
pub async fn find_last(tx: &mut Tx) -> Result<Option<Night>, StoreError> {
    const SQL: &str = "
        SELECT night, begun_at, asked_at
        FROM reconciliations
        ORDER BY night DESC
        LIMIT 1";
    query!(fetch_optional as Night, tx, SQL)
}

/// Records that all orders of a night were asked about.
pub async fn set_asked(tx: &mut Tx, night: NaiveDate, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE reconciliations
        SET asked_at = $2
        WHERE night = $1 AND asked_at IS NULL";
    execute!(tx, SQL, night, at)?;
    Ok(())
}

/// Lists open orders that this night has not asked about: the bureau took them before `before` and
/// not every line has ended.
pub async fn list_unasked(
    tx: &mut Tx,
    night: NaiveDate,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OrderId>, StoreError> {
    const SQL: &str = "
        SELECT o.id
        FROM orders o
        WHERE o.state IN ('SENT', 'RECEIPT_OK', 'PARTLY_ANSWERED', 'ALL_ANSWERED')
          AND o.signed_at <= $2
          AND NOT EXISTS (SELECT 1 FROM reconciliation_orders r
                          WHERE r.night = $1 AND r.order_id = o.id)
        ORDER BY o.id
        LIMIT $3";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, night, before, limit)?;
    Ok(rows.into_iter().map(|(id,)| OrderId(id)).collect())
}

/// Records that an order is asked about in a night. Returns `false` when it was before.
pub async fn insert_order(
    tx: &mut Tx,
    night: NaiveDate,
    order: OrderId,
    letter: LetterId,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO reconciliation_orders (night, order_id, letter_id)
        VALUES ($1, $2, $3)
        ON CONFLICT (night, order_id) DO NOTHING";
    Ok(execute!(tx, SQL, night, order.0, letter.0)? == 1)
}

/// Records that a letter was answered, for every night that asked by it; returns those nights.
pub async fn set_answered(
    tx: &mut Tx,
    letter: LetterId,
    at: DateTime<Utc>,
) -> Result<Vec<NaiveDate>, StoreError> {
    const SQL: &str = "
        UPDATE reconciliation_orders
        SET answered_at = $2
        WHERE letter_id = $1 AND answered_at IS NULL
        RETURNING night";
    let rows = query!(fetch_all as (NaiveDate,), tx, SQL, letter.0, at)?;
    Ok(rows.into_iter().map(|(night,)| night).collect())
}

/// Keeps what differed.
pub async fn insert_finding(
    tx: &mut Tx,
    new: &Finding,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO reconciliation_findings
            (id, night, order_id, line_no, application_number, difference, detail, found_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    execute!(
        tx,
        SQL,
        new.id,
        new.night,
        new.order.0,
        new.line_no,
        new.application_number.as_str(),
        new.difference.as_str(),
        new.detail.as_str(),
        at,
    )?;
    Ok(())
}

/// Counts the orders of a night.
pub async fn tally(tx: &mut Tx, night: NaiveDate) -> Result<NightTally, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*), COUNT(answered_at)
        FROM reconciliation_orders
        WHERE night = $1";
    let (asked, answered) = query!(fetch_one as (i64, i64), tx, SQL, night)?;
    Ok(NightTally { asked, answered })
}

#[derive(sqlx::FromRow)]
struct FindingRow {
    id: Uuid,
    night: NaiveDate,
    order_id: Uuid,
    line_no: i64,
    application_number: String,
    difference: String,
    detail: String,
}

impl TryFrom<FindingRow> for Finding {
    type Error = StoreError;

    fn try_from(row: FindingRow) -> Result<Self, StoreError> {
        const TABLE: &str = "reconciliation_findings";
        let difference = Difference::parse(&row.difference);
        Ok(Self {
            difference: read_code(difference, TABLE, "difference", &row.id)?,
            id: row.id,
            night: row.night,
            order: OrderId(row.order_id),
            line_no: row.line_no,
            application_number: row.application_number,
            detail: row.detail,
        })
    }
}

/// Lists what differed in a night, in the order in which it was found.
pub async fn list_findings(
    tx: &mut Tx,
    night: NaiveDate,
    limit: i64,
) -> Result<Vec<Finding>, StoreError> {
    const SQL: &str = "
        SELECT id, night, order_id, line_no, application_number, difference, detail
        FROM reconciliation_findings
        WHERE night = $1
        ORDER BY id
        LIMIT $2";
    let rows = query!(fetch_all as FindingRow, tx, SQL, night, limit)?;
    rows.into_iter().map(Finding::try_from).collect()
}

/// Lists the nights in which an order was asked about and when it was answered, the latest first.
pub async fn list_nights_of(
    tx: &mut Tx,
    order: OrderId,
    limit: i64,
) -> Result<Vec<(NaiveDate, Option<DateTime<Utc>>)>, StoreError> {
    const SQL: &str = "
        SELECT night, answered_at
        FROM reconciliation_orders
        WHERE order_id = $1
        ORDER BY night DESC
        LIMIT $2";
    query!(
        fetch_all as (NaiveDate, Option<DateTime<Utc>>),
        tx,
        SQL,
        order.0,
        limit
    )
}

/// Lists what differed of an order in one night, by line.
pub async fn list_findings_of(
    tx: &mut Tx,
    order: OrderId,
    night: NaiveDate,
    limit: i64,
) -> Result<Vec<Finding>, StoreError> {
    const SQL: &str = "
        SELECT id, night, order_id, line_no, application_number, difference, detail
        FROM reconciliation_findings
        WHERE order_id = $1 AND night = $2
        ORDER BY line_no, id
        LIMIT $3";
    let rows = query!(fetch_all as FindingRow, tx, SQL, order.0, night, limit)?;
    rows.into_iter().map(Finding::try_from).collect()
}

/// Finds the order that was signed before `before`, has lines that have not ended, and about which
/// no operator was asked under `code` since.
pub async fn find_overdue(
    tx: &mut Tx,
    before: DateTime<Utc>,
    code: u16,
) -> Result<Option<OrderId>, StoreError> {
    const SQL: &str = "
        SELECT o.id
        FROM orders o
        WHERE o.state IN ('SENT', 'RECEIPT_OK', 'PARTLY_ANSWERED', 'ALL_ANSWERED')
          AND o.signed_at <= $1
          AND NOT EXISTS (SELECT 1 FROM holds h
                          WHERE h.subject_id = o.id AND h.code = $2
                            AND (h.open OR h.closed_at > $1))
        ORDER BY o.signed_at
        LIMIT 1";
    let row = query!(fetch_optional as (Uuid,), tx, SQL, before, i64::from(code))?;
    Ok(row.map(|(id,)| OrderId(id)))
}
