//! Parcels and erasures that the bureau tells of in documents of their own mean what they mean in
//! acknowledgements.

use cei_gateway::bureau::entry::Entry;
use cei_gateway::bureau::erasure_confirmation::{
    Erasure, ErasureConfirmation, write_erasure_confirmation,
};
use cei_gateway::bureau::shipment::{Shipment, ShippedCard};
use cei_gateway::bureau::shipment_notice::{ShipmentNotice, write_shipment_notice};
use cei_gateway::domain::acknowledgement::LineEvent::{
    BiometricsErased, CardMade, LineAccepted, ParcelShipped,
};
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{acknowledgements, holds};
use cei_gateway::transport::certificates::BUREAU_SEAL;
use chrono::TimeDelta;

use crate::kit::bureau::key_of;
use crate::kit::world::{World, both_worlds};

const CONSIGNMENT: &str = "AWB-0001";
const CARD: &str = "CJ0000001";

/// An order of one line whose card was shipped, as acknowledged; returns the words.
async fn shipped(world: &mut World) -> (Order, Vec<Entry>) {
    let order = world.received_order(1).await;
    let words = [LineAccepted, CardMade, ParcelShipped];
    let mut words = world.entries(&order, 1, 1, &words).await;
    words[1].document_number = Some(CARD.to_owned());
    words[2].document_number = Some(CARD.to_owned());
    words[2].consignment = Some(CONSIGNMENT.to_owned());
    world.acknowledge(words.clone()).await;
    (order, words)
}

/// The parcel of the order's only card, told in a notice, signed.
async fn notice(world: &World, order: &Order, office_code: Option<&str>) -> Vec<u8> {
    let line = world.lines(order).await.remove(0);
    let application = world.application(line.application).await;
    let mut offices = world.offices.iter();
    let office = offices.find(|office| office.id == application.collect_office);
    let notice = ShipmentNotice {
        message_id: world.id(),
        bureau: world.config.bureau.code.clone(),
        test: true,
        created_at: world.now(),
        shipments: vec![Shipment {
            consignment: CONSIGNMENT.to_owned(),
            parcel: "1".to_owned(),
            office_code: office_code.unwrap_or(&office.unwrap().code).to_owned(),
            cards: vec![ShippedCard {
                application_number: application.number,
                document_number: CARD.to_owned(),
            }],
        }],
    };
    let key = key_of(BUREAU_SEAL);
    write_shipment_notice(Vec::new(), &key, &notice, world.now())
        .unwrap()
        .0
}

fn confirmation(world: &World, told: &Entry) -> Vec<u8> {
    let confirmation = ErasureConfirmation {
        message_id: world.id(),
        bureau: world.config.bureau.code.clone(),
        test: true,
        created_at: world.now(),
        erasures: vec![Erasure {
            order_number: told.order_number.clone(),
            line_no: told.line_no,
            application_number: told.application_number.clone(),
            sequence: told.sequence,
            erased_at: told.occurred_at,
        }],
    };
    let key = key_of(BUREAU_SEAL);
    write_erasure_confirmation(Vec::new(), &key, &confirmation, world.now())
        .unwrap()
        .0
}

/// The codes of the holds that are open.
async fn open_holds(world: &World) -> Vec<i64> {
    let open = holds::list_open(&mut world.read().await, None, None, 10).await;
    open.unwrap().into_iter().map(|hold| hold.code).collect()
}

/// How many words are kept on the order's only line.
async fn words_kept(world: &World, order: &Order) -> usize {
    let line = world.lines(order).await.remove(0);
    let kept = acknowledgements::list(&mut world.read().await, line.id).await;
    kept.unwrap().len()
}

both_worlds! {
    async fn a_notice_that_agrees_with_what_was_ordered_holds_nothing_up(world: &mut World) {
        let (order, _) = shipped(world).await;
        let document = notice(world, &order, None).await;
        let heard = world.hear(document).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
        assert_eq!(heard.kind, "shipment notice");
        assert!(open_holds(world).await.is_empty());
        assert_eq!(words_kept(world, &order).await, 3);
    }

    async fn a_notice_of_a_parcel_for_another_office_waits_for_an_operator(world: &mut World) {
        let (order, _) = shipped(world).await;
        let document = notice(world, &order, Some("CLJ-99")).await;
        let heard = world.hear(document).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
        assert_eq!(open_holds(world).await, [504]);
    }

    async fn an_erasure_is_one_word_however_it_is_told(world: &mut World) {
        let (order, _) = shipped(world).await;
        let word = world.entry(&order, 1, 4, BiometricsErased).await;
        let heard = world.hear(confirmation(world, &word)).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
        assert_eq!(words_kept(world, &order).await, 4);
        world.acknowledge(vec![word.clone()]).await;
        let again = world.hear(confirmation(world, &word)).await;
        assert_eq!(again.state, InboxState::Applied, "{:?}", again.detail);
        assert_eq!(words_kept(world, &order).await, 4);
        assert!(open_holds(world).await.is_empty());
    }

    async fn an_erasure_that_contradicts_another_word_waits_for_an_operator(world: &mut World) {
        let (order, words) = shipped(world).await;
        let mut word = world.entry(&order, 1, 3, BiometricsErased).await;
        word.occurred_at = words[2].occurred_at + TimeDelta::hours(1);
        let heard = world.hear(confirmation(world, &word)).await;
        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
        assert_eq!(open_holds(world).await, [802]);
    }
}
