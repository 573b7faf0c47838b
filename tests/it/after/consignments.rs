//! What the bureau says it sent against what an office scans.

use cei_gateway::domain::acknowledgement::LineEvent::{ParcelLost, ParcelShipped};
use cei_gateway::domain::application::ApplicationState::{
    self, AtOffice, CountyValidated, InProduction, Shipped,
};
use cei_gateway::domain::card::CardState;
use cei_gateway::domain::consignment::{ConsignmentState, ScanFinding};
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::consignments::{
    CardVerdict, ScanRefusal, ValidationRefusal, Verdicts, validate,
};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::report_card::{Report, ReportRefusal};
use cei_gateway::store::consignments::{difference_of, list_parcels};
use cei_gateway::store::orders::Order;

use crate::after::{CONSIGNMENT, card_number, refusal_or};
use crate::kit::world::{World, both_worlds};

async fn states(world: &World, order: &Order) -> Vec<ApplicationState> {
    let mut states = Vec::new();
    for line in world.lines(order).await {
        states.push(world.application(line.application).await.state);
    }
    states
}

async fn numbers(world: &World, order: &Order) -> Vec<String> {
    let mut numbers = Vec::new();
    for line in world.lines(order).await {
        numbers.push(world.application(line.application).await.number);
    }
    numbers
}

/// The county says which cards failed.
async fn county(world: &World, refused: &[String]) -> Result<Vec<CardVerdict>, ValidationRefusal> {
    let actor = Actor::Operator("county".to_owned());
    let note = note(&world.gateway, &actor, Some("a test"));
    let verdicts = Verdicts {
        consignment: CONSIGNMENT,
        refused,
    };
    let mut tx = world.write().await;
    let taken = validate(&mut tx, &world.gateway, verdicts, &note).await;
    refusal_or(taken, tx).await
}

