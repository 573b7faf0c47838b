//! One decision for all orders of a cause.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::cause::Cause;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::order::OrderState;
use cei_gateway::domain::order_action::OrderAction;
use cei_gateway::flow::Failure;
use cei_gateway::flow::causes::{
    CauseRefusal, NewCauseDecision, carry_out_next, decide, preview, read_decision,
};
use cei_gateway::flow::decide_order::OrderRefusal;
use cei_gateway::store::causes::{self, CauseDecision, Outcome};
use cei_gateway::store::{Interruption, history};

use crate::failed_orders::{act, all_of, operator, refused_order};
use crate::kit::world::{World, both_worlds};

const WHY: &str = "the certificate was renewed";

/// Takes a decision and leaves the rest to the workers.
async fn decided(world: &World, new: &NewCauseDecision) -> CauseDecision {
    let decided = decide(&world.gateway, new, &operator("ana"), WHY).await;
    decided.expect("a decision")
}

/// What became of the orders of a decision, by their places.
async fn outcomes(world: &World, decision: &CauseDecision) -> Vec<Option<Outcome>> {
    let read = read_decision(&mut world.read().await, decision.id).await;
    let (_, orders) = read.expect("a query").expect("a decision");
    orders.into_iter().map(|order| order.outcome).collect()
}

/// The causes for which something waits, with the orders of each.
async fn waiting(world: &World) -> Vec<(Cause, i64)> {
    let counts = causes::list(&mut world.read().await, None)
        .await
        .expect("causes");
    counts
        .into_iter()
        .map(|one| (one.cause, one.orders))
        .collect()
}

