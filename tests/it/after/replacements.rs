//! Cards that fail, get lost, or that nobody comes for: another one is made, or none, and never two.

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::domain::acknowledgement::LineEvent::{
    CardDestroyed, CardMade, CardRemade, CardReturned, CardSpoiled, LineAccepted, ParcelDamaged,
    ParcelLost, ParcelUndeliverable, QualityCheckFailed,
};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::ApplicationState::{
    Cancelled, Destroyed, HandedOver, InProduction, OnHold, Ordered, Ready, Returned, Unclaimed,
};
use cei_gateway::domain::card::CardState;
use cei_gateway::domain::consignment::ScanFinding;
use cei_gateway::domain::id::HoldId;
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::decide_card::{CardDecision, CardRefusal};
use cei_gateway::flow::decide_hold::{self, Decision};
use cei_gateway::flow::report_card::Report;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{holds, sealed};
use chrono::TimeDelta;

use crate::after::card_number;
use crate::kit::world::{World, both_worlds};

/// Releases the only open hold.
async fn release(world: &World) {
    let open = holds::list_open(&mut world.read().await, None, None, 10).await;
    let [hold] = open.unwrap().try_into().expect("one hold");
    let operator = Actor::Operator("test".to_owned());
    let id = HoldId(hold.id);
    decide_hold::decide(&world.gateway, id, Decision::Release, &operator, "a test")
        .await
        .expect("a decision that fits");
}

/// A card that the bureau made and then spoiled.
async fn spoiled(world: &mut World) -> Order {
    let order = world.received_order(1).await;
    world.acknowledge(world.made(&order, 1, false).await).await;
    world.say(&order, &[QualityCheckFailed, CardSpoiled]).await;
    order
}

/// Hears that the card of the first line was made again, under another number.
async fn remade(world: &World, order: &Order, number: &str) {
    let line = world.line(order).await;
    let next = u32::try_from(line.last_sequence).unwrap() + 1;
    let told = Entry {
        document_number: Some(number.to_owned()),
        ..world.entry(order, 1, next, CardRemade).await
    };
    world.acknowledge(vec![told]).await;
}

