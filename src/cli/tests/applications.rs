//! Imports, which may be cut off anywhere, and what operators decide about applications.

use std::path::Path;

use expect_test::expect;

use super::kit::Kit;
use crate::cli::Exit;
use crate::simulator::submission::Mishap;

/// The import of `file` for Cluj-Napoca.
fn import(file: &Path) -> Vec<String> {
    let file = file.display().to_string();
    let words = ["application", "import", &file, "--office", "CLJ-02"];
    words.map(str::to_owned).into()
}

async fn run(kit: &Kit, words: &[String]) -> super::kit::Ran {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    kit.cli(&words).await
}

async fn count(kit: &Kit) -> usize {
    let listed = kit.cli(&["--json", "application", "list"]).await.json();
    listed["data"].as_array().unwrap().len()
}

const SPOILT: [Option<Mishap>; 4] = [
    None,
    Some(Mishap::CnpCheckDigit),
    Some(Mishap::UnknownField),
    None,
];

#[tokio::test]
async fn an_import_tells_what_became_of_each_line() {
    let kit = Kit::new();
    kit.cli(&["office", "add", "--cluj"]).await.ok();
    let file = kit.write_applications("day.ndjson", &SPOILT);

    let ran = run(&kit, &import(&file)).await;

    assert_eq!(ran.exit, Exit::Partial, "{}", ran.err);
    expect![[r"
        2 taken in, 0 known before, 1 refused, 1 unreadable; 0 of these answered by an earlier run.
        line 2: /applicant/cnp The last digit of the CNP does not fit the others: one of them is mistyped. Compare the CNP digit by digit with the birth certificate.
        line 3: /shoe_size There is no such field. Leave it out.
        Each line's answer stands in DIR/day.ndjson.results.
    "]].assert_eq(&kit.blotted(&ran.out));
    assert_eq!(count(&kit).await, 2);
    let results = std::fs::read_to_string(kit.path("day.ndjson.results")).unwrap();
    let results: Vec<serde_json::Value> = results
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let outcomes: Vec<_> = results
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["ACCEPTED", "REFUSED", "INVALID", "ACCEPTED"]);
    assert_eq!(results[0]["number"], "CLJ-02-2026-000001");
    assert_eq!(results[1]["reference"], "CLJ-02-2026-000002");
    assert_eq!(results[1]["faults"][0]["pointer"], "/applicant/cnp");
}

#[tokio::test]
async fn a_term_is_extended_once() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let extend = |number, days| {
        [
            "application",
            "extend",
            number,
            "--days",
            days,
            "--reason",
            "a file from Dej",
        ]
    };
    let number = "CLJ-02-2026-000001";
    let said = kit.cli(&extend(number, "10")).await.ok();
    assert!(
        said.starts_with("The term of CLJ-02-2026-000001 ends on 2026-"),
        "{said}"
    );
    assert_eq!(
        kit.cli(&extend(number, "5")).await.failed(),
        (
            Exit::Refused,
            "cei-gateway: the term was extended before, which is possible once".to_owned()
        )
    );
    assert_eq!(kit.cli(&extend(number, "16")).await.exit, Exit::Usage);
    assert_eq!(
        kit.cli(&extend("CLJ-02-2026-000009", "5")).await.exit,
        Exit::NotFound
    );
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_where_it_ended() {
    let kit = Kit::new();
    kit.cli(&["office", "add", "--cluj"]).await.ok();
    let file = kit.write_applications("day.ndjson", &SPOILT);
    run(&kit, &import(&file)).await;
    let results = kit.path("day.ndjson.results");
    let whole = std::fs::read_to_string(&results).unwrap();
    // Killed while it wrote the second answer, when the applications behind were in already.
    let first = whole.find('\n').unwrap();
    std::fs::write(&results, &whole.as_bytes()[..first + 20]).unwrap();

    let ran = run(&kit, &[&import(&file)[..], &["--json".to_owned()]].concat()).await;

    assert_eq!(ran.exit, Exit::Partial);
    let sums = &ran.json()["sums"];
    // The first answer stands; two were handed in before; the refused one is told again.
    assert_eq!(
        sums,
        &serde_json::json!({
            "accepted": 1, "repeated": 1, "refused": 1, "invalid": 1, "answered_before": 1
        })
    );
    assert_eq!(count(&kit).await, 2);

    let again = run(&kit, &[&import(&file)[..], &["--json".to_owned()]].concat()).await;
    assert_eq!(again.json()["sums"]["answered_before"], 4);
    assert_eq!(again.exit, Exit::Partial);
}

#[tokio::test]
async fn a_line_that_was_corrected_is_handed_in_again() {
    let kit = Kit::new();
    kit.cli(&["office", "add", "--cluj"]).await.ok();
    let file = kit.write_applications("day.ndjson", &[Some(Mishap::CnpCheckDigit)]);
    assert_eq!(run(&kit, &import(&file)).await.exit, Exit::Partial);

    kit.write_applications("day.ndjson", &[None]);

    assert_eq!(run(&kit, &import(&file)).await.exit, Exit::Ok);
    assert_eq!(count(&kit).await, 1);
}

#[tokio::test]
async fn a_dry_run_checks_every_line_and_keeps_nothing() {
    let kit = Kit::new();
    kit.cli(&["office", "add", "--cluj"]).await.ok();
    let file = kit.write_applications("day.ndjson", &SPOILT);
    let dry = [&import(&file)[..], &["--dry-run".to_owned()]].concat();

    assert_eq!(run(&kit, &dry).await.exit, Exit::Partial);

    assert_eq!(count(&kit).await, 0);
    assert!(!kit.path("day.ndjson.results").exists());
    assert_eq!(
        run(&kit, &import(Path::new("/nowhere"))).await.exit,
        Exit::NotFound
    );
}

#[tokio::test]
async fn no_answer_of_an_import_names_the_person() {
    let kit = Kit::new();
    kit.cli(&["office", "add", "--cluj"]).await.ok();
    let file = kit.write_applications("day.ndjson", &SPOILT);
    let ran = run(&kit, &import(&file)).await;
    let results = std::fs::read_to_string(kit.path("day.ndjson.results")).unwrap();
    for line in std::fs::read_to_string(&file).unwrap().lines() {
        let content: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in ["surname", "given_names", "cnp"] {
            let value = content["applicant"][field].as_str().unwrap();
            for text in [&ran.out, &ran.err, &results] {
                assert!(!text.contains(value), "{field}");
            }
        }
    }
}

#[tokio::test]
async fn an_application_is_shown_with_everything_but_the_person() {
    let kit = Kit::new();
    kit.take_in(1).await;
    expect![[r"
        NUMBER              OFFICE  STATE  FEE      DUE  PAID  DEADLINE    RECEIVED
        CLJ-02-2026-000001  CLJ-02  READY  EXEMPT  0.00  0.00  2026-04-01  2026-03-02 07:00:00Z
    "]]
    .assert_eq(&kit.cli(&["application", "list"]).await.ok());
    let shown = kit
        .cli(&["application", "show", "CLJ-02-2026-000001"])
        .await
        .ok();
    // What is drawn by chance is left out.
    let is_drawn = |line: &&str| line.starts_with("Reason") || line.starts_with("Pays with");
    let (drawn, shown): (Vec<_>, Vec<_>) = shown.lines().partition(is_drawn);
    assert_eq!(drawn.len(), 2);
    let shown = shown.join("\n") + "\n";
    expect![[r"
        Application    CLJ-02-2026-000001
        State          READY
        Office         CLJ-02
        Its reference  CLJ-02-2026-000001
        Collected at   CLJ-02
        Product        CEI
        Test data      yes
        Revision       1
        Eligible by    E2
        Fee            EXEMPT, due 0.00, paid 0.00 (rule X1)
        Registered     2026-03-02
        Deadline       2026-04-01
        Received       2026-03-02 07:00:00Z

        Order lines
        (none)

        Payments
        (none)

        History
        AT                    WHAT         FROM       EVENT          TO        BY            WHY
        2026-03-02 07:00:00Z  APPLICATION  RECEIVED   CHECKS_PASSED  APPROVED  operator:ana  imported from a file
        2026-03-02 07:00:00Z  FEE          UNDECIDED  FOUND_EXEMPT   EXEMPT    operator:ana  imported from a file
        2026-03-02 07:00:00Z  APPLICATION  APPROVED   FEE_SETTLED    READY     operator:ana  imported from a file
    "]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn an_application_can_be_set_aside_sent_back_and_cancelled() {
    let kit = Kit::new();
    kit.take_in(2).await;
    let first = "CLJ-02-2026-000001";
    kit.cli(&["application", "hold", first, "--reason", "the office asked"])
        .await
        .ok();
    let again = kit
        .cli(&["application", "hold", first, "--reason", "x"])
        .await;
    assert_eq!(again.exit, Exit::Refused);
    let holds = kit
        .cli(&["--json", "hold", "list", "--code", "810"])
        .await
        .json();
    let id = holds["data"][0]["id"].as_str().unwrap();
    kit.cli(&["hold", "send-back", id, "--reason", "new photo"])
        .await
        .ok();
    let listed = kit
        .cli(&["application", "list", "--state", "returned"])
        .await
        .ok();
    assert!(listed.contains(first), "{listed}");

    let second = "CLJ-02-2026-000002";
    let cancel = [
        "application",
        "cancel",
        second,
        "--cause",
        "holder-deceased",
        "--reason",
        "told",
    ];
    assert_eq!(
        kit.cli(&cancel).await.ok(),
        format!("{second} is cancelled.\n")
    );
    let shown = kit.cli(&["application", "show", second]).await.ok();
    assert!(
        shown.contains("CANCELLED") && shown.contains("operator:ana"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_hold_is_claimed_snoozed_woken_and_remarked_upon() {
    let kit = Kit::new();
    kit.take_in(1).await;
    let number = "CLJ-02-2026-000001";
    kit.cli(&[
        "application",
        "hold",
        number,
        "--reason",
        "the office asked",
    ])
    .await
    .ok();
    let held = kit.cli(&["--json", "hold", "list"]).await.json();
    let id = held["data"][0]["id"].as_str().unwrap();
    kit.cli(&["hold", "claim", id]).await.ok();
    // The clock stands on 2026-03-02, a Monday.
    let snooze = |day| ["hold", "snooze", id, "--until", day, "--reason", "later"];
    assert_eq!(kit.cli(&snooze("2026-03-07")).await.exit, Exit::Refused);
    assert_eq!(kit.cli(&snooze("2026-04-02")).await.exit, Exit::Refused);
    kit.cli(&snooze("2026-03-05")).await.ok();
    kit.cli(&["hold", "remark", id, "--reason", "called them"])
        .await
        .ok();
    let resting = kit
        .cli(&["--json", "hold", "list", "--resting"])
        .await
        .json();
    assert_eq!(resting["data"][0]["id"], id);
    let shown = kit.cli(&["hold", "show", id]).await.ok();
    for told in ["operator:ana", "2026-03-05", "called them"] {
        assert!(shown.contains(told), "{shown}");
    }
    kit.cli(&["hold", "wake", id]).await.ok();
    kit.cli(&["hold", "give-back", id]).await.ok();
    let resting = kit
        .cli(&["--json", "hold", "list", "--resting"])
        .await
        .json();
    assert_eq!(resting["data"], serde_json::json!([]));
    let over = ["hold", "claim", id, "--take-over-from", "operator:ion"];
    assert_eq!(kit.cli(&over).await.exit, Exit::Usage);
}

#[tokio::test]
async fn a_list_that_is_cut_says_where_to_go_on() {
    let kit = Kit::new();
    kit.take_in(3).await;
    let first = kit
        .cli(&["--json", "application", "list", "--limit", "2"])
        .await
        .json();
    let next = first["next"].as_str().unwrap();
    let rest = kit
        .cli(&["--json", "application", "list", "--after", next])
        .await
        .json();
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], serde_json::Value::Null);
}
