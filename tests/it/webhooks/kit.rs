//! Receivers that answer as a test says, and offices whose events are pushed to them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cei_gateway::domain::delivery::Outcome;
use cei_gateway::domain::id::{MessageId, OfficeId};
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::webhook::{Endpoint, KeyKind, OnExhausted};
use cei_gateway::flow::webhooks::settings::{Wanted, Wish, carry_out, set};
use cei_gateway::flow::webhooks::{keys, turn};
use cei_gateway::gateway::Gateway;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::outbox::{self, Lane, NewMessage};
use cei_gateway::store::webhooks::push::{self, Run};
use cei_gateway::store::webhooks::{self, Webhook};
use cei_gateway::transport::webhook::{Answer, Carrier, Letter};
use cei_gateway::worker::herald::Herald;
use cei_gateway::worker::{Progress, drain};
use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::kit::world::World;

/// Passes after which a herald that still finds work will not come to rest.
const ROUNDS_MAX: usize = 200;

/// What a receiver was sent.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) url: String,
    pub(crate) id: Uuid,
    pub(crate) body: Value,
    pub(crate) signatures: usize,
}

impl Taken {
    pub(crate) fn seq(&self) -> i64 {
        self.body["data"]["seq"].as_i64().unwrap()
    }

    pub(crate) fn previous(&self) -> i64 {
        self.body["data"]["previous_seq"].as_i64().unwrap()
    }
}

/// Every receiver of a test.
#[derive(Clone, Default)]
pub(crate) struct Receivers {
    inner: Arc<Mutex<Inner>>,
    released: Arc<Notify>,
}

#[derive(Default)]
struct Inner {
    /// What a receiver answers next; 200 when nothing is left.
    answers: BTreeMap<String, VecDeque<Outcome>>,
    /// Receivers that answer nothing until they are released.
    stuck: Vec<String>,
    heard: Vec<Taken>,
}

pub(crate) const fn status(code: u16) -> Outcome {
    Outcome::Status {
        code,
        retry_after: None,
    }
}

impl Receivers {
    /// Has a receiver answer so, one after the other.
    pub(crate) fn answer(&self, url: &str, answers: &[Outcome]) {
        let mut inner = self.inner.lock().unwrap();
        let queue = inner.answers.entry(url.to_owned()).or_default();
        queue.extend(answers.iter().copied());
    }

    /// Has a receiver answer so once, and forget what it was to answer before.
    pub(crate) fn answer_once(&self, url: &str, answer: Outcome) {
        let mut inner = self.inner.lock().unwrap();
        inner.answers.insert(url.to_owned(), [answer].into());
    }

    /// Has a receiver answer nothing until [`Receivers::release`].
    pub(crate) fn stick(&self, url: &str) {
        self.inner.lock().unwrap().stuck.push(url.to_owned());
    }

    pub(crate) fn release(&self) {
        self.inner.lock().unwrap().stuck.clear();
        self.released.notify_waiters();
    }

    /// Everything that was sent to a receiver, in order.
    pub(crate) fn heard(&self, url: &str) -> Vec<Taken> {
        let inner = self.inner.lock().unwrap();
        let of = inner.heard.iter().filter(|taken| taken.url == url);
        of.cloned().collect()
    }

    pub(crate) fn seqs(&self, url: &str) -> Vec<i64> {
        self.heard(url).iter().map(Taken::seq).collect()
    }
}

impl Carrier for Receivers {
    type Line = String;

    fn line(&self, endpoint: &Endpoint) -> String {
        endpoint.as_str().to_owned()
    }

    async fn carry(&self, line: &mut String, letter: &Letter<'_>) -> Answer {
        loop {
            let released = self.released.notified();
            let is_stuck = self.inner.lock().unwrap().stuck.contains(line);
            if !is_stuck {
                break;
            }
            released.await;
        }
        let mut inner = self.inner.lock().unwrap();
        inner.heard.push(Taken {
            url: line.clone(),
            id: letter.id,
            body: serde_json::from_str(letter.body).unwrap(),
            signatures: letter.keys.len(),
        });
        let queue = inner.answers.get_mut(line.as_str());
        let outcome = queue.and_then(VecDeque::pop_front).unwrap_or(status(200));
        Answer {
            outcome,
            detail: None,
        }
    }
}

pub(crate) const OPERATOR: &str = "ana";

pub(crate) fn actor() -> Actor {
    Actor::Operator(OPERATOR.to_owned())
}

/// The address of the webhook of the office with this number.
pub(crate) fn url(number: usize) -> String {
    format!("https://office-{number}.example.ro/events")
}

/// Sets up and enables the webhook of an office.
pub(crate) async fn set_up(world: &World, number: usize) -> OfficeId {
    set_up_with(world, number, &url(number), OnExhausted::DeadLetter, None).await
}

