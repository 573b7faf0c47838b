//! What operators see and decide over the API.

use std::time::Duration;

use serde_json::json;

use crate::http::tests::kit::{DEJ, Kit, register};
use crate::store::credentials::Party;
use crate::worker::batcher::Batcher;
use crate::worker::drain;

const OPERATOR: &str = "cei_test_operator";
const READER: &str = "cei_test_reader";

/// A gateway with one order in the outbox, and an operator's key.
async fn with_order() -> (Kit, String) {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    register(
        &mut tx,
        &kit.gateway,
        OPERATOR,
        Party::Operator,
        None,
        "operate",
    )
    .await;
    register(
        &mut tx,
        &kit.gateway,
        READER,
        Party::Automation,
        None,
        "events:read",
    )
    .await;
    tx.commit().await.unwrap();
    kit.clock.advance(Duration::from_hours(6));
    drain(&Batcher, &kit.gateway, 5).await.unwrap();
    let orders = kit.get(OPERATOR, "/v1/orders").await.expect(200);
    let number = orders["data"][0]["number"].as_str().unwrap().to_owned();
    (kit, number)
}

#[tokio::test]
async fn operators_list_and_see_orders_and_others_do_not() {
    let (kit, number) = with_order().await;
    let order = kit.get(OPERATOR, &format!("/v1/orders/{number}")).await;
    let order = order.expect(200);
    assert_eq!(order["state"], "QUEUED");
    assert_eq!(order["lines"].as_array().unwrap().len(), 1);
    let events: Vec<_> = order["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["LINES_FIXED", "DOCUMENT_SIGNED", "PUT_IN_OUTBOX"]);

    let sent = kit.get(OPERATOR, "/v1/orders?state=SENT").await.expect(200);
    assert_eq!(sent, json!({ "data": [], "next_cursor": null }));
    kit.get(OPERATOR, "/v1/orders/CNIN-1")
        .await
        .problem(404, "not-found");
    kit.get(DEJ, "/v1/orders")
        .await
        .problem(403, "party-not-allowed");
    kit.get(READER, "/v1/holds")
        .await
        .problem(403, "scope-missing");
}

#[tokio::test]
async fn a_split_is_carried_out_once_and_its_hold_can_be_released() {
    let (kit, number) = with_order().await;
    let split = format!("/v1/orders/{number}/split");
    let body = json!({ "lines": [1], "reason": "the face is somebody else's" });
    let done = kit.post(OPERATOR, &split, "s1", &body).await.expect(200);
    assert_eq!(done, json!({ "subject": number, "done": "GIVEN_UP" }));
    let again = kit.post(OPERATOR, &split, "s1", &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = kit.post(OPERATOR, &split, "s2", &body).await;
    other.problem(409, "decision-not-possible");

    let holds = kit.get(OPERATOR, "/v1/holds?code=810").await.expect(200);
    let id = holds["data"][0]["id"].as_str().unwrap();
    let release = format!("/v1/holds/{id}/release");
    let silent = json!({ "reason": "  " });
    let refused = kit.post(OPERATOR, &release, "r1", &silent).await;
    refused.problem(422, "reason-missing");
    let body = json!({ "reason": "looked at" });
    kit.post(OPERATOR, &release, "r2", &body).await.expect(200);
    let closed = kit.post(OPERATOR, &release, "r3", &body).await;
    closed.problem(409, "hold-closed");
}

#[tokio::test]
async fn an_order_on_its_way_is_not_sent_twice() {
    let (kit, number) = with_order().await;
    let resend = format!("/v1/orders/{number}/resend");
    let body = json!({ "reason": "impatience" });
    let refused = kit.post(OPERATOR, &resend, "k", &body).await;
    refused.problem(409, "decision-not-possible");
    let lanes = kit.get(OPERATOR, "/v1/outbox/lanes").await.expect(200);
    assert_eq!(lanes["data"][0]["lane"], "bureau:CNIN");
    assert_eq!(lanes["data"][0]["waiting"], 1);
    let dead = kit.get(OPERATOR, "/v1/outbox/dead").await.expect(200);
    assert_eq!(dead, json!({ "data": [] }));
}

#[tokio::test]
async fn a_page_of_holds_or_lanes_says_where_the_next_begins() {
    let (kit, _number) = with_order().await;
    let first = kit
        .get(OPERATOR, "/v1/outbox/lanes?limit=1")
        .await
        .expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = format!("/v1/outbox/lanes?limit=1&cursor={cursor}");
    let second = kit.get(OPERATOR, &next).await.expect(200);
    assert_ne!(first["data"][0]["lane"], second["data"][0]["lane"]);
    // A cursor of one list opens no other.
    let strange = format!("/v1/orders?cursor={cursor}");
    kit.get(OPERATOR, &strange)
        .await
        .problem(400, "cursor-invalid");
}
