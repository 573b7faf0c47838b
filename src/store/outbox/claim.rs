//! Leases of lanes.

use chrono::{DateTime, Utc};

use crate::store::outbox::{Lane, LaneKind};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Leases the due lane of `kind` that has waited longest, or none.
pub async fn claim_lane(
    tx: &mut Tx,
    kind: LaneKind,
    owner: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Lane>, StoreError> {
    // SKIP LOCKED lets replicas pass one another; SQLite has one writer and no such words.
    const POSTGRES: &str = "
        UPDATE lanes
        SET lease_owner = $1, lease_until = $2, lease_epoch = lease_epoch + 1
        WHERE lane = (
            SELECT lane
            FROM lanes
            WHERE kind = $3 AND next_attempt_at <= $4 AND NOT paused
              AND (lease_until IS NULL OR lease_until <= $4)
            ORDER BY next_attempt_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
                  pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch";
    const SQLITE: &str = "
        UPDATE lanes
        SET lease_owner = $1, lease_until = $2, lease_epoch = lease_epoch + 1
        WHERE lane = (
            SELECT lane
            FROM lanes
            WHERE kind = $3 AND next_attempt_at <= $4 AND NOT paused
              AND (lease_until IS NULL OR lease_until <= $4)
            ORDER BY next_attempt_at
            LIMIT 1)
        RETURNING lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
                  pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch";
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    query!(
        fetch_optional as Lane,
        tx,
        sql,
        owner,
        until,
        kind.as_str(),
        now
    )
}

/// A lane that was just leased.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The lane, with the new lease.
    pub lane: Lane,
    /// Whether the lease before it ended without a result: its holder died, and nobody knows
    /// whether the message at the head was sent.
    pub was_abandoned: bool,
}

/// Leases the lane of this name, if it is due and nobody holds it.
pub async fn claim(
    tx: &mut Tx,
    lane: &str,
    owner: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Claimed>, StoreError> {
    const POSTGRES: &str = "
        SELECT lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
               pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch
        FROM lanes
        WHERE lane = $1 AND next_attempt_at <= $2 AND NOT paused
          AND (lease_until IS NULL OR lease_until <= $2)
        FOR UPDATE SKIP LOCKED";
    const SQLITE: &str = "
        SELECT lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
               pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch
        FROM lanes
        WHERE lane = $1 AND next_attempt_at <= $2 AND NOT paused
          AND (lease_until IS NULL OR lease_until <= $2)";
    const TAKE: &str = "
        UPDATE lanes
        SET lease_owner = $2, lease_until = $3, lease_epoch = lease_epoch + 1
        WHERE lane = $1";
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    let Some(before) = query!(fetch_optional as Lane, tx, sql, lane, now)? else {
        return Ok(None);
    };
    execute!(tx, TAKE, lane, owner, until)?;
    let was_abandoned = before.lease_owner.is_some();
    Ok(Some(Claimed {
        lane: Lane {
            lease_owner: Some(owner.to_owned()),
            lease_until: Some(until),
            lease_epoch: before.lease_epoch + 1,
            ..before
        },
        was_abandoned,
    }))
}
