//! The recipe of `docs/webhooks.md` with which a receiver verifies a message, held against messages that
//! the gateway really sent.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cei_gateway::domain::webhook::{KeyKind, OnExhausted};
use cei_gateway::flow::webhooks::keys;
use cei_gateway::worker::drain;
use cei_gateway::worker::herald::Herald;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::kit::{actor, set_up_with, tell};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Where scripts/setup installs a Python with `cryptography`, which signxml needs as well.
const PYTHON: &str = "target/tools/signxml/bin/python";

/// Reads a message and what to do with it, and prints what the recipe says of it. The clock is set to the
/// message's own.
const DRIVER: &str = r#"
import json, sys
task = json.load(sys.stdin)
time.time = lambda: task["now"]
for key, body in task["tries"]:
    try:
        verify(task["headers"], body.encode(), key)
        print("believed")
    except ValueError as fault:
        print(fault)
"#;

/// The block of the document that begins with Python's first import.
fn recipe() -> String {
    let text = std::fs::read_to_string("docs/webhooks.md").unwrap();
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("    import "));
    let block = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let block: Vec<&str> = block
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    block.join("\n")
}

/// What the recipe says of each try.
fn judge(task: &Value) -> Vec<String> {
    let mut process = Command::new(PYTHON)
        .args(["-c", &format!("{}\n{DRIVER}", recipe())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{PYTHON}: {error}; run scripts/setup test"));
    let mut input = process.stdin.take().unwrap();
    input.write_all(task.to_string().as_bytes()).unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "the recipe failed: {}",
        output.status
    );
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().map(str::to_owned).collect()
}

/// The first message that comes: its head and its body.
async fn receive(listener: TcpListener) -> (String, String) {
    let (mut line, _) = listener.accept().await.unwrap();
    let mut read = Vec::new();
    loop {
        assert!(
            line.read_buf(&mut read).await.unwrap() > 0,
            "the message breaks off"
        );
        let text = String::from_utf8(read.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length: usize = header(head, "content-length").parse().unwrap();
        if body.len() == length {
            line.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .unwrap();
            return (head.to_owned(), body.to_owned());
        }
    }
}

fn header(head: &str, name: &str) -> String {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    found
        .map(|(_, value)| value.trim().to_owned())
        .next()
        .unwrap()
}

#[tokio::test]
async fn the_python_of_the_document_believes_what_was_sent_and_nothing_else() {
    if crate::kit::environment::waived("signxml") {
        return;
    }
    let mut world = World::start(Database::sqlite().await).await;
    world.config.webhooks.allow_private = true;
    world.restart().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let office = set_up_with(&world, 0, &url, OnExhausted::DeadLetter, None).await;
    let mut shown = Vec::new();
    for kind in [KeyKind::Hmac, KeyKind::Ed25519] {
        let day = Duration::from_hours(24);
        let made = keys::make(&world.gateway, office, kind, day, &actor())
            .await
            .unwrap();
        shown.push(made.shown.to_string());
    }
    tell(&world, office, 1).await;
    let network = world
        .gateway
        .webhook_network
        .clone()
        .expect("a way to webhooks");
    let herald = Herald::new("test".to_owned(), Arc::clone(&network));
    let pushing = drain(&herald, &world.gateway, 50);
    let ((head, body), pushed) = tokio::join!(receive(listener), pushing);
    pushed.unwrap();

    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<String, Value> = names
        .map(|name| (name.to_owned(), header(&head, name).into()))
        .into_iter()
        .collect();
    let stamp: i64 = header(&head, "webhook-timestamp").parse().unwrap();
    let changed = body.replace("READY", "PAID!");
    assert_ne!(changed, body);
    let stranger = |kind: &str| format!("{kind}_{}=", "A".repeat(43));
    let tries = json!([
        [shown[0], body],
        [shown[1], body],
        [shown[0], changed],
        [shown[1], changed],
        [stranger("whsec"), body],
        [stranger("whpk"), body],
    ]);
    let unfit = "no signature fits";
    let at = |now: i64| judge(&json!({ "now": now, "headers": headers, "tries": tries }));
    assert_eq!(
        at(stamp + 299),
        ["believed", "believed", unfit, unfit, unfit, unfit]
    );
    assert_eq!(at(stamp + 301)[..2], ["too old, or from the future"; 2]);
    assert_eq!(at(stamp - 301)[..2], ["too old, or from the future"; 2]);
}
