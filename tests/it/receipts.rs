//! Orders on their way: delivery, the bureau's receipt, its absence, and what operators decide.

use std::slice;

use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::id::OrderId;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_order::{OrderRefusal, give_up, resend};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::receive_document::Kept;
use cei_gateway::flow::send_order::{Arrival, lease_next, record_attempt};
use cei_gateway::store::history::take_step;
use cei_gateway::store::{history, inbox, outbox};
use chrono::TimeDelta;

use crate::kit::world::{World, both_worlds};

/// Whoever decides in these tests.
const OPERATOR: &Actor = &Actor::Gateway("test");

/// What the history says happened to an order, sorted.
async fn steps(world: &World, order: OrderId) -> Vec<String> {
    let told = history::list(&mut world.read().await, order.0, 100).await;
    let mut steps: Vec<_> = told.unwrap().into_iter().map(|step| step.event).collect();
    steps.sort();
    steps
}

/// A try that the bureau answered with this status.
fn answered(world: &World, verdict: DeliveryVerdict, status: u16) -> Arrival {
    Arrival {
        verdict,
        status: Some(status),
        detail: None,
        retry_after: None,
        unsendable: None,
        started_at: world.now(),
    }
}

/// How many messages the bureau's lane has had.
async fn messages(world: &World) -> usize {
    let lane = world.gateway.bureau_lane();
    let sent = outbox::list_after(&mut world.read().await, &lane, 0, 100).await;
    sent.unwrap().len()
}

