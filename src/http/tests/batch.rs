//! Handing in many applications at once: each judged by itself, all written together.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::flow::content::ApplicationContent;
use crate::flow::intake::fixture;
use crate::http::tests::kit::{DEJ, Kit, Reply, TURDA, adult, paying, tag_of};
use crate::store::applications;

const BATCH: &str = "/v1/applications/batch";

/// Grown-ups, each a different one.
const CNPS: [&str; 4] = [
    "1630615123457",
    "2900517121232",
    "1870529123455",
    "2850210121237",
];

fn of(reference: &str, cnp: &str) -> ApplicationContent {
    ApplicationContent {
        payment_reference: None,
        office_reference: reference.to_owned(),
        ..fixture::of(cnp, fixture::REGISTERED_ON)
    }
}

fn with_wrong_cnp(reference: &str) -> ApplicationContent {
    let mut content = of(reference, CNPS[2]);
    content.applicant.cnp = "1630615123458".to_owned();
    content
}

impl Kit {
    async fn hand_in(&self, key: &str, once: &str, contents: &[ApplicationContent]) -> Reply {
        let body = json!({ "applications": contents });
        self.post(key, BATCH, once, &body).await
    }

    async fn count(&self) -> usize {
        let mut tx = self.read().await;
        let all = applications::list(&mut tx, None, None, None, 1_000).await;
        all.unwrap().len()
    }
}

fn statuses(view: &Value) -> Vec<u64> {
    let results = view["results"].as_array().unwrap();
    let status = |one: &Value| one["status"].as_u64().unwrap();
    results.iter().map(status).collect()
}

fn code(view: &Value, place: usize) -> &str {
    view["results"][place]["problem"]["code"].as_str().unwrap()
}

#[tokio::test]
async fn many_are_taken_in_together_each_with_what_it_would_have_alone() {
    let kit = Kit::start().await;
    let contents = [adult(), paying()];

    let view = kit.hand_in(DEJ, "k1", &contents).await.expect(200);

    assert_eq!(statuses(&view), [201, 201]);
    assert_eq!(
        (&view["taken_in"], &view["refused"]),
        (&json!(2), &json!(0))
    );
    let applications: Vec<&Value> = (0..2)
        .map(|at| &view["results"][at]["application"])
        .collect();
    assert_eq!(applications[0]["number"], "CLJ-04-2026-000001");
    assert_eq!(applications[1]["number"], "CLJ-04-2026-000002");
    assert_eq!(applications[0]["state"], "READY");
    assert_eq!(applications[1]["state"], "AWAITING_FEE");
    // The answer says what is stored, down to the version.
    for application in applications {
        let path = format!("/v1/applications/{}", application["id"].as_str().unwrap());
        let stored = kit.get(DEJ, &path).await.expect(200);
        for (name, value) in application.as_object().unwrap() {
            assert_eq!(&stored[name], value, "{name}");
        }
        assert_eq!(stored["history"].as_array().unwrap().len(), 3);
    }
    let feed = kit.get(DEJ, "/v1/events").await.expect(200);
    assert_eq!(feed["data"].as_array().unwrap().len(), 4, "{feed}");
}

#[tokio::test]
async fn what_is_wrong_with_one_keeps_no_other_from_being_taken_in() {
    let kit = Kit::start().await;
    let faulty = with_wrong_cnp("R2");
    let body =
        json!({ "applications": [of("R1", CNPS[0]), faulty, {"more": 1}, 17, of("R5", CNPS[1])] });

    let view = kit.post(DEJ, BATCH, "k1", &body).await.expect(200);

    assert_eq!(statuses(&view), [201, 422, 422, 422, 201]);
    assert_eq!(code(&view, 1), "application-invalid");
    assert_eq!(
        view["results"][1]["problem"]["errors"][0]["pointer"],
        "/applicant/cnp"
    );
    assert_eq!(code(&view, 2), "content-invalid");
    assert_eq!(code(&view, 3), "content-invalid");
    assert_eq!(kit.count().await, 2);
}

#[tokio::test]
async fn a_conflict_inside_a_request_is_told_of_the_later_one() {
    let kit = Kit::start().await;
    let first = of("R1", CNPS[0]);
    let other_words = ApplicationContent {
        earlier_card: "ISSUED".to_owned(),
        ..first.clone()
    };
    let contents = [
        first.clone(),
        first.clone(),
        other_words,
        of("R2", CNPS[0]),
        of("R3", CNPS[1]),
    ];

    let view = kit.hand_in(DEJ, "k1", &contents).await.expect(200);

    assert_eq!(statuses(&view), [201, 200, 409, 409, 201]);
    let number = &view["results"][0]["application"]["number"];
    assert_eq!(&view["results"][1]["application"]["number"], number);
    assert_eq!(code(&view, 2), "office-reference-used");
    assert_eq!(&view["results"][2]["problem"]["number"], number);
    assert_eq!(code(&view, 3), "application-open");
    assert_eq!(&view["results"][3]["problem"]["number"], number);
    assert_eq!(kit.count().await, 2);
}

#[tokio::test]
async fn the_second_of_a_person_is_taken_in_where_the_first_has_a_fault() {
    let kit = Kit::start().await;
    let faulty = ApplicationContent {
        product: "PASSPORT".to_owned(),
        ..of("R1", CNPS[0])
    };
    let view = kit.hand_in(DEJ, "k1", &[faulty, of("R1", CNPS[0])]).await;
    assert_eq!(statuses(&view.expect(200)), [422, 201]);
}

