//! Whatever operators, the network and the bureau do in whatever order: no card is asked for twice
//! where two could be made, and nothing is left that nobody looks at.

use std::collections::{BTreeMap, BTreeSet};

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::domain::acknowledgement::{LineEvent, LineState};
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::id::{ApplicationId, HoldId, OrderLineId};
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::order_action::OrderAction;
use cei_gateway::flow::decide_hold::{self, Decision};
use cei_gateway::flow::force_word::{WordProposal, approve, propose};
use cei_gateway::random::Random;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{holds, outbox};
use chrono::TimeDelta;

use crate::failed_orders::{act, operator, refusal};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Steps of one story.
const STEPS: usize = 60;

/// A bureau that remembers what it holds, and where it stands with each line.
#[derive(Default)]
struct Bureau {
    held: BTreeSet<String>,
    refused: BTreeSet<String>,
    lines: BTreeMap<OrderLineId, (LineState, u32)>,
}

impl Bureau {
    /// The next word on a line, one that its own state allows.
    fn next_word(&self, line: OrderLineId, random: &Random) -> Option<(LineEvent, LineState, u32)> {
        let (state, sequence) = self
            .lines
            .get(&line)
            .copied()
            .unwrap_or((LineState::Placed, 0));
        let words: Vec<(LineEvent, LineState)> = [
            LineEvent::LineReceived,
            LineEvent::LineAccepted,
            LineEvent::LineRejected,
            LineEvent::ProductionBegun,
            LineEvent::CardMade,
            LineEvent::ParcelShipped,
            LineEvent::LineCancelled,
        ]
        .into_iter()
        .filter_map(|event| Some((event, state.after(event).ok()?)))
        .collect();
        let (event, next) = *words.get(pick(random, words.len())?)?;
        Some((event, next, sequence + 1))
    }
}

/// A place among `count`.
fn pick(random: &Random, count: usize) -> Option<usize> {
    let count = u64::try_from(count).ok().filter(|count| *count > 0)?;
    usize::try_from(random.below(count)).ok()
}

/// One story: a world, its bureau, and chance.
struct Story {
    world: World,
    bureau: Bureau,
    random: Random,
    told: Vec<String>,
}

impl Story {
    async fn any_order(&self) -> Option<Order> {
        let all = self.world.orders().await;
        let place = pick(&self.random, all.len())?;
        all.into_iter().nth(place)
    }

    async fn step(&mut self) {
        let what = self.random.below(12);
        self.told.push(what.to_string());
        match what {
            0 => {
                let some = pick(&self.random, 3).unwrap_or(0);
                self.world.ready_many(some + 1).await;
                self.world.pass(TimeDelta::hours(4));
            }
            1 | 2 => self.deliver().await,
            3 => self.receipt().await,
            4 | 5 => self.word().await,
            6 => self.force().await,
            7 => self.note().await,
            8 => self.world.pass(TimeDelta::hours(7)),
            _ => self.act().await,
        }
        self.world.settle().await;
        self.look().await;
    }

    async fn deliver(&mut self) {
        let (verdict, status, takes) = match self.random.below(4) {
            0 => (DeliveryVerdict::Permanent, 403, false),
            1 => (DeliveryVerdict::Ambiguous, 504, self.random.below(2) == 0),
            2 => (DeliveryVerdict::Retry, 503, false),
            _ => (DeliveryVerdict::Delivered, 201, true),
        };
        for number in self.world.try_to_deliver(verdict, status).await {
            // A quarantine stops what leaves, not what is on its way; nothing is on its way here.
            assert!(
                !self.world.order(&number).await.quarantined,
                "{:?}",
                self.told
            );
            if takes && !self.bureau.refused.contains(&number) {
                self.bureau.held.insert(number);
            }
        }
    }

