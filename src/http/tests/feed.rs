//! What an office is told, in order, when it asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::BoxBody;
use serde_json::Value;

use crate::gateway::Gateway;
use crate::http::envelope::envelope;
use crate::http::events;
use crate::http::gate::gate;
use crate::http::server::{Listener, Running, start};
use crate::http::tests::kit::{DEJ, Kit, TURDA, adult, client, paying, send};
use crate::store::offices::lane_of;
use crate::store::tidings::Ear;
use crate::store::{Interruption, Tx};

fn kinds(page: &Value) -> Vec<String> {
    let events = page["data"].as_array().unwrap();
    let short = |event: &Value| {
        let kind = event["type"].as_str().unwrap();
        kind.trim_start_matches("ro.cei.application.").to_owned()
    };
    events.iter().map(short).collect()
}

#[tokio::test]
async fn events_come_in_order_page_by_page() {
    let kit = Kit::start().await;
    kit.submit(DEJ, "k1", &adult()).await.expect(201);
    kit.submit(DEJ, "k2", &paying()).await.expect(201);

    let all = kit.get(DEJ, "/v1/events").await.expect(200);
    let expected = ["received.v1", "fee_settled.v1", "received.v1", "fee_due.v1"];
    assert_eq!(kinds(&all), expected);
    let mut seen = Vec::new();
    let mut path = "/v1/events?limit=3".to_owned();
    loop {
        let page = kit.get(DEJ, &path).await.expect(200);
        if page["data"].as_array().unwrap().is_empty() {
            break;
        }
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| e["seq"].clone()),
        );
        path = format!(
            "/v1/events?limit=3&after={}",
            page["next_cursor"].as_str().unwrap()
        );
    }
    assert_eq!(seen, [1, 2, 3, 4]);
}

#[tokio::test]
async fn an_event_holds_ids_and_states_and_nobodys_name() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    let reply = kit.get(DEJ, "/v1/events?limit=1").await;

    let event = &reply.expect(200)["data"][0];
    assert_eq!(event["application_id"], id.to_string());
    assert_eq!(event["number"], "CLJ-04-2026-000001");
    assert!(!reply.text.contains("Mure"));
    assert!(!reply.text.contains("1630615123457"));
}

