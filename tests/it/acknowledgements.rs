//! The bureau's words on lines: each heard once, in its turn, and none that cannot be believed.

use std::cell::Cell;

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::domain::acknowledgement::LineEvent::{
    self, CardMade, CardReturned, LineAccepted, LineCancelled, LineReceived, LineRejected,
    ParcelShipped, ProductionBegun, QualityCheckFailed,
};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::id::HoldId;
use cei_gateway::domain::inbox::InboxState;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::order::OrderState;
use cei_gateway::flow::Failure;
use cei_gateway::flow::decide_hold::{Decision, decide};
use cei_gateway::flow::order_progress::settle;
use cei_gateway::flow::progress::note;
use cei_gateway::store::acknowledgements::{self, Disposition};
use cei_gateway::store::history::take_step;
use cei_gateway::store::order_lines::OrderLine;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{history, holds};
use cei_gateway::transport::certificates::{
    BUREAU_SEAL, GATEWAY_SEAL, SIGNING_CA, TLS_CA, certificate_file,
};
use chrono::TimeDelta;

use crate::kit::databases::{Database, rows};
use crate::kit::world::{World, both_worlds, certificates};

/// The first line of an order.
async fn first_line(world: &World, order: &Order) -> OrderLine {
    world.lines(order).await.swap_remove(0)
}

/// Where the first line of an order and its application stand.
async fn standing(world: &World, order: &Order) -> (LineState, ApplicationState) {
    let line = first_line(world, order).await;
    let application = world.application(line.application).await;
    (line.state, application.state)
}

/// What was made of the words on the first line of an order, by sequence.
async fn dispositions(world: &World, order: &Order) -> Vec<(i64, Disposition)> {
    let line = first_line(world, order).await;
    let words = acknowledgements::list(&mut world.read().await, line.id).await;
    let words = words.unwrap().into_iter();
    words
        .map(|word| (word.sequence, word.disposition))
        .collect()
}

/// Hears the bureau's words on the first line, from sequence `first`, in one document.
async fn say(world: &World, order: &Order, first: u32, words: &[LineEvent]) {
    world
        .acknowledge(world.entries(order, 1, first, words).await)
        .await;
}

/// The bureau's refusal of the first line.
async fn rejection(world: &World, order: &Order, sequence: u32, reason: u16) -> Entry {
    Entry {
        reason: Some(reason),
        ..world.entry(order, 1, sequence, LineRejected).await
    }
}

/// Decides about the only open hold.
async fn decide_only_hold(world: &World, decision: Decision) {
    let open = holds::list_open(&mut world.read().await, None, None, 10).await;
    let [hold] = open.unwrap().try_into().expect("one hold");
    let operator = Actor::Gateway("test");
    let decided = decide(&world.gateway, HoldId(hold.id), decision, &operator, "test").await;
    decided.expect("a decision that fits");
}

