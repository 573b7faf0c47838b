//! Failed orders at the command line.

use expect_test::expect;

use super::kit::Kit;
use crate::cli::Exit;
use crate::domain::delivery::DeliveryVerdict;
use crate::flow::send_order::{Arrival, lease_next, record_attempt};

const WHY: [&str; 2] = ["--reason", "the certificate was renewed"];

/// Has the bureau's address answer the order that is due.
async fn answered(kit: &Kit, verdict: DeliveryVerdict, status: u16) {
    let gateway = kit.gateway().await;
    let departure = lease_next(&gateway, "test").await.unwrap().unwrap();
    let arrival = Arrival {
        verdict,
        status: Some(status),
        detail: Some(format!("HTTP {status}")),
        retry_after: None,
        unsendable: None,
        started_at: gateway.clock.now(),
    };
    let recorded = record_attempt(&gateway, &departure, &arrival).await;
    assert!(recorded.unwrap());
}

#[tokio::test]
async fn a_cause_is_listed_previewed_and_settled() {
    let kit = Kit::new();
    kit.take_in(2).await;
    let number = kit.order().await;
    assert_eq!(kit.cli(&["cause", "list"]).await.ok(), "(none)\n");
    answered(&kit, DeliveryVerdict::Permanent, 403).await;
    expect![[r"
        CAUSE        ORDERS  LINES  OLDEST                DECISIONS                            WHAT IS WRONG
        CERTIFICATE       1      0  2026-03-02 12:00:00Z  RESIGN, RESEND, QUARANTINE, GIVE_UP  The bureau does not trust our certificate.
    "]]
    .assert_eq(&kit.cli(&["cause", "list"]).await.ok());
    let shown = kit.cli(&["cause", "show", "certificate"]).await.ok();
    assert!(
        shown.contains("HTTP 403") && shown.contains("semnați din nou"),
        "{shown}"
    );

    let decide = ["cause", "decide", "certificate", "--action", "resign"];
    let dry = kit
        .cli(&[&decide[..], &WHY, &["--dry-run"]].concat())
        .await
        .ok();
    expect![[r"
        Nothing changed. RESIGN would be done with 1 order(s) and not with 0; undo: none.
        ORDER               STATE   POSSIBLE  WHAT WOULD HAPPEN
        CNIN-20260302-0001  QUEUED  yes       it is given up and never sent again, 2 in a new order
    "]]
    .assert_eq(&dry);
    let done = kit
        .cli(&[&["--json"], &decide[..], &WHY].concat())
        .await
        .json();
    assert_eq!((&done["done"], &done["waiting"]), (&1.into(), &0.into()));
    assert_eq!(done["results"][0]["order"], number.as_str());
    assert_eq!(done["results"][0]["replacement"], "CNIN-20260302-0002");
    assert_eq!(done["actor"], "operator:ana");

    let id = done["id"].as_str().unwrap();
    let again = kit.cli(&["--json", "cause", "resume", id]).await.json();
    assert_eq!(again, done, "everything was done");
    let (exit, text) = kit.cli(&[&decide[..], &WHY].concat()).await.failed();
    assert_eq!(exit, Exit::Refused, "{text}");
}

#[tokio::test]
async fn a_decision_that_is_refused_for_an_order_ends_in_part() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    answered(&kit, DeliveryVerdict::Permanent, 403).await;
    let act = |word: &'static str| [&["order", word, number.as_str()], &WHY[..]].concat();
    let told = kit.cli(&act("quarantine")).await.ok();
    assert_eq!(
        told,
        format!("{number}: it is sent no more until it is released.\n")
    );
    let decide = ["cause", "decide", "certificate", "--action", "resign"];
    let ran = kit.cli(&[&decide[..], &WHY].concat()).await;
    assert_eq!(ran.exit, Exit::Partial, "{}", ran.out);
    assert!(
        ran.out.contains("is in quarantine; release it first"),
        "{}",
        ran.out
    );
    let told = kit.cli(&act("release")).await.ok();
    assert_eq!(
        told,
        format!("{number}: it goes on from where it stands.\n")
    );
    let told = kit.cli(&act("resign")).await.ok();
    assert!(
        told.contains("CNIN-20260302-0002 stands in its place"),
        "{told}"
    );
}

#[tokio::test]
async fn two_operators_apply_a_word() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    answered(&kit, DeliveryVerdict::Delivered, 201).await;
    let propose = [
        "--json",
        "order",
        "force",
        "propose",
        &number,
        "1",
        "--status",
        "accepted",
        "--evidence",
        "call, note 14/2026",
    ];
    let proposed = kit.cli(&[&propose[..], &WHY].concat()).await.json();
    let id = proposed["id"].as_str().unwrap();
    let approve = [&["order", "force", "approve", id], &WHY[..]].concat();
    let (exit, text) = kit.cli(&approve).await.failed();
    assert_eq!(exit, Exit::Refused);
    assert!(text.contains("the same person"), "{text}");
    let listed = kit.cli(&["order", "force", "list"]).await.ok();
    assert!(
        listed.contains("PROPOSED") && listed.contains("operator:ana"),
        "{listed}"
    );
    let applied = kit.cli_as(Some("bogdan"), &approve).await.ok();
    assert!(
        applied.contains("APPLIED") && applied.contains("ana, bogdan"),
        "{applied}"
    );
    let shown = kit.cli(&["order", "show", &number]).await.ok();
    assert!(shown.contains("ACCEPTED"), "{shown}");
}