both_worlds! {
    async fn a_positive_receipt_confirms_the_order_and_its_repetition_changes_nothing(
        world: &mut World
    ) {
        let order = world.sent_order(2).await;
        let receipt = world.receipt_of(&order, Outcome::Ok);
        world.receive(&receipt).await;
        let confirmed = world.order(&order.number).await;
        assert_eq!(confirmed.state, OrderState::ReceiptOk);
        assert!(confirmed.receipt_at.is_some());

        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;

        assert_eq!(world.order(&order.number).await, confirmed);
    }

    async fn the_same_bytes_are_kept_once(world: &mut World) {
        let order = world.sent_order(1).await;
        let document = world.signed_receipt(&world.receipt_of(&order, Outcome::Ok));

        assert_eq!(world.arrive(document.clone()).await, Kept::New);
        assert_eq!(world.arrive(document.clone()).await, Kept::Before);
        world.settle().await;
        assert_eq!(world.arrive(document).await, Kept::Before);
        world.settle().await;

        let told = steps(world, order.id).await;
        assert_eq!(told.iter().filter(|step| *step == "RECEIPT_POSITIVE").count(), 1);
    }

    async fn a_document_that_nobody_read_waits_for_the_next_process(world: &mut World) {
        let order = world.sent_order(1).await;
        world.arrive(world.signed_receipt(&world.receipt_of(&order, Outcome::Ok))).await;
        world.leave_unsettled();
        world.restart().await;
        let mut tx = world.read().await;
        let waiting = inbox::list(&mut tx, InboxState::Arrived, None, 10).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(world.order(&order.number).await.state, OrderState::Sent);
    }

    async fn a_receipt_may_come_before_the_delivery_is_recorded(world: &mut World) {
        let order = world.sealed_order(1).await;
        let departure = lease_next(&world.gateway, "test").await.unwrap().unwrap();

        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;
        let arrival = answered(world, DeliveryVerdict::Delivered, 201);
        assert!(record_attempt(&world.gateway, &departure, &arrival).await.unwrap());

        let order = world.order(&order.number).await;
        assert_eq!(order.state, OrderState::ReceiptOk);
        assert!(order.sent_at.is_some() && world.holds().await.is_empty());
    }

    async fn an_order_with_a_receipt_is_not_sent_again(world: &mut World) {
        let order = world.sealed_order(1).await;
        world.try_to_deliver(DeliveryVerdict::Ambiguous, 504).await;
        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;

        world.pass(TimeDelta::hours(1));

        assert!(world.deliver().await.is_empty());
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
    }

    async fn a_refused_order_waits_for_an_operator_who_sends_it_again(world: &mut World) {
        let order = world.sent_order(1).await;
        world.receive(&world.refusal_of(&order)).await;
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptRejected);
        assert_eq!(world.holds().await, [(order.number.clone(), 808)]);

        resend(&world.gateway, &order.number, OPERATOR, "the schema is mended").await.unwrap();
        assert!(world.holds().await.is_empty());
        assert_eq!(world.deliver().await, slice::from_ref(&order.number));
        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;

        let after = world.order(&order.number).await;
        assert_eq!((after.state, after.resends), (OrderState::ReceiptOk, 1));
        assert_eq!((after.sha256, after.sealed), (order.sha256, order.sealed), "the same bytes");
    }

    async fn an_answer_that_refuses_with_a_receipt_ends_as_a_refused_order(world: &mut World) {
        let order = world.sealed_order(1).await;
        let departure = lease_next(&world.gateway, "test").await.unwrap().unwrap();
        // As the dispatcher does: the receipt in the answer is kept before the try is recorded.
        world.arrive(world.signed_receipt(&world.refusal_of(&order))).await;
        let arrival = answered(world, DeliveryVerdict::Permanent, 409);
        record_attempt(&world.gateway, &departure, &arrival).await.unwrap();
        world.settle().await;

        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptRejected);
        assert_eq!(world.holds().await, [(order.number.clone(), 808)]);
        let dead = outbox::count_dead(&mut world.read().await, order.id.0).await.unwrap();
        assert_eq!(dead, 0, "the receipt says what became of it");
    }

    async fn a_refusal_that_is_read_before_its_answer_is_recorded_ends_the_same(
        world: &mut World
    ) {
        let order = world.sealed_order(1).await;
        let departure = lease_next(&world.gateway, "test").await.unwrap().unwrap();
        world.receive(&world.refusal_of(&order)).await;
        let arrival = answered(world, DeliveryVerdict::Permanent, 409);
        record_attempt(&world.gateway, &departure, &arrival).await.unwrap();

        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptRejected);
        assert_eq!(world.holds().await, [(order.number.clone(), 808)]);
        let dead = outbox::count_dead(&mut world.read().await, order.id.0).await.unwrap();
        assert_eq!(dead, 0);
    }

    async fn an_order_that_nobody_takes_dies_and_is_sent_again_by_an_operator(
        world: &mut World
    ) {
        let order = world.sealed_order(1).await;
        for _ in 0..world.config.delivery.attempts_max {
            world.try_to_deliver(DeliveryVerdict::Retry, 500).await;
            world.pass(TimeDelta::hours(6));
        }
        assert_eq!(world.holds().await, [(order.number.clone(), 805)]);
        assert!(world.deliver().await.is_empty());

        resend(&world.gateway, &order.number, OPERATOR, "the bureau is back").await.unwrap();

        assert!(world.holds().await.is_empty());
        assert_eq!(world.deliver().await, slice::from_ref(&order.number));
        assert_eq!(world.order(&order.number).await.state, OrderState::Sent);
    }

    async fn a_refused_order_that_is_given_up_frees_its_applications(world: &mut World) {
        let applications = world.ready_many(2).await;
        world.pass(TimeDelta::hours(4));
        world.settle().await;
        world.deliver().await;
        let order = world.only_order().await;
        world.receive(&world.refusal_of(&order)).await;

        give_up(&world.gateway, &order.number, &[], OPERATOR, "wrong product").await.unwrap();

        assert_eq!(world.order(&order.number).await.state, OrderState::Cancelled);
        assert_eq!(world.states(&applications).await, [ApplicationState::Ready; 2]);
        assert!(world.holds().await.is_empty());
        world.settle().await;
        let second = world.orders().await.pop().unwrap();
        let attempts: Vec<_> = world.lines(&second).await.iter().map(|line| line.attempt).collect();
        assert_eq!(attempts, [2, 2]);
    }

    async fn who_leaves_a_given_up_order_has_waited_since_first_ready(world: &mut World) {
        let applications = world.ready_many(1).await;
        let since = world.application(applications[0].id).await.ready_since;
        assert_eq!(since, Some(world.now()));
        world.pass(TimeDelta::hours(4));
        world.settle().await;
        world.deliver().await;
        let order = world.only_order().await;
        world.receive(&world.refusal_of(&order)).await;

        give_up(&world.gateway, &order.number, &[], OPERATOR, "wrong product").await.unwrap();

        assert_eq!(world.application(applications[0].id).await.ready_since, since);
        world.settle().await;
        let second = world.orders().await.pop().unwrap();
        assert_eq!(second.close_reason, "AGE", "it does not wait for four more hours");
    }

    async fn who_owed_a_fee_again_begins_to_wait_anew(world: &mut World) {
        use cei_gateway::domain::application::ApplicationEvent::{FeeReopened, FeeSettled};

        let application = world.ready().await;
        world.pass(TimeDelta::hours(1));
        let note = note(&world.gateway, OPERATOR, None);
        let mut tx = world.write().await;
        let mut state = ApplicationState::Ready;
        for event in [FeeReopened, FeeSettled] {
            let id = application.id.0;
            let step = take_step::<history::Application>(&mut tx, id, state, event, &note).await;
            state = step.unwrap();
        }
        tx.commit().await.unwrap();
        let since = world.application(application.id).await.ready_since;
        assert_eq!(since, Some(world.now()));
    }

    async fn a_refused_order_is_split_and_the_good_lines_go_out_at_once(world: &mut World) {
        let applications = world.ready_many(3).await;
        world.pass(TimeDelta::hours(4));
        world.settle().await;
        world.deliver().await;
        let order = world.only_order().await;
        world.receive(&world.refusal_of(&order)).await;

        give_up(&world.gateway, &order.number, &[2], OPERATOR, "line 2 is in doubt").await.unwrap();
        world.settle().await;

        let [old, new] = world.orders().await.try_into().unwrap();
        assert_eq!((old.state, new.state), (OrderState::Cancelled, OrderState::Queued));
        assert_eq!((new.replaces, new.line_count), (Some(old.id), 2));
        assert_eq!(new.close_reason, "REPLACEMENT");
        let expected = [
            ApplicationState::Ordered,
            ApplicationState::OnHold,
            ApplicationState::Ordered,
        ];
        assert_eq!(world.states(&applications).await, expected);
        assert_eq!(world.holds().await, [(applications[1].number.clone(), 810)]);
        let document = world.document_text(&new).await;
        assert!(document.contains(&format!("<Replaces>{}</Replaces>", old.number)), "{document}");
        assert_eq!(world.deliver().await, [new.number]);
    }

    async fn an_order_that_the_bureau_may_hold_is_not_given_up(world: &mut World) {
        let order = world.sealed_order(1).await;
        world.try_to_deliver(DeliveryVerdict::Ambiguous, 504).await;

        let refused = give_up(&world.gateway, &order.number, &[], OPERATOR, "too slow").await;

        let number = order.number.clone();
        let Err(Failure::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal, OrderRefusal::MaybeHeld { number });
        assert_eq!(world.order(&order.number).await.state, OrderState::Queued);
    }

    async fn an_order_whose_bytes_are_leaving_is_not_given_up(world: &mut World) {
        let order = world.sealed_order(1).await;
        let _departure = lease_next(&world.gateway, "test").await.unwrap().unwrap();

        let refused = give_up(&world.gateway, &order.number, &[], OPERATOR, "too slow").await;

        assert!(matches!(refused, Err(Failure::Refused(OrderRefusal::MaybeHeld { .. }))));
    }

    async fn a_split_that_names_a_line_which_is_not_there_changes_nothing(world: &mut World) {
        let order = world.sealed_order(1).await;
        let refused = give_up(&world.gateway, &order.number, &[1, 9], OPERATOR, "test").await;
        let Err(Failure::Refused(refusal)) = refused else { panic!("{refused:?}") };
        let number = order.number.clone();
        assert_eq!(refusal, OrderRefusal::NoSuchLine { number, line_no: 9 });
        assert_eq!(world.order(&order.number).await, order);
    }

    async fn receipts_that_cannot_be_ours_are_holds_and_change_nothing(world: &mut World) {
        let order = world.sent_order(1).await;
        let mut unknown = world.receipt_of(&order, Outcome::Ok);
        unknown.order_number = "CNIN-20200101-0001".to_owned();
        world.receive(&unknown).await;
        let mut other_bytes = world.receipt_of(&order, Outcome::Ok);
        other_bytes.order_sha256 = [9; 32];
        world.receive(&other_bytes).await;

        let expected = [(unknown.order_number, 108), (order.number.clone(), 802)];
        assert_eq!(world.holds().await, expected);
        assert_eq!(world.order(&order.number).await, order);
    }

    async fn a_receipt_that_counts_other_lines_is_a_hold_and_changes_nothing(world: &mut World) {
        let order = world.sent_order(2).await;
        let mut receipt = world.receipt_of(&order, Outcome::Ok);
        receipt.line_count = Some(3);
        world.receive(&receipt).await;

        assert_eq!(world.holds().await, [(order.number.clone(), 802)]);
        assert_eq!(world.order(&order.number).await, order);
    }

    async fn a_receipt_for_another_message_is_a_hold_and_changes_nothing(world: &mut World) {
        let order = world.sent_order(1).await;
        let mut receipt = world.receipt_of(&order, Outcome::Ok);
        receipt.in_reply_to = Some(world.id());
        world.receive(&receipt).await;

        assert_eq!(world.holds().await, [(order.number.clone(), 802)]);
        assert_eq!(world.order(&order.number).await, order);
    }

    async fn other_bytes_under_an_id_that_was_acted_upon_are_set_aside(world: &mut World) {
        let order = world.sent_order(1).await;
        let mut receipt = world.receipt_of(&order, Outcome::Ok);
        world.receive(&receipt).await;
        receipt.created_at += TimeDelta::seconds(1);

        let heard = world.hear(world.signed_receipt(&receipt)).await;

        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(111)));
        assert_eq!(world.hold_codes().await, [111]);
    }

    async fn a_document_of_the_other_environment_is_set_aside(world: &mut World) {
        let order = world.sent_order(1).await;
        let mut receipt = world.receipt_of(&order, Outcome::Ok);
        receipt.test = false;

        let heard = world.hear(world.signed_receipt(&receipt)).await;

        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(109)));
        assert_eq!(world.order(&order.number).await.state, OrderState::Sent);
    }

    async fn a_silent_bureau_gets_the_same_bytes_again_and_then_an_operator_is_asked(
        world: &mut World
    ) {
        let order = world.sent_order(1).await;
        world.pass(TimeDelta::minutes(59));
        world.settle().await;
        assert_eq!(messages(world).await, 1);

        world.pass(TimeDelta::minutes(1));
        world.settle().await;
        assert_eq!(messages(world).await, 2);
        assert_eq!(world.deliver().await, slice::from_ref(&order.number));
        let again = world.order(&order.number).await;
        assert_eq!((again.sha256, again.resends), (order.sha256.clone(), 1));
        assert!(world.holds().await.is_empty());

        world.wait_until(order.signed_at.unwrap() + TimeDelta::minutes(1_440));
        world.settle().await;
        assert_eq!(world.holds().await, [(order.number.clone(), 801)]);
        world.pass(TimeDelta::days(1));
        world.settle().await;
        assert_eq!(messages(world).await, 2, "nothing is sent while an operator is asked");

        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;
        assert!(world.holds().await.is_empty());
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
    }

    async fn orders_have_steps_for_all_that_happened_to_them(world: &mut World) {
        let order = world.received_order(1).await;
        let expected = [
            "BYTES_DELIVERED",
            "DOCUMENT_SIGNED",
            "LINES_FIXED",
            "PUT_IN_OUTBOX",
            "RECEIPT_POSITIVE",
        ];
        assert_eq!(steps(world, order.id).await, expected);
    }
}
