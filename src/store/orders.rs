//! Orders: which lines they have, where their signed bytes lie, how far they have come.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::application::Product;
use crate::domain::id::{OrderId, SealedId};
use crate::domain::order::OrderState;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// An order as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Its number, as people and documents say it.
    pub number: String,
    /// The id of the document; it is new for a new document and the same for the same bytes.
    pub message_id: Uuid,
    /// The code of the bureau.
    pub bureau: String,
    /// What its lines ask for.
    pub product: Product,
    /// Whether it is test data.
    pub test: bool,
    /// What has happened to it.
    pub state: OrderState,
    /// Why it was closed, in one of the batching rule's words.
    pub close_reason: String,
    /// How many lines it has.
    pub line_count: i64,
    /// The order that it replaces, after an operator's decision.
    pub replaces: Option<OrderId>,
    /// Where its signed bytes are sealed.
    pub sealed: Option<SealedId>,
    /// SHA-256 of the signed bytes.
    pub sha256: Option<Vec<u8>>,
    /// Size of the signed bytes.
    pub size_bytes: Option<i64>,
    /// When it was signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// When the bureau took the bytes last.
    pub sent_at: Option<DateTime<Utc>>,
    /// When its receipt came.
    pub receipt_at: Option<DateTime<Utc>>,
    /// How often the same bytes were sent again.
    pub resends: i64,
    /// Whether an operator took it out of all automatic sending.
    pub quarantined: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct OrderRow {
    id: Uuid,
    number: String,
    message_id: Uuid,
    bureau: String,
    product: String,
    test: bool,
    state: String,
    close_reason: String,
    line_count: i64,
    replaces_id: Option<Uuid>,
    sealed_id: Option<Uuid>,
    sha256: Option<Vec<u8>>,
    size_bytes: Option<i64>,
    signed_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    receipt_at: Option<DateTime<Utc>>,
    resends: i64,
    quarantined: bool,
    created_at: DateTime<Utc>,
    version: i64,
}

/// The columns of [`OrderRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, message_id, bureau, product, test, state, close_reason, line_count,
                    replaces_id, sealed_id, sha256, size_bytes, signed_at, sent_at, receipt_at,
                    resends, quarantined, created_at, version
             FROM orders ",
            $rest
        )
    };
}

impl TryFrom<OrderRow> for Order {
    type Error = StoreError;

    fn try_from(row: OrderRow) -> Result<Self, StoreError> {
        Ok(Self {
            product: read_code(Product::parse(&row.product), "orders", "product", &row.id)?,
            state: read_code(OrderState::parse(&row.state), "orders", "state", &row.id)?,
            id: OrderId(row.id),
            number: row.number,
            message_id: row.message_id,
            bureau: row.bureau,
            test: row.test,
            close_reason: row.close_reason,
            line_count: row.line_count,
            replaces: row.replaces_id.map(OrderId),
            sealed: row.sealed_id.map(SealedId),
            sha256: row.sha256,
            size_bytes: row.size_bytes,
            signed_at: row.signed_at,
            sent_at: row.sent_at,
            receipt_at: row.receipt_at,
            resends: row.resends,
            quarantined: row.quarantined,
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// Adds an order.
pub async fn insert(tx: &mut Tx, new: &Order) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO orders
            (id, number, message_id, bureau, product, test, state, close_reason, line_count,
             replaces_id, resends, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.message_id,
        new.bureau.as_str(),
        new.product.as_str(),
        new.test,
        new.state.as_str(),
        new.close_reason.as_str(),
        new.line_count,
        new.replaces.map(|id| id.0),
        new.resends,
        new.created_at,
        new.created_at,
        new.version,
    )?;
    Ok(())
}

fn one(row: Option<OrderRow>) -> Result<Option<Order>, StoreError> {
    row.map(Order::try_from).transpose()
}

fn many(rows: Vec<OrderRow>) -> Result<Vec<Order>, StoreError> {
    rows.into_iter().map(Order::try_from).collect()
}

/// Finds an order by its id.
pub async fn find(tx: &mut Tx, id: OrderId) -> Result<Option<Order>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    one(query!(fetch_optional as OrderRow, tx, SQL, id.0)?)
}

/// Finds an order by its id and locks it until the transaction ends, so that what is read of it and
/// of its lines afterwards stays true until the caller has acted on it.
pub async fn lock(tx: &mut Tx, id: OrderId) -> Result<Option<Order>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE id = $1 AND TRUE");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    one(query!(fetch_optional as OrderRow, tx, sql, id.0)?)
}

/// Finds an order by its number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Order>, StoreError> {
    const SQL: &str = select!("WHERE number = $1");
    one(query!(fetch_optional as OrderRow, tx, SQL, number)?)
}

/// Finds the closed order that has waited longest to be signed and may be sent.
pub async fn find_closed(tx: &mut Tx) -> Result<Option<Order>, StoreError> {
    const SQL: &str = select!("WHERE state = 'CLOSED' AND NOT quarantined ORDER BY id LIMIT 1");
    one(query!(fetch_optional as OrderRow, tx, SQL)?)
}

/// Lists orders in a state (or in any), after `after`, in the order of their opening.
pub async fn list(
    tx: &mut Tx,
    state: Option<OrderState>,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    const ALL: &str = select!("WHERE id > $1 ORDER BY id LIMIT $2");
    const STATE: &str = select!("WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    many(match state {
        None => query!(fetch_all as OrderRow, tx, ALL, after, limit)?,
        Some(state) => query!(
            fetch_all as OrderRow,
            tx,
            STATE,
            state.as_str(),
            after,
            limit
        )?,
    })
}

