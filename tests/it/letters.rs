//! Letters on their way: delivery, silence, and errors on either side.

use std::slice;

use cei_gateway::bureau::letter::Letter as Document;
use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::bureau::technical_error::About;
use cei_gateway::config::SpkiSha256;
use cei_gateway::domain::acknowledgement::LineEvent::LineReceived;
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::letter::{LetterKind, LetterState};
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::letters::ask::ask_bureau;
use cei_gateway::flow::letters::send as letters;
use cei_gateway::flow::read_document::read_document;
use cei_gateway::store::inbox::{self, InboxMessage, InboxSource};
use cei_gateway::store::letters::{self as rows_of_letters, Letter};
use cei_gateway::store::orders::Order;
use cei_gateway::transport::certificates::{BUREAU_SEAL, GATEWAY_SEAL, certificate_file};
use chrono::TimeDelta;
use openssl::sha::sha256;
use openssl::x509::X509;

use crate::kit::databases::rows;
use crate::kit::world::{World, both_worlds, certificates};

/// Whoever decides in these tests.
const OPERATOR: &Actor = &Actor::Gateway("test");

/// A question about an order that the bureau has, written and not sent.
async fn question(world: &mut World) -> (Order, Letter) {
    let order = world.received_order(1).await;
    ask_bureau(&world.gateway, &order.number, OPERATOR, "test")
        .await
        .unwrap();
    world.settle().await;
    let letter = world.only_letter(&order).await;
    (order, letter)
}

/// How many letters there are of any kind.
async fn count_letters(world: &World) -> i64 {
    let mut tx = world.read().await;
    rows!((i64,), &mut tx, "SELECT COUNT(*) FROM letters")[0].0
}

/// The letter that tells of an error in this document.
async fn error_about(world: &World, document: &InboxMessage) -> Letter {
    let found = rows_of_letters::find_about_document(&mut world.read().await, document.id).await;
    found.unwrap().expect("a letter")
}

fn digest_of(bytes: Option<&[u8]>) -> [u8; 32] {
    bytes.unwrap().try_into().unwrap()
}

