//! Cards after they are made: on their way, counted, complained of, made anew, never lost from sight.

pub(crate) mod complaints;
mod consignments;
mod random;
mod replacements;

use cei_gateway::bureau::acknowledgement::{Acknowledgement, Entry, Shipment, ShippedCard};
use cei_gateway::domain::acknowledgement::LineEvent::{
    self, CardMade, LineAccepted, ParcelShipped,
};
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::card::CardState;
use cei_gateway::domain::id::OfficeId;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::Failure;
use cei_gateway::flow::consignments::{Counted, Scan, ScanRefusal, scan};
use cei_gateway::flow::decide_card::{CardDecision, CardRefusal, decide_card};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::report_card::{Report, ReportRefusal, report_card};
use cei_gateway::store::applications::Application;
use cei_gateway::store::order_lines::OrderLine;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{cards, holds};
use cei_gateway::worker::janitor::Janitor;
use cei_gateway::worker::{Progress, Worker};

use crate::kit::world::World;

/// The consignment of these tests.
const CONSIGNMENT: &str = "AWB-0001";

/// The number of the card on a line of an order: no other order has the same day and serial.
fn card_number(order: &Order, line_no: u32) -> String {
    let end = order.number.len();
    let part = |from, to| order.number.get(from..to).expect("an order's number");
    let (day, serial) = (part(end - 7, end - 5), part(end - 2, end));
    format!("C{day}{serial}{line_no:04}")
}

impl World {
    /// The words that a card was made and, if asked, shipped; numbered from 1.
    async fn made(&self, order: &Order, line_no: u32, shipped: bool) -> Vec<Entry> {
        let words = [LineAccepted, CardMade, ParcelShipped];
        let words = &words[..if shipped { 3 } else { 2 }];
        let entries = self.entries(order, line_no, 1, words).await;
        let number = card_number(order, line_no);
        let entries = entries.into_iter().map(|entry| Entry {
            document_number: (entry.status == CardMade).then(|| number.clone()),
            consignment: (entry.status == ParcelShipped).then(|| CONSIGNMENT.to_owned()),
            ..entry
        });
        entries.collect()
    }

    /// A parcel for every card of an order, each to the office where its card is collected.
    async fn parcels(&self, order: &Order) -> Vec<Shipment> {
        let mut shipments = Vec::new();
        for line in self.lines(order).await {
            let line_no = u32::try_from(line.line_no).unwrap();
            let application = self.application(line.application).await;
            let mut offices = self.offices.iter();
            let office = offices.find(|office| office.id == application.collect_office);
            shipments.push(Shipment {
                consignment: CONSIGNMENT.to_owned(),
                parcel: format!("{}-{line_no}", order.number),
                office_code: office.unwrap().code.clone(),
                cards: vec![ShippedCard {
                    application_number: application.number,
                    document_number: card_number(order, line_no),
                }],
            });
        }
        shipments
    }

    /// Hears that every card of an order is made and shipped, with their parcels.
    async fn ship(&self, order: &Order) {
        let mut entries = Vec::new();
        for line in self.lines(order).await {
            let line_no = u32::try_from(line.line_no).unwrap();
            entries.extend(self.made(order, line_no, true).await);
        }
        self.tell(entries, self.parcels(order).await).await;
    }

    /// Hears words and parcels, which must be acted upon.
    async fn tell(&self, entries: Vec<Entry>, shipments: Vec<Shipment>) {
        let words = Acknowledgement {
            shipments,
            ..self.acknowledgement(entries)
        };
        let heard = self.hear(self.signed(&words)).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
    }

    /// Adds so many applications whose cards are made and shipped to the first office.
    async fn shipped_order(&mut self, lines: usize) -> Order {
        let order = self.received_order(lines).await;
        self.ship(&order).await;
        order
    }

