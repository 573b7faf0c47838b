//! What becomes of an application: read, corrected, withdrawn, its card received and handed over.

use std::convert::Infallible;
use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{ApplicationEvent as On, Product};
use crate::domain::id::ApplicationId;
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::flow::line_step::take_line_step;
use crate::flow::open_order::open_order;
use crate::flow::progress::note;
use crate::http::tests::kit::{DEJ, Kit, TURDA, adult, paying, send};
use crate::store::history::{self, take_step};
use crate::store::{applications, order_lines, orders, sealed};

fn path(id: ApplicationId, rest: &str) -> String {
    format!("/v1/applications/{id}{rest}")
}

async fn report(
    kit: &Kit,
    key: &str,
    once: &str,
    id: ApplicationId,
    body: &Value,
) -> super::kit::Reply {
    kit.post(key, &path(id, "/reports"), once, body).await
}

/// Has the application's card ordered, made and shipped, as the workers and the bureau would.
pub(super) async fn shipped(kit: &Kit, id: ApplicationId) {
    kit.clock.advance(Duration::from_hours(5));
    let number = open_order(&kit.gateway, Product::Cei)
        .await
        .unwrap()
        .unwrap();
    let actor = Actor::Bureau;
    let note = note(&kit.gateway, &actor, None);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let order = orders::find_by_number(&mut tx, &number)
        .await
        .unwrap()
        .unwrap();
    let mut state = OrderState::Closed;
    for event in [
        OrderEvent::DocumentSigned,
        OrderEvent::PutInOutbox,
        OrderEvent::BytesDelivered,
        OrderEvent::ReceiptPositive,
    ] {
        state = take_step::<history::Order>(&mut tx, order.id.0, state, event, &note)
            .await
            .unwrap();
    }
    let mut line = order_lines::find_live(&mut tx, id).await.unwrap().unwrap();
    for event in [
        LineEvent::LineAccepted,
        LineEvent::CardMade,
        LineEvent::ParcelShipped,
    ] {
        take_line_step::<Infallible>(&mut tx, &mut line, event, note.at, &note)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let events = [On::ProductionStarted, On::CardProduced, On::CardShipped];
    kit.lead(id, &events).await;
}

#[tokio::test]
async fn an_application_is_read_with_its_history_until_nothing_has_changed() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    let first = kit.get(DEJ, &path(id, "")).await;
    let tag = first.header("etag").to_owned();
    let view = first.expect(200);

    let events: Vec<&str> = view["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["CHECKS_PASSED", "FOUND_EXEMPT", "FEE_SETTLED"]);
    assert_eq!(view["history"][0]["by"], "office");
    assert_eq!(view["holds"], json!([]));
    let known = |tag: String| {
        let request = kit
            .request(reqwest::Method::GET, &path(id, ""))
            .bearer_auth(DEJ);
        send(request.header("If-None-Match", tag))
    };
    let unchanged = known(format!("\"0.0.0\", W/{tag}")).await;
    assert_eq!(
        (unchanged.status.as_u16(), unchanged.text.as_str()),
        (304, "")
    );
    kit.lead(id, &[On::Held]).await;
    assert_eq!(known(tag).await.expect(200)["state"], "ON_HOLD");
}

#[tokio::test]
async fn applications_are_listed_page_by_page_and_found_by_number() {
    let kit = Kit::start().await;
    kit.submit(DEJ, "k1", &adult()).await.expect(201);
    kit.submit(DEJ, "k2", &paying()).await.expect(201);

    let first = kit.get(DEJ, "/v1/applications?limit=1").await;
    assert!(first.header("link").ends_with("rel=\"next\""));
    let first = first.expect(200);
    assert_eq!(first["data"].as_array().unwrap().len(), 1);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = format!("/v1/applications?limit=1&cursor={cursor}");
    let second = kit.get(DEJ, &second).await.expect(200);
    assert_eq!(second["data"][0]["number"], "CLJ-04-2026-000002");
    assert_eq!(second["next_cursor"], Value::Null);
    for query in [
        "state=AWAITING_FEE",
        "number=CLJ-04-2026-000002",
        "office_reference=CLJ-2026-004712",
    ] {
        let found = kit
            .get(DEJ, &format!("/v1/applications?{query}"))
            .await
            .expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), 1, "{query}");
        assert_eq!(found["data"][0]["number"], "CLJ-04-2026-000002");
    }
}

