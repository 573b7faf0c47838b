//! Applications that several requests hand in at the same moment, alone and in batches, by two
//! gateways: each exists once and is answered truly, whoever of them dies. Only replicas on
//! `PostgreSQL` meet like this.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::Poll;

use cei_gateway::clock::Clock;
use cei_gateway::domain::id::OfficeId;
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::content::ApplicationContent;
use cei_gateway::flow::once::{Answer, RequestKey};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::submit_application::{
    Handing, Outcome, SubmitRefusal, Submitted, Taken, submit,
};
use cei_gateway::gateway::Gateway;
use cei_gateway::random::Random;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::{Interruption, Tx, counters};
use futures_util::future::{BoxFuture, join_all, poll_fn};
use tokio::task::JoinSet;

use crate::kit::databases::{Database, rows};
use crate::kit::world::World;

/// How often somebody must be found waiting until all that can wait do: each look is a way to the
/// database and back, on which everybody else goes on.
const LOOKS: usize = 100;

async fn world() -> Option<World> {
    let mut world = World::start(Database::postgres().await?).await;
    // Enough for everybody who waits, and for whoever looks at them.
    world.config.database.connections_max = 16;
    world.restart().await;
    Some(world)
}

/// An office that hands in by one gateway.
#[derive(Clone)]
struct Counter {
    gateway: Gateway,
    office: OfficeId,
}

/// What one request came to: the number of each application, or why it has none.
type Told = Vec<Result<String, SubmitRefusal>>;

impl Counter {
    fn of(gateway: &Gateway, office: OfficeId) -> Self {
        Self {
            gateway: gateway.clone(),
            office,
        }
    }

    fn at(&self, office: OfficeId) -> Self {
        Self {
            office,
            ..self.clone()
        }
    }

    /// Hands in under a key; `None` where no answer came.
    async fn hand_in(self, key: String, contents: Vec<ApplicationContent>) -> Option<Told> {
        let actor = Actor::Office(self.office);
        let request = RequestKey {
            caller: format!("office:{}", self.office),
            fingerprint: openssl::sha::sha256(key.as_bytes()),
            key,
        };
        let handing = Handing {
            office: self.office,
            note: note(&self.gateway, &actor, None),
            request: Some(&request),
            answer: &|outcomes| {
                let body = serde_json::to_string(&in_words(outcomes))?;
                let is_new = |one: &Outcome| matches!(one, Ok(Taken::New(_)));
                let answer = Answer { status: 200, body };
                Ok(outcomes.iter().any(is_new).then_some(answer))
            },
        };
        match submit(&self.gateway, &handing, contents).await {
            Err(failure) => {
                println!("{failure:?}");
                None
            }
            Ok(Submitted::Now(outcomes, _)) => Some(outcomes.iter().map(number_of).collect()),
            Ok(Submitted::Before(answer)) => {
                let said: Vec<Option<String>> = serde_json::from_str(&answer.body).unwrap();
                let number = |one: Option<String>| one.ok_or(SubmitRefusal::Overtaken);
                Some(said.into_iter().map(number).collect())
            }
        }
    }

    async fn hand_in_one(self, content: ApplicationContent) -> Option<Told> {
        let key = format!("{} alone", content.office_reference);
        self.hand_in(key, vec![content]).await
    }
}

fn number_of(outcome: &Outcome) -> Result<String, SubmitRefusal> {
    match outcome {
        Ok(Taken::New(application) | Taken::Before(application)) => Ok(application.number.clone()),
        Err(refusal) => Err(refusal.clone()),
    }
}

fn in_words(outcomes: &[Outcome]) -> Vec<Option<String>> {
    outcomes.iter().map(|one| number_of(one).ok()).collect()
}

/// Every application's number by its office's reference; none stands there twice.
async fn stored(world: &World) -> BTreeMap<String, String> {
    let mut tx = world.read().await;
    let all = rows!(
        (String, String),
        &mut tx,
        "SELECT office_reference, number FROM applications ORDER BY number"
    );
    let count = all.len();
    let by_reference: BTreeMap<String, String> = all.into_iter().collect();
    assert_eq!(by_reference.len(), count, "a reference stands there twice");
    by_reference
}

/// Holds the feed of an office, so that nothing about it is committed meanwhile.
async fn hold_lane(world: &World, office: OfficeId) -> Tx {
    let mut tx = world.write().await;
    let held = rows!(
        (String,),
        &mut tx,
        "SELECT lane FROM lanes WHERE lane = $1 FOR UPDATE",
        lane_of(office)
    );
    assert_eq!(held.len(), 1);
    tx
}

/// Returns when everybody who hands in has come as far as he can.
async fn until_all_wait(world: &World) {
    let mut looks = 0;
    while looks < LOOKS {
        let mut tx = world.read().await;
        let waiting = rows!(
            (i64,),
            &mut tx,
            "SELECT COUNT(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'"
        );
        looks += usize::from(waiting != [(0,)]);
    }
}

async fn all(mut requests: JoinSet<Option<Told>>) -> Vec<Told> {
    let mut told = Vec::new();
    while let Some(one) = requests.join_next().await {
        if let Ok(one) = one {
            told.push(one.expect("an answer"));
        }
    }
    told
}