both_worlds! {
    async fn one_decision_signs_all_orders_of_a_cause_anew(world: &mut World) {
        let mut old = Vec::new();
        for _ in 0..3 {
            old.push(refused_order(world, 2, 102, "the certificate ran out").await);
        }
        assert_eq!(waiting(world).await, [(Cause::Certificate, 3)]);
        let new = all_of(Cause::Certificate, OrderAction::Resign);
        let foreseen = preview(&mut world.read().await, &new).await.unwrap();
        let reordered: Vec<usize> = foreseen
            .iter()
            .map(|one| one.answer.clone().expect("possible").reordered)
            .collect();
        assert_eq!(reordered, [2, 2, 2]);
        assert_eq!(world.orders().await.len(), 3, "a preview changes nothing");

        let decision = decided(world, &new).await;
        world.settle().await;

        assert_eq!(outcomes(world, &decision).await, [Some(Outcome::Done); 3]);
        assert!(waiting(world).await.is_empty() && world.holds().await.is_empty());
        let all = world.orders().await;
        assert_eq!(all.len(), 6);
        for before in &old {
            let now = world.order(&before.number).await;
            assert_eq!(now.state, OrderState::Cancelled);
            let after = all.iter().find(|one| one.replaces == Some(before.id)).unwrap();
            assert_eq!((after.state, after.line_count), (OrderState::Queued, 2));
            assert_ne!(after.sha256, before.sha256);
            let named = format!("<Replaces>{}</Replaces>", before.number);
            assert!(world.document_text(after).await.contains(&named));
            let ids = |lines: Vec<cei_gateway::store::order_lines::OrderLine>| {
                lines.into_iter().map(|line| line.application).collect::<Vec<_>>()
            };
            assert_eq!(ids(world.lines(&now).await), ids(world.lines(after).await));
            let told = history::list(&mut world.read().await, before.id.0, 100).await.unwrap();
            let given_up = told.iter().find(|step| step.event == "GIVEN_UP").unwrap();
            assert_eq!(given_up.actor, "operator:ana");
            assert_eq!(given_up.note.as_deref(), Some(WHY));
        }
        assert_eq!(world.deliver().await.len(), 3, "the old ones are never sent again");
    }

    async fn a_repeated_decision_changes_nothing(world: &mut World) {
        let order = refused_order(world, 1, 102, "the certificate ran out").await;
        let new = all_of(Cause::Certificate, OrderAction::Resign);
        decided(world, &new).await;
        // A second one, written down before the first was carried out.
        let second = decided(world, &new).await;
        world.settle().await;

        assert_eq!(outcomes(world, &second).await, [Some(Outcome::Skipped)]);
        assert_eq!(world.orders().await.len(), 2);
        let cause = Cause::Certificate;
        match decide(&world.gateway, &new, &operator("ana"), WHY).await {
            Err(Failure::Refused(refusal)) => assert_eq!(refusal, CauseRefusal::Empty { cause }),
            other => panic!("{other:?}"),
        }
        let named = NewCauseDecision { orders: vec![order.number.clone()], ..new };
        match decide(&world.gateway, &named, &operator("ana"), WHY).await {
            Err(Failure::Refused(refusal)) => {
                let number = order.number;
                assert_eq!(refusal, CauseRefusal::NotOfCause { number, cause });
            }
            other => panic!("{other:?}"),
        }
    }

    async fn what_cannot_be_done_with_one_order_is_done_with_the_others(world: &mut World) {
        let first = refused_order(world, 1, 102, "the certificate ran out").await;
        let second = refused_order(world, 1, 102, "the certificate ran out").await;
        act(world, &first, OrderAction::Quarantine, &[]).await.unwrap();
        let new = all_of(Cause::Certificate, OrderAction::Resign);
        let foreseen = preview(&mut world.read().await, &new).await.unwrap();
        let refused = foreseen[0].answer.clone().unwrap_err();
        assert_eq!(refused, OrderRefusal::Quarantined { number: first.number.clone() });

        let decision = decided(world, &new).await;
        world.settle().await;

        let expected = [Some(Outcome::Refused), Some(Outcome::Done)];
        assert_eq!(outcomes(world, &decision).await, expected);
        assert_eq!(world.order(&first.number).await.state, OrderState::ReceiptRejected);
        assert_eq!(world.order(&second.number).await.state, OrderState::Cancelled);
        let both = [(Cause::Certificate, 1), (Cause::Operator, 1)];
        assert_eq!(waiting(world).await, both);
    }

    async fn a_process_that_dies_anywhere_deals_with_each_order_once(world: &mut World) {
        for _ in 0..3 {
            refused_order(world, 1, 102, "the certificate ran out").await;
        }
        let decision = decided(world, &all_of(Cause::Certificate, OrderAction::Resign)).await;
        let store = world.gateway.store.clone();
        for transactions in [0, 1, 0, 1, 0, 1, 5] {
            let mut dying = world.gateway.clone();
            dying.store = store.interrupted(Interruption::after(transactions));
            while let Ok(Some(_)) = carry_out_next(&dying, Some(decision.id)).await {}
        }
        assert_eq!(outcomes(world, &decision).await, [Some(Outcome::Done); 3]);
        assert_eq!(world.orders().await.len(), 6);
        world.settle().await;
    }

    async fn two_replicas_deal_with_each_order_once(world: &mut World) {
        for _ in 0..4 {
            refused_order(world, 1, 102, "the certificate ran out").await;
        }
        let decision = decided(world, &all_of(Cause::Certificate, OrderAction::Resign)).await;
        let work = async || {
            while !matches!(carry_out_next(&world.gateway, None).await, Ok(None)) {}
        };
        tokio::join!(work(), work(), work());
        assert_eq!(outcomes(world, &decision).await, [Some(Outcome::Done); 4]);
        assert_eq!(world.orders().await.len(), 8);
        world.settle().await;
    }

    async fn what_nobody_could_reach_is_sent_again_together(world: &mut World) {
        let first = world.sealed_order(1).await;
        let second = world.sealed_order(1).await;
        for _ in 0..60 {
            world.try_to_deliver(DeliveryVerdict::Retry, 503).await;
            world.pass(chrono::TimeDelta::hours(7));
        }
        assert_eq!(waiting(world).await, [(Cause::Unreachable, 2)]);
        decided(world, &all_of(Cause::Unreachable, OrderAction::Resend)).await;
        world.settle().await;
        assert!(waiting(world).await.is_empty());
        assert_eq!(world.deliver().await, [first.number, second.number]);
    }

    async fn a_split_sets_aside_the_lines_that_the_receipt_names(world: &mut World) {
        let order = refused_order(world, 3, 302, "line 2: the face").await;
        assert_eq!(waiting(world).await, [(Cause::RefusedLines, 1)]);
        decided(world, &all_of(Cause::RefusedLines, OrderAction::Split)).await;
        world.settle().await;

        let lines = world.lines(&order).await;
        let doubtful = world.application(lines[1].application).await;
        assert_eq!(doubtful.state, ApplicationState::OnHold);
        assert_eq!(world.holds().await, [(doubtful.number, 810)]);
        let new = world.orders().await.pop().unwrap();
        assert_eq!((new.replaces, new.line_count), (Some(order.id), 2));

        // Releasing is the undo: what was set aside goes into the next order.
        act(world, &order, OrderAction::Release, &[]).await.unwrap();
        assert!(world.holds().await.is_empty());
        let released = world.application(lines[1].application).await;
        assert_eq!(released.state, ApplicationState::Ready);
        let again = act(world, &order, OrderAction::Release, &[]).await;
        assert!(matches!(again, Err(Failure::Refused(OrderRefusal::NothingHeld { .. }))));
    }

    async fn a_split_without_a_named_line_is_refused(world: &mut World) {
        let order = refused_order(world, 2, 104, "it does not agree with the schema").await;
        let split = act(world, &order, OrderAction::Split, &[]).await;
        assert!(matches!(split, Err(Failure::Refused(OrderRefusal::NoLineNamed { .. }))));
    }

    async fn an_order_that_the_bureau_contradicts_is_not_signed_anew(world: &mut World) {
        let order = refused_order(world, 1, 105, "other bytes are held under this number").await;
        assert_eq!(waiting(world).await, [(Cause::Conflict, 1)]);
        for action in [OrderAction::Resign, OrderAction::GiveUp] {
            let answer = act(world, &order, action, &[]).await;
            let held = matches!(answer, Err(Failure::Refused(OrderRefusal::MaybeHeld { .. })));
            assert!(held, "{action}");
        }
        assert_eq!(world.order(&order.number).await, order);
    }
}
