//! `store::outbox`: lanes, leases and dead letters.

use cei_gateway::domain::id::MessageId;
use cei_gateway::store::outbox::{
    self, Attempt, Lane, LaneKind, LaneResult, NewMessage, Selection, append, claim_lane,
    find_lane, list_after, release_lane,
};
use cei_gateway::store::{Store, StoreError, Tx};
use uuid::Uuid;

use super::given::{id, second};
use crate::kit::databases::{both, rows};

const BUREAU: &str = "bureau:CNIN";

fn a_message(number: u128) -> NewMessage<'static> {
    NewMessage {
        id: MessageId(id(number)),
        kind: "order",
        subject: id(1000 + number),
        payload: "{}",
        replay_of: None,
    }
}

/// Puts messages that are due at second 10 into a lane of the bureau, and commits.
async fn a_lane_with(store: &Store, lane: &str, messages: &[u128]) {
    let mut tx = store.begin().await.unwrap();
    outbox::open_lane(&mut tx, lane, LaneKind::Bureau)
        .await
        .unwrap();
    for number in messages {
        append(
            &mut tx,
            lane,
            &a_message(*number),
            Some(second(10)),
            second(0),
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Leases a lane of the bureau for 30 seconds, and commits.
async fn claim(store: &Store, owner: &str, now: i64) -> Option<Lane> {
    let mut tx = store.begin().await.unwrap();
    let lane = claim_lane(
        &mut tx,
        LaneKind::Bureau,
        owner,
        second(now),
        second(now + 30),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    lane
}

/// Gives a lane back, having delivered up to `acked_seq`.
async fn release(store: &Store, lane: &Lane, acked_seq: i64, now: i64) -> bool {
    let mut tx = store.begin().await.unwrap();
    let result = LaneResult {
        acked_seq,
        attempts: 0,
        retry_at: None,
        breaker: "CLOSED",
    };
    let held = release_lane(&mut tx, lane, result, second(now))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    held
}

async fn lane_now(store: &Store, lane: &str) -> Lane {
    let mut tx = store.read().await.unwrap();
    find_lane(&mut tx, lane).await.unwrap().unwrap()
}

/// Attempt, status and detail.
type AttemptRow = (i64, Option<i64>, Option<String>);

async fn seqs_after(tx: &mut Tx, after: i64, limit: i64) -> Vec<i64> {
    let messages = list_after(tx, BUREAU, after, limit).await.unwrap();
    messages.iter().map(|message| message.seq).collect()
}

both! {
    async fn a_lane_numbers_its_messages_from_one(store: Store) {
        a_lane_with(&store, BUREAU, &[1, 2, 3]).await;
        a_lane_with(&store, "bureau:OTHER", &[4]).await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(seqs_after(&mut tx, 0, 10).await, [1, 2, 3]);
        assert_eq!(seqs_after(&mut tx, 1, 1).await, [2]);
        let other = find_lane(&mut tx, "bureau:OTHER").await.unwrap().unwrap();
        assert_eq!((other.last_seq, other.acked_seq), (1, 0));
    }

    async fn a_message_that_was_rolled_back_leaves_no_gap(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let mut undone = store.begin().await.unwrap();
        append(&mut undone, BUREAU, &a_message(2), None, second(0)).await.unwrap();
        drop(undone);
        a_lane_with(&store, BUREAU, &[3]).await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(seqs_after(&mut tx, 0, 10).await, [1, 2]);
    }

    async fn messages_appended_at_the_same_time_take_every_place_once(store: Store) {
        a_lane_with(&store, BUREAU, &[]).await;
        futures_util::future::join_all((1..=20).map(|number| {
            let store = store.clone();
            async move { a_lane_with(&store, BUREAU, &[number]).await }
        }))
        .await;
        let mut tx = store.read().await.unwrap();
        assert_eq!(seqs_after(&mut tx, 0, 100).await, (1..=20).collect::<Vec<i64>>());
    }

    async fn a_lane_that_was_never_opened_takes_no_message(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let outcome = append(&mut tx, "bureau:NONE", &a_message(1), None, second(0)).await;
        assert!(matches!(outcome, Err(StoreError::Moved { what: "lane" })), "{outcome:?}");
    }

    async fn a_lane_that_exists_is_not_opened_anew(store: Store) {
        a_lane_with(&store, BUREAU, &[1, 2]).await;
        a_lane_with(&store, BUREAU, &[]).await;
        assert_eq!(lane_now(&store, BUREAU).await.last_seq, 2);
    }

    async fn a_message_with_a_known_id_is_refused(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let mut tx = store.begin().await.unwrap();
        let outcome = append(&mut tx, BUREAU, &a_message(1), None, second(0)).await;
        assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{outcome:?}");
    }

    async fn a_lane_is_claimed_once_it_is_due_and_by_one_holder(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        assert!(claim(&store, "early", 9).await.is_none());
        let lane = claim(&store, "first", 10).await.unwrap();
        assert_eq!(lane.lease_owner.as_deref(), Some("first"));
        assert_eq!((lane.lease_until, lane.lease_epoch), (Some(second(40)), 1));
        assert!(claim(&store, "second", 39).await.is_none());
    }

    async fn the_lane_that_waited_longest_is_claimed_first(store: Store) {
        a_lane_with(&store, "bureau:B", &[1]).await;
        a_lane_with(&store, "bureau:A", &[2]).await;
        let first = claim(&store, "one", 20).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let later = LaneResult {
            acked_seq: 0,
            attempts: 1,
            retry_at: Some(second(25)),
            breaker: "CLOSED",
        };
        assert!(release_lane(&mut tx, &first, later, second(20)).await.unwrap());
        tx.commit().await.unwrap();

        let second_lane = claim(&store, "two", 30).await.unwrap();
        assert_ne!(second_lane.lane, first.lane, "due since 10, the other since 25");
        let third = claim(&store, "three", 30).await.unwrap();
        assert_eq!((third.lane, third.attempts), (first.lane, 1));
    }

    async fn two_who_claim_at_the_same_time_get_different_lanes(store: Store) {
        let lanes = ["bureau:A", "bureau:B", "bureau:C", "bureau:D"];
        for (lane, number) in lanes.iter().zip(1..) {
            a_lane_with(&store, lane, &[number]).await;
        }
        let claims = ["one", "two", "three", "four", "five"].map(|owner| claim(&store, owner, 10));
        let claimed = futures_util::future::join_all(claims).await;
        let mut claimed: Vec<_> = claimed.into_iter().flatten().map(|lane| lane.lane).collect();
        claimed.sort();
        assert_eq!(claimed, lanes, "each lane once, and nothing for the fifth");
    }

    async fn a_lane_of_an_office_is_read_and_never_due(store: Store) {
        let mut tx = store.begin().await.unwrap();
        outbox::open_lane(&mut tx, "office:1", LaneKind::Office).await.unwrap();
        let place = append(&mut tx, "office:1", &a_message(1), None, second(0)).await.unwrap();
        assert_eq!(place, 1);
        let lane = find_lane(&mut tx, "office:1").await.unwrap().unwrap();
        assert_eq!(lane.next_attempt_at, None);
        for kind in LaneKind::ALL {
            let claimed = claim_lane(&mut tx, *kind, "any", second(99), second(100)).await.unwrap();
            assert!(claimed.is_none(), "{claimed:?}");
        }
        assert_eq!(list_after(&mut tx, "office:1", 0, 10).await.unwrap().len(), 1);
    }

    async fn a_claim_looks_only_at_its_own_kind_of_lane(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let mut tx = store.begin().await.unwrap();
        let claimed = claim_lane(&mut tx, LaneKind::Office, "any", second(99), second(100)).await;
        assert!(claimed.unwrap().is_none());
    }

    async fn a_delivered_lane_rests_until_the_next_message(store: Store) {
        a_lane_with(&store, BUREAU, &[1, 2]).await;
        let lane = claim(&store, "one", 10).await.unwrap();
        assert!(release(&store, &lane, 2, 11).await);
        let rested = lane_now(&store, BUREAU).await;
        assert_eq!((rested.acked_seq, rested.next_attempt_at), (2, None));
        assert_eq!((rested.lease_owner, rested.lease_until), (None, None));

        a_lane_with(&store, BUREAU, &[3]).await;
        assert_eq!(lane_now(&store, BUREAU).await.next_attempt_at, Some(second(10)));
    }

    async fn a_message_that_comes_during_the_delivery_is_not_forgotten(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let lane = claim(&store, "one", 10).await.unwrap();
        a_lane_with(&store, BUREAU, &[2]).await;
        assert!(release(&store, &lane, 1, 12).await);
        assert_eq!(lane_now(&store, BUREAU).await.next_attempt_at, Some(second(12)));
    }

    async fn a_lane_that_waits_for_its_retry_keeps_its_time(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let lane = claim(&store, "one", 10).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let failed = LaneResult {
            acked_seq: 0,
            attempts: 3,
            retry_at: Some(second(500)),
            breaker: "OPEN",
        };
        assert!(release_lane(&mut tx, &lane, failed, second(12)).await.unwrap());
        append(&mut tx, BUREAU, &a_message(2), Some(second(13)), second(13)).await.unwrap();
        let waiting = find_lane(&mut tx, BUREAU).await.unwrap().unwrap();
        assert_eq!(waiting.next_attempt_at, Some(second(500)));
        assert_eq!((waiting.attempts, waiting.breaker.as_str()), (3, "OPEN"));
    }

    async fn a_holder_whose_lease_was_lost_changes_nothing(store: Store) {
        a_lane_with(&store, BUREAU, &[1, 2]).await;
        let stale = claim(&store, "slow", 10).await.unwrap();
        let fresh = claim(&store, "quick", 40).await.unwrap();
        assert_eq!((fresh.lane.as_str(), fresh.lease_epoch), (BUREAU, 2));

        assert!(!release(&store, &stale, 2, 41).await);
        let lane = lane_now(&store, BUREAU).await;
        assert_eq!((lane.acked_seq, lane.lease_owner.as_deref()), (0, Some("quick")));

        assert!(release(&store, &fresh, 1, 42).await);
        assert!(!release(&store, &fresh, 2, 43).await, "a lease is given back once");
        assert_eq!(lane_now(&store, BUREAU).await.acked_seq, 1);
    }

    async fn a_paused_lane_keeps_everything_and_sends_nothing(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let mut tx = store.begin().await.unwrap();
        assert!(outbox::pause_lane(&mut tx, BUREAU, true).await.unwrap());
        assert!(!outbox::pause_lane(&mut tx, "bureau:NONE", true).await.unwrap());
        tx.commit().await.unwrap();
        a_lane_with(&store, BUREAU, &[2]).await;
        assert!(claim(&store, "one", 20).await.is_none());

        let mut tx = store.begin().await.unwrap();
        outbox::pause_lane(&mut tx, BUREAU, false).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim(&store, "one", 20).await.unwrap().last_seq, 2);
    }

    async fn lanes_are_listed_page_by_page(store: Store) {
        for lane in ["bureau:B", "bureau:A", "bureau:C"] {
            a_lane_with(&store, lane, &[]).await;
        }
        let mut tx = store.read().await.unwrap();
        let first = outbox::list_lanes(&mut tx, "", 2).await.unwrap();
        let rest = outbox::list_lanes(&mut tx, &first[1].lane, 2).await.unwrap();
        let names: Vec<_> = first.iter().chain(&rest).map(|lane| lane.lane.as_str()).collect();
        assert_eq!(names, ["bureau:A", "bureau:B", "bureau:C"]);
    }

    async fn every_attempt_is_on_record(store: Store) {
        a_lane_with(&store, BUREAU, &[1]).await;
        let mut tx = store.begin().await.unwrap();
        for (attempt, status) in [(1_i64, None), (2, Some(503))] {
            let attempt = Attempt {
                id: id(9000 + u128::from(attempt.unsigned_abs())),
                message: id(1),
                attempt,
                outcome: "LATER",
                status,
                detail: None,
                started_at: second(attempt),
                ended_at: second(attempt + 1),
            };
            outbox::insert_attempt(&mut tx, &attempt).await.unwrap();
        }
        let kept = rows!(
            AttemptRow,
            &mut tx,
            "SELECT attempt, status, detail FROM delivery_attempts ORDER BY id"
        );
        assert_eq!(kept, [(1, None, None), (2, Some(503), None)]);
    }

    async fn dead_letters_are_listed_page_by_page_also_while_somebody_decides(store: Store) {
        a_lane_with(&store, BUREAU, &[1, 2, 3, 4, 5]).await;
        let mut tx = store.begin().await.unwrap();
        for (message, died) in list_after(&mut tx, BUREAU, 0, 10).await.unwrap().iter().zip([30, 20, 20, 20, 40]) {
            outbox::bury(&mut tx, message, "RETRY", 8, second(died)).await.unwrap();
        }
        for page in [1, 2, 10] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let dead = outbox::list_dead(&mut tx, &Selection::default(), after.as_ref(), page).await.unwrap();
                found.extend(dead.iter().map(|letter| letter.seq));
                after = dead.last().cloned();
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(found, [2, 3, 4, 1, 5], "{page} on a page");
        }
        let first = outbox::list_dead(&mut tx, &Selection::default(), None, 2).await.unwrap();
        let last = first.last().cloned();
        outbox::resolve_one_dead(&mut tx, id(3), "DISCARDED", None, second(50)).await.unwrap();
        let rest = outbox::list_dead(&mut tx, &Selection::default(), last.as_ref(), 9).await.unwrap();
        assert_eq!(rest.iter().map(|letter| letter.seq).collect::<Vec<_>>(), [4, 1, 5]);
        let late = Selection { since: Some(second(30)), ..Selection::default() };
        let rest = outbox::list_dead(&mut tx, &late, last.as_ref(), 9).await.unwrap();
        assert_eq!(rest.iter().map(|letter| letter.seq).collect::<Vec<_>>(), [1, 5]);
    }

    async fn a_dead_letter_waits_until_it_is_resolved(store: Store) {
        a_lane_with(&store, BUREAU, &[1, 2]).await;
        let mut tx = store.begin().await.unwrap();
        let messages = list_after(&mut tx, BUREAU, 0, 10).await.unwrap();
        outbox::bury(&mut tx, &messages[1], "REFUSED 400", 1, second(20)).await.unwrap();
        outbox::bury(&mut tx, &messages[0], "REFUSED 410", 8, second(30)).await.unwrap();
        outbox::bury(&mut tx, &messages[0], "again", 9, second(31)).await.unwrap();

        let dead = outbox::list_dead(&mut tx, &Selection::default(), None, 10).await.unwrap();
        let said: Vec<_> = dead.iter().map(|d| (d.message_id, d.cause.as_str(), d.status, d.attempts)).collect();
        assert_eq!(said, [(id(2), "REFUSED", Some(400), 1), (id(1), "REFUSED", Some(410), 8)]);
        assert_eq!((dead[0].subject_id, dead[0].kind.as_str(), dead[0].seq), (id(1002), "order", 2));

        let replay = NewMessage { replay_of: Some(MessageId(id(2))), ..a_message(3) };
        append(&mut tx, BUREAU, &replay, Some(second(40)), second(40)).await.unwrap();
        let resolved = outbox::resolve_dead(&mut tx, id(1002), "REPLAYED", Some(replay.id), second(40));
        assert_eq!(resolved.await.unwrap(), 1);
        let resolved = outbox::resolve_dead(&mut tx, id(1002), "REPLAYED", None, second(41));
        assert_eq!(resolved.await.unwrap(), 0, "what is resolved stays as it was resolved");

        let left = outbox::list_dead(&mut tx, &Selection::default(), None, 10).await.unwrap();
        assert_eq!(left.iter().map(|d| d.message_id).collect::<Vec<Uuid>>(), [id(1)]);
    }
}
