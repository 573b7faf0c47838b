//! The outbox: an append-only log of messages per destination (lane), and the lanes' cursors.
//!
//! A message's `seq` is taken under its lane's row lock, so a lane is gap-free and in the order of
//! commits: the log of an office is its event feed as well. Whoever delivers holds a lane by a
//! lease with an epoch; a holder whose lease was lost changes nothing.

mod claim;
mod dead;
mod events;
mod feed;
mod newest;
pub mod overview;
pub mod retention;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::MessageId;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, later};

pub use claim::{Claimed, claim, claim_lane};
pub use dead::{
    DeadGroup, DeadLetter, Selection, bury, count_dead, find_dead, group_dead, list_dead,
    resolve_dead, resolve_one_dead,
};
pub use events::tell;
pub(super) use events::{Event, append_events};
pub use feed::{Feed, Told, read_feed};
pub use newest::list_next;

coded! {
    /// Who stands at the end of a lane.
    pub enum LaneKind as "lane kind" {
        /// The bureau.
        Bureau = "BUREAU",
        /// A local office.
        Office = "OFFICE",
    }
}

/// Something to be delivered to one address.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// Its id, by which the receiver recognises a repetition.
    pub id: MessageId,
    /// What it is: `order`, or the kind of an office's event.
    pub kind: &'a str,
    /// The order or application that it is about.
    pub subject: Uuid,
    /// Its content: JSON without personal data; an order's bytes lie in sealed content.
    pub payload: &'a str,
    /// The message that it repeats, after an operator's decision.
    pub replay_of: Option<MessageId>,
}

/// A message as it stands in its lane.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Message {
    /// Its lane.
    pub lane: String,
    /// Its place in the lane, from 1.
    pub seq: i64,
    /// Its id.
    pub message_id: Uuid,
    /// What it is.
    pub kind: String,
    /// The order or application that it is about.
    pub subject_id: Uuid,
    /// Its content.
    pub payload: String,
    /// The message that it repeats, after an operator's decision.
    pub replay_of: Option<Uuid>,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
}

/// A destination and how far it has come.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Lane {
    /// Its name: `bureau:CNIN`, `office:<id>`.
    pub lane: String,
    /// Who stands at its end.
    pub kind: String,
    /// The last place given.
    pub last_seq: i64,
    /// The last place that needs no delivery any more.
    pub acked_seq: i64,
    /// When the next attempt is due; `None` when nothing is to be pushed.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Attempts at the message after `acked_seq`.
    pub attempts: i64,
    /// `CLOSED`, `OPEN` or `HALF_OPEN`.
    pub breaker: String,
    /// Whether an operator paused it.
    pub paused: bool,
    /// Whether its messages are pushed to its destination; otherwise they are only read.
    pub pushed: bool,
    /// The last place that its destination took, where it is pushed by a webhook.
    pub delivered_seq: i64,
    /// The last place that retention has dropped.
    pub floor_seq: i64,
    /// Who holds it.
    pub lease_owner: Option<String>,
    /// Until when.
    pub lease_until: Option<DateTime<Utc>>,
    /// Counts the leases; a result with another epoch is dropped.
    pub lease_epoch: i64,
}

/// Opens a lane, unless it exists.
pub async fn open_lane(tx: &mut Tx, lane: &str, kind: LaneKind) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO lanes
            (lane, kind, last_seq, acked_seq, attempts, breaker, paused, pushed, lease_epoch)
        VALUES ($1, $2, 0, 0, 0, 'CLOSED', FALSE, $3, 0)
        ON CONFLICT (lane) DO NOTHING";
    let pushed = kind == LaneKind::Bureau;
    execute!(tx, SQL, lane, kind.as_str(), pushed)?;
    Ok(())
}

