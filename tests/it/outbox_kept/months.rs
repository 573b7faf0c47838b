//! Months made ahead and dropped, beginnings cut off; and nothing that somebody still needs.

use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::id::OrderId;
use cei_gateway::domain::month::Month;
use cei_gateway::domain::operator::Actor;
use cei_gateway::flow::dead_letters::decide_one;
use cei_gateway::flow::outbox_retention::{Obstacle, Oldest, drop_oldest_month, make_months};
use cei_gateway::gateway::Gateway;
use cei_gateway::store::dead_letter_decisions::DeadLetterAction;
use cei_gateway::store::{Interruption, Kind, orders, outbox};
use cei_gateway::worker::pruner::Pruner;
use cei_gateway::worker::{Progress, Worker, drain};
use chrono::TimeDelta;

use super::{
    assert_whole, bury_first, lane_of, messages, months_of_outbox, office_lane, tell_office,
};
use crate::kit::databases::{rows, run_sql};
use crate::kit::world::{World, both_worlds};

/// Days for which everything is kept, as the defaults say.
const KEPT: i64 = 400;

/// A process that has just started prunes until nothing is left to do.
async fn prune_with(gateway: &Gateway) -> anyhow::Result<()> {
    drain(&Pruner::default(), gateway, 1_000).await.map(drop)
}

async fn prune(world: &World) {
    prune_with(&world.gateway).await.expect("a pruner's passes");
}

/// Tells an office one thing a week, for so many weeks, with a pruner at work.
async fn live(world: &World, lane: &str, weeks: usize) {
    for _ in 0..weeks {
        prune(world).await;
        tell_office(world, lane, 1).await;
        world.pass(TimeDelta::weeks(1));
    }
}

fn is_postgres(world: &World) -> bool {
    world.gateway.store.kind() == Kind::Postgres
}

async fn count_attempts(world: &World) -> i64 {
    let mut tx = world.read().await;
    rows!((i64,), &mut tx, "SELECT COUNT(*) FROM delivery_attempts")[0].0
}

