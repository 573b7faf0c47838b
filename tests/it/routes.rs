//! The three ways between gateway and bureau: each carries an order and brings receipt and
//! acknowledgements back, and none loses or doubles anything when it breaks.

use std::path::PathBuf;

use cei_gateway::clock::Clock;
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::reason::Reason;
use cei_gateway::flow::decide_order::resend;
use cei_gateway::simulator::bureau::{Bureau, BureauKeys, BureauSettings, FailureRates};
use cei_gateway::store::orders::Order;
use cei_gateway::store::outbox;
use cei_gateway::worker::dispatcher::Dispatcher;
use cei_gateway::worker::postman::Postman;
use cei_gateway::worker::{Progress, drain};
use chrono::TimeDelta;

use crate::encryption::{encrypt, key_pem};
use crate::kit::databases::run_sql;
use crate::kit::world::{World, both_worlds, certificates};

/// A bureau whose cards never fail, towards which the gateway is configured by its address.
async fn open_bureau(world: &mut World) -> Bureau {
    let keys = BureauKeys::from_dir(certificates()).unwrap();
    open_bureau_with(world, keys, 1).await
}

async fn open_bureau_with(world: &mut World, keys: BureauKeys, seed: u64) -> Bureau {
    let settings = BureauSettings {
        rates: FailureRates::NONE,
        ..BureauSettings::honest(&world.config.bureau.code, seed)
    };
    let bureau = Bureau::open(settings, keys, Clock::Manual(world.clock.clone())).unwrap();
    world.config.bureau.url = bureau.url();
    world.restart().await;
    bureau
}

/// A bureau with which the gateway shares a folder, and nothing else.
async fn open_spool(world: &mut World) -> (Bureau, PathBuf) {
    let bureau = open_bureau(world).await;
    let dir = world.config.data_dir.join("spool");
    std::fs::create_dir(&dir).unwrap();
    bureau.use_spool(dir.clone());
    world.config.bureau.url = String::new();
    world.config.bureau.spool_dir = Some(dir.clone());
    world.restart().await;
    (bureau, dir)
}

/// Sends what is due; whether anything was.
async fn dispatch(world: &World) -> Progress {
    let dispatcher = Dispatcher {
        owner: "test".to_owned(),
    };
    drain(&dispatcher, &world.gateway, 10).await.unwrap()
}

/// Lets time pass in which the bureau works and the gateway fetches, until every line of the order
/// has left the bureau.
async fn until_shipped(world: &World, bureau: &Bureau, order: &Order) {
    let postman = Postman::of(&world.gateway).expect("a postman");
    for _ in 0..100 {
        world.pass(TimeDelta::hours(12));
        bureau.work().await.unwrap();
        drain(&postman, &world.gateway, 100).await.unwrap();
        world.settle().await;
        let lines = world.lines(order).await;
        if lines.iter().all(|line| line.state == LineState::Shipped) {
            return;
        }
    }
    panic!(
        "the cards do not leave the bureau: {:?}",
        world.lines(order).await
    );
}

/// Has an operator send an order again.
async fn send_again(world: &World, order: &Order) {
    let operator = Actor::Gateway("test");
    let resent = resend(&world.gateway, &order.number, &operator, "asked by phone").await;
    resent.unwrap();
}

/// How the lane of the bureau stands: breaker, and seconds until it is due.
async fn lane(world: &World) -> (String, Option<i64>) {
    let name = world.gateway.bureau_lane();
    let lane = outbox::find_lane(&mut world.read().await, &name).await;
    let lane = lane.unwrap().unwrap();
    let due = lane
        .next_attempt_at
        .map(|at| (at - world.now()).num_seconds());
    (lane.breaker, due)
}

