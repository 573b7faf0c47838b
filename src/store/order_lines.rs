//! Order lines: one card each, of exactly one application.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::acknowledgement::LineState;
use crate::domain::id::{ApplicationId, OrderId, OrderLineId};
use crate::store::tx::{execute, execute_rows, query, query_rows};
use crate::store::{StoreError, Tx, read_code};

/// An order line as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// Its order.
    pub order: OrderId,
    /// Its place in the order, from 1.
    pub line_no: i64,
    /// The application whose card it asks for.
    pub application: ApplicationId,
    /// Counts the lines of the same application, from 1.
    pub attempt: i64,
    /// What has happened to it.
    pub state: LineState,
    /// The sequence number of the bureau's last word that was applied; 0 before the first.
    pub last_sequence: i64,
    /// How often the bureau found the card wanting.
    pub remakes: i64,
    /// The reason of a refusal.
    pub reason: Option<i64>,
    /// The number of the card.
    pub document_number: Option<String>,
    /// Whether two persons applied a word that the bureau has not told in a document yet.
    pub forced: bool,
}

#[derive(sqlx::FromRow)]
struct OrderLineRow {
    id: Uuid,
    order_id: Uuid,
    line_no: i64,
    application_id: Uuid,
    attempt: i64,
    state: String,
    last_sequence: i64,
    remakes: i64,
    reason: Option<i64>,
    document_number: Option<String>,
    forced: bool,
}

/// The columns of [`OrderLineRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, order_id, line_no, application_id, attempt, state, last_sequence, remakes,
                    reason, document_number, forced
             FROM order_lines ",
            $rest
        )
    };
}

impl TryFrom<OrderLineRow> for OrderLine {
    type Error = StoreError;

    fn try_from(row: OrderLineRow) -> Result<Self, StoreError> {
        Ok(Self {
            state: read_code(
                LineState::parse(&row.state),
                "order_lines",
                "state",
                &row.id,
            )?,
            id: OrderLineId(row.id),
            order: OrderId(row.order_id),
            line_no: row.line_no,
            application: ApplicationId(row.application_id),
            attempt: row.attempt,
            last_sequence: row.last_sequence,
            remakes: row.remakes,
            reason: row.reason,
            document_number: row.document_number,
            forced: row.forced,
        })
    }
}

/// Adds a line. A second live line of the same application is refused by the schema.
pub async fn insert(tx: &mut Tx, new: &OrderLine, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO order_lines
            (id, order_id, line_no, application_id, attempt, state, live, answered, ended,
             last_sequence, remakes, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, 1)";
    execute!(
        tx,
        SQL,
        new.id.0,
        new.order.0,
        new.line_no,
        new.application.0,
        new.attempt,
        new.state.as_str(),
        new.state.is_live(),
        new.state.is_answered(),
        new.state.is_ended(),
        at,
    )?;
    Ok(())
}

/// Adds lines as [`insert`] does, all of them in one state.
pub async fn insert_all(
    tx: &mut Tx,
    new: &[OrderLine],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO order_lines
            (id, order_id, line_no, application_id, attempt, state, live, answered, ended,
             last_sequence, remakes, updated_at, version)
        SELECT n.id, n.order_id, n.line_no, n.application, n.attempt, n.state, n.live, n.answered,
               n.ended, 0, 0, $1, 1
        FROM UNNEST($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::bigint[], $7::text[],
                    $8::boolean[], $9::boolean[], $10::boolean[])
             AS n (id, order_id, line_no, application, attempt, state, live, answered, ended)";
    const SQLITE: &str = "
        INSERT INTO order_lines
            (id, order_id, line_no, application_id, attempt, state, live, answered, ended,
             last_sequence, remakes, updated_at, version)
        SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, unhex(value ->> 3),
               value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, 0, 0, $1, 1
        FROM json_each($2)";
    execute_rows!(tx, (POSTGRES, SQLITE), [at], new, |one| [
        one.id.0,
        one.order.0,
        one.line_no,
        one.application.0,
        one.attempt,
        one.state.as_str(),
        one.state.is_live(),
        one.state.is_answered(),
        one.state.is_ended(),
    ])?;
    Ok(())
}

