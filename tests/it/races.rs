//! Two who decide at the same time: the slower one is told what the faster one decided. Only
//! replicas on `PostgreSQL` can do this to each other; SQLite has one writer.

use std::cell::Cell;
use std::time::Duration;

use cei_gateway::domain::application::{ApplicationEvent, ApplicationState};
use cei_gateway::domain::id::{CredentialId, HoldId};
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_hold::{Decision, HoldRefusal, decide};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::set_aside_application::set_aside_application;
use cei_gateway::http::server::{Listener, start};
use cei_gateway::store::credentials::{self, Credential, CredentialKind, Party};
use cei_gateway::store::history::take_step;
use cei_gateway::store::{Tx, history, holds};
use cei_gateway::transport::certificates::{TLS_CA, certificate_file};
use cei_gateway::transport::{Trust, client_config};
use openssl::sha::sha256;
use serde_json::{Value, json};

use crate::kit::databases::{Database, rows};
use crate::kit::world::{World, certificates};

/// Whoever decides in these tests.
const OPERATOR: &Actor = &Actor::Gateway("test");
const KEY: &str = "cei_test_operator";

/// A world whose transactions can meet.
async fn world() -> Option<World> {
    Some(World::start(Database::postgres().await?).await)
}

/// Commits `faster` as soon as `slower` waits for it, or has ended without.
async fn while_another_decides<T>(world: &World, faster: Tx, slower: impl Future<Output = T>) -> T {
    let has_ended = Cell::new(false);
    let second = async {
        let outcome = slower.await;
        has_ended.set(true);
        outcome
    };
    let first = async {
        while !has_ended.get() && !somebody_waits(world).await {}
        faster.commit().await.unwrap();
    };
    tokio::join!(second, first).0
}

/// Whether a transaction waits for another one.
async fn somebody_waits(world: &World) -> bool {
    let mut tx = world.read().await;
    let waiting = rows!(
        (i64,),
        &mut tx,
        "SELECT COUNT(*) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'"
    );
    waiting != [(0,)]
}

#[tokio::test]
async fn of_two_operators_who_decide_one_hold_the_slower_is_told_that_it_is_closed() {
    let Some(mut world) = world().await else {
        return;
    };
    let application = world.ready().await;
    let aside = set_aside_application(&world.gateway, &application.number, OPERATOR, "odd");
    aside.await.unwrap();
    let open = holds::list_open(&mut world.read().await, None, None, 10).await;
    let [hold] = open.unwrap().try_into().expect("one hold");

    let note = note(&world.gateway, OPERATOR, Some("seen"));
    let mut faster = world.write().await;
    let closed = holds::close(&mut faster, hold.subject_id, None, "TAKEN_NOTE_OF", &note).await;
    assert_eq!(closed.unwrap(), 1);
    let slower = decide(
        &world.gateway,
        HoldId(hold.id),
        Decision::Release,
        OPERATOR,
        "fine",
    );
    let refused = while_another_decides(&world, faster, Box::pin(slower)).await;

    let Err(Failure::Refused(refusal)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refusal, HoldRefusal::Closed);
    let state = world.application(application.id).await.state;
    assert_eq!(state, ApplicationState::OnHold, "nothing of it was done");
}

#[tokio::test]
async fn a_request_whose_subject_moved_meanwhile_is_judged_by_what_it_became() {
    let Some(mut world) = world().await else {
        return;
    };
    let application = world.ready().await;
    let mut listener = Listener::from_config(&world.config).unwrap();
    listener.bind = "127.0.0.1:0".parse().unwrap();
    listener.tls = None;
    listener.threads = 1;
    let server = start(&world.gateway, listener).unwrap();
    register_operator(&world).await;

    let mut faster = world.write().await;
    let note = note(&world.gateway, OPERATOR, None);
    let held = take_step::<history::Application>(
        &mut faster,
        application.id.0,
        ApplicationState::Ready,
        ApplicationEvent::Held,
        &note,
    );
    held.await.unwrap();
    let path = format!("v1/operations/applications/{}/hold", application.number);
    let request = client()
        .post(format!("http://{}/{path}", server.address))
        .bearer_auth(KEY)
        .header("Idempotency-Key", "one")
        .json(&json!({ "reason": "odd" }));
    let slower = async {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    let (status, problem) = while_another_decides(&world, faster, slower).await;

    assert_eq!(status, 409, "{problem}");
    assert_eq!(problem["code"], "decision-not-possible");
    server.stop().await;
}

/// A client that trusts the gateway; here it speaks in the clear.
fn client() -> reqwest::Client {
    let anchors = std::fs::read(certificate_file(certificates(), TLS_CA)).unwrap();
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(client_config(&trust, None).unwrap())
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

async fn register_operator(world: &World) {
    let credential = Credential {
        id: CredentialId(world.id()),
        party: Party::Operator,
        office: None,
        label: "ana".to_owned(),
        kind: CredentialKind::ApiKey,
        hash: sha256(KEY.as_bytes()).to_vec(),
        scopes: "operate".to_owned(),
        revoked_at: None,
    };
    let mut tx = world.write().await;
    let inserted = credentials::insert(&mut tx, &credential, world.now()).await;
    assert!(inserted.unwrap());
    tx.commit().await.unwrap();
}