/// Lists orders in a state (or in any) that were opened before the order `before`, the latest first.
pub async fn list_latest(
    tx: &mut Tx,
    state: Option<OrderState>,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    const ALL: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
    const STATE: &str = select!("WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let before = before.map_or(Uuid::max(), |id| id.0);
    many(match state {
        None => query!(fetch_all as OrderRow, tx, ALL, before, limit)?,
        Some(state) => query!(
            fetch_all as OrderRow,
            tx,
            STATE,
            state.as_str(),
            before,
            limit
        )?,
    })
}

/// Lists orders that were sent before `before`, have no receipt and wait for nobody's decision, the
/// oldest first.
pub async fn list_silent(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'SENT' AND sent_at <= $1 AND NOT quarantined
           AND NOT EXISTS (SELECT 1 FROM holds WHERE subject_id = orders.id AND open)
         ORDER BY sent_at
         LIMIT $2"
    );
    many(query!(fetch_all as OrderRow, tx, SQL, before, limit)?)
}

/// Lists orders of which nobody knows whether the bureau has them: queued, tried last before
/// `before`, with no message that waits and nobody asked about them; the oldest first.
pub async fn list_in_doubt(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = 'QUEUED' AND NOT quarantined
           AND NOT EXISTS (SELECT 1 FROM holds WHERE subject_id = orders.id AND open)
           AND NOT EXISTS (SELECT 1 FROM outbox o JOIN lanes l ON l.lane = o.lane
                           WHERE o.subject_id = orders.id AND o.seq > l.acked_seq)
           AND NOT EXISTS (SELECT 1 FROM dead_letters d
                           WHERE d.subject_id = orders.id AND d.resolved_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM outbox o
                           JOIN delivery_attempts a ON a.message_id = o.message_id
                           WHERE o.subject_id = orders.id AND a.ended_at > $1)
         ORDER BY id
         LIMIT $2"
    );
    many(query!(fetch_all as OrderRow, tx, SQL, before, limit)?)
}

/// Finds the order whose signed bytes have this digest.
pub async fn find_by_digest(tx: &mut Tx, sha256: &[u8]) -> Result<Option<Order>, StoreError> {
    const SQL: &str = select!("WHERE sha256 = $1 ORDER BY id LIMIT 1");
    one(query!(fetch_optional as OrderRow, tx, SQL, sha256)?)
}

/// What is known of a signed document.
#[derive(Clone, Copy, Debug)]
pub struct SignedBytes<'a> {
    /// Where they are sealed.
    pub sealed: SealedId,
    /// Their SHA-256.
    pub sha256: &'a [u8],
    /// How many there are.
    pub size_bytes: i64,
    /// When they were signed.
    pub signed_at: DateTime<Utc>,
}

/// Records the signed bytes of an order that has none; they never change again.
pub async fn set_signed(
    tx: &mut Tx,
    id: OrderId,
    signed: SignedBytes<'_>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE orders
        SET sealed_id = $2, sha256 = $3, size_bytes = $4, signed_at = $5
        WHERE id = $1 AND sealed_id IS NULL";
    let changed = execute!(
        tx,
        SQL,
        id.0,
        signed.sealed.0,
        signed.sha256,
        signed.size_bytes,
        signed.signed_at,
    )?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Moved { what: "order" })
    }
}

/// Records when the bureau took the bytes.
pub async fn set_sent(tx: &mut Tx, id: OrderId, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE orders SET sent_at = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Records when the first receipt came.
pub async fn set_receipt(tx: &mut Tx, id: OrderId, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE orders SET receipt_at = $2 WHERE id = $1 AND receipt_at IS NULL";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Counts one more sending of the same bytes.
pub async fn count_resend(tx: &mut Tx, id: OrderId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE orders SET resends = resends + 1 WHERE id = $1";
    execute!(tx, SQL, id.0)?;
    Ok(())
}

/// Takes an order out of all automatic sending, or back into it.
pub async fn set_quarantined(tx: &mut Tx, id: OrderId, to: bool) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE orders SET quarantined = $2, version = version + 1 WHERE id = $1";
    execute!(tx, SQL, id.0, to)?;
    Ok(())
}

/// Counts the lines of a product in orders that were opened at or after `since` and not given up.
pub async fn count_lines_since(
    tx: &mut Tx,
    bureau: &str,
    product: Product,
    since: DateTime<Utc>,
) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT CAST(COALESCE(SUM(line_count), 0) AS BIGINT)
        FROM orders
        WHERE bureau = $1 AND product = $2 AND created_at >= $3 AND state <> 'CANCELLED'";
    let (lines,) = query!(
        fetch_one as (i64,),
        tx,
        SQL,
        bureau,
        product.as_str(),
        since
    )?;
    Ok(lines)
}

/// Counts orders by state.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(OrderState, i64)>, StoreError> {
    const SQL: &str = "SELECT state, COUNT(*) FROM orders GROUP BY state ORDER BY state";
    query!(fetch_all as (String, i64), tx, SQL)?
        .into_iter()
        .map(|(state, count)| {
            Ok((
                read_code(OrderState::parse(&state), "orders", "state", &state)?,
                count,
            ))
        })
        .collect()
}