both_worlds! {
    async fn a_letter_in_doubt_is_simply_sent_again(world: &mut World) {
        let (order, letter) = question(world).await;
        assert_eq!(world.try_to_post(DeliveryVerdict::Ambiguous, 504).await.len(), 1);
        assert!(world.post().await.is_empty(), "not before its time");

        world.pass(TimeDelta::seconds(10));

        assert_eq!(world.post().await, slice::from_ref(&letter.number));
        assert_eq!(world.only_letter(&order).await.state, LetterState::Sent);
    }

    async fn a_letter_whose_process_died_while_sending_is_sent_again(world: &mut World) {
        let (_, letter) = question(world).await;
        let lost = letters::lease_next(&world.gateway, "dying").await.unwrap();
        assert!(lost.is_some());

        world.pass(TimeDelta::minutes(2));
        assert!(letters::lease_next(&world.gateway, "heir").await.unwrap().is_none());
        world.pass(TimeDelta::seconds(10));

        assert_eq!(world.post().await, slice::from_ref(&letter.number));
    }

    async fn a_letter_that_nobody_takes_waits_for_an_operator(world: &mut World) {
        let (order, letter) = question(world).await;
        for _ in 0..world.config.delivery.attempts_max {
            world.try_to_post(DeliveryVerdict::Retry, 500).await;
            world.pass(TimeDelta::hours(7));
        }
        assert_eq!(world.only_letter(&order).await.state, LetterState::GivenUp);
        assert_eq!(world.holds().await, [(letter.number.clone(), 823)]);

        let again = ask_bureau(&world.gateway, &order.number, OPERATOR, "mended").await.unwrap();
        assert_ne!(again.id, letter.id, "another may be asked");
    }

    async fn a_letter_without_an_answer_is_a_matter_for_an_operator_once(world: &mut World) {
        let (order, letter) = question(world).await;
        world.post().await;
        world.pass(TimeDelta::minutes(1_439));
        world.settle().await;
        assert_eq!(world.post().await.len(), 1, "the night asks again");
        assert!(world.hold_codes().await.is_empty());

        world.pass(TimeDelta::minutes(1));
        world.settle().await;
        assert_eq!(world.holds().await, [(letter.number.clone(), 822)]);

        world.answer(&letter, &order, World::held(&order), Vec::new()).await;
        assert!(!world.hold_codes().await.contains(&822));
    }

    async fn a_document_that_cannot_be_believed_is_told_of_once(world: &mut World) {
        let order = world.sent_order(1).await;
        let mut receipt = world.receipt_of(&order, Outcome::Ok);
        receipt.test = false;
        let heard = world.hear(world.signed_receipt(&receipt)).await;
        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(109)));

        let letter = error_about(world, &heard).await;
        assert_eq!(letter.kind, LetterKind::TechnicalError);
        assert_eq!(letter.state, LetterState::Queued);
        let Document::TechnicalError(error) = world.read_letter(&letter).await else {
            panic!("no error");
        };
        assert_eq!(error.code, 109);
        assert_eq!(error.about.sha256, digest_of(Some(&heard.sha256)));
        assert_eq!(error.about.message_id, Some(receipt.message_id));
        assert_eq!(world.post().await, [letter.number]);
        assert_eq!(count_letters(world).await, 1);
    }

    async fn a_document_of_a_stranger_is_told_of_and_its_error_is_not(world: &mut World) {
        let chain = std::fs::read(certificate_file(certificates(), BUREAU_SEAL)).unwrap();
        let key = X509::from_pem(&chain).unwrap().public_key().unwrap();
        let spki = SpkiSha256(sha256(&key.public_key_to_der().unwrap()));
        world.config.bureau.acknowledgement_spki_sha256 = vec![spki];
        world.restart().await;
        let order = world.sent_order(1).await;
        let words = world.entries(&order, 1, 1, &[LineReceived]).await;
        let document = world.signed_by(GATEWAY_SEAL, &world.acknowledgement(words));
        let heard = world.hear(document).await;
        assert_eq!(heard.state, InboxState::Quarantined);
        assert_eq!(world.errors_about(&heard).await, 1);

        let about = About { sha256: [1; 32], message_id: None };
        let heard = world.complain_of(about, GATEWAY_SEAL).await;
        assert_eq!(heard.state, InboxState::Quarantined);
        assert_eq!(world.errors_about(&heard).await, 0, "an error is never answered");
    }

    async fn a_document_under_an_expired_certificate_is_set_aside(world: &mut World) {
        let order = world.sent_order(1).await;
        world.pass(TimeDelta::days(3 * 365));
        let words = world.entries(&order, 1, 1, &[LineReceived]).await;
        let document = world.signed(&world.acknowledgement(words));
        let digest = sha256(&document);
        world.arrive(document).await;
        assert!(read_document(&world.gateway).await.unwrap());

        let mut tx = world.read().await;
        let heard = inbox::find_by_digest(&mut tx, InboxSource::Bureau, &digest).await;
        let heard = heard.unwrap().unwrap();
        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(102)));
        assert_eq!(world.errors_about(&heard).await, 1);
        assert_eq!(world.lines(&order).await[0].state, LineState::Placed);
    }

    async fn an_error_about_an_order_is_a_matter_for_an_operator(world: &mut World) {
        let order = world.sent_order(1).await;
        let sha256 = digest_of(order.sha256.as_deref());
        let heard = world.complain_of(About { sha256, message_id: None }, BUREAU_SEAL).await;

        assert_eq!(heard.state, InboxState::Applied);
        assert_eq!(world.holds().await, [(order.number.clone(), 104)]);
        assert_eq!(count_letters(world).await, 0);
    }

    async fn an_error_about_a_letter_ends_it(world: &mut World) {
        let (order, letter) = question(world).await;
        world.post().await;
        let about = About { sha256: [1; 32], message_id: Some(letter.id.0) };
        world.complain_of(about, BUREAU_SEAL).await;

        assert_eq!(world.holds().await, [(letter.number.clone(), 104)]);
        assert_eq!(world.only_letter(&order).await.state, LetterState::GivenUp);
        let sha256 = digest_of(letter.sha256.as_deref());
        world.complain_of(About { sha256, message_id: None }, BUREAU_SEAL).await;
        assert_eq!(world.hold_codes().await, [104], "told twice");
    }

    async fn an_error_about_nothing_of_ours_is_kept_for_an_operator(world: &mut World) {
        let about = About { sha256: [1; 32], message_id: Some(world.id()) };
        let heard = world.complain_of(about, BUREAU_SEAL).await;
        assert_eq!(heard.state, InboxState::Applied);
        assert_eq!(world.hold_codes().await, [104]);
        assert_eq!(count_letters(world).await, 0);
    }
}
