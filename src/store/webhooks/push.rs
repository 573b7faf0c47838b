//! Lanes of offices that are pushed: leased several at once, given back with what was learnt, and the
//! record of how it went.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::outbox::Lane;
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{StoreError, Tx};

/// Leases the due lanes of offices that have waited longest, at most `limit`. A breaker that has rested is
/// on trial from then on.
pub async fn claim(
    tx: &mut Tx,
    owner: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Lane>, StoreError> {
    // An array is made once; a list of a sub-query might be made again for every row.
    const POSTGRES: &str = "
        UPDATE lanes
        SET lease_owner = $1, lease_until = $2, lease_epoch = lease_epoch + 1,
            breaker = CASE breaker WHEN 'OPEN' THEN 'HALF_OPEN' ELSE breaker END
        WHERE lane = ANY (ARRAY(
            SELECT lane
            FROM lanes
            WHERE kind = 'OFFICE' AND pushed AND next_attempt_at <= $3 AND NOT paused
              AND (lease_until IS NULL OR lease_until <= $3)
            ORDER BY next_attempt_at
            LIMIT $4
            FOR UPDATE SKIP LOCKED))
        RETURNING lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
                  pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch";
    const SQLITE: &str = "
        UPDATE lanes
        SET lease_owner = $1, lease_until = $2, lease_epoch = lease_epoch + 1,
            breaker = CASE breaker WHEN 'OPEN' THEN 'HALF_OPEN' ELSE breaker END
        WHERE lane IN (
            SELECT lane
            FROM lanes
            WHERE kind = 'OFFICE' AND pushed AND next_attempt_at <= $3 AND NOT paused
              AND (lease_until IS NULL OR lease_until <= $3)
            ORDER BY next_attempt_at
            LIMIT $4)
        RETURNING lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
                  pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch";
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    query!(fetch_all as Lane, tx, sql, owner, until, now, limit)
}

/// What a lease's holder learnt about its lane.
#[derive(Clone, Copy, Debug)]
pub struct Learnt {
    /// The last place that needs no delivery any more.
    pub acked_seq: i64,
    /// The last place that the receiver took.
    pub delivered_seq: i64,
    /// Tries at the event after `acked_seq`.
    pub attempts: i64,
    /// The breaker's state.
    pub breaker: &'static str,
    /// When something may be sent again.
    pub due_at: DateTime<Utc>,
    /// Whether the lane stays due at that time although nothing waits, so that what comes meanwhile waits
    /// as well.
    pub rests: bool,
}

/// Gives a lane back with what was learnt. Returns whether the lease still held; if not, nothing was changed
/// and everything that was learnt must be dropped.
pub async fn release(tx: &mut Tx, lane: &Lane, learnt: &Learnt) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE lanes
        SET acked_seq = $3, delivered_seq = $4, attempts = $5, breaker = $6, lease_owner = NULL,
            lease_until = NULL,
            next_attempt_at = CASE WHEN pushed AND (last_seq > $3 OR $7) THEN $8 END
        WHERE lane = $1 AND lease_epoch = $2 AND lease_owner IS NOT NULL";
    let changed = execute!(
        tx,
        SQL,
        lane.lane.as_str(),
        lane.lease_epoch,
        learnt.acked_seq,
        learnt.delivered_seq,
        learnt.attempts,
        learnt.breaker,
        learnt.rests,
        learnt.due_at,
    )?;
    Ok(changed == 1)
}

/// Has a lane pushed from `now` on, beginning after `cursor`. Whoever holds it has lost it.
pub async fn start(
    tx: &mut Tx,
    lane: &str,
    cursor: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE lanes
        SET pushed = TRUE, acked_seq = $2, delivered_seq = $2, attempts = 0, breaker = 'CLOSED',
            next_attempt_at = CASE WHEN last_seq > $2 THEN $3 END, lease_owner = NULL,
            lease_until = NULL, lease_epoch = lease_epoch + 1
        WHERE lane = $1";
    execute!(tx, SQL, lane, cursor, now)?;
    Ok(())
}

