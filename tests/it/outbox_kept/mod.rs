//! The outbox over years: how long it keeps what, and what becomes of messages that died.

mod dead_letters;
mod found;
mod migrated;
mod months;

use cei_gateway::domain::id::MessageId;
use cei_gateway::domain::month::Month;
use cei_gateway::store::outbox::{self, Lane, Message, NewMessage, find_lane, list_after, tell};
use cei_gateway::store::{months as tables, offices};

use crate::kit::world::World;

/// The lane of one of the world's offices.
fn office_lane(world: &World, number: usize) -> String {
    offices::lane_of(world.offices[number].id)
}

/// Tells an office so many things at this instant; returns the ids of the messages.
async fn tell_office(world: &World, lane: &str, count: usize) -> Vec<uuid::Uuid> {
    let mut tx = world.write().await;
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = world.id();
        let payload = format!("{{\"id\":\"{id}\"}}");
        let message = NewMessage {
            id: MessageId(id),
            kind: "ro.cei.application.received.v1",
            subject: world.id(),
            payload: &payload,
            replay_of: None,
        };
        tell(&mut tx, lane, &message, world.now());
        ids.push(id);
    }
    tx.commit().await.expect("committed");
    ids
}

async fn lane_of(world: &World, name: &str) -> Lane {
    let mut tx = world.read().await;
    find_lane(&mut tx, name)
        .await
        .expect("a query")
        .expect("a lane")
}

/// All that a lane still has.
async fn messages(world: &World, lane: &str) -> Vec<Message> {
    let mut tx = world.read().await;
    list_after(&mut tx, lane, 0, 100_000)
        .await
        .expect("messages")
}

/// Asserts that a lane has all its messages from its beginning on, each once and in order.
async fn assert_whole(world: &World, name: &str) {
    let lane = lane_of(world, name).await;
    let kept: Vec<i64> = messages(world, name)
        .await
        .iter()
        .map(|one| one.seq)
        .collect();
    let expected: Vec<i64> = (lane.floor_seq + 1..=lane.last_seq).collect();
    assert_eq!(kept, expected, "{name} from {} on", lane.floor_seq);
}

/// Sets the oldest messages of a lane aside as dead, each for this cause.
async fn bury_first(world: &World, lane: &str, count: usize, cause: &str) {
    let first = messages(world, lane).await;
    let mut tx = world.write().await;
    for message in first.iter().take(count) {
        outbox::bury(&mut tx, message, cause, 10, world.now())
            .await
            .expect("buried");
    }
    tx.commit().await.expect("committed");
}

/// The months of the table `outbox`; none on SQLite.
async fn months_of_outbox(world: &World) -> Vec<Month> {
    let mut tx = world.read().await;
    let all = tables::list(&mut tx).await.expect("months");
    let of_outbox = all.into_iter().filter(|table| table.parent == "outbox");
    of_outbox.map(|table| table.month).collect()
}
