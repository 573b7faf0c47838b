//! An office sets up its webhook, tries it, and has its events pushed.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::http::tests::kit::{DEJ, Kit, Reply, TURDA, adult, register, send};
use crate::store::credentials::Party;
use crate::worker::drain;
use crate::worker::herald::Herald;

const OPERATOR: &str = "cei_test_operator";

async fn put(kit: &Kit, body: &Value) -> Reply {
    let request = kit.request(Method::PUT, "/v1/webhook").bearer_auth(DEJ);
    send(request.json(body)).await
}

async fn delete(kit: &Kit, path: &str) -> Reply {
    send(kit.request(Method::DELETE, path).bearer_auth(DEJ)).await
}

/// Makes a key, without an idempotency key.
async fn make_key(kit: &Kit, kind: &str) -> Reply {
    let request = kit.request(Method::POST, "/v1/webhook/keys");
    send(request.bearer_auth(DEJ).json(&json!({ "kind": kind }))).await
}

async fn wish(kit: &Kit, what: &str, once: &str, body: Value) -> Reply {
    kit.post(DEJ, &format!("/v1/webhook/{what}"), once, &body)
        .await
}

async fn try_out(kit: &Kit) -> Reply {
    let request = kit.request(Method::POST, "/v1/webhook/test");
    send(request.bearer_auth(DEJ)).await
}

async fn local() -> Kit {
    Kit::start_with(|config, listener| {
        listener.tls = None;
        config.webhooks.allow_private = true;
    })
    .await
}

/// A receiver that takes everything; its address, and what it is sent.
async fn receiver(
    tasks: &mut JoinSet<()>,
) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, messages) = tokio::sync::mpsc::unbounded_channel();
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut piece = vec![0; 65_536];
            while let Ok(length @ 1..) = stream.read(&mut piece).await {
                sender
                    .send(String::from_utf8_lossy(&piece[..length]).into_owned())
                    .unwrap();
                let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
                stream.write_all(answer).await.unwrap();
            }
        }
    });
    (url, messages)
}

