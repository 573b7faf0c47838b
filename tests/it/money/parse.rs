//! `payment parse` over other people's statements: every field as independent readers read it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::money::world::corpus;

/// Runs the program where there is neither a configuration nor a database.
fn parse(file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cei-gateway"));
    command.args(["payment", "parse", "--json"]).arg(file);
    command.env_clear().stdin(Stdio::null());
    command.output().expect("the program")
}

fn judged(corpus: &Path) -> Vec<Value> {
    let mut found: Vec<(PathBuf, Value)> = Vec::new();
    for file in std::fs::read_dir(corpus.join("truth")).unwrap() {
        let path = file.unwrap().path();
        let truth = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        found.push((path, truth));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.into_iter().map(|(_, truth)| truth).collect()
}

/// The parts of a list; a missing list is an empty one.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A balance with its sign, when it has one.
fn balance(statement: &Value, kind: &str, codes: &[&str]) -> Value {
    let balances = list(&statement["balances"]);
    let found = codes
        .iter()
        .find_map(|code| balances.iter().find(|balance| balance[kind] == *code));
    let Some(found) = found else {
        return Value::Null;
    };
    // The reader of camt keeps the amount apart, that of MT940 does not.
    let minor = found["minor"]
        .as_i64()
        .or_else(|| found["amount"]["minor"].as_i64());
    match found["sign"].as_str() {
        Some("CRDT") => json!(minor),
        Some("DBIT") => json!(minor.map(|minor| -minor)),
        _ => Value::Null,
    }
}

fn ties(statement: &Value) -> Value {
    match statement["balance_check"].as_str() {
        Some("ties") => json!(true),
        Some("differs") => json!(false),
        _ => Value::Null,
    }
}

fn without(value: &Value, placeholder: &str) -> Value {
    if *value == placeholder {
        Value::Null
    } else {
        value.clone()
    }
}

fn letters(text: &Value) -> String {
    let text = text.as_str().unwrap_or("");
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}

/// Pairs of what the program says and what is true, each with its name.
type Pairs = Vec<(String, Value, Value)>;

fn camt_entry(ours: &Value, theirs: &Value, pairs: &mut Pairs) {
    let mut pair = |name: &str, ours: &Value, theirs: Value| {
        pairs.push((name.to_owned(), ours.clone(), theirs));
    };
    pair(
        "amount",
        &ours["amount_minor"],
        theirs["amount"]["minor"].clone(),
    );
    pair(
        "currency",
        &ours["currency"],
        theirs["amount"]["ccy"].clone(),
    );
    pair("booked", &ours["booked"], theirs["booked"].clone());
    pair(
        "booked on",
        &ours["booked_on"],
        theirs["booking_date"].clone(),
    );
    let details = list(&theirs["details"]).iter();
    let transactions: Vec<&Value> = details.flat_map(|part| list(&part["txs"])).collect();
    // Where the entry has no reference, that of its only detail is its own.
    let only = match transactions.as_slice() {
        [one] => one["acct_svcr_ref"].clone(),
        _ => Value::Null,
    };
    let reference = Some(&theirs["acct_svcr_ref"]).filter(|own| !own.is_null());
    pair(
        "reference",
        &ours["bank_reference"],
        reference.cloned().unwrap_or(only),
    );
    let own = list(&ours["details"]);
    pair("details", &json!(own.len()), json!(transactions.len()));
    for (detail, transaction) in own.iter().zip(&transactions) {
        let end_to_end = without(&transaction["end_to_end_id"], "NOTPROVIDED");
        pair("end to end", &detail["end_to_end_id"], end_to_end);
        if transactions.len() > 1 && transaction["amount"]["ccy"] == theirs["amount"]["ccy"] {
            let minor = transaction["amount"]["minor"].clone();
            pair("detail's amount", &detail["amount_minor"], minor);
        }
        let references = list(&transaction["strd"]).iter().map(|one| &one["ref"]);
        let references: Vec<&Value> = references.filter(|one| !one.is_null()).collect();
        if let [first, rest @ ..] = references.as_slice() {
            // Of several that differ, none is the one.
            let agree = rest.iter().all(|other| other == first);
            let expected = if agree { (*first).clone() } else { Value::Null };
            pair("structured", &detail["structured_reference"], expected);
        }
        let text = letters(&detail["text"]);
        let said = list(&transaction["ustrd"])
            .iter()
            .all(|piece| text.contains(&letters(piece)));
        pair("text", &json!(said), json!(true));
    }
}

fn mt940_entry(ours: &Value, theirs: &Value, pairs: &mut Pairs) {
    let mut pair = |name: &str, ours: Value, theirs: Value| {
        pairs.push((name.to_owned(), ours, theirs));
    };
    pair(
        "amount",
        ours["amount_minor"].clone(),
        theirs["amount_minor"].clone(),
    );
    pair(
        "booked on",
        ours["booked_on"].clone(),
        theirs["booking_date"].clone(),
    );
    pair(
        "booked",
        ours["booked"].clone(),
        json!(theirs["expected"] == false),
    );
    pair(
        "reference",
        ours["bank_reference"].clone(),
        theirs["bank_ref"].clone(),
    );
    let customer = without(&theirs["customer_ref"], "NONREF");
    pair("customer", ours["end_to_end_id"].clone(), customer);
    if theirs["narrative"].is_string() {
        // A reader of MT940 may end a text earlier, at what looks like another field.
        let (ours, theirs) = (letters(&ours["text"]), letters(&theirs["narrative"]));
        pair("text", json!(ours.starts_with(&theirs)), json!(true));
    }
}

fn pairs(ours: &Value, truth: &Value) -> Pairs {
    let is_camt = truth["message"].is_string();
    let (statements, expected) = (list(&ours["statements"]), list(&truth["statements"]));
    let format = if is_camt {
        &truth["message"]
    } else {
        &truth["kind"]
    };
    let count = (json!(statements.len()), json!(expected.len()));
    let mut pairs: Pairs = vec![
        ("format".to_owned(), ours["format"].clone(), format.clone()),
        ("statements".to_owned(), count.0, count.1),
    ];
    let (kind, opening, closing) = if is_camt {
        ("code", ["OPBD", "PRCD"], ["CLBD", "CLBD"])
    } else {
        ("tag", ["60F", "60M"], ["62F", "62M"])
    };
    for (ours, theirs) in statements.iter().zip(expected) {
        let entries = (list(&ours["entries"]), list(&theirs["entries"]));
        for (name, ours, theirs) in [
            (
                "account",
                ours["account"].clone(),
                theirs["account"].clone(),
            ),
            ("number", ours["number"].clone(), theirs["seq"].clone()),
            (
                "opening",
                ours["opening_minor"].clone(),
                balance(theirs, kind, &opening),
            ),
            (
                "closing",
                ours["closing_minor"].clone(),
                balance(theirs, kind, &closing),
            ),
            ("ties", ours["ties"].clone(), ties(theirs)),
            ("entries", json!(entries.0.len()), json!(entries.1.len())),
        ] {
            pairs.push((name.to_owned(), ours, theirs));
        }
        for (ours, theirs) in entries.0.iter().zip(entries.1) {
            for (name, ours, theirs) in [
                (
                    "credit",
                    ours["credit"].clone(),
                    json!(theirs["sign"] == "CRDT"),
                ),
                (
                    "reversal",
                    ours["reversal"].clone(),
                    json!(theirs["reversal"] == true),
                ),
                (
                    "value on",
                    ours["value_on"].clone(),
                    theirs["value_date"].clone(),
                ),
            ] {
                pairs.push((name.to_owned(), ours, theirs));
            }
            if is_camt {
                camt_entry(ours, theirs, &mut pairs);
            } else {
                mt940_entry(ours, theirs, &mut pairs);
            }
        }
    }
    pairs
}

#[test]
fn every_usable_file_is_printed_as_it_was_read_independently() {
    let Some(corpus) = corpus() else { return };
    let (mut files, mut compared, mut wrong) = (0, 0, Vec::new());
    for truth in judged(&corpus) {
        let name = truth["file"].as_str().unwrap().to_owned();
        if name.starts_with("bad/") {
            continue;
        }
        let output = parse(&corpus.join(&name));
        let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
        let is_held = !list(&ours["held"]).is_empty();
        assert_eq!(
            output.status.code(),
            Some(if is_held { 5 } else { 0 }),
            "{name}"
        );
        let pairs = pairs(&ours, &truth);
        compared += pairs.len();
        files += 1;
        wrong.extend(
            pairs
                .into_iter()
                .filter(|(_, ours, theirs)| ours != theirs)
                .map(|(field, ours, theirs)| {
                    format!("{name}: {field}: {ours}, should be {theirs}")
                }),
        );
    }
    eprintln!(
        "{compared} fields of {files} files compared, {} differ",
        wrong.len()
    );
    assert!(
        files > 100 && compared > 5_000,
        "the corpus is not complete"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_bad_file_is_stopped_with_its_place() {
    let Some(corpus) = corpus() else { return };
    let mut seen = 0;
    for file in std::fs::read_dir(corpus.join("bad")).unwrap() {
        let file = file.unwrap().path();
        let output = parse(&file);
        let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
        let stopped = match output.status.code() {
            Some(5) => &ours["held"][0],
            Some(7) => &ours["refused"],
            other => panic!("{file:?} ends with {other:?}"),
        };
        for field in ["place", "code", "reason"] {
            assert!(
                stopped[field].as_str().is_some_and(|text| !text.is_empty()),
                "{file:?}"
            );
        }
        seen += 1;
    }
    assert!(seen > 10, "the corpus is not complete");
}

#[test]
fn a_table_without_profile_is_refused_on_both_outputs() {
    let Some(corpus) = corpus() else { return };
    let output = parse(&corpus.join("csv/fjacquet__viseca.csv"));
    assert_eq!(output.status.code(), Some(7));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["refused"]["code"], "UNKNOWN_TABLE");
    assert_eq!(printed["refused"]["place"], "line 1");
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("no known table")
    );
}
