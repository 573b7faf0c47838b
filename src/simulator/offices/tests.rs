//! The offices against a gateway that answers by rote.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::NaiveDate;
use serde_json::Value;

use super::*;
use crate::clock::ManualClock;
use crate::domain::application::ApplicationState;
use crate::domain::event::EventKind;
use crate::simulator::script::{Scene, Scheduled, Story, Turn};
use crate::simulator::submission::EarlierCard;
use crate::simulator::test_kit::{FakeGateway, Reply as Answered, Seen, at, certificates};

const REFERENCE: &str = "RF294073918264";
const ID: &str = "0195f3b0-0000-7000-8000-000000000001";

/// A gateway with one application at most, and the events that a test puts there.
#[derive(Default)]
struct Rote {
    taken: Option<String>,
    faulty: bool,
    losses: u32,
    events: Vec<Value>,
}

fn answer(rote: &Mutex<Rote>, seen: &Seen) -> Answered {
    let mut rote = rote.lock().unwrap();
    let path = seen.target.split('?').next().unwrap();
    let given = json!({ "id": ID, "number": "CLJ-01-2026-000001", "state": "READY",
        "fee": { "due": "70.00" }, "payment_reference": { "compact": REFERENCE } });
    match path {
        "/v1/payment-references" => (201, json!({ "compact": REFERENCE }).to_string()),
        "/v1/events" => {
            // The first office that asks gets them.
            let is_mine = seen.target.contains("after=0");
            let data = if is_mine {
                std::mem::take(&mut rote.events)
            } else {
                Vec::new()
            };
            (200, json!({ "data": data, "next_cursor": "0" }).to_string())
        }
        "/v1/applications" if rote.faulty => {
            rote.faulty = false;
            (422, json!({ "code": "application-invalid" }).to_string())
        }
        "/v1/applications" => {
            rote.taken = Some(seen.header("idempotency-key").to_owned());
            if rote.losses > 0 {
                rote.losses -= 1;
                return (503, String::new());
            }
            (201, given.to_string())
        }
        _ => (200, given.to_string()),
    }
}

fn event(seq: i64, kind: EventKind, state: ApplicationState) -> Value {
    json!({ "seq": seq, "type": format!("{kind}.v1"), "application_id": ID,
        "state": state.as_str() })
}

struct Counter {
    clock: ManualClock,
    rote: Arc<Mutex<Rote>>,
    gateway: FakeGateway,
    offices: Offices,
}

impl Counter {
    fn open(story: Story, scenes: &[Scene], rote: Rote) -> Self {
        let now = at("2026-03-02T09:00:00Z");
        let clock = ManualClock::at(now);
        let rote = Arc::new(Mutex::new(rote));
        let answering = Arc::clone(&rote);
        let gateway = FakeGateway::open(move |seen| answer(&answering, seen));
        let settings = OfficeSettings {
            gateway_url: gateway.url.clone(),
            seed: 4,
            fee: Money::from_lei(70),
            parallel: 4,
            quiet: TimeDelta::zero(),
        };
        let scheduled = |scene: &Scene| Scheduled {
            at: now,
            scene: *scene,
            story: 0,
        };
        let script = Script {
            stories: vec![story],
            schedule: scenes.iter().map(scheduled).collect(),
        };
        let keys = OfficeKeys::from_dir(certificates()).unwrap();
        Self {
            offices: Offices::new(settings, keys, script, Clock::Manual(clock.clone())),
            clock,
            rote,
            gateway,
        }
    }

    fn tell(&self, events: Vec<Value>) {
        self.rote.lock().unwrap().events = events;
    }

    /// Works until nothing is planned.
    async fn run(&mut self) -> Vec<Seen> {
        while let Some(next_at) = self.offices.work().await.next_at {
            let now = self.offices.clock.now();
            self.clock
                .advance((next_at - now).to_std().unwrap_or_default());
        }
        let seen = self.gateway.take_seen();
        seen.into_iter()
            .filter(|one| one.method == "POST")
            .collect()
    }
}

fn story(turn: Turn) -> Story {
    Story {
        serial: 1,
        office: "CLJ-01",
        age: 30,
        earlier_card: EarlierCard::None,
        pays: false,
        turn,
        collect_at: None,
    }
}

