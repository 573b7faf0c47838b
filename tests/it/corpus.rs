//! Statement files of many banks, read by us and by independent readers: the same money?
//!
//! The files are others' and not part of the project. `CEI_PAYMENTS_CORPUS` names a folder with
//! `camt052 camt053 camt054 mt940 bad synthetic` and, in `truth`, what the readers found.

use std::path::{Path, PathBuf};

use cei_gateway::channel::selfpay::notification::Notification;
use cei_gateway::channel::selfpay::webhook::{self, WebhookHeaders, WebhookKey};
use cei_gateway::channel::{self, Entry, Statement, StatementFile};
use cei_gateway::domain::cnp::Cnp;
use cei_gateway::domain::narrative;
use chrono::{DateTime, NaiveDate};
use serde_json::Value;

/// The folder, or `None` after saying that this test was waived.
fn corpus() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the corpus lies outside the project and its place is told by the environment"
    )]
    let folder = std::env::var("CEI_PAYMENTS_CORPUS").ok();
    if folder.is_none() {
        eprintln!("waived: CEI_PAYMENTS_CORPUS names no folder of statement files");
    }
    folder.map(PathBuf::from)
}

/// The files that readers have judged, with their judgement.
fn judged(corpus: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(corpus.join("truth")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let truth: Value = serde_json::from_str(&text).unwrap();
        found.push((truth["file"].as_str().unwrap().to_owned(), truth));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn day(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// What must be equal of an entry, as the readers of camt and of MT940 write it.
type Seen = (
    i64,
    bool,
    bool,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn seen(entry: &Entry) -> Seen {
    (
        entry.amount_minor,
        entry.credit,
        entry.reversal,
        entry.currency.clone(),
        entry.booked_on.map(|day| day.to_string()),
        entry.value_on.map(|day| day.to_string()),
        entry.bank_reference.clone(),
    )
}

/// The booked entries of statement `at` of a camt file.
fn true_camt(truth: &Value, at: usize) -> Vec<Seen> {
    let of_this = |entry: &&Value| entry["statement"].as_u64() == u64::try_from(at).ok();
    let booked = truth["booked"].as_array().unwrap().iter();
    booked
        .filter(of_this)
        .map(|entry| {
            (
                entry["amount_minor"].as_i64().unwrap(),
                entry["sign"] == "CRDT",
                entry["reversal"] == true,
                entry["currency"].as_str().unwrap().to_owned(),
                day(&entry["booking_date"]),
                day(&entry["value_date"]),
                day(&entry["acct_svcr_ref"]),
            )
        })
        .collect()
}

fn true_mt940(truth: &Value, at: usize) -> Vec<Seen> {
    let entries = truth["statements"][at]["entries"].as_array().unwrap();
    let happened = entries.iter().filter(|entry| entry["expected"] == false);
    happened
        .map(|entry| {
            (
                entry["amount_minor"].as_i64().unwrap(),
                entry["sign"] == "CRDT",
                entry["reversal"] == true,
                entry["currency"].as_str().unwrap_or("").to_owned(),
                day(&entry["booking_date"]),
                day(&entry["value_date"]),
                day(&entry["bank_ref"]),
            )
        })
        .collect()
}

/// Says what differs between a file and the truth about it.
fn differences(file: &StatementFile, truth: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let statements = truth["statements"].as_array().unwrap();
    if file.statements.len() != statements.len() {
        let (ours, theirs) = (file.statements.len(), statements.len());
        found.push(format!("{ours} statements, should be {theirs}"));
        return found;
    }
    for (at, (ours, theirs)) in file.statements.iter().zip(statements).enumerate() {
        found.extend(statement_differs(ours, theirs).map(|what| format!("statement {at}: {what}")));
        let booked = ours.entries.iter().filter(|entry| entry.booked);
        let our_entries: Vec<Seen> = booked.map(seen).collect();
        let true_entries = if truth["booked"].is_array() {
            true_camt(truth, at)
        } else {
            true_mt940(truth, at)
        };
        if our_entries != true_entries {
            found.push(format!(
                "statement {at}: {our_entries:?}\n  should be {true_entries:?}"
            ));
        }
    }
    found
}

fn statement_differs(ours: &Statement, theirs: &Value) -> Option<String> {
    let ties = match theirs["balance_check"].as_str() {
        Some("ties") => Some(true),
        Some("differs") => Some(false),
        _ => None,
    };
    if ours.ties != ties {
        return Some(format!("ties {:?}, should be {ties:?}", ours.ties));
    }
    let account = day(&theirs["account"]);
    if ours.account != account {
        return Some(format!("account {:?}, should be {account:?}", ours.account));
    }
    None
}

#[test]
fn every_usable_file_is_read_as_independent_readers_read_it() {
    let Some(corpus) = corpus() else { return };
    let mut right = 0;
    let mut wrong = Vec::new();
    let usable = judged(&corpus);
    let usable: Vec<_> = usable
        .iter()
        .filter(|(name, _)| !name.starts_with("bad/"))
        .collect();
    for (name, truth) in &usable {
        let bytes = std::fs::read(corpus.join(name)).unwrap();
        let found = match channel::read(&bytes) {
            Ok(file) => differences(&file, truth),
            Err(refused) => vec![refused.to_string()],
        };
        if found.is_empty() {
            right += 1;
        } else {
            wrong.push(format!("{name}\n  {}", found.join("\n  ")));
        }
    }
    eprintln!("{right} of {} usable files are read right", usable.len());
    assert!(right > 100, "the corpus is not complete");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_bad_file_is_refused_or_held_with_its_place() {
    let Some(corpus) = corpus() else { return };
    let mut passed = Vec::new();
    let judged = judged(&corpus);
    let bad: Vec<_> = judged
        .iter()
        .filter(|(name, _)| name.starts_with("bad/"))
        .collect();
    for (name, _) in &bad {
        let bytes = std::fs::read(corpus.join(name)).unwrap();
        let place = match channel::read(&bytes) {
            Ok(file) => file.held.into_iter().next().map(|held| held.place),
            Err(refused) => Some(refused.place),
        };
        if place.is_none_or(|place| place.is_empty()) {
            passed.push(name.as_str());
        }
    }
    eprintln!(
        "{} of {} bad files are stopped",
        bad.len() - passed.len(),
        bad.len()
    );
    assert!(bad.len() > 10, "the corpus is not complete");
    assert!(passed.is_empty(), "{passed:?}");
}

#[test]
fn a_table_without_profile_is_refused() {
    let Some(corpus) = corpus() else { return };
    let bytes = std::fs::read(corpus.join("csv/fjacquet__viseca.csv")).unwrap();
    let refused = channel::read(&bytes).unwrap_err();
    assert_eq!(refused.code, channel::RefusedCode::UnknownTable);
}

#[test]
fn both_forms_of_one_day_tell_the_same() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let rows = expected["statement"].as_array().unwrap();
    assert_eq!(rows.len(), 14);
    for name in ["cec_2026-09-01.camt053.xml", "cec_2026-09-01.sta"] {
        let file = channel::read(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        assert_eq!(file.held, [], "{name}");
        assert_eq!(file.statements.len(), 1, "{name}");
        assert_eq!(file.statements[0].ties, Some(true), "{name}");
        let entries = &file.statements[0].entries;
        assert_eq!(entries.len(), rows.len(), "{name}");
        for (entry, row) in entries.iter().zip(rows) {
            assert_eq!(Some(entry.amount_minor), row["amount_minor"].as_i64());
            assert_eq!(entry.credit, row["sign"] == "CRDT");
            assert_eq!(entry.reversal, row["reversal"] == true);
            assert_eq!(
                entry.bank_reference.as_deref(),
                row["bank_reference"].as_str()
            );
            assert_eq!(Some(entry.joined_text.as_str()), row["text"].as_str());
        }
    }
}

#[test]
fn the_text_of_one_day_leads_to_the_expected_applications() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let applications = expected["applications"].as_array().unwrap();
    let by_id = |id: &Value| applications.iter().find(|one| one["application"] == *id);
    let on = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let mut led = 0;
    for row in expected["statement"].as_array().unwrap() {
        let found = narrative::read(row["text"].as_str().unwrap(), on);
        let rule = row["rule"].as_str().unwrap_or("");
        let Some(application) = by_id(&row["application"]) else {
            assert_eq!(found.references, [], "{row}");
            continue;
        };
        if rule.starts_with("CNP") {
            let cnps: Vec<&str> = found.every_cnp().into_iter().map(Cnp::as_str).collect();
            assert_eq!(cnps, [application["cnp"].as_str().unwrap()], "{row}");
            assert!(!found.speaks_of_another_person, "{row}");
        } else if !found.references.is_empty() {
            let references = found.references.iter().map(|one| one.compact());
            let references: Vec<String> = references.collect();
            assert_eq!(
                references,
                [application["reference"].as_str().unwrap()],
                "{row}"
            );
        } else {
            assert_eq!(found.every_cnp().len(), 1, "{row}");
        }
        led += 1;
    }
    assert!(led >= 8, "only {led} rows name an application");
}

#[test]
fn the_samples_of_selfpay_are_answered_as_expected() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("synthetic");
    let key = WebhookKey::parse("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap();
    let samples = std::fs::read_to_string(folder.join("selfpay_notifications.jsonl")).unwrap();
    let mut seen = 0;
    for line in samples.lines() {
        let sample: Value = serde_json::from_str(line).unwrap();
        let header = |name: &str| sample["headers"][name].as_str().unwrap();
        let headers = WebhookHeaders {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
        };
        let body = sample["body"].as_str().unwrap().as_bytes();
        let now = DateTime::from_timestamp(headers.timestamp.parse().unwrap(), 0).unwrap();
        let verified = webhook::verify(headers, body, std::slice::from_ref(&key), now).is_ok();
        assert_eq!(verified, sample["expect"] != "401 signature", "{line}");
        let notification = Notification::read(body).unwrap();
        assert!(notification.payment_reference().is_some(), "{line}");
        seen += 1;
    }
    assert!(seen >= 7, "only {seen} samples");
    let settlement = std::fs::read(folder.join("selfpay_settlement_SP20260831.csv")).unwrap();
    let settlement = channel::read(&settlement).unwrap();
    assert_eq!(settlement.held, []);
    let sum: i64 = settlement.statements[0]
        .entries
        .iter()
        .map(Entry::signed_minor)
        .sum();
    assert_eq!(sum, 33_500);
}