/// Finds a line by its order and place, and locks it until the transaction ends: two documents
/// that speak of one line are applied one after the other.
pub async fn lock(
    tx: &mut Tx,
    order: OrderId,
    line_no: i64,
) -> Result<Option<OrderLine>, StoreError> {
    const POSTGRES: &str = select!("WHERE order_id = $1 AND line_no = $2 FOR UPDATE");
    const SQLITE: &str = select!("WHERE order_id = $1 AND line_no = $2");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    query!(fetch_optional as OrderLineRow, tx, sql, order.0, line_no)?
        .map(OrderLine::try_from)
        .transpose()
}

/// Finds a line by its id.
pub async fn find(tx: &mut Tx, id: OrderLineId) -> Result<Option<OrderLine>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    query!(fetch_optional as OrderLineRow, tx, SQL, id.0)?
        .map(OrderLine::try_from)
        .transpose()
}

/// Finds lines of an order by their places, and locks them as [`lock`] does; in their order.
pub async fn lock_all(
    tx: &mut Tx,
    order: OrderId,
    line_nos: &[i64],
) -> Result<Vec<OrderLine>, StoreError> {
    const POSTGRES: &str =
        select!("WHERE order_id = $1 AND line_no = ANY($2) ORDER BY line_no FOR UPDATE");
    const SQLITE: &str = select!(
        "WHERE order_id = $1 AND line_no IN (SELECT value FROM json_each($2)) ORDER BY line_no"
    );
    query_rows!(as OrderLineRow, tx, (POSTGRES, SQLITE), [order.0], line_nos)?
        .into_iter()
        .map(OrderLine::try_from)
        .collect()
}

/// Finds the live line of an application, the only one that may still become a card.
pub async fn find_live(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Option<OrderLine>, StoreError> {
    const SQL: &str = select!("WHERE application_id = $1 AND live");
    query!(fetch_optional as OrderLineRow, tx, SQL, application.0)?
        .map(OrderLine::try_from)
        .transpose()
}

/// Lists the lines of an order after the place `after`, in their order.
pub async fn list(
    tx: &mut Tx,
    order: OrderId,
    after: i64,
    limit: i64,
) -> Result<Vec<OrderLine>, StoreError> {
    const SQL: &str = select!("WHERE order_id = $1 AND line_no > $2 ORDER BY line_no LIMIT $3");
    query!(fetch_all as OrderLineRow, tx, SQL, order.0, after, limit)?
        .into_iter()
        .map(OrderLine::try_from)
        .collect()
}

/// Lists the application numbers of an order's lines, by their places.
pub async fn list_application_numbers(
    tx: &mut Tx,
    order: OrderId,
    limit: i64,
) -> Result<BTreeMap<i64, String>, StoreError> {
    const SQL: &str = "
        SELECT l.line_no, a.number
        FROM order_lines l
        JOIN applications a ON a.id = l.application_id
        WHERE l.order_id = $1
        ORDER BY l.line_no
        LIMIT $2";
    let rows = query!(fetch_all as (i64, String), tx, SQL, order.0, limit)?;
    Ok(rows.into_iter().collect())
}

/// Lists all lines of an application, the first attempt first.
pub async fn list_of_application(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Vec<OrderLine>, StoreError> {
    const SQL: &str = select!("WHERE application_id = $1 ORDER BY attempt LIMIT 100");
    query!(fetch_all as OrderLineRow, tx, SQL, application.0)?
        .into_iter()
        .map(OrderLine::try_from)
        .collect()
}

/// Finds the line that an application was last ordered on.
pub async fn find_newest(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Option<OrderLine>, StoreError> {
    const SQL: &str = select!("WHERE application_id = $1 ORDER BY attempt DESC LIMIT 1");
    query!(fetch_optional as OrderLineRow, tx, SQL, application.0)?
        .map(OrderLine::try_from)
        .transpose()
}

/// Records since when an office holds the card of a line.
pub async fn set_at_office(
    tx: &mut Tx,
    id: OrderLineId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE order_lines SET at_office_at = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Lists the applications whose cards have lain at their offices since before `before`, and that
/// nobody has called unclaimed yet; the oldest first.
pub async fn list_uncollected(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ApplicationId>, StoreError> {
    const SQL: &str = "
        SELECT l.application_id
        FROM order_lines l
        JOIN applications a ON a.id = l.application_id
        WHERE l.state = 'AT_OFFICE' AND l.at_office_at < $1 AND a.state = 'AT_OFFICE'
        ORDER BY l.at_office_at
        LIMIT $2";
    let rows = query!(fetch_all as (Uuid,), tx, SQL, before, limit)?;
    Ok(rows.into_iter().map(|(id,)| ApplicationId(id)).collect())
}

/// What a word of the bureau leaves on its line beside the state.
#[derive(Clone, Debug)]
pub struct Heard<'a> {
    /// The word's sequence number.
    pub sequence: i64,
    /// How often the bureau has found the card wanting by now.
    pub remakes: i64,
    /// The reason that it gave.
    pub reason: Option<i64>,
    /// The card's number, where it gave one.
    pub document_number: Option<&'a str>,
}

/// Records what an applied word said.
pub async fn set_heard(tx: &mut Tx, id: OrderLineId, heard: &Heard<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE order_lines
        SET last_sequence = $2, remakes = $3, reason = $4,
            document_number = COALESCE($5, document_number)
        WHERE id = $1 AND last_sequence < $2";
    let changed = execute!(
        tx,
        SQL,
        id.0,
        heard.sequence,
        heard.remakes,
        heard.reason,
        heard.document_number,
    )?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Moved { what: "order line" })
    }
}

/// Finds a line by its id and locks it until the transaction ends.
pub async fn lock_by_id(tx: &mut Tx, id: OrderLineId) -> Result<Option<OrderLine>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE id = $1");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    query!(fetch_optional as OrderLineRow, tx, sql, id.0)?
        .map(OrderLine::try_from)
        .transpose()
}

/// Marks a line whose last word stands on two persons, or that the bureau has confirmed since.
pub async fn set_forced(tx: &mut Tx, id: OrderLineId, to: bool) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE order_lines SET forced = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, to)?;
    Ok(())
}