fn paths(seen: &[Seen]) -> Vec<&str> {
    let path = |one: &'_ Seen| one.target.rsplit('/').next().unwrap().to_owned();
    let known = [
        "payment-references",
        "applications",
        "revisions",
        "withdrawal",
        "reports",
    ];
    seen.iter()
        .map(|one| *known.iter().find(|name| **name == path(one)).unwrap())
        .collect()
}

#[tokio::test]
async fn who_pays_gets_a_reference_pays_and_hands_it_in_with_the_application() {
    let payer = Story {
        pays: true,
        age: 8,
        ..story(Turn::None)
    };
    let scenes = [Scene::AskReference, Scene::Pay, Scene::Submit];
    let mut counter = Counter::open(payer, &scenes, Rote::default());
    let seen = counter.run().await;
    assert_eq!(paths(&seen), ["payment-references", "applications"]);
    assert_eq!(seen[1].json()["payment_reference"], REFERENCE);
    assert_eq!(seen[1].json()["registered_on"], "2026-03-02");
    let payables = counter.offices.take_payables();
    assert_eq!(payables.len(), 1);
    assert_eq!(payables[0].amount, Money::from_lei(70));
    assert_eq!(payables[0].family.cnp, seen[1].json()["applicant"]["cnp"]);
    assert!(counter.offices.take_payables().is_empty());
    let view = counter.offices.views().next().unwrap();
    assert_eq!(
        (view.number.as_str(), view.office),
        ("CLJ-01-2026-000001", "CLJ-01")
    );
    assert_eq!(counter.offices.ledger().submitted, 1);
    counter.gateway.close().await;
}

#[tokio::test]
async fn who_owes_unexpectedly_pays_what_is_due() {
    let mut counter = Counter::open(story(Turn::None), &[Scene::Submit], Rote::default());
    counter.run().await;
    let payables = counter.offices.take_payables();
    assert_eq!(payables.len(), 1);
    assert_eq!(payables[0].reference, REFERENCE);
    counter.gateway.close().await;
}

#[tokio::test]
async fn a_slip_is_refused_corrected_and_handed_in_under_a_new_key() {
    let rote = Rote {
        faulty: true,
        ..Rote::default()
    };
    let mut counter = Counter::open(story(Turn::Slip), &[Scene::Submit], rote);
    let seen = counter.run().await;
    assert_eq!(paths(&seen), ["applications", "applications"]);
    let keys = [0, 1].map(|place: usize| seen[place].header("idempotency-key"));
    assert_ne!(keys[0], keys[1]);
    assert_ne!(seen[0].json(), seen[1].json());
    let ledger = counter.offices.ledger();
    assert_eq!(
        (ledger.submitted, ledger.refused["application-invalid"]),
        (1, 1)
    );
    assert!(ledger.surprises.is_empty());
    counter.gateway.close().await;
}