#[tokio::test]
async fn a_returned_application_is_taken_in_again_as_a_revision() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    let mut corrected = adult();
    corrected.applicant.birth_place = "Dej, jud. Cluj".to_owned();
    let body = serde_json::to_value(&corrected).unwrap();
    let early = kit.post(DEJ, &path(id, "/revisions"), "v0", &body).await;
    early.problem(409, "revision-not-possible");
    let mut tx = kit.read().await;
    let before = applications::find(&mut tx, id).await.unwrap().unwrap();
    drop(tx);
    kit.lead(id, &[On::Held, On::SentBack]).await;

    let first = kit.post(DEJ, &path(id, "/revisions"), "v1", &body).await;
    let view = first.expect(201);
    assert_eq!(
        (&view["revision"], &view["state"]),
        (&json!(2), &json!("READY"))
    );
    assert_eq!(view["number"], before.number);
    let again = kit.post(DEJ, &path(id, "/revisions"), "v1", &body).await;
    assert_eq!(first.text, again.text);
    let same = kit.post(DEJ, &path(id, "/revisions"), "v2", &body).await;
    assert_eq!(same.expect(200)["revision"], 2);
    let events = kit.get(DEJ, "/v1/events").await.expect(200);
    let told: Vec<&str> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["type"].as_str()?.strip_prefix("ro.cei.application."))
        .filter(|kind| ["received.v1", "revised.v1"].contains(kind))
        .collect();
    assert_eq!(told, ["received.v1", "revised.v1"]);
    // The former content is due for erasure at once, the new one is not.
    let mut tx = kit.read().await;
    let due = sealed::list_due(&mut tx, kit.gateway.clock.now(), 10)
        .await
        .unwrap();
    assert_eq!(due, [before.sealed]);
}

#[tokio::test]
async fn a_revision_keeps_what_registration_fixed_and_the_version_that_was_seen() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    kit.lead(id, &[On::Held, On::SentBack]).await;
    let mut other = adult();
    other.office_reference = "ANOTHER".to_owned();
    other.registered_on = other.registered_on.pred_opt().unwrap();
    let body = serde_json::to_value(&other).unwrap();
    let reply = kit.post(DEJ, &path(id, "/revisions"), "v1", &body).await;
    let problem = reply.problem(422, "revision-changes-fixed");
    let pointers: Vec<&Value> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(pointers, ["/office_reference", "/registered_on"]);

    let mut corrected = adult();
    corrected.applicant.cnp = "1630615123458".to_owned();
    let body = serde_json::to_value(&corrected).unwrap();
    let reply = kit.post(DEJ, &path(id, "/revisions"), "v2", &body).await;
    reply.problem(422, "application-invalid");
    let request = kit
        .request(reqwest::Method::POST, &path(id, "/revisions"))
        .bearer_auth(DEJ)
        .header("Idempotency-Key", "v3")
        .header("If-Match", "\"1.0.0\"")
        .json(&body);
    send(request).await.problem(412, "changed-meanwhile");
}

#[tokio::test]
async fn an_application_that_is_not_ordered_is_withdrawn_at_once() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    let body = json!({"reason": "WITHDRAWN"});
    let view = kit
        .post(DEJ, &path(id, "/withdrawal"), "w1", &body)
        .await
        .expect(200);
    assert_eq!(view["state"], "CANCELLED");
    let again = kit.post(DEJ, &path(id, "/withdrawal"), "w2", &body).await;
    assert_eq!(again.expect(200)["version"], view["version"]);

    let events = kit.get(DEJ, "/v1/events").await.expect(200);
    let last = events["data"].as_array().unwrap().last().unwrap();
    assert_eq!(last["type"], "ro.cei.application.cancelled.v1");
    assert_eq!(
        (&last["state"], &last["reason"]),
        (&json!("CANCELLED"), &json!(606))
    );
    // The person may apply again, and the content is due for erasure after the configured days.
    let mut anew = adult();
    anew.office_reference = "ANEW".to_owned();
    kit.submit(TURDA, "k1", &anew).await.expect(201);
    kit.clock.advance(Duration::from_hours(30 * 24));
    let mut tx = kit.read().await;
    let due = sealed::list_due(&mut tx, kit.gateway.clock.now(), 10)
        .await
        .unwrap();
    assert_eq!(due.len(), 1);
}