/// Appends a message to a lane that exists; `due_at` is when it may be pushed, `None` for a lane
/// that is only read by its office. Returns the message's place.
pub async fn append(
    tx: &mut Tx,
    lane: &str,
    message: &NewMessage<'_>,
    due_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    // A lane at rest becomes due; one that waits for its retry keeps its own time.
    const TAKE: &str = "
        UPDATE lanes
        SET last_seq = last_seq + 1,
            next_attempt_at = COALESCE(next_attempt_at, $2)
        WHERE lane = $1
        RETURNING last_seq";
    const INSERT: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Some((seq,)) = query!(fetch_optional as (i64,), tx, TAKE, lane, due_at)? else {
        return Err(StoreError::Moved { what: "lane" });
    };
    execute!(
        tx,
        INSERT,
        lane,
        seq,
        message.id.0,
        message.kind,
        message.subject,
        message.payload,
        message.replay_of.map(|id| id.0),
        at,
    )?;
    Ok(seq)
}

/// Finds the newest message about a subject.
pub async fn find_last(tx: &mut Tx, subject: Uuid) -> Result<Option<Message>, StoreError> {
    const SQL: &str = "
        SELECT lane, seq, message_id, kind, subject_id, payload, replay_of, created_at
        FROM outbox
        WHERE subject_id = $1
        ORDER BY created_at DESC, seq DESC
        LIMIT 1";
    query!(fetch_optional as Message, tx, SQL, subject)
}

/// Finds a message by its place, and by when it was decided: that tells in which month it lies.
pub async fn find_message(
    tx: &mut Tx,
    lane: &str,
    seq: i64,
    created_at: DateTime<Utc>,
) -> Result<Option<Message>, StoreError> {
    const SQL: &str = "
        SELECT lane, seq, message_id, kind, subject_id, payload, replay_of, created_at
        FROM outbox
        WHERE lane = $1 AND seq = $2 AND created_at = $3";
    query!(fetch_optional as Message, tx, SQL, lane, seq, created_at)
}

/// Whether a message about a subject waits to be delivered.
pub async fn is_waiting(tx: &mut Tx, subject: Uuid) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM outbox o
        JOIN lanes l ON l.lane = o.lane
        WHERE o.subject_id = $1 AND o.seq > l.acked_seq";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, subject)?;
    Ok(count > 0)
}

/// Counts the attempts at a message.
pub async fn count_attempts(tx: &mut Tx, message: Uuid) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM delivery_attempts WHERE message_id = $1";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, message)?;
    Ok(count)
}

/// Lists the messages of a lane after `after`, in order.
pub async fn list_after(
    tx: &mut Tx,
    lane: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    const SQL: &str = "
        SELECT lane, seq, message_id, kind, subject_id, payload, replay_of, created_at
        FROM outbox
        WHERE lane = $1 AND seq > $2
        ORDER BY seq
        LIMIT $3";
    later::write(tx).await?;
    query!(fetch_all as Message, tx, SQL, lane, after, limit)
}

/// What a lease's holder learnt about its lane.
#[derive(Clone, Copy, Debug)]
pub struct LaneResult {
    /// The last place that needs no delivery any more.
    pub acked_seq: i64,
    /// Attempts at the message after it.
    pub attempts: i64,
    /// When to try again, should messages be left; `None` means as soon as there are any.
    pub retry_at: Option<DateTime<Utc>>,
    /// The breaker's state. While it is `OPEN`, the lane stays due at `retry_at` although nothing
    /// waits, so that a message that comes meanwhile waits as well.
    pub breaker: &'static str,
}

/// Gives a lane back with what was learnt. Returns whether the lease still held; if not, nothing
/// was changed and the result must be dropped.
pub async fn release_lane(
    tx: &mut Tx,
    lane: &Lane,
    result: LaneResult,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE lanes
        SET acked_seq = $3, attempts = $4, breaker = $5, lease_owner = NULL, lease_until = NULL,
            next_attempt_at = CASE
                WHEN last_seq > $3 THEN COALESCE($6, $7)
                WHEN $5 = 'OPEN' THEN $6
            END
        WHERE lane = $1 AND lease_epoch = $2 AND lease_owner IS NOT NULL";
    let changed = execute!(
        tx,
        SQL,
        lane.lane.as_str(),
        lane.lease_epoch,
        result.acked_seq,
        result.attempts,
        result.breaker,
        result.retry_at,
        now,
    )?;
    Ok(changed == 1)
}

