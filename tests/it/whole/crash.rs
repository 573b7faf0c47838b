//! The gateway's process ends in the middle of its work, again and again, without a word to anybody;
//! another one starts on what is left, and the story ends as if nothing had happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use cei_gateway::cli::demo::{Account, Outages};
use cei_gateway::random::Random;
use cei_gateway::store::{Interruption, Place};

use crate::kit::databases::{Database, rows};
use crate::whole::kit::{Theatre, assert_sound, honestly, payers, seed_where};

const APPLICATIONS: u32 = 4;

/// How a story ended, as far as outages must not change it. When something happens they may
/// change, and so which applications share an order.
#[derive(Debug, Eq, PartialEq)]
struct Ending {
    told: BTreeMap<u64, String>,
    by_state: BTreeMap<&'static str, i64>,
    lines: i64,
    cards: i64,
    made: BTreeSet<u32>,
    payments: String,
    holds: Vec<(String, i64)>,
}

fn ending(theatre: &Theatre, account: &Account) -> Ending {
    let mut holds: Vec<_> = account
        .holds
        .iter()
        .map(|hold| (hold.subject.clone(), hold.code))
        .collect();
    holds.sort();
    let told = theatre.told().into_iter();
    Ending {
        told: told
            .map(|(serial, state)| (serial, state.to_string()))
            .collect(),
        by_state: account.by_state.clone(),
        lines: account.order_lines,
        cards: account.cards,
        made: theatre.bureau().cards.values().copied().collect(),
        payments: format!("{:?}", account.payments),
        holds,
    }
}

fn seed() -> u64 {
    seed_where(APPLICATIONS, |stories| payers(stories) >= 2)
}

/// Nothing was ordered, sent or taken twice.
async fn assert_nothing_doubled(theatre: &Theatre) {
    let ledger = theatre.bureau();
    assert_eq!(ledger.duplicates, [""; 0]);
    assert_eq!(ledger.conflicting_orders, 0);
    assert_eq!(ledger.refused_orders.len(), 0, "{ledger:?}");
    assert!(ledger.cards.values().all(|cards| *cards == 1), "{ledger:?}");
    let mut tx = theatre.stage.gateway.store.read().await.unwrap();
    let messages = rows!(
        (i64, i64),
        &mut tx,
        "SELECT COUNT(m.message_id), MAX(o.resends)
         FROM orders o
         LEFT JOIN outbox m ON m.subject_id = o.id
         GROUP BY o.id"
    );
    assert!(!messages.is_empty());
    for (sent, resends) in messages {
        assert_eq!(
            sent,
            1 + resends,
            "an order is in the outbox once, unless it was resent"
        );
    }
}

/// Plays without outages, then with them, and compares.
async fn assert_outages_change_nothing(database: Option<String>, outages: Outages) -> Vec<Place> {
    let mut undisturbed = Theatre::open(APPLICATIONS, seed(), honestly).await;
    let account = undisturbed.play().await;
    assert_sound(&account);
    let expected = ending(&undisturbed, &account);
    undisturbed.stage.close().await;

    let mut theatre = Theatre::open(APPLICATIONS, seed(), |wish| {
        honestly(wish);
        wish.database = database;
    })
    .await;
    let (account, outages) = theatre.play_through(outages).await;
    assert_sound(&account);
    assert_nothing_doubled(&theatre).await;
    assert_eq!(ending(&theatre, &account), expected);
    theatre.stage.gateway.store.close().await;
    theatre.stage.close().await;
    outages.struck_at().to_vec()
}

/// Lives of some hundred transactions at most, as many as the seed says; idle workers begin many.
fn short_lives(seed: u64) -> Outages {
    let random = Random::seeded(seed);
    Outages::each(move || Interruption::after(random.below(400).cast_signed() + 1))
}

#[tokio::test]
async fn short_lives_end_the_story_as_a_long_one_does() {
    let struck = Box::pin(assert_outages_change_nothing(None, short_lives(1))).await;
    assert!(struck.len() >= 30, "only {} outages", struck.len());
}

#[tokio::test]
async fn short_lives_on_postgres_end_the_story_as_a_long_one_does() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let struck = Box::pin(assert_outages_change_nothing(
        Some(database.url.clone()),
        short_lives(2),
    ))
    .await;
    assert!(struck.len() >= 30, "only {} outages", struck.len());
}

/// Every place that begins a transaction is struck on its first occasions, then ever more rarely.
fn every_place() -> Outages {
    let seen: Arc<Mutex<BTreeMap<Place, u64>>> = Arc::default();
    Outages::each(move || {
        let seen = Arc::clone(&seen);
        Interruption::when(move |place| {
            let mut seen = seen.lock().unwrap();
            let times = seen.entry(place).or_default();
            *times += 1;
            is_fibonacci(*times)
        })
    })
}

fn is_fibonacci(number: u64) -> bool {
    let (mut one, mut next) = (1, 2);
    while one < number {
        (one, next) = (next, one + next);
    }
    one == number
}

/// The steps of the way of the data; each must have been struck.
const STEPS: [&str; 13] = [
    "flow/once.rs",
    "flow/submit_application.rs",
    "flow/match_payment.rs",
    "flow/open_order.rs",
    "flow/seal_order.rs",
    "flow/send_order.rs",
    "flow/receive_document.rs",
    "flow/read_document.rs",
    "flow/record_statement.rs",
    "flow/record_notification.rs",
    "flow/chase_receipt.rs",
    "flow/erase_content.rs",
    "http/events.rs",
];

#[tokio::test]
async fn an_outage_at_any_step_changes_nothing() {
    let struck = Box::pin(assert_outages_change_nothing(None, every_place())).await;
    let files: BTreeSet<&str> = struck.iter().map(|place| place.file()).collect();
    for step in STEPS {
        let was_struck = files.iter().any(|file| file.ends_with(step));
        assert!(was_struck, "{step} was never struck, only {files:#?}");
    }
    assert!(struck.len() >= 30, "only {} outages", struck.len());
}
