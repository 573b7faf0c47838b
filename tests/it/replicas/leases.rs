//! A gateway that was frozen past its lease wakes up with a result that counts no more.

use cei_gateway::store::offices::lane_of;
use cei_gateway::store::outbox::{Lane, find_lane};

use super::fleet::{Counter, Fleet, until};
use super::offices::Town;
use super::outages::set_webhooks;
use super::receiver::Receiver;
use crate::kit::databases::Database;

async fn lane(fleet: &Fleet, office: &Counter) -> Lane {
    let mut tx = fleet.database.store.read().await.unwrap();
    find_lane(&mut tx, &lane_of(office.id))
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_wakes_after_its_lease_changes_nothing() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let receiver = Receiver::open().await;
    let mut fleet = Fleet::on(database, 2).await;
    set_webhooks(&fleet, &receiver).await;
    receiver.be_silent(true);
    let office = fleet.offices[0].clone();
    let mut town = Town::open(vec![fleet.url(0)], std::slice::from_ref(&office), 1);
    until("a message is under way", async || {
        !receiver.arrived(&office.code).is_empty()
    })
    .await;
    fleet.freeze(0);

    // The other one takes the lane over once the lease has run out, and pushes what is there.
    receiver.be_silent(false);
    fleet.start(1);
    fleet.until_ready(1).await;
    until("the other one has pushed everything", async || {
        let lane = lane(&fleet, &office).await;
        lane.acked_seq == lane.last_seq && lane.lease_owner.is_none()
    })
    .await;
    let before = lane(&fleet, &office).await;
    assert!(
        before.acked_seq > 0 && before.lease_epoch >= 2,
        "{before:?}"
    );
    fleet.kill(1);

    fleet.thaw(0);
    until("the sleeper notices", async || {
        fleet
            .said(0)
            .contains("the lease of an office's lane was lost meanwhile")
    })
    .await;
    town.close().await;
    until("what came since is pushed", async || {
        let lane = lane(&fleet, &office).await;
        lane.acked_seq == lane.last_seq && lane.lease_owner.is_none()
    })
    .await;

    let arrived = receiver.arrived(&office.code);
    let again = arrived.iter().filter(|arrival| arrival.seq == 1).count();
    assert_eq!(again, 2, "the first message was sent by both");
    let mut seqs: Vec<i64> = arrived.iter().map(|arrival| arrival.seq).collect();
    seqs.dedup();
    assert!(
        seqs.is_sorted(),
        "what the other one had pushed was never pushed again: {seqs:?}"
    );
    let after = lane(&fleet, &office).await;
    assert!(after.acked_seq >= before.acked_seq, "{before:?} {after:?}");
    assert_eq!(after.attempts, 0);
}
