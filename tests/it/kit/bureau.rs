//! What the bureau says, written and signed with its own key, and heard by a world's gateway.

use std::{fs, slice};

use cei_gateway::bureau::acknowledgement::{Acknowledgement, Entry, write_acknowledgement};
use cei_gateway::bureau::receipt::{Outcome, Receipt, ReceiptReason, write_receipt};
use cei_gateway::domain::acknowledgement::LineEvent;
use cei_gateway::domain::id::InboxId;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::flow::receive_document::{Kept, keep};
use cei_gateway::store::inbox::{self, InboxMessage, InboxSource};
use cei_gateway::store::orders::Order;
use cei_gateway::transport::certificates::{BUREAU_SEAL, certificate_file, key_file};
use cei_gateway::xmldsig::key::PemKey;
use chrono::TimeDelta;
use openssl::sha::sha256;

use crate::kit::world::{World, certificates};

/// The key with which a party of this name signs.
pub(crate) fn key_of(name: &str) -> PemKey {
    let read = |path| fs::read(path).expect("a development certificate");
    let key = read(key_file(certificates(), name));
    let chain = read(certificate_file(certificates(), name));
    PemKey::from_pem(&key, &chain).expect("a signing key")
}

impl World {
    /// The bureau's word that it holds an order, or not.
    pub(crate) fn receipt_of(&self, order: &Order, outcome: Outcome) -> Receipt {
        let digest = order.sha256.as_deref().expect("a sealed order");
        Receipt {
            message_id: self.id(),
            bureau: self.config.bureau.code.clone(),
            test: true,
            created_at: self.now(),
            order_number: order.number.clone(),
            order_sha256: digest.try_into().expect("32 bytes"),
            in_reply_to: Some(order.message_id),
            line_count: u32::try_from(order.line_count).ok(),
            outcome,
        }
    }

    /// The receipt that refuses an order for a fault of its file.
    pub(crate) fn refusal_of(&self, order: &Order) -> Receipt {
        let reason = ReceiptReason {
            code: 104,
            text: "the file does not agree with the schema".to_owned(),
        };
        self.receipt_of(order, Outcome::Rejected(vec![reason]))
    }

    /// The receipt as a document, signed by the bureau.
    pub(crate) fn signed_receipt(&self, receipt: &Receipt) -> Vec<u8> {
        let key = key_of(BUREAU_SEAL);
        let written = write_receipt(Vec::new(), &key, receipt, self.now());
        written.expect("a receipt").0
    }

    /// One word of the bureau on a line of an order.
    pub(crate) async fn entry(
        &self,
        order: &Order,
        line_no: u32,
        sequence: u32,
        status: LineEvent,
    ) -> Entry {
        let lines = self.lines(order).await;
        let line = lines.iter().find(|line| line.line_no == i64::from(line_no));
        let line = line.expect("a line of the order");
        Entry {
            order_number: order.number.clone(),
            line_no,
            application_number: self.application(line.application).await.number,
            sequence,
            status,
            occurred_at: self.now(),
            reason: None,
            document_number: None,
            consignment: None,
        }
    }

    /// The bureau's words on one line, numbered from `first`.
    pub(crate) async fn entries(
        &self,
        order: &Order,
        line_no: u32,
        first: u32,
        statuses: &[LineEvent],
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (status, sequence) in statuses.iter().zip(first..) {
            entries.push(self.entry(order, line_no, sequence, *status).await);
        }
        entries
    }

    /// An acknowledgement with these words.
    pub(crate) fn acknowledgement(&self, entries: Vec<Entry>) -> Acknowledgement {
        Acknowledgement {
            message_id: self.id(),
            bureau: self.config.bureau.code.clone(),
            test: true,
            created_at: self.now(),
            entries,
            shipments: Vec::new(),
        }
    }

    /// The acknowledgement as a document, signed by the bureau.
    pub(crate) fn signed(&self, words: &Acknowledgement) -> Vec<u8> {
        self.signed_by(BUREAU_SEAL, words)
    }

    /// The acknowledgement as a document, signed by whoever.
    pub(crate) fn signed_by(&self, name: &str, words: &Acknowledgement) -> Vec<u8> {
        let written = write_acknowledgement(Vec::new(), &key_of(name), words, self.now());
        written.expect("an acknowledgement").0
    }

    /// Keeps a document of the bureau, and lets it wait. Time passes, so that documents have an
    /// order of arrival.
    pub(crate) async fn arrive(&self, document: Vec<u8>) -> Kept {
        self.pass(TimeDelta::seconds(1));
        let kept = keep(&self.gateway, InboxSource::Bureau, document).await;
        kept.expect("a kept document")
    }

    /// Keeps a document of the bureau and acts upon it; returns what became of it.
    pub(crate) async fn hear(&self, document: Vec<u8>) -> InboxMessage {
        let digest = sha256(&document);
        self.arrive(document).await;
        self.settle().await;
        let mut tx = self.read().await;
        let found = inbox::find_by_digest(&mut tx, InboxSource::Bureau, &digest).await;
        found.expect("a query").expect("a document")
    }

    /// Hears the bureau's words on lines, which must be acted upon.
    pub(crate) async fn acknowledge(&self, entries: Vec<Entry>) {
        let document = self.signed(&self.acknowledgement(entries));
        let heard = self.hear(document).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
    }

    /// Hears a receipt, which must be acted upon.
    pub(crate) async fn receive(&self, receipt: &Receipt) {
        let heard = self.hear(self.signed_receipt(receipt)).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
    }

    /// A document of the inbox as it stands.
    pub(crate) async fn document(&self, id: InboxId) -> InboxMessage {
        let found = inbox::find(&mut self.read().await, id).await;
        found.expect("a query").expect("a document")
    }

    /// Adds so many applications, orders them and has the order sealed, sent and received.
    pub(crate) async fn received_order(&mut self, lines: usize) -> Order {
        let order = self.sent_order(lines).await;
        let receipt = self.receipt_of(&order, Outcome::Ok);
        self.receive(&receipt).await;
        self.order(&order.number).await
    }

    /// Adds so many applications, orders them and has the order sealed and sent.
    pub(crate) async fn sent_order(&mut self, lines: usize) -> Order {
        let order = self.sealed_order(lines).await;
        assert_eq!(self.deliver().await, slice::from_ref(&order.number));
        self.order(&order.number).await
    }

    /// Adds so many applications, and has them ordered and the order sealed.
    pub(crate) async fn sealed_order(&mut self, lines: usize) -> Order {
        self.ready_many(lines).await;
        self.pass(TimeDelta::hours(4));
        self.settle().await;
        let orders = self.orders().await;
        let newest = orders.last().expect("an order").clone();
        assert_eq!(newest.line_count, i64::try_from(lines).expect("few"));
        newest
    }
}
