//! The beginning of the log, which is cut off when its time is over. A lane's `floor_seq` is raised
//! in the transaction that removes rows, so that whoever reads from before it is told.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::order::OrderState;
use crate::store::tx::{execute, execute_rows, query, query_rows};
use crate::store::{StoreError, Tx};

/// States in which the bureau has not told the end of every line: what was sent, and whether it
/// arrived, is still asked for.
pub const UNANSWERED: &[OrderState] = &[
    OrderState::Open,
    OrderState::Closed,
    OrderState::Signed,
    OrderState::Queued,
    OrderState::Sent,
    OrderState::ReceiptOk,
    OrderState::ReceiptRejected,
    OrderState::PartlyAnswered,
];

/// Finds a lane with a message from before `before` that is still to be pushed.
pub async fn find_undelivered(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        SELECT l.lane
        FROM lanes l
        WHERE l.pushed AND l.acked_seq < l.last_seq
          AND EXISTS (SELECT 1 FROM outbox o
                      WHERE o.lane = l.lane AND o.seq = l.acked_seq + 1 AND o.created_at < $1)
        ORDER BY l.lane
        LIMIT 1";
    let row = query!(fetch_optional as (String,), tx, SQL, before)?;
    Ok(row.map(|(lane,)| lane))
}

/// Finds the lane of a dead letter from before `before` that waits for a decision.
pub async fn find_old_dead(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        SELECT lane
        FROM dead_letters
        WHERE resolved_at IS NULL AND created_at < $1
        ORDER BY created_at
        LIMIT 1";
    let row = query!(fetch_optional as (String,), tx, SQL, before)?;
    Ok(row.map(|(lane,)| lane))
}

/// Finds the number of an order from before `before` that the bureau has not answered in full.
pub async fn find_unanswered_order(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    const POSTGRES: &str = "
        SELECT number
        FROM orders
        WHERE created_at < $1 AND state = ANY($2)
        LIMIT 1";
    const SQLITE: &str = "
        SELECT number
        FROM orders
        WHERE created_at < $1 AND state IN (SELECT value FROM json_each($2))
        LIMIT 1";
    let states: Vec<&str> = UNANSWERED.iter().map(|state| state.as_str()).collect();
    let rows = query_rows!(as (String,), tx, (POSTGRES, SQLITE), [before], &states)?;
    Ok(rows.into_iter().next().map(|(number,)| number))
}

/// A lane and its last place in what is to be removed.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct LastPlace {
    /// The lane.
    pub lane: String,
    /// The place.
    pub seq: i64,
}

/// Lists the last place of every lane in a span of time, by lane.
pub async fn list_last_places(
    tx: &mut Tx,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<LastPlace>, StoreError> {
    const SQL: &str = "
        SELECT lane, MAX(seq) AS seq
        FROM outbox
        WHERE created_at >= $1 AND created_at < $2
        GROUP BY lane
        ORDER BY lane";
    query!(fetch_all as LastPlace, tx, SQL, from, to)
}

/// Whether a message from before `before` lies in the table for what falls into no month.
pub async fn is_in_default(tx: &mut Tx, before: DateTime<Utc>) -> Result<bool, StoreError> {
    const POSTGRES: &str = "
        SELECT EXISTS (SELECT 1 FROM outbox_default WHERE created_at < $1)";
    let (found,) = query!(fetch_one as (bool,), tx, POSTGRES, before)?;
    Ok(found)
}

/// Raises the beginning of lanes to behind these places. Their rows are locked in the order of their
/// names, as whoever writes to several lanes does.
pub async fn raise_floors(tx: &mut Tx, places: &[LastPlace]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        UPDATE lanes
        SET floor_seq = n.seq
        FROM (SELECT l.lane, n.seq
              FROM UNNEST($1::text[], $2::bigint[]) AS n (lane, seq)
              JOIN lanes l ON l.lane = n.lane
              ORDER BY l.lane
              FOR UPDATE OF l) AS n
        WHERE lanes.lane = n.lane AND lanes.floor_seq < n.seq";
    const SQLITE: &str = "
        UPDATE lanes
        SET floor_seq = n.seq
        FROM (SELECT value ->> 0 AS lane, value ->> 1 AS seq FROM json_each($1)) AS n
        WHERE lanes.lane = n.lane AND lanes.floor_seq < n.seq";
    execute_rows!(tx, (POSTGRES, SQLITE), [], places, |place| [
        place.lane.as_str(),
        place.seq,
    ])?;
    Ok(())
}

/// Finds a lane that begins behind what is still to be pushed: it must not.
pub async fn find_overcut(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    const SQL: &str = "
        SELECT lane FROM lanes WHERE pushed AND acked_seq < floor_seq ORDER BY lane LIMIT 1";
    let row = query!(fetch_optional as (String,), tx, SQL)?;
    Ok(row.map(|(lane,)| lane))
}

/// Lists lanes after `after` whose first message is from before `before`: of those that lie in no
/// month on `PostgreSQL`, of all on SQLite.
pub async fn list_cuttable(
    tx: &mut Tx,
    before: DateTime<Utc>,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    const POSTGRES: &str = "
        SELECT l.lane
        FROM lanes l
        WHERE l.lane > $2 AND l.floor_seq < l.last_seq
          AND EXISTS (SELECT 1 FROM outbox_default o
                      WHERE o.lane = l.lane AND o.seq = l.floor_seq + 1 AND o.created_at < $1)
        ORDER BY l.lane
        LIMIT $3";
    const SQLITE: &str = "
        SELECT l.lane
        FROM lanes l
        WHERE l.lane > $2 AND l.floor_seq < l.last_seq
          AND EXISTS (SELECT 1 FROM outbox o
                      WHERE o.lane = l.lane AND o.seq = l.floor_seq + 1 AND o.created_at < $1)
        ORDER BY l.lane
        LIMIT $3";
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    let rows = query!(fetch_all as (String,), tx, sql, before, after, limit)?;
    Ok(rows.into_iter().map(|(lane,)| lane).collect())
}

/// One of a lane's first messages.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct OldMessage {
    /// Its place.
    pub seq: i64,
    /// What it is about.
    pub subject_id: Uuid,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// Whether it is a dead letter that waits for a decision.
    pub is_dead: bool,
    /// The state of the order that it carries, if it carries one.
    pub order_state: Option<String>,
}

