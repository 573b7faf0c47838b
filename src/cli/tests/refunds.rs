//! Refunds at the command line, from the candidate to the list for the bank.

use expect_test::expect;

use super::kit::Kit;
use crate::cli::Exit;

/// One payment of 70 lei that names its payer's account and no application.
const STATEMENT: &str = ":20:1\r\n:25:RO38CECEBC2030RON0923675\r\n:28C:9/1\r\n\
    :60F:C260227RON100,00\r\n:61:2603020302C70,00NTRFNONREF//B1\r\n\
    :86:taxa buletin,Platitor POPA VLAD,Iban Platitor RO49AAAA1B31007593840000\r\n\
    :62F:C260302RON170,00\r\n";
const PAYMENT: &str = "CEC-20260302-00001";
const REFUND: &str = "RB-20260302-00001";

async fn kit() -> Kit {
    let kit = Kit::new();
    let file = kit.path("day.sta").display().to_string();
    std::fs::write(&file, STATEMENT).unwrap();
    kit.cli(&["payment", "import", &file]).await.ok();
    kit.match_payments().await;
    kit
}

fn refund<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["payment", "refund"], words, &["--reason", "asked for"]].concat()
}

#[tokio::test]
async fn a_refund_is_proposed_approved_and_written_for_the_bank() {
    let kit = kit().await;
    let proposed = kit.cli(&refund(&["propose", PAYMENT])).await.ok();
    expect![[r"
        RB-20260302-00001: 70.00 RON to the payer's account, as the statement tells it; it needs the approval of 1 person(s).
    "]]
    .assert_eq(&proposed);
    let (exit, _) = kit.cli(&refund(&["propose", PAYMENT])).await.failed();
    assert_eq!(exit, Exit::Refused);
    let approved = kit.cli(&refund(&["approve", REFUND])).await.ok();
    assert_eq!(approved, "RB-20260302-00001 is APPROVED now.\n");

    let out = kit.path("refunds.xml").display().to_string();
    let csv = kit.path("refunds.csv").display().to_string();
    let export = [
        "payment", "refund", "export", "--out", &out, "--csv", &csv, "--json",
    ];
    let written = kit.cli(&export).await.json();
    assert_eq!(written["list"], "RL-20260302-001");
    let xml = std::fs::read_to_string(&out).unwrap();
    assert!(
        xml.contains("<EndToEndId>RB2026030200001</EndToEndId>"),
        "{xml}"
    );
    // Neither a second list nor the file once more.
    assert_eq!(kit.cli(&export).await.exit, Exit::Refused);
    let again = kit.path("again.xml").display().to_string();
    let document = [
        "payment",
        "refund",
        "document",
        "RL-20260302-001",
        "--out",
        &again,
    ];
    kit.cli(&document).await.ok();
    assert_eq!(std::fs::read_to_string(&again).unwrap(), xml);

    let shown = kit.cli(&["payment", "refund", "show", REFUND]).await.ok();
    assert!(
        !shown.contains("RO49") && !shown.contains("POPA"),
        "{shown}"
    );
    let reveal = [
        "payment",
        "refund",
        "show",
        REFUND,
        "--reveal",
        "the bank asks",
    ];
    let revealed = kit.cli(&reveal).await.ok();
    assert!(
        revealed.contains("RO49AAAA1B31007593840000 (POPA VLAD)"),
        "{revealed}"
    );
    assert!(revealed.contains("ACCOUNT_DISCLOSED"), "{revealed}");
    expect![[r"
        NUMBER             STATE     AMOUNT       PAYMENT             APPLICATION  PROPOSED BY   LISTED
        RB-20260302-00001  EXPORTED   70.00  RON  CEC-20260302-00001               operator:ana  2026-03-02
    "]]
    .assert_eq(&kit.cli(&["payment", "refund", "list"]).await.ok());
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_an_exit_that_says_so() {
    let kit = kit().await;
    let to = |iban: &'static str| refund(&["propose", PAYMENT, "--iban", iban, "--name", "Popa"]);
    let mistyped = kit.cli(&to("RO50AAAA1B31007593840000")).await;
    assert_eq!(mistyped.exit, Exit::Usage, "{}", mistyped.err);
    let ours = kit.cli(&to("RO38CECEBC2030RON0923675")).await;
    assert_eq!(ours.exit, Exit::Usage, "{}", ours.err);
    let nobody = refund(&["propose", PAYMENT, "--iban", "RO49AAAA1B31007593840000"]);
    assert_eq!(kit.cli(&nobody).await.exit, Exit::Usage);
    let much = refund(&["propose", PAYMENT, "--amount", "70.01"]);
    assert_eq!(kit.cli(&much).await.exit, Exit::Refused);
    assert_eq!(
        kit.cli(&refund(&["approve", "RB-1"])).await.exit,
        Exit::NotFound
    );
    let empty = ["payment", "refund", "export", "--out", "/nowhere/x"];
    assert_eq!(kit.cli(&empty).await.exit, Exit::Refused);
}

#[tokio::test]
async fn a_marked_payment_is_a_candidate() {
    let kit = kit().await;
    kit.cli(&refund(&["mark", PAYMENT])).await.ok();
    let listed = kit.cli(&["payment", "refund", "candidates"]).await.ok();
    assert!(
        listed.contains(PAYMENT) && listed.contains("REFUND_DUE"),
        "{listed}"
    );
}
