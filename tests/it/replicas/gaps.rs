//! Many who write into the lane of one office at the same time, and readers who follow it: nobody
//! misses an event that is committed late, or reads one twice.

use std::cell::Cell;

use cei_gateway::domain::id::MessageId;
use cei_gateway::random::Random;
use cei_gateway::store::outbox::{self, LaneKind, NewMessage, read_feed, tell};
use cei_gateway::store::{Store, Tx};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use crate::kit::databases::both;

const LANE: &str = "office:busy";
const OTHER: &str = "office:quiet";
/// Who write at the same time.
const WRITERS: u64 = 4;
/// Transactions of each.
const TRANSACTIONS: u64 = 30;
/// Every so many transactions, one is undone.
const UNDONE_EVERY: u64 = 5;

async fn open_lanes(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for lane in [LANE, OTHER] {
        outbox::open_lane(&mut tx, lane, LaneKind::Office)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// When everything is told.
fn told_at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

/// Tells the busy office something, and now and then the other one as well, in either order.
fn tell_some(tx: &mut Tx, random: &Random) -> i64 {
    let at = told_at();
    let mut told = 0;
    for _ in 0..=random.below(3) {
        let lanes: &[&str] = match random.below(3) {
            0 => &[LANE, OTHER],
            1 => &[OTHER, LANE],
            _ => &[LANE],
        };
        for lane in lanes {
            let message = NewMessage {
                id: MessageId(random.uuid(at)),
                kind: "ro.cei.application.produced",
                subject: random.uuid(at),
                payload: "{}",
                replay_of: None,
            };
            tell(tx, lane, &message, at);
        }
        told += 1;
    }
    told
}

/// Writes in many transactions, of which some are undone; returns how many events were committed.
async fn write(store: &Store, random: &Random) -> i64 {
    let mut committed = 0;
    for number in 1..=TRANSACTIONS {
        let mut tx = store.begin().await.unwrap();
        let told = tell_some(&mut tx, random);
        if number % UNDONE_EVERY == 0 {
            // To look is to write what waits; the places are given back with everything else.
            let seen = outbox::list_after(&mut tx, LANE, 0, 1).await.unwrap();
            assert_eq!(seen.len(), 1);
            drop(tx);
            continue;
        }
        tx.commit().await.unwrap();
        committed += told;
    }
    committed
}

/// Follows the busy lane until the writers are done and nothing is left.
async fn follow(store: &Store, limit: i64, is_over: &Cell<bool>) -> Vec<i64> {
    let (mut after, mut read) = (0, Vec::new());
    loop {
        // Asked before looking: what is committed between the two is found by the next look.
        let was_over = is_over.get();
        let mut tx = store.read().await.unwrap();
        let feed = read_feed(&mut tx, LANE, after, limit, told_at())
            .await
            .unwrap()
            .unwrap();
        drop(tx);
        if feed.told.is_empty() {
            assert!(
                feed.last_seq <= after,
                "{} places and nothing there",
                feed.last_seq
            );
            if was_over {
                return read;
            }
        }
        read.extend(feed.told.iter().map(|told| told.seq));
        after = feed.told.last().map_or(after, |told| told.seq);
        tokio::task::yield_now().await;
    }
}

both! {
    async fn readers_of_a_lane_that_many_write_see_every_place_once_and_in_order(store: Store) {
        open_lanes(&store).await;
        let is_over = Cell::new(false);
        let writing = async {
            let writers = (0..WRITERS).map(|seed| {
                let (store, random) = (store.clone(), Random::seeded(100 + seed));
                async move { write(&store, &random).await }
            });
            let committed: i64 = join_all(writers).await.into_iter().sum();
            is_over.set(true);
            committed
        };
        let reading = join_all([1, 7, 500].map(|limit| follow(&store, limit, &is_over)));
        let (committed, read) = tokio::join!(writing, reading);
        let places: Vec<i64> = (1..=committed).collect();
        assert!(committed > 100);
        for seqs in read {
            assert_eq!(seqs, places);
        }
    }
}
