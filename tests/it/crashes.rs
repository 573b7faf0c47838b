//! A process that dies between any two transactions loses nothing and does nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::domain::acknowledgement::LineEvent::{
    CardMade, LineAccepted, LineReceived, LineRejected,
};
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::id::OrderId;
use cei_gateway::flow::receive_document::keep;
use cei_gateway::flow::send_order::{Arrival, lease_next, record_attempt};
use cei_gateway::gateway::Gateway;
use cei_gateway::store::applications::Application;
use cei_gateway::store::inbox::InboxSource;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{Interruption, history, order_lines, orders, outbox};
use cei_gateway::worker::batcher::Batcher;
use cei_gateway::worker::drain;
use cei_gateway::worker::reconciler::Reconciler;
use chrono::TimeDelta;

use crate::kit::world::{World, both_worlds, morning};

/// Transactions after which the process dies at the latest; a whole day has fewer.
const TRANSACTIONS_MAX: i64 = 300;

/// A bureau that remembers what it took and what it said, and says it again in the same bytes.
#[derive(Default)]
struct Bureau {
    taken: BTreeMap<String, Vec<u8>>,
    said: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Bureau {
    /// Takes an order; the same number never comes with other bytes.
    fn take(&mut self, order: &Order) {
        let digest = order.sha256.clone().expect("signed bytes");
        let before = self.taken.insert(order.number.clone(), digest.clone());
        assert!(before.is_none_or(|before| before == digest), "other bytes");
    }

    /// What it says of an order that it took: that it has it, that every line of a second attempt
    /// is accepted, and of the others that the last is refused for a technical reason.
    async fn says(&mut self, world: &World, order: &Order) -> Vec<Vec<u8>> {
        if !self.said.contains_key(&order.number) {
            let receipt = world.receipt_of(order, Outcome::Ok);
            let mut words = Vec::new();
            let lines = world.lines(order).await;
            for line in &lines {
                let line_no = u32::try_from(line.line_no).unwrap();
                let is_refused = line.attempt == 1 && line.line_no == order.line_count;
                if is_refused {
                    words.push(Entry {
                        reason: Some(404),
                        ..world.entry(order, line_no, 1, LineRejected).await
                    });
                } else {
                    let heard = [LineReceived, LineAccepted, CardMade];
                    words.extend(world.entries(order, line_no, 1, &heard).await);
                }
            }
            let documents = vec![
                world.signed_receipt(&receipt),
                world.signed(&world.acknowledgement(words)),
            ];
            self.said.insert(order.number.clone(), documents);
        }
        self.said[&order.number].clone()
    }
}

/// Everything that happens in a day, as far as the process lives. Done again from the start, it
/// finds what was left.
async fn live(world: &World, gateway: &Gateway, bureau: &mut Bureau) -> anyhow::Result<()> {
    for _ in 0..2 {
        drain(&Batcher, gateway, 100).await?;
        while let Some(departure) = lease_next(gateway, "test").await? {
            bureau.take(&departure.order);
            let arrival = Arrival {
                verdict: DeliveryVerdict::Delivered,
                status: Some(201),
                detail: None,
                retry_after: None,
                unsendable: None,
                started_at: gateway.clock.now(),
            };
            record_attempt(gateway, &departure, &arrival).await?;
        }
        let taken: Vec<String> = bureau.taken.keys().cloned().collect();
        for number in taken {
            let order = world.order(&number).await;
            for document in bureau.says(world, &order).await {
                keep(gateway, InboxSource::Bureau, document).await?;
                drain(&Reconciler, gateway, 100).await?;
            }
        }
        world.pass(TimeDelta::hours(4));
    }
    Ok(())
}

/// What is left of a day, in words that are the same for every day.
#[derive(Debug, Eq, PartialEq)]
struct Left {
    applications: Vec<String>,
    lines: Vec<String>,
    orders: Vec<String>,
    messages: Vec<usize>,
    holds: usize,
}

async fn left(world: &World, applications: &[Application]) -> Left {
    let mut left = Left {
        applications: Vec::new(),
        lines: Vec::new(),
        orders: Vec::new(),
        messages: Vec::new(),
        holds: world.holds().await.len(),
    };
    let mut tx = world.read().await;
    let mut ordered: BTreeSet<OrderId> = BTreeSet::new();
    for application in applications {
        let state = world.application(application.id).await.state;
        let told = history::list(&mut tx, application.id.0, 1_000).await;
        let steps = told.unwrap().len();
        left.applications
            .push(format!("{state} after {steps} steps"));
        let lines = order_lines::list_of_application(&mut tx, application.id).await;
        for line in lines.unwrap() {
            ordered.insert(line.order);
            let (state, heard) = (line.state, line.last_sequence);
            left.lines
                .push(format!("attempt {}: {state} {heard}", line.attempt));
        }
    }
    let lane = world.gateway.bureau_lane();
    let sent = outbox::list_after(&mut tx, &lane, 0, 10_000).await.unwrap();
    for id in ordered {
        let order = orders::find(&mut tx, id).await.unwrap().unwrap();
        left.orders
            .push(format!("{} of {}", order.state, order.line_count));
        let of_order = sent.iter().filter(|message| message.subject_id == id.0);
        left.messages.push(of_order.count());
    }
    left
}

/// One day with two new applications; the process dies after so many transactions and starts
/// again. Returns what is left, and whether it died.
async fn day(world: &mut World, number: i64, dies_after: i64) -> (Left, bool) {
    world.wait_until(morning() + TimeDelta::days(number));
    let applications = world.ready_many(2).await;
    world.pass(TimeDelta::hours(4));
    let mut bureau = Bureau::default();
    let interruption = Interruption::after(dies_after);
    let mut dying = world.gateway.clone();
    dying.store = world.gateway.store.interrupted(interruption.clone());
    let lived = live(world, &dying, &mut bureau).await;
    let died = lived.is_err();
    if died {
        assert!(interruption.has_struck(), "{lived:?}");
        // Its lease runs out before anybody else may send.
        world.pass(TimeDelta::minutes(2));
        let again = world.gateway.clone();
        live(world, &again, &mut bureau)
            .await
            .expect("a life without end");
    }
    (left(world, &applications).await, died)
}

both_worlds! {
    async fn a_process_that_dies_anywhere_leaves_the_same_as_one_that_lives(world: &mut World) {
        // Many days pass, in which nobody hands cards over.
        world.config.reconciliation.overdue_days = 1_000;
        world.restart().await;
        let (expected, died) = day(world, 0, 100_000).await;
        assert!(!died);
        assert_eq!(expected.lines, ["attempt 1: PRODUCED 3", "attempt 1: REJECTED 1", "attempt 2: PRODUCED 3"]);
        assert_eq!((expected.messages.as_slice(), expected.holds), ([1, 1].as_slice(), 0));

        for transactions in 0..TRANSACTIONS_MAX {
            let (left, died) = day(world, transactions + 1, transactions).await;
            assert_eq!(left, expected, "died after {transactions} transactions");
            if !died {
                assert!(transactions > 30, "a day of {transactions} transactions");
                return;
            }
        }
        panic!("a day without end");
    }
}
