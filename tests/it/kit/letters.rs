//! Letters on their way to the bureau, and its answers.

use cei_gateway::bureau::cancel_answer::{CancelAnswer, write_cancel_answer};
use cei_gateway::bureau::entry::Entry;
use cei_gateway::bureau::inquiry_answer::{Held, InquiryAnswer, write_inquiry_answer};
use cei_gateway::bureau::letter::{LETTER_NAMESPACES, Letter as Document, read_letter};
use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::bureau::technical_error::{About, TechnicalError, write_technical_error};
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::flow::letters::send::{lease_next, record_attempt};
use cei_gateway::flow::sealing;
use cei_gateway::flow::send_order::Arrival;
use cei_gateway::store::inbox::InboxMessage;
use cei_gateway::store::letters::{self, Letter};
use cei_gateway::store::orders::Order;
use cei_gateway::store::sealed;
use cei_gateway::transport::certificates::{BUREAU_SEAL, SIGNING_CA, certificate_file};
use cei_gateway::xmldsig::trust::TrustPolicy;
use openssl::x509::X509;

use crate::kit::bureau::key_of;
use crate::kit::world::{World, certificates};

impl World {
    /// The letters about an order, the oldest first.
    pub(crate) async fn letters_of(&self, order: &Order) -> Vec<Letter> {
        let found = letters::list_of_order(&mut self.read().await, order.id, 100).await;
        found.expect("letters")
    }

    /// The only letter about an order.
    pub(crate) async fn only_letter(&self, order: &Order) -> Letter {
        let [letter] = self.letters_of(order).await.try_into().expect("one letter");
        letter
    }

    /// Has the bureau's address answer every letter that is due; returns their numbers.
    pub(crate) async fn try_to_post(&self, verdict: DeliveryVerdict, status: u16) -> Vec<String> {
        let mut numbers = Vec::new();
        while let Some(departure) = lease_next(&self.gateway, "test").await.expect("a lease") {
            let arrival = Arrival {
                verdict,
                status: Some(status),
                detail: None,
                retry_after: None,
                unsendable: None,
                started_at: self.now(),
            };
            let recorded = record_attempt(&self.gateway, &departure, &arrival).await;
            assert!(recorded.expect("a recorded attempt"));
            numbers.push(departure.letter.number);
            assert!(numbers.len() < 100, "letters without end");
        }
        numbers
    }

    /// Has the bureau's address take every letter that is due; returns their numbers.
    pub(crate) async fn post(&self) -> Vec<String> {
        self.try_to_post(DeliveryVerdict::Delivered, 202).await
    }

    /// A letter as the bureau reads it.
    pub(crate) async fn read_letter(&self, letter: &Letter) -> Document {
        let id = letter.sealed.expect("a sealed letter");
        let key = sealed::find_key(&mut self.read().await, id).await;
        let key = key.expect("a query").expect("a key");
        let bytes = sealing::open(&self.gateway, id, key).await.expect("bytes");
        let anchors = std::fs::read(certificate_file(certificates(), SIGNING_CA)).expect("a file");
        let anchors = X509::stack_from_pem(&anchors).expect("certificates");
        let mut policy = TrustPolicy::new(anchors, LETTER_NAMESPACES[0], self.now());
        let others = LETTER_NAMESPACES.iter().skip(1);
        policy
            .allowed_namespaces
            .extend(others.map(|name| (*name).to_owned()));
        let (document, verified) = read_letter(bytes.as_slice(), &policy).expect("a letter");
        assert_eq!(letter.sha256.as_deref(), Some(verified.sha256.as_slice()));
        document
    }

    /// The bureau's word that it holds our order.
    pub(crate) fn held(order: &Order) -> Held {
        let digest = order.sha256.as_deref().expect("a sealed order");
        Held::Known {
            sha256: digest.try_into().expect("32 bytes"),
            message_id: order.message_id,
            line_count: u32::try_from(order.line_count).expect("few lines"),
            outcome: Outcome::Ok,
        }
    }

    /// The bureau's answer to an inquiry.
    pub(crate) fn inquiry_answer(
        &self,
        letter: &Letter,
        order: &Order,
        held: Held,
        entries: Vec<Entry>,
    ) -> InquiryAnswer {
        InquiryAnswer {
            message_id: self.id(),
            bureau: self.config.bureau.code.clone(),
            test: true,
            created_at: self.now(),
            in_reply_to: letter.id.0,
            order_number: order.number.clone(),
            held,
            entries,
        }
    }

    /// The answer as a document, signed by the bureau.
    pub(crate) fn signed_answer(&self, answer: &InquiryAnswer) -> Vec<u8> {
        let key = key_of(BUREAU_SEAL);
        let written = write_inquiry_answer(Vec::new(), &key, answer, self.now());
        written.expect("an answer").0
    }

    /// Hears the bureau's answer to an inquiry, which must be acted upon.
    pub(crate) async fn answer(
        &self,
        letter: &Letter,
        order: &Order,
        held: Held,
        entries: Vec<Entry>,
    ) {
        let answer = self.inquiry_answer(letter, order, held, entries);
        let heard = self.hear(self.signed_answer(&answer)).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
    }

    /// Hears the bureau's answer to a request to cancel.
    pub(crate) async fn answer_cancel(
        &self,
        letter: &Letter,
        order: &Order,
        entries: Vec<Entry>,
    ) -> InboxMessage {
        let answer = CancelAnswer {
            message_id: self.id(),
            bureau: self.config.bureau.code.clone(),
            test: true,
            created_at: self.now(),
            in_reply_to: letter.id.0,
            order_number: order.number.clone(),
            entries,
        };
        let key = key_of(BUREAU_SEAL);
        let written = write_cancel_answer(Vec::new(), &key, &answer, self.now());
        self.hear(written.expect("an answer").0).await
    }

    /// Hears the bureau's word that it could not use a document.
    pub(crate) async fn complain_of(&self, about: About, signer: &str) -> InboxMessage {
        let error = TechnicalError {
            message_id: self.id(),
            bureau: self.config.bureau.code.clone(),
            test: true,
            created_at: self.now(),
            about,
            code: 104,
            text: "the file does not agree with the schema".to_owned(),
        };
        let key = key_of(signer);
        let written = write_technical_error(Vec::new(), &key, &error, self.now());
        self.hear(written.expect("an error").0).await
    }

    /// How many letters tell the bureau of an error.
    pub(crate) async fn errors_about(&self, document: &InboxMessage) -> usize {
        let found = letters::find_about_document(&mut self.read().await, document.id).await;
        usize::from(found.expect("a query").is_some())
    }
}
