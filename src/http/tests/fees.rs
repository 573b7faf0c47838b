//! Whether a fee is paid, as offices and operators are told.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::tests::kit::{BUREAU, DEJ, Kit, TURDA, paying, register, send};
use crate::store::credentials::Party;
use crate::worker::drain;
use crate::worker::matcher::Matcher;

const TREASURY: &str = "cei_test_treasury";
const NARROW: &str = "cei_test_narrow";

/// A gateway with one application of Dej that owes 70 lei.
async fn kit() -> (Kit, Value) {
    let kit = Kit::start().await;
    let mut tx = kit.gateway.store.begin().await.unwrap();
    register(&mut tx, &kit.gateway, TREASURY, Party::Operator, None, "*").await;
    let dej = Some(kit.dej);
    let scope = "applications:read";
    register(&mut tx, &kit.gateway, NARROW, Party::Office, dej, scope).await;
    tx.commit().await.unwrap();
    let application = kit.submit(DEJ, "submit", &paying()).await.expect(201);
    (kit, application)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn fee(kit: &Kit, key: &str, name: &str) -> Value {
    kit.get(key, &format!("/v1/fees/{name}")).await.expect(200)
}

/// Records what a bank's statement tells: lei and a text each; and lets the matcher work.
async fn bank(kit: &Kit, number: &str, lines: &[(i64, &str)]) {
    let mut file = format!(
        ":20:1\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:{number}/1\r\n:60F:C260109RON100,00\r\n"
    );
    let mut closing = 100;
    for (at, (lei, words)) in lines.iter().enumerate() {
        closing += lei;
        let entry = format!(":61:2601120112C{lei},00NTRFNONREF//B{number}{at}\r\n:86:{words}\r\n");
        file.push_str(&entry);
    }
    let file = file + &format!(":62F:C260112RON{closing},00\r\n");
    let path = "/v1/payments/statements?channel=CEC";
    let request = kit.request(Method::POST, path).bearer_auth(TREASURY);
    let request = request.header("Content-Type", "text/plain");
    send(request.body(file)).await.expect(201);
    drain(&Matcher, &kit.gateway, 100).await.unwrap();
}

#[tokio::test]
async fn a_clerk_asks_by_number_id_or_reference_and_is_told_in_words() {
    let (kit, application) = kit().await;
    let reference = &application["payment_reference"];
    for name in [
        text(&application["number"]),
        text(&application["id"]),
        text(&reference["compact"]),
        text(&reference["printed"]).replace(' ', "%20"),
        text(&reference["kiosk"]).replace(' ', "%20"),
    ] {
        let answer = fee(&kit, DEJ, &name).await;
        assert_eq!(answer["standing"], "DUE", "{name}");
        assert_eq!(answer["application"], application["number"]);
    }
    let number = text(&application["number"]);
    let answer = fee(&kit, DEJ, &number).await;
    assert_eq!(
        (&answer["paid"], &answer["settled"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(answer["reason"], 601);
    assert_eq!(
        (&answer["due_minor"], &answer["rule"]),
        (&json!(7_000), &json!("F2"))
    );
    assert_eq!(answer["missing_minor"], 7_000);
    assert_eq!(answer["payments"], json!([]));
    assert_eq!(
        answer["explanation"],
        "The fee is not paid: no money for it has been seen."
    );
    let path = format!("/v1/fees/{number}");
    let request = kit.request(Method::GET, &path).bearer_auth(DEJ);
    let romanian = send(request.header("Accept-Language", "ro"))
        .await
        .expect(200);
    assert_eq!(
        romanian["explanation"],
        "Taxa nu este plătită: nu s-a încasat nicio sumă pentru ea."
    );
    assert!(text(&romanian["what_to_do"]).contains("referința de plată"));
}

#[tokio::test]
async fn an_office_is_told_of_its_own_alone_and_treasury_of_all() {
    let (kit, application) = kit().await;
    let names = [
        text(&application["number"]),
        text(&application["id"]),
        text(&application["payment_reference"]["compact"]),
    ];
    for name in &names {
        let path = format!("/v1/fees/{name}");
        let other = kit.get(TURDA, &path).await.problem(404, "not-found");
        let nobodys = kit.get(TURDA, "/v1/fees/CLJ-04-2026-999999").await;
        let nobodys = nobodys.problem(404, "not-found");
        for member in ["title", "detail", "type"] {
            assert_eq!(other[member], nobodys[member], "{name}");
        }
        assert_eq!(fee(&kit, TREASURY, name).await["standing"], "DUE");
        kit.get(BUREAU, &path)
            .await
            .problem(403, "party-not-allowed");
        kit.get(NARROW, &path).await.problem(403, "scope-missing");
    }
    let given = kit
        .post(
            DEJ,
            "/v1/payment-references",
            "rf",
            &json!({"product": "CEI"}),
        )
        .await;
    let reference = text(&given.expect(201)["compact"]);
    let path = format!("/v1/fees/{reference}");
    kit.get(TURDA, &path).await.problem(404, "not-found");
    assert_eq!(fee(&kit, DEJ, &reference).await["standing"], "NOT_LODGED");
}

#[tokio::test]
async fn money_that_waits_for_its_application_is_told_by_the_reference() {
    let (kit, _) = kit().await;
    let given = kit
        .post(
            DEJ,
            "/v1/payment-references",
            "rf",
            &json!({"product": "CEI"}),
        )
        .await;
    let reference = text(&given.expect(201)["compact"]);
    bank(&kit, "9", &[(70, &reference)]).await;
    let answer = fee(&kit, DEJ, &reference).await;
    assert_eq!(answer["standing"], "MONEY_WAITS");
    assert_eq!(
        (&answer["application"], &answer["paid"]),
        (&Value::Null, &json!(false))
    );
    let waiting = json!([{
        "channel": "CEC", "amount_minor": 7_000, "paid_on": "2026-01-12", "counted_at": null,
    }]);
    assert_eq!(answer["payments"], waiting);
}

#[tokio::test]
async fn from_a_slip_to_a_surplus_every_answer_says_why() {
    let (kit, application) = kit().await;
    let number = text(&application["number"]);
    let reference = text(&application["payment_reference"]["compact"]);
    let (start, last) = reference.split_at(reference.len() - 1);
    let last: u32 = last.parse().unwrap();
    let slipped = format!("{start}{}", (last + 1) % 10);
    bank(&kit, "9", &[(70, &format!("taxa Ionescu Maria {slipped}"))]).await;
    let answer = fee(&kit, DEJ, &number).await;
    assert_eq!(answer["standing"], "SUGGESTED");
    assert_eq!(answer["payments"], json!([]));
    assert!(!answer.to_string().to_uppercase().contains("IONESCU"));

    bank(&kit, "10", &[(40, &reference)]).await;
    let page = kit
        .get(TREASURY, "/v1/payments?state=SUGGESTED")
        .await
        .expect(200);
    let path = format!("/v1/payments/{}", text(&page["data"][0]["id"]));
    let shown = kit.get(TREASURY, &path).await.expect(200);
    let candidate = &shown["suggestions"][0];
    assert_eq!(candidate["number"], application["number"]);
    assert_eq!(candidate["office"], "CLJ-04");
    assert_eq!(candidate["owed_minor"], 3_000);
    assert_eq!(candidate["clues"], json!(["SLIPPED_REFERENCE", "DATE"]));
    assert_eq!(candidate["score"], 50);
    assert!(text(&candidate["reasons"][0]).starts_with("The number typed is one wrong digit"));
    let dismiss = json!({"reason": "somebody else's"});
    let dismissal = kit
        .post(TREASURY, &format!("{path}/dismiss"), "d", &dismiss)
        .await;
    dismissal.expect(200);

    let answer = fee(&kit, DEJ, &number).await;
    assert_eq!(
        (&answer["standing"], &answer["reason"]),
        (&json!("OTHER_PRODUCT"), &json!(905))
    );
    assert_eq!(answer["missing_minor"], 3_000);
    bank(&kit, "11", &[(30, &reference)]).await;
    let answer = fee(&kit, DEJ, &number).await;
    assert_eq!(
        (&answer["standing"], &answer["paid"]),
        (&json!("PAID"), &json!(true))
    );
    assert_eq!(answer["payments"].as_array().unwrap().len(), 2);
    assert_eq!(answer["payments"][1]["amount_minor"], 3_000);
    assert_eq!(answer["payments"][1]["paid_on"], "2026-01-12");
}

#[tokio::test]
async fn a_payment_is_split_over_the_wire_and_a_part_is_freed() {
    let (kit, application) = kit().await;
    bank(&kit, "9", &[(150, "taxa familie")]).await;
    let page = kit.get(TREASURY, "/v1/payments").await.expect(200);
    let path = format!("/v1/payments/{}", text(&page["data"][0]["id"]));
    let split = |application: &Value, bani: i64| {
        json!({
            "parts": [{"application": application, "amount_minor": bani}],
            "reason": "receipt seen",
        })
    };
    let number = &application["number"];
    let to_split = format!("{path}/split");
    let unknown = kit
        .post(TREASURY, &to_split, "1", &split(&json!("X-1"), 1))
        .await;
    let unknown = unknown.problem(422, "content-invalid");
    assert_eq!(unknown["errors"][0]["pointer"], "/parts/0/application");
    let too_much = kit
        .post(TREASURY, &to_split, "2", &split(number, 15_001))
        .await;
    too_much.problem(409, "payment-decision-not-possible");
    let tied = kit
        .post(TREASURY, &to_split, "3", &split(number, 7_000))
        .await;
    assert_eq!(tied.expect(200)["state"], "MATCHED");
    let shown = kit.get(TREASURY, &path).await.expect(200);
    assert_eq!(shown["ties"][0]["amount_minor"], 7_000);
    assert_eq!(shown["holds"][0]["code"], 904);
    assert_eq!(fee(&kit, DEJ, &text(number)).await["standing"], "PAID");

    let free = json!({"application_id": application["id"], "reason": "not theirs"});
    let freed = kit
        .post(TREASURY, &format!("{path}/unmatch"), "4", &free)
        .await;
    assert_eq!(freed.expect(200)["state"], "UNMATCHED");
    assert_eq!(fee(&kit, DEJ, &text(number)).await["standing"], "DUE");
    kit.post(DEJ, &to_split, "5", &split(number, 1))
        .await
        .problem(403, "party-not-allowed");
}
