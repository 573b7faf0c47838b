//! Cards: what the bureau says it has made, by document number.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::card::CardState;
use crate::domain::id::{ApplicationId, OrderLineId};
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{StoreError, Tx, read_code};

/// A card as it is stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Card {
    /// The line that it was made on.
    pub line: OrderLineId,
    /// The application that it was made for.
    pub application: ApplicationId,
    /// What has become of it.
    pub state: CardState,
}

/// Records a card. Returns `false`, having changed nothing, when the number belongs to a card
/// already.
pub async fn insert(
    tx: &mut Tx,
    document_number: &str,
    line: OrderLineId,
    application: ApplicationId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO cards
            (document_number, order_line_id, application_id, state, produced_at, updated_at)
        VALUES ($1, $2, $3, 'PRODUCED', $4, $4)
        ON CONFLICT (document_number) DO NOTHING";
    Ok(execute!(tx, SQL, document_number, line.0, application.0, at)? == 1)
}

/// Finds the card that bears a number.
pub async fn find(tx: &mut Tx, document_number: &str) -> Result<Option<Card>, StoreError> {
    const SQL: &str = "
        SELECT order_line_id, application_id, state
        FROM cards
        WHERE document_number = $1";
    let row = query!(
        fetch_optional as (Uuid, Uuid, String),
        tx,
        SQL,
        document_number
    )?;
    row.map(|(line, application, state)| {
        Ok(Card {
            line: OrderLineId(line),
            application: ApplicationId(application),
            state: read_code(CardState::parse(&state), "cards", "state", &state)?,
        })
    })
    .transpose()
}

/// A card that the bureau has made.
#[derive(Clone, Debug)]
pub struct NewCard {
    /// The number printed on it.
    pub document_number: String,
    /// The line that asked for it.
    pub line: OrderLineId,
    /// The application that it is for.
    pub application: ApplicationId,
    /// When it was made.
    pub produced_at: DateTime<Utc>,
}

/// Records cards. Returns how many there were not yet.
pub async fn insert_all(tx: &mut Tx, new: &[NewCard]) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        INSERT INTO cards
            (document_number, order_line_id, application_id, state, produced_at, updated_at)
        SELECT n.number, n.line, n.application, 'PRODUCED', n.at, n.at
        FROM UNNEST($1::text[], $2::uuid[], $3::uuid[], $4::timestamptz[])
             AS n (number, line, application, at)
        ON CONFLICT (document_number) DO NOTHING";
    const SQLITE: &str = "
        INSERT INTO cards
            (document_number, order_line_id, application_id, state, produced_at, updated_at)
        SELECT value ->> 0, unhex(value ->> 1), unhex(value ->> 2), 'PRODUCED', value ->> 3,
               value ->> 3
        FROM json_each($1)
        WHERE TRUE
        ON CONFLICT (document_number) DO NOTHING";
    execute_rows!(tx, (POSTGRES, SQLITE), [], new, |card| [
        card.document_number.as_str(),
        card.line.0,
        card.application.0,
        card.produced_at,
    ])
}

/// A card that left the bureau: of which line, in which consignment, and when.
pub type ShippedCard = (OrderLineId, Option<String>, DateTime<Utc>);

/// Records that the newest card of each line was shipped.
pub async fn ship_all(tx: &mut Tx, shipped: &[ShippedCard]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        UPDATE cards c
        SET state = 'SHIPPED', consignment = COALESCE(n.consignment, c.consignment),
            updated_at = n.at
        FROM UNNEST($1::uuid[], $2::text[], $3::timestamptz[]) AS n (line, consignment, at)
        WHERE c.document_number = (
            SELECT newest.document_number
            FROM cards newest
            WHERE newest.order_line_id = n.line
            ORDER BY newest.produced_at DESC, newest.document_number DESC
            LIMIT 1)";
    const SQLITE: &str = "
        UPDATE cards AS c
        SET state = 'SHIPPED', consignment = COALESCE(n.value ->> 1, c.consignment),
            updated_at = n.value ->> 2
        FROM json_each($1) AS n
        WHERE c.document_number = (
            SELECT newest.document_number
            FROM cards newest
            WHERE newest.order_line_id = unhex(n.value ->> 0)
            ORDER BY newest.produced_at DESC, newest.document_number DESC
            LIMIT 1)";
    execute_rows!(tx, (POSTGRES, SQLITE), [], shipped, |one| [
        one.0.0,
        one.1.as_deref(),
        one.2,
    ])?;
    Ok(())
}

/// Records that a card that never left the bureau was made again under its number, for the same
/// line. Returns whether there was one.
pub async fn make_again(
    tx: &mut Tx,
    document_number: &str,
    line: OrderLineId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE cards
        SET state = 'PRODUCED', produced_at = $3, updated_at = $3
        WHERE document_number = $1 AND order_line_id = $2 AND state = 'FAILED'";
    Ok(execute!(tx, SQL, document_number, line.0, at)? == 1)
}

/// Makes every other card of a line void, now that one was made in its place.
pub async fn void_others(
    tx: &mut Tx,
    line: OrderLineId,
    document_number: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE cards
        SET state = 'VOID', updated_at = $3
        WHERE order_line_id = $1 AND document_number <> $2
          AND state NOT IN ('FAILED', 'DESTROYED', 'VOID')";
    execute!(tx, SQL, line.0, document_number, at)?;
    Ok(())
}

/// Records what has become of the card in whose making or shipping a line is now: the newest one
/// of the line.
pub async fn set_state(
    tx: &mut Tx,
    line: OrderLineId,
    state: CardState,
    consignment: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE cards
        SET state = $2, consignment = COALESCE($3, consignment), updated_at = $4
        WHERE document_number = (
            SELECT document_number
            FROM cards
            WHERE order_line_id = $1
            ORDER BY produced_at DESC, document_number DESC
            LIMIT 1)";
    execute!(tx, SQL, line.0, state.as_str(), consignment, at)?;
    Ok(())
}

/// Counts cards by state.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    const SQL: &str = "SELECT state, COUNT(*) FROM cards GROUP BY state ORDER BY state";
    query!(fetch_all as (String, i64), tx, SQL)
}