pub(crate) async fn set_up_with(
    world: &World,
    number: usize,
    url: &str,
    on_exhausted: OnExhausted,
    rate_per_second: Option<u32>,
) -> OfficeId {
    let office = world.offices[number].id;
    let wanted = Wanted {
        url,
        on_exhausted,
        rate_per_second,
    };
    let gateway = &world.gateway;
    set(gateway, office, &wanted, &actor()).await.unwrap();
    let day = Duration::from_hours(24);
    keys::make(gateway, office, KeyKind::Hmac, day, &actor())
        .await
        .unwrap();
    enable(world, office).await;
    office
}

pub(crate) async fn enable(world: &World, office: OfficeId) -> bool {
    let wish = Wish::Enable(None);
    carry_out(&world.gateway, office, wish, &actor(), Some("mended"))
        .await
        .unwrap()
}

/// Tells an office so many events, each in a transaction of its own.
pub(crate) async fn tell(world: &World, office: OfficeId, count: usize) {
    for _ in 0..count {
        let id = world.id();
        let payload = format!(r#"{{"id":"{id}","state":"READY"}}"#);
        let message = NewMessage {
            id: MessageId(id),
            kind: "ro.cei.application.ready.v1",
            subject: id,
            payload: &payload,
            replay_of: None,
        };
        let mut tx = world.write().await;
        outbox::tell(&mut tx, &lane_of(office), &message, world.now());
        tx.commit().await.unwrap();
    }
}

pub(crate) fn herald(receivers: &Receivers, owner: &str) -> Herald<Receivers> {
    Herald::new(owner.to_owned(), Arc::new(receivers.clone()))
}

/// Pushes until nothing is due.
pub(crate) async fn push(world: &World, receivers: &Receivers) -> Progress {
    push_by(&world.gateway, &herald(receivers, "test")).await
}

pub(crate) async fn push_by(gateway: &Gateway, herald: &Herald<Receivers>) -> Progress {
    drain(herald, gateway, ROUNDS_MAX).await.unwrap()
}

/// Pushes whatever becomes due within this time.
pub(crate) async fn push_for(world: &World, receivers: &Receivers, time: TimeDelta) {
    let until = world.now() + time;
    loop {
        push(world, receivers).await;
        let due = due_next(world).await.filter(|due| *due <= until);
        match due {
            Some(due) if due > world.now() => world.wait_until(due),
            Some(_) => panic!("something is due and is not pushed"),
            None => return world.wait_until(until),
        }
    }
}

async fn due_next(world: &World) -> Option<chrono::DateTime<chrono::Utc>> {
    let mut tx = world.read().await;
    let lanes = outbox::list_lanes(&mut tx, "", 100).await.unwrap();
    let pushed = lanes.iter().filter(|lane| lane.pushed && !lane.paused);
    pushed.filter_map(|lane| lane.next_attempt_at).min()
}

pub(crate) async fn lane(world: &World, office: OfficeId) -> Lane {
    let mut tx = world.read().await;
    let found = outbox::find_lane(&mut tx, &lane_of(office)).await;
    found.unwrap().unwrap()
}

pub(crate) async fn webhook(world: &World, office: OfficeId) -> Webhook {
    let mut tx = world.read().await;
    let found = webhooks::find(&mut tx, office).await;
    found.unwrap().unwrap()
}

/// The record of an office's deliveries, oldest first.
pub(crate) async fn runs(world: &World, office: OfficeId) -> Vec<Run> {
    let mut tx = world.read().await;
    let mut found = push::list_runs(&mut tx, &lane_of(office), None, 1000)
        .await
        .unwrap();
    found.reverse();
    found
}

/// Places and causes of the open dead letters of an office.
pub(crate) async fn dead(world: &World, office: OfficeId) -> Vec<(i64, String)> {
    let mut tx = world.read().await;
    let selection = outbox::Selection {
        lane: Some(lane_of(office)),
        ..outbox::Selection::default()
    };
    let all = outbox::list_dead(&mut tx, &selection, None, 1000)
        .await
        .unwrap();
    let told = |dead: outbox::DeadLetter| match dead.status {
        Some(status) => (dead.seq, format!("{} {status}", dead.cause)),
        None => (dead.seq, dead.cause),
    };
    all.into_iter().map(told).collect()
}

/// What history tells of an office's webhook.
pub(crate) async fn history(world: &World, office: OfficeId) -> Vec<String> {
    let id = webhook(world, office).await.id;
    let mut tx = world.read().await;
    let entries = cei_gateway::store::history::list(&mut tx, id, 1000).await;
    let entries = entries.unwrap().into_iter();
    entries.map(|entry| entry.event).collect()
}

/// Leases every due lane and lets go of it only when the lease runs out.
pub(crate) async fn lease(world: &World, owner: &str) -> Vec<Lane> {
    turn::lease(&world.gateway, owner, 100).await.unwrap()
}
