//! Handing applications in: accepted, refused with every fault, repeated.

use futures_util::future::{Either, select};
use serde_json::json;

use crate::domain::application::ApplicationState;
use crate::http::tests::kit::{DEJ, Kit, TURDA, adult, paying};
use crate::store::{applications, sealed};

#[tokio::test]
async fn an_application_is_taken_in_with_its_number_fee_term_and_reference() {
    let kit = Kit::start().await;

    let view = kit.submit(DEJ, "k1", &adult()).await.expect(201);

    assert_eq!(view["number"], "CLJ-04-2026-000001");
    assert_eq!(view["office_reference"], "CLJ-2026-004711");
    assert_eq!(view["state"], "READY");
    assert_eq!(view["deadline_on"], "2026-02-11");
    assert_eq!(view["fee"]["state"], "EXEMPT");
    assert_eq!(view["fee"]["rule"], "X1");
    assert_eq!(view["fee"]["due"], "0.00");
    assert!(!view["fee"]["facts"].as_object().unwrap().is_empty());
    let reference = &view["payment_reference"];
    assert!(reference["printed"].as_str().unwrap().starts_with("RF"));
    assert_eq!(reference["compact"].as_str().unwrap().len(), 14);
    assert_eq!(reference["kiosk"].as_str().unwrap().len(), 14);
}

#[tokio::test]
async fn a_fee_that_is_owed_is_waited_for() {
    let kit = Kit::start().await;

    let view = kit.submit(DEJ, "k1", &paying()).await.expect(201);

    assert_eq!(view["state"], "AWAITING_FEE");
    assert_eq!(view["fee"]["state"], "DUE");
    assert_eq!(view["fee"]["rule"], "F2");
    assert_eq!(view["fee"]["due"], "70.00");
}

#[tokio::test]
async fn a_request_repeated_with_its_key_is_given_the_same_answer() {
    let kit = Kit::start().await;
    let first = kit.submit(DEJ, "k1", &adult()).await;
    let second = kit.submit(DEJ, "k1", &adult()).await;

    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.text, second.text);
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(count(&kit).await, 1);
}

#[tokio::test]
async fn the_offices_own_reference_repeats_the_answer_too() {
    let kit = Kit::start().await;
    let first = kit.submit(DEJ, "k1", &adult()).await.expect(201);
    let second = kit.submit(DEJ, "k2", &adult()).await;

    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(second.expect(200)["id"], first["id"]);
    assert_eq!(count(&kit).await, 1);
}

#[tokio::test]
async fn a_key_is_of_one_request_and_of_one_caller() {
    let kit = Kit::start().await;
    kit.submit(DEJ, "k1", &adult()).await.expect(201);

    let other = kit.submit(DEJ, "k1", &paying()).await;
    other.problem(422, "idempotency-key-reused");
    // Whatever else is wrong with the other request: its key says so first.
    let mut faulty = paying();
    faulty.applicant.cnp = "1".to_owned();
    let faulty = kit.submit(DEJ, "k1", &faulty).await;
    faulty.problem(422, "idempotency-key-reused");
    kit.submit(TURDA, "k1", &paying()).await.expect(201);
}

#[tokio::test]
async fn a_key_must_be_given_and_be_decent() {
    let kit = Kit::start().await;
    let body = serde_json::to_value(adult()).unwrap();
    let request = kit.request(reqwest::Method::POST, "/v1/applications");
    let reply = super::kit::send(request.bearer_auth(DEJ).json(&body)).await;
    reply.problem(400, "idempotency-key-missing");

    let long = "k".repeat(129);
    let reply = kit.post(DEJ, "/v1/applications", &long, &body).await;
    reply.problem(400, "idempotency-key-invalid");
    assert_eq!(count(&kit).await, 0);
}

#[tokio::test]
async fn a_second_request_is_told_that_the_first_one_runs() {
    let kit = Kit::start().await;
    let writer = kit.gateway.store.begin().await.unwrap();
    let content = adult();
    let (one, other) = (
        Box::pin(kit.submit(DEJ, "k1", &content)),
        Box::pin(kit.submit(DEJ, "k1", &content)),
    );
    // Neither can be carried out, so the only answer is to whoever came second.
    let (told, waiting) = match select(one, other).await {
        Either::Left((told, waiting)) | Either::Right((told, waiting)) => (told, waiting),
    };
    drop(writer);

    told.problem(409, "request-running");
    waiting.await.expect(201);
    assert_eq!(count(&kit).await, 1);
}

