//! Money over the wire: statements, notifications, and what operators decide.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::channel::selfpay::webhook::{SigningKey, sign};
use crate::config::read_secret_text;
use crate::http::tests::kit::{DEJ, Kit, Reply, paying, register, send};
use crate::store::credentials::Party;
use crate::worker::drain;
use crate::worker::matcher::Matcher;

const TREASURY: &str = "cei_test_treasury";
const STATEMENTS: &str = "/v1/payments/statements?channel=CEC";

async fn kit() -> Kit {
    let kit = Kit::start().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    register(&mut tx, &kit.gateway, TREASURY, Party::Operator, None, "*").await;
    tx.commit().await.unwrap();
    kit
}

/// A statement of 12 January 2026 with one payment of 70 lei.
fn statement(text: &str) -> String {
    format!(
        ":20:1\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:9/1\r\n:60F:C260109RON100,00\r\n\
         :61:2601120112C70,00NTRFNONREF//B1\r\n:86:{text}\r\n:62F:C260112RON170,00\r\n"
    )
}

async fn import(kit: &Kit, path: &str, file: &str) -> Reply {
    let request = kit.request(Method::POST, path).bearer_auth(TREASURY);
    let request = request.header("Content-Type", "text/plain");
    send(request.body(file.to_owned())).await
}

async fn settle(kit: &Kit) {
    drain(&Matcher, &kit.gateway, 100).await.unwrap();
}

async fn decide(kit: &Kit, id: &Value, what: &str, body: &Value) -> Reply {
    let path = format!("/v1/payments/{}/{what}", id.as_str().unwrap());
    kit.post(TREASURY, &path, what, body).await
}

/// The one payment there is.
async fn payment(kit: &Kit) -> Value {
    let page = kit.get(TREASURY, "/v1/payments").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    page["data"][0].clone()
}

#[tokio::test]
async fn a_payment_that_came_first_settles_the_fee_when_its_application_is_handed_in() {
    let kit = kit().await;
    let given = kit
        .post(
            DEJ,
            "/v1/payment-references",
            "rf",
            &json!({"product": "CEI"}),
        )
        .await;
    let reference = given.expect(201)["compact"].as_str().unwrap().to_owned();
    let outcome = import(&kit, STATEMENTS, &statement(&reference))
        .await
        .expect(201);
    assert_eq!(outcome["recorded"], 1);
    assert_eq!(outcome["held"], json!([]));
    settle(&kit).await;
    assert_eq!(payment(&kit).await["state"], "UNMATCHED");

    let mut content = paying();
    content.payment_reference = Some(reference);
    let application = kit.submit(DEJ, "submit", &content).await.expect(201);
    assert_eq!(application["fee"]["state"], "PAID");
    assert_eq!(application["state"], "READY");
    let payment = payment(&kit).await;
    assert_eq!(payment["state"], "MATCHED");
    assert_eq!(payment["application_id"], application["id"]);
    let again = import(&kit, STATEMENTS, &statement("other words")).await;
    assert_eq!(again.expect(201)["repeated"], 1);
}

#[tokio::test]
async fn the_same_statement_again_is_told_from_a_new_one() {
    let kit = kit().await;
    let first = import(&kit, STATEMENTS, &statement("taxa"))
        .await
        .expect(201);
    let again = import(&kit, STATEMENTS, &statement("taxa"))
        .await
        .expect(200);
    assert_eq!(first["seen_before"], false);
    assert_eq!(again["seen_before"], true);
    assert_eq!(first["file_id"], again["file_id"]);
    assert_eq!(payment(&kit).await["number"], "CEC-20260112-00001");
}

#[tokio::test]
async fn a_file_that_is_no_statement_of_the_channel_is_a_problem() {
    let kit = kit().await;
    let reply = import(&kit, STATEMENTS, "good morning").await;
    reply.problem(422, "statement-unreadable");
    let selfpay = "/v1/payments/statements?channel=SELFPAY";
    let reply = import(&kit, selfpay, &statement("taxa")).await;
    reply.problem(422, "statement-of-other-channel");
    let reply = import(&kit, "/v1/payments/statements?channel=CASH", "x").await;
    reply.problem(400, "query-invalid");
    let request = kit.request(Method::POST, STATEMENTS).bearer_auth(DEJ);
    send(request.body("x"))
        .await
        .problem(403, "party-not-allowed");
}

