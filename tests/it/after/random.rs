//! No card is lost from sight, in whatever order the bureau, the offices and operators speak: in the
//! end each card was handed over, destroyed, has failed or is void, or somebody is told to look.

use std::collections::BTreeMap;

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::domain::acknowledgement::LineEvent::{self, *};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::card::CardState;
use cei_gateway::flow::decide_card::CardDecision;
use cei_gateway::flow::report_card::Report;
use cei_gateway::random::Random;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{cards, holds};
use chrono::TimeDelta;

use crate::after::{CONSIGNMENT, card_number};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Steps of one history.
const STEPS: usize = 45;
/// Cards in it at the beginning.
const CARDS: usize = 4;

/// What the bureau may say of a card, most of it sensible, some of it not.
const WORDS: &[LineEvent] = &[
    LineAccepted,
    ProductionBegun,
    CardMade,
    CardMade,
    ParcelShipped,
    ParcelShipped,
    QualityCheckFailed,
    CardRemade,
    CardSpoiled,
    ParcelLost,
    ParcelDamaged,
    ParcelUndeliverable,
    CardReturned,
    CardDestroyed,
    BiometricsErased,
];

/// A history in the making.
struct Story {
    world: World,
    random: Random,
    /// Cards that were made so far, with the line that they were made on.
    made: BTreeMap<String, (Order, u32)>,
    serial: u32,
}

impl Story {
    fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        let count = u64::try_from(from.len()).unwrap();
        &from[usize::try_from(self.random.below(count)).unwrap()]
    }

    /// A random line of a random order.
    async fn any_line(&self) -> (Order, u32) {
        let orders = self.world.orders().await;
        let order = self.pick(&orders).clone();
        let lines = self.world.lines(&order).await;
        let line_no = u32::try_from(self.pick(&lines).line_no).unwrap();
        (order, line_no)
    }

    async fn state(&self, order: &Order, line_no: u32) -> (LineState, u32) {
        let lines = self.world.lines(order).await;
        let line = lines.iter().find(|line| line.line_no == i64::from(line_no));
        let line = line.unwrap();
        (line.state, u32::try_from(line.last_sequence).unwrap())
    }

    /// The bureau says one word on a line: one that may follow, or now and then any at all.
    async fn word(&mut self, word: LineEvent, (order, line_no): &(Order, u32)) {
        let (state, last) = self.state(order, *line_no).await;
        if state.after(word).is_err() && self.random.below(8) > 0 {
            return;
        }
        let is_new = matches!(word, CardMade | CardRemade);
        let number = is_new.then(|| {
            self.serial += 1;
            let card = card_number(order, *line_no);
            format!("{}{:02}", card.get(..7).unwrap(), self.serial % 100)
        });
        let entry = self.world.entry(order, *line_no, last + 1, word).await;
        let entry = Entry {
            document_number: number.clone(),
            consignment: (word == ParcelShipped).then(|| CONSIGNMENT.to_owned()),
            ..entry
        };
        self.world.acknowledge(vec![entry.clone()]).await;
        if self.random.below(4) == 0 {
            self.world.acknowledge(vec![entry]).await;
        }
        self.made
            .extend(number.map(|number| (number, (order.clone(), *line_no))));
    }

    /// The bureau tells of a parcel with the newest card of a line.
    async fn parcel(&self, at: &(Order, u32)) {
        let newest = self.made.iter().rfind(|(_, made)| *made == at);
        let Some((number, (order, line_no))) = newest else {
            return;
        };
        let place = usize::try_from(*line_no).unwrap() - 1;
        let mut shipment = self.world.parcels(order).await.swap_remove(place);
        shipment.parcel = format!("P-{number}");
        shipment.cards[0].document_number.clone_from(number);
        self.world.tell(Vec::new(), vec![shipment]).await;
    }

    /// The office scans a card, or reports one.
    async fn office(&self, at: &(Order, u32)) {
        let office = self.world.offices[0].id;
        let numbers: Vec<&String> = self.made.keys().collect();
        if self.random.below(2) == 0 && !numbers.is_empty() {
            let number = self.pick(&numbers).as_str();
            // Before the first notice there is nothing to count.
            drop(
                self.world
                    .scan(office, &[number], self.random.below(4) == 0)
                    .await,
            );
            return;
        }
        let (order, line_no) = at;
        let lines = self.world.lines(order).await;
        let line = lines
            .iter()
            .find(|line| line.line_no == i64::from(*line_no));
        let application = self.world.application(line.unwrap().application).await;
        let report = *self.pick(&[Report::ReceivedAtOffice, Report::HandedOver]);
        drop(self.world.report(&application, report).await);
    }

    /// An operator decides something about the application of a line.
    async fn operator(&self, (order, line_no): &(Order, u32)) {
        let lines = self.world.lines(order).await;
        let line = lines
            .iter()
            .find(|line| line.line_no == i64::from(*line_no));
        let application = self.world.application(line.unwrap().application).await;
        let decision = *self.pick(CardDecision::ALL);
        drop(self.world.decide(&application, decision).await);
    }

    async fn step(&mut self) {
        let at = self.any_line().await;
        match self.random.below(10) {
            0..=4 => {
                let word = *self.pick(WORDS);
                self.word(word, &at).await;
            }
            5 => self.parcel(&at).await,
            6 | 7 => self.office(&at).await,
            8 => self.operator(&at).await,
            _ => {
                self.world.pass(TimeDelta::hours(7));
                self.world.settle().await;
                self.world.deliver().await;
            }
        }
    }

    /// Brings everything to rest: what was made is shipped, counted, and lies until its term ends.
    async fn conclude(&mut self) {
        let made = self.made.clone();
        for (_, at) in made {
            let (state, _) = self.state(&at.0, at.1).await;
            if state == LineState::InProduction {
                self.word(CardMade, &at).await;
            }
            self.world.settle().await;
            if self.state(&at.0, at.1).await.0 == LineState::Produced {
                self.word(ParcelShipped, &at).await;
            }
            self.parcel(&at).await;
        }
        drop(self.world.scan(self.world.offices[0].id, &[], true).await);
        self.world.pass(TimeDelta::days(92));
        self.world.tidy().await;
    }

    /// Every card has its end, or somebody is told of it.
    async fn check(&self) {
        let mut tx = self.world.read().await;
        let open = holds::list_open(&mut tx, None, None, 1_000).await.unwrap();
        let mut handed_over: BTreeMap<_, usize> = BTreeMap::new();
        for (number, (order, line_no)) in &self.made {
            let Some(card) = cards::find(&mut tx, number).await.unwrap() else {
                // The bureau made what it could not have made: the line is held.
                let line = open.iter().any(|hold| hold.code == 807);
                assert!(line, "{number} of {}/{line_no} is nowhere", order.number);
                continue;
            };
            if card.state == CardState::HandedOver {
                *handed_over.entry(card.application).or_default() += 1;
            }
            let application = self.world.application(card.application).await;
            let told = |hold: &&holds::Hold| {
                [card.line.0, card.application.0].contains(&hold.subject_id)
                    || hold.detail.contains(&application.number)
            };
            assert!(
                card.state.is_end() || open.iter().any(|hold| told(&hold)),
                "{number} is {}, its application {}, and nobody is told",
                card.state,
                application.state
            );
        }
        assert!(
            handed_over.values().all(|count| *count == 1),
            "two cards for one holder"
        );
    }
}

