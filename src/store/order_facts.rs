//! What has to be known of an order and its lines before something is decided about it.

use crate::domain::acknowledgement::LineState;
use crate::domain::application::ApplicationState;
use crate::domain::fee::FeeState;
use crate::domain::id::OrderId;
use crate::domain::order_action::{LineFacts, OrderFacts};
use crate::store::orders::Order;
use crate::store::tx::query;
use crate::store::{StoreError, Tx, outbox, read_code};

#[derive(sqlx::FromRow)]
struct LineRow {
    line_no: i64,
    state: String,
    application: String,
    fee_state: String,
    has_words: bool,
    is_set_aside: bool,
}

/// Reads what is known of an order, as of the transaction's snapshot or lock.
pub async fn read(tx: &mut Tx, order: &Order) -> Result<OrderFacts, StoreError> {
    Ok(OrderFacts {
        state: order.state,
        is_signed: order.sealed.is_some(),
        is_dead: outbox::count_dead(tx, order.id.0).await? > 0,
        is_quarantined: order.quarantined,
        may_have_arrived: outbox::may_have_arrived(tx, order.id.0).await?,
        is_contradicted: is_contradicted(tx, order.id).await?,
        lines: lines(tx, order.id).await?,
    })
}

async fn is_contradicted(tx: &mut Tx, order: OrderId) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM holds WHERE subject_id = $1 AND open AND cause = 'CONFLICT'";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, order.0)?;
    Ok(count > 0)
}

async fn lines(tx: &mut Tx, order: OrderId) -> Result<Vec<LineFacts>, StoreError> {
    // 810 is what an operator set aside; a later line of the application makes it another matter.
    const SQL: &str = "
        SELECT l.line_no, l.state, a.state AS application, a.fee_state,
               EXISTS (SELECT 1 FROM acknowledgements w WHERE w.order_line_id = l.id) AS has_words,
               (l.attempt = a.order_attempts
                AND EXISTS (SELECT 1 FROM holds h
                            WHERE h.subject_id = a.id AND h.open AND h.code = 810)) AS is_set_aside
        FROM order_lines l
        JOIN applications a ON a.id = l.application_id
        WHERE l.order_id = $1
        ORDER BY l.line_no";
    let rows = query!(fetch_all as LineRow, tx, SQL, order.0)?;
    rows.into_iter()
        .map(|row| {
            let fee = FeeState::parse(&row.fee_state);
            Ok(LineFacts {
                line_no: row.line_no,
                state: read_code(
                    LineState::parse(&row.state),
                    "order_lines",
                    "state",
                    &order.0,
                )?,
                application: read_code(
                    ApplicationState::parse(&row.application),
                    "applications",
                    "state",
                    &order.0,
                )?,
                has_words: row.has_words,
                is_set_aside: row.is_set_aside,
                is_settled: read_code(fee, "applications", "fee_state", &order.0)?.is_settled(),
            })
        })
        .collect()
}
