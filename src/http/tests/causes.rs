//! Failed orders over the API: causes, one decision for all, and words that two persons apply.

use std::time::Duration;

use openssl::sha::sha256;
use serde_json::json;

use crate::domain::delivery::DeliveryVerdict;
use crate::domain::id::CredentialId;
use crate::flow::send_order::{Arrival, lease_next, record_attempt};
use crate::http::tests::kit::{Kit, register};
use crate::store::credentials::{self, Credential, CredentialKind, Party};
use crate::worker::batcher::Batcher;
use crate::worker::drain;
use crate::worker::reconciler::Reconciler;

const ANA: &str = "cei_test_ana";
const BOGDAN: &str = "cei_test_bogdan";
const ROBOT: &str = "cei_test_robot";

/// A gateway with one order in the outbox, and two persons who decide.
async fn with_order() -> (Kit, String) {
    let kit = Kit::start().await;
    kit.taken_in().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let gateway = &kit.gateway;
    register(&mut tx, gateway, ANA, Party::Operator, None, "operate").await;
    register(&mut tx, gateway, ROBOT, Party::Automation, None, "*").await;
    let bogdan = Credential {
        id: CredentialId(gateway.random.uuid(gateway.clock.now())),
        party: Party::Operator,
        office: None,
        label: "bogdan".to_owned(),
        kind: CredentialKind::ApiKey,
        hash: sha256(BOGDAN.as_bytes()).to_vec(),
        scopes: "orders:force".to_owned(),
        revoked_at: None,
    };
    let now = gateway.clock.now();
    assert!(credentials::insert(&mut tx, &bogdan, now).await.unwrap());
    tx.commit().await.unwrap();
    kit.clock.advance(Duration::from_hours(6));
    drain(&Batcher, &kit.gateway, 5).await.unwrap();
    let orders = kit.get(ANA, "/v1/orders").await.expect(200);
    let number = orders["data"][0]["number"].as_str().unwrap().to_owned();
    (kit, number)
}

/// Has the bureau's address answer the order that is due.
async fn answered(kit: &Kit, verdict: DeliveryVerdict, status: u16) {
    let departure = lease_next(&kit.gateway, "test").await.unwrap().unwrap();
    let arrival = Arrival {
        verdict,
        status: Some(status),
        detail: Some(format!("HTTP {status}")),
        retry_after: None,
        unsendable: None,
        started_at: kit.gateway.clock.now(),
    };
    let recorded = record_attempt(&kit.gateway, &departure, &arrival).await;
    assert!(recorded.unwrap());
}