both_worlds! {
    async fn a_card_is_followed_until_its_parcel_is_on_its_way(world: &mut World) {
        let order = world.received_order(1).await;

        say(world, &order, 1, &[LineReceived]).await;
        let received = (LineState::Received, ApplicationState::Ordered);
        assert_eq!(standing(world, &order).await, received);
        assert_eq!(world.order(&order.number).await.state, OrderState::ReceiptOk);

        say(world, &order, 2, &[LineAccepted, ProductionBegun]).await;
        let in_production = (LineState::InProduction, ApplicationState::InProduction);
        assert_eq!(standing(world, &order).await, in_production);
        assert_eq!(world.order(&order.number).await.state, OrderState::AllAnswered);

        let made = Entry {
            document_number: Some("KX1234567".to_owned()),
            ..world.entry(&order, 1, 4, CardMade).await
        };
        let shipped = Entry {
            consignment: Some("FAN-0001".to_owned()),
            ..world.entry(&order, 1, 5, ParcelShipped).await
        };
        world.acknowledge(vec![made, shipped]).await;

        let shipped = (LineState::Shipped, ApplicationState::Shipped);
        assert_eq!(standing(world, &order).await, shipped);
        let line = first_line(world, &order).await;
        assert_eq!(line.document_number.as_deref(), Some("KX1234567"));
        assert!(world.holds().await.is_empty());
    }

    async fn a_word_told_twice_is_heard_once(world: &mut World) {
        let order = world.received_order(1).await;
        let words = world.entries(&order, 1, 1, &[LineReceived, LineAccepted]).await;
        world.acknowledge(words.clone()).await;
        let before = first_line(world, &order).await;
        let told = history::list(&mut world.read().await, before.id.0, 100).await.unwrap().len();

        world.acknowledge(words.clone()).await;
        world.acknowledge(words[..1].to_vec()).await;

        assert_eq!(first_line(world, &order).await, before);
        let again = history::list(&mut world.read().await, before.id.0, 100).await.unwrap().len();
        assert_eq!(again, told);
        let expected = [(1, Disposition::Applied), (2, Disposition::Applied)];
        assert_eq!(dispositions(world, &order).await, expected);
    }

    async fn two_words_under_one_number_are_a_conflict_and_the_first_one_stands(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineReceived, LineAccepted]).await;
        let other = rejection(world, &order, 2, 401).await;

        world.acknowledge(vec![other.clone()]).await;
        world.acknowledge(vec![other]).await;

        let accepted = (LineState::Accepted, ApplicationState::Ordered);
        assert_eq!(standing(world, &order).await, accepted);
        assert_eq!(world.hold_codes().await, [802]);
        assert_eq!(dispositions(world, &order).await.len(), 3);
        say(world, &order, 3, &[ProductionBegun]).await;
        assert_eq!(standing(world, &order).await.0, LineState::InProduction);
    }

    async fn a_word_before_its_turn_waits_and_is_heard_when_the_gap_is_filled(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        say(world, &order, 4, &[CardMade]).await;
        say(world, &order, 3, &[ProductionBegun]).await;
        assert_eq!(standing(world, &order).await.0, LineState::Placed);
        let expected = [(3, Disposition::Waiting), (4, Disposition::Waiting)];
        assert_eq!(dispositions(world, &order).await, expected);

        say(world, &order, 2, &[LineAccepted]).await;
        assert_eq!(standing(world, &order).await.0, LineState::Placed);
        say(world, &order, 1, &[LineReceived]).await;

        let produced = (LineState::Produced, ApplicationState::Produced);
        assert_eq!(standing(world, &order).await, produced);
        let dispositions = dispositions(world, &order).await;
        let heard = |(_, made): &(i64, Disposition)| *made == Disposition::Applied;
        assert!(dispositions.iter().all(heard), "{dispositions:?}");
        assert!(world.holds().await.is_empty());
    }

    async fn words_on_lines_that_were_never_ordered_are_kept_for_an_operator(
        world: &mut World
    ) {
        let order = world.received_order(2).await;
        let good = world.entry(&order, 2, 1, LineReceived).await;
        let no_line = Entry {
            line_no: 9,
            ..world.entry(&order, 1, 1, LineReceived).await
        };
        let no_order = Entry {
            order_number: "CNIN-20200101-0001".to_owned(),
            ..no_line.clone()
        };
        let another_application = Entry {
            application_number: good.application_number.clone(),
            ..world.entry(&order, 1, 1, LineAccepted).await
        };
        world.acknowledge(vec![no_line]).await;
        world.acknowledge(vec![no_order]).await;
        world.acknowledge(vec![another_application, good]).await;

        assert_eq!(world.hold_codes().await, [108, 108, 108]);
        let states: Vec<_> = world.lines(&order).await.iter().map(|line| line.state).collect();
        assert_eq!(states, [LineState::Placed, LineState::Received]);
    }

    async fn a_word_that_cannot_be_is_held_and_uses_up_its_number(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineReceived, ParcelShipped]).await;
        assert_eq!(standing(world, &order).await.0, LineState::Received);
        assert_eq!(world.hold_codes().await, [807]);

        say(world, &order, 3, &[LineAccepted]).await;

        assert_eq!(standing(world, &order).await.0, LineState::Accepted);
        let expected = [
            (1, Disposition::Applied),
            (2, Disposition::Impossible),
            (3, Disposition::Applied),
        ];
        assert_eq!(dispositions(world, &order).await, expected);
    }

    async fn a_card_that_fails_for_the_third_time_waits_for_an_operator(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted, QualityCheckFailed, QualityCheckFailed]).await;
        assert_eq!(standing(world, &order).await.1, ApplicationState::InProduction);
        assert!(world.holds().await.is_empty());

        say(world, &order, 4, &[QualityCheckFailed]).await;

        let held = (LineState::QualityFailed, ApplicationState::OnHold);
        assert_eq!(standing(world, &order).await, held);
        assert_eq!(world.hold_codes().await, [804]);
        let line = first_line(world, &order).await;
        assert_eq!(world.application(line.application).await.remakes, 3);

        say(world, &order, 5, &[CardMade]).await;
        let held = (LineState::Produced, ApplicationState::OnHold);
        assert_eq!(standing(world, &order).await, held, "the line goes on");
        decide_only_hold(world, Decision::Release).await;
        let caught_up = (LineState::Produced, ApplicationState::Produced);
        assert_eq!(standing(world, &order).await, caught_up);
    }

    async fn a_line_refused_for_its_data_goes_back_to_the_office(world: &mut World) {
        let order = world.received_order(1).await;
        let refused = rejection(world, &order, 1, 303).await;

        world.acknowledge(vec![refused]).await;

        let returned = (LineState::Rejected, ApplicationState::Returned);
        assert_eq!(standing(world, &order).await, returned);
        assert_eq!(world.order(&order.number).await.state, OrderState::Settled);
    }

    async fn a_line_refused_for_a_technical_reason_is_ordered_again(world: &mut World) {
        let order = world.received_order(1).await;
        let refused = rejection(world, &order, 1, 404).await;
        world.acknowledge(vec![refused]).await;
        let ready = (LineState::Rejected, ApplicationState::Ready);
        assert_eq!(standing(world, &order).await, ready);

        world.pass(TimeDelta::hours(4));
        world.settle().await;

        let second = world.orders().await.pop().unwrap();
        let line = first_line(world, &second).await;
        assert_eq!((line.attempt, line.state), (2, LineState::Placed));
        let before = first_line(world, &order).await;
        assert_eq!((before.application, before.state), (line.application, LineState::Rejected));
    }

    async fn a_line_that_the_bureau_cancels_ends_its_application(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted, LineCancelled]).await;
        let ended = (LineState::Cancelled, ApplicationState::Cancelled);
        assert_eq!(standing(world, &order).await, ended);
        assert_eq!(world.order(&order.number).await.state, OrderState::Settled);
    }

    async fn a_parcel_that_comes_back_leaves_the_card_to_be_sent_again(world: &mut World) {
        let order = world.received_order(1).await;
        say(world, &order, 1, &[LineAccepted, CardMade, ParcelShipped, CardReturned]).await;
        assert_eq!(standing(world, &order).await.0, LineState::Returned);

        say(world, &order, 5, &[ParcelShipped]).await;

        let shipped = (LineState::Shipped, ApplicationState::Shipped);
        assert_eq!(standing(world, &order).await, shipped);
        assert!(world.holds().await.is_empty());
    }

    async fn a_document_cut_short_is_set_aside_with_its_reason(world: &mut World) {
        let order = world.received_order(1).await;
        let words = world.entries(&order, 1, 1, &[LineReceived]).await;
        let mut document = world.signed(&world.acknowledgement(words));
        document.truncate(document.len() / 2);

        let heard = world.hear(document).await;

        assert_eq!(heard.state, InboxState::Quarantined);
        assert!(heard.reason.is_some() && heard.detail.is_some());
        assert_eq!(world.hold_codes().await.len(), 1);
        assert_eq!(standing(world, &order).await.0, LineState::Placed);
    }

    async fn a_document_with_one_changed_byte_is_not_believed(world: &mut World) {
        let order = world.received_order(1).await;
        let words = world.entries(&order, 1, 1, &[LineAccepted]).await;
        let document = world.signed(&world.acknowledgement(words));
        let text = String::from_utf8(document).unwrap();
        let changed = text.replace("ACCEPTED", "RECEIVED");
        assert_ne!(changed, text);

        let heard = world.hear(changed.into_bytes()).await;

        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(101)));
        assert_eq!(standing(world, &order).await.0, LineState::Placed);
    }

    async fn a_document_of_an_untrusted_signer_is_released_once_the_trust_is_mended(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        let strangers = Some(certificate_file(certificates(), TLS_CA));
        world.config.bureau.acknowledgement_anchors_file = strangers;
        world.restart().await;
        let words = world.entries(&order, 1, 1, &[LineAccepted]).await;
        let document = world.signed_by(BUREAU_SEAL, &world.acknowledgement(words));
        let heard = world.hear(document).await;
        assert_eq!((heard.state, heard.reason), (InboxState::Quarantined, Some(102)));

        let mended = Some(certificate_file(certificates(), SIGNING_CA));
        world.config.bureau.acknowledgement_anchors_file = mended;
        world.restart().await;
        decide_only_hold(world, Decision::Release).await;
        world.settle().await;

        assert_eq!(world.document(heard.id).await.state, InboxState::Applied);
        assert_eq!(standing(world, &order).await.0, LineState::Accepted);
        assert!(world.holds().await.is_empty());
    }

    async fn a_key_that_is_not_on_the_list_does_not_speak_for_the_bureau(world: &mut World) {
        use cei_gateway::config::SpkiSha256;
        use openssl::x509::X509;
        let order = world.received_order(1).await;
        let bureau = std::fs::read(certificate_file(certificates(), BUREAU_SEAL)).unwrap();
        let key = X509::from_pem(&bureau).unwrap().public_key().unwrap();
        let spki = openssl::sha::sha256(&key.public_key_to_der().unwrap());
        world.config.bureau.acknowledgement_spki_sha256 = vec![SpkiSha256(spki)];
        world.restart().await;
        let words = world.entries(&order, 1, 1, &[LineAccepted]).await;
        let words = world.acknowledgement(words);

        let ours = world.hear(world.signed_by(GATEWAY_SEAL, &words)).await;
        assert_eq!(ours.state, InboxState::Quarantined);
        assert_eq!(standing(world, &order).await.0, LineState::Placed);

        let theirs = world.hear(world.signed_by(BUREAU_SEAL, &words)).await;
        assert_eq!(theirs.state, InboxState::Applied);
    }

    async fn a_document_that_was_lost_in_the_vault_does_not_stop_those_behind_it(
        world: &mut World
    ) {
        let order = world.received_order(1).await;
        let lost = world.signed(&world.acknowledgement(
            world.entries(&order, 1, 1, &[LineReceived]).await,
        ));
        world.arrive(lost).await;
        let mut tx = world.read().await;
        let waiting = cei_gateway::store::inbox::list(&mut tx, InboxState::Arrived, None, 1).await;
        drop(tx);
        assert!(world.gateway.vault.erase(waiting.unwrap()[0].sealed).unwrap());

        say(world, &order, 1, &[LineReceived, LineAccepted]).await;

        assert_eq!(standing(world, &order).await.0, LineState::Accepted);
        assert_eq!(world.hold_codes().await, [103]);
    }

    async fn documents_leave_the_same_state_in_whatever_order_they_come(world: &mut World) {
        let mut reached = Vec::new();
        for order_of_arrival in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            let order = world.received_order(2).await;
            let mut documents = Vec::new();
            for (line_no, first, words) in [
                (1, 1, [LineReceived, LineAccepted]),
                (1, 3, [ProductionBegun, QualityCheckFailed]),
                (2, 1, [LineAccepted, CardMade]),
                (1, 5, [CardMade, ParcelShipped]),
            ] {
                let entries = world.entries(&order, line_no, first, &words).await;
                documents.push(world.signed(&world.acknowledgement(entries)));
            }
            for place in order_of_arrival {
                world.arrive(documents[place].clone()).await;
                world.settle().await;
            }
            let lines = world.lines(&order).await.into_iter().map(|line| {
                (line.state, line.last_sequence, line.remakes)
            });
            reached.push((lines.collect::<Vec<_>>(), world.order(&order.number).await.state));
        }
        assert!(reached.windows(2).all(|pair| pair[0] == pair[1]), "{reached:?}");
        assert_eq!(reached[0].0[0], (LineState::Shipped, 6, 1));
        assert_eq!(reached[0].1, OrderState::AllAnswered);
        assert!(world.holds().await.is_empty());
    }
}

