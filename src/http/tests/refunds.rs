//! Refunds over the wire: proposed, approved by persons, and told to nobody whose business it is not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::tests::kit::{Kit, register, send};
use crate::store::credentials::Party;
use crate::worker::drain;
use crate::worker::matcher::Matcher;

const TREASURY: &str = "cei_test_treasury";
const ROBOT: &str = "cei_test_robot";
const CLERK: &str = "cei_test_clerk";
const PAYER: &str = "RO49AAAA1B31007593840000";

/// A gateway with one payment of 70 lei that nobody can place, and the payment's id.
async fn kit() -> (Kit, String) {
    let kit = Kit::start().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    for (key, party, scopes) in [
        (TREASURY, Party::Operator, "*"),
        (ROBOT, Party::Automation, "*"),
        (CLERK, Party::Operator, "payments:read payments:decide"),
    ] {
        register(&mut tx, &kit.gateway, key, party, None, scopes).await;
    }
    tx.commit().await.unwrap();
    let file = ":20:1\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:9/1\r\n:60F:C260109RON100,00\r\n\
                :61:2601120112C70,00NTRFNONREF//B1\r\n:86:taxa buletin\r\n:62F:C260112RON170,00\r\n";
    let path = "/v1/payments/statements?channel=CEC";
    let request = kit.request(Method::POST, path).bearer_auth(TREASURY);
    let request = request.header("Content-Type", "text/plain");
    send(request.body(file)).await.expect(201);
    drain(&Matcher, &kit.gateway, 100).await.unwrap();
    let page = kit.get(TREASURY, "/v1/payments").await.expect(200);
    let id = page["data"][0]["id"].as_str().unwrap().to_owned();
    (kit, id)
}

fn proposal() -> Value {
    json!({ "account": { "iban": PAYER, "name": "Ștefan Popa" }, "reason": "asked for" })
}

async fn proposed(kit: &Kit, payment: &str) -> String {
    let path = format!("/v1/payments/{payment}/refunds");
    let refund = kit.post(CLERK, &path, "p1", &proposal()).await.expect(201);
    refund["number"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_refund_is_proposed_once_and_approved_by_a_person() {
    let (kit, payment) = kit().await;
    let number = proposed(&kit, &payment).await;
    // The same request again is answered again, and proposes nothing more.
    assert_eq!(proposed(&kit, &payment).await, number);
    let path = format!("/v1/payments/{payment}/refunds");
    let again = kit.post(CLERK, &path, "p2", &proposal()).await.expect(409);
    assert_eq!(again["code"], "refund-not-possible");
    let matched = json!({ "application_id": payment, "reason": "his" });
    let path = format!("/v1/payments/{payment}/match");
    let refused = kit.post(CLERK, &path, "m1", &matched).await.expect(409);
    assert_eq!(refused["code"], "refund-under-way");

    let approve = format!("/v1/refunds/{number}/approve");
    let why = json!({ "reason": "seen on paper" });
    let scope = kit.post(CLERK, &approve, "a1", &why).await.expect(403);
    assert_eq!(scope["code"], "scope-missing");
    let robot = kit.post(ROBOT, &approve, "a2", &why).await.expect(403);
    assert_eq!(robot["code"], "approval-not-a-person");
    let approved = kit.post(TREASURY, &approve, "a3", &why).await.expect(200);
    assert_eq!(approved["state"], "APPROVED");
    let shown = kit
        .get(CLERK, &format!("/v1/refunds/{number}"))
        .await
        .expect(200);
    assert_eq!(shown["approved_by"].as_array().unwrap().len(), 1);
    assert!(!shown.to_string().contains(PAYER), "{shown}");

    let lists = json!({ "currency": "RON" });
    let unpaid = kit
        .post(TREASURY, "/v1/refund-lists", "l1", &lists)
        .await
        .expect(409);
    assert_eq!(unpaid["code"], "refund-debtor-missing");
}

#[tokio::test]
async fn what_is_wrong_with_a_proposal_is_told_by_its_field() {
    let (kit, payment) = kit().await;
    let path = format!("/v1/payments/{payment}/refunds");
    let mut wrong = proposal();
    wrong["account"]["iban"] = json!("RO50AAAA1B31007593840000");
    let told = kit.post(CLERK, &path, "w1", &wrong).await.expect(422);
    assert_eq!(told["errors"][0]["pointer"], "/account/iban");
    let none = json!({ "reason": "asked for" });
    let told = kit.post(CLERK, &path, "w2", &none).await.expect(422);
    assert_eq!(told["code"], "refund-account-missing");
    let mut much = proposal();
    much["amount_minor"] = json!(7_001);
    let told = kit.post(CLERK, &path, "w3", &much).await.expect(409);
    assert_eq!(told["code"], "refund-too-much");
}

#[tokio::test]
async fn an_account_is_shown_for_a_reason_that_the_history_keeps() {
    let (kit, payment) = kit().await;
    let number = proposed(&kit, &payment).await;
    let path = format!("/v1/refunds/{number}/account");
    let why = json!({ "reason": "compared with the letter" });
    let shown = kit.post(TREASURY, &path, "d1", &why).await.expect(200);
    assert_eq!(
        (&shown["iban"], &shown["name"]),
        (&json!(PAYER), &json!("Ștefan Popa"))
    );
    let page = kit
        .get(TREASURY, &format!("/v1/refunds/{number}"))
        .await
        .expect(200);
    assert!(
        page["history"].to_string().contains("ACCOUNT_DISCLOSED"),
        "{page}"
    );

    let withdraw = format!("/v1/refunds/{number}/withdraw");
    let ended = kit.post(CLERK, &withdraw, "e1", &why).await.expect(200);
    assert_eq!(ended["state"], "WITHDRAWN");
    let free = kit.get(CLERK, "/v1/refunds/candidates").await.expect(200);
    assert_eq!(free["data"][0]["refundable_minor"], 7_000);
}
