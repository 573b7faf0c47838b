//! A lane as its office reads it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::outbox::newest;
use crate::store::tx::query;
use crate::store::{StoreError, Tx};

/// A message as its office reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// Its place in the lane.
    pub seq: i64,
    /// Its content, JSON.
    pub payload: String,
    /// The message that it repeats, after an operator's decision.
    pub replay_of: Option<Uuid>,
}

/// What follows a place of a lane, and how far the lane reaches, from one snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Feed {
    /// The last place given.
    pub last_seq: i64,
    /// The last place that retention has dropped.
    pub floor_seq: i64,
    /// The messages after the place that was asked for, in order.
    pub told: Vec<Told>,
}

#[derive(sqlx::FromRow)]
struct FeedRow {
    last_seq: i64,
    floor_seq: i64,
    seq: Option<i64>,
    payload: Option<String>,
    replay_of: Option<Uuid>,
}

/// Reads a lane after a place; `None` where there is no such lane.
pub async fn read_feed(
    tx: &mut Tx,
    lane: &str,
    after: i64,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Option<Feed>, StoreError> {
    const POSTGRES_NEWEST: &str = "
        SELECT l.last_seq, l.floor_seq, o.seq, o.payload, o.replay_of
        FROM lanes l
        LEFT JOIN (
            SELECT seq, payload, replay_of
            FROM outbox
            WHERE lane = $1 AND seq > $2 AND created_at >= $4 AND created_at < $5
            ORDER BY seq
            LIMIT $3) AS o ON TRUE
        WHERE l.lane = $1
        ORDER BY o.seq";
    const SQL: &str = "
        SELECT l.last_seq, l.floor_seq, o.seq, o.payload, o.replay_of
        FROM lanes l
        LEFT JOIN (
            SELECT seq, payload, replay_of
            FROM outbox
            WHERE lane = $1 AND seq > $2
            ORDER BY seq
            LIMIT $3) AS o ON TRUE
        WHERE l.lane = $1
        ORDER BY o.seq";
    if tx.is_postgres() {
        let (sql, time) = (POSTGRES_NEWEST, newest::time(now));
        let (from, until) = (time.start, time.end);
        let rows = query!(
            fetch_all as FeedRow,
            tx,
            sql,
            lane,
            after,
            limit,
            from,
            until
        )?;
        let feed = feed(rows);
        if feed.as_ref().is_none_or(|feed| feed.is_whole(after, limit)) {
            return Ok(feed);
        }
    }
    Ok(feed(query!(
        fetch_all as FeedRow,
        tx,
        SQL,
        lane,
        after,
        limit
    )?))
}

impl Feed {
    fn is_whole(&self, after: i64, limit: i64) -> bool {
        let after = after.max(self.floor_seq);
        let places = self.told.iter().map(|told| told.seq);
        newest::is_whole(places, after, limit, self.last_seq)
    }
}

fn feed(rows: Vec<FeedRow>) -> Option<Feed> {
    let first = rows.first()?;
    Some(Feed {
        last_seq: first.last_seq,
        floor_seq: first.floor_seq,
        told: rows.into_iter().filter_map(told).collect(),
    })
}

fn told(row: FeedRow) -> Option<Told> {
    Some(Told {
        seq: row.seq?,
        payload: row.payload?,
        replay_of: row.replay_of,
    })
}