#[tokio::test]
async fn a_fault_that_nobody_notices_and_a_refusal_without_one_are_surprises() {
    let mut counter = Counter::open(story(Turn::Slip), &[Scene::Submit], Rote::default());
    counter.run().await;
    assert_eq!(counter.offices.ledger().surprises.len(), 1);
    counter.gateway.close().await;
    let rote = Rote {
        faulty: true,
        ..Rote::default()
    };
    let mut counter = Counter::open(story(Turn::None), &[Scene::Submit], rote);
    counter.run().await;
    assert_eq!(counter.offices.ledger().surprises.len(), 1);
    counter.gateway.close().await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_to_the_letter() {
    let rote = Rote {
        losses: 2,
        ..Rote::default()
    };
    let mut counter = Counter::open(story(Turn::None), &[Scene::Submit], rote);
    // It was taken in, and its events are there before the answer is.
    counter.offices.work().await;
    counter.tell(vec![event(
        1,
        EventKind::Ordered,
        ApplicationState::Ordered,
    )]);
    counter.offices.work().await;
    let seen = counter.run().await;
    assert_eq!(seen.len(), 3);
    for repeated in &seen[1..] {
        assert_eq!(repeated.body, seen[0].body);
        let key = |one: &Seen| one.header("idempotency-key").to_owned();
        assert_eq!(key(repeated), key(&seen[0]));
    }
    let view = counter.offices.views().next().unwrap();
    assert_eq!(view.events, [EventKind::Ordered]);
    assert_eq!(view.state, ApplicationState::Ordered);
    counter.gateway.close().await;
}

#[tokio::test]
async fn what_is_sent_twice_has_the_same_key_and_body() {
    let mut counter = Counter::open(story(Turn::SentTwice), &[Scene::Submit], Rote::default());
    let seen = counter.run().await;
    assert_eq!(paths(&seen), ["applications", "applications"]);
    assert_eq!(seen[0].body, seen[1].body);
    assert_eq!(
        seen[0].header("idempotency-key"),
        seen[1].header("idempotency-key")
    );
    // This gateway does not say that it answered before.
    assert_eq!(counter.offices.ledger().surprises.len(), 1);
    counter.gateway.close().await;
}

#[tokio::test]
async fn cards_are_reported_until_the_applicant_has_them() {
    let mut counter = Counter::open(story(Turn::None), &[Scene::Submit], Rote::default());
    counter.run().await;
    counter.tell(vec![event(
        1,
        EventKind::Shipped,
        ApplicationState::Shipped,
    )]);
    counter.offices.work().await;
    let seen = counter.run().await;
    assert_eq!(seen[0].json(), json!({ "report": "RECEIVED_AT_OFFICE" }));
    let waited = counter.offices.clock.now() - at("2026-03-02T09:00:00Z");
    assert!(waited >= TimeDelta::hours(16));
    counter.tell(vec![event(
        2,
        EventKind::AtOffice,
        ApplicationState::AtOffice,
    )]);
    counter.offices.work().await;
    let seen = counter.run().await;
    assert_eq!(seen[0].json(), json!({ "report": "HANDED_OVER" }));
    let ledger = counter.offices.ledger();
    assert_eq!(
        (
            ledger.received,
            ledger.handed_over,
            ledger.events,
            ledger.gaps
        ),
        (1, 1, 2, 0)
    );
    counter.gateway.close().await;
}

#[tokio::test]
async fn a_returned_application_is_revised_with_its_references_and_new_images() {
    let mut counter = Counter::open(story(Turn::None), &[Scene::Submit], Rote::default());
    let first = counter.run().await;
    counter.clock.advance(Duration::from_hours(48));
    counter.tell(vec![event(
        1,
        EventKind::Returned,
        ApplicationState::Returned,
    )]);
    counter.offices.work().await;
    let seen = counter.run().await;
    assert_eq!(paths(&seen), ["revisions"]);
    let (before, after) = (first[0].json(), seen[0].json());
    for fixed in [
        "office_reference",
        "registered_on",
        "reason",
        "product",
        "applicant",
    ] {
        assert_eq!(before[fixed], after[fixed], "{fixed}");
    }
    assert_ne!(before["biometrics"], after["biometrics"]);
    assert_eq!(counter.offices.ledger().revised, 1);
    counter.gateway.close().await;
}

#[tokio::test]
async fn a_withdrawal_follows_some_hours_later() {
    let mut counter = Counter::open(story(Turn::Withdrawal), &[Scene::Submit], Rote::default());
    let seen = counter.run().await;
    assert_eq!(paths(&seen), ["applications", "withdrawal"]);
    assert_eq!(counter.offices.ledger().withdrawn, 1);
    counter.gateway.close().await;
}

#[tokio::test]
async fn a_small_town_is_played_in_the_same_way_every_time() {
    let monday = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let mut counter = Counter::open(story(Turn::None), &[], Rote::default());
        let script = crate::simulator::script::write(9, 30, monday);
        let settings = OfficeSettings {
            parallel: 1,
            ..counter.offices.settings.clone()
        };
        let keys = OfficeKeys::from_dir(certificates()).unwrap();
        let clock = counter.offices.clock.clone();
        counter.offices = Offices::new(settings, keys, script, clock);
        let seen = counter.run().await;
        bodies.push(seen.into_iter().map(|one| one.body).collect::<Vec<_>>());
        counter.gateway.close().await;
    }
    assert!(bodies[0].len() > 30);
    assert_eq!(bodies[0], bodies[1]);
}
