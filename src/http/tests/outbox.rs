//! The outbox as operators look at it, and what they decide about messages that died.

use serde_json::json;

use crate::http::tests::kit::{DEJ, Kit};
use crate::http::tests::operations::{OPERATOR, with_order};
use crate::store::offices::lane_of;
use crate::store::outbox::{bury, list_after};
use crate::worker::drain;
use crate::worker::redriver::Redriver;

/// Buries the first event of the office in Dej, and returns its id.
async fn with_dead_event(kit: &Kit) -> String {
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let lane = lane_of(kit.dej);
    let events = list_after(&mut tx, &lane, 0, 1).await.unwrap();
    let now = kit.gateway.clock.now();
    bury(&mut tx, &events[0], "PERMANENT 404", 3, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    events[0].message_id.to_string()
}

#[tokio::test]
async fn a_message_that_died_is_sent_again_once_and_shown_in_the_feed() {
    let (kit, _number) = with_order().await;
    let id = with_dead_event(&kit).await;
    let groups = kit
        .get(OPERATOR, "/v1/outbox/dead/groups")
        .await
        .expect(200);
    let group = &groups["data"][0];
    assert_eq!(
        (&group["cause"], &group["status"], &group["letters"]),
        (&json!("PERMANENT"), &json!(404), &json!(1))
    );
    let path = format!("/v1/outbox/dead/{id}/redrive");
    let silent = kit
        .post(OPERATOR, &path, "d1", &json!({ "reason": " " }))
        .await;
    silent.problem(422, "reason-missing");
    let body = json!({ "reason": "the office mended its receiver" });
    kit.post(DEJ, &path, "d2", &body)
        .await
        .problem(403, "party-not-allowed");
    for _ in 0..2 {
        let done = kit.post(OPERATOR, &path, "d3", &body).await.expect(200);
        assert_eq!(
            done,
            json!({ "subject": id, "done": "REDRIVEN" }),
            "the same request twice"
        );
    }
    let again = kit.post(OPERATOR, &path, "d4", &body).await;
    again.problem(409, "decision-not-possible");
    let discard = format!("/v1/outbox/dead/{id}/discard");
    kit.post(OPERATOR, &discard, "d5", &body)
        .await
        .problem(409, "decision-not-possible");
    let strange = "/v1/outbox/dead/strange/redrive";
    kit.post(OPERATOR, strange, "d6", &body)
        .await
        .problem(404, "not-found");

    let feed = kit.get(DEJ, "/v1/events").await.expect(200);
    let events = feed["data"].as_array().unwrap();
    let last = events.last().unwrap();
    assert_eq!(last["replay_of"], json!(id));
    assert_eq!(last["application_id"], events[0]["application_id"]);
}

#[tokio::test]
async fn messages_that_died_are_listed_page_by_page() {
    let (kit, _number) = with_order().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let events = list_after(&mut tx, &lane_of(kit.dej), 0, 2).await.unwrap();
    for event in &events {
        let now = kit.gateway.clock.now();
        bury(&mut tx, event, "RETRY", 10, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = async |query: &str| {
        let path = format!("/v1/outbox/dead?lane_kind=OFFICE&limit=1{query}");
        kit.get(OPERATOR, &path).await
    };
    let first = page("").await.expect(200);
    assert_eq!(first["data"][0]["seq"], 1);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = page(&format!("&cursor={cursor}")).await.expect(200);
    assert_eq!(
        (&last["data"][0]["seq"], &last["next_cursor"]),
        (&json!(2), &json!(null))
    );
    let whole = kit.get(OPERATOR, "/v1/outbox/dead").await.expect(200);
    assert_eq!(
        (
            whole["data"].as_array().unwrap().len(),
            &whole["next_cursor"]
        ),
        (2, &json!(null))
    );
    page("&cursor=strange").await.problem(400, "cursor-invalid");
}

#[tokio::test]
async fn many_messages_are_decided_about_and_looked_at() {
    let (kit, _number) = with_order().await;
    with_dead_event(&kit).await;
    let of = |cause: &str| json!({ "cause": cause, "lane_kind": "OFFICE" });
    let foreseen = kit
        .post(OPERATOR, "/v1/outbox/dead/preview", "m1", &of("PERMANENT"))
        .await;
    assert_eq!(foreseen.expect(200)["letters"], 1);
    let decisions = "/v1/outbox/dead/decisions";
    let body = |cause: &str, action: &str, rate: i64| json!({ "action": action, "selection": of(cause), "rate": rate, "reason": "told" });
    for (key, body) in [
        ("m2", body("RETRY", "REDRIVE", 5)),
        ("m3", body("PERMANENT", "SHOUT", 5)),
        ("m4", body("PERMANENT", "REDRIVE", 0)),
        (
            "m5",
            json!({ "action": "REDRIVE", "selection": {}, "reason": "all of it" }),
        ),
    ] {
        let refused = kit.post(OPERATOR, decisions, key, &body).await;
        refused.problem(409, "decision-not-possible");
    }
    let taken = kit
        .post(OPERATOR, decisions, "m6", &body("PERMANENT", "DISCARD", 5))
        .await;
    let taken = taken.expect(202);
    assert_eq!(
        (&taken["letters"], &taken["waiting"]),
        (&json!(1), &json!(1))
    );
    drain(&Redriver, &kit.gateway, 5).await.unwrap();
    let path = format!(
        "/v1/outbox/dead-decisions/{}",
        taken["id"].as_str().unwrap()
    );
    let shown = kit.get(OPERATOR, &path).await.expect(200);
    assert_eq!((&shown["done"], &shown["waiting"]), (&json!(1), &json!(0)));
    assert_eq!(shown["results"][0]["outcome"], "DONE");
    kit.get(OPERATOR, "/v1/outbox/dead-decisions/x")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn the_outbox_and_each_of_its_lanes_can_be_looked_at() {
    let (kit, _number) = with_order().await;
    let glance = kit.get(OPERATOR, "/v1/outbox").await.expect(200);
    let kinds = glance["kinds"].as_array().unwrap();
    assert_eq!(
        (&kinds[0]["kind"], &kinds[0]["waiting"]),
        (&json!("BUREAU"), &json!(1))
    );
    assert_eq!(
        (&kinds[1]["kind"], &kinds[1]["pushed"]),
        (&json!("OFFICE"), &json!(0))
    );
    let lane = kit
        .get(OPERATOR, "/v1/outbox/lanes/bureau:CNIN")
        .await
        .expect(200);
    assert_eq!(lane["next"]["kind"], "order");
    assert_eq!(lane["waiting_since"], lane["next"]["created_at"]);
    kit.get(OPERATOR, "/v1/outbox/lanes/bureau:X")
        .await
        .problem(404, "not-found");
}
