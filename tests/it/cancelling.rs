//! Orders and lines that are cancelled: before the bureau has them, and by its word afterwards.

use cei_gateway::bureau::letter::Letter as Document;
use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::domain::acknowledgement::LineEvent::{
    CancelCameTooLate, CardMade, LineAccepted, LineCancelled, LineReceived, ProductionBegun,
};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::letter::{LetterKind, LetterState};
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_order::{OrderRefusal, give_up};
use cei_gateway::flow::letters::cancel::{CancelOrderRefusal, Cancelling, cancel_order};
use cei_gateway::flow::progress::note;
use cei_gateway::flow::withdraw_application::{Withdrawal, WithdrawalReason, withdraw};
use cei_gateway::store::applications::Application;
use cei_gateway::store::letters::Letter;
use cei_gateway::store::orders::Order;

use crate::kit::world::{World, both_worlds};

/// Whoever decides in these tests.
const OPERATOR: &Actor = &Actor::Gateway("test");

/// The states of the lines of an order and of their applications, by their places.
async fn standing(world: &World, order: &Order) -> Vec<(LineState, ApplicationState)> {
    let mut standing = Vec::new();
    for line in world.lines(order).await {
        let application = world.application(line.application).await;
        standing.push((line.state, application.state));
    }
    standing
}

async fn cancel(world: &World, order: &Order, lines: &[i64]) -> Result<Cancelling, String> {
    let done = cancel_order(&world.gateway, &order.number, lines, OPERATOR, "wrong data").await;
    done.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal.to_string(),
        Failure::Broken(error) => panic!("{error:#}"),
    })
}

/// Has the bureau asked to cancel these lines, and take the letter.
async fn asked(world: &World, order: &Order, lines: &[i64]) -> Letter {
    cancel(world, order, lines).await.expect("asked");
    world.settle().await;
    assert_eq!(world.post().await.len(), 1);
    world.only_letter(order).await
}

/// Withdraws the application of the first line, as its office does.
async fn withdraw_first(world: &World, order: &Order) -> Application {
    let line = world.lines(order).await.swap_remove(0);
    let application = world.application(line.application).await;
    let wish = Withdrawal {
        office: application.office,
        application: application.id,
        version: None,
        reason: WithdrawalReason::Withdrawn,
    };
    let mut tx = world.write().await;
    let note = note(&world.gateway, OPERATOR, None);
    let withdrawn = withdraw(&mut tx, wish, &note).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    withdrawn
}