#[tokio::test]
async fn from_nothing_to_pushed_events() {
    let kit = local().await;
    let mut tasks = JoinSet::new();
    let (url, mut messages) = receiver(&mut tasks).await;
    kit.get(DEJ, "/v1/webhook").await.problem(404, "not-found");
    let made = put(&kit, &json!({ "url": url })).await.expect(201);
    assert_eq!(
        (&made["state"], &made["on_exhausted"]),
        (&json!("DISABLED"), &json!("DEAD_LETTER"))
    );
    try_out(&kit).await.problem(409, "webhook-key-missing");
    let enabled = wish(&kit, "enable", "k1", json!({})).await;
    enabled.problem(409, "webhook-key-missing");

    let key = make_key(&kit, "HMAC").await;
    assert_eq!(key.header("cache-control"), "no-store");
    let secret = key.expect(201)["key"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let shown = kit.get(DEJ, "/v1/webhook").await;
    assert!(!shown.text.contains(&secret), "shown once");
    assert_eq!(shown.json()["keys"].as_array().unwrap().len(), 1);

    let tried = try_out(&kit).await.expect(200);
    assert_eq!(
        (&tried["taken"], &tried["status"]),
        (&json!(true), &json!(204))
    );
    let message = messages.recv().await.unwrap();
    assert!(message.contains("ro.cei.webhook.test.v1") && message.contains("v1,"));

    let enabled = wish(&kit, "enable", "k2", json!({})).await.expect(200);
    assert_eq!(enabled["state"], "ENABLED");
    kit.submit(DEJ, "s1", &adult()).await.expect(201);
    let network = Arc::clone(kit.gateway.webhook_network.as_ref().unwrap());
    let herald = Herald::new("test".to_owned(), network);
    drain(&herald, &kit.gateway, 100).await.unwrap();
    for seq in 1..=2 {
        let message = messages.recv().await.unwrap();
        assert!(message.contains(&format!(r#""seq":{seq},"previous_seq":{}"#, seq - 1)));
        assert!(!message.contains("Mure"), "nobody's name");
    }
    let shown = kit.get(DEJ, "/v1/webhook").await.expect(200);
    assert_eq!(
        (&shown["delivered_seq"], &shown["waiting"]),
        (&json!(2), &json!(0))
    );
    let runs = kit.get(DEJ, "/v1/webhook/deliveries").await.expect(200);
    assert_eq!(runs["data"].as_array().unwrap().len(), 1);
    assert_eq!(runs["data"][0]["last_seq"], 2);

    // Everything again, from a cursor of the feed on.
    let feed = kit.get(DEJ, "/v1/events?limit=1").await.expect(200);
    let begin = json!({ "after": feed["next_cursor"] });
    wish(&kit, "recover", "k3", begin).await.expect(200);
    drain(&herald, &kit.gateway, 100).await.unwrap();
    let message = messages.recv().await.unwrap();
    assert!(message.contains(r#""seq":2,"previous_seq":1"#));
}

#[tokio::test]
async fn an_office_sees_and_changes_its_own_alone() {
    let kit = local().await;
    put(&kit, &json!({ "url": "http://localhost:9/a" }))
        .await
        .expect(201);
    for path in ["/v1/webhook"] {
        kit.get(TURDA, path).await.problem(404, "not-found");
    }
    let of_turda = kit.get(TURDA, "/v1/webhook/deliveries").await.expect(200);
    assert_eq!(of_turda["data"], json!([]));
    let key = make_key(&kit, "ED25519").await.expect(201);
    let id = key["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/webhook/keys/{id}");
    let other = send(kit.request(Method::DELETE, &path).bearer_auth(TURDA)).await;
    other.problem(404, "not-found");
    let cursor = kit.get(TURDA, "/v1/events").await.expect(200)["next_cursor"].clone();
    let begin = json!({ "after": cursor });
    wish(&kit, "recover", "k1", begin)
        .await
        .problem(400, "cursor-invalid");
    assert_eq!(delete(&kit, &path).await.status, 204);
    assert_eq!(delete(&kit, "/v1/webhook").await.status, 204);
    delete(&kit, "/v1/webhook").await.problem(404, "not-found");
}

#[tokio::test]
async fn what_does_not_serve_is_told_by_its_place() {
    let kit = Kit::start().await;
    let good = "https://example.ro/hook";
    for (body, pointer) in [
        (json!({ "url": "https://127.0.0.1/" }), "/url"),
        (json!({ "url": "http://example.ro/" }), "/url"),
        (json!({ "url": "https://2130706433/" }), "/url"),
        (
            json!({ "url": good, "on_exhausted": "NEVER" }),
            "/on_exhausted",
        ),
        (
            json!({ "url": good, "rate_per_second": 0 }),
            "/rate_per_second",
        ),
        (
            json!({ "url": good, "rate_per_second": 5000 }),
            "/rate_per_second",
        ),
        (json!({}), "/url"),
    ] {
        let problem = put(&kit, &body).await.problem(422, "content-invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    put(&kit, &json!({ "url": good })).await.expect(201);
    put(&kit, &json!({ "url": good, "on_exhausted": "BLOCK" }))
        .await
        .expect(200);
    make_key(&kit, "RSA").await.problem(422, "content-invalid");
    for _ in 0..5 {
        make_key(&kit, "ED25519").await.expect(201);
    }
    make_key(&kit, "ED25519")
        .await
        .problem(409, "webhook-keys-too-many");
    let both = json!({ "after": "x", "since": "2026-01-12T07:00:00Z" });
    wish(&kit, "recover", "k1", both)
        .await
        .problem(422, "content-invalid");
    wish(&kit, "recover", "k2", json!({}))
        .await
        .problem(422, "content-invalid");
}

#[tokio::test]
async fn operators_see_every_webhook_and_decide_with_a_reason() {
    let kit = local().await;
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
    tx.commit().await.unwrap();
    put(&kit, &json!({ "url": "http://localhost:9/a" }))
        .await
        .expect(201);
    make_key(&kit, "HMAC").await.expect(201);
    let listed = kit
        .get(OPERATOR, "/v1/operations/webhooks")
        .await
        .expect(200);
    assert_eq!(listed["data"][0]["office"], "CLJ-04");
    let path = "/v1/operations/webhooks/CLJ-04";
    assert_eq!(
        kit.get(OPERATOR, path).await.expect(200)["state"],
        "DISABLED"
    );
    let decide = async |once: &str, body: Value| {
        kit.post(OPERATOR, &format!("{path}/decisions"), once, &body)
            .await
    };
    let missing = decide("k1", json!({ "action": "ENABLE", "reason": " " })).await;
    missing.problem(422, "reason-missing");
    let enabled = decide("k2", json!({ "action": "ENABLE", "reason": "asked" })).await;
    assert_eq!(enabled.expect(200)["state"], "ENABLED");
    let unclear = decide("k3", json!({ "action": "RECOVER", "reason": "asked" })).await;
    unclear.problem(422, "content-invalid");
    let disabled = decide("k4", json!({ "action": "DISABLE", "reason": "asked" })).await;
    assert_eq!(disabled.expect(200)["state"], "DISABLED");
    let runs = kit.get(OPERATOR, &format!("{path}/deliveries")).await;
    assert_eq!(runs.expect(200)["data"], json!([]));
    kit.get(OPERATOR, "/v1/operations/webhooks/CLJ-99")
        .await
        .problem(404, "not-found");
    kit.get(DEJ, "/v1/operations/webhooks")
        .await
        .problem(403, "party-not-allowed");
}
