//! Holders of leases who are quick, slow, or away for so long that others have their lanes: against a
//! model that knows who may still write, for a few hundred steps by a seed.

use std::collections::BTreeMap;

use cei_gateway::domain::id::MessageId;
use cei_gateway::random::Random;
use cei_gateway::store::Store;
use cei_gateway::store::outbox::{self, Lane, LaneKind, NewMessage, find_lane, tell};
use cei_gateway::store::webhooks::push::{self, Learnt};
use chrono::{DateTime, TimeDelta, Utc};

use crate::kit::databases::both;

const LANES: [&str; 2] = ["office:one", "office:two"];
const HOLDERS: [&str; 3] = ["quick", "slow", "away"];
const LEASE: TimeDelta = TimeDelta::seconds(30);
const STEPS: usize = 300;

/// The lanes as they must be, and what every holder believes to have.
struct Lab {
    store: Store,
    random: Random,
    now: DateTime<Utc>,
    model: BTreeMap<&'static str, Expected>,
    held: Vec<Lane>,
    /// How often a holder came too late, and how often in time.
    late: usize,
    in_time: usize,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Expected {
    last_seq: i64,
    acked_seq: i64,
    epoch: i64,
    /// Until when somebody holds it, unless it was given back.
    until: Option<DateTime<Utc>>,
}

impl Lab {
    async fn open(store: Store, seed: u64) -> Self {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut tx = store.begin().await.unwrap();
        let mut model = BTreeMap::new();
        for lane in LANES {
            outbox::open_lane(&mut tx, lane, LaneKind::Office)
                .await
                .unwrap();
            push::start(&mut tx, lane, 0, now).await.unwrap();
            let expected = Expected {
                epoch: 1,
                ..Expected::default()
            };
            model.insert(lane, expected);
        }
        tx.commit().await.unwrap();
        Self {
            store,
            random: Random::seeded(seed),
            now,
            model,
            held: Vec::new(),
            late: 0,
            in_time: 0,
        }
    }

    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(bound.try_into().unwrap())).unwrap()
    }

    async fn step(&mut self) {
        match self.below(10) {
            0..3 => self.tell().await,
            3..6 => self.claim().await,
            6..9 => self.give_back().await,
            _ => self.begin_anew().await,
        }
        let seconds = self.random.below(25).cast_signed();
        self.now += TimeDelta::seconds(seconds);
        self.compare().await;
    }

    async fn tell(&mut self) {
        let lane = LANES[self.below(LANES.len())];
        let mut tx = self.store.begin().await.unwrap();
        let message = NewMessage {
            id: MessageId(self.random.uuid(self.now)),
            kind: "ro.cei.application.produced",
            subject: self.random.uuid(self.now),
            payload: "{}",
            replay_of: None,
        };
        tell(&mut tx, lane, &message, self.now);
        tx.commit().await.unwrap();
        self.model.get_mut(lane).unwrap().last_seq += 1;
    }

    /// Nobody gets a lane that somebody holds, or one where nothing waits.
    async fn claim(&mut self) {
        let owner = HOLDERS[self.below(HOLDERS.len())];
        let (now, until) = (self.now, self.now + LEASE);
        let mut tx = self.store.begin().await.unwrap();
        let claimed = push::claim(&mut tx, owner, now, until, 1).await.unwrap();
        tx.commit().await.unwrap();
        let free = self.model.iter().filter(|(_, expected)| {
            let is_free = expected.until.is_none_or(|until| until <= now);
            is_free && expected.last_seq > expected.acked_seq
        });
        let free: Vec<&str> = free.map(|(lane, _)| *lane).collect();
        let Some(lane) = claimed.into_iter().next() else {
            assert_eq!(free, [""; 0], "due, free, and nobody got it");
            return;
        };
        assert!(
            free.contains(&lane.lane.as_str()),
            "{lane:?}, free: {free:?}"
        );
        let expected = self.model.get_mut(lane.lane.as_str()).unwrap();
        expected.epoch += 1;
        expected.until = Some(until);
        assert_eq!(
            (lane.acked_seq, lane.lease_epoch),
            (expected.acked_seq, expected.epoch)
        );
        self.held.push(lane);
    }

    /// Some holder, now or long after, says how far it came.
    async fn give_back(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let lane = self.held.swap_remove(self.below(self.held.len()));
        let expected = self.model.get_mut(lane.lane.as_str()).unwrap();
        let may = expected.epoch == lane.lease_epoch;
        let learnt = Learnt {
            acked_seq: lane.last_seq,
            delivered_seq: lane.last_seq,
            attempts: 0,
            breaker: "CLOSED",
            due_at: self.now,
            rests: false,
        };
        let mut tx = self.store.begin().await.unwrap();
        let held = push::release(&mut tx, &lane, &learnt).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(held, may, "{lane:?}");
        if held {
            expected.acked_seq = lane.last_seq;
            expected.until = None;
            self.in_time += 1;
            // The same word again counts no more.
            let mut tx = self.store.begin().await.unwrap();
            assert!(!push::release(&mut tx, &lane, &learnt).await.unwrap());
        } else {
            self.late += 1;
        }
    }

    /// An office has its events pushed again from an earlier place on: whoever holds the lane then
    /// has lost it, however early it comes back.
    async fn begin_anew(&mut self) {
        let lane = LANES[self.below(LANES.len())];
        let expected = self.model.get_mut(lane).unwrap();
        let back = self.random.below(3).cast_signed();
        expected.acked_seq = (expected.acked_seq - back).max(0);
        expected.epoch += 1;
        expected.until = None;
        let mut tx = self.store.begin().await.unwrap();
        push::start(&mut tx, lane, expected.acked_seq, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn compare(&self) {
        let mut tx = self.store.read().await.unwrap();
        for (name, expected) in &self.model {
            let lane = find_lane(&mut tx, name).await.unwrap().unwrap();
            let found = Expected {
                last_seq: lane.last_seq,
                acked_seq: lane.acked_seq,
                epoch: lane.lease_epoch,
                until: lane.lease_until,
            };
            assert_eq!(&found, expected, "{name}");
            assert_eq!(lane.delivered_seq, lane.acked_seq);
        }
    }
}

both! {
    async fn whoever_lost_a_lane_changes_nothing_and_whoever_holds_it_is_heard(store: Store) {
        let mut lab = Lab::open(store, 5).await;
        for _ in 0..STEPS {
            lab.step().await;
        }
        assert!(lab.late > 10 && lab.in_time > 30, "{} late, {} in time", lab.late, lab.in_time);
    }
}
