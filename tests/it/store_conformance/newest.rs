//! What follows a place of a lane is looked for in the newest months first, and found wherever it lies.

use std::collections::BTreeSet;

use cei_gateway::domain::id::MessageId;
use cei_gateway::domain::month::Month;
use cei_gateway::random::Random;
use cei_gateway::store::months::{self, MonthTable};
use cei_gateway::store::outbox::{
    self, LaneKind, NewMessage, find_lane, list_next, open_lane, read_feed,
};
use cei_gateway::store::{Store, Tx};
use chrono::{DateTime, TimeDelta, Utc};

use crate::kit::databases::{Database, both, rows, run_sql};

const LANE: &str = "office:1";
const MONTHS: usize = 6;

fn january() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// A lane of an office, and months from January on where there are months.
async fn open(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let mut month = Month::of(january());
    for _ in 0..MONTHS {
        for parent in months::list_parents(&mut tx).await.unwrap() {
            let table = MonthTable { month, parent };
            months::make(&mut tx, &table).await.unwrap();
        }
        month = month.next();
    }
    open_lane(&mut tx, LANE, LaneKind::Office).await.unwrap();
    tx.commit().await.unwrap();
}

async fn append(tx: &mut Tx, random: &Random, at: DateTime<Utc>) {
    let message = NewMessage {
        id: MessageId(random.uuid(at)),
        kind: "event",
        subject: random.uuid(at),
        payload: "{}",
        replay_of: None,
    };
    outbox::append(tx, LANE, &message, None, at).await.unwrap();
}

/// Asks for every page at this instant, as a reader and as a holder of the lane, and holds it against the
/// places that must be there.
async fn assert_pages(store: &Store, first: i64, now: DateTime<Utc>) {
    let mut tx = store.begin().await.unwrap();
    let lane = find_lane(&mut tx, LANE).await.unwrap().unwrap();
    for after in 0..=lane.last_seq + 1 {
        for limit in [1, 3, 100] {
            let expected: Vec<i64> = (after.max(first - 1) + 1..=lane.last_seq)
                .take(usize::try_from(limit).unwrap())
                .collect();
            let feed = read_feed(&mut tx, LANE, after, limit, now)
                .await
                .unwrap()
                .unwrap();
            let read: Vec<i64> = feed.told.iter().map(|told| told.seq).collect();
            assert_eq!(read, expected, "after {after}, {limit} of them, at {now}");
            let holder = outbox::Lane {
                acked_seq: after,
                ..lane.clone()
            };
            let next = list_next(&mut tx, &holder, limit, now).await.unwrap();
            let next: Vec<i64> = next.iter().map(|message| message.seq).collect();
            assert_eq!(next, expected, "after {after}, {limit} of them, at {now}");
        }
    }
}

both! {
    async fn every_page_is_whole_wherever_wrong_clocks_have_put_its_messages(store: Store) {
        open(&store).await;
        let random = Random::seeded(9);
        let mut tx = store.begin().await.unwrap();
        for number in 0..40 {
            // Mostly as time goes by; some days before the first month and after the last one too.
            let days = match random.below(3) {
                0 => random.below(260),
                _ => 20 + 4 * number,
            };
            let at = january() - TimeDelta::days(20) + TimeDelta::days(days.cast_signed());
            append(&mut tx, &random, at).await;
        }
        tx.commit().await.unwrap();
        for day in [0, 31, 100, 140, 170, 300] {
            assert_pages(&store, 1, january() + TimeDelta::days(day)).await;
        }
        let mut tx = store.begin().await.unwrap();
        run_sql!(&mut tx, "DELETE FROM outbox WHERE seq <= 12");
        run_sql!(&mut tx, "UPDATE lanes SET floor_seq = 12");
        tx.commit().await.unwrap();
        assert_pages(&store, 13, january() + TimeDelta::days(170)).await;
    }
}

/// How often each part of the outbox was looked into, as this connection counts it.
async fn looks(tx: &mut Tx) -> BTreeSet<(String, i64)> {
    const LOOKS: &str = "
        SELECT relname::text, COALESCE(idx_scan, 0) + COALESCE(seq_scan, 0)
        FROM pg_stat_xact_user_tables
        WHERE relname LIKE 'outbox\\_%'";
    rows!((String, i64), tx, LOOKS).into_iter().collect()
}

/// The parts of the outbox that were looked into meanwhile.
fn visited(before: &BTreeSet<(String, i64)>, after: &BTreeSet<(String, i64)>) -> Vec<String> {
    after
        .difference(before)
        .map(|(part, _)| part.clone())
        .collect()
}

#[tokio::test]
async fn what_follows_the_end_of_a_lane_is_looked_for_in_two_months_and_nowhere_else() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let store = &database.store;
    open(store).await;
    let random = Random::seeded(1);
    let mut tx = store.begin().await.unwrap();
    for number in 0..60 {
        append(&mut tx, &random, january() + TimeDelta::days(2 * number)).await;
    }
    tx.commit().await.unwrap();
    let now = january() + TimeDelta::days(118);
    let newest = ["outbox_2026_03", "outbox_2026_04"];
    // Again and again: after five times a statement may be planned for whatever it is asked.
    for _ in 0..8 {
        let mut tx = store.begin().await.unwrap();
        let lane = find_lane(&mut tx, LANE).await.unwrap().unwrap();
        for after in [60, 59, 40] {
            let before = looks(&mut tx).await;
            read_feed(&mut tx, LANE, after, 100, now).await.unwrap();
            let then = looks(&mut tx).await;
            assert_eq!(visited(&before, &then), newest, "a page after {after}");
            let holder = outbox::Lane {
                acked_seq: after,
                ..lane.clone()
            };
            list_next(&mut tx, &holder, 100, now).await.unwrap();
            let at_last = looks(&mut tx).await;
            assert_eq!(visited(&then, &at_last), newest, "the next after {after}");
        }
        let before = looks(&mut tx).await;
        read_feed(&mut tx, LANE, 3, 100, now).await.unwrap();
        let all = visited(&before, &looks(&mut tx).await);
        assert!(all.len() > MONTHS, "an old page lies anywhere: {all:?}");
    }
}
