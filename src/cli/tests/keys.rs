//! Keys and certificates that take over from one another, and who failed to prove who it is.

use std::time::Duration;

use serde_json::Value;

use crate::cli::Exit;
use crate::cli::tests::kit::Kit;
use crate::store::authentication_failures::{self, FailureCause, Failures};

async fn created(kit: &Kit, more: &[&str]) -> Value {
    let holder = [
        "--json",
        "key",
        "create",
        "--party",
        "automation",
        "--label",
        "registry",
    ];
    kit.cli(&[&holder[..], more].concat()).await.json()
}

/// The listed key of this id.
async fn listed(kit: &Kit, id: &Value) -> Value {
    let list = kit.cli(&["--json", "key", "list"]).await.json();
    let keys = list["data"].as_array().unwrap().clone();
    keys.into_iter().find(|key| key["id"] == *id).unwrap()
}

#[tokio::test]
async fn a_new_key_takes_over_and_the_old_one_counts_for_a_while() {
    let kit = Kit::new();
    let old = created(&kit, &["--scope", "payments:read", "--valid-days", "400"]).await;
    let id = old["id"].as_str().unwrap();
    let rotated = kit
        .cli(&["--json", "key", "rotate", id, "--overlap-hours", "48"])
        .await
        .json();
    assert_ne!(rotated["key"], old["key"]);
    assert_eq!(rotated["old_until"], "2026-03-04T07:00:00Z");
    let (before, after) = (
        listed(&kit, &old["id"]).await,
        listed(&kit, &rotated["id"]).await,
    );
    assert_eq!(before["valid_until"], "2026-03-04T07:00:00Z");
    assert_eq!(after["valid_until"], Value::Null);
    assert_eq!(after["replaces"], old["id"]);
    for same in ["party", "label", "scopes", "kind"] {
        assert_eq!(before[same], after[same]);
    }

    // An overlap never prolongs what ends before.
    let again = kit.cli(&["--json", "key", "rotate", id]).await.json();
    assert_eq!(again["old_until"], "2026-03-04T07:00:00Z");
    kit.clock.advance(Duration::from_hours(48));
    let over = kit.cli(&["key", "rotate", id]).await;
    assert_eq!(over.exit, Exit::Refused);
    let unknown = "01900000-0000-7000-8000-000000000000";
    let unknown = kit.cli(&["key", "rotate", unknown]).await;
    assert_eq!(unknown.exit, Exit::NotFound);
}

#[tokio::test]
async fn a_new_certificate_takes_over_unless_its_key_is_the_old_one() {
    let kit = Kit::new();
    let file = |name: &str| kit.path(&format!("certs/{name}.pem")).display().to_string();
    let (old, new) = (file("automation"), file("bureau-to-gateway"));
    let holder = ["--party", "automation", "--label", "back office"];
    let add = [&["--json", "key", "add-certificate", &old], &holder[..]].concat();
    let added = kit.cli(&add).await.json();
    let id = added["id"].as_str().unwrap();

    let same = kit.cli(&["key", "renew-certificate", id, &old]).await;
    assert_eq!(same.exit, Exit::Refused);
    assert_eq!(listed(&kit, &added["id"]).await["valid_until"], Value::Null);
    let wrong_kind = kit.cli(&["key", "rotate", id]).await;
    assert_eq!(wrong_kind.exit, Exit::Refused);

    kit.cli(&["key", "renew-certificate", id, &new, "--valid-days", "30"])
        .await
        .ok();
    assert_eq!(
        listed(&kit, &added["id"]).await["valid_until"],
        "2026-03-09T07:00:00Z"
    );
}

#[tokio::test]
async fn check_warns_of_keys_that_end_and_nothing_takes_over_from() {
    let kit = Kit::new();
    let warns = async || {
        let checked = kit.cli(&["check"]).await.out;
        checked.contains("1 end within 61 days and nothing takes over")
    };
    created(&kit, &["--valid-days", "62"]).await;
    let ending = created(&kit, &["--valid-days", "60"]).await;
    assert!(warns().await);
    kit.cli(&["key", "rotate", ending["id"].as_str().unwrap()])
        .await
        .ok();
    assert!(!warns().await);
}

#[tokio::test]
async fn a_key_may_begin_later() {
    let kit = Kit::new();
    let from = ["--valid-from", "2026-04-01T00:00:00Z", "--valid-days", "10"];
    let key = created(&kit, &from).await;
    let key = listed(&kit, &key["id"]).await;
    assert_eq!(key["valid_from"], "2026-04-01T00:00:00Z");
    assert_eq!(key["valid_until"], "2026-04-11T00:00:00Z");
}

#[tokio::test]
async fn failed_authentications_are_listed_the_latest_first() {
    let kit = Kit::new();
    let gateway = kit.gateway().await;
    let at = |minutes| crate::cli::tests::kit::morning() - chrono::TimeDelta::minutes(minutes);
    let failures = |minutes, cause, occurrences| Failures {
        minute: at(minutes),
        address: "192.0.2.7".to_owned(),
        cause,
        who: String::new(),
        occurrences,
        first_at: at(minutes),
        last_at: at(minutes),
    };
    let rows = [
        failures(2_000, FailureCause::Missing, 1),
        failures(10, FailureCause::Revoked, 2),
        failures(5, FailureCause::Unknown, 300),
    ];
    let mut tx = gateway.store.begin().await.unwrap();
    authentication_failures::add(&mut tx, &rows).await.unwrap();
    authentication_failures::add(&mut tx, &rows[2..])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let list = kit.cli(&["--json", "audit", "failures"]).await.json();
    let told: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["cause"].as_str().unwrap(),
                row["occurrences"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("UNKNOWN", 600), ("REVOKED", 2)]);
    let all = ["audit", "failures", "--since", "2026-02-01T00:00:00Z"];
    let all = kit.cli(&all).await.ok();
    assert!(
        all.contains("MISSING") && all.contains("192.0.2.7"),
        "{all}"
    );
}

#[tokio::test]
async fn why_a_key_was_made_and_why_it_counts_no_more_is_on_the_record() {
    let kit = Kit::new();
    let made = created(&kit, &["--reason", " contract 17 "]).await;
    let id = made["id"].as_str().unwrap();
    kit.cli(&["key", "revoke", id, "--reason", "it leaked"])
        .await;
    let record = kit.cli(&["--json", "audit", "list"]).await.json();
    let reasons: Vec<_> = record["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["subject"] == made["id"])
        .map(|entry| (entry["action"].clone(), entry["reason"].clone()))
        .collect();
    let expected = [("KEY_REVOKED", "it leaked"), ("KEY_ADDED", "contract 17")];
    let expected = expected.map(|(action, reason)| (Value::from(action), Value::from(reason)));
    assert_eq!(reasons, expected);
}
