//! When credentials begin, end and are revoked, and who hears of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::domain::id::CredentialId;
use crate::http::tests::kit::{DEJ, Kit, TURDA, register, send};
use crate::store::credentials::{self, Party, Period};
use crate::store::tidings::Ear;
use crate::store::{Store, authentication_failures, offices, revisions};

const ME: &str = "/v1/offices/me";

/// Longer than anything here takes, shorter than a test may hang.
const LONG: Duration = Duration::from_secs(20);

/// Listens to what others commit, as the listener of a process does.
fn listening(store: &Store) -> JoinSet<()> {
    let store = store.clone();
    let mut task = JoinSet::new();
    task.spawn(async move {
        let mut ear = Ear::open(&store).await.unwrap();
        loop {
            ear.follow(Duration::from_millis(50), || ()).await.unwrap();
        }
    });
    task
}

async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let trying = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, trying)
        .await
        .expect("it happens");
}

/// A kit whose process listens.
async fn followed() -> (Kit, JoinSet<()>) {
    let kit = Kit::start().await;
    let task = listening(&kit.gateway.store);
    until(async || kit.gateway.store.tidings().is_followed()).await;
    (kit, task)
}

async fn new_key(kit: &Kit, key: &str) -> CredentialId {
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let office = Some(kit.dej);
    let id = register(&mut tx, &kit.gateway, key, Party::Office, office, "*").await;
    tx.commit().await.unwrap();
    id
}

async fn revoke(store: &Store, kit: &Kit, id: CredentialId) {
    let mut tx = store.begin().await.unwrap();
    let now = kit.gateway.clock.now();
    assert!(credentials::revoke(&mut tx, id, now).await.unwrap());
    tx.commit().await.unwrap();
}

/// Another process on the same database.
async fn other_process(kit: &Kit) -> Store {
    Store::open(&kit.gateway.config.database.url, None, 2)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_credential_that_was_seen_is_not_asked_for_again() {
    let (kit, _listening) = followed().await;
    kit.get(DEJ, ME).await.expect(200);
    let at_hand = |key: &str| {
        let hash = openssl::sha::sha256(key.as_bytes());
        let now = kit.gateway.clock.now();
        let known = &kit.server.api().identities.credentials;
        known.at_hand(&kit.gateway.store, &hash, now).is_some()
    };
    assert!(at_hand(DEJ));
    assert!(!at_hand(TURDA), "nobody asked with it");

    // What one of them does is no reason to forget the other.
    let id = new_key(&kit, "cei_test_new").await;
    kit.get("cei_test_new", ME).await.expect(200);
    revoke(&kit.gateway.store, &kit, id).await;
    until(async || at_hand(DEJ)).await;

    kit.clock.advance(Duration::from_secs(301));
    assert!(!at_hand(DEJ), "after a while it is read again all the same");
}

#[tokio::test]
async fn a_key_that_another_process_revokes_is_refused_once_that_is_heard() {
    let (kit, _listening) = followed().await;
    let id = new_key(&kit, "cei_test_stolen").await;
    kit.get("cei_test_stolen", ME).await.expect(200);
    let other = other_process(&kit).await;
    revoke(&other, &kit, id).await;

    until(async || kit.get("cei_test_stolen", ME).await.status == 401).await;
    kit.get("cei_test_stolen", ME)
        .await
        .problem(401, "credentials-revoked");
    kit.get(DEJ, ME).await.expect(200);
}

#[tokio::test]
async fn a_request_that_waits_ends_when_its_credential_dies() {
    let (kit, _listening) = followed().await;
    let id = new_key(&kit, "cei_test_waiting").await;
    let kit = Arc::new(kit);
    let waiting = {
        let kit = Arc::clone(&kit);
        async move { kit.get("cei_test_waiting", "/v1/events?wait=25").await }
    };
    let mut waiting = std::pin::pin!(waiting);
    // It has been let in once its key is at hand.
    let let_in = async {
        let hash = openssl::sha::sha256(b"cei_test_waiting");
        let known = &kit.server.api().identities.credentials;
        let now = kit.gateway.clock.now();
        until(async || known.at_hand(&kit.gateway.store, &hash, now).is_some()).await;
    };
    tokio::select! {
        biased;
        () = let_in => (),
        reply = &mut waiting => panic!("it does not wait: {}", reply.text),
    }
    let other = other_process(&kit).await;
    revoke(&other, &kit, id).await;

    let reply = tokio::time::timeout(LONG, waiting).await.unwrap();
    reply.problem(401, "credentials-revoked");
}

#[tokio::test]
async fn a_request_that_waits_ends_with_the_time_of_its_credential() {
    let (kit, _listening) = followed().await;
    let id = new_key(&kit, "cei_test_short").await;
    set_period(&kit, id, None, Some(TimeDelta::seconds(10))).await;
    let waiting = kit.get("cei_test_short", "/v1/events?wait=25");
    let mut waiting = std::pin::pin!(waiting);
    let passing = async {
        loop {
            kit.clock.advance(Duration::from_secs(1));
            tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>())
                .await
                .unwrap_or(());
        }
    };
    let reply = tokio::select! {
        reply = &mut waiting => reply,
        () = passing => unreachable!(),
    };
    reply.problem(401, "credentials-expired");
}

