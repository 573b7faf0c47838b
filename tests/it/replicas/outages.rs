//! Three gateways are killed and frozen at random while eight offices work with all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cei_gateway::clock::Clock;
use cei_gateway::random::Random;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::outbox::{Lane, find_lane};

use super::fleet::{Fleet, LEASE_SECONDS, client, until};
use super::offices::Town;
use super::receiver::{Arrival, Receiver};
use crate::kit::databases::{Database, rows};
use crate::kit::environment;

/// Processes.
const SIZE: usize = 3;
/// Outages of one run.
const OUTAGES: usize = 10;
/// Every so many outages, one is a freeze past the lease instead of a death.
const FREEZE_EVERY: usize = 3;
/// The least that must have happened for the run to mean something.
const APPLICATIONS_MIN: usize = 40;

/// What chance decides; `CEI_SEED` plays one run again, as far as machines can.
fn seed() -> u64 {
    let said = environment::var("CEI_SEED");
    said.map_or_else(
        || Random::System.below(1_000_000),
        |seed| seed.parse().unwrap(),
    )
}

/// Sets a webhook for every office, with a shared secret.
pub(super) async fn set_webhooks(fleet: &Fleet, receiver: &Receiver) {
    let (client, url) = (client(), fleet.url(0));
    for office in &fleet.offices {
        let content = serde_json::json!({ "url": receiver.url(&office.code) });
        let put = client
            .put(format!("{url}/v1/webhook"))
            .bearer_auth(&office.key);
        let answer = put.json(&content).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        let post = |path: &str| {
            let post = client.post(format!("{url}/v1/webhook/{path}"));
            post.bearer_auth(&office.key)
                .header("Idempotency-Key", path.to_owned())
        };
        let key = serde_json::json!({ "kind": "HMAC" });
        let answer = post("keys").json(&key).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        let key: serde_json::Value = answer.json().await.unwrap();
        receiver.know(&office.code, key["key"].as_str().unwrap());
        let answer = post("enable")
            .json(&serde_json::json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }
}

/// Kills and freezes, one process at a time, as the seed says.
async fn trouble(fleet: &mut Fleet, random: &Random) {
    for number in 1..=OUTAGES {
        let pause = Duration::from_millis(300 + random.below(900));
        Clock::System.sleep(pause).await;
        let victim = usize::try_from(random.below(SIZE.try_into().unwrap())).unwrap();
        if number % FREEZE_EVERY == 0 {
            fleet.freeze(victim);
            Clock::System
                .sleep(Duration::from_secs(LEASE_SECONDS + 1))
                .await;
            fleet.thaw(victim);
        } else {
            fleet.kill(victim);
            fleet.start(victim);
        }
    }
}

/// Every lane of an office as it stands.
async fn lanes(fleet: &Fleet) -> BTreeMap<String, Lane> {
    let mut tx = fleet.database.store.read().await.unwrap();
    let mut lanes = BTreeMap::new();
    for office in &fleet.offices {
        let lane = find_lane(&mut tx, &lane_of(office.id))
            .await
            .unwrap()
            .unwrap();
        lanes.insert(office.code.clone(), lane);
    }
    lanes
}

/// What an office was pushed is everything that it was told, each event under one id, and the first
/// arrivals are in order, each announcing the one before it.
fn assert_pushed_whole(office: &str, arrived: &[Arrival], told: &[String], last_seq: i64) {
    let mut first: Vec<&Arrival> = Vec::new();
    for arrival in arrived {
        let before = usize::try_from(arrival.seq - 1).unwrap();
        if let Some(known) = first.get(before) {
            assert_eq!(
                (&arrival.id, &arrival.kind, &arrival.reference),
                (&known.id, &known.kind, &known.reference),
                "{office}: {} came again as something else",
                arrival.seq
            );
        } else {
            assert_eq!(before, first.len(), "{office}: {arrival:?} came too early");
            assert_eq!(
                arrival.previous_seq,
                arrival.seq - 1,
                "{office}: {arrival:?}"
            );
            first.push(arrival);
        }
    }
    let pushed: Vec<&String> = first.iter().map(|arrival| &arrival.id).collect();
    assert_eq!(pushed, told.iter().collect::<Vec<_>>(), "{office}");
    assert_eq!(i64::try_from(pushed.len()).unwrap(), last_seq, "{office}");
}

/// What the offices swear was taken in is what there is, once each.
async fn assert_taken_in_once(fleet: &Fleet, taken_in: &BTreeSet<(String, String)>) {
    let mut tx = fleet.database.store.read().await.unwrap();
    let kept = rows!(
        (String, String),
        &mut tx,
        "SELECT o.code, a.office_reference
         FROM applications a
         JOIN offices o ON o.id = a.office_id"
    );
    let count = kept.len();
    let kept: BTreeSet<(String, String)> = kept.into_iter().collect();
    assert_eq!((&kept, count), (taken_in, taken_in.len()));
    let ordered = rows!(
        (i64, i64),
        &mut tx,
        "SELECT COUNT(*), COUNT(DISTINCT application_id) FROM order_lines WHERE live"
    );
    assert_eq!(
        ordered[0].0, ordered[0].1,
        "an application was ordered twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_gateways_that_die_and_freeze_lose_nothing_and_push_every_event_in_order() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let seed = seed();
    eprintln!("CEI_SEED={seed}");
    let receiver = Receiver::open().await;
    let mut fleet = Fleet::on(database, SIZE).await;
    set_webhooks(&fleet, &receiver).await;
    for number in 0..SIZE {
        fleet.start(number);
        fleet.until_ready(number).await;
    }
    let mut town = Town::open(fleet.urls(), &fleet.offices, seed);
    trouble(&mut fleet, &Random::seeded(seed)).await;
    for number in 0..SIZE {
        fleet.until_ready(number).await;
    }
    let taken_in = town.close().await;

    // Batches close and events come until nothing moves any more: every lane is pushed to its end.
    until("every event was pushed and read", async || {
        let lanes = lanes(&fleet).await;
        lanes.iter().all(|(office, lane)| {
            let read = i64::try_from(town.read(office).len()).unwrap();
            (lane.acked_seq, read) == (lane.last_seq, lane.last_seq) && lane.lease_owner.is_none()
        })
    })
    .await;

    for number in 0..SIZE {
        let said = fleet.said(number);
        assert!(
            said.contains("the outbox as it was found"),
            "{number}: {said}"
        );
    }
    assert_eq!(town.surprises(), [""; 0]);
    assert_eq!(receiver.surprises(), [""; 0]);
    assert!(
        taken_in.len() >= APPLICATIONS_MIN,
        "only {}",
        taken_in.len()
    );
    assert_taken_in_once(&fleet, &taken_in).await;
    let mut arrivals = 0;
    for (office, lane) in lanes(&fleet).await {
        let (arrived, told) = (receiver.arrived(&office), town.read(&office));
        assert_pushed_whole(&office, &arrived, &told, lane.last_seq);
        assert_eq!(lane.delivered_seq, lane.last_seq, "{office}: {lane:?}");
        arrivals += arrived.len();
    }
    let mut tx = fleet.database.store.read().await.unwrap();
    let dead = rows!((i64,), &mut tx, "SELECT COUNT(*) FROM dead_letters");
    assert_eq!(dead, [(0,)]);
    eprintln!(
        "{} applications taken in, {} requests repeated, {arrivals} arrivals",
        taken_in.len(),
        town.repeated()
    );
}
