//! An outbox of some months, written before it lay in months, and brought up to date.

use cei_gateway::domain::id::MessageId;
use cei_gateway::domain::month::Month;
use cei_gateway::store::outbox::overview::list_attempts;
use cei_gateway::store::outbox::{
    self, NewMessage, append, find_dead, find_message, list_after, read_feed,
};
use cei_gateway::store::{Tx, months};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::kit::databases::{Database, rows, run_sql};

/// The last migration before the outbox lay in months.
const BEFORE: i64 = 15;
const LANES: [(&str, &str); 3] = [
    ("bureau:CNIN", "BUREAU"),
    ("office:1", "OFFICE"),
    ("office:2", "OFFICE"),
];
/// Messages of a lane.
const MESSAGES: i64 = 90;

fn id(lane: usize, seq: i64, what: u128) -> Uuid {
    let lane = u128::try_from(lane).unwrap();
    Uuid::from_u128((what << 64) + (lane << 32) + u128::try_from(seq).unwrap())
}

/// Two days lie between messages; now and then a clock was three weeks ahead.
fn decided_at(seq: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2025-10-15T12:00:00Z".parse().unwrap();
    let ahead = if seq % 7 == 0 { 21 } else { 0 };
    first + TimeDelta::days(2 * seq + ahead)
}

fn payload(lane: usize, seq: i64) -> String {
    format!("{{\"lane\":{lane},\"seq\":{seq}}}")
}

/// What the older release has written.
async fn fill(tx: &mut Tx) {
    for (lane, (name, kind)) in LANES.into_iter().enumerate() {
        run_sql!(
            tx,
            "INSERT INTO lanes
                (lane, kind, last_seq, acked_seq, attempts, breaker, paused, pushed, lease_epoch)
             VALUES ($1, $2, $3, 0, 0, 'CLOSED', FALSE, FALSE, 0)",
            name,
            kind,
            MESSAGES,
        );
        for seq in 1..=MESSAGES {
            fill_message(tx, lane, name, seq).await;
        }
    }
    for (seq, cause, is_decided) in [
        (3, "PERMANENT 404", false),
        (20, "RETRY", true),
        (40, "refused 12", false),
        (60, "its signed bytes were erased 404", false),
    ] {
        let decided_at = is_decided.then(|| decided_at(seq) + TimeDelta::days(2));
        run_sql!(
            tx,
            "INSERT INTO dead_letters (message_id, lane, seq, cause, attempts, died_at, resolved_at)
             VALUES ($1, 'office:1', $2, $3, 4, $4, $5)",
            id(1, seq, 1),
            seq,
            cause,
            self::decided_at(seq) + TimeDelta::days(1),
            decided_at,
        );
    }
}

async fn fill_message(tx: &mut Tx, lane: usize, name: &str, seq: i64) {
    let at = decided_at(seq);
    run_sql!(
        &mut *tx,
        "INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
         VALUES ($1, $2, $3, 'told', $4, $5, $6, $7)",
        name,
        seq,
        id(lane, seq, 1),
        id(lane, seq, 2),
        payload(lane, seq),
        (seq == 50).then(|| id(lane, 49, 1)),
        at,
    );
    // The second try at every ninth message began in another month than the first.
    let tries = if seq % 9 == 0 { 2 } else { 1 };
    for attempt in 1..=tries {
        let started_at = at + TimeDelta::days(31 * (attempt - 1));
        run_sql!(
            &mut *tx,
            "INSERT INTO delivery_attempts
                (id, message_id, attempt, outcome, status, detail, started_at, ended_at)
             VALUES ($1, $2, $3, 'RETRY', 503, NULL, $4, $4)",
            id(lane, seq, 10 + u128::try_from(attempt).unwrap()),
            id(lane, seq, 1),
            attempt,
            started_at,
        );
    }
}

async fn assert_lanes(tx: &mut Tx) {
    for (lane, (name, _)) in LANES.into_iter().enumerate() {
        let kept = list_after(tx, name, 0, 1_000).await.unwrap();
        assert_eq!(kept.len(), usize::try_from(MESSAGES).unwrap(), "{name}");
        for (message, seq) in kept.iter().zip(1..) {
            assert_eq!(
                (
                    message.seq,
                    message.message_id,
                    message.subject_id,
                    message.created_at
                ),
                (seq, id(lane, seq, 1), id(lane, seq, 2), decided_at(seq))
            );
            assert_eq!(message.payload, payload(lane, seq));
            assert_eq!(message.replay_of, (seq == 50).then(|| id(lane, 49, 1)));
            let tries = list_attempts(tx, message.message_id, 9).await.unwrap();
            let numbers: Vec<i64> = tries.iter().map(|one| one.attempt).collect();
            assert_eq!(
                numbers,
                if seq % 9 == 0 { vec![2, 1] } else { vec![1] },
                "{name} {seq}"
            );
            assert_eq!(tries.last().unwrap().started_at, decided_at(seq));
        }
    }
}