#[tokio::test]
async fn one_decision_settles_the_orders_of_a_cause() {
    let (kit, number) = with_order().await;
    let causes = "/v1/operations/causes";
    assert_eq!(
        kit.get(ANA, causes).await.expect(200),
        json!({ "data": [] })
    );
    answered(&kit, DeliveryVerdict::Permanent, 403).await;
    let listed = kit.get(ANA, causes).await.expect(200);
    assert_eq!(listed["data"][0]["cause"], "CERTIFICATE");
    assert_eq!(listed["data"][0]["orders"], 1);
    assert_eq!(listed["data"][0]["decisions"][0], "RESIGN");
    let cause = "/v1/operations/causes/CERTIFICATE";
    let shown = kit.get(ANA, cause).await.expect(200);
    assert_eq!(shown["data"][0]["number"], number.as_str());
    assert_eq!(shown["data"][0]["details"], json!(["HTTP 403"]));

    let preview = format!("{cause}/preview");
    let choice = json!({ "action": "RESIGN" });
    let told = kit.post(ANA, &preview, "p1", &choice).await.expect(200);
    assert_eq!(
        (&told["possible"], &told["impossible"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(told["orders"][0]["reordered"], 1);
    let ro = told["orders"][0]["text"]["ro"].as_str().unwrap();
    assert!(ro.contains("într-o comandă nouă"), "{ro}");

    let decide = format!("{cause}/decisions");
    let decision = json!({ "action": "RESIGN", "reason": "the certificate was renewed" });
    let taken = kit.post(ANA, &decide, "d1", &decision).await.expect(202);
    assert_eq!((&taken["waiting"], &taken["done"]), (&json!(1), &json!(0)));
    let again = kit.post(ANA, &decide, "d1", &decision).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(202)["id"], taken["id"]);
    drain(&Reconciler, &kit.gateway, 5).await.unwrap();

    let id = taken["id"].as_str().unwrap();
    let path = format!("/v1/operations/cause-decisions/{id}");
    let ended = kit.get(ANA, &path).await.expect(200);
    assert_eq!((&ended["waiting"], &ended["done"]), (&json!(0), &json!(1)));
    let new = ended["results"][0]["replacement"].as_str().unwrap();
    let old = kit
        .get(ANA, &format!("/v1/orders/{number}"))
        .await
        .expect(200);
    assert_eq!(old["state"], "CANCELLED");
    let new = kit.get(ANA, &format!("/v1/orders/{new}")).await.expect(200);
    assert_eq!(new["replaces"], number.as_str());
    let empty = kit.post(ANA, &decide, "d2", &decision).await;
    empty.problem(409, "decision-not-possible");
}

#[tokio::test]
async fn what_is_wrong_with_a_decision_about_a_cause_is_told() {
    let (kit, number) = with_order().await;
    answered(&kit, DeliveryVerdict::Permanent, 403).await;
    let decide = "/v1/operations/causes/CERTIFICATE/decisions";
    for (once, body, status, code) in [
        (
            "1",
            json!({ "action": "RESIGN", "reason": " " }),
            422,
            "reason-missing",
        ),
        (
            "2",
            json!({ "action": "BURN", "reason": "x" }),
            409,
            "decision-not-possible",
        ),
        (
            "3",
            json!({ "action": "RESIGN", "reason": "x", "orders": ["CNIN-1"] }),
            409,
            "decision-not-possible",
        ),
    ] {
        kit.post(ANA, decide, once, &body)
            .await
            .problem(status, code);
    }
    kit.get(ANA, "/v1/operations/causes/WEATHER")
        .await
        .problem(404, "not-found");
    let order = kit
        .get(ANA, &format!("/v1/orders/{number}"))
        .await
        .expect(200);
    assert_eq!(order["state"], "QUEUED");
}

#[tokio::test]
async fn an_order_is_quarantined_and_released_over_the_api() {
    let (kit, number) = with_order().await;
    let why = json!({ "reason": "the office asked to wait" });
    let path = |word: &str| format!("/v1/orders/{number}/{word}");
    kit.post(ANA, &path("quarantine"), "q1", &why)
        .await
        .expect(200);
    assert!(lease_next(&kit.gateway, "test").await.unwrap().is_none());
    let resign = kit.post(ANA, &path("resign"), "q2", &why).await;
    resign.problem(409, "decision-not-possible");
    kit.post(ANA, &path("release"), "q3", &why)
        .await
        .expect(200);
    assert!(lease_next(&kit.gateway, "test").await.unwrap().is_some());
}

#[tokio::test]
async fn two_persons_apply_what_the_bureau_told_on_the_telephone() {
    let (kit, number) = with_order().await;
    let propose = format!("/v1/orders/{number}/lines/1/forced-words");
    let mut word = json!({
        "status": "ACCEPTED", "evidence": "call, note 14/2026", "reason": "the office waits",
    });
    let unsent = kit.post(ANA, &propose, "w0", &word).await;
    unsent.problem(409, "decision-not-possible");
    answered(&kit, DeliveryVerdict::Delivered, 201).await;
    kit.post(ROBOT, &propose, "w1", &word)
        .await
        .problem(403, "approval-not-a-person");
    word["status"] = json!("PRODUCED");
    let wrong = kit.post(ANA, &propose, "w2", &word).await.expect(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/document_number");
    word["status"] = json!("ACCEPTED");
    let proposed = kit.post(ANA, &propose, "w3", &word).await.expect(201);
    assert_eq!(proposed["state"], "PROPOSED");

    let approve = format!(
        "/v1/forced-words/{}/approve",
        proposed["id"].as_str().unwrap()
    );
    let why = json!({ "reason": "I called them too" });
    kit.post(ANA, &approve, "a1", &why)
        .await
        .problem(403, "scope-missing");
    kit.post(ROBOT, &approve, "a2", &why)
        .await
        .problem(403, "party-not-allowed");
    let listed = kit.get(ANA, "/v1/forced-words").await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let applied = kit.post(BOGDAN, &approve, "a3", &why).await.expect(200);
    assert_eq!(
        (&applied["state"], &applied["unconfirmed"]),
        (&json!("APPLIED"), &json!(true))
    );
    let persons = applied["approved_by"].as_array().unwrap();
    assert!(persons.contains(&json!("test")) && persons.contains(&json!("bogdan")));
    let order = kit
        .get(ANA, &format!("/v1/orders/{number}"))
        .await
        .expect(200);
    assert_eq!(order["lines"][0]["state"], "ACCEPTED");
    let twice = kit.post(BOGDAN, &approve, "a4", &why).await;
    twice.problem(409, "decision-not-possible");
}
