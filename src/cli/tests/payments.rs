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