/// Only replicas on `PostgreSQL` can do this to each other; SQLite has one writer.
#[tokio::test]
async fn two_replicas_that_answer_the_last_two_lines_at_once_complete_the_order() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let mut world = World::start(database).await;
    let order = world.received_order(3).await;
    say(&world, &order, 1, &[LineAccepted]).await;
    let lines = world.lines(&order).await;
    let actor = Actor::Gateway("test");
    let note = note(&world.gateway, &actor, None);

    let (mut one, mut other) = (world.write().await, world.write().await);
    for (tx, line) in [(&mut one, &lines[1]), (&mut other, &lines[2])] {
        let step = take_step::<history::OrderLine>(tx, line.id.0, line.state, LineAccepted, &note);
        step.await.unwrap();
    }
    let settled: Result<(), Failure<()>> = settle(&mut one, order.id, &note).await;
    settled.unwrap();
    // The other one counts while this one has not committed, unless it waits for it.
    let has_counted = Cell::new(false);
    let second = async {
        let settled: Result<(), Failure<()>> = settle(&mut other, order.id, &note).await;
        settled.unwrap();
        has_counted.set(true);
        other.commit().await.unwrap();
    };
    let first = async {
        while !has_counted.get() && !somebody_waits(&world).await {}
        one.commit().await.unwrap();
    };
    tokio::join!(second, first);

    let state = world.order(&order.number).await.state;
    assert_eq!(state, OrderState::AllAnswered);
}

/// Whether a transaction waits for another one.
async fn somebody_waits(world: &World) -> bool {
    let mut tx = world.read().await;
    let waiting = rows!(
        (i64,),
        &mut tx,
        "SELECT COUNT(*) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'"
    );
    waiting != [(0,)]
}
