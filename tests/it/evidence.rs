//! What proves an order or a card does so for people who have only xmlsec1 and openssl.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use cei_gateway::domain::acknowledgement::LineEvent::{CardMade, LineAccepted, LineRejected};
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::Failure;
use cei_gateway::flow::evidence::{Evidence, EvidenceRefusal, EvidenceRequest, take_evidence};
use cei_gateway::store::history;
use cei_gateway::store::orders::Order;
use cei_gateway::worker::drain;
use cei_gateway::worker::janitor::Janitor;
use zip::ZipArchive;

use crate::kit::environment::waived;
use crate::kit::world::{World, both_worlds};

/// The files of an archive, by name.
type Files = BTreeMap<String, Vec<u8>>;

async fn take(
    world: &World,
    number: &str,
    with_order: bool,
) -> Result<Evidence, Failure<EvidenceRefusal>> {
    let request = EvidenceRequest {
        number,
        with_order,
        actor: &Actor::Operator("ana".to_owned()),
        reason: "asked by a court",
    };
    take_evidence(&world.gateway, &request).await
}

async fn files_of(world: &World, number: &str, with_order: bool) -> Files {
    let evidence = take(world, number, with_order).await.expect("evidence");
    let sink = evidence.write(&world.gateway, Cursor::new(Vec::new()));
    let mut archive = ZipArchive::new(sink.expect("an archive")).expect("a zip");
    let folder = tempfile::tempdir().expect("a folder");
    archive.extract(folder.path()).expect("unpacked");
    let names = archive.file_names();
    let names: Vec<_> = names
        .map(|name| name.expect("a name").into_owned())
        .collect();
    names
        .into_iter()
        .map(|name| {
            let bytes = fs::read(folder.path().join(&name)).expect("a file");
            (name, bytes)
        })
        .collect()
}

/// The commands of the page, step by step.
fn steps_of(files: &Files) -> Vec<String> {
    let page = String::from_utf8(files["README.md"].clone()).expect("UTF-8");
    let blocks = page.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("```").next().expect("an end").to_owned())
        .collect()
}

/// Runs commands where the files are; gives what was said if they fail.
fn run(files: &Files, commands: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    run_in(folder.path(), commands)
}

fn run_in(folder: &Path, commands: &str) -> Result<(), String> {
    let output = Command::new("sh")
        .args(["-e", "-c", commands])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .output()
        .expect("sh");
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned())
}

/// The same files, with a byte in the middle of one changed.
fn changed(files: &Files, name: &str) -> Files {
    let mut files = files.clone();
    let bytes = files.get_mut(name).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    files
}

/// Requires that every command holds, that each file is named on the page, and that a changed byte
/// in any file is found.
fn assert_proven(files: &Files) {
    if waived("xmlsec1") {
        return;
    }
    let page = String::from_utf8(files["README.md"].clone()).expect("UTF-8");
    let steps = steps_of(files);
    for step in &steps {
        assert_eq!(run(files, step), Ok(()), "{step}");
    }
    let all = steps.concat();
    for (name, bytes) in files {
        assert!(page.contains(&format!("`{name}`")), "{name} is not named");
        if !bytes.is_empty() {
            assert!(
                run(&changed(files, name), &all).is_err(),
                "{name} was changed"
            );
        }
    }
    // The signatures find a change by themselves, whoever made new digests for it.
    let signatures = steps[1..].concat();
    let signed = |name: &&String| {
        name.starts_with("documents/")
            || (name.starts_with("order/") && *name != "order/signature.xml")
    };
    for name in files.keys().filter(signed) {
        assert!(
            run(&changed(files, name), &signatures).is_err(),
            "{name} was changed"
        );
    }
}