async fn set_period(
    kit: &Kit,
    id: CredentialId,
    from: Option<TimeDelta>,
    until: Option<TimeDelta>,
) {
    let now = kit.gateway.clock.now();
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let period = Period {
        from: from.map(|from| now + from),
        until: until.map(|until| now + until),
    };
    assert!(credentials::set_period(&mut tx, id, period).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_credential_counts_from_its_beginning_to_its_end() {
    let (kit, _listening) = followed().await;
    let id = new_key(&kit, "cei_test_later").await;
    let hour = TimeDelta::hours(1);
    set_period(&kit, id, Some(hour), Some(hour * 2)).await;
    let get = || kit.get("cei_test_later", ME);

    get().await.problem(401, "credentials-not-yet-valid");
    kit.clock.advance(Duration::from_hours(1));
    get().await.expect(200);
    kit.clock.advance(Duration::from_secs(3599));
    get().await.expect(200);
    kit.clock.advance(Duration::from_secs(1));
    get().await.problem(401, "credentials-expired");
}

#[tokio::test]
async fn while_nobody_listens_every_request_asks_the_database() {
    let kit = Kit::start().await;
    let id = new_key(&kit, "cei_test_deaf").await;
    kit.get("cei_test_deaf", ME).await.expect(200);
    let other = other_process(&kit).await;
    revoke(&other, &kit, id).await;
    kit.get("cei_test_deaf", ME)
        .await
        .problem(401, "credentials-revoked");
}

#[tokio::test]
async fn a_use_is_noted_once_an_hour_and_changes_nothing_for_others() {
    let (kit, _listening) = followed().await;
    let id = new_key(&kit, "cei_test_used").await;
    let used_at = async || {
        let mut tx = kit.read().await;
        let found = credentials::find(&mut tx, id).await.unwrap().unwrap();
        let revision = revisions::read(&mut tx, revisions::CREDENTIALS)
            .await
            .unwrap();
        (found.last_used_at, revision)
    };
    let write = async || {
        let known = &kit.server.api().identities.credentials;
        known.write_uses(&kit.gateway.store).await.unwrap();
    };
    let (never, revision) = used_at().await;
    assert_eq!(never, None);
    let first = kit.gateway.clock.now();
    for _ in 0..3 {
        kit.get("cei_test_used", ME).await.expect(200);
        write().await;
        kit.clock.advance(Duration::from_secs(1199));
        assert_eq!(used_at().await, (Some(first), revision));
    }
    kit.clock.advance(Duration::from_secs(3));
    let second = kit.gateway.clock.now();
    kit.get("cei_test_used", ME).await.expect(200);
    write().await;
    assert_eq!(used_at().await, (Some(second), revision));
}

#[tokio::test]
async fn when_an_office_was_seen_is_written_once_a_minute() {
    let (kit, _listening) = followed().await;
    new_key(&kit, "cei_test_seen").await;
    let now = || kit.gateway.clock.now().timestamp();
    let write = async || {
        let known = &kit.server.api().identities.credentials;
        let now = kit.gateway.clock.now();
        known.write_seen(&kit.gateway.store, now).await.unwrap();
        let seen = offices::find_last_seen(&mut kit.read().await, kit.dej).await;
        seen.unwrap().map(|at| at.timestamp())
    };
    kit.get("cei_test_seen", ME).await.expect(200);
    let first = now();
    assert_eq!(write().await, Some(first));
    kit.clock.advance(Duration::from_secs(30));
    kit.get("cei_test_seen", ME).await.expect(200);
    let second = now();
    assert_eq!(write().await, Some(first), "not every time");
    kit.clock.advance(Duration::from_secs(31));
    assert_eq!(write().await, Some(second));
    // Nobody was seen since then.
    kit.clock.advance(Duration::from_mins(2));
    assert_eq!(write().await, Some(second));
}

#[tokio::test]
async fn every_failure_is_on_record_and_no_key_with_it() {
    let kit = Kit::start().await;
    let id = new_key(&kit, "cei_test_old").await;
    revoke(&kit.gateway.store, &kit, id).await;
    send(kit.request(Method::GET, ME)).await;
    for _ in 0..3 {
        kit.get("cei_test_guess-of-a-secret", ME).await;
    }
    kit.get("cei_test_old", ME).await;
    kit.get("cei_live_x", ME).await;
    kit.get(DEJ, "/v1/holds")
        .await
        .problem(403, "party-not-allowed");
    let notification = kit.request(Method::POST, "/v1/channels/selfpay/notifications");
    let notification = notification.header("Content-Type", "application/json");
    send(notification.body("{}"))
        .await
        .problem(401, "notification-not-proven");

    let store = &kit.gateway.store;
    kit.server
        .api()
        .identities
        .failures
        .write(store)
        .await
        .unwrap();
    let mut tx = kit.read().await;
    let since = kit.gateway.clock.now() - TimeDelta::hours(1);
    let rows = authentication_failures::list_since(&mut tx, since, None, 100)
        .await
        .unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.cause.as_str(),
                row.occurrences,
                row.who.split(':').next().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("UNKNOWN", 3, ""),
        ("SIGNATURE_WRONG", 1, ""),
        ("REVOKED", 1, "credential"),
        ("PARTY_NOT_ALLOWED", 1, "credential"),
        ("OTHER_ENVIRONMENT", 1, ""),
        ("MISSING", 1, ""),
    ];
    assert_eq!(told, expected);
    assert!(rows.iter().all(|row| row.address == "127.0.0.1"));
    let of_old = rows
        .iter()
        .find(|row| row.cause.as_str() == "REVOKED")
        .unwrap();
    assert_eq!(of_old.who, format!("credential:{id}"));
    assert!(!format!("{rows:?}").contains("guess"));
}

#[tokio::test]
async fn who_guesses_is_answered_ever_more_slowly_and_shuts_nobody_out() {
    let (kit, _listening) = followed().await;
    kit.get(DEJ, ME).await.expect(200);
    let mut limited = 0;
    for guess in 0..50 {
        let reply = kit.get(&format!("cei_test_{guess:06}-guess"), ME).await;
        if reply.status == 429 {
            limited += 1;
            reply.problem(429, "authentication-limited");
            assert!(reply.header("retry-after").parse::<u32>().unwrap() >= 1);
        }
    }
    assert_eq!(limited, 20, "30 a minute are looked at");
    // Known ones are not asked about their neighbours.
    kit.get(DEJ, ME).await.expect(200);
    kit.get(TURDA, ME)
        .await
        .problem(429, "authentication-limited");
    kit.clock.advance(Duration::from_secs(2));
    kit.get(TURDA, ME).await.expect(200);
}

#[tokio::test]
async fn an_office_that_asks_too_often_waits_and_the_others_do_not() {
    let kit = Kit::start_with(|config, listener| {
        listener.tls = None;
        config.limits.office_requests_per_second = 2;
        config.limits.office_requests_burst = 4;
    })
    .await;
    new_key(&kit, "cei_test_second").await;
    for left in ["3", "2", "1"] {
        let reply = kit.get(DEJ, ME).await;
        reply.expect(200);
        assert!(reply.header("ratelimit").contains(&format!("r={left};")));
        assert_eq!(reply.header("ratelimit-policy"), "\"office\";q=4;w=2");
    }
    // Another key of the same office has no allowance of its own.
    kit.get("cei_test_second", ME).await.expect(200);
    let reply = kit.get(DEJ, ME).await;
    reply.problem(429, "rate-limited");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(reply.header("ratelimit"), "\"office\";r=0;t=2");
    kit.get(TURDA, ME).await.expect(200);
    kit.clock.advance(Duration::from_millis(500));
    kit.get(DEJ, ME).await.expect(200);
    let problem = kit.get(DEJ, "/v1/nothing").await;
    assert_eq!(problem.json()["code"], json!("not-found"));
}

#[tokio::test]
async fn operators_list_failures_page_by_page_and_offices_do_not() {
    let kit = Kit::start().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let operator = "cei_test_operator";
    register(
        &mut tx,
        &kit.gateway,
        operator,
        Party::Operator,
        None,
        "operate",
    )
    .await;
    tx.commit().await.unwrap();
    for minute in 0..3 {
        for key in ["cei_test_guess", "cei_live_guess"] {
            kit.get(key, ME).await;
        }
        kit.clock.advance(Duration::from_mins(minute + 1));
    }
    let store = &kit.gateway.store;
    kit.server
        .api()
        .identities
        .failures
        .write(store)
        .await
        .unwrap();

    let mut told = Vec::new();
    let mut path = "/v1/operations/authentication-failures?limit=4".to_owned();
    loop {
        let page = kit.get(operator, &path).await.expect(200);
        for row in page["data"].as_array().unwrap() {
            told.push((row["minute"].clone(), row["cause"].clone()));
            assert_eq!(row["occurrences"], 1);
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/operations/authentication-failures?limit=4&cursor={cursor}");
    }
    assert_eq!(told.len(), 6);
    assert!(
        told.windows(2)
            .all(|two| two[0].0.as_str() >= two[1].0.as_str())
    );
    let kinds: std::collections::BTreeSet<_> = told.iter().map(|row| format!("{row:?}")).collect();
    assert_eq!(kinds.len(), 6, "each once");
    kit.get(DEJ, "/v1/operations/authentication-failures")
        .await
        .problem(403, "party-not-allowed");
}