impl OldMessage {
    /// Whether somebody still has to do with it.
    pub fn is_needed(&self) -> bool {
        let state = self.order_state.as_deref().map(OrderState::parse);
        self.is_dead
            || state.is_some_and(|state| state.is_ok_and(|state| UNANSWERED.contains(&state)))
    }
}

/// Lists the first messages of a lane, in order.
pub async fn list_first(
    tx: &mut Tx,
    lane: &str,
    floor_seq: i64,
    limit: i64,
) -> Result<Vec<OldMessage>, StoreError> {
    const SQL: &str = "
        SELECT o.seq, o.subject_id, o.created_at,
               EXISTS (SELECT 1 FROM dead_letters d
                       WHERE d.message_id = o.message_id AND d.resolved_at IS NULL) AS is_dead,
               (SELECT state FROM orders r WHERE r.id = o.subject_id) AS order_state
        FROM outbox o
        WHERE o.lane = $1 AND o.seq > $2
        ORDER BY o.seq
        LIMIT $3";
    query!(fetch_all as OldMessage, tx, SQL, lane, floor_seq, limit)
}

/// Cuts a lane off behind the place `seq`, with the tries at what is removed; not if something of it
/// is still to be pushed. Returns how many messages were removed.
pub async fn cut(tx: &mut Tx, lane: &str, seq: i64) -> Result<u64, StoreError> {
    const RAISE: &str = "
        UPDATE lanes
        SET floor_seq = $2
        WHERE lane = $1 AND floor_seq < $2 AND (NOT pushed OR acked_seq >= $2)";
    const ATTEMPTS: &str = "
        DELETE FROM delivery_attempts
        WHERE message_id IN (SELECT message_id FROM outbox WHERE lane = $1 AND seq <= $2)";
    const RUNS: &str = "DELETE FROM deliveries WHERE lane = $1 AND last_seq <= $2";
    const MESSAGES: &str = "DELETE FROM outbox WHERE lane = $1 AND seq <= $2";
    if execute!(tx, RAISE, lane, seq)? == 0 {
        return Ok(0);
    }
    execute!(tx, ATTEMPTS, lane, seq)?;
    execute!(tx, RUNS, lane, seq)?;
    execute!(tx, MESSAGES, lane, seq)
}

/// Forgets dead letters that were decided about before `before`. Returns how many, at most `limit`.
pub async fn forget_dead(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        DELETE FROM dead_letters
        WHERE message_id IN (
            SELECT message_id FROM dead_letters WHERE resolved_at < $1 LIMIT $2)";
    execute!(tx, SQL, before, limit)
}
