//! Orders of which nobody knows whether the bureau has them: it is asked before they are sent again.

use std::slice;

use cei_gateway::bureau::inquiry_answer::Held;
use cei_gateway::bureau::letter::Letter as Document;
use cei_gateway::bureau::receipt::Outcome;
use cei_gateway::domain::acknowledgement::LineEvent::{LineAccepted, LineReceived};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::letter::{LetterKind, LetterState};
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_order::{OrderRefusal, give_up};
use cei_gateway::flow::letters::ask::ask_bureau;
use cei_gateway::flow::letters::send as letters;
use cei_gateway::flow::send_order::lease_next;
use cei_gateway::store::letters::Letter;
use cei_gateway::store::orders::Order;
use chrono::TimeDelta;

use crate::kit::world::{World, both_worlds};

/// Whoever decides in these tests.
const OPERATOR: &Actor = &Actor::Gateway("test");

/// A sealed order whose sending ended in doubt, and the letter that asks about it, which the bureau
/// has taken.
async fn in_doubt(world: &mut World, lines: usize) -> (Order, Letter) {
    let order = world.sealed_order(lines).await;
    let tried = world.try_to_deliver(DeliveryVerdict::Ambiguous, 504).await;
    assert_eq!(tried, slice::from_ref(&order.number));
    world.pass(TimeDelta::seconds(10));
    world.settle().await;
    assert_eq!(world.post().await.len(), 1);
    let letter = world.only_letter(&order).await;
    (world.order(&order.number).await, letter)
}