#[tokio::test]
async fn an_office_sees_its_own_events_alone() {
    let kit = Kit::start().await;
    kit.taken_in().await;

    let page = kit.get(TURDA, "/v1/events").await.expect(200);
    assert_eq!(kinds(&page), [""; 0]);
    assert!(!page["next_cursor"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn a_cursor_serves_its_office_and_its_list_alone() {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let page = kit.get(DEJ, "/v1/events").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let (head, tail) = cursor.split_at(1);
    let changed = if head == "M" { "N" } else { "M" };

    for (key, path) in [
        (TURDA, format!("/v1/events?after={cursor}")),
        (DEJ, format!("/v1/applications?cursor={cursor}")),
        (DEJ, format!("/v1/events?after={changed}{tail}")),
        (DEJ, "/v1/events?after=MQ".to_owned()),
        (DEJ, "/v1/events?after=%00".to_owned()),
    ] {
        kit.get(key, &path).await.problem(400, "cursor-invalid");
    }
}

#[tokio::test]
async fn a_waiting_office_is_answered_when_something_happens() {
    let kit = Kit::start().await;
    let waiting = kit.get(DEJ, "/v1/events?wait=25");
    let happening = async {
        kit.get(DEJ, "/v1/offices/me").await.expect(200);
        kit.submit(DEJ, "k1", &adult()).await.expect(201);
    };
    let (page, ()) = tokio::join!(waiting, happening);

    assert_eq!(kinds(&page.expect(200)), ["received.v1", "fee_settled.v1"]);
}

#[tokio::test]
async fn a_server_that_stops_lets_waiting_offices_go() {
    let kit = Kit::start().await;
    let waiting = kit.get(DEJ, "/v1/events?wait=25");
    let stopping = async {
        kit.get(DEJ, "/v1/offices/me").await.expect(200);
        kit.server.announce_stop();
        kit.get(DEJ, "/readyz").await
    };
    let (page, ready) = tokio::join!(waiting, stopping);

    assert_eq!(kinds(&page.expect(200)), [""; 0]);
    ready.problem(503, "temporarily-unavailable");
}

async fn set_floor(kit: &Kit, floor: i64) {
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let Tx::Sqlite(sqlite, _) = &mut tx else {
        panic!("the kit is on SQLite")
    };
    sqlx::query("UPDATE lanes SET floor_seq = $2 WHERE lane = $1")
        .bind(lane_of(kit.dej))
        .bind(floor)
        .execute(&mut **sqlite)
        .await
        .unwrap();
    sqlx::query("DELETE FROM outbox WHERE lane = $1 AND seq <= $2")
        .bind(lane_of(kit.dej))
        .bind(floor)
        .execute(&mut **sqlite)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_cursor_before_what_is_kept_is_gone_and_the_oldest_is_named() {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let first = kit.get(DEJ, "/v1/events?limit=1").await.expect(200);
    let early = first["next_cursor"].as_str().unwrap();
    kit.submit(DEJ, "k2", &paying()).await.expect(201);
    set_floor(&kit, 3).await;

    let path = format!("/v1/events?after={early}&wait=25");
    let gone = kit.get(DEJ, &path).await.problem(410, "cursor-expired");
    let oldest = gone["cursor"].as_str().unwrap();
    for path in [
        format!("/v1/events?after={oldest}"),
        "/v1/events".to_owned(),
    ] {
        let page = kit.get(DEJ, &path).await.expect(200);
        assert_eq!(page["data"][0]["seq"], 4, "{path}");
    }
    set_floor(&kit, 4).await;
    let empty = kit.get(DEJ, "/v1/events").await.expect(200);
    let path = format!(
        "/v1/events?after={}",
        empty["next_cursor"].as_str().unwrap()
    );
    kit.get(DEJ, &path).await.expect(200);
}

#[tokio::test]
async fn a_cursor_of_a_future_that_was_lost_is_gone() {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let page = kit.get(DEJ, "/v1/events").await.expect(200);
    let path = format!("/v1/events?after={}", page["next_cursor"].as_str().unwrap());
    // The database is restored from a copy that is older than the last answer.
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let Tx::Sqlite(sqlite, _) = &mut tx else {
        panic!("the kit is on SQLite")
    };
    sqlx::query("UPDATE lanes SET last_seq = 1")
        .execute(&mut **sqlite)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    kit.get(DEJ, &path).await.problem(410, "cursor-expired");
}

#[tokio::test]
async fn what_the_office_has_already_is_not_sent_again() {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let page = kit.get(DEJ, "/v1/events").await;
    let end = page.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let known = |path: String, tag: &str| {
        let request = kit.request(reqwest::Method::GET, &path).bearer_auth(DEJ);
        send(request.header("If-None-Match", tag.to_owned()))
    };
    let same = known("/v1/events".to_owned(), page.header("etag")).await;
    assert_eq!((same.status.as_u16(), same.text.as_str()), (304, ""));

    let at_end = format!("/v1/events?after={end}");
    let empty = kit.get(DEJ, &at_end).await;
    assert_eq!(
        empty.header("x-poll-interval"),
        "30",
        "nobody follows the rows"
    );
    let unchanged = known(at_end.clone(), empty.header("etag")).await;
    assert_eq!(unchanged.status.as_u16(), 304);
    kit.submit(DEJ, "k2", &paying()).await.expect(201);
    let changed = known(at_end, empty.header("etag")).await;
    assert_eq!(changed.expect(200)["data"].as_array().unwrap().len(), 2);
}

/// A second server of the same gateway, whose database may be taken away.
fn without_database(kit: &Kit, is_away: &Arc<AtomicBool>) -> Running {
    let is_away = Arc::clone(is_away);
    let interruption = Interruption::when(move |_place| is_away.load(Ordering::Relaxed));
    let gateway = Gateway {
        store: kit.gateway.store.interrupted(interruption),
        ..kit.gateway.clone()
    };
    let mut listener = Listener::from_config(&gateway.config).unwrap();
    listener.bind = "127.0.0.1:0".parse().unwrap();
    listener.tls = None;
    listener.threads = 1;
    start(&gateway, listener).unwrap()
}

#[tokio::test]
async fn an_unchanged_feed_is_answered_from_memory_while_somebody_follows_the_rows() {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let is_away = Arc::default();
    let server = without_database(&kit, &is_away);
    let mut ear = Ear::open(&kit.gateway.store).await.unwrap();
    ear.follow(Duration::from_millis(1), || ()).await.unwrap();
    let ask = |path: String| {
        let url = format!("http://{}{path}", server.address);
        send(client(None).get(url).bearer_auth(DEJ))
    };
    let page = ask("/v1/events".to_owned()).await;
    let end = page.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let at_end = format!("/v1/events?after={end}");

    is_away.store(true, Ordering::Relaxed);
    let unchanged = ask(at_end.clone()).await;
    assert_eq!(kinds(&unchanged.expect(200)), [""; 0]);
    assert_eq!(unchanged.header("x-poll-interval"), "5");
    ask("/v1/events".to_owned())
        .await
        .problem(503, "temporarily-unavailable");
    drop(ear);
    ask(at_end).await.problem(503, "temporarily-unavailable");
}

#[tokio::test]
async fn an_end_in_memory_serves_its_office_alone_and_until_something_follows() {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let mut ear = Ear::open(&kit.gateway.store).await.unwrap();
    ear.follow(Duration::from_millis(1), || ()).await.unwrap();
    let page = kit.get(DEJ, "/v1/events").await.expect(200);
    let end = page["next_cursor"].as_str().unwrap();
    let at_end = format!("/v1/events?after={end}");
    let first = kit.get(DEJ, &at_end).await;
    let again = kit.get(DEJ, &at_end).await;
    assert_eq!(first.expect(200), again.expect(200));
    assert_eq!(again.expect(200)["next_cursor"], end);
    let tag = first.header("etag");
    assert_eq!(tag, again.header("etag"));
    let unchanged = kit.get_known(DEJ, &at_end, tag).await;
    assert_eq!(unchanged.status.as_u16(), 304);
    assert_eq!(unchanged.header("x-poll-interval"), "5");

    let (head, tail) = end.split_at(1);
    let changed = if head == "M" { "N" } else { "M" };
    for (key, path) in [
        (TURDA, at_end.clone()),
        (DEJ, format!("/v1/events?after={changed}{tail}")),
        (DEJ, format!("{at_end}A")),
    ] {
        kit.get(key, &path).await.problem(400, "cursor-invalid");
    }
    kit.submit(DEJ, "k2", &paying()).await.expect(201);
    let news = kit.get_known(DEJ, &at_end, tag).await.expect(200);
    assert_eq!(kinds(&news), ["received.v1", "fee_due.v1"]);
}

/// Bytes of the future that a layer makes of a request.
const fn room_of_layer<A, B, C, F: Future>(_layer: &impl Fn(A, B, C) -> F) -> usize {
    size_of::<F>()
}

/// Bytes of the future that a handler makes of a request.
const fn room_of_handler<A, B, C, D, F: Future>(_handler: &impl Fn(A, B, C, D) -> F) -> usize {
    size_of::<F>()
}

#[test]
fn an_office_that_waits_holds_little_room() {
    let layers = [
        room_of_layer(&envelope::<BoxBody>),
        room_of_layer(&gate::<BoxBody>),
    ];
    let handler = room_of_handler(&events::list);
    // Each of them lives for as long as its request, whichever of its parts is over.
    let all = layers.iter().sum::<usize>() + handler;
    assert!(all <= 6 * 1024, "{layers:?} and {handler} bytes");
}
