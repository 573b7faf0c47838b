//! Where the next messages of a lane are looked for first: in the newest months.
//!
//! On `PostgreSQL` the outbox lies in months, and whoever asks for what follows a place would visit the
//! index of each. Nearly always the answer lies in the newest two. Places have no gaps, so a page that was
//! read there tells by its places whether it is whole; if it is not, all months are asked.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::domain::month::Month;
use crate::store::outbox::{Lane, Message};
use crate::store::tx::query;
use crate::store::{StoreError, Tx, later};

/// This month and the one before. It ends, so that the months that are made ahead are not visited,
/// nor the DEFAULT one.
pub(super) fn time(now: DateTime<Utc>) -> Range<DateTime<Utc>> {
    let month = Month::of(now);
    month.previous().begins()..month.ends()
}

/// Whether nothing is missing of a page after `after` of at most `limit` places, in a lane that reaches to
/// `last_seq` at least.
///
/// A clock that is wrong, or another one that was, may have put any message into any month: every place is
/// looked at, not the first alone.
pub(super) fn is_whole(
    places: impl IntoIterator<Item = i64>,
    after: i64,
    limit: i64,
    last_seq: i64,
) -> bool {
    let mut last = after;
    for place in places {
        if place != last + 1 {
            return false;
        }
        last = place;
    }
    last - after == limit || last >= last_seq
}

/// Lists the next messages of a lane that is leased, in order.
pub async fn list_next(
    tx: &mut Tx,
    lane: &Lane,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Message>, StoreError> {
    const POSTGRES_NEWEST: &str = "
        SELECT lane, seq, message_id, kind, subject_id, payload, replay_of, created_at
        FROM outbox
        WHERE lane = $1 AND seq > $2 AND created_at >= $4 AND created_at < $5
        ORDER BY seq
        LIMIT $3";
    let (name, after) = (lane.lane.as_str(), lane.acked_seq);
    if tx.is_postgres() {
        later::write(tx).await?;
        let (sql, time) = (POSTGRES_NEWEST, time(now));
        let (from, until) = (time.start, time.end);
        let found = query!(
            fetch_all as Message,
            tx,
            sql,
            name,
            after,
            limit,
            from,
            until
        )?;
        let places = found.iter().map(|message| message.seq);
        if is_whole(places, after, limit, lane.last_seq) {
            return Ok(found);
        }
    }
    super::list_after(tx, name, after, limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_months_are_this_one_and_the_one_before() {
        let time = time("2026-01-31T23:59:59Z".parse().unwrap());
        let said = (time.start.to_rfc3339(), time.end.to_rfc3339());
        let (from, until) = ("2025-12-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00");
        assert_eq!(said, (from.to_owned(), until.to_owned()));
    }

    #[test]
    fn a_page_is_whole_when_no_place_is_missing_at_its_beginning_inside_or_at_its_end() {
        assert!(is_whole([5, 6, 7], 4, 10, 7));
        assert!(is_whole([5, 6, 7], 4, 3, 99));
        assert!(is_whole([], 7, 10, 7));
        assert!(is_whole([], 9, 10, 7), "beyond the end is nothing");
        assert!(!is_whole([6, 7], 4, 10, 7));
        assert!(!is_whole([5, 7], 4, 10, 7));
        assert!(!is_whole([5, 6], 4, 10, 7));
        assert!(!is_whole([], 4, 10, 7));
    }
}
