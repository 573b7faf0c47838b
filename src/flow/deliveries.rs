//! What orders and letters have in common on their way to the bureau: the lease, the record of a
//! try, and when the next one is due.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::delivery::{
    DeliveryVerdict, Next, Outcome, RetrySchedule, classify, next_after,
};
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

/// Leases a lane for as long as one try may take.
pub(crate) async fn claim(
    tx: &mut Tx,
    gateway: &Gateway,
    lane: &str,
    owner: &str,
    note: &Note<'_>,
) -> Result<Option<Claimed>, StoreError> {
    let lease = Duration::from_secs(u64::from(gateway.config.delivery.lease_seconds));
    outbox::claim(tx, lane, owner, note.at, note.at + lease).await
}

/// The lane's cursor behind a message that is done with; the next one goes at once, or at
/// `not_before`.
pub(crate) const fn passed(seq: i64, not_before: Option<DateTime<Utc>>) -> LaneResult {
    LaneResult {
        acked_seq: seq,
        attempts: 0,
        retry_at: not_before,
        breaker: "CLOSED",
    }
}

/// The lane's cursor before a message that is tried again.
pub(crate) const fn try_again(lane: &Lane, at: DateTime<Utc>) -> LaneResult {
    LaneResult {
        acked_seq: lane.acked_seq,
        attempts: lane.attempts + 1,
        retry_at: Some(at),
        breaker: "CLOSED",
    }
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
pub(crate) async fn keep_attempt(
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