both_worlds! {
    async fn cards_scanned_in_parts_are_received_and_counted(world: &mut World) {
        let order = world.shipped_order(3).await;
        let office = world.offices[0].id;
        let [one, two, three] = [1, 2, 3].map(|line| card_number(&order, line));

        let part = world.scan(office, &[&one, &two], false).await.unwrap();
        assert_eq!(part.consignment.state, ConsignmentState::BeingCounted);
        assert_eq!(states(world, &order).await, [AtOffice, AtOffice, Shipped]);
        let again = world.scan(office, &[&one, &two], false).await.unwrap();
        assert_eq!(again.cards, part.cards);
        let last = world.scan(office, &[&three], true).await.unwrap();

        assert_eq!(last.consignment.state, ConsignmentState::Complete);
        assert!(last.scanned.iter().all(|card| card.finding == ScanFinding::Received));
        assert_eq!(states(world, &order).await, [AtOffice; 3]);
        assert_eq!(world.card(&one).await, Some(CardState::AtOffice));
        assert!(world.holds().await.is_empty());
        let after = world.scan(office, &[&one], true).await.unwrap();
        assert_eq!(after.consignment.state, ConsignmentState::Complete);
    }

    async fn missing_and_surplus_cards_are_one_hold_until_they_are_found(world: &mut World) {
        let order = world.shipped_order(3).await;
        let office = world.offices[0].id;
        let [one, two, three] = [1, 2, 3].map(|line| card_number(&order, line));
        let applications = numbers(world, &order).await;

        let counted = world.scan(office, &[&one, "ZZ0000001"], true).await.unwrap();

        assert_eq!(counted.consignment.state, ConsignmentState::Differs);
        assert_eq!(difference_of(&counted.cards).missing, applications[1..]);
        assert_eq!(world.hold_codes().await, [504]);
        let [detail] = world.details(504).await.try_into().unwrap();
        let missing = applications[1..].join(", ");
        assert_eq!(detail, format!("missing: {missing}; unknown cards: 1"));
        for number in [&one, &two, &three] {
            assert!(!detail.contains(number.as_str()), "a number is a personal datum");
        }
        // One turns up in a scan, the other by a report.
        world.scan(office, &[&two], false).await.unwrap();
        let [detail] = world.details(504).await.try_into().unwrap();
        assert_eq!(detail, format!("missing: {}; unknown cards: 1", applications[2]));
        let third = world.lines(&order).await.swap_remove(2).application;
        let third = world.application(third).await;
        world.report(&third, Report::ReceivedAtOffice).await.unwrap();
        let [detail] = world.details(504).await.try_into().unwrap();
        assert_eq!(detail, "unknown cards: 1");
    }

    async fn a_difference_closes_by_itself_when_the_last_card_turns_up(world: &mut World) {
        let order = world.shipped_order(2).await;
        let office = world.offices[0].id;
        let [one, two] = [1, 2].map(|line| card_number(&order, line));
        world.scan(office, &[&one], true).await.unwrap();
        assert_eq!(world.hold_codes().await, [504]);

        let found = world.scan(office, &[&two], false).await.unwrap();

        assert_eq!(found.consignment.state, ConsignmentState::Complete);
        assert!(world.holds().await.is_empty());
    }

    async fn a_missing_card_that_the_bureau_calls_lost_is_no_matter_of_the_count(
        world: &mut World
    ) {
        let order = world.shipped_order(1).await;
        world.scan(world.offices[0].id, &[], true).await.unwrap();
        assert_eq!(world.hold_codes().await, [504]);

        world.say(&order, &[ParcelLost]).await;

        assert_eq!(world.hold_codes().await, [502]);
    }

    async fn a_card_of_another_office_is_held_until_that_office_has_it(world: &mut World) {
        let content = world.content();
        let elsewhere = world.offices[1].id;
        world.ready_for(&content, elsewhere).await;
        let order = world.order_waiting(1).await;
        world.ship(&order).await;
        let lines = world.lines(&order).await;
        let mut at = 0;
        for line in &lines {
            if world.application(line.application).await.collect_office == elsewhere {
                at = u32::try_from(line.line_no).unwrap();
            }
        }
        let stray = card_number(&order, at);

        let counted = world.scan(world.offices[0].id, &[&stray], false).await.unwrap();
        assert_eq!(counted.scanned[0].finding, ScanFinding::WrongOffice);
        assert_eq!(counted.scanned[0].application_number, None, "it is not the office's");
        assert_eq!(world.hold_codes().await, [503]);

        world.scan(elsewhere, &[&stray], true).await.unwrap();
        assert_eq!(world.card(&stray).await, Some(CardState::AtOffice));
        assert!(world.holds().await.is_empty());
    }

    async fn a_card_scanned_before_it_is_said_to_be_shipped_is_received_when_it_is(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        let words = world.made(&order, 1, false).await;
        world.tell(words, world.parcels(&order).await).await;
        let number = card_number(&order, 1);

        let early = world.scan(world.offices[0].id, &[&number], true).await.unwrap();
        assert_eq!(early.scanned[0].finding, ScanFinding::Waiting);
        assert_eq!(world.state(&order).await, ApplicationState::Produced);

        world.say(&order, &[ParcelShipped]).await;

        assert_eq!(world.state(&order).await, AtOffice);
        assert_eq!(world.card(&number).await, Some(CardState::AtOffice));
        assert!(world.holds().await.is_empty());
    }

    async fn parcels_told_again_change_nothing_and_one_more_is_counted(world: &mut World) {
        let order = world.received_order(2).await;
        let mut words = world.made(&order, 1, true).await;
        words.extend(world.made(&order, 2, true).await);
        let parcels = world.parcels(&order).await;
        world.tell(words, parcels[..1].to_vec()).await;
        world.tell(Vec::new(), parcels[..1].to_vec()).await;
        let office = world.offices[0].id;
        let counted = world.scan(office, &[&card_number(&order, 1)], true).await.unwrap();
        assert_eq!(counted.consignment.state, ConsignmentState::Complete);
        let id = counted.consignment.id;
        assert_eq!(list_parcels(&mut world.read().await, id).await.unwrap().len(), 1);

        world.tell(Vec::new(), parcels).await;

        let [detail] = world.details(504).await.into_iter().filter(|one| one.starts_with("missing"))
            .collect::<Vec<_>>().try_into().unwrap();
        assert!(detail.starts_with("missing: "), "{detail}");
        let found = world.scan(office, &[&card_number(&order, 2)], false).await.unwrap();
        assert_eq!(found.consignment.state, ConsignmentState::Complete);
    }

    async fn only_told_consignments_of_the_office_are_counted(world: &mut World) {
        let order = world.shipped_order(1).await;
        let number = card_number(&order, 1);
        let other = world.scan(world.offices[1].id, &[&number], true).await;
        assert_eq!(other.err(), Some(ScanRefusal::Unknown));
        let wrong = world.scan(world.offices[0].id, &[&number, "no number"], true).await;
        assert_eq!(wrong.err(), Some(ScanRefusal::NotANumber { index: 1 }));
        assert_eq!(world.state(&order).await, Shipped);
    }

    async fn where_the_county_checks_a_card_waits_for_it(world: &mut World) {
        world.config.production.county_validation = true;
        world.restart().await;
        let order = world.shipped_order(2).await;
        let [one, two] = [1, 2].map(|line| card_number(&order, line));
        let applications = numbers(world, &order).await;
        let first = world.first(&order).await;

        let early = world.report(&first, Report::ReceivedAtOffice).await;
        assert!(matches!(early, Err(ReportRefusal::NotNow { .. })));
        let waiting = world.scan(world.offices[0].id, &[&one], false).await.unwrap();
        assert_eq!(waiting.scanned[0].finding, ScanFinding::Waiting);
        let refused = [applications[1].clone()];
        let stranger = ["CLJ-01-2026-999999".to_owned()];
        assert!(matches!(
            county(world, &stranger).await,
            Err(ValidationRefusal::NotInIt { .. })
        ));
        county(world, &refused).await.unwrap();
        county(world, &refused).await.unwrap();

        assert_eq!(states(world, &order).await, [AtOffice, InProduction]);
        assert_eq!(world.card(&two).await, Some(CardState::Returned));
        assert_eq!(world.hold_codes().await, [506]);
    }

    async fn a_card_that_passed_the_county_may_be_received(world: &mut World) {
        let order = world.shipped_order(1).await;
        assert_eq!(county(world, &[]).await, Err(ValidationRefusal::Off));
        world.config.production.county_validation = true;
        world.restart().await;
        county(world, &[]).await.unwrap();
        assert_eq!(world.state(&order).await, CountyValidated);
        let first = world.first(&order).await;
        world.report(&first, Report::ReceivedAtOffice).await.unwrap();
        assert_eq!(world.state(&order).await, AtOffice);
    }
}
