//! What an office is told, in order, when it asks.

use serde_json::Value;

use crate::http::tests::kit::{DEJ, Kit, TURDA, adult, paying};

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
