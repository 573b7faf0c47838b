//! The server, tried by its own description: schemathesis makes requests of every operation, right
//! and wrong, and holds the answers against what is described.

use std::process::Command;

use cei_gateway::store::credentials::Party;
use tokio::task::spawn_blocking;

use crate::kit::databases::Database;
use crate::kit::environment::waived;
use crate::kit::world::World;
use crate::office_api::{lift_limits, register, serve};

/// Where scripts/setup installs it.
const TOOL: &str = "target/tools/schemathesis/bin/schemathesis";
/// What all its chance follows from.
const SEED: &str = "20260101";
/// Requests of one operation in one phase.
const EXAMPLES: &str = "6";
/// What an answer is held against: the description knows its status and its content type, and it
/// is no failure of ours.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance";
/// Seconds for one party.
const SECONDS: &str = "50";
/// Seconds in which one answer must be there; a feed is waited for as long as 25.
const PATIENCE: &str = "40";

/// What each party is tried on: the parts of the API that are its own.
const PARTIES: [(Party, &str); 3] = [
    (
        Party::Office,
        "^/v1/(applications|consignments|events|fees|offices|payment-references|webhook)",
    ),
    (
        Party::Operator,
        "^/v1/(operations|complaints|batching|orders|forced-words|holds|outbox|payments|refund|webhooks)",
    ),
    (Party::Bureau, "^/v1/(bureau|channels)"),
];

#[tokio::test]
async fn schemathesis_finds_no_failure_and_no_undocumented_answer() {
    if waived("schemathesis") {
        return;
    }
    let mut world = World::start(Database::sqlite().await).await;
    lift_limits(&mut world).await;
    world.ready_many(3).await;
    let (server, address) = serve(&world);
    for (party, paths) in PARTIES {
        let office = (party == Party::Office).then(|| world.offices[0].id);
        let key = register(&world, party, office, "*").await;
        let url = format!("http://{address}/openapi.json");
        // It leaves what it learnt in the folder in which it runs.
        let folder = world.config.data_dir.clone();
        let output = spawn_blocking(move || {
            Command::new(std::path::absolute(TOOL).unwrap())
                .current_dir(folder)
                .args(["run", &url])
                .args(["--header", &format!("Authorization: Bearer {key}")])
                .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
                .args(["--include-path-regex", paths])
                .args(["--seed", SEED, "--generation-database", "none"])
                .args(["--max-examples", EXAMPLES, "--max-time", SECONDS])
                .args(["--request-timeout", PATIENCE, "--continue-on-failure"])
                .args(["--warnings", "off", "--no-color"])
                .output()
        });
        let output = output.await.unwrap();
        let output =
            output.unwrap_or_else(|error| panic!("{TOOL}: {error}; run scripts/setup test"));
        let said = String::from_utf8_lossy(&output.stdout);
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{party}:\n{said}\n{complaints}");
    }
    server.stop().await;
    // What it posted as the bureau is kept, and read like anything else.
    world.settle().await;
}
