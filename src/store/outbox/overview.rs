//! How the lanes stand, read from their rows: no message is counted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::store::outbox::{Lane, LaneKind};
use crate::store::tx::{query, query_rows};
use crate::store::{StoreError, Tx};

/// The lanes of one kind together.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct KindStanding {
    /// Who stands at their end.
    pub kind: String,
    /// How many there are.
    pub lanes: i64,
    /// How many of them are pushed.
    pub pushed: i64,
    /// Messages that wait to be pushed.
    pub waiting: i64,
    /// When the oldest of them was put into the outbox.
    pub oldest: Option<DateTime<Utc>>,
    /// Lanes that are due now.
    pub due: i64,
    /// Lanes that somebody holds.
    pub leased: i64,
    /// Lanes whose holder did not come back in time.
    pub abandoned: i64,
    /// Lanes that an operator paused.
    pub paused: i64,
    /// Lanes whose breaker is not closed.
    pub resting: i64,
}

/// Reads how the lanes of each kind stand, by kind.
pub async fn list_kinds(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<KindStanding>, StoreError> {
    // The oldest message that waits is the one at its lane's head, found by its place.
    const SQL: &str = "
        SELECT kind, COUNT(*) AS lanes,
               COUNT(CASE WHEN pushed THEN 1 END) AS pushed,
               CAST(SUM(CASE WHEN pushed THEN last_seq - acked_seq ELSE 0 END) AS BIGINT) AS waiting,
               MIN(CASE WHEN pushed AND acked_seq < last_seq THEN
                   (SELECT o.created_at
                    FROM outbox o
                    WHERE o.lane = l.lane AND o.seq = l.acked_seq + 1) END) AS oldest,
               COUNT(CASE WHEN next_attempt_at <= $1 AND NOT paused THEN 1 END) AS due,
               COUNT(CASE WHEN lease_owner IS NOT NULL AND lease_until > $1 THEN 1 END) AS leased,
               COUNT(CASE WHEN lease_owner IS NOT NULL AND lease_until <= $1 THEN 1 END)
                   AS abandoned,
               COUNT(CASE WHEN paused THEN 1 END) AS paused,
               COUNT(CASE WHEN breaker <> 'CLOSED' THEN 1 END) AS resting
        FROM lanes l
        GROUP BY kind
        ORDER BY kind";
    query!(fetch_all as KindStanding, tx, SQL, now)
}

/// Which lanes are wanted; what is empty narrows nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WantedLanes {
    /// Those that end there.
    pub kind: Option<LaneKind>,
    /// Those that stand so.
    pub standing: Option<LaneStanding>,
}

coded! {
    /// How a lane stands.
    pub enum LaneStanding as "standing of a lane" {
        /// Messages wait to be pushed.
        Waiting = "waiting",
        /// An operator paused it.
        Paused = "paused",
        /// It is left in peace for a while because it failed.
        Resting = "resting",
    }
}

/// Lists the wanted lanes by name, after `after`. There are as many as offices, and few more.
pub async fn list_wanted(
    tx: &mut Tx,
    wanted: WantedLanes,
    after: &str,
    limit: i64,
) -> Result<Vec<Lane>, StoreError> {
    const SQL: &str = "
        SELECT lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
               pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch
        FROM lanes
        WHERE lane > $1 AND ($2 = '' OR kind = $2)
          AND ($3 = ''
               OR ($3 = 'waiting' AND pushed AND acked_seq < last_seq)
               OR ($3 = 'paused' AND paused)
               OR ($3 = 'resting' AND breaker <> 'CLOSED'))
        ORDER BY lane
        LIMIT $4";
    let kind = wanted.kind.map_or("", LaneKind::as_str);
    let standing = wanted.standing.map_or("", LaneStanding::as_str);
    query!(fetch_all as Lane, tx, SQL, after, kind, standing, limit)
}

/// A message that is the next of its lane.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Head {
    /// The lane.
    pub lane: String,
    /// Its place.
    pub seq: i64,
    /// Its id.
    pub message_id: Uuid,
    /// What it is.
    pub kind: String,
    /// What it is about.
    pub subject_id: Uuid,
    /// The message that it repeats.
    pub replay_of: Option<Uuid>,
    /// When it was put into the outbox.
    pub created_at: DateTime<Utc>,
}

/// Lists the next messages of lanes that are pushed; of those at rest there is none.
pub async fn list_heads(tx: &mut Tx, lanes: &[&str]) -> Result<Vec<Head>, StoreError> {
    const POSTGRES: &str = "
        SELECT o.lane, o.seq, o.message_id, o.kind, o.subject_id, o.replay_of, o.created_at
        FROM lanes l
        JOIN outbox o ON o.lane = l.lane AND o.seq = l.acked_seq + 1
        WHERE l.pushed AND l.lane = ANY($1)
        ORDER BY o.lane";
    const SQLITE: &str = "
        SELECT o.lane, o.seq, o.message_id, o.kind, o.subject_id, o.replay_of, o.created_at
        FROM lanes l
        JOIN outbox o ON o.lane = l.lane AND o.seq = l.acked_seq + 1
        WHERE l.pushed AND l.lane IN (SELECT value FROM json_each($1))
        ORDER BY o.lane";
    query_rows!(as Head, tx, (POSTGRES, SQLITE), [], lanes)
}

/// One try at delivering a message, as it was kept.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct KeptAttempt {
    /// Counts from 1.
    pub attempt: i64,
    /// How it ended, in one of the delivery rule's words.
    pub outcome: String,
    /// The HTTP status, where there was one.
    pub status: Option<i64>,
    /// What was said, without personal data.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

/// Lists the tries at a message, the newest first.
pub async fn list_attempts(
    tx: &mut Tx,
    message: Uuid,
    limit: i64,
) -> Result<Vec<KeptAttempt>, StoreError> {
    const SQL: &str = "
        SELECT attempt, outcome, status, detail, started_at, ended_at
        FROM delivery_attempts
        WHERE message_id = $1
        ORDER BY id DESC
        LIMIT $2";
    query!(fetch_all as KeptAttempt, tx, SQL, message, limit)
}