/// Records what a word said that bears no number.
pub async fn set_told(tx: &mut Tx, id: OrderLineId, heard: &Heard<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE order_lines
        SET remakes = $2, reason = $3, document_number = COALESCE($4, document_number)
        WHERE id = $1";
    execute!(
        tx,
        SQL,
        id.0,
        heard.remakes,
        heard.reason,
        heard.document_number,
    )?;
    Ok(())
}

/// Records on many lines what the last word on each said. Returns how many had not heard it yet.
pub async fn set_heard_all(
    tx: &mut Tx,
    heard: &[(OrderLineId, Heard<'_>)],
) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        UPDATE order_lines l
        SET last_sequence = n.sequence, remakes = n.remakes, reason = n.reason,
            document_number = COALESCE(n.document_number, l.document_number)
        FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
             AS n (id, sequence, remakes, reason, document_number)
        WHERE l.id = n.id AND l.last_sequence < n.sequence";
    const SQLITE: &str = "
        UPDATE order_lines AS l
        SET last_sequence = n.value ->> 1, remakes = n.value ->> 2, reason = n.value ->> 3,
            document_number = COALESCE(n.value ->> 4, l.document_number)
        FROM json_each($1) AS n
        WHERE l.id = unhex(n.value ->> 0) AND l.last_sequence < n.value ->> 1";
    execute_rows!(tx, (POSTGRES, SQLITE), [], heard, |one| [
        one.0.0,
        one.1.sequence,
        one.1.remakes,
        one.1.reason,
        one.1.document_number,
    ])
}

/// How far the lines of an order have come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tally {
    /// How many lines there are.
    pub lines: i64,
    /// How many the bureau has accepted or refused.
    pub answered: i64,
    /// How many need nothing more from the bureau.
    pub ended: i64,
}

/// Counts the lines of an order by how far they have come.
pub async fn tally(tx: &mut Tx, order: OrderId) -> Result<Tally, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*),
               COUNT(CASE WHEN answered THEN 1 END),
               COUNT(CASE WHEN ended THEN 1 END)
        FROM order_lines
        WHERE order_id = $1";
    let (lines, answered, ended) = query!(fetch_one as (i64, i64, i64), tx, SQL, order.0)?;
    Ok(Tally {
        lines,
        answered,
        ended,
    })
}
