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

const BECAUSE: [&str; 2] = ["--reason", "showed a card"];

fn with_reason(words: &[&'static str]) -> Vec<&'static str> {
    [words, &BECAUSE].concat()
}

fn add_linked(name: &'static str, subject: &'static str) -> Vec<&'static str> {
    let words = ["--json", "user", "add", name, "--role", "OPERATOR"];
    [&words[..], &["--subject", subject]].concat()
}

/// A gateway with single sign-on, ana linked to s-1 and ion, without a password, to s-2.
async fn linked() -> Kit {
    let kit = Kit::new();
    kit.configure(
        "[console]\npublic_url = \"https://console.example\"\n\
         [console.oidc]\nissuer = \"https://id.example\"\nclient_id = \"cei\"\n",
    );
    kit.cli(&["user", "add", "ana", "--role", "ADMINISTRATOR"])
        .await
        .ok();
    let link = with_reason(&["user", "link", "ana", "--subject", "s-1"]);
    kit.cli(&link).await.ok();
    let added = kit.cli(&add_linked("ion", "s-2")).await.json();
    assert!(added["password"].is_null(), "{added}");
    assert_eq!(added["done"], "added and linked");
    kit
}

#[tokio::test]
async fn accounts_are_linked_to_people_of_a_provider_one_to_one() {
    let kit = linked().await;
    let link = |name, subject| with_reason(&["user", "link", name, "--subject", subject]);
    for (words, exit, part) in [
        (link("ana", "s-1"), Exit::Refused, "linked already"),
        (link("ana", "s-3"), Exit::Refused, "linked already"),
        (link("ana", "s-2"), Exit::Refused, "linked to the user ion"),
        (
            add_linked("dan", "s-1"),
            Exit::Refused,
            "linked to the user ana",
        ),
        (link("dan", "s-4"), Exit::NotFound, "no user dan"),
        (link("ana", " "), Exit::Usage, "1 to 255 characters"),
        (vec!["user", "unlink", "ana"], Exit::Usage, "--reason"),
    ] {
        let (found, why) = kit.cli(&words).await.failed();
        assert_eq!(found, exit, "{words:?} {why}");
        assert!(why.contains(part), "{words:?} {why}");
        assert!(!why.contains("s-"), "a subject is not repeated: {why}");
    }
    let unlink = with_reason(&["user", "unlink", "ana"]);
    kit.cli(&unlink).await.ok();
    let (exit, _) = kit.cli(&unlink).await.failed();
    assert_eq!(exit, Exit::Refused);

    let without = Kit::new();
    let (exit, why) = without.cli(&link("ana", "s-1")).await.failed();
    assert_eq!(exit, Exit::Refused);
    assert!(why.contains("there is no single sign-on"), "{why}");
}

#[tokio::test]
async fn the_list_and_the_record_say_who_is_linked_and_not_to_whom() {
    let kit = linked().await;
    kit.cli(&with_reason(&["user", "unlink", "ana"])).await.ok();
    let listed = kit.cli(&["--json", "user", "list"]).await.json();
    let told: Vec<String> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {} {}",
                row["name"], row["has_password"], row["linked_to"]
            )
        })
        .collect();
    let expected = ["\"ana\" true null", "\"ion\" false \"https://id.example\""];
    assert_eq!(told, expected, "{listed}");

    let record = kit.cli(&["--json", "audit", "list"]).await.json();
    let did: Vec<_> = record["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!("{} {} {}", row["action"], row["subject"], row["reason"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        did,
        [
            "USER_UNLINKED ana showed a card",
            "USER_LINKED ion null",
            "USER_ADDED ion null",
            "USER_LINKED ana showed a card",
            "USER_ADDED ana null",
        ]
    );
    assert!(!record.to_string().contains("s-1"), "{record}");
}