#[tokio::test]
async fn what_stands_already_is_told_and_of_another_office_only_that_it_is() {
    let kit = Kit::start().await;
    let turdas = kit.submit(TURDA, "t", &of("T1", CNPS[0])).await.expect(201);
    let own = kit.submit(DEJ, "d", &of("R1", CNPS[1])).await.expect(201);
    let contents = [
        of("T1", CNPS[0]),
        of("R1", CNPS[1]),
        of("R1", CNPS[2]),
        of("R9", CNPS[1]),
    ];

    let reply = kit.hand_in(DEJ, "k1", &contents).await;

    let view = reply.expect(200);
    assert_eq!(statuses(&view), [409, 200, 409, 409]);
    assert_eq!(code(&view, 0), "application-open");
    assert_eq!(view["results"][0]["problem"]["number"], Value::Null);
    assert!(!reply.text.contains(turdas["number"].as_str().unwrap()));
    assert_eq!(view["results"][1]["application"]["id"], own["id"]);
    assert_eq!(code(&view, 2), "office-reference-used");
    assert_eq!(view["results"][3]["problem"]["number"], own["number"]);
    assert_eq!(kit.count().await, 2);
}

#[tokio::test]
async fn a_repeated_request_is_given_the_same_answer_and_a_new_one_finds_everything_there() {
    let kit = Kit::start().await;
    let contents = [of("R1", CNPS[0]), with_wrong_cnp("R2"), of("R3", CNPS[1])];
    let first = kit.hand_in(DEJ, "k1", &contents).await;
    let again = kit.hand_in(DEJ, "k1", &contents).await;
    let anew = kit.hand_in(DEJ, "k2", &contents).await;

    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(statuses(&anew.expect(200)), [200, 422, 200]);
    let other = kit.hand_in(DEJ, "k1", &contents[..1]).await;
    other.problem(422, "idempotency-key-reused");
    assert_eq!(kit.count().await, 2);
}

#[tokio::test]
async fn a_payment_reference_is_borne_once() {
    let kit = Kit::start().await;
    let body = json!({ "product": "CEI" });
    let given = kit.post(DEJ, "/v1/payment-references", "p", &body).await;
    let given = given.expect(201)["compact"].as_str().unwrap().to_owned();
    let bearing = |reference: &str, cnp: &str| ApplicationContent {
        payment_reference: Some(given.clone()),
        ..of(reference, cnp)
    };
    let unknown = ApplicationContent {
        payment_reference: Some("RF294073918264".to_owned()),
        ..of("R3", CNPS[2])
    };
    let contents = [
        bearing("R1", CNPS[0]),
        bearing("R2", CNPS[1]),
        unknown,
        of("R4", CNPS[3]),
    ];

    let view = kit.hand_in(DEJ, "k1", &contents).await.expect(200);

    assert_eq!(statuses(&view), [201, 422, 422, 201]);
    let compact = &view["results"][0]["application"]["payment_reference"]["compact"];
    assert_eq!(compact, &json!(given));
    assert_eq!(code(&view, 1), "payment-reference-not-free");
    assert_eq!(code(&view, 2), "payment-reference-not-free");
    let turdas = kit.hand_in(TURDA, "k1", &[bearing("R1", CNPS[1])]).await;
    assert_eq!(code(&turdas.expect(200), 0), "payment-reference-not-free");
}

#[tokio::test]
async fn a_request_is_a_list_of_one_to_a_hundred() {
    let kit = Kit::start().await;
    for applications in [json!([]), json!(vec![17; 101])] {
        let body = json!({ "applications": applications });
        let reply = kit.post(DEJ, BATCH, "k1", &body).await;
        let problem = reply.problem(422, "content-invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/applications");
    }
    let reply = kit
        .post(DEJ, BATCH, "k1", &json!({"applications": {}}))
        .await;
    reply.problem(422, "content-invalid");
    assert_eq!(kit.count().await, 0);
}

#[tokio::test]
async fn how_applications_stand_is_told_with_the_tag_of_the_whole() {
    let kit = Kit::start().await;
    let view = kit
        .hand_in(DEJ, "k1", &[adult(), paying()])
        .await
        .expect(200);
    let application = &view["results"][0]["application"];
    let whole = format!("/v1/applications/{}", application["id"].as_str().unwrap());
    let path = format!("{whole}/status");

    let reply = kit.get(DEJ, &path).await;

    let tag = tag_of(&reply);
    assert_eq!(tag, tag_of(&kit.get(DEJ, &whole).await));
    let status = reply.expect(200);
    assert_eq!(
        (&status["state"], &status["held"]),
        (&json!("READY"), &json!(false))
    );
    assert_eq!(status["etag"], tag);
    assert_eq!(kit.get_known(DEJ, &path, &tag).await.status, 304);
    kit.get(TURDA, &path).await.problem(404, "not-found");

    let numbers = "CLJ-04-2026-000002,CLJ-04-2026-000001,CLJ-04-2026-000003,ș";
    let path = format!("/v1/applications/status?numbers={numbers}");
    let reply = kit.get(DEJ, &path).await;
    let list = reply.expect(200);
    let numbers: BTreeSet<&str> = (list["data"].as_array().unwrap().iter())
        .map(|one| one["number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers.len(), 2);
    assert_eq!(list["data"][0], status);
    assert_eq!(list["unknown"], json!(["CLJ-04-2026-000003", "ș"]));
    assert_eq!(kit.get_known(DEJ, &path, &tag_of(&reply)).await.status, 304);
    let turdas = kit.get(TURDA, &path).await.expect(200);
    assert_eq!(turdas["data"], json!([]));
    let many = vec!["A"; 101].join(",");
    let path = format!("/v1/applications/status?numbers={many}");
    kit.get(DEJ, &path).await.problem(400, "query-invalid");
}