both_worlds! {
    async fn over_https_an_order_goes_and_receipt_and_words_come_back(world: &mut World) {
        let bureau = open_bureau(world).await;
        bureau.keep_on_shelf();
        world.config.bureau.poll_seconds = 60;
        world.restart().await;
        let order = world.sealed_order(3).await;
        assert_eq!(dispatch(world).await, Progress::Worked);
        world.settle().await;
        let received = world.order(&order.number).await;
        assert_eq!(received.state, OrderState::ReceiptOk, "the answer brought the receipt");
        assert_eq!(bureau.ledger().lines, 3);

        until_shipped(world, &bureau, &order).await;
        assert_eq!(bureau.on_shelf(), 0, "everything was confirmed");
        assert_eq!(bureau.ledger().cards.values().sum::<u32>(), 3);
        bureau.close().await;
    }

    async fn an_encrypted_order_is_opened_by_whoever_has_the_key_alone(world: &mut World) {
        encrypt(world, false).await;
        let keys = BureauKeys::from_dir(certificates()).unwrap();
        let bureau = open_bureau_with(world, keys, 1).await;
        let order = world.sealed_order(2).await;
        dispatch(world).await;
        world.settle().await;
        let state = world.order(&order.number).await.state;
        assert_eq!(state, OrderState::ReceiptRejected, "without the key");
        assert_eq!(bureau.ledger().orders, 0);
        bureau.close().await;

        let keys = BureauKeys::from_dir(certificates()).unwrap();
        let keys = keys.with_decryption_key(&key_pem()).unwrap();
        // Another seed, so that it does not name its receipts as the first one did.
        let bureau = open_bureau_with(world, keys, 2).await;
        send_again(world, &order).await;
        dispatch(world).await;
        world.settle().await;
        let received = world.order(&order.number).await;
        assert_eq!(received.state, OrderState::ReceiptOk);
        assert_eq!(bureau.ledger().lines, 2);
        bureau.close().await;
    }

    async fn through_a_spool_an_order_goes_and_receipt_and_words_come_back(world: &mut World) {
        let (bureau, dir) = open_spool(world).await;
        let order = world.sealed_order(3).await;
        assert_eq!(dispatch(world).await, Progress::Worked);
        assert_eq!(world.order(&order.number).await.state, OrderState::Sent);
        assert_eq!(bureau.ledger().orders, 0, "it only lies there");

        until_shipped(world, &bureau, &order).await;
        assert_eq!(bureau.ledger().orders, 1);
        assert_eq!(bureau.ledger().cards.values().sum::<u32>(), 3);
        let left = std::fs::read_dir(dir.join("out")).unwrap().count();
        assert_eq!(left, 0);
        bureau.close().await;
    }

    async fn an_order_that_is_refused_at_the_door_costs_no_upload(world: &mut World) {
        let bureau = open_bureau(world).await;
        bureau.turn_away(Some((503, "600")));
        let order = world.sealed_order(3).await;
        dispatch(world).await;
        assert_eq!(bureau.body_bytes(), 0);
        assert_eq!(world.order(&order.number).await.state, OrderState::Queued);
        assert_eq!(lane(world).await, ("CLOSED".to_owned(), Some(600)));

        world.pass(TimeDelta::seconds(600));
        bureau.turn_away(None);
        dispatch(world).await;
        world.settle().await;
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
        let size = world.order(&order.number).await.size_bytes.unwrap();
        assert_eq!(bureau.body_bytes(), u64::try_from(size).unwrap());
        bureau.close().await;
    }

    async fn an_order_that_the_bureau_holds_is_not_uploaded_again(world: &mut World) {
        let bureau = open_bureau(world).await;
        let order = world.sealed_order(2).await;
        dispatch(world).await;
        let uploaded = bureau.body_bytes();
        // The answer got lost on its way to the record: the same is sent again.
        send_again(world, &order).await;
        dispatch(world).await;
        world.settle().await;
        assert_eq!(bureau.body_bytes(), uploaded);
        let ledger = bureau.ledger();
        assert_eq!((ledger.orders, ledger.repeated_orders), (1, 1));
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
        bureau.close().await;
    }

    async fn a_bureau_that_is_away_is_left_in_peace_and_tried_once(world: &mut World) {
        world.config.bureau.url = "https://localhost:1".to_owned();
        world.config.delivery.breaker_failures = 3;
        world.config.delivery.breaker_cool_down_seconds = 1000;
        world.restart().await;
        let order = world.sealed_order(1).await;
        for seconds in [10, 20] {
            dispatch(world).await;
            let (breaker, due) = lane(world).await;
            assert_eq!(breaker, "CLOSED");
            assert!(due.unwrap() <= seconds, "{due:?}");
            world.pass(TimeDelta::seconds(seconds));
        }
        dispatch(world).await;
        assert_eq!(lane(world).await, ("OPEN".to_owned(), Some(1000)));
        // Nothing that is put into the lane meanwhile leaves before the rest is over.
        world.pass(TimeDelta::seconds(999));
        assert_eq!(dispatch(world).await, Progress::Idle);

        world.pass(TimeDelta::seconds(1));
        dispatch(world).await;
        assert_eq!(lane(world).await.0, "OPEN", "the trial failed");
        assert_eq!(dispatch(world).await, Progress::Idle, "there was one");

        let bureau = open_bureau(world).await;
        world.pass(TimeDelta::seconds(1000));
        dispatch(world).await;
        world.settle().await;
        assert_eq!(lane(world).await, ("CLOSED".to_owned(), None));
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
        bureau.close().await;
    }

    async fn a_message_that_dies_leaves_the_breaker_open_for_the_next(world: &mut World) {
        world.config.bureau.url = "https://localhost:1".to_owned();
        world.config.delivery.attempts_max = 2;
        world.config.delivery.breaker_failures = 2;
        world.config.delivery.breaker_cool_down_seconds = 100_000;
        world.restart().await;
        world.sealed_order(1).await;
        dispatch(world).await;
        world.pass(TimeDelta::seconds(10));
        dispatch(world).await;
        assert_eq!(world.holds().await.len(), 1, "it is dead");
        assert_eq!(lane(world).await, ("OPEN".to_owned(), Some(100_000)));

        world.sealed_order(1).await;
        assert_eq!(dispatch(world).await, Progress::Idle, "it waits for the rest to be over");
        let (_, due) = lane(world).await;
        world.pass(TimeDelta::seconds(due.unwrap() + 1));
        assert_eq!(dispatch(world).await, Progress::Worked);
    }

    async fn what_waits_for_nothing_loses_its_rest_and_keeps_its_trial(world: &mut World) {
        world.config.bureau.url = "https://localhost:1".to_owned();
        world.config.delivery.attempts_max = 1;
        world.config.delivery.breaker_failures = 1;
        world.config.delivery.breaker_cool_down_seconds = 100;
        world.restart().await;
        world.sealed_order(1).await;
        dispatch(world).await;
        assert_eq!(lane(world).await, ("OPEN".to_owned(), Some(100)));
        world.pass(TimeDelta::seconds(100));
        dispatch(world).await;
        assert_eq!(lane(world).await, ("HALF_OPEN".to_owned(), None));
        world.sealed_order(1).await;
        dispatch(world).await;
        assert_eq!(lane(world).await.0, "OPEN", "the next message was the trial");
    }

    async fn an_order_whose_row_and_bytes_differ_waits_for_an_operator_and_holds_up_nothing(
        world: &mut World
    ) {
        let bureau = open_bureau(world).await;
        let order = world.sealed_order(1).await;
        let mut tx = world.write().await;
        run_sql!(&mut tx, "UPDATE orders SET size_bytes = size_bytes + 1");
        tx.commit().await.unwrap();
        let next = world.sealed_order(1).await;
        dispatch(world).await;
        world.settle().await;
        let waiting = (order.number.clone(), i64::from(Reason::DECRYPT_FAILED.number()));
        assert_eq!(world.holds().await, [waiting]);
        assert_eq!(world.order(&next.number).await.state, OrderState::ReceiptOk);
        bureau.close().await;
    }

    async fn an_order_lies_in_the_spool_once_however_often_it_is_sent(world: &mut World) {
        let (bureau, dir) = open_spool(world).await;
        let order = world.sealed_order(1).await;
        dispatch(world).await;
        let document = dir.join("out").join(format!("{}.xml", order.number));
        let before = std::fs::metadata(&document).unwrap().modified().unwrap();
        assert_eq!(std::fs::read(&document).unwrap(), world.document_of(&order).await);
        send_again(world, &order).await;
        assert_eq!(dispatch(world).await, Progress::Worked);
        let after = std::fs::metadata(&document).unwrap().modified().unwrap();
        assert_eq!(before, after, "it was left as it is");

        until_shipped(world, &bureau, &order).await;
        let ledger = bureau.ledger();
        assert_eq!((ledger.orders, ledger.repeated_orders), (1, 0));
        bureau.close().await;
    }
}