#[tokio::test]
async fn an_operator_reads_decides_and_is_told_what_cannot_be_decided() {
    let kit = kit().await;
    let application = kit.submit(DEJ, "submit", &paying()).await.expect(201);
    import(&kit, STATEMENTS, &statement("taxa buletin"))
        .await
        .expect(201);
    settle(&kit).await;
    let id = payment(&kit).await["id"].clone();
    let path = format!("/v1/payments/{}", id.as_str().unwrap());
    let details = kit.get(TREASURY, &path).await.expect(200);
    assert_eq!(details["holds"][0]["code"], 901);
    assert_eq!(details["suggestions"], json!([]));

    let reason = json!({"reason": "receipt seen"});
    let reply = decide(&kit, &id, "unmatch", &reason).await;
    reply.problem(409, "payment-decision-not-possible");
    let nobody = json!({"application_id": id, "reason": "receipt seen"});
    let problem = decide(&kit, &id, "match", &nobody)
        .await
        .problem(422, "content-invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/application_id");
    let silent = json!({"reason": " "});
    decide(&kit, &id, "dismiss", &silent)
        .await
        .problem(422, "content-invalid");

    let to = json!({"application_id": application["id"], "reason": "receipt seen"});
    let path = format!("/v1/payments/{}/match", id.as_str().unwrap());
    let tied = kit.post(TREASURY, &path, "tie", &to).await;
    assert_eq!(tied.expect(200)["state"], "MATCHED");
    let replayed = kit.post(TREASURY, &path, "tie", &to).await;
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    assert_eq!(replayed.text, tied.text);
    let reply = decide(&kit, &id, "refund", &reason).await;
    reply.problem(409, "payment-decision-not-possible");
    kit.post(
        TREASURY,
        &path.replace("match", "unmatch"),
        "untie",
        &reason,
    )
    .await
    .expect(200);
    kit.post(
        TREASURY,
        &path.replace("match", "refund"),
        "give-back",
        &reason,
    )
    .await
    .expect(200);
    assert_eq!(payment(&kit).await["state"], "REFUND_DUE");
}

#[tokio::test]
async fn payments_are_listed_by_state_page_by_page() {
    let kit = kit().await;
    let two = statement("taxa").replace(
        ":62F:C260112RON170,00",
        ":61:2601120112C70,00NTRFNONREF//B2\r\n:86:taxa\r\n:62F:C260112RON240,00",
    );
    import(&kit, STATEMENTS, &two).await.expect(201);
    settle(&kit).await;
    let first = kit
        .get(TREASURY, "/v1/payments?state=UNMATCHED&limit=1")
        .await
        .expect(200);
    assert_eq!(first["data"][0]["external_reference"], "B1");
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/v1/payments?state=UNMATCHED&limit=1&cursor={cursor}");
    let second = kit.get(TREASURY, &path).await.expect(200);
    assert_eq!(second["data"][0]["external_reference"], "B2");
    assert_eq!(second["next_cursor"], Value::Null);
    let none = kit
        .get(TREASURY, "/v1/payments?state=MATCHED")
        .await
        .expect(200);
    assert_eq!(none["data"], json!([]));
    kit.get(TREASURY, "/v1/payments?state=LOST")
        .await
        .problem(400, "query-invalid");
    kit.get(TREASURY, "/v1/payments/17")
        .await
        .problem(404, "not-found");
}

fn told(amount: &str) -> String {
    json!({
        "event_id": "evt_1", "transaction_id": "SP-1", "type": "payment.confirmed",
        "reference": "294073918264", "amount": amount, "currency": "RON", "terminal": "T1",
        "paid_at": "2026-01-12T08:05:00+02:00",
    })
    .to_string()
}

