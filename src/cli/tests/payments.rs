//! Statements, and money that operators decide about.

use chrono::NaiveDate;
use expect_test::expect;

use super::kit::Kit;
use crate::cli::Exit;
use crate::domain::money::Money;
use crate::simulator::statement::{DayStatement, Payer, StatementLine, iban};

/// A statement with two fees that nobody can place.
fn statement() -> DayStatement {
    let fee = |details: &str| {
        let payer = Payer::at_counter("Pop Ion", "1800101420010");
        StatementLine::at_counter(Money::from_lei(70), details, payer)
    };
    DayStatement {
        iban: iban("CECE", "BC2030RON0923675"),
        number: 41,
        day: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        opening: Money::from_lei(1_000),
        lines: vec![fee("taxa buletin"), fee("carte electronica")],
    }
}

#[tokio::test]
async fn statements_are_recorded_once_and_a_dry_run_records_nothing() {
    let kit = Kit::new();
    let file = kit.path("day.xml").display().to_string();
    std::fs::write(&file, statement().camt053()).unwrap();

    let dry = kit
        .cli(&["payment", "import", &file, "--dry-run"])
        .await
        .ok();
    expect![[r"
        FILE     OUTCOME  FORMAT           STATEMENTS  ENTRIES  RECORDED  KNOWN  HELD
        day.xml  CHECKED  camt.053.001.08           1        2         0      0     0
    "]]
    .assert_eq(&dry);
    assert_eq!(kit.cli(&["payment", "list"]).await.ok(), "(none)\n");

    let import = ["payment", "import", &file, "--json"];
    let first = kit.cli(&import).await.json();
    assert_eq!(first["data"][0]["outcome"], "RECORDED");
    assert_eq!(first["data"][0]["recorded"], 2);
    let again = kit.cli(&import).await.json();
    assert_eq!(again["data"][0]["outcome"], "REPEATED");
    expect![[r"
        NUMBER              CHANNEL  STATE     AMOUNT       BOOKED      APPLICATION  REASON
        CEC-20260302-00001  CEC      IMPORTED   70.00  RON  2026-03-02
        CEC-20260302-00002  CEC      IMPORTED   70.00  RON  2026-03-02
    "]]
    .assert_eq(&kit.cli(&["payment", "list"]).await.ok());
}

#[tokio::test]
async fn a_file_that_is_no_statement_ends_with_seven_and_beside_others_with_five() {
    let kit = Kit::new();
    let bad = kit.path("bad.txt").display().to_string();
    std::fs::write(&bad, "no statement").unwrap();
    assert_eq!(
        kit.cli(&["payment", "import", &bad]).await.exit,
        Exit::Invalid
    );

    let good = kit.path("good.sta").display().to_string();
    std::fs::write(&good, statement().mt940()).unwrap();
    let both = kit.cli(&["payment", "import", &good, &bad]).await;
    assert_eq!(both.exit, Exit::Partial, "{}", both.out);
}

#[tokio::test]
async fn a_payment_is_dismissed_with_a_reason_that_its_history_keeps() {
    let kit = Kit::new();
    let file = kit.path("day.xml").display().to_string();
    std::fs::write(&file, statement().camt053()).unwrap();
    kit.cli(&["payment", "import", &file]).await.ok();
    let listed = kit.cli(&["--json", "payment", "list"]).await.json();
    let number = listed["data"][0]["number"].as_str().unwrap();
    let dismiss = [
        "payment",
        "dismiss",
        number,
        "--reason",
        "paid for something else",
    ];
    // Nobody has looked at it yet.
    assert_eq!(kit.cli(&dismiss).await.exit, Exit::Refused);
    kit.match_payments().await;
    kit.cli(&dismiss).await.ok();
    let shown = kit.cli(&["payment", "show", number]).await.ok();
    assert!(shown.contains("paid for something else"), "{shown}");
    assert!(!shown.contains("Pop Ion"), "{shown}");
    let matched = [
        "payment",
        "match",
        number,
        "--application",
        "X-1",
        "--reason",
        "x",
    ];
    assert_eq!(kit.cli(&matched).await.exit, Exit::NotFound);
}

#[tokio::test]
async fn what_nobody_knows_is_neither_a_fee_nor_a_payment_to_split() {
    let kit = Kit::new();
    let fee = kit.cli(&["payment", "fee", "RF294073918264"]).await;
    assert_eq!(fee.exit, Exit::NotFound, "{}", fee.out);
    let split = |part| {
        [
            "payment", "split", "CEC-1", "--part", part, "--reason", "why",
        ]
    };
    let unknown = kit.cli(&split("CLJ-04-2026-000017=70,00")).await;
    assert_eq!(unknown.exit, Exit::NotFound, "{}", unknown.out);
    for part in ["CLJ-04-2026-000017", "CLJ-04-2026-000017=7.005", "X=-1"] {
        assert_eq!(kit.cli(&split(part)).await.exit, Exit::Usage, "{part}");
    }
}

#[tokio::test]
async fn a_statement_is_printed_without_a_database_and_without_what_payers_wrote() {
    let kit = Kit::new();
    let file = kit.path("day.sta").display().to_string();
    std::fs::write(&file, statement().mt940()).unwrap();
    let parse = kit.cli_as(None, &["payment", "parse", &file]).await.ok();
    expect![[r"
        Format  MT940

        Statement 1
        Account  RO38CECEBC2030RON0923675
        Number   41/1
        Opening  1000.00 RON
        Closing  1140.00 RON
        Ties     yes
        BOOKED      VALUE          AMOUNT  STATE   BANK'S REFERENCE  REFERENCE  DETAILS
        2026-03-02  2026-03-02  70.00 RON  booked                                     0
        2026-03-02  2026-03-02  70.00 RON  booked                                     0
    "]]
    .assert_eq(&parse);
    let shown = kit
        .cli(&["payment", "parse", &file, "--show-text"])
        .await
        .ok();
    assert!(
        !parse.to_uppercase().contains("POP ION") && shown.to_uppercase().contains("POP ION"),
        "{shown}"
    );

    let printed = kit.cli(&["payment", "parse", &file, "--json"]).await.json();
    let entry = &printed["statements"][0]["entries"][0];
    assert_eq!(entry["amount_minor"], 7_000);
    assert_eq!(entry["booked_on"], "2026-03-02");
    assert_eq!(entry["structured_reference"], serde_json::Value::Null);
    assert_eq!(printed["held"], serde_json::json!([]));
    assert_eq!(kit.cli(&["payment", "list"]).await.ok(), "(none)\n");
}

#[tokio::test]
async fn a_statement_in_doubt_ends_with_five_and_what_is_none_with_seven() {
    let kit = Kit::new();
    let file = kit.path("day.sta").display().to_string();
    std::fs::write(
        &file,
        statement().mt940().replace("RON1140,00", "RON1140,01"),
    )
    .unwrap();
    let held = kit.cli(&["payment", "parse", &file, "--json"]).await;
    assert_eq!(held.exit, Exit::Partial);
    assert_eq!(held.json()["held"][0]["code"], "BALANCE_DIFFERS");
    assert_eq!(held.json()["statements"][0]["ties"], false);

    std::fs::write(&file, "no statement").unwrap();
    let refused = kit.cli(&["payment", "parse", &file, "--json"]).await;
    assert_eq!(refused.exit, Exit::Invalid);
    assert_eq!(refused.json()["refused"]["code"], "UNKNOWN_FORMAT");
    assert!(refused.err.contains("neither camt"), "{}", refused.err);
    let refused = kit.cli(&["payment", "parse", &file]).await;
    assert_eq!((refused.exit, refused.out.as_str()), (Exit::Invalid, ""));

    let missing = kit.path("nothing").display().to_string();
    let missing = kit.cli(&["payment", "parse", &missing]).await;
    assert_eq!(missing.exit, Exit::NotFound);
}

#[tokio::test]
async fn a_day_is_reported_closed_and_opened_again() {
    let kit = Kit::new();
    let file = kit.path("day.xml").display().to_string();
    std::fs::write(&file, statement().camt053()).unwrap();
    kit.cli(&["payment", "import", &file]).await.ok();
    kit.match_payments().await;
    let report = |more: &[&'static str]| {
        let line = ["payment", "report", "--from", "2026-03-02", "--to"];
        [&line[..], &["2026-03-02"], more].concat()
    };
    let shown = kit.cli(&report(&[])).await.ok();
    assert!(shown.contains("MONEY_ACCOUNTED"), "{shown}");
    assert!(!shown.contains("FAIL"), "{shown}");
    assert!(!shown.contains("Pop Ion"), "{shown}");
    let told = kit
        .cli(&report(&["--json", "--channel", "cec"]))
        .await
        .json();
    assert_eq!(told["holds"], true);
    let day = &told["days"][0];
    assert_eq!(day["money_in_minor"], 14_000);
    assert_eq!(day["unmatched_minor"], 14_000);
    let csv = kit.cli(&report(&["--csv"])).await.ok();
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("day,channel,leg,key,"));
    let first = lines.next().unwrap();
    assert!(
        first.starts_with("2026-03-02,CEC,PAYMENT_MATCH,CEC-20260302-00001,"),
        "{first}"
    );
    assert!(
        first.ends_with(",EXPECTED,EXPECTED,7000,,RON,0,UNMATCHED,901"),
        "{first}"
    );
    assert_eq!(lines.count(), 1);
    let backwards = [
        "payment",
        "report",
        "--from",
        "2026-03-02",
        "--to",
        "2026-03-01",
    ];
    assert_eq!(kit.cli(&backwards).await.exit, Exit::Usage);

    let close = ["payment", "close-day", "2026-03-02", "--channel", "CEC"];
    assert_eq!(kit.cli(&close).await.exit, Exit::Refused);
    kit.clock.advance(std::time::Duration::from_hours(24));
    let closed = kit.cli(&close).await.ok();
    assert_eq!(closed, "2026-03-02 is closed on CEC.\n");
    assert_eq!(kit.cli(&close).await.exit, Exit::Refused);
    let shown = kit.cli(&report(&[])).await.ok();
    assert!(shown.contains("operator:ana"), "{shown}");
    let reopen = [
        "payment",
        "reopen-day",
        "2026-03-02",
        "--channel",
        "cec",
        "--reason",
        "a line was missing",
        "--json",
    ];
    let open = kit.cli(&reopen).await.json();
    assert_eq!(open["data"][0]["state"], "OPEN");
}
