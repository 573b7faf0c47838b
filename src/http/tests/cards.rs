//! Cards after they are made: counted by their offices, complained of, decided about by operators.

use serde_json::json;

use crate::domain::card::CardState;
use crate::domain::consignment::ConsignmentState;
use crate::domain::id::{ApplicationId, ConsignmentId};
use crate::http::tests::kit::{DEJ, Kit, TURDA, adult, register};
use crate::http::tests::life::shipped;
use crate::store::consignments::{self, Consignment};
use crate::store::credentials::Party;
use crate::store::order_lines::{self, Heard};
use crate::store::{applications, cards};

const OPERATOR: &str = "cei_test_operator";
const CARD: &str = "KX1234567";

fn path(id: ApplicationId, rest: &str) -> String {
    format!("/v1/applications/{id}{rest}")
}

/// An application of Dej whose card is shipped in the consignment `AWB-1`.
async fn on_its_way(kit: &Kit) -> ApplicationId {
    let id = kit.taken_in().await;
    shipped(kit, id).await;
    let now = kit.gateway.clock.now();
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
    let line = order_lines::find_live(&mut tx, id).await.unwrap().unwrap();
    let heard = Heard {
        sequence: 1,
        remakes: 0,
        reason: None,
        document_number: Some(CARD),
    };
    order_lines::set_heard(&mut tx, line.id, &heard)
        .await
        .unwrap();
    assert!(
        cards::insert(&mut tx, CARD, line.id, id, now)
            .await
            .unwrap()
    );
    cards::set_state(&mut tx, line.id, CardState::Shipped, Some("AWB-1"), now)
        .await
        .unwrap();
    let consignment = Consignment {
        id: ConsignmentId(kit.gateway.random.uuid(now)),
        number: "AWB-1".to_owned(),
        office_code: "CLJ-04".to_owned(),
        office: Some(kit.dej),
        state: ConsignmentState::OnItsWay,
        told_at: now,
        counted_at: None,
        version: 1,
    };
    assert!(consignments::insert(&mut tx, &consignment).await.unwrap());
    let number = applications::find(&mut tx, id)
        .await
        .unwrap()
        .unwrap()
        .number;
    let told = consignments::tell_card(&mut tx, consignment.id, "P-1", CARD, &number);
    told.await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn an_office_counts_what_is_on_its_way_to_it() {
    let kit = Kit::start().await;
    let id = on_its_way(&kit).await;
    let listed = kit.get(DEJ, "/v1/consignments").await.expect(200);
    assert_eq!(listed["data"][0]["number"], "AWB-1");
    assert_eq!(listed["data"][0]["cards_told"], 1);
    let others = kit.get(TURDA, "/v1/consignments").await.expect(200);
    assert_eq!(others["data"], json!([]));
    kit.get(TURDA, "/v1/consignments/AWB-1")
        .await
        .problem(404, "not-found");

    let scan = "/v1/consignments/AWB-1/scan";
    let wrong = json!({ "document_numbers": [CARD, "kx"] });
    let wrong = kit.post(DEJ, scan, "s0", &wrong).await;
    let wrong = wrong.problem(422, "content-invalid");
    assert_eq!(wrong["errors"][0]["pointer"], "/document_numbers/1");
    let empty = kit
        .post(
            DEJ,
            scan,
            "s1",
            &json!({ "document_numbers": [], "final": true }),
        )
        .await;
    let empty = empty.expect(200);
    assert_eq!(empty["state"], "DIFFERS");
    assert_eq!(empty["missing"].as_array().unwrap().len(), 1);
    let part = json!({ "document_numbers": [CARD], "final": true });
    let first = kit.post(DEJ, scan, "s2", &part).await;
    let again = kit.post(DEJ, scan, "s2", &part).await;
    assert_eq!(first.text, again.text);
    let counted = first.expect(200);
    assert_eq!(counted["state"], "COMPLETE");
    assert_eq!(counted["scanned"][0]["finding"], "RECEIVED");

    assert_eq!(
        kit.get(DEJ, &path(id, "")).await.expect(200)["state"],
        "AT_OFFICE"
    );
    let left = kit.get(DEJ, "/v1/consignments").await.expect(200);
    assert_eq!(left["data"], json!([]), "nothing of it is on its way");
}

#[tokio::test]
async fn a_card_handed_over_is_complained_of_and_made_anew_from_new_images() {
    let kit = Kit::start().await;
    let id = on_its_way(&kit).await;
    let complaints = path(id, "/complaints");
    let complaint = json!({ "code": 702, "noticed_on": "2026-01-12", "text": "cipul nu răspunde" });
    let early = kit.post(DEJ, &complaints, "c0", &complaint).await;
    early.problem(409, "complaint-not-possible");
    for report in ["RECEIVED_AT_OFFICE", "HANDED_OVER"] {
        let body = json!({ "report": report });
        kit.post(DEJ, &path(id, "/reports"), report, &body)
            .await
            .expect(200);
    }
    let foreign = kit.post(TURDA, &complaints, "c1", &complaint).await;
    foreign.problem(404, "not-found");
    let personal = json!({ "code": 702, "noticed_on": "2026-01-12", "text": "CNP 2900517121232" });
    kit.post(DEJ, &complaints, "c2", &personal)
        .await
        .problem(422, "content-invalid");

    let lodged = kit
        .post(DEJ, &complaints, "c3", &complaint)
        .await
        .expect(201);
    assert_eq!(lodged["state"], "SENT");
    kit.post(DEJ, &complaints, "c4", &complaint)
        .await
        .problem(409, "complaint-open");
    let number = lodged["number"].as_str().unwrap();
    let decision = json!({ "outcome": "ADMITTED", "payer": "WARRANTY", "reason": "by telephone" });
    let to = format!("/v1/complaints/{number}/decision");
    let decided = kit.post(OPERATOR, &to, "d1", &decision).await.expect(200);
    assert_eq!(
        (&decided["state"], &decided["payer"]),
        (&json!("ADMITTED"), &json!("WARRANTY"))
    );
    let twice = kit.post(OPERATOR, &to, "d2", &decision).await;
    twice.problem(409, "decision-not-possible");
    let listed = kit.get(DEJ, &complaints).await.expect(200);
    assert_eq!(listed["data"][0]["state"], "ADMITTED");

    // The images were erased with the hand-over; the same data come again with new ones.
    assert_eq!(
        kit.get(DEJ, &path(id, "")).await.expect(200)["state"],
        "RETURNED"
    );
    let body = serde_json::to_value(adult()).unwrap();
    let revised = kit
        .post(DEJ, &path(id, "/revisions"), "v1", &body)
        .await
        .expect(201);
    assert_eq!(revised["state"], "READY");
}

#[tokio::test]
async fn operators_decide_about_a_card_that_does_not_come() {
    let kit = Kit::start().await;
    let id = on_its_way(&kit).await;
    let to = format!("/v1/operations/applications/{id}/card");
    let destroyed = json!({ "decision": "DESTROYED", "reason": "nobody came" });
    let early = kit.post(OPERATOR, &to, "o1", &destroyed).await;
    early.problem(409, "decision-not-possible");
    let unfounded = json!({ "decision": "ORDER_ANEW", "reason": " " });
    kit.post(OPERATOR, &to, "o2", &unfounded)
        .await
        .problem(422, "reason-missing");

    let anew = json!({ "decision": "ORDER_ANEW", "reason": "the parcel is nowhere" });
    let decided = kit.post(OPERATOR, &to, "o3", &anew).await.expect(200);

    assert_eq!(decided["done"], "ORDER_ANEW");
    assert_eq!(
        kit.get(DEJ, &path(id, "")).await.expect(200)["state"],
        "READY"
    );
    let county = "/v1/operations/consignments/AWB-1/validation";
    let off = kit
        .post(OPERATOR, county, "o4", &json!({ "reason": "checked" }))
        .await;
    off.problem(409, "decision-not-possible");
}
