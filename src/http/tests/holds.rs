//! Who looks after holds, over the API.

use serde_json::{Value, json};

use crate::http::tests::kit::{Kit, register};
use crate::http::tests::operations::{OPERATOR, with_order};
use crate::store::credentials::Party;

/// The key of a program that acts for another.
const OTHER: &str = "cei_test_other";

/// A gateway with one hold, and the keys of an operator and of a program; returns the hold's address.
async fn with_hold() -> (Kit, String) {
    let (kit, number) = with_order().await;
    let body = json!({ "lines": [1], "reason": "the face is somebody else's" });
    let split = format!("/v1/orders/{number}/split");
    kit.post(OPERATOR, &split, "s1", &body).await.expect(200);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    register(
        &mut tx,
        &kit.gateway,
        OTHER,
        Party::Automation,
        None,
        "operate",
    )
    .await;
    tx.commit().await.unwrap();
    let holds = kit.get(OPERATOR, "/v1/holds?code=810").await.expect(200);
    let id = holds["data"][0]["id"].as_str().unwrap();
    (kit, format!("/v1/holds/{id}"))
}

#[tokio::test]
async fn a_hold_is_claimed_once_taken_over_knowingly_and_given_back() {
    let (kit, hold) = Box::pin(with_hold()).await;
    let (claim, release) = (format!("{hold}/claim"), format!("{hold}/release-claim"));
    let none = json!({});
    let done = kit.post(OPERATOR, &claim, "c1", &none).await.expect(200);
    let holder = done["claimed_by"].as_str().unwrap().to_owned();
    assert!(done["claim_ends_at"].is_string(), "{done}");
    let again = kit.post(OPERATOR, &claim, "c1", &none).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let late = kit.post(OTHER, &claim, "c2", &none).await;
    late.problem(409, "hold-claimed");
    kit.post(OTHER, &release, "c3", &none)
        .await
        .problem(409, "hold-claimed");
    let silent = json!({ "take_over_from": holder });
    kit.post(OTHER, &claim, "c4", &silent)
        .await
        .problem(422, "reason-missing");
    let over = json!({ "take_over_from": holder, "reason": "on leave" });
    let taken = kit.post(OTHER, &claim, "c5", &over).await.expect(200);
    assert_ne!(taken["claimed_by"], json!(holder));
    let back = kit.post(OTHER, &release, "c6", &none).await.expect(200);
    assert_eq!(back["claimed_by"], Value::Null);
}

#[tokio::test]
async fn a_hold_rests_until_a_day_and_is_listed_by_it() {
    let (kit, hold) = Box::pin(with_hold()).await;
    let (snooze, wake) = (format!("{hold}/snooze"), format!("{hold}/wake"));
    let today = kit.gateway.clock.today();
    let worked = crate::flow::tend_hold::worked_days(&kit.gateway);
    let until = worked.next_from(today + chrono::Days::new(3)).unwrap();
    let body = json!({ "until": until, "reason": "the office answers then" });
    let done = kit.post(OPERATOR, &snooze, "s2", &body).await.expect(200);
    assert_eq!(done["wakes_on"], json!(until));
    let listed = kit
        .get(OPERATOR, "/v1/holds?resting=true")
        .await
        .expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        listed["data"][0]["snooze_reason"],
        "the office answers then"
    );
    let far = json!({ "until": today + chrono::Days::new(60), "reason": "x" });
    let refused = kit.post(OPERATOR, &snooze, "s3", &far).await;
    refused.problem(409, "snooze-not-possible");
    let woken = kit
        .post(OPERATOR, &wake, "w1", &json!({}))
        .await
        .expect(200);
    assert_eq!(woken["wakes_on"], Value::Null);
    let listed = kit
        .get(OPERATOR, "/v1/holds?resting=true")
        .await
        .expect(200);
    assert!(listed["data"].as_array().unwrap().is_empty());
    let body = json!({ "reason": "told by telephone" });
    let remark = format!("{hold}/remark");
    let kept = kit.post(OPERATOR, &remark, "n1", &body).await.expect(200);
    assert_eq!(kept["remark"], "told by telephone");
    assert_eq!(kept["closed_at"], Value::Null, "it waits on");
    let nowhere = "/v1/holds/00000000-0000-0000-0000-000000000000/claim";
    kit.post(OPERATOR, nowhere, "c9", &json!({}))
        .await
        .problem(404, "not-found");
}