    /// Adds so many applications and has them ordered with what waits already.
    async fn order_waiting(&mut self, more: usize) -> Order {
        self.ready_many(more).await;
        self.next_order().await
    }

    /// The first line of an order.
    async fn line(&self, order: &Order) -> OrderLine {
        self.lines(order).await.swap_remove(0)
    }

    /// The application of the first line of an order.
    async fn first(&self, order: &Order) -> Application {
        let line = self.line(order).await;
        self.application(line.application).await
    }

    /// Hears the next words on the first line of an order.
    async fn say(&self, order: &Order, words: &[LineEvent]) {
        let line = self.line(order).await;
        let next = u32::try_from(line.last_sequence).unwrap() + 1;
        self.acknowledge(self.entries(order, 1, next, words).await)
            .await;
    }

    /// What has become of a card.
    async fn card(&self, number: &str) -> Option<CardState> {
        let found = cards::find(&mut self.read().await, number).await;
        found.unwrap().map(|card| card.state)
    }

    /// An office scans cards of the consignment.
    async fn scan(
        &self,
        office: OfficeId,
        numbers: &[&str],
        is_final: bool,
    ) -> Result<Counted, ScanRefusal> {
        let numbers: Vec<String> = numbers.iter().map(|number| (*number).to_owned()).collect();
        let part = Scan {
            office,
            consignment: CONSIGNMENT,
            document_numbers: &numbers,
            is_final,
        };
        let actor = Actor::Office(office);
        let note = note(&self.gateway, &actor, None);
        let mut tx = self.write().await;
        let counted = scan(&mut tx, &self.gateway, part, &note).await;
        refusal_or(counted, tx).await
    }

    /// An office reports a card.
    async fn report(
        &self,
        application: &Application,
        report: Report,
    ) -> Result<Application, ReportRefusal> {
        let office = application.collect_office;
        let actor = Actor::Office(office);
        let note = note(&self.gateway, &actor, None);
        let mut tx = self.write().await;
        let id = application.id;
        let reported = report_card(&mut tx, &self.gateway, (office, id), report, None, &note).await;
        refusal_or(reported, tx).await
    }

    /// An operator decides about a card.
    async fn decide(
        &self,
        application: &Application,
        decision: CardDecision,
    ) -> Result<Application, CardRefusal> {
        let actor = Actor::Operator("test".to_owned());
        let number = &application.number;
        let decided = decide_card(&self.gateway, number, decision, &actor, "a test").await;
        decided.map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Broken(error) => panic!("{error:?}"),
        })
    }

    /// Lets the janitor work until it finds nothing.
    async fn tidy(&self) {
        while Janitor.pass(&self.gateway).await.unwrap() == Progress::Worked {}
    }

    /// The details of the open holds with this code.
    async fn details(&self, code: u16) -> Vec<String> {
        let open = holds::list_open(&mut self.read().await, Some(code), None, 100).await;
        open.unwrap().into_iter().map(|hold| hold.detail).collect()
    }

    /// Has the application of the first line ordered anew and the new order received.
    async fn next_order(&self) -> Order {
        self.pass(chrono::TimeDelta::hours(6));
        self.settle().await;
        self.deliver().await;
        let order = self.orders().await.pop().unwrap();
        let receipt = self.receipt_of(&order, cei_gateway::bureau::receipt::Outcome::Ok);
        self.receive(&receipt).await;
        self.order(&order.number).await
    }

    /// Where the application of the first line of an order stands.
    async fn state(&self, order: &Order) -> ApplicationState {
        self.first(order).await.state
    }
}

/// Commits what was done; what was refused is dropped.
async fn refusal_or<T, R: std::fmt::Debug>(
    done: Result<T, Failure<R>>,
    tx: cei_gateway::store::Tx,
) -> Result<T, R> {
    match done {
        Ok(value) => {
            tx.commit().await.unwrap();
            Ok(value)
        }
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Broken(error)) => panic!("{error:?}"),
    }
}