both_worlds! {
    async fn a_spoiled_card_is_ordered_anew_as_a_line_of_its_own(world: &mut World) {
        let order = spoiled(world).await;
        assert_eq!((world.state(&order).await, world.hold_codes().await), (OnHold, vec![809]));
        let before = world.first(&order).await;

        let after = world.decide(&before, CardDecision::OrderAnew).await.unwrap();

        assert_eq!((after.state, after.remakes), (Ready, before.remakes + 1));
        assert!(world.holds().await.is_empty());
        let number = card_number(&order, 1);
        assert_eq!(world.card(&number).await, Some(CardState::Failed));
        let second = world.next_order().await;
        let line = world.line(&second).await;
        assert_eq!((line.application, line.attempt), (before.id, 2));
        assert_eq!(world.line(&order).await.state, LineState::Spoiled);
        // What becomes of the first card is told for the record.
        world.say(&order, &[CardDestroyed]).await;
        assert_eq!(world.state(&second).await, Ordered);
        assert!(world.holds().await.is_empty());
    }

    async fn releasing_the_hold_of_a_spoiled_card_orders_it_anew(world: &mut World) {
        let order = spoiled(world).await;
        release(world).await;
        assert_eq!(world.state(&order).await, Ready);
        assert_eq!(world.first(&order).await.remakes, 2);
        assert_eq!(world.line(&world.next_order().await).await.attempt, 2);
    }

    async fn a_card_that_failed_three_times_is_allowed_one_more_or_given_up(world: &mut World) {
        let order = world.received_order(1).await;
        world.say(&order, &[LineAccepted]).await;
        world.say(&order, &[QualityCheckFailed; 3]).await;
        assert_eq!((world.state(&order).await, world.hold_codes().await), (OnHold, vec![804]));
        release(world).await;
        assert_eq!(world.state(&order).await, InProduction);
        assert!(world.holds().await.is_empty());
        let first = world.first(&order).await;
        let early = world.decide(&first, CardDecision::OrderAnew).await;
        assert!(matches!(early, Err(CardRefusal::NotNow { .. })), "the bureau makes it again");

        world.say(&order, &[QualityCheckFailed]).await;
        assert_eq!(world.hold_codes().await, [804]);
        let ended = world.decide(&first, CardDecision::GiveUp).await.unwrap();

        assert_eq!(ended.state, Cancelled);
        assert_eq!(world.line(&order).await.state, LineState::Spoiled);
        assert!(world.holds().await.is_empty());
    }

    async fn a_lost_card_is_watched_until_another_one_is_made_and_is_void_then(
        world: &mut World
    ) {
        let order = world.shipped_order(1).await;
        let lost = card_number(&order, 1);
        world.say(&order, &[ParcelLost]).await;
        assert_eq!((world.state(&order).await, world.hold_codes().await), (InProduction, vec![502]));
        assert_eq!(world.card(&lost).await, Some(CardState::Lost));

        remade(world, &order, "NEW000001").await;

        assert!(world.holds().await.is_empty());
        assert_eq!(world.card(&lost).await, Some(CardState::Void));
        assert_eq!(world.card("NEW000001").await, Some(CardState::Produced));
        let found = world.scan(world.offices[0].id, &[&lost], false).await.unwrap();
        assert_eq!(found.scanned[0].finding, ScanFinding::Void);
        assert_eq!(world.card(&lost).await, Some(CardState::Void));
    }

    async fn a_card_that_turns_up_ends_the_watch(world: &mut World) {
        let order = world.shipped_order(1).await;
        world.say(&order, &[ParcelLost]).await;
        let number = card_number(&order, 1);
        let found = world.scan(world.offices[0].id, &[&number], true).await.unwrap();
        assert_eq!(found.scanned[0].finding, ScanFinding::Received);
        assert!(world.holds().await.is_empty());
        assert_eq!(world.card(&number).await, Some(CardState::AtOffice));
    }

    async fn what_goes_wrong_on_the_way_is_held_under_its_own_reason(world: &mut World) {
        for (word, code) in [(ParcelDamaged, 501), (ParcelUndeliverable, 505), (CardReturned, 505)] {
            let order = world.shipped_order(1).await;
            world.say(&order, &[word]).await;
            assert_eq!(world.hold_codes().await, [code], "{word}");
            let first = world.first(&order).await;
            let after = world.decide(&first, CardDecision::OrderAnew).await.unwrap();
            assert_eq!(after.state, Ready);
            assert!(world.holds().await.is_empty());
            let number = card_number(&order, 1);
            assert_eq!(world.card(&number).await, Some(CardState::Void));
            world.next_order().await;
        }
    }

    async fn a_card_ordered_anew_is_never_two(world: &mut World) {
        let order = world.shipped_order(1).await;
        let first = world.first(&order).await;
        // Missing, and nobody knows where: an operator orders another one.
        world.decide(&first, CardDecision::OrderAnew).await.unwrap();
        let old = card_number(&order, 1);

        let found = world.scan(world.offices[0].id, &[&old], true).await.unwrap();
        assert_eq!(found.scanned[0].finding, ScanFinding::Void);
        assert!(world.report(&first, Report::ReceivedAtOffice).await.is_err());
        assert!(world.report(&first, Report::HandedOver).await.is_err());

        let second = world.next_order().await;
        world.ship(&second).await;
        world.report(&first, Report::ReceivedAtOffice).await.unwrap();
        world.report(&first, Report::HandedOver).await.unwrap();
        assert_eq!(world.card(&old).await, Some(CardState::Void));
        let new = card_number(&second, 1);
        assert_eq!(world.card(&new).await, Some(CardState::HandedOver));
    }

    async fn nothing_is_ordered_anew_without_images(world: &mut World) {
        let order = spoiled(world).await;
        let first = world.first(&order).await;
        let mut tx = world.write().await;
        let soon = world.now() + TimeDelta::days(2);
        sealed::erase_by(&mut tx, first.sealed, soon).await.unwrap();
        tx.commit().await.unwrap();

        let after = world.decide(&first, CardDecision::OrderAnew).await.unwrap();

        assert_eq!(after.state, Returned);
        world.pass(TimeDelta::hours(6));
        world.settle().await;
        assert_eq!(world.orders().await.len(), 1, "no order before the images are back");
    }

    async fn a_card_nobody_comes_for_is_unclaimed_and_may_still_be_handed_over(
        world: &mut World
    ) {
        let order = world.shipped_order(2).await;
        let lines = world.lines(&order).await;
        let one = world.application(lines[0].application).await;
        let two = world.application(lines[1].application).await;
        for application in [&one, &two] {
            world.report(application, Report::ReceivedAtOffice).await.unwrap();
        }
        world.pass(TimeDelta::days(89));
        world.tidy().await;
        assert!(world.holds().await.is_empty());
        world.pass(TimeDelta::days(2));
        world.tidy().await;

        assert_eq!(world.states(&[one.clone(), two.clone()]).await, [Unclaimed, Unclaimed]);
        assert_eq!(world.hold_codes().await, [607, 607]);
        let late = world.report(&one, Report::HandedOver).await.unwrap();
        assert_eq!(late.state, HandedOver);
        let ended = world.decide(&two, CardDecision::Destroyed).await.unwrap();
        assert_eq!(ended.state, Destroyed);
        assert!(world.holds().await.is_empty());
        assert!(world.report(&two, Report::HandedOver).await.is_err());
        assert_eq!(world.card(&card_number(&order, 2)).await, Some(CardState::Destroyed));
    }

    async fn an_unclaimed_card_goes_back_and_is_destroyed_by_the_bureau(world: &mut World) {
        let order = world.shipped_order(1).await;
        let first = world.first(&order).await;
        world.report(&first, Report::ReceivedAtOffice).await.unwrap();
        world.pass(TimeDelta::days(91));
        world.tidy().await;
        world.say(&order, &[CardReturned]).await;
        assert_eq!((world.state(&order).await, world.hold_codes().await), (Unclaimed, vec![607]));
        world.say(&order, &[CardDestroyed]).await;
        assert_eq!(world.state(&order).await, Destroyed);
    }

    async fn a_number_is_given_again_only_to_a_card_that_never_left(world: &mut World) {
        let order = world.received_order(1).await;
        world.acknowledge(world.made(&order, 1, false).await).await;
        let number = card_number(&order, 1);
        world.say(&order, &[QualityCheckFailed]).await;
        assert_eq!(world.card(&number).await, Some(CardState::Failed));
        remade(world, &order, &number).await;
        assert_eq!(world.card(&number).await, Some(CardState::Produced));
        assert!(world.holds().await.is_empty());

        let other = world.shipped_order(1).await;
        world.say(&other, &[ParcelLost]).await;
        remade(world, &other, &card_number(&other, 1)).await;
        assert_eq!(world.hold_codes().await, [209]);
        let application = world.first(&other).await.number;
        assert_eq!(world.holds().await[0].0, application, "not the card's number");
    }

    async fn a_number_of_another_line_is_held_on_either_way_of_hearing(world: &mut World) {
        let order = world.received_order(2).await;
        let mut words = world.made(&order, 1, false).await;
        let second = world.made(&order, 2, false).await.into_iter().map(|entry| Entry {
            document_number: (entry.status == CardMade).then(|| card_number(&order, 1)),
            ..entry
        });
        words.extend(second);
        world.acknowledge(words).await;
        assert_eq!(world.hold_codes().await, [209]);
    }
}