    async fn receipt(&mut self) {
        let Some(order) = self.any_order().await else {
            return;
        };
        let number = order.number.clone();
        let came = matches!(order.state, OrderState::Sent) || self.bureau.held.contains(&number);
        if !came || order.sha256.is_none() {
            return;
        }
        let has_spoken = self
            .world
            .lines(&order)
            .await
            .iter()
            .any(|line| self.bureau.lines.contains_key(&line.id));
        let receipt = if self.random.below(2) == 0 && !has_spoken && order.receipt_at.is_none() {
            self.bureau.held.remove(&number);
            self.bureau.refused.insert(number);
            refusal(&self.world, &order, 302, "line 1: the face")
        } else if self.bureau.held.contains(&number) {
            self.world.receipt_of(&order, Outcome::Ok)
        } else {
            return;
        };
        let document = self.world.signed_receipt(&receipt);
        self.world.arrive(document).await;
    }

    /// The bureau says something in a document, now and then twice.
    async fn word(&mut self) {
        let Some(entry) = self.next_entry().await else {
            return;
        };
        let words = self.world.acknowledgement(vec![entry]);
        let document = self.world.signed(&words);
        if self.random.below(4) == 0 {
            self.world.arrive(document.clone()).await;
        }
        self.world.arrive(document).await;
    }

    async fn next_entry(&mut self) -> Option<Entry> {
        let order = self.any_order().await?;
        if !self.bureau.held.contains(&order.number) {
            return None;
        }
        let lines = self.world.lines(&order).await;
        let line = lines.get(pick(&self.random, lines.len())?)?;
        let (event, state, sequence) = self.bureau.next_word(line.id, &self.random)?;
        self.bureau.lines.insert(line.id, (state, sequence));
        let line_no = u32::try_from(line.line_no).ok()?;
        Some(Entry {
            reason: (event == LineEvent::LineRejected).then_some(404),
            document_number: (event == LineEvent::CardMade)
                .then(|| number_of(line.attempt, &line.id)),
            ..self.world.entry(&order, line_no, sequence, event).await
        })
    }

    /// The bureau tells its next word on the telephone, and later in a document, or never.
    async fn force(&mut self) {
        let Some(entry) = self.next_entry().await else {
            return;
        };
        let proposal = WordProposal {
            order: entry.order_number.clone(),
            line_no: i64::from(entry.line_no),
            status: entry.status,
            reason: entry.reason,
            document_number: entry.document_number.clone(),
            consignment: None,
            occurred_at: None,
            evidence: "a call".to_owned(),
        };
        let gateway = &self.world.gateway;
        if let Ok(word) = propose(gateway, &proposal, (&operator("ana"), "urgent")).await {
            // Refused where the line has moved; then the proposal waits and expires.
            let second = (&operator("bogdan"), "heard it too");
            approve(gateway, word.id, second).await.ok();
        }
        if self.random.below(3) > 0 {
            let words = self.world.acknowledgement(vec![entry]);
            self.world.arrive(self.world.signed(&words)).await;
        }
    }

    async fn note(&self) {
        let open = holds::list_open(&mut self.world.read().await, None, None, 100).await;
        let open = open.expect("holds");
        let Some(place) = pick(&self.random, open.len()) else {
            return;
        };
        let decision = match self.random.below(2) {
            0 => Decision::Release,
            _ => Decision::TakeNote,
        };
        // Whoever takes note of an application that waits has decided to leave it.
        if decision == Decision::TakeNote && open[place].subject_kind == "APPLICATION" {
            return;
        }
        let (hold, ana) = (HoldId(open[place].id), operator("ana"));
        decide_hold::decide(&self.world.gateway, hold, decision, &ana, "seen")
            .await
            .ok();
    }

    async fn act(&self) {
        let Some(order) = self.any_order().await else {
            return;
        };
        let actions = OrderAction::ALL;
        let action = actions[pick(&self.random, actions.len()).unwrap_or(0)];
        let before = self.world.order(&order.number).await;
        if act(&self.world, &order, action, &[]).await.is_ok() && action == OrderAction::Quarantine
        {
            let undone = act(&self.world, &order, OrderAction::Release, &[]).await;
            undone.expect("the undo");
            let after = self.world.order(&order.number).await;
            assert_eq!((after.state, after.quarantined), (before.state, false));
            if self.random.below(2) == 0 {
                act(&self.world, &order, OrderAction::Quarantine, &[])
                    .await
                    .expect("again");
            }
        }
    }

