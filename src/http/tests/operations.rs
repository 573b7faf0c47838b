//! What operators see and decide over the API.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::http::tests::kit::{DEJ, Kit, paying, register, send};
use crate::store::credentials::Party;
use crate::store::history;
use crate::worker::batcher::Batcher;
use crate::worker::drain;

pub(super) const OPERATOR: &str = "cei_test_operator";
const READER: &str = "cei_test_reader";

/// A gateway with one order in the outbox, and an operator's key.
pub(super) async fn with_order() -> (Kit, String) {
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
    assert_eq!(dead, json!({ "data": [], "next_cursor": null }));
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

/// A gateway with an application of Dej that is ready and one that owes its fee.
async fn with_applications() -> Kit {
    let kit = Kit::start().await;
    kit.taken_in().await;
    kit.submit(DEJ, "second", &paying()).await.expect(201);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    for (key, scopes) in [(OPERATOR, "operate"), (READER, "events:read")] {
        register(&mut tx, &kit.gateway, key, Party::Operator, None, scopes).await;
    }
    tx.commit().await.unwrap();
    kit
}

const APPLICATIONS: &str = "/v1/operations/applications";
const FREE: &str = "CLJ-04-2026-000001";
const PAYING: &str = "CLJ-04-2026-000002";

/// The numbers of the applications that a query finds.
async fn found(kit: &Kit, query: &str) -> Vec<String> {
    let path = format!("{APPLICATIONS}?{query}");
    let page = kit.get(OPERATOR, &path).await.expect(200);
    let data = page["data"].as_array().unwrap().iter();
    data.map(|one| one["number"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn operators_find_applications_by_what_is_known_of_them() {
    let kit = with_applications().await;
    let shown = kit.get(OPERATOR, &format!("{APPLICATIONS}/{PAYING}")).await;
    let shown = shown.expect(200);
    let reference = shown["payment_reference"].as_str().unwrap();
    for (query, expected) in [
        ("limit=10".to_owned(), vec![FREE, PAYING]),
        ("office=CLJ-04".to_owned(), vec![FREE, PAYING]),
        ("office=CLJ-08".to_owned(), vec![]),
        ("state=READY".to_owned(), vec![FREE]),
        ("fee_state=DUE".to_owned(), vec![PAYING]),
        ("state=READY&fee_state=DUE".to_owned(), vec![]),
        (
            "state=READY&fee_state=EXEMPT&product=CEI".to_owned(),
            vec![FREE],
        ),
        (
            "office=CLJ-04&state=READY&product=CEI".to_owned(),
            vec![FREE],
        ),
        ("held=true".to_owned(), vec![]),
        ("held=false".to_owned(), vec![FREE, PAYING]),
        (format!("number={FREE}"), vec![FREE]),
        ("number=CLJ-04-2026-000009".to_owned(), vec![]),
        (format!("payment_reference={reference}"), vec![PAYING]),
        (
            "office=CLJ-04&office_reference=CLJ-2026-004712".to_owned(),
            vec![PAYING],
        ),
    ] {
        assert_eq!(found(&kit, &query).await, expected, "{query}");
    }
    for query in [
        "state=LOST",
        "office=CLJ-99",
        "colour=red",
        "number=1&state=READY",
        "office_reference=CLJ-2026-004712",
    ] {
        let refused = kit.get(OPERATOR, &format!("{APPLICATIONS}?{query}")).await;
        refused.problem(400, "query-invalid");
    }
}

#[tokio::test]
async fn a_page_of_applications_says_where_the_next_begins() {
    let kit = with_applications().await;
    let first = kit.get(OPERATOR, &format!("{APPLICATIONS}?limit=1")).await;
    let first = first.expect(200);
    assert_eq!(first["data"][0]["number"], FREE);
    let cursor = first["next_cursor"].as_str().unwrap();
    let query = format!("limit=1&cursor={cursor}");
    assert_eq!(found(&kit, &query).await, [PAYING]);
}

#[tokio::test]
async fn an_application_is_shown_without_its_person() {
    let kit = with_applications().await;
    let path = format!("{APPLICATIONS}/{PAYING}");
    let reply = kit.get(OPERATOR, &path).await;
    let shown = reply.expect(200);
    assert_eq!(shown["office"], "CLJ-04");
    assert_eq!(shown["state"], "AWAITING_FEE");
    assert_eq!(
        (&shown["fee_due"], &shown["fee_rule"]),
        (&json!(7000), &json!("F2"))
    );
    let events = shown["history"].as_array().unwrap().iter();
    let events: Vec<_> = events.map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["CHECKS_PASSED", "FOUND_DUE", "FEE_FOUND_DUE"]);
    let person = &paying().applicant;
    for secret in [&person.cnp, &person.surname, &person.given_names] {
        assert!(!reply.text.contains(secret.as_str()), "{}", reply.text);
    }

    let by_id = format!("{APPLICATIONS}/{}", shown["id"].as_str().unwrap());
    assert_eq!(kit.get(OPERATOR, &by_id).await.expect(200), shown);
    let tag = reply.header("etag");
    let request = kit.request(Method::GET, &path).bearer_auth(OPERATOR);
    let again = send(request.header("If-None-Match", tag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let unknown = kit.get(OPERATOR, &format!("{APPLICATIONS}/CLJ-1")).await;
    unknown.problem(404, "not-found");
}

#[tokio::test]
async fn offices_and_others_without_the_right_do_not_reach_the_operators_applications() {
    let kit = with_applications().await;
    let show = format!("{APPLICATIONS}/{FREE}");
    for path in [APPLICATIONS, &show] {
        let office = kit.get(DEJ, path).await;
        office.problem(403, "party-not-allowed");
        let reader = kit.get(READER, path).await;
        reader.problem(403, "scope-missing");
    }
    let body = json!({ "reason": "because" });
    for decision in ["hold", "cancel"] {
        let path = format!("{show}/{decision}");
        let office = kit.post(DEJ, &path, "k", &body).await;
        office.problem(403, "party-not-allowed");
        let reader = kit.post(READER, &path, "k", &body).await;
        reader.problem(403, "scope-missing");
    }
    assert_eq!(found(&kit, "state=READY").await, [FREE]);
}

#[tokio::test]
async fn an_application_is_set_aside_once_and_by_who_has_seen_it() {
    let kit = with_applications().await;
    let show = format!("{APPLICATIONS}/{FREE}");
    let tag = kit.get(OPERATOR, &show).await.header("etag").to_owned();
    let hold = format!("{show}/hold");
    let silent = json!({ "reason": " " });
    let refused = kit.post(OPERATOR, &hold, "h1", &silent).await;
    refused.problem(422, "reason-missing");
    let body = json!({ "reason": "the office asked" });
    let stranger = format!("{APPLICATIONS}/CLJ-1/hold");
    let unknown = kit.post(OPERATOR, &stranger, "h2", &body).await;
    unknown.problem(404, "not-found");

    let decide = |key: &str, tag: &str| {
        let request = kit.request(Method::POST, &hold).bearer_auth(OPERATOR);
        let request = request
            .header("Idempotency-Key", key)
            .header("If-Match", tag);
        send(request.json(&body))
    };
    decide("h3", "\"99.0.0\"")
        .await
        .problem(412, "changed-meanwhile");
    let done = decide("h4", &tag).await.expect(200);
    assert_eq!(done, json!({ "subject": FREE, "done": "HELD" }));
    let again = decide("h4", &tag).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let twice = kit.post(OPERATOR, &hold, "h5", &body).await;
    twice.problem(409, "decision-not-possible");

    assert_eq!(
        found(&kit, "held=true&office=CLJ-04&state=ON_HOLD").await,
        [FREE]
    );
    assert_eq!(found(&kit, "held=true&fee_state=DUE").await, [""; 0]);
    let shown = kit.get(OPERATOR, &show).await.expect(200);
    assert_eq!(shown["holds"][0]["code"], 810);
    let last = shown["history"].as_array().unwrap().iter();
    let last = last.rev().find(|step| step["event"] == "HELD").unwrap();
    assert_eq!(last["note"], "the office asked");
    assert_eq!(last["actor"], "operator:test");
}

#[tokio::test]
async fn an_application_is_cancelled_for_its_office_which_is_told() {
    let kit = with_applications().await;
    let cancel = format!("{APPLICATIONS}/{PAYING}/cancel");
    let silent = json!({ "reason": "" });
    let refused = kit.post(OPERATOR, &cancel, "c1", &silent).await;
    refused.problem(422, "reason-missing");
    let odd = json!({ "reason": "told", "cause": "BORED" });
    let refused = kit.post(OPERATOR, &cancel, "c2", &odd).await;
    refused.problem(422, "content-invalid");
    let stranger = format!("{APPLICATIONS}/CLJ-1/cancel");
    let body = json!({ "reason": "told by telephone", "cause": "HOLDER_DECEASED" });
    let unknown = kit.post(OPERATOR, &stranger, "c3", &body).await;
    unknown.problem(404, "not-found");

    let done = kit.post(OPERATOR, &cancel, "c4", &body).await.expect(200);
    assert_eq!(done, json!({ "subject": PAYING, "done": "CANCELLED" }));
    let events = kit.get(DEJ, "/v1/events").await.expect(200);
    let told = events["data"].as_array().unwrap().last().unwrap();
    assert_eq!(told["type"], "ro.cei.application.cancelled.v1");
    assert_eq!(
        (&told["number"], &told["reason"]),
        (&json!(PAYING), &json!(605))
    );
    let path = format!("{APPLICATIONS}/{PAYING}");
    let shown = kit.get(OPERATOR, &path).await.expect(200);
    let notes = shown["history"].as_array().unwrap().iter();
    assert!(
        notes
            .clone()
            .any(|step| step["note"] == "told by telephone")
    );
}

#[tokio::test]
async fn what_is_ordered_waits_for_the_bureau_and_what_exists_is_not_cancelled() {
    use crate::domain::application::ApplicationEvent::{CardProduced, PutInOrder};

    let kit = with_applications().await;
    let id = kit.get(OPERATOR, &format!("{APPLICATIONS}/{FREE}")).await;
    let id = id.expect(200)["id"].as_str().unwrap().parse().unwrap();
    let cancel = format!("{APPLICATIONS}/{FREE}/cancel");
    let body = json!({ "reason": "told by telephone" });
    kit.lead(id, &[PutInOrder]).await;
    let asked = kit.post(OPERATOR, &cancel, "c1", &body).await.expect(200);
    assert_eq!(asked["done"], "CANCEL_REQUESTED");
    kit.lead(id, &[CardProduced]).await;
    let late = kit.post(OPERATOR, &cancel, "c2", &body).await;
    late.problem(409, "decision-not-possible");
}

#[tokio::test]
async fn orders_are_planned_paused_and_resumed() {
    let kit = with_applications().await;
    let plan = async || kit.get(OPERATOR, "/v1/batching/plan").await.expect(200);
    let first = &plan().await["data"][0];
    assert_eq!(
        (&first["product"], &first["pause"], &first["lines_left"]),
        (&json!("CEI"), &json!(null), &json!(null))
    );
    let [order] = first["orders"].as_array().unwrap().as_slice() else {
        panic!("{first}");
    };
    assert_eq!((&order["lines"], &order["when"]), (&json!(1), &json!("BY")));

    let pause = "/v1/batching/CEI/pause";
    let silent = kit
        .post(OPERATOR, pause, "p1", &json!({ "reason": "" }))
        .await;
    silent.problem(422, "reason-missing");
    let past = json!({ "reason": "no chips", "until": "2020-01-01T00:00:00Z" });
    let past = kit.post(OPERATOR, pause, "p2", &past).await;
    past.problem(422, "content-invalid");
    let body = json!({ "reason": "no chips" });
    let stranger = kit.post(DEJ, pause, "p3", &body).await;
    stranger.problem(403, "party-not-allowed");
    let unknown = kit
        .post(OPERATOR, "/v1/batching/CI/pause", "p4", &body)
        .await;
    unknown.problem(404, "not-found");
    for (path, key, done) in [
        (pause, "p5", "PAUSED"),
        (pause, "p6", "UNCHANGED"),
        ("/v1/batching/CEI/resume", "p7", "RESUMED"),
        ("/v1/batching/CEI/resume", "p8", "UNCHANGED"),
    ] {
        let answer = kit.post(OPERATOR, path, key, &body).await.expect(200);
        assert_eq!(answer["done"], done, "{key}");
        let reason = &plan().await["data"][0]["pause"]["reason"];
        let expected = if path == pause {
            json!("no chips")
        } else {
            json!(null)
        };
        assert_eq!(*reason, expected, "{key}");
    }
}

#[tokio::test]
async fn a_term_is_extended_once_by_the_office_or_an_operator() {
    let kit = with_applications().await;
    let shown = kit
        .get(OPERATOR, &format!("{APPLICATIONS}/{FREE}"))
        .await
        .expect(200);
    let id = shown["id"].as_str().unwrap();
    let own = format!("/v1/applications/{id}/extension");
    let body = |days| json!({ "days": days, "reason": "a file from Dej" });
    let long = kit.post(DEJ, &own, "e1", &body(16)).await;
    long.problem(422, "content-invalid");
    let before: chrono::NaiveDate = shown["deadline_on"].as_str().unwrap().parse().unwrap();
    let extended = kit.post(DEJ, &own, "e2", &body(10)).await.expect(200);
    let after = (before + chrono::Days::new(10)).to_string();
    assert_eq!(extended["deadline_on"], json!(after));
    let again = kit.post(DEJ, &own, "e2", &body(10)).await.expect(200);
    assert_eq!(again, extended, "the same request is answered as before");
    let twice = kit.post(DEJ, &own, "e3", &body(1)).await;
    twice.problem(409, "decision-not-possible");

    let operators = format!("{APPLICATIONS}/{PAYING}/extension");
    let decided = kit
        .post(OPERATOR, &operators, "e4", &body(1))
        .await
        .expect(200);
    assert_eq!(decided["done"], "EXTENDED");
    let unknown = format!("{APPLICATIONS}/CLJ-04-2026-000009/extension");
    let unknown = kit.post(OPERATOR, &unknown, "e5", &body(1)).await;
    unknown.problem(404, "not-found");
    let reason = json!({ "reason": "told by telephone" });
    let cancel = format!("{APPLICATIONS}/{PAYING}/cancel");
    kit.post(OPERATOR, &cancel, "e6", &reason).await.expect(200);
    let ended = kit.post(OPERATOR, &operators, "e7", &body(1)).await;
    ended.problem(409, "decision-not-possible");
}

#[tokio::test]
async fn a_lane_is_paused_and_resumed_with_a_reason() {
    let (kit, _number) = with_order().await;
    let lane = "/v1/outbox/lanes/bureau:CNIN";
    let (pause, resume) = (format!("{lane}/pause"), format!("{lane}/resume"));
    let silent = json!({ "reason": "" });
    let refused = kit.post(OPERATOR, &pause, "p1", &silent).await;
    refused.problem(422, "reason-missing");
    let body = json!({ "reason": "the bureau has no chips" });
    let stranger = kit.post(DEJ, &pause, "p2", &body).await;
    stranger.problem(403, "party-not-allowed");
    let unknown = "/v1/outbox/lanes/bureau:MARS/pause";
    let unknown = kit.post(OPERATOR, unknown, "p3", &body).await;
    unknown.problem(404, "not-found");

    for (path, key, done, paused) in [
        (&pause, "p4", "PAUSED", true),
        (&pause, "p5", "UNCHANGED", true),
        (&resume, "p6", "RESUMED", false),
    ] {
        let answer = kit.post(OPERATOR, path, key, &body).await.expect(200);
        assert_eq!(answer["done"], done);
        let lanes = kit.get(OPERATOR, "/v1/outbox/lanes").await.expect(200);
        assert_eq!(lanes["data"][0]["paused"], paused);
    }
    let subject = crate::flow::decide_lane::subject("bureau:CNIN");
    let told = history::list(&mut kit.read().await, subject, 10)
        .await
        .unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|step| (step.event.as_str(), step.note.as_deref()))
        .collect();
    let why = Some("the bureau has no chips");
    assert_eq!(told, [("PAUSED", why), ("RESUMED", why)]);
}
