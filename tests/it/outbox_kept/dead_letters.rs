//! Messages that died: in groups, sent again or given up, one or many, each once.

use std::time::Duration;

use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::Failure;
use cei_gateway::flow::dead_letters::{
    DeadLetterRefusal, DeadLettersRefusal, NewDeadLetterDecision, Standing, carry_out_next, decide,
    decide_one, preview, read_decision,
};
use cei_gateway::flow::decide_lane::subject;
use cei_gateway::store::causes::Outcome;
use cei_gateway::store::dead_letter_decisions::{DeadLetterAction, DeadLetterDecision};
use cei_gateway::store::outbox::{Selection, find_dead, group_dead, list_dead};
use cei_gateway::store::{Interruption, history};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{assert_whole, bury_first, lane_of, messages, office_lane, tell_office};
use crate::kit::databases::run_sql;
use crate::kit::world::{World, both_worlds};

const WHY: &str = "the office mended its receiver";

fn ana() -> Actor {
    Actor::Operator("ana".to_owned())
}

fn of_cause(cause: &str) -> Selection {
    Selection {
        cause: Some(cause.to_owned()),
        ..Selection::default()
    }
}

fn redrive(selection: Selection, rate: i64) -> NewDeadLetterDecision {
    NewDeadLetterDecision {
        action: DeadLetterAction::Redrive,
        selection,
        rate,
    }
}

/// A lane with so many messages, all of them dead of the same.
async fn dead_lane(world: &World, number: usize, count: usize, cause: &str) -> (String, Vec<Uuid>) {
    let lane = office_lane(world, number);
    let ids = tell_office(world, &lane, count).await;
    bury_first(world, &lane, count, cause).await;
    (lane, ids)
}

async fn decided(world: &World, new: &NewDeadLetterDecision) -> DeadLetterDecision {
    decide(&world.gateway, new, &ana(), WHY)
        .await
        .expect("a decision")
}

/// Carries everything out that may be now; returns how many letters.
async fn carry_out(world: &World) -> usize {
    let mut letters = 0;
    while carry_out_next(&world.gateway, None)
        .await
        .expect("a turn")
        .is_some()
    {
        letters += 1;
    }
    letters
}

/// Carries everything out, while time passes.
async fn carry_all_out(world: &World) {
    let mut idle = 0;
    while idle < 3 {
        let letters = carry_out(world).await;
        idle = if letters == 0 { idle + 1 } else { 0 };
        world.pass(TimeDelta::milliseconds(100));
    }
}

async fn standing(world: &World, decision: &DeadLetterDecision) -> Standing {
    let mut tx = world.read().await;
    let found = read_decision(&mut tx, decision.id, 0, 10_000).await;
    found.expect("a query").expect("a decision")
}

/// The messages of a lane that repeat others, with those.
async fn repeated(world: &World, lane: &str) -> Vec<Uuid> {
    let all = messages(world, lane).await;
    all.iter().filter_map(|message| message.replay_of).collect()
}

