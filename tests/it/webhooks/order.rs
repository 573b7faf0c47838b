//! Order, repetition, and that offices do not wait for each other.

use std::time::Duration;

use cei_gateway::domain::webhook::OnExhausted;
use cei_gateway::flow::webhooks::turn;
use cei_gateway::worker::bell::Bell;
use cei_gateway::worker::herald::deliver;
use cei_gateway::worker::{Progress, Worker};
use chrono::TimeDelta;

use super::kit::{
    Receivers, dead, herald, lane, lease, push, push_by, push_for, runs, set_up, set_up_with,
    status, tell, url, webhook,
};
use crate::kit::world::both_worlds;

both_worlds! {
    async fn events_are_pushed_in_order_and_recorded_in_one_row(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 7).await;
        assert_eq!(push(world, &receivers).await, Progress::Worked);

        let heard = receivers.heard(&url(0));
        let places: Vec<_> = heard.iter().map(|taken| (taken.previous(), taken.seq())).collect();
        assert_eq!(places, (1..=7).map(|seq| (seq - 1, seq)).collect::<Vec<_>>());
        assert_eq!(heard[0].id.to_string(), heard[0].body["data"]["id"].as_str().unwrap());
        assert_eq!(heard[0].body["type"], "ro.cei.application.ready.v1");

        let lane = lane(world, office).await;
        assert_eq!((lane.acked_seq, lane.delivered_seq, lane.attempts), (7, 7, 0));
        assert_eq!(lane.lease_owner, None);
        let runs = runs(world, office).await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert_eq!((runs[0].first_seq, runs[0].last_seq, runs[0].attempt), (1, 7, 1));
        assert_eq!((runs[0].outcome.as_str(), runs[0].status), ("DELIVERED", Some(200)));

        // Seven of fifty in a second: it rests for a moment, and is then at rest for good.
        assert_eq!(lane.next_attempt_at.unwrap() - world.now(), TimeDelta::milliseconds(140));
        assert_eq!(push(world, &receivers).await, Progress::Idle);
        push_for(world, &receivers, TimeDelta::seconds(1)).await;
        let rested = super::kit::lane(world, office).await;
        assert_eq!((rested.next_attempt_at, rested.lease_owner), (None, None));
    }

    async fn what_was_told_before_the_webhook_was_set_up_is_not_pushed(world: &mut World) {
        let receivers = Receivers::default();
        let office = world.offices[0].id;
        tell(world, office, 3).await;
        set_up(world, 0).await;
        tell(world, office, 2).await;
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0)), [4, 5]);
        assert_eq!(receivers.heard(&url(0))[0].previous(), 3, "no gap is announced");
    }

    async fn more_than_one_turn_takes_is_pushed_in_several(world: &mut World) {
        world.config.webhooks.batch = 3;
        world.config.webhooks.rate_per_second = 1_000_000;
        world.restart().await;
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 10).await;
        push_for(world, &receivers, TimeDelta::seconds(1)).await;
        assert_eq!(receivers.seqs(&url(0)), (1..=10).collect::<Vec<_>>());
        assert_eq!(runs(world, office).await.len(), 4);
    }

    async fn a_receiver_that_fails_is_given_the_same_event_by_the_schedule(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 3).await;
        receivers.answer(&url(0), &[status(200), status(500), status(503)]);
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 2]);
        let after = lane(world, office).await;
        assert_eq!((after.acked_seq, after.attempts), (1, 1));
        let wait = after.next_attempt_at.unwrap() - world.now();
        assert!(wait > TimeDelta::seconds(3) && wait <= TimeDelta::seconds(5), "{wait}");

        assert_eq!(push(world, &receivers).await, Progress::Idle, "not before its time");
        world.pass(TimeDelta::seconds(5));
        push(world, &receivers).await;
        let wait = lane(world, office).await.next_attempt_at.unwrap() - world.now();
        assert!(wait > TimeDelta::minutes(3) && wait <= TimeDelta::minutes(5), "{wait}");
        push_for(world, &receivers, TimeDelta::minutes(5)).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 2, 2, 2, 3]);
        assert_eq!(receivers.heard(&url(0))[3].previous(), 1);
        assert_eq!(lane(world, office).await.acked_seq, 3);
    }

    async fn a_receiver_that_asks_for_time_is_left_in_peace_until_then(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 1).await;
        receivers.answer(&url(0), &[cei_gateway::domain::delivery::Outcome::Status {
            code: 429,
            retry_after: Some(Duration::from_mins(10)),
        }]);
        push(world, &receivers).await;
        let due = lane(world, office).await.next_attempt_at.unwrap();
        assert_eq!(due - world.now(), TimeDelta::minutes(10));
        assert_eq!(lane(world, office).await.breaker, "CLOSED");
        push_for(world, &receivers, TimeDelta::minutes(10)).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 1]);
    }

    async fn a_receiver_that_does_not_answer_holds_up_nobody_else(world: &mut World) {
        let receivers = Receivers::default();
        let silent = set_up(world, 0).await;
        let others = [set_up(world, 1).await, set_up(world, 2).await];
        receivers.stick(&url(0));
        for office in [silent, others[0], others[1]] {
            tell(world, office, 3).await;
        }
        let herald = herald(&receivers, "test");
        // The turn of the silent one goes on from pass to pass.
        for _ in 0..20 {
            let passed = tokio::time::timeout(Duration::from_secs(5), herald.pass(&world.gateway));
            assert_eq!(passed.await.unwrap().unwrap(), Progress::Worked);
            if others.iter().enumerate().all(|(at, _)| receivers.seqs(&url(at + 1)).len() == 3) {
                break;
            }
        }
        for number in [1, 2] {
            assert_eq!(receivers.seqs(&url(number)), [1, 2, 3]);
        }
        assert!(receivers.seqs(&url(0)).is_empty());
        // Nor does what they are told meanwhile wait.
        tell(world, others[0], 1).await;
        // The rest that the rate asks for is over.
        world.pass(TimeDelta::seconds(1));
        world.gateway.bells.ring(Bell::Herald);
        for _ in 0..20 {
            herald.pass(&world.gateway).await.unwrap();
            if receivers.seqs(&url(1)).len() == 4 {
                break;
            }
        }
        assert_eq!(receivers.seqs(&url(1)), [1, 2, 3, 4]);
        receivers.release();
        push_by(&world.gateway, &herald).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 2, 3]);
    }

    async fn no_more_lanes_are_leased_than_can_be_served(world: &mut World) {
        world.config.webhooks.concurrency = 2;
        world.restart().await;
        let receivers = Receivers::default();
        for number in 0..4 {
            let office = set_up(world, number).await;
            receivers.stick(&url(number));
            tell(world, office, 1).await;
        }
        let first = herald(&receivers, "one");
        first.pass(&world.gateway).await.unwrap();
        // What it did not lease is there for another process.
        assert_eq!(lease(world, "two").await.len(), 2);
        receivers.release();
        push_by(&world.gateway, &first).await;
        world.pass(TimeDelta::seconds(60));
        push_by(&world.gateway, &first).await;
        for number in 0..4 {
            assert_eq!(receivers.seqs(&url(number)), [1]);
        }
    }

    async fn several_processes_share_the_lanes_and_send_nothing_twice(world: &mut World) {
        let receivers = Receivers::default();
        let mut offices = Vec::new();
        for number in 0..8 {
            offices.push(set_up(world, number).await);
            tell(world, offices[number], 20).await;
        }
        let heralds = ["one", "two", "three"].map(|owner| herald(&receivers, owner));
        let pushing = heralds.iter().map(|herald| push_by(&world.gateway, herald));
        futures_util::future::join_all(pushing).await;
        for number in 0..8 {
            assert_eq!(receivers.seqs(&url(number)), (1..=20).collect::<Vec<_>>());
        }
    }

    async fn a_rate_holds_whoever_pushes(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up_with(world, 0, &url(0), OnExhausted::DeadLetter, Some(4)).await;
        tell(world, office, 10).await;
        push_by(&world.gateway, &herald(&receivers, "one")).await;
        assert_eq!(receivers.seqs(&url(0)).len(), 4, "a second's worth");
        push_by(&world.gateway, &herald(&receivers, "two")).await;
        assert_eq!(receivers.seqs(&url(0)).len(), 4, "the second is not over");
        world.pass(TimeDelta::seconds(1));
        push_by(&world.gateway, &herald(&receivers, "two")).await;
        assert_eq!(receivers.seqs(&url(0)).len(), 8);
        world.pass(TimeDelta::seconds(1));
        push_by(&world.gateway, &herald(&receivers, "one")).await;
        assert_eq!(receivers.seqs(&url(0)).len(), 10);
        // Two of four were used up; an event that comes now waits for half a second.
        tell(world, office, 1).await;
        push_by(&world.gateway, &herald(&receivers, "two")).await;
        assert_eq!(receivers.seqs(&url(0)).len(), 10);
        world.pass(TimeDelta::milliseconds(500));
        push_by(&world.gateway, &herald(&receivers, "one")).await;
        assert_eq!(receivers.seqs(&url(0)).len(), 11);
    }

    async fn a_holder_whose_lease_was_lost_changes_nothing(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 3).await;
        let [stale] = lease(world, "slow").await.try_into().unwrap();
        let departure = turn::load(&world.gateway, stale.clone()).await.unwrap().unwrap();
        assert_eq!(departure.events.len(), 3);
        // It is held up for longer than its lease; meanwhile the receiver gets worse.
        world.pass(TimeDelta::seconds(61));
        receivers.answer(&url(0), &[status(200), status(500)]);
        push(world, &receivers).await;
        let before = (lane(world, office).await, runs(world, office).await);
        assert_eq!((before.0.acked_seq, before.0.attempts), (1, 1));

        for answers in [[status(200), status(200)], [status(410), status(422)]] {
            receivers.answer(&url(0), &answers);
            let held = deliver(&world.gateway, &receivers, stale.clone(), || true).await.unwrap();
            assert!(!held);
            let after = lane(world, office).await;
            assert_eq!(format!("{after:?}"), format!("{:?}", before.0));
            assert_eq!(runs(world, office).await, before.1);
            assert_eq!(webhook(world, office).await.reason, None);
            assert!(dead(world, office).await.is_empty());
            assert!(world.holds().await.is_empty());
        }
    }

    async fn an_office_without_a_webhook_is_never_leased(world: &mut World) {
        let office = world.offices[0].id;
        tell(world, office, 3).await;
        assert!(lease(world, "test").await.is_empty());
        assert_eq!(lane(world, office).await.next_attempt_at, None);
    }
}