/// Has a lane pushed from `now` on where it stopped. Whoever holds it has lost it.
pub async fn resume(tx: &mut Tx, lane: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE lanes
        SET pushed = TRUE, attempts = 0, breaker = 'CLOSED',
            next_attempt_at = CASE WHEN last_seq > acked_seq THEN $2 END, lease_owner = NULL,
            lease_until = NULL, lease_epoch = lease_epoch + 1
        WHERE lane = $1";
    execute!(tx, SQL, lane, now)?;
    Ok(())
}

/// Has a lane pushed no more. Whoever holds it may still say what it has delivered.
pub async fn stop(tx: &mut Tx, lane: &str) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE lanes SET pushed = FALSE, next_attempt_at = NULL WHERE lane = $1";
    execute!(tx, SQL, lane)?;
    Ok(())
}

/// The last place of a lane whose event was decided before `since`; 0 where none was.
///
/// Places are in the order of commits, and decisions nearly so: the search halves the lane.
pub async fn place_before(
    tx: &mut Tx,
    lane: &Lane,
    since: DateTime<Utc>,
) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT created_at FROM outbox WHERE lane = $1 AND seq = $2";
    let (mut before, mut after) = (lane.floor_seq, lane.last_seq + 1);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let name = lane.lane.as_str();
        let found = query!(fetch_optional as (DateTime<Utc>,), tx, SQL, name, middle)?;
        match found {
            Some((decided_at,)) if decided_at >= since => after = middle,
            _ => before = middle,
        }
    }
    Ok(before)
}

/// Tries at successive events that ended alike.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Run {
    /// Its id, by which runs are in order of time.
    pub id: Uuid,
    /// The first event.
    pub first_seq: i64,
    /// The last event.
    pub last_seq: i64,
    /// The number of the try at each of them, from 1.
    pub attempt: i64,
    /// How they ended, in one of the delivery rule's words.
    pub outcome: String,
    /// The HTTP status, where there was one.
    pub status: Option<i64>,
    /// What was said, without personal data.
    pub detail: Option<String>,
    /// When the first began.
    pub started_at: DateTime<Utc>,
    /// When the last ended.
    pub ended_at: DateTime<Utc>,
}

/// Keeps the record of tries.
pub async fn insert_runs(tx: &mut Tx, lane: &str, runs: &[Run]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO deliveries
            (lane, id, first_seq, last_seq, attempt, outcome, status, detail, started_at, ended_at)
        SELECT $1, n.*
        FROM UNNEST($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
                    $7::bigint[], $8::text[], $9::timestamptz[], $10::timestamptz[]) AS n";
    const SQLITE: &str = "
        INSERT INTO deliveries
            (lane, id, first_seq, last_seq, attempt, outcome, status, detail, started_at, ended_at)
        SELECT $1, unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4,
               value ->> 5, value ->> 6, value ->> 7, value ->> 8
        FROM json_each($2)";
    if runs.is_empty() {
        return Ok(());
    }
    execute_rows!(tx, (POSTGRES, SQLITE), [lane], runs, |run| [
        run.id,
        run.first_seq,
        run.last_seq,
        run.attempt,
        run.outcome.as_str(),
        run.status,
        run.detail.as_deref(),
        run.started_at,
        run.ended_at,
    ])?;
    Ok(())
}

/// Lists the runs of a lane that are older than `before` (or all), the newest first.
pub async fn list_runs(
    tx: &mut Tx,
    lane: &str,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Run>, StoreError> {
    const SQL: &str = "
        SELECT id, first_seq, last_seq, attempt, outcome, status, detail, started_at, ended_at
        FROM deliveries
        WHERE lane = $1 AND id < $2
        ORDER BY id DESC
        LIMIT $3";
    let before = before.unwrap_or(Uuid::max());
    query!(fetch_all as Run, tx, SQL, lane, before, limit)
}
