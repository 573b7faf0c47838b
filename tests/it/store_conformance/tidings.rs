//! `store::tidings`: what one replica commits, the others hear; and `store::outbox::read_feed`.

use std::time::Duration;

use cei_gateway::domain::id::MessageId;
use cei_gateway::store::outbox::{LaneKind, NewMessage, find_lane, open_lane, read_feed, tell};
use cei_gateway::store::revisions;
use cei_gateway::store::tidings::Ear;
use cei_gateway::store::{Store, Tx};

use super::given::{id, second};
use crate::kit::databases::{Database, both, run_sql};

const OFFICE: &str = "office:a";
/// A topic of nobody else.
const TOPIC: &str = "test";

/// Longer than any answer takes, shorter than a test may hang.
const LONG: Duration = Duration::from_secs(30);

async fn open_office(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    open_lane(&mut tx, OFFICE, LaneKind::Office).await.unwrap();
    tx.commit().await.unwrap();
}

fn tell_office(tx: &mut Tx, number: u128) {
    let message = NewMessage {
        id: MessageId(id(number)),
        kind: "event",
        subject: id(1_000 + number),
        payload: "{}",
        replay_of: None,
    };
    tell(tx, OFFICE, &message, second(5));
}

async fn told(store: &Store, number: u128) {
    let mut tx = store.begin().await.unwrap();
    tell_office(&mut tx, number);
    tx.commit().await.unwrap();
}

/// Follows until the future is done.
async fn while_following<T>(ear: &mut Ear, patience: Duration, done: impl Future<Output = T>) -> T {
    let mut done = std::pin::pin!(done);
    let following = async {
        loop {
            ear.follow(patience, || ()).await.unwrap();
        }
    };
    let all = async {
        tokio::select! {
            done = &mut done => done,
            () = following => unreachable!(),
        }
    };
    tokio::time::timeout(LONG, Box::pin(all))
        .await
        .expect("it is heard")
}

#[tokio::test]
async fn a_replica_is_notified_of_what_another_commits_and_looks_at_no_row_meanwhile() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    open_office(&database.store).await;
    let other = Store::open(&database.url, None, 5).await.unwrap();
    let mut ears = (
        Ear::open(&database.store).await.unwrap(),
        Ear::open(&other).await.unwrap(),
    );
    // Both look once, then only listen for longer than the test may take.
    let heard = async {
        other.tidings().beyond(OFFICE, -1).await;
        told(&database.store, 1).await;
        other.tidings().beyond(OFFICE, 0).await;
        let mut tx = database.store.begin().await.unwrap();
        revisions::bump(&mut tx, TOPIC).await.unwrap();
        tx.commit().await.unwrap();
        other.tidings().beyond(TOPIC, 0).await;
    };
    let mine = ears.0.follow(2 * LONG, || ());
    let heard = while_following(&mut ears.1, 2 * LONG, heard);
    tokio::select! {
        () = heard => (),
        ended = mine => panic!("the other ear stopped: {ended:?}"),
    }
    assert_eq!(other.tidings().known(OFFICE), Some(1));
    drop(ears);
    other.close().await;
}

/// What a process commits that has no ear, such as a command, is found in the rows.
async fn what_nobody_is_notified_of_is_found_in_the_rows(database: &Database) {
    open_office(&database.store).await;
    let command = Store::open(&database.url, None, 1).await.unwrap();
    let mut ear = Ear::open(&database.store).await.unwrap();
    let tidings = database.store.tidings().clone();
    let heard = async {
        tidings.beyond(OFFICE, -1).await;
        told(&command, 1).await;
        tidings.beyond(OFFICE, 0).await;
    };
    Box::pin(while_following(&mut ear, Duration::from_millis(20), heard)).await;
    assert!(tidings.is_followed());
    drop(ear);
    assert!(!tidings.is_followed(), "nobody follows any more");
    command.close().await;
}

#[tokio::test]
async fn what_nobody_is_notified_of_is_found_in_the_rows_sqlite() {
    let database = Database::sqlite().await;
    Box::pin(what_nobody_is_notified_of_is_found_in_the_rows(&database)).await;
}

#[tokio::test]
async fn what_nobody_is_notified_of_is_found_in_the_rows_postgres() {
    if let Some(database) = Database::postgres().await {
        Box::pin(what_nobody_is_notified_of_is_found_in_the_rows(&database)).await;
    }
}

both! {
    async fn only_what_is_committed_is_told(store: Store) {
        open_office(&store).await;
        let mut tx = store.begin().await.unwrap();
        tell_office(&mut tx, 1);
        revisions::bump(&mut tx, TOPIC).await.unwrap();
        drop(tx);
        assert_eq!(store.tidings().known(OFFICE), None);
        assert_eq!(store.tidings().known(TOPIC), None);

        let mut tx = store.begin().await.unwrap();
        tell_office(&mut tx, 1);
        tell_office(&mut tx, 2);
        revisions::bump(&mut tx, TOPIC).await.unwrap();
        revisions::bump(&mut tx, TOPIC).await.unwrap();
        assert_eq!(store.tidings().known(OFFICE), None, "not yet");
        tx.commit().await.unwrap();
        assert_eq!(store.tidings().known(OFFICE), Some(2));
        assert_eq!(store.tidings().known(TOPIC), Some(2));
    }

    async fn a_feed_tells_what_follows_a_place_and_where_the_lane_begins_and_ends(store: Store) {
        open_office(&store).await;
        for number in 1..=4 {
            told(&store, number).await;
        }
        let mut tx = store.begin().await.unwrap();
        run_sql!(&mut tx, "UPDATE lanes SET floor_seq = 1 WHERE lane = $1", OFFICE);
        for (after, limit, expected) in [(0, 2, vec![1, 2]), (2, 9, vec![3, 4]), (4, 9, vec![])] {
            let feed = read_feed(&mut tx, OFFICE, after, limit, second(9)).await.unwrap().unwrap();
            let seqs: Vec<i64> = feed.told.iter().map(|told| told.seq).collect();
            assert_eq!((feed.floor_seq, feed.last_seq, seqs), (1, 4, expected));
        }
        assert_eq!(read_feed(&mut tx, "office:none", 0, 9, second(9)).await.unwrap(), None);
    }

    async fn a_lane_becomes_due_with_an_event_only_where_it_is_pushed(store: Store) {
        open_office(&store).await;
        told(&store, 1).await;
        let due = async |store: &Store| {
            let mut tx = store.read().await.unwrap();
            find_lane(&mut tx, OFFICE).await.unwrap().unwrap().next_attempt_at
        };
        assert_eq!(due(&store).await, None);
        let mut tx = store.begin().await.unwrap();
        run_sql!(&mut tx, "UPDATE lanes SET pushed = TRUE WHERE lane = $1", OFFICE);
        tx.commit().await.unwrap();
        told(&store, 2).await;
        assert_eq!(due(&store).await, Some(second(5)));
    }
}
