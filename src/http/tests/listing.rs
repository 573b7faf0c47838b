//! The list of an office's applications, as it narrows it.

use std::time::Duration;

use serde_json::Value;

use crate::flow::content::ApplicationContent;
use crate::flow::intake::fixture;
use crate::http::tests::kit::{DEJ, Kit, TURDA, paying};

const FREE: &str = "CLJ-04-2026-000001";
const PAYING: &str = "CLJ-04-2026-000002";
const OF_TURDA: &str = "CLJ-08-2026-000001";

/// Dej took an application in at 07:00 that costs nothing and one at 08:00 that waits for its fee; Turda took
/// one in at 09:00 whose card is collected in Dej.
async fn with_applications() -> Kit {
    let kit = Kit::start().await;
    kit.taken_in().await;
    kit.clock.advance(Duration::from_hours(1));
    kit.submit(DEJ, "second", &paying()).await.expect(201);
    kit.clock.advance(Duration::from_hours(1));
    let elsewhere = ApplicationContent {
        payment_reference: None,
        office_reference: "CLJ-2026-004713".to_owned(),
        collect_at_office: Some("CLJ-04".to_owned()),
        ..fixture::of("1850909700425", fixture::REGISTERED_ON)
    };
    kit.submit(TURDA, "third", &elsewhere).await.expect(201);
    kit
}

fn numbers(page: &Value) -> Vec<&str> {
    let data = page["data"].as_array().unwrap().iter();
    data.map(|one| one["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_office_narrows_its_list_by_each_parameter_and_by_several() {
    let kit = with_applications().await;
    let listed = kit.get(DEJ, "/v1/applications").await.expect(200);
    let deadline: chrono::NaiveDate = listed["data"][0]["deadline_on"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let after = deadline.succ_opt().unwrap();
    for (query, expected) in [
        ("limit=200".to_owned(), vec![FREE, PAYING]),
        (
            "collected_here=true".to_owned(),
            vec![FREE, PAYING, OF_TURDA],
        ),
        ("collected_here=false".to_owned(), vec![FREE, PAYING]),
        ("state=READY".to_owned(), vec![FREE]),
        ("state=AWAITING_FEE".to_owned(), vec![PAYING]),
        ("state=UNCLAIMED".to_owned(), vec![]),
        ("fee_state=DUE".to_owned(), vec![PAYING]),
        ("fee_state=EXEMPT".to_owned(), vec![FREE]),
        ("product=CEI".to_owned(), vec![FREE, PAYING]),
        (
            "received_from=2026-01-12T08:00:00Z".to_owned(),
            vec![PAYING],
        ),
        (
            "received_from=2026-01-12T10:00:00%2B02:00".to_owned(),
            vec![PAYING],
        ),
        (
            "received_before=2026-01-12T08:00:00Z".to_owned(),
            vec![FREE],
        ),
        (
            "received_from=2026-01-12T07:00:00Z&received_before=2026-01-12T08:00:01Z".to_owned(),
            vec![FREE, PAYING],
        ),
        (format!("deadline_before={deadline}"), vec![]),
        (format!("deadline_before={after}"), vec![FREE, PAYING]),
        (
            "changed_since=2026-01-12T07:30:00Z".to_owned(),
            vec![PAYING],
        ),
        ("changed_since=2026-01-12T09:00:01Z".to_owned(), vec![]),
        (
            "collected_here=true&changed_since=2026-01-12T07:30:00Z&product=CEI".to_owned(),
            vec![PAYING, OF_TURDA],
        ),
        ("state=READY&fee_state=DUE".to_owned(), vec![]),
        (format!("number={PAYING}"), vec![PAYING]),
        (format!("number={OF_TURDA}"), vec![]),
        ("office_reference=CLJ-2026-004712".to_owned(), vec![PAYING]),
        ("office_reference=CLJ-2026-004713".to_owned(), vec![]),
    ] {
        let page = kit.get(DEJ, &format!("/v1/applications?{query}")).await;
        assert_eq!(numbers(&page.expect(200)), expected, "{query}");
    }
    let own = kit.get(TURDA, "/v1/applications").await.expect(200);
    assert_eq!(numbers(&own), [OF_TURDA]);
    let here = "/v1/applications?collected_here=true";
    let here = kit.get(TURDA, here).await.expect(200);
    assert_eq!(numbers(&here), [""; 0]);
}

#[tokio::test]
async fn a_narrowed_list_is_read_page_by_page_by_its_links() {
    let kit = with_applications().await;
    let mut path = "/v1/applications?collected_here=true&limit=1&product=CEI".to_owned();
    let mut seen = Vec::new();
    loop {
        let reply = kit.get(DEJ, &path).await;
        let page = reply.expect(200);
        seen.extend(numbers(&page).into_iter().map(str::to_owned));
        let Some((next, _)) = reply.header("link").split_once(">; rel=\"next\"") else {
            assert_eq!(page["next_cursor"], Value::Null);
            break;
        };
        path = next.trim_start_matches('<').to_owned();
        assert!(
            path.contains(page["next_cursor"].as_str().unwrap()),
            "{path}"
        );
    }
    assert_eq!(seen, [FREE, PAYING, OF_TURDA]);
}

#[tokio::test]
async fn a_value_that_no_parameter_takes_is_refused_with_the_parameters_name() {
    let kit = Kit::start().await;
    for (query, parameter) in [
        ("state=LOST", "state"),
        ("state=", "state"),
        ("product=CEI&fee_state=FREE", "fee_state"),
        ("product=PASSPORT", "product"),
        ("received_from=yesterday", "received_from"),
        ("received_before=2026-01-12", "received_before"),
        ("state=READY&deadline_before=2026-02-30", "deadline_before"),
        ("changed_since=0", "changed_since"),
        ("collected_here=perhaps", "collected_here"),
        ("limit=many", "limit"),
        ("state=READY&colour=red", "colour"),
    ] {
        let refused = kit.get(DEJ, &format!("/v1/applications?{query}")).await;
        let problem = refused.problem(400, "query-invalid");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("`{parameter}`")),
            "{query}: {detail}"
        );
    }
}
