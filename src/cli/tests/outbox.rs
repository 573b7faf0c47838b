//! Messages that died, at the command line.

use expect_test::expect;

use super::kit::Kit;
use crate::cli::Exit;
use crate::domain::delivery::DeliveryVerdict;
use crate::flow::send_order::{Arrival, lease_next, record_attempt};

const WHY: [&str; 2] = ["--reason", "the address was mended"];

/// A gateway whose one order was refused by the bureau's address.
async fn with_dead_order() -> Kit {
    let kit = Kit::new();
    kit.take_in(1).await;
    kit.order().await;
    let gateway = kit.gateway().await;
    let departure = lease_next(&gateway, "test").await.unwrap().unwrap();
    let arrival = Arrival {
        verdict: DeliveryVerdict::Permanent,
        status: Some(400),
        detail: Some("HTTP 400".to_owned()),
        retry_after: None,
        unsendable: None,
        started_at: gateway.clock.now(),
    };
    let recorded = record_attempt(&gateway, &departure, &arrival).await;
    assert!(recorded.unwrap());
    kit
}

#[tokio::test]
async fn dead_letters_are_grouped_counted_and_sent_again() {
    let kit = with_dead_order().await;
    expect![[r"
        KIND    CAUSE      STATUS  MESSAGES  LANES  OLDEST                NEWEST
        BUREAU  PERMANENT     400         1      1  2026-03-02 12:00:00Z  2026-03-02 12:00:00Z
    "]]
    .assert_eq(&kit.cli(&["outbox", "groups"]).await.ok());
    let one = kit
        .cli(&["--json", "outbox", "dead", "--limit", "1"])
        .await
        .json();
    let next = one["next"].as_str().unwrap();
    assert_eq!(one["data"][0]["message_id"], next);
    let rest = ["outbox", "dead", "--after", next];
    assert_eq!(kit.cli(&rest).await.ok(), "(none)\n");
    let of_other = ["outbox", "dead", "--kind", "office"];
    assert_eq!(kit.cli(&of_other).await.ok(), "(none)\n");

    let redrive = [
        "outbox",
        "redrive",
        "--cause",
        "PERMANENT",
        "--kind",
        "bureau",
    ];
    let dry = [&redrive[..], &WHY, &["--dry-run"]].concat();
    let foreseen = kit.cli(&dry).await.ok();
    assert!(foreseen.starts_with("Nothing changed. The decision would be about 1 message(s)."));
    let everything = [&["outbox", "redrive"][..], &WHY].concat();
    assert_eq!(
        kit.cli(&everything).await.exit,
        Exit::Usage,
        "all of them is not said by silence"
    );

    let done = kit.cli(&[&["--json"], &redrive[..], &WHY].concat()).await;
    assert_eq!(done.exit, Exit::Ok, "{}", done.err);
    let done = done.json();
    assert_eq!(
        (&done["done"], &done["waiting"], &done["rate"]),
        (&1.into(), &0.into(), &50.into())
    );
    let id = done["id"].as_str().unwrap();
    let again = kit.cli(&["--json", "outbox", "decision", id]).await.json();
    assert_eq!(again["results"][0]["outcome"], "DONE");
    let none = ["--json", "outbox", "decision", id, "--limit", "0"];
    let none = kit.cli(&none).await.json();
    assert_eq!(
        (&none["done"], &none["results"]),
        (&1.into(), &serde_json::json!([]))
    );
    let behind = ["--json", "outbox", "decision", id, "--after", "1"];
    let behind = kit.cli(&behind).await.json();
    assert_eq!(behind["results"], serde_json::json!([]));
    assert_eq!(kit.cli(&["outbox", "groups"]).await.ok(), "(none)\n");
    let nothing = kit.cli(&[&redrive[..], &WHY].concat()).await;
    assert_eq!(
        nothing.exit,
        Exit::Refused,
        "what is done is not done again"
    );
}

#[tokio::test]
async fn an_order_is_not_dropped_as_a_message() {
    let kit = with_dead_order().await;
    let discard = ["outbox", "discard", "--cause", "PERMANENT"];
    let refused = kit.cli(&[&["--json"], &discard[..], &WHY].concat()).await;
    assert_eq!(refused.exit, Exit::Partial);
    let refused = refused.json();
    assert_eq!(
        (&refused["done"], &refused["refused"]),
        (&0.into(), &1.into())
    );
    let why = refused["results"][0]["detail"].as_str().unwrap();
    assert!(
        why.contains("given up by a decision about the order"),
        "{why}"
    );
}

#[tokio::test]
async fn a_destination_is_shown_with_all_that_is_known_of_it() {
    let kit = with_dead_order().await;
    expect![[r"
        KIND    LANES  PUSHED  WAITING  SINCE  DUE  HELD  ABANDONED  PAUSED  RESTING
        BUREAU      1       1        0           0     0          0       0        0
        OFFICE      8       0        0           0     0          0       0        0

        Not delivered
        KIND    CAUSE      STATUS  MESSAGES  LANES  OLDEST                NEWEST
        BUREAU  PERMANENT     400         1      1  2026-03-02 12:00:00Z  2026-03-02 12:00:00Z
    "]]
    .assert_eq(&kit.cli(&["outbox", "glance"]).await.ok());
    expect![[r"
        Lane       bureau:CNIN
        Pushed     yes
        Messages   1
        Kept from  1
        Done with  1
        Taken      0
        Waiting    0
        Attempts   0
        Breaker    CLOSED

        Tries
        (none)

        Not delivered
        KIND    CAUSE      STATUS  MESSAGES  LANES  OLDEST                NEWEST
        BUREAU  PERMANENT     400         1      1  2026-03-02 12:00:00Z  2026-03-02 12:00:00Z

        Decisions
        (none)
    "]]
    .assert_eq(&kit.cli(&["outbox", "show", "bureau:CNIN"]).await.ok());
    let unknown = kit.cli(&["outbox", "show", "bureau:MARS"]).await;
    assert_eq!(unknown.exit, Exit::NotFound);
}