#[tokio::test]
async fn an_ordered_application_waits_for_an_operator_to_ask_the_bureau() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    kit.clock.advance(Duration::from_hours(5));
    open_order(&kit.gateway, Product::Cei)
        .await
        .unwrap()
        .unwrap();

    let body = json!({"reason": "HOLDER_DECEASED"});
    let view = kit
        .post(DEJ, &path(id, "/withdrawal"), "w1", &body)
        .await
        .expect(200);
    assert_eq!(view["state"], "CANCEL_REQUESTED");
    let view = kit.get(DEJ, &path(id, "")).await.expect(200);
    assert_eq!(view["holds"][0]["code"], 605);
    assert_eq!(view["holds"][0]["name"], "HOLDER_DECEASED");
}

#[tokio::test]
async fn what_is_made_or_held_with_an_order_is_not_withdrawn_here() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    kit.clock.advance(Duration::from_hours(5));
    open_order(&kit.gateway, Product::Cei)
        .await
        .unwrap()
        .unwrap();
    kit.lead(id, &[On::Held]).await;
    let body = json!({"reason": "WITHDRAWN"});
    let reply = kit.post(DEJ, &path(id, "/withdrawal"), "w1", &body).await;
    reply.problem(409, "withdrawal-not-possible");

    kit.lead(id, &[On::ReleasedOrdered, On::CardProduced]).await;
    let reply = kit.post(DEJ, &path(id, "/withdrawal"), "w2", &body).await;
    reply.problem(409, "withdrawal-not-possible");
    let unknown = json!({"reason": "CHANGED_MIND"});
    let reply = kit
        .post(DEJ, &path(id, "/withdrawal"), "w3", &unknown)
        .await;
    let problem = reply.problem(422, "content-invalid");
    assert_eq!(problem["errors"][0]["code"], "code-unknown");
}

#[tokio::test]
async fn a_card_is_received_and_handed_over_and_its_images_are_due_for_erasure() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    shipped(&kit, id).await;

    let received = json!({"report": "RECEIVED_AT_OFFICE"});
    let view = report(&kit, DEJ, "r1", id, &received).await.expect(200);
    assert_eq!(view["state"], "AT_OFFICE");
    let repeated = report(&kit, DEJ, "r2", id, &received).await.expect(200);
    assert_eq!(repeated["version"], view["version"]);
    let handed = json!({"report": "HANDED_OVER"});
    let view = report(&kit, DEJ, "r3", id, &handed).await.expect(200);
    assert_eq!(view["state"], "HANDED_OVER");

    let mut tx = kit.read().await;
    let row = applications::find(&mut tx, id).await.unwrap().unwrap();
    let due = sealed::list_due(&mut tx, kit.gateway.clock.now(), 10)
        .await
        .unwrap();
    assert!(due.contains(&row.sealed));
    let lines = order_lines::list_of_application(&mut tx, id).await.unwrap();
    let order = orders::find(&mut tx, lines[0].order)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(order.state, OrderState::Settled);
    drop(tx);
    let backwards = report(&kit, DEJ, "r4", id, &received).await;
    backwards.problem(409, "report-not-possible");
}

#[tokio::test]
async fn a_card_that_cannot_be_there_is_not_reported() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    let received = json!({"report": "RECEIVED_AT_OFFICE"});
    let early = report(&kit, DEJ, "r1", id, &received).await;
    early.problem(409, "report-not-possible");
    shipped(&kit, id).await;
    let other = json!({"report": "RECEIVED_AT_OFFICE", "document_number": "CJ000000"});
    let reply = report(&kit, DEJ, "r2", id, &other).await;
    reply.problem(409, "card-of-another");
    let handed = report(&kit, DEJ, "r3", id, &json!({"report": "HANDED_OVER"})).await;
    handed.problem(409, "report-not-possible");
    let unknown = report(&kit, DEJ, "r4", id, &json!({"report": "LOST"})).await;
    unknown.problem(422, "content-invalid");
}

#[tokio::test]
async fn the_office_of_collection_reports_the_card_and_is_told_of_it() {
    let kit = Kit::start().await;
    let mut content = adult();
    content.collect_at_office = Some("CLJ-08".to_owned());
    let view = kit.submit(DEJ, "k1", &content).await.expect(201);
    assert_eq!(view["collected_elsewhere"], true);
    let id: ApplicationId = view["id"].as_str().unwrap().parse().unwrap();
    shipped(&kit, id).await;

    let events = kit.get(TURDA, "/v1/events").await.expect(200);
    assert_eq!(events["data"][0]["type"], "ro.cei.application.shipped.v1");
    kit.get(TURDA, &path(id, "")).await.expect(200);
    let received = json!({"report": "RECEIVED_AT_OFFICE"});
    let view = report(&kit, TURDA, "r1", id, &received).await.expect(200);
    assert_eq!(view["state"], "AT_OFFICE");
}
