//! Failed orders by their cause, and the decisions that settle all orders of one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::cause::Cause;
use crate::domain::id::{CauseDecisionId, HoldId, OrderId};
use crate::domain::order::OrderState;
use crate::domain::order_action::OrderAction;
use crate::store::holds::{Hold, Shown};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// How much waits for one cause.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CauseCount {
    /// The cause.
    pub cause: Cause,
    /// Orders that wait themselves.
    pub orders: i64,
    /// Lines that wait.
    pub lines: i64,
    /// Since when the oldest waits.
    pub oldest: DateTime<Utc>,
}

/// Counts the orders and lines with open holds by cause, in the order of the causes: all of them, or
/// those that wait, or rest.
pub async fn list(tx: &mut Tx, shown: Option<Shown>) -> Result<Vec<CauseCount>, StoreError> {
    const SQL: &str = "
        SELECT cause,
               COUNT(DISTINCT CASE WHEN subject_kind = 'ORDER' THEN subject_id END),
               COUNT(DISTINCT CASE WHEN subject_kind = 'ORDER_LINE' THEN subject_id END),
               MIN(opened_at)
        FROM holds
        WHERE open AND cause IS NOT NULL
          AND ($3 OR (wakes_on IS NOT NULL AND wakes_on > $1) = $2)
        GROUP BY cause";
    type Row = (String, i64, i64, DateTime<Utc>);
    let today = shown.map(|shown| shown.today);
    let resting = shown.is_some_and(|shown| shown.resting);
    let rows = query!(fetch_all as Row, tx, SQL, today, resting, shown.is_none())?;
    let mut counts = rows
        .into_iter()
        .map(|(cause, orders, lines, oldest)| {
            Ok(CauseCount {
                cause: read_code(Cause::parse(&cause), "holds", "cause", &cause)?,
                orders,
                lines,
                oldest,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    counts.sort_by_key(|count| count.cause);
    Ok(counts)
}

/// Lists the orders that wait for a cause, themselves or with one of their lines, after `after`.
pub async fn list_orders(
    tx: &mut Tx,
    cause: Cause,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<OrderId>, StoreError> {
    const SQL: &str = "
        SELECT order_id
        FROM (
            SELECT subject_id AS order_id
            FROM holds
            WHERE open AND cause IS NOT NULL AND cause = $1 AND subject_kind = 'ORDER'
              AND subject_id > $2
            UNION
            SELECT l.order_id
            FROM holds h
            JOIN order_lines l ON l.id = h.subject_id
            WHERE h.open AND h.cause IS NOT NULL AND h.cause = $1 AND h.subject_kind = 'ORDER_LINE'
              AND l.order_id > $2) AS failed
        ORDER BY order_id
        LIMIT $3";
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = query!(fetch_all as (Uuid,), tx, SQL, cause.as_str(), after, limit)?;
    Ok(rows.into_iter().map(|(id,)| OrderId(id)).collect())
}

/// An order or a line of one that waits for a cause.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Its hold: the first, where it has several of the cause.
    pub hold: Hold,
    /// The order's number.
    pub order: String,
    /// The order's state.
    pub state: OrderState,
    /// Whether the order is taken out of all automatic sending.
    pub quarantined: bool,
    /// The place of the line and the number of its application, where a line waits.
    pub line: Option<(i64, String)>,
}

#[derive(sqlx::FromRow)]
struct FailedRow {
    #[sqlx(flatten)]
    hold: Hold,
    number: String,
    state: String,
    quarantined: bool,
    line_no: Option<i64>,
}

/// Lists the orders and lines that wait, or rest, for a cause, each once, after the hold `after`; the
/// oldest first. [`list`] counts the same.
pub async fn list_failed(
    tx: &mut Tx,
    (cause, shown): (Cause, Shown),
    after: Option<HoldId>,
    limit: i64,
) -> Result<Vec<Failed>, StoreError> {
    const SQL: &str = "
        SELECT h.id, h.subject_kind, h.subject_id, h.subject_number, h.code, h.detail, h.cause,
               h.opened_at, h.closed_at, h.closed_by, h.decision, h.decision_reason, h.claimed_by, h.claimed_at,
               h.wakes_on, h.snoozed_by, h.snooze_reason, h.remark, h.remarked_by, h.remarked_at,
               o.number, o.state, o.quarantined, l.line_no
        FROM holds h
        LEFT JOIN order_lines l ON h.subject_kind = 'ORDER_LINE' AND l.id = h.subject_id
        JOIN orders o ON o.id = COALESCE(l.order_id, h.subject_id)
        WHERE h.open AND h.cause IS NOT NULL AND h.cause = $1 AND h.id > $2
          AND (h.wakes_on IS NOT NULL AND h.wakes_on > $3) = $4
          AND NOT EXISTS (SELECT 1 FROM holds e
                          WHERE e.open AND e.cause IS NOT NULL AND e.cause = h.cause
                            AND e.subject_kind = h.subject_kind AND e.subject_id = h.subject_id
                            AND (e.wakes_on IS NOT NULL AND e.wakes_on > $3) = $4
                            AND e.id < h.id)
        ORDER BY h.id
        LIMIT $5";
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = query!(
        fetch_all as FailedRow,
        tx,
        SQL,
        cause.as_str(),
        after,
        shown.today,
        shown.resting,
        limit
    )?;
    rows.into_iter()
        .map(|row| {
            let state = OrderState::parse(&row.state);
            Ok(Failed {
                state: read_code(state, "orders", "state", &row.number)?,
                order: row.number,
                quarantined: row.quarantined,
                line: row.line_no.map(|no| (no, row.hold.subject_number.clone())),
                hold: row.hold,
            })
        })
        .collect()
}

/// The details of the open holds of an order and its lines: of one cause, or of all.
pub async fn list_details(
    tx: &mut Tx,
    order: OrderId,
    cause: Option<Cause>,
) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT detail
        FROM (
            SELECT id, detail, cause
            FROM holds
            WHERE open AND subject_id = $1
            UNION ALL
            SELECT h.id, h.detail, h.cause
            FROM order_lines l
            JOIN holds h ON h.subject_id = l.id
            WHERE l.order_id = $1 AND h.open) AS told
        WHERE cause = $2 OR $2 = ''
        ORDER BY id";
    let cause = cause.map_or("", Cause::as_str);
    let rows = query!(fetch_all as (String,), tx, SQL, order.0, cause)?;
    Ok(rows.into_iter().map(|(detail,)| detail).collect())
}

/// The places of an order's lines that wait for an operator themselves.
pub async fn list_held_lines(tx: &mut Tx, order: OrderId) -> Result<Vec<i64>, StoreError> {
    const SQL: &str = "
        SELECT DISTINCT l.line_no
        FROM order_lines l
        JOIN holds h ON h.subject_id = l.id
        WHERE l.order_id = $1 AND h.open
        ORDER BY l.line_no";
    let rows = query!(fetch_all as (i64,), tx, SQL, order.0)?;
    Ok(rows.into_iter().map(|(line_no,)| line_no).collect())
}

coded! {
    /// What became of an order under a decision about its cause.
    pub enum Outcome as "outcome of a decision" {
        /// It was done.
        Done = "DONE",
        /// The order's state does not allow it; nothing was changed.
        Refused = "REFUSED",
        /// It did not wait for the cause any more; nothing was changed.
        Skipped = "SKIPPED",
        /// It failed for a reason of ours; nothing was changed.
        Failed = "FAILED",
    }
}

/// One decision about orders of a cause.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CauseDecision {
    /// Its id.
    pub id: CauseDecisionId,
    /// The cause.
    pub cause: Cause,
    /// What is done with each order.
    pub action: OrderAction,
    /// How many orders it is about.
    pub orders: i64,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// An order under a decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DecidedOrder {
    /// Its place in the decision, from 1.
    pub place: i64,
    /// The order.
    pub order: OrderId,
    /// Its number.
    pub number: String,
    /// The lines that were named, as `3,17`.
    pub lines: String,
    /// What became of it; `None` while it waits for its turn.
    pub outcome: Option<Outcome>,
    /// Why, or what was done.
    pub detail: Option<String>,
    /// The order that stands in its place.
    pub replacement: Option<String>,
}

/// Adds a decision and its orders, each with the lines that were named.
pub async fn insert(
    tx: &mut Tx,
    decision: &CauseDecision,
    orders: &[(OrderId, String)],
) -> Result<(), StoreError> {
    const DECISION: &str = "
        INSERT INTO cause_decisions (id, cause, action, orders, actor, reason, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    const ORDER: &str = "
        INSERT INTO cause_decision_orders (decision_id, place, order_id, lines)
        VALUES ($1, $2, $3, $4)";
    execute!(
        tx,
        DECISION,
        decision.id.0,
        decision.cause.as_str(),
        decision.action.as_str(),
        decision.orders,
        decision.actor.as_str(),
        decision.reason.as_str(),
        decision.decided_at,
    )?;
    for ((order, lines), place) in orders.iter().zip(1_i64..) {
        execute!(tx, ORDER, decision.id.0, place, order.0, lines.as_str())?;
    }
    Ok(())
}

/// Finds a decision.
pub async fn find(tx: &mut Tx, id: CauseDecisionId) -> Result<Option<CauseDecision>, StoreError> {
    const SQL: &str = "
        SELECT cause, action, orders, actor, reason, decided_at
        FROM cause_decisions
        WHERE id = $1";
    type Row = (String, String, i64, String, String, DateTime<Utc>);
    let row = query!(fetch_optional as Row, tx, SQL, id.0)?;
    row.map(|(cause, action, orders, actor, reason, decided_at)| {
        const TABLE: &str = "cause_decisions";
        Ok(CauseDecision {
            cause: read_code(Cause::parse(&cause), TABLE, "cause", &id)?,
            action: read_code(OrderAction::parse(&action), TABLE, "action", &id)?,
            id,
            orders,
            actor,
            reason,
            decided_at,
        })
    })
    .transpose()
}

#[derive(sqlx::FromRow)]
struct DecidedRow {
    place: i64,
    order_id: Uuid,
    number: String,
    lines: String,
    outcome: Option<String>,
    detail: Option<String>,
    replacement: Option<String>,
}

/// Lists the orders of a decision after the place `after`.
pub async fn list_decided(
    tx: &mut Tx,
    id: CauseDecisionId,
    after: i64,
    limit: i64,
) -> Result<Vec<DecidedOrder>, StoreError> {
    const SQL: &str = "
        SELECT d.place, d.order_id, o.number, d.lines, d.outcome, d.detail, d.replacement
        FROM cause_decision_orders d
        JOIN orders o ON o.id = d.order_id
        WHERE d.decision_id = $1 AND d.place > $2
        ORDER BY d.place
        LIMIT $3";
    let rows = query!(fetch_all as DecidedRow, tx, SQL, id.0, after, limit)?;
    rows.into_iter()
        .map(|row| {
            let parse = |text: String| {
                let table = "cause_decision_orders";
                read_code(Outcome::parse(&text), table, "outcome", &row.order_id)
            };
            Ok(DecidedOrder {
                outcome: row.outcome.map(parse).transpose()?,
                place: row.place,
                order: OrderId(row.order_id),
                number: row.number,
                lines: row.lines,
                detail: row.detail,
                replacement: row.replacement,
            })
        })
        .collect()
}

/// An order whose turn has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Turn {
    /// The decision.
    pub decision: CauseDecisionId,
    /// Its place there.
    pub place: i64,
    /// The order.
    pub order: OrderId,
    /// The lines that were named, as `3,17`.
    pub lines: String,
}

/// Takes the next order that waits under a decision (or under any), and locks its row until the
/// transaction ends; another replica takes the one after it.
pub async fn take_turn(
    tx: &mut Tx,
    decision: Option<CauseDecisionId>,
) -> Result<Option<Turn>, StoreError> {
    const POSTGRES: &str = "
        SELECT decision_id, place, order_id, lines
        FROM cause_decision_orders
        WHERE outcome IS NULL AND (decision_id = $1 OR $2)
        ORDER BY decision_id, place
        LIMIT 1
        FOR UPDATE SKIP LOCKED";
    const SQLITE: &str = "
        SELECT decision_id, place, order_id, lines
        FROM cause_decision_orders
        WHERE outcome IS NULL AND (decision_id = $1 OR $2)
        ORDER BY decision_id, place
        LIMIT 1";
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    let id = decision.map_or(Uuid::nil(), |id| id.0);
    let any = decision.is_none();
    let row = query!(
        fetch_optional as (Uuid, i64, Uuid, String),
        tx,
        sql,
        id,
        any
    )?;
    Ok(row.map(|(decision, place, order, lines)| Turn {
        decision: CauseDecisionId(decision),
        place,
        order: OrderId(order),
        lines,
    }))
}

/// What became of an order whose turn it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// What became of it.
    pub outcome: Outcome,
    /// Why, or what was done.
    pub detail: String,
    /// The order that stands in its place.
    pub replacement: Option<String>,
}

/// Writes down what became of an order. Returns whether nobody had done so before.
pub async fn end_turn(
    tx: &mut Tx,
    turn: &Turn,
    ended: &Ended,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE cause_decision_orders
        SET outcome = $3, detail = $4, replacement = $5, ended_at = $6
        WHERE decision_id = $1 AND place = $2 AND outcome IS NULL";
    let changed = execute!(
        tx,
        SQL,
        turn.decision.0,
        turn.place,
        ended.outcome.as_str(),
        ended.detail.as_str(),
        ended.replacement.as_deref(),
        at,
    )?;
    Ok(changed == 1)
}
