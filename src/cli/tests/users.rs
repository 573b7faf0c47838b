//! `user` and `audit`, as people type them.

use crate::cli::Exit;
use crate::cli::tests::kit::Kit;

#[tokio::test]
async fn accounts_are_added_listed_and_ended_and_all_of_it_is_on_the_record() {
    let kit = Kit::new();
    let add = [
        "--json",
        "user",
        "add",
        "Ana.Popescu",
        "--role",
        "ADMINISTRATOR",
    ];
    let added = kit.cli(&add).await.json();
    assert_eq!(added["password"].as_str().unwrap().len(), 19);
    let (exit, why) = kit.cli(&add).await.failed();
    assert_eq!(exit, Exit::Refused);
    assert!(why.contains("there is a user ana.popescu already"), "{why}");

    let because = ["--reason", "left"];
    let (exit, _) = kit
        .cli(&[&["user", "disable", "nobody"][..], &because].concat())
        .await
        .failed();
    assert_eq!(exit, Exit::NotFound);
    let (exit, why) = kit
        .cli(&[&["user", "disable", "ana.popescu"][..], &because].concat())
        .await
        .failed();
    assert_eq!(exit, Exit::Refused);
    assert!(why.contains("last administrator"), "{why}");

    for words in [
        &[
            "user",
            "add",
            "ion",
            "--role",
            "operator",
            "--role",
            "PAYMENTS_OPERATOR",
        ][..],
        &[
            "user", "roles", "ion", "--role", "AUDITOR", "--reason", "moved",
        ],
        &["user", "reset-password", "ion", "--reason", "forgotten"],
        &["user", "reset-totp", "ion", "--reason", "lost telephone"],
        &["user", "sign-out", "ion", "--reason", "left a screen open"],
        &["user", "disable", "ion", "--reason", "left"],
    ] {
        kit.cli(words).await.ok();
    }
    let listed = kit.cli(&["--json", "user", "list"]).await.json();
    let ion = &listed["data"][1];
    assert_eq!(ion["roles"], "AUDITOR");
    assert_eq!(ion["disabled"], true);

    let record = kit.cli(&["--json", "audit", "list"]).await.json();
    let did: Vec<_> = record["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["actor"], row["action"], row["reason"]).replace('"', ""))
        .collect();
    assert_eq!(
        did,
        [
            "operator:ana USER_DISABLED left",
            "operator:ana SESSIONS_ENDED left a screen open",
            "operator:ana DEVICE_RESET lost telephone",
            "operator:ana PASSWORD_RESET forgotten",
            "operator:ana ROLES_CHANGED moved",
            "operator:ana USER_ADDED null",
            "operator:ana USER_ADDED null",
        ]
    );
}

#[tokio::test]
async fn the_record_is_verified_and_taken_out_with_a_signed_word_about_it() {
    let kit = Kit::new();
    for name in ["ana", "ion"] {
        let add = ["user", "add", name, "--role", "ADMINISTRATOR"];
        kit.cli(&add).await.ok();
    }
    let verdict = kit.cli(&["--json", "audit", "verify"]).await.json();
    assert_eq!(verdict["intact"], true);
    assert_eq!(verdict["records"], 2);

    let file = kit.path("record.ndjson");
    let name = file.display().to_string();
    let export = ["audit", "export", name.as_str(), "--reason", "yearly audit"];
    kit.cli(&export).await.ok();
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    let signed = format!("{name}.xml");
    let anchors = kit.path("certs/signing-ca.pem").display().to_string();
    kit.cli(&["xml", "verify", &signed, "--trust", &anchors])
        .await
        .ok();
    let (exit, why) = kit.cli(&export).await.failed();
    assert_eq!(exit, Exit::Failure, "what is there is not written over");
    assert!(why.contains("making"), "{why}");
}
