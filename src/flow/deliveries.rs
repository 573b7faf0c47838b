//! What orders and letters have in common on their way to the bureau: the lease, the record of a
//! try, and when the next one is due.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::delivery::{
    DeliveryVerdict, Next, Outcome, RetrySchedule, classify, next_after,
};
use crate::flow::lane_breaker::{self, Breaker};
use crate::gateway::Gateway;
use crate::store::history::Note;
use crate::store::outbox::{self, Attempt, Claimed, Lane, LaneResult, Message};
use crate::store::{StoreError, Tx};

/// How one try ended.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// What it means for the message.
    pub verdict: DeliveryVerdict,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// What was said, without personal data.
    pub detail: Option<String>,
    /// When the receiver wants to be asked again.
    pub retry_after: Option<Duration>,
    /// The number of the reason for which nothing could be sent at all; ours, not the bureau's.
    pub unsendable: Option<u16>,
    /// When the try began.
    pub started_at: DateTime<Utc>,
}

impl Arrival {
    /// Why the message is dead, in the delivery rule's words and the status.
    pub(crate) fn cause(&self) -> String {
        match self.status {
            Some(status) => format!("{} {status}", self.verdict),
            None => self.verdict.to_string(),
        }
    }
}

/// The end of a try whose process died or lost its lease before it could say how it went.
pub(crate) fn never_recorded(note: &Note<'_>) -> Arrival {
    Arrival {
        verdict: classify(Outcome::NeverRecorded),
        status: None,
        detail: Some("the end of the try was never recorded".to_owned()),
        retry_after: None,
        unsendable: None,
        started_at: note.at,
    }
}

/// Leases a lane for as long as one try may take. Where the rest of its breaker is over, the try
/// that follows is the trial, and is noted as such.
pub(crate) async fn claim(
    tx: &mut Tx,
    gateway: &Gateway,
    lane: &str,
    owner: &str,
    note: &Note<'_>,
) -> Result<Option<Claimed>, StoreError> {
    let lease = Duration::from_secs(u64::from(gateway.config.delivery.lease_seconds));
    let Some(mut claimed) = outbox::claim(tx, lane, owner, note.at, note.at + lease).await? else {
        return Ok(None);
    };
    let state = lane_breaker::leased(&claimed.lane).state.as_str();
    if state != claimed.lane.breaker {
        outbox::set_breaker(tx, &claimed.lane, state).await?;
        state.clone_into(&mut claimed.lane.breaker);
    }
    Ok(Some(claimed))
}

/// The lane's cursor behind a message that is done with and was not tried: its breaker stays.
pub(crate) fn passed(lane: &Lane, seq: i64) -> LaneResult {
    LaneResult {
        acked_seq: seq,
        attempts: 0,
        retry_at: None,
        breaker: lane_breaker::leased(lane).state.as_str(),
    }
}

/// Where a try leaves its message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Done with, one way or another; what is behind it goes at once, or not before this instant.
    Behind(Option<DateTime<Utc>>),
    /// Still the first of its lane, and due at this instant.
    First(DateTime<Utc>),
}

/// Gives a lane back after a try at its first message, with what the try means for its breaker, and
/// keeps the record of the try. Returns whether the lease still held; if not, nothing was changed.
pub(crate) async fn give_back(
    tx: &mut Tx,
    gateway: &Gateway,
    (lane, message): (&Lane, &Message),
    (arrival, attempts): (&Arrival, i64),
    place: Place,
    note: &Note<'_>,
) -> Result<bool, StoreError> {
    let before = lane_breaker::leased(lane);
    let breaker = breaker_after(tx, gateway, lane, arrival).await?;
    let (acked_seq, tried, due) = match place {
        Place::Behind(due) => (message.seq, 0, due),
        Place::First(due) => (lane.acked_seq, lane.attempts + 1, Some(due)),
    };
    let result = LaneResult {
        acked_seq,
        attempts: tried,
        retry_at: breaker.due(due, note.at),
        breaker: breaker.state.as_str(),
    };
    if !outbox::release_lane(tx, lane, result, note.at).await? {
        return Ok(false);
    }
    keep_attempt(tx, message, attempts, arrival, note).await?;
    breaker.log_change(before, &lane.lane);
    Ok(true)
}

/// What a try means for the lane's breaker. Failures in a row are counted over all tries of the
/// lane, because one that ended in doubt makes room for the next message at once.
async fn breaker_after(
    tx: &mut Tx,
    gateway: &Gateway,
    lane: &Lane,
    arrival: &Arrival,
) -> Result<Breaker, StoreError> {
    let rule = gateway.config.breaker_rule();
    let limit = i64::from(rule.failures_max);
    let before = outbox::list_outcomes(tx, lane, limit).await?;
    let failed = before.iter().take_while(|outcome| {
        let verdict = DeliveryVerdict::parse(outcome).ok();
        verdict.is_some_and(lane_breaker::is_failure)
    });
    let failures = 1 + failed.count();
    let leased = lane_breaker::leased(lane);
    Ok(lane_breaker::after(
        &rule,
        leased,
        arrival.verdict,
        failures,
    ))
}

/// What follows the try number `attempts` (from 1).
pub(crate) fn next_of(gateway: &Gateway, arrival: &Arrival, attempts: i64) -> Next {
    let attempt = u32::try_from(attempts).unwrap_or(u32::MAX);
    next_after(
        arrival.verdict,
        arrival.retry_after,
        attempt,
        &schedule_of(gateway),
        gateway.random.next_u64(),
    )
}

fn schedule_of(gateway: &Gateway) -> RetrySchedule {
    let delivery = &gateway.config.delivery;
    let cap = Duration::from_secs(u64::from(delivery.cap_seconds));
    RetrySchedule {
        base: Duration::from_secs(u64::from(delivery.base_seconds)),
        cap,
        jitter_percent: 20,
        retry_after_max: cap,
        attempts_max: delivery.attempts_max,
    }
}

/// Keeps the record of a try.
async fn keep_attempt(
    tx: &mut Tx,
    message: &Message,
    attempts: i64,
    arrival: &Arrival,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let attempt = Attempt {
        id: note.random.uuid(note.at),
        message: message.message_id,
        attempt: attempts,
        outcome: arrival.verdict.as_str(),
        status: arrival.status.map(i64::from),
        detail: arrival.detail.as_deref(),
        started_at: arrival.started_at,
        ended_at: note.at,
    };
    outbox::insert_attempt(tx, &attempt).await
}