both_worlds! {
    async fn like_failures_are_one_group(world: &mut World) {
        dead_lane(world, 0, 3, "REFUSED 400").await;
        dead_lane(world, 1, 2, "REFUSED 400").await;
        dead_lane(world, 2, 1, "REFUSED 404").await;
        world.pass(TimeDelta::minutes(5));
        dead_lane(world, 3, 4, "RETRY").await;
        let groups = group_dead(&mut world.read().await, &Selection::default()).await.unwrap();
        let told: Vec<_> = groups
            .iter()
            .map(|one| (one.lane_kind.as_str(), one.cause.as_str(), one.status, one.letters, one.lanes))
            .collect();
        assert_eq!(told, [
            ("OFFICE", "REFUSED", Some(400), 5, 2),
            ("OFFICE", "RETRY", None, 4, 1),
            ("OFFICE", "REFUSED", Some(404), 1, 1),
        ]);
        assert_eq!(groups[1].oldest, world.now());
    }

    async fn a_selection_means_those_to_which_all_of_it_applies(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 2, "REFUSED 400").await;
        world.pass(TimeDelta::hours(1));
        let later = world.now();
        dead_lane(world, 1, 3, "REFUSED 400").await;
        dead_lane(world, 2, 4, "RETRY").await;
        let everything = Selection::default();
        for (selection, expected) in [
            (everything.clone(), 9),
            (of_cause("REFUSED"), 5),
            (Selection { status: Some(0), ..everything.clone() }, 4),
            (Selection { status: Some(400), since: Some(later), ..everything.clone() }, 3),
            (Selection { until: Some(later), ..everything.clone() }, 2),
            (Selection { lane: Some(lane.clone()), ..of_cause("RETRY") }, 0),
            (Selection { lane: Some(lane), ..everything.clone() }, 2),
            (Selection { lane_kind: Some("BUREAU".to_owned()), ..everything }, 0),
            (Selection::of(ids[1]), 1),
        ] {
            let mut tx = world.read().await;
            let listed = list_dead(&mut tx, &selection, None, 100).await.unwrap();
            assert_eq!(listed.len(), expected, "{selection:?}");
            let foreseen = preview(&mut tx, &selection).await.unwrap();
            assert_eq!(usize::try_from(foreseen.letters()).unwrap(), expected, "{selection:?}");
            drop(tx);
            let outcome = decide(&world.gateway, &redrive(selection.clone(), 1), &ana(), WHY).await;
            match outcome {
                Ok(decision) => assert_eq!(decision.letters, i64::try_from(expected).unwrap()),
                Err(Failure::Refused(DeadLettersRefusal::NothingNamed)) => {
                    assert!(selection.is_everything());
                }
                Err(Failure::Refused(refusal)) => {
                    assert_eq!((refusal, expected), (DeadLettersRefusal::Empty, 0));
                }
                Err(failure) => panic!("{failure:?}"),
            }
        }
    }

    async fn a_decision_without_a_reason_or_a_rate_is_refused(world: &mut World) {
        dead_lane(world, 0, 1, "RETRY").await;
        for (rate, reason, expected) in [
            (1, " ", DeadLettersRefusal::ReasonMissing),
            (0, WHY, DeadLettersRefusal::RateOutOfRange),
            (1_001, WHY, DeadLettersRefusal::RateOutOfRange),
        ] {
            let new = redrive(of_cause("RETRY"), rate);
            match decide(&world.gateway, &new, &ana(), reason).await {
                Err(Failure::Refused(refusal)) => assert_eq!(refusal, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn what_is_sent_again_stands_at_the_end_of_its_lane_in_its_order(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 5, "REFUSED 400").await;
        let mut tx = world.write().await;
        run_sql!(&mut tx, "UPDATE lanes SET pushed = TRUE, acked_seq = 5 WHERE lane = $1", lane.as_str());
        tx.commit().await.unwrap();
        let decision = decided(world, &redrive(of_cause("REFUSED"), 100)).await;
        assert_eq!(messages(world, &lane).await.len(), 5, "nothing is done yet");
        carry_all_out(world).await;

        assert_whole(world, &lane).await;
        let all = messages(world, &lane).await;
        let again = &all[5..];
        let of: Vec<_> = again.iter().map(|message| message.replay_of.unwrap()).collect();
        assert_eq!(of, ids);
        for (old, new) in all.iter().zip(again) {
            assert_eq!((&old.payload, &old.kind, old.subject_id), (&new.payload, &new.kind, new.subject_id));
            assert_ne!(old.message_id, new.message_id);
            let dead = find_dead(&mut world.read().await, old.message_id).await.unwrap().unwrap();
            assert_eq!(dead.resolution.as_deref(), Some("REDRIVEN"));
            assert_eq!(dead.replayed_as, Some(new.message_id));
        }
        let lane = lane_of(world, &lane).await;
        assert_eq!(lane.next_attempt_at, Some(again[0].created_at), "a lane that is pushed becomes due");
        let told = history::list(&mut world.read().await, subject(&lane.lane), 100).await.unwrap();
        assert_eq!(told.len(), 5);
        assert_eq!((told[0].actor.as_str(), told[0].note.as_deref()), ("operator:ana", Some(WHY)));

        let standing = standing(world, &decision).await;
        assert_eq!((standing.count(Some(Outcome::Done)), standing.count(None)), (5, 0));
        assert_eq!(standing.decision.next_at, None, "nobody looks at it any more");
        let again = decide(&world.gateway, &redrive(of_cause("REFUSED"), 100), &ana(), WHY).await;
        assert!(matches!(again, Err(Failure::Refused(DeadLettersRefusal::Empty))), "{again:?}");
    }

    async fn a_message_that_dies_twice_names_the_first(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 1, "RETRY").await;
        let once = decide_one(&world.gateway, ids[0], DeadLetterAction::Redrive, &ana(), WHY).await;
        let again = once.unwrap().replayed_as.unwrap().0;
        let copy = messages(world, &lane).await.pop().unwrap();
        assert_eq!(copy.message_id, again);
        let mut tx = world.write().await;
        cei_gateway::store::outbox::bury(&mut tx, &copy, "RETRY", 1, world.now()).await.unwrap();
        tx.commit().await.unwrap();
        decide_one(&world.gateway, again, DeadLetterAction::Redrive, &ana(), WHY).await.unwrap();
        assert_eq!(repeated(world, &lane).await, [ids[0], ids[0]]);
    }

    async fn letters_are_dealt_with_no_faster_than_decided(world: &mut World) {
        let (lane, _) = dead_lane(world, 0, 60, "RETRY").await;
        let decision = decided(world, &redrive(of_cause("RETRY"), 10)).await;
        let mut dealt = Vec::new();
        while standing(world, &decision).await.count(None) > 0 {
            dealt.push(carry_out(world).await);
            world.clock.advance(Duration::from_millis(500));
            assert!(dealt.len() < 30, "{dealt:?}");
        }
        assert_eq!(dealt.iter().sum::<usize>(), 60);
        assert!(dealt.iter().all(|letters| *letters <= 5), "{dealt:?}");
        assert!(dealt.len() >= 12, "{dealt:?}");
        // Nobody comes for a minute: what was missed is not made up for but for one second.
        world.pass(TimeDelta::minutes(1));
        bury_first(world, &lane, 120, "LATER").await;
        decided(world, &redrive(of_cause("LATER"), 10)).await;
        world.pass(TimeDelta::minutes(1));
        assert!((10..=11).contains(&carry_out(world).await));
    }

    async fn letters_of_two_decisions_are_sent_again_once(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 4, "RETRY").await;
        let first = decided(world, &redrive(of_cause("RETRY"), 100)).await;
        let second = decided(world, &redrive(Selection::of(ids[2]), 100)).await;
        carry_all_out(world).await;
        let all = repeated(world, &lane).await;
        assert_eq!(all.len(), 4);
        let done = |standing: &Standing| standing.count(Some(Outcome::Done));
        let skipped = |standing: &Standing| standing.count(Some(Outcome::Skipped));
        let (first, second) = (standing(world, &first).await, standing(world, &second).await);
        assert_eq!(done(&first) + done(&second), 4);
        assert_eq!(skipped(&first) + skipped(&second), 1);
    }

    async fn a_process_that_dies_anywhere_sends_each_letter_again_once(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 6, "RETRY").await;
        let decision = decided(world, &redrive(of_cause("RETRY"), 100)).await;
        let store = world.gateway.store.clone();
        for transactions in [0, 1, 0, 1, 2, 0, 1, 3, 1, 20] {
            let mut dying = world.gateway.clone();
            dying.store = store.interrupted(Interruption::after(transactions));
            while let Ok(Some(_)) = carry_out_next(&dying, Some(decision.id)).await {
                world.pass(TimeDelta::milliseconds(10));
            }
        }
        assert_eq!(repeated(world, &lane).await, ids);
        assert_eq!(standing(world, &decision).await.count(Some(Outcome::Done)), 6);
        assert_whole(world, &lane).await;
    }

    async fn replicas_send_each_letter_again_once(world: &mut World) {
        let (lane, _) = dead_lane(world, 0, 12, "RETRY").await;
        let (other, _) = dead_lane(world, 1, 12, "REFUSED 400").await;
        let first = decided(world, &redrive(of_cause("RETRY"), 1_000)).await;
        let second = decided(world, &redrive(of_cause("REFUSED"), 1_000)).await;
        let work = async || {
            for _ in 0..200 {
                let outcome = carry_out_next(&world.gateway, None).await;
                assert!(!matches!(&outcome, Err(Failure::Broken(_))), "{outcome:?}");
                world.clock.advance(Duration::from_micros(400));
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(work(), work(), work());
        carry_all_out(world).await;
        assert_eq!((repeated(world, &lane).await.len(), repeated(world, &other).await.len()), (12, 12));
        for decision in [first, second] {
            assert_eq!(standing(world, &decision).await.count(Some(Outcome::Done)), 12);
        }
    }

    async fn what_is_given_up_is_not_sent(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 2, "REFUSED 410").await;
        let new = NewDeadLetterDecision {
            action: DeadLetterAction::Discard,
            ..redrive(of_cause("REFUSED"), 100)
        };
        decided(world, &new).await;
        carry_all_out(world).await;
        assert_eq!(messages(world, &lane).await.len(), 2);
        let dead = find_dead(&mut world.read().await, ids[0]).await.unwrap().unwrap();
        assert_eq!((dead.resolution.as_deref(), dead.replayed_as), (Some("DISCARDED"), None));
        let again = decide_one(&world.gateway, ids[0], DeadLetterAction::Redrive, &ana(), WHY).await;
        let Err(Failure::Refused(refusal)) = again else {
            panic!("{again:?}");
        };
        assert_eq!(refusal, DeadLetterRefusal::Resolved { resolution: "DISCARDED".to_owned() });
    }

    async fn a_letter_whose_message_is_gone_does_not_stop_the_others(world: &mut World) {
        let (lane, ids) = dead_lane(world, 0, 3, "RETRY").await;
        let mut tx = world.write().await;
        run_sql!(&mut tx, "DELETE FROM outbox WHERE message_id = $1", ids[1]);
        tx.commit().await.unwrap();
        let decision = decided(world, &redrive(of_cause("RETRY"), 100)).await;
        carry_all_out(world).await;
        assert_eq!(repeated(world, &lane).await, [ids[0], ids[2]]);
        let standing = standing(world, &decision).await;
        assert_eq!((standing.count(Some(Outcome::Done)), standing.count(Some(Outcome::Refused))), (2, 1));
        let told = standing.letters[1].detail.clone().unwrap();
        assert_eq!(told, DeadLetterRefusal::Gone.to_string());
    }

    async fn a_dead_order_is_sent_again_and_never_dropped_in_silence(world: &mut World) {
        let order = world.sealed_order(1).await;
        world.try_to_deliver(DeliveryVerdict::Permanent, 400).await;
        let dead = list_dead(&mut world.read().await, &Selection::default(), None, 10).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].lane_kind.as_str(), dead[0].status), ("BUREAU", Some(400)));
        let id = dead[0].message_id;
        let dropped = decide_one(&world.gateway, id, DeadLetterAction::Discard, &ana(), WHY).await;
        assert!(matches!(dropped, Err(Failure::Refused(DeadLetterRefusal::CarriesOrder))), "{dropped:?}");

        let bureau = Selection { lane_kind: Some("BUREAU".to_owned()), ..Selection::default() };
        let decision = decided(world, &redrive(bureau, 10)).await;
        carry_all_out(world).await;
        let standing = standing(world, &decision).await;
        assert_eq!(standing.count(Some(Outcome::Done)), 1, "{:?}", standing.letters);
        assert!(standing.letters[0].replayed_as.is_some());
        assert_eq!(world.deliver().await, [order.number.as_str()]);
        assert_eq!(world.order(&order.number).await.state, OrderState::Sent);
        assert!(world.holds().await.is_empty());
    }
}
