//! What offices are told: messages of lanes that are only read, written when their transaction
//! commits.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::MessageId;
use crate::store::outbox::NewMessage;
use crate::store::tx::{execute_rows, query};
use crate::store::{StoreError, Tx, later};

/// What an office is told, until the commit writes it.
#[derive(Debug)]
pub(in crate::store) struct Event {
    id: MessageId,
    kind: String,
    subject: Uuid,
    payload: String,
    replay_of: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Appends a message to a lane that is only read, in this transaction's last moment: the lane is
/// locked no longer than it takes to commit.
pub fn tell(tx: &mut Tx, lane: &str, message: &NewMessage<'_>, at: DateTime<Utc>) {
    let event = Event {
        id: message.id,
        kind: message.kind.to_owned(),
        subject: message.subject,
        payload: message.payload.to_owned(),
        replay_of: message.replay_of.map(|id| id.0),
        at,
    };
    later::tell(tx, lane, event);
}

/// Gives events their places in a lane and writes them; where the lane is pushed, it becomes due.
/// Returns the last place.
pub(in crate::store) async fn append_events(
    tx: &mut Tx,
    lane: &str,
    events: &[Event],
) -> Result<i64, StoreError> {
    // A lane at rest becomes due; one that waits for its retry keeps its own time.
    const TAKE: &str = "
        UPDATE lanes
        SET last_seq = last_seq + $2,
            next_attempt_at = CASE
                WHEN pushed THEN COALESCE(next_attempt_at, $3)
                ELSE next_attempt_at
            END
        WHERE lane = $1
        RETURNING last_seq - $2";
    const POSTGRES: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
        SELECT $1, $2 + n.place, n.id, n.kind, n.subject, n.payload, n.replay_of, n.at
        FROM UNNEST($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::timestamptz[])
             WITH ORDINALITY AS n (id, kind, subject, payload, replay_of, at, place)";
    const SQLITE: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
        SELECT $1, $2 + 1 + key, unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3,
               unhex(value ->> 4), value ->> 5
        FROM json_each($3)";
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let at = events.last().map(|event| event.at);
    let Some((before,)) = query!(fetch_optional as (i64,), tx, TAKE, lane, count, at)? else {
        return Err(StoreError::Moved { what: "lane" });
    };
    execute_rows!(tx, (POSTGRES, SQLITE), [lane, before], events, |event| [
        event.id.0,
        event.kind.as_str(),
        event.subject,
        event.payload.as_str(),
        event.replay_of,
        event.at,
    ])?;
    Ok(before + count)
}
