//! What an office changes while events are under way: address, keys, place, whether at all.

use std::time::Duration;

use cei_gateway::domain::webhook::{KeyKind, OnExhausted, UrlFault};
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_lane::set_paused;
use cei_gateway::flow::webhooks::settings::{From as Begin, Wanted, Wish, carry_out, remove, set};
use cei_gateway::flow::webhooks::{WebhookRefusal, keys, turn};
use cei_gateway::worker::Progress;
use cei_gateway::worker::herald::deliver;
use chrono::TimeDelta;

use super::kit::{
    Receivers, actor, enable, lane, lease, push, push_for, runs, set_up, set_up_with, tell, url,
    webhook,
};
use crate::kit::databases::rows;
use crate::kit::world::{World, both_worlds};

async fn wish(world: &World, number: usize, wish: Wish) -> Result<bool, WebhookRefusal> {
    let office = world.offices[number].id;
    match carry_out(
        &world.gateway,
        office,
        wish,
        &actor(),
        Some("asked by phone"),
    )
    .await
    {
        Ok(changed) => Ok(changed),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Broken(error)) => panic!("{error:#}"),
    }
}

both_worlds! {
    async fn while_keys_change_both_sign_and_then_the_new_one_alone(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 1).await;
        push_for(world, &receivers, TimeDelta::seconds(1)).await;
        let hour = Duration::from_hours(1);
        let made = keys::make(&world.gateway, office, KeyKind::Ed25519, hour, &actor()).await.unwrap();
        assert!(made.shown.starts_with("whpk_"));
        tell(world, office, 1).await;
        push_for(world, &receivers, TimeDelta::seconds(1)).await;
        world.pass(TimeDelta::hours(1));
        tell(world, office, 1).await;
        push_for(world, &receivers, TimeDelta::seconds(1)).await;
        let signatures: Vec<_> =
            receivers.heard(&url(0)).iter().map(|taken| taken.signatures).collect();
        assert_eq!(signatures, [1, 2, 1]);
    }

    async fn a_secret_stands_nowhere_in_the_database(world: &mut World) {
        let office = set_up(world, 0).await;
        let day = Duration::from_hours(24);
        let made = keys::make(&world.gateway, office, KeyKind::Hmac, day, &actor()).await.unwrap();
        let encoded = made.shown.strip_prefix("whsec_").unwrap().to_owned();
        let mut tx = world.read().await;
        let kept = rows!((Vec<u8>, Option<String>), &mut tx, "SELECT secret, public_key FROM webhook_keys");
        assert_eq!(kept.len(), 2);
        for (secret, public) in kept {
            assert!(secret.len() > 32, "sealed");
            assert_eq!(public, None);
            let plain = openssl::base64::decode_block(&encoded).unwrap();
            assert!(!secret.windows(plain.len()).any(|window| window == plain));
        }
        assert!(!format!("{made:?}").contains(&encoded));
    }

    async fn a_key_that_is_the_last_stays_while_events_are_pushed(world: &mut World) {
        let office = set_up(world, 0).await;
        let day = Duration::from_hours(24);
        let made = keys::make(&world.gateway, office, KeyKind::Hmac, day, &actor()).await.unwrap();
        let by = actor();
        let end = |id| keys::end(&world.gateway, office, id, &by);
        let mut tx = world.read().await;
        let all = cei_gateway::store::webhooks::keys::list_valid(&mut tx, office, world.now()).await;
        drop(tx);
        let first = all.unwrap().into_iter().find(|key| key.id != made.key.id).unwrap();
        end(first.id).await.unwrap();
        let refused = |ended| match ended {
            Err(Failure::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(end(first.id).await.map(|()| 0)), WebhookRefusal::KeyUnknown);
        assert_eq!(refused(end(made.key.id).await.map(|()| 0)), WebhookRefusal::LastKey);
        wish(world, 0, Wish::Disable).await.unwrap();
        end(made.key.id).await.unwrap();
        let enabled = wish(world, 0, Wish::Enable(None)).await;
        assert_eq!(enabled, Err(WebhookRefusal::KeyMissing));
    }

    async fn events_are_pushed_again_from_an_instant_on(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        let mut times = Vec::new();
        for _ in 0..6 {
            world.pass(TimeDelta::minutes(10));
            times.push(world.now());
            tell(world, office, 1).await;
        }
        push(world, &receivers).await;
        let begin = Begin::Instant(times[3]);
        assert_eq!(wish(world, 0, Wish::Recover(begin)).await, Ok(true));
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0))[6..], [4, 5, 6]);
        assert_eq!(receivers.heard(&url(0))[6].previous(), 3);
        let again: Vec<_> = receivers.heard(&url(0)).iter().map(|taken| taken.id).collect();
        assert_eq!(again[3], again[6], "known by the same id");

        assert_eq!(wish(world, 0, Wish::Recover(Begin::Place(5))).await, Ok(true));
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0))[9..], [6]);
        for place in [-1, 7] {
            let refused = wish(world, 0, Wish::Recover(Begin::Place(place))).await;
            assert_eq!(refused, Err(WebhookRefusal::PlaceUnknown));
        }
        let early = Begin::Instant(times[0] - TimeDelta::days(1000));
        wish(world, 0, Wish::Recover(early)).await.unwrap();
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0))[10..], [1, 2, 3, 4, 5, 6]);
    }

    async fn who_delivers_while_the_place_is_set_back_does_not_undo_it(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 3).await;
        let [held] = lease(world, "slow").await.try_into().unwrap();
        wish(world, 0, Wish::Recover(Begin::Place(0))).await.unwrap();
        assert!(!deliver(&world.gateway, &receivers, held, || true).await.unwrap());
        assert_eq!(lane(world, office).await.acked_seq, 0);
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 2, 3, 1, 2, 3]);
    }

    async fn who_delivers_while_it_is_disabled_may_say_what_arrived(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 2).await;
        let [held] = lease(world, "slow").await.try_into().unwrap();
        let departure = turn::load(&world.gateway, held.clone()).await.unwrap();
        assert!(departure.is_some());
        assert_eq!(wish(world, 0, Wish::Disable).await, Ok(true));
        assert_eq!(wish(world, 0, Wish::Disable).await, Ok(false));
        // It looked before the change, or sees it now: either way nothing is due any more.
        assert!(deliver(&world.gateway, &receivers, held, || true).await.unwrap());
        let rested = lane(world, office).await;
        assert_eq!((rested.next_attempt_at, rested.lease_owner), (None, None));
        assert_eq!(push(world, &receivers).await, Progress::Idle);
        enable(world, office).await;
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0)), [1, 2]);
    }

    async fn another_address_is_tried_at_once(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 1).await;
        receivers.answer(&url(0), &[super::kit::status(500)]);
        push(world, &receivers).await;
        set_up_with(world, 0, &url(9), OnExhausted::DeadLetter, None).await;
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(9)), [1]);
        assert_eq!(lane(world, office).await.attempts, 0);
    }

    async fn a_webhook_that_was_removed_is_sent_nothing_and_the_feed_stays(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 2).await;
        let [held] = lease(world, "slow").await.try_into().unwrap();
        remove(&world.gateway, office, &actor()).await.unwrap();
        assert!(deliver(&world.gateway, &receivers, held, || true).await.unwrap());
        assert_eq!(push(world, &receivers).await, Progress::Idle);
        assert!(receivers.heard(&url(0)).is_empty());
        assert_eq!(lane(world, office).await.last_seq, 2);
        assert_eq!(wish(world, 0, Wish::Disable).await, Err(WebhookRefusal::Unknown));
    }

    async fn a_lane_that_an_operator_paused_is_not_leased(world: &mut World) {
        let receivers = Receivers::default();
        let office = set_up(world, 0).await;
        tell(world, office, 1).await;
        let name = lane(world, office).await.lane;
        let by = actor();
        let pause = |paused| {
            set_paused(&world.gateway, &name, paused, &by, "a test")
        };
        pause(true).await.unwrap();
        assert_eq!(push(world, &receivers).await, Progress::Idle);
        pause(false).await.unwrap();
        push(world, &receivers).await;
        assert_eq!(receivers.seqs(&url(0)), [1]);
    }

    async fn an_address_of_our_own_network_is_not_taken(world: &mut World) {
        let office = world.offices[0].id;
        for (url, expected) in [
            ("http://example.ro/", UrlFault::Scheme),
            ("https://127.0.0.1/", UrlFault::NotPublic),
            ("https://localhost/", UrlFault::NotPublic),
        ] {
            let wanted = Wanted { url, on_exhausted: OnExhausted::Block, rate_per_second: None };
            match set(&world.gateway, office, &wanted, &actor()).await {
                Err(Failure::Refused(WebhookRefusal::Url(fault))) => assert_eq!(fault, expected),
                other => panic!("{other:?}"),
            }
        }
        let wanted = Wanted { url: &url(0), on_exhausted: OnExhausted::Block, rate_per_second: Some(51) };
        let refused = set(&world.gateway, office, &wanted, &actor()).await;
        assert!(matches!(refused, Err(Failure::Refused(WebhookRefusal::Rate { max: 50 }))));
        let (made, is_new) = set(
            &world.gateway,
            office,
            &Wanted { rate_per_second: None, ..wanted },
            &actor(),
        )
        .await
        .unwrap();
        assert!(is_new);
        assert_eq!(made, webhook(world, office).await);
        assert!(runs(world, office).await.is_empty());
    }
}
