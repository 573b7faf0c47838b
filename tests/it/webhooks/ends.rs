//! Receivers that refuse, are gone, or fail for days: what is set aside, who is warned, what stops.

use cei_gateway::domain::delivery::Outcome;
use cei_gateway::domain::webhook::{OnExhausted, WebhookState};
use cei_gateway::worker::Progress;
use chrono::TimeDelta;

use super::kit::{
    Receivers, dead, enable, history, lane, push, push_for, set_up, set_up_with, status, tell, url,
    webhook,
};
use crate::kit::world::both_worlds;

/// More than all waits of one event.
const WEEK: TimeDelta = TimeDelta::days(7);

both_worlds! {
    async fn a_refused_event_is_set_aside_and_the_next_one_announces_the_gap(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 4).await;
        receivers.answer(&url(0), &[status(200), status(422), status(200)]);
        push_for(world, &receivers, TimeDelta::minutes(1)).await;
        let places: Vec<_> = receivers
            .heard(&url(0))
            .iter()
            .map(|taken| (taken.previous(), taken.seq()))
            .collect();
        assert_eq!(places, [(0, 1), (1, 2), (1, 3), (3, 4)]);
        assert_eq!(dead(world, office).await, [(2, "PERMANENT 422".to_owned())]);
        let lane = lane(world, office).await;
        assert_eq!((lane.acked_seq, lane.delivered_seq), (4, 4));
        assert_eq!(webhook(world, office).await.refused_in_row, 0, "one was taken since");
    }

    async fn a_receiver_that_refuses_everything_is_stopped_before_all_is_set_aside(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 30).await;
        receivers.answer(&url(0), &[status(400); 30]);
        push_for(world, &receivers, TimeDelta::hours(1)).await;
        assert_eq!(dead(world, office).await.len(), 10);
        let stopped = webhook(world, office).await;
        assert_eq!((stopped.state, stopped.reason), (WebhookState::Disabled, Some(833)));
        assert_eq!(world.holds().await, [("CLJ-01".to_owned(), 833)]);
        assert_eq!(lane(world, office).await.acked_seq, 10);
    }

    async fn where_nothing_may_be_passed_over_a_refused_event_stays_the_first(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up_with(world, 0, &url(0), OnExhausted::Block, None).await;
        tell(world, office, 2).await;
        receivers.answer(&url(0), &[status(422); 10]);
        push_for(world, &receivers, WEEK).await;
        assert_eq!(receivers.seqs(&url(0)), [1; 10]);
        assert!(dead(world, office).await.is_empty());
        let stopped = webhook(world, office).await;
        assert_eq!((stopped.state, stopped.reason), (WebhookState::Disabled, Some(831)));
        enable(world, office).await;
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0))[10..], [1, 2]);
        assert!(world.holds().await.is_empty());
    }

    async fn a_receiver_that_fails_for_days_is_warned_of_and_then_disabled(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 2).await;
        receivers.answer(&url(0), &[Outcome::ConnectFailed; 10]);
        push_for(world, &receivers, TimeDelta::hours(3)).await;
        assert_eq!(webhook(world, office).await.warned_percent, 50);
        assert!(world.holds().await.is_empty());
        push_for(world, &receivers, WEEK).await;

        assert_eq!(receivers.seqs(&url(0)), [1; 10]);
        let told = history(world, office).await;
        let ladder: Vec<_> = told.iter().filter(|what| !what.starts_with("KEY")).collect();
        assert_eq!(
            ladder,
            ["SET_UP", "TURNED_ON", "WARNED_50", "WARNED_70", "WARNED_90", "EXHAUSTED", "OPENED"]
        );
        let stopped = webhook(world, office).await;
        assert_eq!((stopped.state, stopped.reason), (WebhookState::Disabled, Some(831)));
        assert_eq!(stopped.warned_percent, 100);
        assert_eq!(dead(world, office).await, [(1, "RETRY".to_owned())]);
        assert_eq!(world.holds().await, [("CLJ-01".to_owned(), 831)]);
        let rested = lane(world, office).await;
        assert_eq!((rested.pushed, rested.next_attempt_at, rested.acked_seq), (false, None, 1));

        // What comes meanwhile waits, and goes once the office has mended its receiver.
        tell(world, office, 1).await;
        assert_eq!(push(world, &receivers).await, Progress::Idle);
        enable(world, office).await;
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0))[10..], [2, 3]);
        assert_eq!(receivers.heard(&url(0))[10].previous(), 0, "the gap is announced");
        let mended = webhook(world, office).await;
        assert_eq!((mended.reason, mended.warned_percent), (None, 0));
        assert!(world.holds().await.is_empty());
    }

    async fn a_receiver_that_works_again_is_forgiven(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 1).await;
        receivers.answer(&url(0), &[status(500); 7]);
        push_for(world, &receivers, WEEK).await;
        let forgiven = webhook(world, office).await;
        assert_eq!((forgiven.state, forgiven.warned_percent), (WebhookState::Enabled, 0));
        assert_eq!(lane(world, office).await.attempts, 0);
    }

    async fn a_receiver_that_is_gone_is_asked_once_and_loses_nothing(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 3).await;
        receivers.answer(&url(0), &[status(200), status(410)]);
        push_for(world, &receivers, WEEK).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 2]);
        let stopped = webhook(world, office).await;
        assert_eq!((stopped.state, stopped.reason), (WebhookState::Disabled, Some(832)));
        assert!(dead(world, office).await.is_empty());

        let elsewhere = "https://new.example.ro/";
        set_up_with(world, 0, elsewhere, OnExhausted::DeadLetter, None).await;
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(elsewhere), [2, 3]);
    }

    async fn a_breaker_opens_and_one_event_is_the_trial(world: &mut World) {
        world.config.delivery.breaker_failures = 3;
        world.config.delivery.breaker_cool_down_seconds = 36_000;
        world.restart().await;
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 3).await;
        receivers.answer(&url(0), &[status(500); 4]);
        push_for(world, &receivers, TimeDelta::minutes(6)).await;
        let open = lane(world, office).await;
        assert_eq!((open.breaker.as_str(), open.attempts), ("OPEN", 3));
        assert!(open.next_attempt_at.unwrap() - world.now() > TimeDelta::hours(9));
        push_for(world, &receivers, TimeDelta::hours(10)).await;
        assert_eq!(lane(world, office).await.breaker, "OPEN", "the trial failed");
        assert_eq!(receivers.seqs(&url(0)), [1; 4]);
        push_for(world, &receivers, TimeDelta::hours(11)).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 1, 1, 1, 1, 2, 3]);
        assert_eq!(lane(world, office).await.breaker, "CLOSED");
    }
}