#[tokio::test]
async fn what_arrives_at_once_is_numbered_without_gaps() {
    let Some(mut world) = Box::pin(world()).await else {
        return;
    };
    let counter = Counter::of(&world.gateway, world.offices[0].id);
    let mut held = Vec::new();
    for office in &world.offices[..3] {
        held.push(hold_lane(&world, office.id).await);
    }
    let mut requests = JoinSet::new();
    for turn in 0..12 {
        let office = world.offices[turn % 3].id;
        requests.spawn(counter.at(office).hand_in_one(world.content()));
    }
    until_all_wait(&world).await;
    drop(held);

    let told = all(requests).await;

    let stored: BTreeSet<String> = stored(&world).await.into_values().collect();
    let numbers = told.iter().map(|one| one[0].clone().unwrap());
    assert_eq!(numbers.collect::<BTreeSet<_>>(), stored);
    for office in &world.offices[..3] {
        for serial in 1..=4 {
            let number = format!("{}-2026-{serial:06}", office.code);
            assert!(stored.contains(&number), "{number} of {stored:?}");
        }
    }
}

#[tokio::test]
async fn of_one_person_at_once_one_is_taken_in_and_nobody_else_is_harmed() {
    let Some(mut world) = Box::pin(world()).await else {
        return;
    };
    let counter = Counter::of(&world.gateway, world.offices[0].id);
    let held = hold_lane(&world, counter.office).await;
    let mut requests = JoinSet::new();
    let mut same_person = world.content();
    for _ in 0..8 {
        requests.spawn(counter.clone().hand_in_one(world.content()));
    }
    for turn in 0..3 {
        same_person.office_reference = format!("SAME-{turn}");
        requests.spawn(counter.clone().hand_in_one(same_person.clone()));
    }
    until_all_wait(&world).await;
    held.commit().await.unwrap();

    let told: Told = all(requests).await.into_iter().flatten().collect();

    let (taken, refused): (Vec<_>, Vec<_>) = told.into_iter().partition(Result::is_ok);
    assert_eq!((taken.len(), refused.len()), (9, 2));
    for refusal in refused {
        let Err(SubmitRefusal::PersonHasOpenOne { own_number }) = refusal else {
            panic!("{refusal:?}")
        };
        assert!(own_number.is_some());
    }
    assert_eq!(stored(&world).await.len(), 9);
}

#[tokio::test]
async fn of_two_gateways_with_the_same_applications_one_dies_anywhere_and_each_exists_once() {
    let Some(mut world) = Box::pin(world()).await else {
        return;
    };
    let clock = Clock::Manual(world.clock.clone());
    let other = Gateway::open(world.config.clone(), clock, Random::seeded(8)).await;
    let (other, office) = (other.unwrap(), world.offices[0].id);
    for transactions in 0..30 {
        let contents: Vec<_> = (0..6).map(|_| world.content()).collect();
        let mut dying = world.gateway.clone();
        let interruption = Interruption::after(transactions);
        dying.store = dying.store.interrupted(interruption);
        let (dying, living) = (Counter::of(&dying, office), Counter::of(&other, office));
        let mut requests: Vec<BoxFuture<'_, Option<Told>>> = Vec::new();
        for (place, content) in contents.iter().enumerate() {
            requests.push(Box::pin(dying.clone().hand_in_one(content.clone())));
            // Some do not stay for the answer.
            let polls = if place % 3 == 0 {
                transactions
            } else {
                i64::MAX
            };
            let request = living.clone().hand_in_one(content.clone());
            requests.push(Box::pin(while_polled(polls, request)));
        }
        let batch = format!("batch {transactions}");
        let whole = living.clone().hand_in(batch.clone(), contents.clone());
        requests.push(Box::pin(whole));

        let told = join_all(requests).await;

        let stored = stored(&world).await;
        let mut places: Vec<&[ApplicationContent]> = Vec::new();
        for content in &contents {
            places.extend([std::slice::from_ref(content); 2]);
        }
        places.push(&contents);
        for (answer, contents) in told.into_iter().zip(places) {
            for (number, content) in answer.into_iter().flatten().zip(contents) {
                let number = number.expect("nothing is wrong with any of them");
                assert_eq!(stored[&content.office_reference], number);
            }
        }
        let again = living.hand_in(batch, contents.clone()).await.unwrap();
        let stored = self::stored(&world).await;
        for (number, content) in again.into_iter().zip(&contents) {
            assert_eq!(stored[&content.office_reference], number.unwrap());
        }
    }
    let handed_in = 30 * 6;
    assert_eq!(stored(&world).await.len(), handed_in);
    let mut tx = world.read().await;
    for (text, count) in [
        (
            "SELECT COUNT(*) FROM outbox WHERE kind LIKE '%application.received%'",
            handed_in,
        ),
        ("SELECT COUNT(*) FROM payment_references", handed_in),
        ("SELECT COUNT(*) FROM sealed_contents", handed_in),
    ] {
        let found = rows!((i64,), &mut tx, text);
        assert_eq!(found, [(i64::try_from(count).unwrap(),)], "{text}");
    }
}

#[tokio::test]
async fn a_transaction_that_is_given_up_while_it_begins_is_left_open_for_nobody() {
    let Some(mut world) = Box::pin(world()).await else {
        return;
    };
    world.config.database.connections_max = 1;
    world.restart().await;
    for polls in 0..12 {
        let beginning = async { world.gateway.store.read().await.ok() };
        drop(while_polled(polls, beginning).await);
        // The same connection, on which what was begun would forbid to write.
        let mut tx = world.write().await;
        let number = counters::take_number(&mut tx, "test").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(number, polls + 1);
    }
}

/// Lets a request go on until it was polled so often; then nobody waits for it any more.
async fn while_polled<T>(mut polls: i64, request: impl Future<Output = Option<T>>) -> Option<T> {
    let mut request = pin!(request);
    poll_fn(move |context| {
        polls -= 1;
        if polls < 0 {
            return Poll::Ready(None);
        }
        request.as_mut().poll(context)
    })
    .await
}