both_worlds! {
    async fn months_are_there_before_they_begin(world: &mut World) {
        let this = Month::of(world.now());
        let made = make_months(&world.gateway).await.unwrap();
        if !is_postgres(world) {
            assert_eq!((made, months_of_outbox(world).await), (0, Vec::new()));
            return;
        }
        assert!(made >= 6, "three months of the log, and of the tries");
        assert_eq!(months_of_outbox(world).await, [this, this.next(), this.next().next()]);
        assert_eq!(make_months(&world.gateway).await.unwrap(), 0, "once is enough");

        let lane = office_lane(world, 0);
        tell_office(world, &lane, 1).await;
        world.pass(TimeDelta::days(31));
        tell_office(world, &lane, 1).await;
        let mut tx = world.read().await;
        let places = rows!((String,), &mut tx, "SELECT tableoid::regclass::text FROM outbox ORDER BY seq");
        assert_eq!(places, [("outbox_2026_11".to_owned(),), ("outbox_2026_12".to_owned(),)]);
    }

    async fn what_is_past_its_time_goes_and_the_lane_begins_behind_it(world: &mut World) {
        let lane = office_lane(world, 0);
        live(world, &lane, 80).await;
        prune(world).await;

        assert_whole(world, &lane).await;
        let kept = messages(world, &lane).await;
        let limit = world.now() - TimeDelta::days(KEPT);
        let in_time = kept.iter().filter(|message| message.created_at >= limit).count();
        let weeks = usize::try_from(KEPT / 7).unwrap();
        assert_eq!(in_time, weeks, "whatever is in its time is kept");
        // A month goes as a whole, so that it waits for its last day.
        let overdue = kept.len() - in_time;
        assert!(overdue <= if is_postgres(world) { 5 } else { 0 }, "{overdue} are past their time");
        let floor = lane_of(world, &lane).await.floor_seq;
        assert_eq!(usize::try_from(floor).unwrap() + kept.len(), 80);
    }

    async fn what_lies_in_no_month_goes_too(world: &mut World) {
        // Nobody made months: on PostgreSQL all of it lies in the DEFAULT table.
        let lane = office_lane(world, 0);
        for _ in 0..60 {
            tell_office(world, &lane, 20).await;
            world.pass(TimeDelta::weeks(1));
        }
        prune(world).await;
        assert_whole(world, &lane).await;
        let kept = messages(world, &lane).await;
        let limit = world.now() - TimeDelta::days(KEPT);
        assert!(kept.iter().all(|message| message.created_at >= limit));
        assert_eq!(kept.len(), 57 * 20);
    }

    async fn a_month_whose_rows_lie_elsewhere_is_left_to_itself(world: &mut World) {
        let lane = office_lane(world, 0);
        tell_office(world, &lane, 3).await;
        make_months(&world.gateway).await.unwrap();
        if is_postgres(world) {
            let this = Month::of(world.now());
            assert_eq!(months_of_outbox(world).await, [this.next(), this.next().next()]);
        }
        tell_office(world, &lane, 3).await;
        assert_whole(world, &lane).await;
        assert_eq!(messages(world, &lane).await.len(), 6);
    }

    async fn what_is_still_to_be_pushed_is_kept(world: &mut World) {
        let lane = office_lane(world, 0);
        let other = office_lane(world, 1);
        let mut tx = world.write().await;
        run_sql!(&mut tx, "UPDATE lanes SET pushed = TRUE, acked_seq = 1 WHERE lane = $1", lane.as_str());
        tx.commit().await.unwrap();
        make_months(&world.gateway).await.unwrap();
        tell_office(world, &lane, 3).await;
        tell_office(world, &other, 3).await;
        world.pass(TimeDelta::days(KEPT + 40));
        prune(world).await;

        assert_whole(world, &lane).await;
        let seqs: Vec<i64> = messages(world, &lane).await.iter().map(|one| one.seq).collect();
        // A month is kept as a whole; a lane on SQLite loses what was delivered.
        assert_eq!(seqs, if is_postgres(world) { vec![1, 2, 3] } else { vec![2, 3] });
        if is_postgres(world) {
            let kept = drop_oldest_month(&world.gateway).await.unwrap();
            let month = months_of_outbox(world).await[0];
            assert_eq!(kept, Oldest::Kept(month, Obstacle::Undelivered(lane.clone())));
        }

        let mut tx = world.write().await;
        run_sql!(&mut tx, "UPDATE lanes SET acked_seq = 3 WHERE lane = $1", lane.as_str());
        tx.commit().await.unwrap();
        prune(world).await;
        assert_eq!(messages(world, &lane).await.len(), 0);
        assert_eq!(messages(world, &other).await.len(), 0);
        assert_eq!(lane_of(world, &lane).await.floor_seq, 3);
    }

    async fn a_dead_letter_keeps_its_message_until_somebody_decides(world: &mut World) {
        let lane = office_lane(world, 0);
        make_months(&world.gateway).await.unwrap();
        let ids = tell_office(world, &lane, 3).await;
        bury_first(world, &lane, 1, "REFUSED 400").await;
        world.pass(TimeDelta::days(KEPT + 40));
        prune(world).await;
        assert_eq!(messages(world, &lane).await.len(), 3);

        let actor = Actor::Operator("ana".to_owned());
        let discard = DeadLetterAction::Discard;
        decide_one(&world.gateway, ids[0], discard, &actor, "it is of no use any more").await.unwrap();
        prune(world).await;
        assert_eq!(messages(world, &lane).await.len(), 0);
        let dead = outbox::find_dead(&mut world.read().await, ids[0]).await.unwrap();
        assert!(dead.is_some(), "what was decided today is remembered");

        world.pass(TimeDelta::days(KEPT + 1));
        prune(world).await;
        assert!(outbox::find_dead(&mut world.read().await, ids[0]).await.unwrap().is_none());
    }

    async fn an_order_that_is_not_answered_keeps_its_message_and_its_tries(world: &mut World) {
        make_months(&world.gateway).await.unwrap();
        let order = world.sealed_order(1).await;
        world.try_to_deliver(DeliveryVerdict::Delivered, 200).await;
        let lane = world.gateway.bureau_lane();
        assert_eq!((messages(world, &lane).await.len(), count_attempts(world).await), (1, 1));
        world.pass(TimeDelta::days(KEPT + 40));
        prune(world).await;
        assert_eq!((messages(world, &lane).await.len(), count_attempts(world).await), (1, 1));

        let mut tx = world.write().await;
        let id: OrderId = orders::find_by_number(&mut tx, &order.number).await.unwrap().unwrap().id;
        run_sql!(&mut tx, "UPDATE orders SET state = 'SETTLED' WHERE id = $1", id.0);
        tx.commit().await.unwrap();
        prune(world).await;
        assert_eq!((messages(world, &lane).await.len(), count_attempts(world).await), (0, 0));
    }

    async fn a_pruner_that_dies_anywhere_leaves_a_log_that_is_whole(world: &mut World) {
        let lane = office_lane(world, 0);
        // The first weeks lie in no month, and the order's message with its try in one.
        tell_office(world, &lane, 700).await;
        world.pass(TimeDelta::weeks(6));
        make_months(&world.gateway).await.unwrap();
        tell_office(world, &lane, 5).await;
        world.pass(TimeDelta::days(KEPT + 80));
        tell_office(world, &lane, 2).await;

        let mut deaths = 0;
        for transactions in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 5, 7, 9, 11, 13, 15, 17, 19, 50] {
            let mut dying = world.gateway.clone();
            dying.store = world.gateway.store.interrupted(Interruption::after(transactions));
            deaths += usize::from(prune_with(&dying).await.is_err());
            assert_whole(world, &lane).await;
        }
        assert!(deaths > 3, "died {deaths} times");
        prune(world).await;
        assert_whole(world, &lane).await;
        assert_eq!(lane_of(world, &lane).await.floor_seq, 705);
    }

    async fn replicas_that_prune_together_do_it_once(world: &mut World) {
        let lane = office_lane(world, 0);
        make_months(&world.gateway).await.unwrap();
        tell_office(world, &lane, 30).await;
        world.pass(TimeDelta::days(KEPT + 40));
        tell_office(world, &lane, 1).await;
        let pruned = tokio::join!(
            prune_with(&world.gateway),
            prune_with(&world.gateway),
            prune_with(&world.gateway),
        );
        for outcome in [pruned.0, pruned.1, pruned.2] {
            outcome.expect("no replica fails because of another");
        }
        prune(world).await;
        assert_whole(world, &lane).await;
        assert_eq!(lane_of(world, &lane).await.floor_seq, 30);
    }

    async fn a_month_in_use_is_dropped_later(world: &mut World) {
        let lane = office_lane(world, 0);
        make_months(&world.gateway).await.unwrap();
        tell_office(world, &lane, 3).await;
        world.pass(TimeDelta::days(KEPT + 40));
        if !is_postgres(world) {
            // Its one writer waits for nobody who reads.
            return;
        }
        make_months(&world.gateway).await.unwrap();
        // Somebody reads for long, as a backup does.
        let mut reader = world.read().await;
        outbox::list_after(&mut reader, &lane, 0, 1).await.unwrap();
        let pruner = Pruner::default();
        assert_eq!(pruner.pass(&world.gateway).await.unwrap(), Progress::Idle);
        assert_eq!(messages(world, &lane).await.len(), 3);
        drop(reader);

        world.pass(TimeDelta::minutes(1));
        drain(&pruner, &world.gateway, 100).await.unwrap();
        assert_eq!(messages(world, &lane).await.len(), 0);
    }

    async fn a_pruner_with_nothing_to_do_rests(world: &mut World) {
        let lane = office_lane(world, 0);
        let pruner = Pruner::default();
        drain(&pruner, &world.gateway, 100).await.unwrap();
        tell_office(world, &lane, 1).await;
        let mut dead = world.gateway.clone();
        dead.store = dead.store.interrupted(Interruption::after(0));
        assert_eq!(pruner.pass(&dead).await.unwrap(), Progress::Idle, "it did not even look");
        world.pass(TimeDelta::hours(1));
        assert!(pruner.pass(&dead).await.is_err(), "an hour later it looks");
    }
}
