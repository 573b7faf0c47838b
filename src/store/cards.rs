//! Cards: what the bureau says it has made, by document number.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::{ApplicationId, OrderLineId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

coded! {
    /// What has become of a card.
    pub enum CardState as "card state" {
        /// It exists.
        Produced = "PRODUCED",
        /// It was found wanting.
        Failed = "FAILED",
        /// It is on its way.
        Shipped = "SHIPPED",
        /// The office holds it.
        AtOffice = "AT_OFFICE",
        /// The applicant holds it.
        HandedOver = "HANDED_OVER",
        /// It is lost.
        Lost = "LOST",
        /// It was destroyed.
        Destroyed = "DESTROYED",
    }
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

/// Returns whose card bears a number.
pub async fn find_line(
    tx: &mut Tx,
    document_number: &str,
) -> Result<Option<OrderLineId>, StoreError> {
    const SQL: &str = "SELECT order_line_id FROM cards WHERE document_number = $1";
    let row = query!(fetch_optional as (Uuid,), tx, SQL, document_number)?;
    Ok(row.map(|(id,)| OrderLineId(id)))
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