#[tokio::test]
async fn every_fault_is_told_at_once_with_its_place_in_the_language_asked_for() {
    let kit = Kit::start().await;
    let mut content = adult();
    content.product = "PASSPORT".to_owned();
    content.applicant.cnp = "1630615123458".to_owned();
    content.applicant.domicile.county = "XX".to_owned();
    content.biometrics.face.data = "no image".to_owned();
    let body = serde_json::to_value(&content).unwrap();
    let request = kit
        .request(reqwest::Method::POST, "/v1/applications")
        .bearer_auth(DEJ)
        .header("Idempotency-Key", "k1")
        .header("Accept-Language", "ro")
        .json(&body);
    let reply = super::kit::send(request).await;

    assert_eq!(reply.header("content-language"), "ro");
    let problem = reply.problem(422, "application-invalid");
    assert_eq!(problem["title"], "Cererea conține greșeli.");
    let errors = problem["errors"].as_array().unwrap();
    let pointers: Vec<&str> = errors
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    for pointer in [
        "/product",
        "/applicant/cnp",
        "/applicant/domicile/county",
        "/biometrics/face/data",
    ] {
        assert!(pointers.contains(&pointer), "{pointer} in {pointers:?}");
    }
    assert!(errors.iter().all(|error| {
        let text = error["message"].as_str().unwrap();
        !error["code"].as_str().unwrap().is_empty() && text.ends_with('.')
    }));
    assert!(!reply.text.contains("1630615123458"));
}

#[tokio::test]
async fn nothing_is_left_of_what_was_refused() {
    let kit = Kit::start().await;
    let mut content = adult();
    content.payment_reference = Some("RF29 4073 9182 64".to_owned());
    let reply = kit.submit(DEJ, "k1", &content).await;
    reply.problem(422, "payment-reference-not-free");

    assert_eq!(count(&kit).await, 0);
    let events = kit.get(DEJ, "/v1/events").await.expect(200);
    assert_eq!(events["data"], json!([]));
    // The same key may be used again, and the number was not spent.
    let view = kit.submit(DEJ, "k1", &adult()).await.expect(201);
    assert_eq!(view["number"], "CLJ-04-2026-000001");
}

#[tokio::test]
async fn a_reference_of_the_office_stands_for_one_content() {
    let kit = Kit::start().await;
    kit.submit(DEJ, "k1", &adult()).await.expect(201);
    let mut other = paying();
    other.office_reference = adult().office_reference;

    let problem = kit.submit(DEJ, "k2", &other).await;
    let problem = problem.problem(409, "office-reference-used");
    assert_eq!(problem["number"], "CLJ-04-2026-000001");
    // Another office counts for itself.
    kit.submit(TURDA, "k1", &other).await.expect(201);
}

#[tokio::test]
async fn a_person_has_one_open_application_and_other_offices_learn_no_more() {
    let kit = Kit::start().await;
    kit.submit(DEJ, "k1", &adult()).await.expect(201);
    let mut again = adult();
    again.office_reference = "ANOTHER".to_owned();

    let own = kit.submit(DEJ, "k2", &again).await;
    let own = own.problem(409, "application-open");
    assert_eq!(own["number"], "CLJ-04-2026-000001");
    let reply = kit.submit(TURDA, "k1", &again).await;
    let other = reply.problem(409, "application-open");
    assert!(other.get("number").is_none());
    assert!(!reply.text.contains("CLJ-04"));
}

#[tokio::test]
async fn a_reference_given_before_is_borne_by_one_application_of_its_office() {
    let kit = Kit::start().await;
    let path = "/v1/payment-references";
    let given = kit.post(DEJ, path, "r1", &json!({"product": "CEI"})).await;
    let replayed = kit.post(DEJ, path, "r1", &json!({"product": "CEI"})).await;
    assert_eq!(given.text, replayed.text);
    let printed = given.expect(201)["printed"].as_str().unwrap().to_owned();
    let mut content = adult();
    content.payment_reference = Some(printed.clone());

    let stolen = kit.submit(TURDA, "k1", &content).await;
    stolen.problem(422, "payment-reference-not-free");
    let view = kit.submit(DEJ, "k1", &content).await.expect(201);
    assert_eq!(view["payment_reference"]["printed"], printed);
    let mut second = paying();
    second.payment_reference = Some(printed);
    let reply = kit.submit(DEJ, "k2", &second).await;
    reply.problem(422, "payment-reference-not-free");
}

#[tokio::test]
async fn the_content_is_sealed_and_the_row_names_nobody() {
    let kit = Kit::start().await;
    let id = kit.taken_in().await;
    let mut tx = kit.read().await;
    let row = applications::find(&mut tx, id).await.unwrap().unwrap();

    assert_eq!(row.state, ApplicationState::Ready);
    assert_eq!(row.office, kit.dej);
    assert!(!format!("{row:?}").contains("1630615123457"));
    let key = sealed::find_key(&mut tx, row.sealed)
        .await
        .unwrap()
        .unwrap();
    let plain = kit.gateway.vault.get(row.sealed, &key).unwrap();
    assert_eq!(*plain, serde_json::to_vec(&adult()).unwrap());
}

async fn count(kit: &Kit) -> usize {
    let mut tx = kit.read().await;
    let all = applications::list(&mut tx, None, None, None, 100).await;
    all.unwrap().len()
}