async fn notify(kit: &Kit, body: &str, signed_at: DateTime<Utc>) -> Reply {
    let file = &kit.gateway.config.channels.selfpay.hmac_key_files[0];
    let key = SigningKey::parse(read_secret_text(file).unwrap().expose()).unwrap();
    let signature = sign("evt_1", signed_at, body.as_bytes(), &key).unwrap();
    let request = kit.request(Method::POST, "/v1/channels/selfpay/notifications");
    let request = request
        .header("Content-Type", "application/json")
        .header("webhook-id", "evt_1")
        .header("webhook-timestamp", signed_at.timestamp().to_string())
        .header("webhook-signature", signature);
    send(request.body(body.to_owned())).await
}

#[tokio::test]
async fn a_signed_notification_is_accepted_repeated_alike_and_contradicted_never() {
    let kit = kit().await;
    let now = kit.gateway.clock.now();
    let first = notify(&kit, &told("70.00"), now).await;
    assert_eq!(first.expect(202)["transaction_id"], "SP-1");
    settle(&kit).await;
    let again = notify(&kit, &told("70.00"), now).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    let changed = notify(&kit, &told("71.00"), now).await;
    changed.problem(409, "notification-changed");
    settle(&kit).await;
    let payment = payment(&kit).await;
    assert_eq!(payment["amount_minor"], 7_000);
    assert_eq!(payment["channel"], "SELFPAY");
}

#[tokio::test]
async fn every_unproven_notification_is_told_the_same() {
    let kit = kit().await;
    let now = kit.gateway.clock.now();
    let late = notify(&kit, &told("70.00"), now - chrono::TimeDelta::seconds(301)).await;
    let long = notify(&kit, &" ".repeat(16_385), now).await;
    let request = kit.request(Method::POST, "/v1/channels/selfpay/notifications");
    let request = request.header("Content-Type", "application/json");
    let unsigned = send(request.body(told("70.00"))).await;
    for reply in [late, long, unsigned] {
        let problem = reply.problem(401, "notification-not-proven");
        assert_eq!(problem["errors"], Value::Null);
    }
    let wrong = notify(&kit, "{}", now).await;
    wrong.problem(422, "notification-invalid");
}

#[tokio::test]
async fn a_day_is_reported_and_closed_once_it_is_over() {
    let kit = kit().await;
    import(&kit, STATEMENTS, &statement("taxa"))
        .await
        .expect(201);
    settle(&kit).await;
    let path = "/v1/payments/report?from=2026-01-12&to=2026-01-12&channel=CEC";
    let report = kit.get(TREASURY, path).await.expect(200);
    assert_eq!(report["holds"], true);
    assert_eq!(report["days"][0]["money_in_minor"], 7_000);
    assert_eq!(report["rows"][0]["finding"], "EXPECTED");
    let path = "/v1/payments/report?from=2026-01-12&to=2026-01-11";
    let reply = kit.get(TREASURY, path).await;
    reply.problem(400, "query-invalid");
    let reply = kit.get(DEJ, path).await;
    reply.problem(403, "party-not-allowed");

    let close = "/v1/payments/days/2026-01-12/close";
    let nothing = json!({});
    let reply = kit.post(TREASURY, close, "early", &nothing).await;
    reply.problem(409, "day-decision-not-possible");
    kit.clock.advance(std::time::Duration::from_hours(24));
    let closed = kit.post(TREASURY, close, "close", &nothing).await;
    assert_eq!(closed.expect(200)["data"][1]["state"], "CLOSED");
    let replayed = kit.post(TREASURY, close, "close", &nothing).await;
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    let reopen = "/v1/payments/days/2026-01-12/reopen";
    let reply = kit.post(TREASURY, reopen, "silent", &nothing).await;
    reply.problem(422, "reason-missing");
    let why = json!({"reason": "a line was missing", "channel": "CEC"});
    let open = kit.post(TREASURY, reopen, "open", &why).await.expect(200);
    assert_eq!(open["data"][0]["state"], "OPEN");
    let nowhere = "/v1/payments/days/someday/close";
    let reply = kit.post(TREASURY, nowhere, "nowhere", &nothing).await;
    reply.problem(404, "not-found");
}