fn lines(files: &Files, name: &str) -> Vec<serde_json::Value> {
    let text = String::from_utf8(files[name].clone()).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn names(files: &Files, prefix: &str) -> Vec<String> {
    let found = files.keys().filter(|name| name.starts_with(prefix));
    found.cloned().collect()
}

/// An order of two lines with its receipt, and a document about each line.
async fn answered_order(world: &mut World) -> Order {
    let order = world.received_order(2).await;
    let mut made = world.entries(&order, 1, 1, &[LineAccepted, CardMade]).await;
    made[1].document_number = Some("CJ123456".to_owned());
    world.acknowledge(made).await;
    let mut refused = world.entry(&order, 2, 1, LineRejected).await;
    refused.reason = Some(303);
    world.acknowledge(vec![refused]).await;
    world.order(&order.number).await
}

both_worlds! {
    async fn an_order_is_proven_by_other_peoples_tools_before_and_after_its_erasure(
        world: &mut World
    ) {
        let order = answered_order(world).await;

        let whole = files_of(world, &order.number, true).await;
        assert_eq!(whole["order/order.xml"], world.document_of(&order).await);
        assert_eq!(
            names(&whole, "documents/"),
            [
                "documents/001-receipt.xml",
                "documents/002-acknowledgement.xml",
                "documents/003-acknowledgement.xml"
            ]
        );
        assert_eq!(lines(&whole, "words.jsonl").len(), 3);
        assert_eq!(lines(&whole, "deliveries.jsonl")[0]["outcome"], "DELIVERED");
        assert_proven(&whole);

        world.wait_until(order.signed_at.unwrap() + chrono::TimeDelta::days(90));
        drain(&Janitor, &world.gateway, 20).await.unwrap();
        let after = files_of(world, &order.number, true).await;
        assert!(!after.contains_key("order/order.xml"));
        let page = String::from_utf8(after["README.md"].clone()).unwrap();
        assert!(page.contains("was erased"), "{page}");
        for part in ["order/signature.xml", "order/signed-info.xml", "order/signature-value.bin"] {
            assert_eq!(after[part], whole[part], "{part}");
        }
        assert_proven(&after);
    }

    async fn a_card_is_proven_by_what_speaks_of_it_alone(world: &mut World) {
        let order = answered_order(world).await;
        let line = world.lines(&order).await.swap_remove(0);
        let application = world.application(line.application).await.number;

        for number in ["CJ123456", application.as_str()] {
            let files = files_of(world, number, false).await;
            let documents = names(&files, "documents/");
            assert_eq!(documents.len(), 2, "{documents:?}");
            let words = lines(&files, "words.jsonl");
            assert_eq!(words.len(), 2);
            assert!(words.iter().all(|word| word["application"] == application));
            let facts: serde_json::Value = serde_json::from_slice(&files["evidence.json"]).unwrap();
            assert_eq!(facts["card"]["document_number"], "CJ123456");
            assert_proven(&files);
        }
    }

    async fn what_is_taken_without_the_order_names_nobody(world: &mut World) {
        let mut content = world.content();
        content.applicant.surname = "Zăbrăuțanu".to_owned();
        let cnp = content.applicant.cnp.clone();
        world.ready_with(content).await;
        world.pass(chrono::TimeDelta::hours(4));
        world.settle().await;
        let order = world.only_order().await;

        let whole = files_of(world, &order.number, true).await;
        let files = files_of(world, &order.number, false).await;

        let holds = |files: &Files, secret: &str| {
            files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(secret))
        };
        for secret in ["Zăbrăuțanu", &cnp] {
            assert!(holds(&whole, secret), "the search finds what is there");
            assert!(!holds(&files, secret));
        }
        let told = history::list(&mut world.read().await, order.id.0, 100).await.unwrap();
        let takings: Vec<_> = told
            .iter()
            .filter(|step| step.actor == "operator:ana")
            .map(|step| (step.event.as_str(), step.note.as_deref()))
            .collect();
        let why = Some("asked by a court");
        assert_eq!(takings, [("BYTES_DISCLOSED", why), ("EVIDENCE_TAKEN", why)]);
    }

    async fn evidence_needs_a_reason_and_a_number_that_was_ordered(world: &mut World) {
        let application = world.ready().await;
        let refusal = |taken: Result<Evidence, Failure<EvidenceRefusal>>| match taken {
            Err(Failure::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
        let never = refusal(take(world, &application.number, true).await);
        assert!(matches!(never, EvidenceRefusal::NeverOrdered { .. }));
        let unknown = refusal(take(world, "CJ999999", true).await);
        assert!(matches!(unknown, EvidenceRefusal::Unknown { .. }));
        let request = EvidenceRequest {
            number: &application.number,
            with_order: true,
            actor: &Actor::Operator("ana".to_owned()),
            reason: " ",
        };
        let silent = refusal(take_evidence(&world.gateway, &request).await);
        assert_eq!(silent, EvidenceRefusal::ReasonMissing);
    }
}
