//! A process that dies between any two transactions repeats and loses nothing.

use cei_gateway::gateway::Gateway;
use cei_gateway::store::Interruption;
use cei_gateway::worker::drain;
use chrono::TimeDelta;

use super::kit::{Receivers, dead, herald, lane, push_for, runs, set_up, status, tell, url};
use crate::kit::world::both_worlds;

/// Transactions after which the process dies at the latest; the whole has fewer.
const TRANSACTIONS_MAX: i64 = 60;

both_worlds! {
    async fn wherever_it_dies_every_event_arrives_and_first_ones_in_order(world: &mut World) {
        world.config.webhooks.batch = 2;
        world.restart().await;
        let receivers = Receivers::default();
        let offices = [set_up(world, 0).await, set_up(world, 1).await];
        let mut told = 0;
        let mut lives = 0;
        for transactions in 0..TRANSACTIONS_MAX {
            let interruption = Interruption::after(transactions);
            let dying = Gateway {
                store: world.gateway.store.interrupted(interruption.clone()),
                ..world.gateway.clone()
            };
            told += 3;
            for office in offices {
                tell(world, office, 3).await;
            }
            // Now and then an event is refused for good, and a receiver fails for a moment.
            match transactions % 3 {
                0 => receivers.answer_once(&url(0), status(500)),
                1 => receivers.answer_once(&url(1), status(422)),
                _ => (),
            }
            let outcome = drain(&herald(&receivers, "dying"), &dying, 50).await;
            assert_eq!(outcome.is_err(), interruption.has_struck(), "{outcome:?}");
            // The lease of whoever died runs out.
            world.pass(TimeDelta::seconds(61));
            lives += 1;
            if !interruption.has_struck() {
                break;
            }
        }
        assert!(lives > 5, "it died {lives} times only");
        push_for(world, &receivers, TimeDelta::days(1)).await;
        for (number, office) in offices.into_iter().enumerate() {
            let after = lane(world, office).await;
            assert_eq!((after.acked_seq, after.last_seq, after.lease_owner), (told, told, None));
            let mut first_times = Vec::new();
            for seq in receivers.seqs(&url(number)) {
                if !first_times.contains(&seq) {
                    first_times.push(seq);
                }
            }
            assert_eq!(first_times, (1..=told).collect::<Vec<_>>());
            // Nothing is done with twice: an event was delivered or set aside, in the record once.
            let set_aside = dead(world, office).await.len();
            let delivered: i64 = runs(world, office)
                .await
                .iter()
                .filter(|run| run.outcome == "DELIVERED")
                .map(|run| run.last_seq - run.first_seq + 1)
                .sum();
            assert_eq!(delivered + i64::try_from(set_aside).unwrap(), told);
        }
    }
}
