//! Words on many lines are written together where all goes well, and one by one where it does not:
//! nobody can tell afterwards.

use cei_gateway::bureau::acknowledgement::Entry;
use cei_gateway::domain::acknowledgement::LineEvent::{
    CardMade, LineAccepted, LineReceived, ParcelShipped, ProductionBegun,
};
use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::store::order_lines::OrderLine;
use cei_gateway::store::orders::Order;
use cei_gateway::store::{acknowledgements, history, offices, outbox};

use crate::kit::databases::rows;
use crate::kit::world::{World, both_worlds};

/// All words on a line, from its reading to its parcel.
async fn way(world: &World, order: &Order, line_no: u32) -> Vec<Entry> {
    let words = [
        LineReceived,
        LineAccepted,
        ProductionBegun,
        CardMade,
        ParcelShipped,
    ];
    let mut entries = world.entries(order, line_no, 1, &words).await;
    entries[3].document_number = Some(format!("KX{line_no:07}"));
    entries[4].consignment = Some("FAN-0001".to_owned());
    entries
}

/// Everything that is known of a line and its application, without what names them.
async fn known(world: &World, line: &OrderLine) -> Vec<String> {
    let mut tx = world.read().await;
    let application = world.application(line.application).await;
    let mut known = vec![
        format!(
            "{:?}",
            (line.state, line.last_sequence, line.remakes, line.reason)
        ),
        format!("{:?}", (application.state, application.remakes)),
    ];
    for subject in [line.id.0, application.id.0] {
        for step in history::list(&mut tx, subject, 100).await.unwrap() {
            known.push(format!(
                "{} {} {}",
                step.from_state, step.event, step.to_state
            ));
        }
    }
    for word in acknowledgements::list(&mut tx, line.id).await.unwrap() {
        known.push(format!(
            "{:?}",
            (word.sequence, word.status, word.disposition)
        ));
    }
    let cards = rows!(
        (String, Option<String>),
        &mut tx,
        "SELECT state, consignment FROM cards WHERE order_line_id = $1",
        line.id.0,
    );
    known.push(format!("{cards:?}"));
    let erasure = rows!(
        (Option<chrono::DateTime<chrono::Utc>>,),
        &mut tx,
        "SELECT erase_at FROM sealed_contents WHERE id = $1",
        application.sealed.0,
    );
    assert!(erasure[0].0.is_some());
    known.push(format!("{erasure:?}"));
    let feed = offices::lane_of(application.office);
    for message in outbox::list_after(&mut tx, &feed, 0, 1_000).await.unwrap() {
        if message.subject_id == application.id.0 {
            let told: serde_json::Value = serde_json::from_str(&message.payload).unwrap();
            known.push(format!("{} {}", message.kind, told["state"]));
        }
    }
    known
}

both_worlds! {
    async fn words_told_together_come_to_the_same_as_words_out_of_order(world: &mut World) {
        let order = world.received_order(6).await;
        let mut in_order = Vec::new();
        for line_no in 1..=3 {
            in_order.extend(way(world, &order, line_no).await);
        }
        world.acknowledge(in_order).await;
        // The last comes first, so that every word but one has to wait for its turn.
        for place in (0..5).rev() {
            let mut entries = Vec::new();
            for line_no in 4..=6 {
                entries.push(way(world, &order, line_no).await[place].clone());
            }
            world.acknowledge(entries).await;
        }

        let lines = world.lines(&order).await;
        let together = known(world, &lines[0]).await;
        assert!(together.len() > 20, "{together:#?}");
        assert_eq!(lines[0].state, LineState::Shipped);
        for line in &lines {
            assert_eq!(known(world, line).await, together, "line {}", line.line_no);
        }
        assert!(world.holds().await.is_empty());
    }

    async fn lines_that_need_a_second_look_do_not_hinder_the_others(world: &mut World) {
        let order = world.received_order(4).await;
        let mut entries = world.entries(&order, 1, 1, &[LineReceived, LineAccepted]).await;
        entries.push(Entry { // Of another application.
            application_number: entries[0].application_number.clone(),
            ..world.entry(&order, 2, 1, LineReceived).await
        });
        entries.push(world.entry(&order, 3, 2, LineAccepted).await); // Before its turn.
        entries.extend(world.entries(&order, 4, 1, &[LineReceived, CardMade]).await); // Too early.
        world.acknowledge(entries).await;

        let states: Vec<_> = world.lines(&order).await.iter().map(|line| line.state).collect();
        let expected =
            [LineState::Accepted, LineState::Placed, LineState::Placed, LineState::Received];
        assert_eq!(states, expected);
        assert_eq!(world.hold_codes().await, [108, 807]);
    }

    async fn a_card_number_for_two_lines_in_one_document_is_held(world: &mut World) {
        let order = world.received_order(2).await;
        let mut entries = Vec::new();
        for line_no in [1, 2] {
            let mut way = way(world, &order, line_no).await;
            way[3].document_number = Some("KX7777777".to_owned());
            entries.extend(way[..4].to_vec());
        }
        world.acknowledge(entries).await;

        assert_eq!(world.hold_codes().await, [209]);
        let states: Vec<_> = world.lines(&order).await.iter().map(|line| line.state).collect();
        assert_eq!(states, [LineState::Produced, LineState::Produced]);
        let lines = world.lines(&order).await;
        let produced = world.application(lines[1].application).await.state;
        assert_eq!(produced, ApplicationState::Produced);
    }
}