/// Notes the state of the breaker of a lane that is leased.
pub async fn set_breaker(tx: &mut Tx, lane: &Lane, breaker: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE lanes SET breaker = $3 WHERE lane = $1 AND lease_epoch = $2";
    execute!(tx, SQL, lane.lane.as_str(), lane.lease_epoch, breaker)?;
    Ok(())
}

/// Finds a lane by its name.
pub async fn find_lane(tx: &mut Tx, lane: &str) -> Result<Option<Lane>, StoreError> {
    const SQL: &str = "
        SELECT lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
               pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch
        FROM lanes
        WHERE lane = $1";
    query!(fetch_optional as Lane, tx, SQL, lane)
}

/// Lists lanes by name, after `after`.
pub async fn list_lanes(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Lane>, StoreError> {
    const SQL: &str = "
        SELECT lane, kind, last_seq, acked_seq, next_attempt_at, attempts, breaker, paused,
               pushed, delivered_seq, floor_seq, lease_owner, lease_until, lease_epoch
        FROM lanes
        WHERE lane > $1
        ORDER BY lane
        LIMIT $2";
    query!(fetch_all as Lane, tx, SQL, after, limit)
}

/// Pauses or resumes a lane; a paused one keeps everything and sends nothing.
pub async fn pause_lane(tx: &mut Tx, lane: &str, paused: bool) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE lanes SET paused = $2 WHERE lane = $1";
    Ok(execute!(tx, SQL, lane, paused)? == 1)
}

/// One try at delivering a message.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// The row's id.
    pub id: Uuid,
    /// The message.
    pub message: Uuid,
    /// Counts from 1.
    pub attempt: i64,
    /// How it ended, in one of the delivery rule's words.
    pub outcome: &'a str,
    /// The HTTP status, where there was one.
    pub status: Option<i64>,
    /// What was said, without personal data.
    pub detail: Option<&'a str>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

/// Keeps the record of one try.
pub async fn insert_attempt(tx: &mut Tx, attempt: &Attempt<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO delivery_attempts
            (id, message_id, attempt, outcome, status, detail, started_at, ended_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    execute!(
        tx,
        SQL,
        attempt.id,
        attempt.message,
        attempt.attempt,
        attempt.outcome,
        attempt.status,
        attempt.detail,
        attempt.started_at,
        attempt.ended_at,
    )?;
    Ok(())
}

/// Lists how the last tries at messages of a lane ended, the newest first.
pub async fn list_outcomes(
    tx: &mut Tx,
    lane: &Lane,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "
        SELECT a.outcome
        FROM outbox o
        JOIN delivery_attempts a ON a.message_id = o.message_id
        WHERE o.lane = $1 AND o.seq <= $2
        ORDER BY o.seq DESC, a.id DESC
        LIMIT $3";
    let head = lane.acked_seq + 1;
    let name = lane.lane.as_str();
    let rows = query!(fetch_all as (String,), tx, SQL, name, head, limit)?;
    Ok(rows.into_iter().map(|(outcome,)| outcome).collect())
}

/// Whether the receiver may hold any message of a subject: an attempt was answered with success or
/// ended in doubt, or its lane is leased at this moment with the message at its head.
pub async fn may_have_arrived(tx: &mut Tx, subject: Uuid) -> Result<bool, StoreError> {
    const ATTEMPTED: &str = "
        SELECT COUNT(*)
        FROM delivery_attempts a
        JOIN outbox o ON o.message_id = a.message_id
        WHERE o.subject_id = $1 AND a.outcome IN ('DELIVERED', 'AMBIGUOUS')";
    const UNDER_WAY: &str = "
        SELECT COUNT(*)
        FROM outbox o
        JOIN lanes l ON l.lane = o.lane
        WHERE o.subject_id = $1 AND l.lease_owner IS NOT NULL AND o.seq = l.acked_seq + 1";
    let (attempted,) = query!(fetch_one as (i64,), tx, ATTEMPTED, subject)?;
    let (under_way,) = query!(fetch_one as (i64,), tx, UNDER_WAY, subject)?;
    Ok(attempted > 0 || under_way > 0)
}