    /// Holds the world against what must always be true.
    async fn look(&self) {
        let mut live: BTreeMap<ApplicationId, usize> = BTreeMap::new();
        let mut makeable: BTreeMap<ApplicationId, usize> = BTreeMap::new();
        let mut applications = BTreeSet::new();
        for order in self.world.orders().await {
            let is_owned = self.is_owned(&order).await;
            for line in self.world.lines(&order).await {
                applications.insert(line.application);
                if line.state.is_live() {
                    *live.entry(line.application).or_default() += 1;
                    assert!(
                        is_owned,
                        "{} {:?} {:?}",
                        order.number, order.state, self.told
                    );
                }
                let at_bureau = self.bureau.lines.get(&line.id);
                let may_be_made = at_bureau.is_none_or(|(state, _)| state.is_live());
                if self.bureau.held.contains(&order.number) && may_be_made {
                    *makeable.entry(line.application).or_default() += 1;
                }
            }
        }
        assert!(
            live.values().all(|count| *count <= 1),
            "{live:?} {:?}",
            self.told
        );
        let twice = makeable.values().any(|count| *count > 1);
        assert!(!twice, "two cards: {makeable:?} {:?}", self.told);
        for id in applications {
            self.look_at(id, live.contains_key(&id)).await;
        }
    }

    /// An application whose card is under way has a line; another waits where somebody looks.
    async fn look_at(&self, id: ApplicationId, has_line: bool) {
        use ApplicationState::{
            Cancelled, InProduction, OnHold, Ordered, Produced, Ready, Shipped,
        };
        let application = self.world.application(id).await;
        let mut tx = self.world.read().await;
        let held = holds::count_open(&mut tx, id.0).await.expect("holds") > 0;
        let fits = match application.state {
            Ready | Cancelled => !has_line,
            Ordered | InProduction | Produced | Shipped => has_line,
            OnHold => has_line || held,
            _ => true,
        };
        assert!(
            fits,
            "{} is {} {:?}",
            application.number, application.state, self.told
        );
    }

    /// Whether a worker, the bureau or an operator has to do with an order next.
    async fn is_owned(&self, order: &Order) -> bool {
        let mut tx = self.world.read().await;
        let held = holds::count_open(&mut tx, order.id.0).await.expect("holds") > 0;
        if order.quarantined {
            return held;
        }
        let is_dead = outbox::count_dead(&mut tx, order.id.0).await.expect("dead") > 0;
        match order.state {
            // A message waits, or the bureau is asked, or the reconciler ends the doubt.
            OrderState::Queued => !is_dead || held,
            OrderState::ReceiptRejected => held,
            OrderState::Cancelled => false,
            _ => true,
        }
    }
}

/// A card's number that no other line has.
fn number_of(attempt: i64, line: &OrderLineId) -> String {
    let text = line.0.simple().to_string().to_uppercase();
    let last: String = text.chars().skip(text.len() - 7).collect();
    format!("C{}{last}", attempt % 10)
}

async fn tell(seed: u64, database: Database) {
    let mut story = Story {
        world: World::start(database).await,
        bureau: Bureau::default(),
        random: Random::seeded(seed),
        told: vec![format!("seed {seed}:")],
    };
    story.world.ready_many(2).await;
    for _ in 0..STEPS {
        story.step().await;
    }
}

#[tokio::test]
async fn no_story_loses_a_line_or_doubles_a_card() {
    for seed in 1..=8 {
        Box::pin(tell(seed, Database::sqlite().await)).await;
    }
}

#[tokio::test]
async fn no_story_loses_a_line_or_doubles_a_card_on_a_server() {
    for seed in 21..=22 {
        if let Some(database) = Database::postgres().await {
            Box::pin(tell(seed, database)).await;
        }
    }
}