both_worlds! {
    async fn before_it_is_sent_an_order_is_given_up_as_a_whole(world: &mut World) {
        let order = world.sealed_order(2).await;
        let refused = cancel(world, &order, &[1]).await.unwrap_err();
        assert!(refused.contains("has not been sent"), "{refused}");

        assert_eq!(cancel(world, &order, &[]).await, Ok(Cancelling::GivenUp));

        let expected = [(LineState::Withdrawn, ApplicationState::Ready); 2];
        assert_eq!(standing(world, &order).await, expected);
        assert_eq!(world.order(&order.number).await.state, OrderState::Cancelled);
        assert!(world.letters_of(&order).await.is_empty());
    }

    async fn afterwards_the_bureau_is_asked_and_its_word_ends_the_application(
        world: &mut World
    ) {
        let order = world.received_order(3).await;
        let letter = asked(world, &order, &[1, 3]).await;
        let Document::CancelRequest(request) = world.read_letter(&letter).await else {
            panic!("no request");
        };
        let lines: Vec<_> = request.lines.iter().map(|line| (line.line_no, line.reason)).collect();
        assert_eq!(lines, [(1, 606), (3, 606)]);
        let waiting = (LineState::Placed, ApplicationState::CancelRequested);
        let untouched = (LineState::Placed, ApplicationState::Ordered);
        assert_eq!(standing(world, &order).await, [waiting, untouched, waiting]);

        let mut words = world.entries(&order, 1, 1, &[LineCancelled]).await;
        words.extend(world.entries(&order, 3, 1, &[LineCancelled]).await);
        let heard = world.answer_cancel(&letter, &order, words).await;

        assert_eq!(heard.state, InboxState::Applied, "{:?}", heard.detail);
        let ended = (LineState::Cancelled, ApplicationState::Cancelled);
        assert_eq!(standing(world, &order).await, [ended, untouched, ended]);
        let letter = world.only_letter(&order).await;
        assert_eq!(letter.state, LetterState::Answered);
        assert_eq!(letter.outcome.as_deref(), Some("CANCELLED"));
        assert_eq!(letter.answer, Some(heard.id));
        assert!(world.holds().await.is_empty());
    }

    async fn a_line_that_is_too_far_goes_on(world: &mut World) {
        let order = world.received_order(1).await;
        let words = [LineReceived, LineAccepted, ProductionBegun];
        world.acknowledge(world.entries(&order, 1, 1, &words).await).await;
        let letter = asked(world, &order, &[]).await;

        let words = world.entries(&order, 1, 4, &[CancelCameTooLate]).await;
        world.answer_cancel(&letter, &order, words).await;

        let on = (LineState::InProduction, ApplicationState::InProduction);
        assert_eq!(standing(world, &order).await, [on]);
        let letter = world.only_letter(&order).await;
        assert_eq!(letter.outcome.as_deref(), Some("TOO_LATE_TO_CANCEL"));
        assert!(world.holds().await.is_empty());
        world.acknowledge(world.entries(&order, 1, 5, &[CardMade]).await).await;
        assert_eq!(standing(world, &order).await[0].1, ApplicationState::Produced);
    }

    async fn an_answer_about_some_lines_leaves_the_others_asked_for(world: &mut World) {
        let order = world.received_order(2).await;
        let letter = asked(world, &order, &[]).await;

        let words = world.entries(&order, 2, 1, &[LineCancelled]).await;
        world.answer_cancel(&letter, &order, words.clone()).await;
        assert_eq!(world.only_letter(&order).await.state, LetterState::Sent);
        let heard = world.answer_cancel(&letter, &order, words).await;
        assert_eq!(heard.state, InboxState::Applied, "told twice");
        let rest = world.entries(&order, 1, 1, &[LineReceived, CancelCameTooLate]).await;
        world.acknowledge(rest[..1].to_vec()).await;
        world.answer_cancel(&letter, &order, rest[1..].to_vec()).await;

        let letter = world.only_letter(&order).await;
        assert_eq!(letter.outcome.as_deref(), Some("PARTLY_CANCELLED"));
        assert!(world.holds().await.is_empty());
    }

    async fn a_word_before_its_turn_answers_only_when_it_is_heard(world: &mut World) {
        let order = world.received_order(1).await;
        let letter = asked(world, &order, &[1]).await;
        let words = world.entries(&order, 1, 1, &[LineReceived, LineCancelled]).await;

        world.answer_cancel(&letter, &order, words[1..].to_vec()).await;
        assert_eq!(world.only_letter(&order).await.state, LetterState::Sent);
        let waiting = (LineState::Placed, ApplicationState::CancelRequested);
        assert_eq!(standing(world, &order).await, [waiting]);

        world.acknowledge(words[..1].to_vec()).await;
        let ended = (LineState::Cancelled, ApplicationState::Cancelled);
        assert_eq!(standing(world, &order).await, [ended]);
        assert_eq!(world.only_letter(&order).await.state, LetterState::Answered);
    }

    async fn a_line_is_asked_for_once(world: &mut World) {
        let order = world.received_order(2).await;
        let first = cancel(world, &order, &[1]).await.unwrap();
        let again = cancel(world, &order, &[1]).await.unwrap();
        assert_eq!(first, again);

        cancel(world, &order, &[]).await.unwrap();

        let letters = world.letters_of(&order).await;
        assert_eq!(letters.len(), 2);
        world.settle().await;
        let second = world.letters_of(&order).await.swap_remove(1);
        let Document::CancelRequest(request) = world.read_letter(&second).await else {
            panic!("no request");
        };
        let lines: Vec<_> = request.lines.iter().map(|line| line.line_no).collect();
        assert_eq!(lines, [2], "the first one asks for the other");
    }

    async fn a_card_that_exists_is_not_cancelled(world: &mut World) {
        let order = world.received_order(1).await;
        let words = [LineReceived, LineAccepted, CardMade];
        world.acknowledge(world.entries(&order, 1, 1, &words).await).await;

        let refused = cancel(world, &order, &[1]).await.unwrap_err();
        assert_eq!(refused, "line 1 is PRODUCED and can no longer be cancelled");
        let refused = cancel(world, &order, &[]).await.unwrap_err();
        assert!(refused.contains("no line"), "{refused}");
        let refused = cancel(world, &order, &[9]).await.unwrap_err();
        assert!(refused.contains("has no line 9"), "{refused}");
        assert!(world.letters_of(&order).await.is_empty());
    }

    async fn an_order_that_may_have_arrived_is_asked_about_first(world: &mut World) {
        use cei_gateway::domain::delivery::DeliveryVerdict::Ambiguous;

        let order = world.sealed_order(1).await;
        world.try_to_deliver(Ambiguous, 504).await;
        let number = &order.number;
        let refused = cancel_order(&world.gateway, number, &[], OPERATOR, "wrong").await;
        let expected = OrderRefusal::MaybeHeld { number: number.clone() };
        let Err(Failure::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal, CancelOrderRefusal::Order(expected));
    }

    async fn a_withdrawn_application_is_cancelled_at_the_bureau(world: &mut World) {
        let order = world.received_order(1).await;
        let application = withdraw_first(world, &order).await;
        assert_eq!(application.state, ApplicationState::CancelRequested);
        assert_eq!(world.hold_codes().await, [606]);
        world.settle().await;
        assert_eq!(world.post().await.len(), 1);
        let letter = world.only_letter(&order).await;
        assert_eq!((letter.kind, letter.code), (LetterKind::Cancel, Some(606)));

        let words = world.entries(&order, 1, 1, &[LineCancelled]).await;
        world.answer_cancel(&letter, &order, words).await;

        let after = world.application(application.id).await;
        assert_eq!(after.state, ApplicationState::Cancelled);
        assert!(world.holds().await.is_empty());
    }

    async fn a_request_waits_until_the_bureau_has_the_order(world: &mut World) {
        let order = world.sealed_order(2).await;
        withdraw_first(world, &order).await;
        world.settle().await;
        assert!(world.post().await.is_empty());
        assert_eq!(world.only_letter(&order).await.state, LetterState::Decided);

        world.deliver().await;
        world.settle().await;

        assert_eq!(world.post().await.len(), 1);
    }

    async fn a_request_about_an_order_that_is_given_up_is_never_written(world: &mut World) {
        let order = world.sealed_order(2).await;
        let application = withdraw_first(world, &order).await;
        give_up(&world.gateway, &order.number, &[], OPERATOR, "wrong").await.unwrap();
        world.settle().await;

        assert_eq!(world.only_letter(&order).await.state, LetterState::GivenUp);
        let after = world.application(application.id).await;
        assert_eq!(after.state, ApplicationState::Cancelled);
        assert!(world.holds().await.is_empty());
    }

    async fn an_ordinary_word_answers_a_request_too(world: &mut World) {
        let order = world.sent_order(1).await;
        let letter = asked(world, &order, &[1]).await;

        let words = world.entries(&order, 1, 1, &[LineCancelled]).await;
        world.acknowledge(words.clone()).await;

        assert_eq!(world.only_letter(&order).await.state, LetterState::Answered);
        let late = world.answer_cancel(&letter, &order, words).await;
        assert_eq!(late.state, InboxState::Applied);
        assert!(world.holds().await.is_empty());
        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;
    }

    async fn a_card_that_was_made_meanwhile_is_too_late(world: &mut World) {
        let order = world.received_order(1).await;
        asked(world, &order, &[1]).await;

        let words = [LineReceived, LineAccepted, CardMade];
        world.acknowledge(world.entries(&order, 1, 1, &words).await).await;

        let produced = (LineState::Produced, ApplicationState::Produced);
        assert_eq!(standing(world, &order).await, [produced]);
        let letter = world.only_letter(&order).await;
        assert_eq!(letter.outcome.as_deref(), Some("TOO_LATE_TO_CANCEL"));
    }
}
