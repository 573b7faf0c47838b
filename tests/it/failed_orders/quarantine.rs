//! Orders that an operator took out of all automatic sending.

use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::id::HoldId;
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::order_action::OrderAction;
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_hold::{Decision, HoldRefusal, decide};
use cei_gateway::flow::decide_order::OrderRefusal;
use cei_gateway::flow::send_order::Arrival;
use cei_gateway::flow::send_order::{lease_next, record_attempt};
use cei_gateway::store::holds;
use chrono::TimeDelta;

use crate::failed_orders::{act, operator, refused_order};
use crate::kit::world::{World, both_worlds};

/// Takes note of the only open hold.
async fn take_note(world: &World) -> Result<(), Failure<HoldRefusal>> {
    let open = holds::list_open(&mut world.read().await, None, None, 10).await;
    let [hold] = open.unwrap().try_into().expect("one hold");
    let (ana, why) = (operator("ana"), "seen");
    decide(
        &world.gateway,
        HoldId(hold.id),
        Decision::TakeNote,
        &ana,
        why,
    )
    .await
}

both_worlds! {
    async fn an_order_in_quarantine_is_not_sent_until_it_is_released(world: &mut World) {
        let order = world.sealed_order(1).await;
        act(world, &order, OrderAction::Quarantine, &[]).await.unwrap();
        let behind = world.sealed_order(1).await;
        // The one behind it does not wait for it.
        assert!(world.deliver().await.is_empty(), "the first look passes over it");
        assert_eq!(world.deliver().await, [behind.number]);
        assert_eq!(world.holds().await, [(order.number.clone(), 810)]);
        let resend = act(world, &order, OrderAction::Resend, &[]).await;
        assert!(matches!(resend, Err(Failure::Refused(OrderRefusal::Quarantined { .. }))));

        act(world, &order, OrderAction::Release, &[]).await.unwrap();

        assert!(world.holds().await.is_empty());
        assert_eq!(world.deliver().await, std::slice::from_ref(&order.number));
        let sent = world.order(&order.number).await;
        assert_eq!((sent.state, sent.sha256), (OrderState::Sent, order.sha256));
    }

    async fn a_quarantine_that_nobody_noticed_leaves_one_message(world: &mut World) {
        let order = world.sealed_order(1).await;
        act(world, &order, OrderAction::Quarantine, &[]).await.unwrap();
        act(world, &order, OrderAction::Release, &[]).await.unwrap();
        assert_eq!(world.deliver().await, [order.number], "sent once");
    }

    async fn a_closed_order_in_quarantine_is_not_signed(world: &mut World) {
        world.ready_many(2).await;
        world.pass(TimeDelta::hours(4));
        let product = cei_gateway::domain::application::Product::Cei;
        let opened = cei_gateway::flow::open_order::open_order(&world.gateway, product).await;
        let number = opened.unwrap().unwrap();
        let order = world.order(&number).await;
        assert_eq!(order.state, OrderState::Closed);
        act(world, &order, OrderAction::Quarantine, &[]).await.unwrap();
        world.settle().await;
        assert_eq!(world.order(&number).await.state, OrderState::Closed);
        act(world, &order, OrderAction::Release, &[]).await.unwrap();
        world.settle().await;
        assert_eq!(world.order(&number).await.state, OrderState::Queued);
    }

    async fn bytes_that_are_under_way_arrive_and_nothing_chases_their_receipt(
        world: &mut World
    ) {
        let order = world.sealed_order(1).await;
        let departure = lease_next(&world.gateway, "test").await.unwrap().unwrap();
        act(world, &order, OrderAction::Quarantine, &[]).await.unwrap();
        let arrival = Arrival {
            verdict: DeliveryVerdict::Delivered,
            status: Some(201),
            detail: None,
            retry_after: None,
            unsendable: None,
            started_at: world.now(),
        };
        assert!(record_attempt(&world.gateway, &departure, &arrival).await.unwrap());
        world.pass(TimeDelta::days(3));
        world.settle().await;
        let sent = world.order(&order.number).await;
        assert_eq!((sent.state, sent.resends), (OrderState::Sent, 0));

        act(world, &order, OrderAction::Release, &[]).await.unwrap();
        world.settle().await;
        assert_eq!(world.order(&order.number).await.resends, 1, "it is chased again");
    }

    async fn giving_up_ends_a_quarantine(world: &mut World) {
        let order = refused_order(world, 2, 104, "it does not agree with the schema").await;
        act(world, &order, OrderAction::Quarantine, &[]).await.unwrap();
        act(world, &order, OrderAction::GiveUp, &[]).await.unwrap();
        let ended = world.order(&order.number).await;
        assert_eq!((ended.state, ended.quarantined), (OrderState::Cancelled, false));
        assert!(world.holds().await.is_empty());
        world.settle().await;
        assert_eq!(world.orders().await.pop().unwrap().line_count, 2);
    }

    async fn nobody_takes_note_of_an_order_that_nothing_else_moves(world: &mut World) {
        let order = refused_order(world, 1, 104, "it does not agree with the schema").await;
        assert!(matches!(take_note(world).await, Err(Failure::Refused(HoldRefusal::NotNow { .. }))));
        act(world, &order, OrderAction::GiveUp, &[]).await.unwrap();

        let queued = world.orders().await.pop().unwrap();
        assert_eq!(queued.number, order.number);
        world.settle().await;
        let queued = world.orders().await.pop().unwrap();
        act(world, &queued, OrderAction::Quarantine, &[]).await.unwrap();
        assert!(matches!(take_note(world).await, Err(Failure::Refused(HoldRefusal::NotNow { .. }))));
    }

    async fn a_contradiction_that_is_settled_leaves_the_order_to_a_decision(world: &mut World) {
        let order = refused_order(world, 1, 105, "held before").await;
        assert_eq!(world.holds().await, [(order.number.clone(), 808)]);
        take_note(world).await.unwrap();
        assert_eq!(world.holds().await, [(order.number.clone(), 808)]);
        act(world, &order, OrderAction::Resign, &[]).await.unwrap();
        assert_eq!(world.order(&order.number).await.state, OrderState::Cancelled);
    }
}
