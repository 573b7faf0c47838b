//! What a process finds when it starts, and tells; and the records of pushing, which end with what was
//! pushed.

use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::flow::outbox_retention::make_months;
use cei_gateway::flow::recover_leases::{Found, tell_found};
use cei_gateway::flow::send_order::{Arrival, lease_next, record_attempt};
use cei_gateway::store::webhooks::push::{Run, insert_runs, list_runs};
use cei_gateway::worker::drain;
use cei_gateway::worker::pruner::Pruner;
use chrono::TimeDelta;

use super::{office_lane, tell_office};
use crate::kit::databases::run_sql;
use crate::kit::world::{World, both_worlds};

/// Days for which everything is kept, as the defaults say.
const KEPT: i64 = 400;

async fn found(world: &World) -> Found {
    tell_found(&world.gateway)
        .await
        .expect("a look at the lanes")
}

/// Keeps the record that events were pushed in one go now.
async fn pushed(world: &World, lane: &str, first_seq: i64, last_seq: i64) {
    let run = Run {
        id: world.id(),
        first_seq,
        last_seq,
        attempt: 1,
        outcome: "DELIVERED".to_owned(),
        status: Some(204),
        detail: None,
        started_at: world.now(),
        ended_at: world.now(),
    };
    let mut tx = world.write().await;
    insert_runs(&mut tx, lane, &[run]).await.unwrap();
    run_sql!(
        &mut tx,
        "UPDATE lanes SET pushed = TRUE, acked_seq = $2, delivered_seq = $2 WHERE lane = $1",
        lane,
        last_seq,
    );
    tx.commit().await.unwrap();
}

/// The first and last places of the records of a lane, the newest first.
async fn records(world: &World, lane: &str) -> Vec<(i64, i64)> {
    let runs = list_runs(&mut world.read().await, lane, None, 100)
        .await
        .unwrap();
    runs.iter()
        .map(|run| (run.first_seq, run.last_seq))
        .collect()
}

both_worlds! {
    async fn a_process_that_starts_tells_what_waits_and_whose_holder_is_gone(world: &mut World) {
        assert_eq!(found(world).await, Found::default());
        // What offices only read waits for nobody.
        tell_office(world, &office_lane(world, 0), 3).await;
        assert_eq!(found(world).await, Found::default());

        world.sealed_order(1).await;
        let waiting = Found { waiting: 1, due: 1, ..Found::default() };
        assert_eq!(found(world).await, waiting);
        let departure = lease_next(&world.gateway, "first").await.unwrap().expect("an order");
        assert_eq!(found(world).await, Found { leased: 1, ..waiting.clone() });
        let lease = i64::from(world.config.delivery.lease_seconds);
        world.pass(TimeDelta::seconds(lease) - TimeDelta::milliseconds(1));
        assert_eq!(found(world).await, Found { leased: 1, ..waiting.clone() });
        world.pass(TimeDelta::milliseconds(1));
        assert_eq!(found(world).await, Found { abandoned: 1, ..waiting.clone() });

        // To look changes nothing: the holder that is late is heard as long as nobody took over.
        let arrival = Arrival {
            verdict: DeliveryVerdict::Delivered,
            status: Some(200),
            detail: None,
            retry_after: None,
            unsendable: None,
            started_at: world.now(),
        };
        assert!(record_attempt(&world.gateway, &departure, &arrival).await.unwrap());
        assert_eq!(found(world).await, Found::default());
    }

    async fn records_of_pushing_go_with_what_was_pushed_and_no_sooner(world: &mut World) {
        let (lane, other) = (office_lane(world, 0), office_lane(world, 1));
        make_months(&world.gateway).await.unwrap();
        for lane in [&lane, &other] {
            tell_office(world, lane, 6).await;
            pushed(world, lane, 1, 4).await;
        }
        world.pass(TimeDelta::days(60));
        make_months(&world.gateway).await.unwrap();
        tell_office(world, &lane, 2).await;
        // One record of old and new events.
        pushed(world, &lane, 5, 7).await;
        pushed(world, &lane, 8, 8).await;
        assert_eq!(records(world, &lane).await, [(8, 8), (5, 7), (1, 4)]);

        // The other one's receiver has not taken all of it, so that nothing of it may go.
        world.pass(TimeDelta::days(KEPT - 20));
        drain(&Pruner::default(), &world.gateway, 1_000).await.unwrap();
        let is_in_months = cei_gateway::store::Kind::Postgres == world.gateway.store.kind();
        if is_in_months {
            assert_eq!(records(world, &lane).await.len(), 3, "a month goes as a whole");
        } else {
            assert_eq!(records(world, &lane).await, [(8, 8), (5, 7)]);
            assert_eq!(records(world, &other).await, [(0, 0); 0], "1 to 4 were pushed");
        }
        pushed(world, &other, 5, 6).await;
        drain(&Pruner::default(), &world.gateway, 1_000).await.unwrap();
        assert_eq!(records(world, &lane).await, [(8, 8), (5, 7)]);
        assert_eq!(records(world, &other).await, if is_in_months { vec![(5, 6)] } else { vec![] });
    }
}