/// Plays a history to its end; returns how many cards were made in it.
async fn play(database: Database, seed: u64) -> usize {
    let mut world = World::start(database).await;
    let order = world.received_order(CARDS).await;
    let mut begun = Vec::new();
    for line_no in 1..=u32::try_from(CARDS).unwrap() {
        begun.extend(
            world
                .entries(&order, line_no, 1, &[LineAccepted, ProductionBegun])
                .await,
        );
    }
    world.acknowledge(begun).await;
    let mut story = Story {
        world,
        random: Random::seeded(seed),
        made: BTreeMap::new(),
        serial: 0,
    };
    for _ in 0..STEPS {
        story.step().await;
    }
    story.conclude().await;
    story.check().await;
    story.world.leave_unsettled();
    story.made.len()
}

#[tokio::test]
async fn no_card_is_lost_from_sight_on_sqlite() {
    let mut made = 0;
    for seed in 1..=12 {
        made += Box::pin(play(Database::sqlite().await, seed)).await;
    }
    assert!(made >= 24, "histories of nothing: {made} cards");
}

#[tokio::test]
async fn no_card_is_lost_from_sight_on_postgres() {
    let mut made = 0;
    for seed in 21..=24 {
        let Some(database) = Database::postgres().await else {
            return;
        };
        made += Box::pin(play(database, seed)).await;
    }
    assert!(made >= 4, "histories of nothing: {made} cards");
}