async fn assert_dead(tx: &mut Tx) {
    for (seq, cause, status, is_decided) in [
        (3, "PERMANENT", Some(404), false),
        (20, "RETRY", None, true),
        (40, "refused 12", None, false),
        (60, "its signed bytes were erased 404", None, false),
    ] {
        let dead = find_dead(tx, id(1, seq, 1))
            .await
            .unwrap()
            .expect("a dead letter");
        assert_eq!((dead.cause.as_str(), dead.status), (cause, status));
        assert_eq!(
            (dead.lane.as_str(), dead.lane_kind.as_str()),
            ("office:1", "OFFICE")
        );
        assert_eq!(
            (dead.seq, dead.kind.as_str(), dead.attempts),
            (seq, "told", 4)
        );
        assert_eq!(
            (dead.subject_id, dead.created_at),
            (id(1, seq, 2), decided_at(seq))
        );
        assert_eq!(dead.resolved_at.is_some(), is_decided);
        let message = find_message(tx, &dead.lane, seq, dead.created_at)
            .await
            .unwrap();
        assert_eq!(message.expect("its message").message_id, dead.message_id);
    }
    let all = rows!((i64,), &mut *tx, "SELECT COUNT(*) FROM dead_letters");
    assert_eq!(all, [(4,)]);
}

/// Every row lies in the table of its month, and nothing in the DEFAULT ones.
async fn assert_months(tx: &mut Tx) {
    let known = months::list(tx).await.unwrap();
    let of_outbox = known.iter().filter(|table| table.parent == "outbox");
    let of_outbox: Vec<Month> = of_outbox.map(|table| table.month).collect();
    let mut used: Vec<Month> = (1..=MESSAGES)
        .map(|seq| Month::of(decided_at(seq)))
        .collect();
    used.sort();
    used.dedup();
    assert_eq!(of_outbox, used);
    let elsewhere = rows!(
        (i64, i64),
        &mut *tx,
        "SELECT (SELECT COUNT(*) FROM outbox_default), (SELECT COUNT(*) FROM delivery_attempts_default)"
    );
    assert_eq!(elsewhere, [(0, 0)]);
}

/// The office goes on reading where it was, and what is new follows what is old.
async fn assert_goes_on(database: &Database) {
    let now = decided_at(MESSAGES) + TimeDelta::days(40);
    let mut tx = database.store.begin().await.unwrap();
    let message = NewMessage {
        id: MessageId(id(1, 0, 99)),
        kind: "told",
        subject: id(1, 0, 98),
        payload: "{}",
        replay_of: None,
    };
    assert_eq!(
        append(&mut tx, "office:1", &message, None, now)
            .await
            .unwrap(),
        MESSAGES + 1
    );
    tx.commit().await.unwrap();
    let mut tx = database.store.read().await.unwrap();
    let (mut after, mut read) = (17, Vec::new());
    loop {
        let feed = read_feed(&mut tx, "office:1", after, 10, now)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((feed.floor_seq, feed.last_seq), (0, MESSAGES + 1));
        let Some(last) = feed.told.last() else { break };
        after = last.seq;
        read.extend(feed.told.iter().map(|told| told.seq));
    }
    assert_eq!(read, (18..=MESSAGES + 1).collect::<Vec<_>>());
    let tries = outbox::count_attempts(&mut tx, id(1, 9, 1)).await.unwrap();
    assert_eq!(tries, 2);
}

async fn an_outbox_of_before_the_months_is_brought_up_to_date(database: Database) {
    let mut tx = database.store.begin().await.unwrap();
    fill(&mut tx).await;
    tx.commit().await.unwrap();
    database
        .store
        .migrate()
        .await
        .expect("the later migrations");

    let mut tx = database.store.read().await.unwrap();
    assert_lanes(&mut tx).await;
    assert_dead(&mut tx).await;
    if matches!(tx, Tx::Postgres(..)) {
        assert_months(&mut tx).await;
    }
    drop(tx);
    assert_goes_on(&database).await;
}

#[tokio::test]
async fn an_outbox_of_before_the_months_is_brought_up_to_date_sqlite() {
    let database = Database::sqlite_of(BEFORE).await;
    an_outbox_of_before_the_months_is_brought_up_to_date(database).await;
}

#[tokio::test]
async fn an_outbox_of_before_the_months_is_brought_up_to_date_postgres() {
    if let Some(database) = Database::postgres_of(BEFORE).await {
        an_outbox_of_before_the_months_is_brought_up_to_date(database).await;
    }
}