both_worlds! {
    async fn an_order_in_doubt_is_asked_about_and_not_sent(world: &mut World) {
        let (order, letter) = in_doubt(world, 1).await;

        world.pass(TimeDelta::minutes(50));
        world.settle().await;

        assert!(world.deliver().await.is_empty());
        assert_eq!(world.order(&order.number).await.state, OrderState::Queued);
        assert_eq!((letter.kind, letter.state), (LetterKind::Inquiry, LetterState::Sent));
        let Document::Inquiry(inquiry) = world.read_letter(&letter).await else {
            panic!("no inquiry");
        };
        assert_eq!(inquiry.order_number, order.number);
        assert_eq!(order.sha256.as_deref(), Some(inquiry.order_sha256.as_slice()));
        assert_eq!(inquiry.order_message_id, order.message_id);
        assert!(world.holds().await.is_empty());
    }

    async fn an_order_that_the_bureau_does_not_hold_is_sent_again(world: &mut World) {
        let (order, letter) = in_doubt(world, 1).await;

        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;

        assert_eq!(world.deliver().await, slice::from_ref(&order.number));
        let after = world.order(&order.number).await;
        assert_eq!((after.state, after.resends), (OrderState::Sent, 1));
        assert_eq!((after.sha256, after.sealed), (order.sha256.clone(), order.sealed));
        let letter = world.only_letter(&order).await;
        assert_eq!(letter.state, LetterState::Answered);
        assert_eq!(letter.outcome.as_deref(), Some("UNKNOWN"));
        assert!(world.holds().await.is_empty());
    }

    async fn an_order_that_the_bureau_holds_is_not_sent_again(world: &mut World) {
        let (order, letter) = in_doubt(world, 1).await;

        world.answer(&letter, &order, World::held(&order), Vec::new()).await;

        let after = world.order(&order.number).await;
        assert_eq!((after.state, after.resends), (OrderState::ReceiptOk, 0));
        assert!(after.sent_at.is_some() && after.receipt_at.is_some());
        world.pass(TimeDelta::hours(2));
        world.settle().await;
        assert!(world.deliver().await.is_empty());
        assert!(world.holds().await.is_empty());
    }

    async fn another_file_under_the_orders_number_is_an_alarm_and_nothing_is_sent(
        world: &mut World
    ) {
        let (order, letter) = in_doubt(world, 1).await;
        let Held::Known { message_id, line_count, outcome, .. } = World::held(&order) else {
            panic!("not held");
        };
        let other = Held::Known { sha256: [9; 32], message_id, line_count, outcome };
        let words = world.entries(&order, 1, 1, &[LineReceived]).await;

        world.answer(&letter, &order, other, words).await;

        assert_eq!(world.holds().await, [(order.number.clone(), 802)]);
        assert_eq!(world.lines(&order).await[0].state, LineState::Placed);
        world.pass(TimeDelta::hours(3));
        world.settle().await;
        assert!(world.deliver().await.is_empty());
    }

    async fn an_order_that_the_bureau_refused_in_its_answer_waits_for_an_operator(
        world: &mut World
    ) {
        let (order, letter) = in_doubt(world, 1).await;
        let Held::Known { sha256, message_id, line_count, .. } = World::held(&order) else {
            panic!("not held");
        };
        let outcome = world.refusal_of(&order).outcome;

        let held = Held::Known { sha256, message_id, line_count, outcome };
        world.answer(&letter, &order, held, Vec::new()).await;

        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptRejected);
        assert_eq!(world.holds().await, [(order.number.clone(), 808)]);
    }

    async fn a_doubt_that_nobody_ends_ends_after_a_term_with_the_same_bytes(world: &mut World) {
        let (order, _letter) = in_doubt(world, 1).await;

        world.pass(TimeDelta::minutes(60));
        world.settle().await;

        assert_eq!(world.deliver().await, slice::from_ref(&order.number));
        let after = world.order(&order.number).await;
        assert_eq!((after.state, after.resends), (OrderState::Sent, 1));
        assert_eq!(after.sha256, order.sha256);
    }

    async fn doubts_have_an_end(world: &mut World) {
        let order = world.sealed_order(1).await;
        let mut tries = 0;
        while world.hold_codes().await.is_empty() {
            tries += world.try_to_deliver(DeliveryVerdict::Ambiguous, 504).await.len();
            world.pass(TimeDelta::hours(7));
            world.settle().await;
            assert!(tries < 50, "tries without end");
        }

        assert_eq!(tries, usize::try_from(world.config.delivery.attempts_max).unwrap());
        assert_eq!(world.hold_codes().await, [805]);
        assert_eq!(world.only_letter(&order).await.kind, LetterKind::Inquiry);
        world.pass(TimeDelta::hours(7));
        world.settle().await;
        assert!(world.deliver().await.is_empty(), "an operator decides");
    }

    async fn an_order_whose_process_died_while_sending_is_in_doubt(world: &mut World) {
        let order = world.sealed_order(1).await;
        let departure = lease_next(&world.gateway, "dying").await.unwrap();
        assert!(departure.is_some());

        world.pass(TimeDelta::minutes(2));
        assert!(lease_next(&world.gateway, "heir").await.unwrap().is_none());
        world.pass(TimeDelta::minutes(2));
        world.settle().await;

        assert!(world.deliver().await.is_empty());
        let letter = world.only_letter(&order).await;
        assert_eq!((letter.kind, letter.state), (LetterKind::Inquiry, LetterState::Queued));
        let refused = give_up(&world.gateway, &order.number, &[], OPERATOR, "too slow").await;
        assert!(matches!(refused, Err(Failure::Refused(OrderRefusal::MaybeHeld { .. }))));
        world.post().await;
        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;
        assert_eq!(world.deliver().await, slice::from_ref(&order.number));
    }

    async fn orders_behind_one_in_doubt_go_on(world: &mut World) {
        let doubtful = world.sealed_order(1).await;
        let second = world.sealed_order(1).await;
        let departure = lease_next(&world.gateway, "dying").await.unwrap().unwrap();
        assert_eq!(departure.order.number, doubtful.number);

        world.pass(TimeDelta::minutes(2));
        assert!(lease_next(&world.gateway, "heir").await.unwrap().is_none());
        world.pass(TimeDelta::minutes(1));

        assert_eq!(world.deliver().await, slice::from_ref(&second.number));
    }

    async fn a_receipt_ends_the_doubt_before_anybody_asks(world: &mut World) {
        let order = world.sealed_order(1).await;
        world.try_to_deliver(DeliveryVerdict::Ambiguous, 504).await;
        world.receive(&world.receipt_of(&order, Outcome::Ok)).await;
        world.pass(TimeDelta::minutes(1));
        world.settle().await;

        assert!(world.post().await.is_empty());
        let letter = world.only_letter(&order).await;
        assert_eq!((letter.state, letter.sealed), (LetterState::GivenUp, None));
    }

    async fn a_question_is_asked_once_and_sent_again_where_it_was_not_answered(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        let number = &order.number;
        let first = ask_bureau(&world.gateway, number, OPERATOR, "test").await.unwrap();
        let second = ask_bureau(&world.gateway, number, OPERATOR, "test").await.unwrap();
        assert_eq!(first.id, second.id);
        world.settle().await;
        assert_eq!(world.post().await, slice::from_ref(&first.number));

        ask_bureau(&world.gateway, number, OPERATOR, "test").await.unwrap();
        let sealed = world.only_letter(&order).await;
        assert_eq!(world.post().await, slice::from_ref(&first.number), "the same letter");
        let after = world.only_letter(&order).await;
        assert_eq!((after.state, after.sha256), (LetterState::Sent, sealed.sha256));
    }

    async fn of_an_order_that_is_not_signed_there_is_nothing_to_ask(world: &mut World) {
        let refused = ask_bureau(&world.gateway, "CNIN-20200101-0001", OPERATOR, "test").await;
        assert!(matches!(refused, Err(Failure::Refused(OrderRefusal::Unknown { .. }))));
        let order = world.received_order(1).await;
        let refused = ask_bureau(&world.gateway, &order.number, OPERATOR, " ").await;
        assert!(matches!(refused, Err(Failure::Refused(OrderRefusal::ReasonMissing))));
        assert!(world.letters_of(&order).await.is_empty());
    }

    async fn words_that_were_missed_are_heard_in_the_answer(world: &mut World) {
        let order = world.sent_order(2).await;
        let asked = ask_bureau(&world.gateway, &order.number, OPERATOR, "test").await.unwrap();
        world.settle().await;
        world.post().await;
        let mut words = world.entries(&order, 1, 1, &[LineReceived, LineAccepted]).await;
        words.extend(world.entries(&order, 2, 1, &[LineReceived]).await);

        world.answer(&asked, &order, World::held(&order), words).await;

        let states: Vec<_> = world.lines(&order).await.iter().map(|line| line.state).collect();
        assert_eq!(states, [LineState::Accepted, LineState::Received]);
        assert_eq!(world.order(&order.number).await.state, OrderState::PartlyAnswered);
        assert!(world.holds().await.is_empty());
    }

    async fn an_answer_before_the_delivery_is_recorded_counts(world: &mut World) {
        let order = world.received_order(1).await;
        ask_bureau(&world.gateway, &order.number, OPERATOR, "test").await.unwrap();
        world.settle().await;
        let departure = letters::lease_next(&world.gateway, "dying").await.unwrap().unwrap();

        world.answer(&departure.letter, &order, World::held(&order), Vec::new()).await;

        world.pass(TimeDelta::minutes(2));
        assert!(world.post().await.is_empty());
        assert_eq!(world.only_letter(&order).await.state, LetterState::Answered);
    }

    async fn a_repeated_answer_changes_nothing(world: &mut World) {
        let (order, letter) = in_doubt(world, 1).await;
        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;
        assert_eq!(world.deliver().await.len(), 1);
        let before = world.order(&order.number).await;

        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;

        assert_eq!(world.order(&order.number).await, before);
        assert!(world.deliver().await.is_empty());
        assert!(world.holds().await.is_empty());
    }

    async fn an_answer_that_is_older_than_the_last_delivery_says_nothing_of_it(
        world: &mut World
    ) {
        let (order, letter) = in_doubt(world, 1).await;
        world.pass(TimeDelta::minutes(60));
        world.settle().await;
        assert_eq!(world.deliver().await.len(), 1, "the term has passed");
        let before = world.order(&order.number).await;

        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;

        assert_eq!(world.order(&order.number).await, before);
        assert!(world.deliver().await.is_empty());
    }

    async fn a_bureau_that_denies_what_it_confirmed_is_an_alarm(world: &mut World) {
        let order = world.received_order(2).await;
        let letter = ask_bureau(&world.gateway, &order.number, OPERATOR, "test").await.unwrap();
        world.settle().await;
        world.post().await;

        world.answer(&letter, &order, Held::Unknown, Vec::new()).await;

        assert_eq!(world.hold_codes().await, [820, 821]);
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);
        assert!(world.deliver().await.is_empty());
    }

    async fn an_answer_to_no_letter_of_ours_is_set_aside(world: &mut World) {
        let (order, letter) = in_doubt(world, 1).await;
        let mut stranger = world.inquiry_answer(&letter, &order, Held::Unknown, Vec::new());
        stranger.in_reply_to = world.id();

        let heard = world.hear(world.signed_answer(&stranger)).await;

        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(113)));
        assert!(world.deliver().await.is_empty());
        assert_eq!(world.only_letter(&order).await.state, LetterState::Sent);
        assert_eq!(world.errors_about(&heard).await, 1);
    }

    async fn an_answer_about_another_order_is_set_aside(world: &mut World) {
        let other = world.received_order(1).await;
        let (order, letter) = in_doubt(world, 1).await;
        let answer = world.inquiry_answer(&letter, &other, Held::Unknown, Vec::new());
        let heard = world.hear(world.signed_answer(&answer)).await;
        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(113)));
        assert!(world.deliver().await.is_empty());
        assert_eq!(world.only_letter(&order).await.state, LetterState::Sent);
    }
}
