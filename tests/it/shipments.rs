//! The bureau's parcels against what was ordered: what agrees changes nothing more, what does not
//! waits for an operator.

use cei_gateway::bureau::acknowledgement::{Acknowledgement, Entry, Shipment, ShippedCard};
use cei_gateway::domain::acknowledgement::LineEvent::{CardMade, LineAccepted, ParcelShipped};
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::store::holds;
use cei_gateway::store::orders::Order;

use crate::kit::world::{World, both_worlds};

/// The consignment of these tests.
const CONSIGNMENT: &str = "AWB-0001";

/// Everything that the bureau says of an order's cards, all of which it ships in one consignment,
/// with a parcel for each.
async fn all_shipped(world: &World, order: &Order) -> Acknowledgement {
    let mut entries = Vec::new();
    let mut shipments = Vec::new();
    for line in world.lines(order).await {
        let line_no = u32::try_from(line.line_no).unwrap();
        let document_number = format!("CJ{line_no:07}");
        let words = [LineAccepted, CardMade, ParcelShipped];
        let words = world.entries(order, line_no, 1, &words).await;
        entries.extend(words.into_iter().map(|entry| Entry {
            document_number: (entry.status != LineAccepted).then(|| document_number.clone()),
            consignment: (entry.status == ParcelShipped).then(|| CONSIGNMENT.to_owned()),
            ..entry
        }));
        let application = world.application(line.application).await;
        let mut offices = world.offices.iter();
        let office = offices.find(|office| office.id == application.collect_office);
        shipments.push(Shipment {
            consignment: CONSIGNMENT.to_owned(),
            parcel: line_no.to_string(),
            office_code: office.unwrap().code.clone(),
            cards: vec![ShippedCard {
                application_number: application.number,
                document_number,
            }],
        });
    }
    Acknowledgement {
        shipments,
        ..world.acknowledgement(entries)
    }
}

/// Hears a document; returns the code and the detail of each hold that is open afterwards.
async fn held_for(world: &World, document: &Acknowledgement) -> Vec<(i64, String)> {
    let heard = world.hear(world.signed(document)).await;
    assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
    let open = holds::list_open(&mut world.read().await, None, None, 10).await;
    let open = open.unwrap().into_iter();
    open.map(|hold| (hold.code, hold.detail)).collect()
}

/// The one mismatch of a document, which is heard all the same.
async fn mismatch(world: &mut World, spoil: impl Fn(&mut Acknowledgement)) -> String {
    let order = world.received_order(2).await;
    let mut document = all_shipped(world, &order).await;
    spoil(&mut document);
    let [(code, detail)] = held_for(world, &document).await.try_into().unwrap();
    assert_eq!(code, 504, "{detail}");
    for line in world.lines(&order).await {
        let state = world.application(line.application).await.state;
        assert_eq!(
            state,
            ApplicationState::Shipped,
            "each word stands on its own"
        );
    }
    detail
}

both_worlds! {
    async fn parcels_that_hold_what_was_ordered_hold_nothing_up(world: &mut World) {
        let order = world.received_order(2).await;
        let document = all_shipped(world, &order).await;
        assert_eq!(held_for(world, &document).await, []);
    }

    async fn parcels_may_be_told_of_apart_from_the_words_on_their_cards(world: &mut World) {
        let order = world.received_order(1).await;
        let whole = all_shipped(world, &order).await;
        let words = Acknowledgement { shipments: Vec::new(), ..whole.clone() };
        assert_eq!(held_for(world, &words).await, []);
        let parcels = Acknowledgement {
            message_id: world.id(),
            entries: Vec::new(),
            ..whole
        };
        assert_eq!(held_for(world, &parcels).await, []);
    }

    async fn a_parcel_for_another_office_waits_for_an_operator(world: &mut World) {
        let detail = mismatch(world, |document| {
            let code = &mut document.shipments[0].office_code;
            *code = if code == "CLJ-08" { "CLJ-01" } else { "CLJ-08" }.to_owned();
        })
        .await;
        assert!(detail.starts_with("OTHER_OFFICE: CLJ-"), "{detail}");
        assert!(detail.ends_with(" in AWB-0001"), "{detail}");
    }

    async fn a_parcel_for_an_office_that_does_not_exist_waits_for_an_operator(world: &mut World) {
        let detail = mismatch(world, |document| {
            document.shipments[1].office_code = "CLJ-99".to_owned();
        })
        .await;
        assert!(detail.starts_with("OTHER_OFFICE: "), "{detail}");
    }

    async fn a_card_that_was_not_ordered_waits_for_an_operator(world: &mut World) {
        let detail = mismatch(world, |document| {
            document.shipments[0].cards.push(ShippedCard {
                application_number: "CLJ-02-2026-999999".to_owned(),
                document_number: "CJ9999999".to_owned(),
            });
        })
        .await;
        assert_eq!(detail, "NOT_ORDERED: CLJ-02-2026-999999 in AWB-0001");
    }

    async fn a_card_that_nobody_told_of_waits_for_an_operator(world: &mut World) {
        let detail = mismatch(world, |document| {
            document.shipments[0].cards[0].document_number = "CJ9999999".to_owned();
        })
        .await;
        assert!(detail.starts_with("CARD_UNKNOWN: "), "{detail}");
    }

    async fn a_card_said_to_be_in_another_consignment_waits_for_an_operator(world: &mut World) {
        let detail = mismatch(world, |document| {
            document.shipments[0].consignment = "AWB-0002".to_owned();
        })
        .await;
        // From both sides: it is in a parcel of the one and in none of the other.
        assert!(detail.contains("OTHER_CONSIGNMENT: "), "{detail}");
        assert!(detail.contains("NOT_LISTED: "), "{detail}");
    }

    async fn a_card_that_is_in_no_parcel_of_its_consignment_waits_for_an_operator(
        world: &mut World
    ) {
        let detail = mismatch(world, |document| {
            document.shipments.pop();
        })
        .await;
        assert!(detail.starts_with("NOT_LISTED: "), "{detail}");
    }
}
