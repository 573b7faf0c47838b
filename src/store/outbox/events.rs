//! What offices are told: messages of lanes that are only read, written when their transaction
//! commits.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::domain::id::MessageId;
use crate::store::outbox::NewMessage;
use crate::store::tx::Cell;
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

/// Gives events their places in their lanes and writes them; a lane that is pushed becomes due.
/// Returns the last place of each lane.
///
/// The lanes are locked in the order of their names, so that no two commits wait for each other.
pub(in crate::store) async fn append_events(
    tx: &mut Tx,
    events: &BTreeMap<String, Vec<Event>>,
) -> Result<Vec<(String, i64)>, StoreError> {
    let lanes = match tx {
        Tx::Postgres(connection, _) => append_together(connection, events).await?,
        Tx::Sqlite(connection, _) => {
            let mut lanes = Vec::with_capacity(events.len());
            for (lane, events) in events {
                let last = append_to(connection, lane, events).await?;
                lanes.extend(last.map(|last| (lane.clone(), last)));
            }
            lanes
        }
    };
    if lanes.len() == events.len() {
        Ok(lanes)
    } else {
        Err(StoreError::Moved { what: "lane" })
    }
}

/// Does it in one statement, however many lanes there are; returns those that there are.
async fn append_together(
    connection: &mut PgConnection,
    events: &BTreeMap<String, Vec<Event>>,
) -> Result<Vec<(String, i64)>, StoreError> {
    // A lane at rest becomes due; one that waits for its retry keeps its own time.
    const POSTGRES: &str = "
        WITH told AS (
            SELECT *
            FROM UNNEST($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::uuid[], $6::text[],
                        $7::uuid[], $8::timestamptz[])
                 AS n (lane, place, id, kind, subject, payload, replay_of, at)
        ),
        locked AS (
            SELECT lane FROM lanes WHERE lane = ANY($1) ORDER BY lane FOR UPDATE
        ),
        counted AS (
            SELECT lane, COUNT(*) AS count, MAX(at) AS at FROM told JOIN locked USING (lane)
            GROUP BY lane
        ),
        taken AS (
            UPDATE lanes l
            SET last_seq = l.last_seq + c.count,
                next_attempt_at = CASE
                    WHEN l.pushed THEN COALESCE(l.next_attempt_at, c.at)
                    ELSE l.next_attempt_at
                END
            FROM counted c
            WHERE l.lane = c.lane
            RETURNING l.lane, l.last_seq, l.last_seq - c.count AS before
        ),
        written AS (
            INSERT INTO outbox
                (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
            SELECT n.lane, t.before + n.place, n.id, n.kind, n.subject, n.payload, n.replay_of, n.at
            FROM told n
            JOIN taken t ON t.lane = n.lane
        )
        SELECT lane, last_seq FROM taken";
    let placed: Vec<(&str, i64, &Event)> = events
        .iter()
        .flat_map(|(lane, events)| {
            let places = (1..).zip(events);
            places.map(|(place, event)| (lane.as_str(), place, event))
        })
        .collect();
    let lanes = sqlx::query_as::<_, (String, i64)>(POSTGRES)
        .bind(column(&placed, |(lane, _, _)| *lane))
        .bind(column(&placed, |(_, place, _)| *place))
        .bind(column(&placed, |(_, _, event)| event.id.0))
        .bind(column(&placed, |(_, _, event)| event.kind.as_str()))
        .bind(column(&placed, |(_, _, event)| event.subject))
        .bind(column(&placed, |(_, _, event)| event.payload.as_str()))
        .bind(column(&placed, |(_, _, event)| event.replay_of))
        .bind(column(&placed, |(_, _, event)| event.at));
    Ok(lanes.fetch_all(connection).await?)
}

fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Does it with one lane; `None` where there is no such lane.
async fn append_to(
    connection: &mut SqliteConnection,
    lane: &str,
    events: &[Event],
) -> Result<Option<i64>, StoreError> {
    const SQLITE_TAKE: &str = "
        UPDATE lanes
        SET last_seq = last_seq + $2,
            next_attempt_at = CASE
                WHEN pushed THEN COALESCE(next_attempt_at, $3)
                ELSE next_attempt_at
            END
        WHERE lane = $1
        RETURNING last_seq - $2";
    const SQLITE: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
        SELECT $1, $2 + 1 + key, unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3,
               unhex(value ->> 4), value ->> 5
        FROM json_each($3)";
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let at = events.last().map(|event| event.at);
    let taking = sqlx::query_as::<_, (i64,)>(SQLITE_TAKE)
        .bind(lane)
        .bind(count)
        .bind(at);
    let Some((before,)) = taking.fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let row = |event: &Event| -> Value {
        vec![
            event.id.0.into_json(),
            event.kind.as_str().into_json(),
            event.subject.into_json(),
            event.payload.as_str().into_json(),
            event.replay_of.into_json(),
            event.at.into_json(),
        ]
        .into()
    };
    let table: Value = events.iter().map(row).collect();
    let writing = sqlx::query(SQLITE)
        .bind(lane)
        .bind(before)
        .bind(table.to_string());
    writing.execute(&mut *connection).await?;
    Ok(Some(before + count))
}
