//! Orders, holds and the outbox, as operators look at them and decide about them.

use expect_test::expect;

use super::kit::Kit;
use crate::cli::Exit;

const WHY: [&str; 2] = ["--reason", "told by telephone"];

#[tokio::test]
async fn an_order_is_listed_and_shown_with_its_lines_and_history() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    expect![[r"
        NUMBER              STATE   LINES  CLOSED BY  RESENDS  OPENED                SENT  RECEIPT
        CNIN-20260302-0001  QUEUED      1  AGE              0  2026-03-02 12:00:00Z
    "]]
    .assert_eq(&kit.cli(&["order", "list"]).await.ok());
    assert_eq!(
        kit.cli(&["order", "list", "--state", "sent"]).await.ok(),
        "(none)\n"
    );
    let shown = kit.cli(&["order", "show", &number]).await.ok();
    let lines = shown.split_once("\nLines\n").unwrap().1;
    expect![[r"
        LINE  APPLICATION         ATTEMPT  STATE   REMAKES  REASON
           1  CLJ-02-2026-000001        1  PLACED        0

        History
        AT                    WHAT   FROM    EVENT            TO      BY               WHY
        2026-03-02 12:00:00Z  ORDER  OPEN    LINES_FIXED      CLOSED  gateway:batcher
        2026-03-02 12:00:00Z  ORDER  CLOSED  DOCUMENT_SIGNED  SIGNED  gateway:batcher
        2026-03-02 12:00:00Z  ORDER  SIGNED  PUT_IN_OUTBOX    QUEUED  gateway:batcher
    "]]
    .assert_eq(lines);
    assert_eq!(
        kit.cli(&["order", "show", "CNIN-1"]).await.failed(),
        (
            Exit::NotFound,
            "cei-gateway: there is no order CNIN-1".to_owned()
        )
    );
}

#[tokio::test]
async fn the_signed_bytes_verify_and_whoever_takes_them_is_recorded() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    let trust = kit.path("certs/signing-ca.pem").display().to_string();
    let verified = kit
        .cli(&["order", "verify", &number, "--trust", &trust])
        .await
        .ok();
    assert!(verified.starts_with("The signature holds"), "{verified}");

    let xml = kit.cli(&["order", "xml", &number]).await.ok();
    assert!(xml.contains("SignatureValue") && xml.contains(&number));
    let file = kit.path("order.xml").display().to_string();
    let save = [
        "order",
        "xml",
        &number,
        "--out",
        &file,
        "--reason",
        "asked by the bureau",
    ];
    kit.cli(&save).await.ok();
    assert!(std::fs::read_to_string(&file).unwrap() == xml);
    assert_eq!(kit.cli(&save).await.exit, Exit::Refused);

    assert_eq!(
        disclosures(&kit, &number).await,
        [
            ("operator:ana".to_owned(), String::new()),
            ("operator:ana".to_owned(), "asked by the bureau".to_owned()),
            ("operator:ana".to_owned(), "asked by the bureau".to_owned()),
        ]
    );
}

/// Who took the bytes of an order, and why.
async fn disclosures(kit: &Kit, number: &str) -> Vec<(String, String)> {
    let shown = kit.cli(&["--json", "order", "show", number]).await.json();
    let history = shown["history"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    history
        .iter()
        .filter(|entry| entry["event"] == "BYTES_DISCLOSED")
        .map(|entry| (text(&entry["actor"]), text(&entry["note"])))
        .collect()
}

#[tokio::test]
async fn a_signature_that_nobody_trusts_ends_with_seven() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    let stranger = kit.path("certs/tls-ca.pem").display().to_string();
    let judged = kit
        .cli(&["order", "verify", &number, "--trust", &stranger])
        .await;
    assert_eq!(judged.exit, Exit::Invalid, "{}", judged.err);
}

#[tokio::test]
async fn splitting_sets_lines_aside_and_a_dry_run_only_says_so() {
    let kit = Kit::new();
    kit.take_in(3).await;
    let number = kit.order().await;
    let split = [&["order", "split", &number, "--line", "2"][..], &WHY].concat();
    assert_eq!(
        kit.cli(&[&split[..], &["--dry-run"]].concat()).await.ok(),
        format!(
            "Nothing changed. {number} would be given up: 0 applications ready again, 2 in a new order, \
             1 set aside.\n"
        )
    );
    assert_eq!(
        kit.cli(&split).await.ok(),
        format!(
            "{number} is given up: 0 applications ready again, 2 in a new order, 1 set aside.\n"
        )
    );
    assert_eq!(kit.cli(&split).await.exit, Exit::Refused);
    let orders = kit.cli(&["--json", "order", "list"]).await.json();
    let new = &orders["data"][1];
    assert_eq!(new["line_count"], 2);
    let shown = kit
        .cli(&["order", "show", new["number"].as_str().unwrap()])
        .await
        .ok();
    assert!(shown.contains(&format!("Replaces     {number}")), "{shown}");

    let holds = kit.cli(&["--json", "hold", "list"]).await.json();
    let hold = &holds["data"][0];
    assert_eq!(hold["reason"], "OPERATOR_HOLD");
    let id = hold["id"].as_str().unwrap();
    let release = [&["hold", "release", id][..], &WHY].concat();
    assert_eq!(kit.cli(&release).await.ok(), "What waited goes on.\n");
    assert_eq!(kit.cli(&release).await.exit, Exit::Refused);
    let shown = kit.cli(&["hold", "show", id]).await.ok();
    assert!(
        shown.contains("RELEASED") && shown.contains("told by telephone"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_does_not_exist_ends_with_three_and_what_may_not_be_with_four() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    let resend = |order: &str| [&["order", "resend", order][..], &WHY].concat().join("|");
    let run = async |line: String| kit.cli(&line.split('|').collect::<Vec<_>>()).await.failed();

    assert_eq!(run(resend("CNIN-1")).await.0, Exit::NotFound);
    let (exit, complaint) = run(resend(&number)).await;
    assert_eq!(exit, Exit::Refused);
    assert_eq!(
        complaint,
        format!("cei-gateway: the order {number} is QUEUED, which does not allow this")
    );
    let stranger = format!("order|split|{number}|--line|9|--reason|x");
    assert_eq!(run(stranger).await.0, Exit::NotFound);
    let no_line = format!("order|split|{number}|--reason|x");
    assert_eq!(run(no_line).await.0, Exit::Usage);
}

#[tokio::test]
async fn nobody_decides_without_a_name_or_without_a_reason() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = kit.order().await;
    let cancel = ["order", "cancel", &number, "--reason", "not needed"];
    assert_eq!(
        kit.cli_as(None, &cancel).await.failed(),
        (
            Exit::Usage,
            "cei-gateway: say who decides: --operator NAME".to_owned()
        )
    );
    assert_eq!(
        kit.cli(&["order", "cancel", &number]).await.exit,
        Exit::Usage
    );
    let blank = ["order", "cancel", &number, "--reason", " "];
    assert_eq!(kit.cli(&blank).await.exit, Exit::Usage);
    let named = [&cancel[..], &["--operator", "dan"]].concat();
    kit.cli_as(None, &named).await.ok();
    let shown = kit.cli(&["order", "show", &number]).await.ok();
    assert!(
        shown.contains("operator:dan") && shown.contains("not needed"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_paused_lane_says_so_and_pausing_twice_changes_nothing() {
    let kit = Kit::new();
    kit.take_in(1).await;
    kit.order().await;
    let decide = |word| [&["outbox", word, "bureau:CNIN"][..], &WHY].concat();
    assert_eq!(
        kit.cli(&decide("pause")).await.ok(),
        "bureau:CNIN is paused now.\n"
    );
    assert_eq!(
        kit.cli(&decide("pause")).await.ok(),
        "bureau:CNIN was paused already.\n"
    );
    let listed = kit.cli(&["outbox", "lanes", "--limit", "1"]).await.ok();
    expect![[r"
        LANE         MESSAGES  WAITING  SINCE                 ATTEMPTS  NEXT ATTEMPT          BREAKER  PAUSED  HELD UNTIL
        bureau:CNIN         1        1  2026-03-02 12:00:00Z         0  2026-03-02 12:00:00Z  CLOSED   yes
        More: add --after bureau:CNIN
    "]]
    .assert_eq(&listed);
    assert_eq!(
        kit.cli(&decide("resume")).await.ok(),
        "bureau:CNIN is running now.\n"
    );
    let unknown = [&["outbox", "pause", "bureau:X"][..], &WHY].concat();
    assert_eq!(kit.cli(&unknown).await.exit, Exit::NotFound);
    assert_eq!(kit.cli(&["outbox", "dead"]).await.ok(), "(none)\n");
}

#[tokio::test]
async fn a_plan_says_what_is_ordered_when_and_why() {
    let kit = Kit::new();
    kit.take_in(1).await;
    expect![[r"
        Bureau            CNIN
        Product           CEI
        Paused            no
        Lines left today  no limit

        Orders
        WHEN  AT                    BECAUSE  FOR  LINES  BYTES  WAITING SINCE         DEADLINE
        by    2026-03-02 11:00:00Z  AGE               1  62817  2026-03-02 07:00:00Z  2026-04-01
    "]]
    .assert_eq(&kit.cli(&["order", "plan"]).await.ok());
    let pause = [
        &["order", "pause", "--until", "2026-03-03T06:00:00Z"][..],
        &WHY,
    ]
    .concat();
    assert_eq!(
        kit.cli(&pause).await.ok(),
        "No orders of CEI are opened until 2026-03-03 06:00:00Z.\n"
    );
    assert_eq!(
        kit.cli(&pause).await.ok(),
        "CEI was paused until 2026-03-03 06:00:00Z already.\n"
    );
    let planned = kit.cli(&["order", "plan", "--json"]).await.json();
    assert_eq!(planned["data"][0]["pause"]["actor"], "operator:ana");
    let past = [
        &["order", "pause", "--until", "2026-03-01T06:00:00Z"][..],
        &WHY,
    ]
    .concat();
    assert_eq!(
        kit.cli(&past).await.failed(),
        (
            Exit::Usage,
            "cei-gateway: the end of a pause must lie in the future".to_owned()
        )
    );
    let resume = [&["order", "resume"][..], &WHY].concat();
    assert_eq!(
        kit.cli(&resume).await.ok(),
        "Orders of CEI are opened again.\n"
    );
    assert_eq!(kit.cli(&resume).await.ok(), "CEI was not paused.\n");
}

#[tokio::test]
async fn complaints_in_json_go_to_stderr_with_their_exit_code() {
    let kit = Kit::new();
    let ran = kit.cli(&["order", "show", "CNIN-1", "--json"]).await;
    assert_eq!(ran.out, "");
    let complaint: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(complaint["exit"], 3);
    assert_eq!(complaint["code"], "not-found");
}
