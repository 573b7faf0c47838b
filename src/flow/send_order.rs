//! What the dispatcher needs before an order leaves, and what it writes down afterwards.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::domain::delivery::{DeliveryVerdict, RetrySchedule, delay};
use crate::domain::id::{OrderId, SealedId};
use crate::domain::operator::Actor;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::lane_breaker::{self, Breaker};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{self, StepError, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::orders::Order;
use crate::store::outbox::{self, Attempt, Lane, LaneKind, LaneResult, Message};
use crate::store::{Tx, orders, sealed};

/// Attempts ran out.
const BUREAU_UNREACHABLE: u16 = Reason::BUREAU_UNREACHABLE.number();
/// The answer says that no further attempt will help.
const BUREAU_REFUSED: u16 = Reason::BUREAU_REFUSED.number();

/// An order that is to leave now, and the lease under which it may.
#[derive(Debug)]
pub struct Departure {
    /// The lane, leased.
    pub lane: Lane,
    /// The message.
    pub message: Message,
    /// The order.
    pub order: Order,
    /// Where its bytes lie.
    pub sealed: SealedId,
    /// The key to them.
    pub wrapped_key: Vec<u8>,
}

/// Leases the bureau's lane and names the order at its head. `None` when nothing is due.
pub async fn lease_next(
    gateway: &Gateway,
    owner: &str,
) -> Result<Option<Departure>, Failure<Infallible>> {
    let actor = Actor::Gateway("dispatcher");
    let note = note(gateway, &actor, None);
    let now = note.at;
    let lease = Duration::from_secs(u64::from(gateway.config.delivery.lease_seconds));
    let mut tx = gateway.store.begin().await?;
    let claimed = outbox::claim_lane(&mut tx, LaneKind::Bureau, owner, now, now + lease).await?;
    let Some(mut lane) = claimed else {
        return Ok(None);
    };
    note_trial(&mut tx, &mut lane).await?;
    let departure = find_departure(&mut tx, lane, &note).await?;
    tx.commit().await?;
    Ok(departure)
}

/// Notes that the try which follows is the trial of a breaker whose rest is over.
async fn note_trial(tx: &mut Tx, lane: &mut Lane) -> Result<(), Failure<Infallible>> {
    let state = lane_breaker::leased(lane).state.as_str();
    if state != lane.breaker {
        outbox::set_breaker(tx, lane, state).await?;
        state.clone_into(&mut lane.breaker);
    }
    Ok(())
}

/// Names the first order of the lane that is still to be sent. Those before it need no sending any
/// more, and where none does the lane is given back.
async fn find_departure(
    tx: &mut Tx,
    lane: Lane,
    note: &history::Note<'_>,
) -> Result<Option<Departure>, Failure<Infallible>> {
    let head = outbox::list_after(tx, &lane.lane, lane.acked_seq, 1).await?;
    let Some(message) = head.into_iter().next() else {
        outbox::release_lane(tx, &lane, passed(&lane, lane.last_seq), note.at).await?;
        return Ok(None);
    };
    // Whoever decides about the order locks it too, and sees then that its bytes are leaving.
    let order = orders::lock(tx, OrderId(message.subject_id))
        .await?
        .context("an outbox message names an order that does not exist")?;
    if order.state != OrderState::Queued {
        // It was given up, or its receipt came while its message waited.
        outbox::release_lane(tx, &lane, passed(&lane, message.seq), note.at).await?;
        return Ok(None);
    }
    let sealed = order
        .sealed
        .context("an order in the outbox has no signed bytes")?;
    let Some(wrapped_key) = sealed::find_key(tx, sealed).await? else {
        outbox::release_lane(tx, &lane, passed(&lane, message.seq), note.at).await?;
        let death = Death {
            cause: "its signed bytes were erased",
            code: Reason::DECRYPT_FAILED.number(),
            attempts: lane.attempts,
        };
        bury(tx, &order, &message, &death, None, note).await?;
        return Ok(None);
    };
    Ok(Some(Departure {
        lane,
        message,
        order,
        sealed,
        wrapped_key,
    }))
}

/// The lane's cursor behind a message that is done with and was not tried: its breaker stays.
fn passed(lane: &Lane, seq: i64) -> LaneResult {
    LaneResult {
        acked_seq: seq,
        attempts: 0,
        retry_at: None,
        breaker: lane_breaker::leased(lane).state.as_str(),
    }
}

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

/// Writes down how a try ended: the attempt, the order's step, the lane's cursor. A lease that was
/// lost meanwhile changes nothing; returns whether it still held.
pub async fn record_attempt(
    gateway: &Gateway,
    departure: &Departure,
    arrival: &Arrival,
) -> Result<bool, Failure<Infallible>> {
    let Departure { lane, message, .. } = departure;
    let actor = Actor::Gateway("dispatcher");
    let note = note(gateway, &actor, None);
    let attempts = lane.attempts + 1;
    let fate = fate_of(gateway, arrival, attempts);
    let mut tx = gateway.store.begin().await?;
    let breaker = breaker_after(&mut tx, gateway, departure, arrival).await?;
    let result = result_of(departure, fate, breaker, note.at);
    if !outbox::release_lane(&mut tx, lane, result, note.at).await? {
        return Ok(false);
    }
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
    outbox::insert_attempt(&mut tx, &attempt).await?;
    match fate {
        Fate::Delivered => take_delivered_step(&mut tx, departure, &note).await?,
        Fate::Dead(code) => {
            let cause = cause_of(arrival);
            let death = Death {
                cause: &cause,
                code,
                attempts,
            };
            let detail = arrival.detail.as_deref();
            bury(&mut tx, &departure.order, message, &death, detail, &note).await?;
        }
        Fate::Again(_) => (),
    }
    tx.commit().await?;
    breaker.log_change(lane_breaker::leased(lane), &lane.lane);
    Ok(true)
}

/// What a try means for the lane's breaker. Failures in a row are counted over the tries at one
/// message: one that dies of them leaves the breaker open for the next.
async fn breaker_after(
    tx: &mut Tx,
    gateway: &Gateway,
    departure: &Departure,
    arrival: &Arrival,
) -> Result<Breaker, Failure<Infallible>> {
    let leased = lane_breaker::leased(&departure.lane);
    if arrival.unsendable.is_some() {
        // Nobody was asked, so nothing was learnt of the destination.
        return Ok(leased);
    }
    let rule = gateway.config.breaker_rule();
    let limit = i64::from(rule.failures_max);
    let before = outbox::list_outcomes(tx, departure.message.message_id, limit).await?;
    let failed = before.iter().take_while(|outcome| {
        let verdict = DeliveryVerdict::parse(outcome).ok();
        verdict.is_some_and(lane_breaker::is_failure)
    });
    let failures = 1 + failed.count();
    Ok(lane_breaker::after(
        &rule,
        leased,
        arrival.verdict,
        failures,
    ))
}

/// What a try leaves of its lane: the cursor, when it is due again, and its breaker.
fn result_of(
    departure: &Departure,
    fate: Fate,
    breaker: Breaker,
    now: DateTime<Utc>,
) -> LaneResult {
    let Departure { lane, message, .. } = departure;
    let (acked_seq, attempts, due) = match fate {
        Fate::Delivered | Fate::Dead(_) => (message.seq, 0, None),
        Fate::Again(at) => (lane.acked_seq, lane.attempts + 1, Some(at)),
    };
    LaneResult {
        acked_seq,
        attempts,
        retry_at: breaker.due(due, now),
        breaker: breaker.state.as_str(),
    }
}

/// What becomes of a message after a try.
#[derive(Clone, Copy)]
enum Fate {
    Delivered,
    Again(DateTime<Utc>),
    Dead(u16),
}

fn fate_of(gateway: &Gateway, arrival: &Arrival, attempts: i64) -> Fate {
    let schedule = schedule_of(gateway);
    match arrival.verdict {
        DeliveryVerdict::Delivered => Fate::Delivered,
        DeliveryVerdict::Permanent => Fate::Dead(arrival.unsendable.unwrap_or(BUREAU_REFUSED)),
        // An order is put under its number and digest: sending it again cannot make two of it.
        DeliveryVerdict::Retry | DeliveryVerdict::Later | DeliveryVerdict::Ambiguous => {
            let attempt = u32::try_from(attempts).unwrap_or(u32::MAX);
            if attempt >= schedule.attempts_max {
                return Fate::Dead(BUREAU_UNREACHABLE);
            }
            let random = gateway.random.next_u64();
            let wait = delay(attempt, &schedule, random, arrival.retry_after);
            Fate::Again(gateway.clock.now() + wait)
        }
    }
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

async fn take_delivered_step(
    tx: &mut Tx,
    departure: &Departure,
    note: &history::Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let order = &departure.order;
    // A receipt may have come while the answer was on its way: the present state decides.
    let Some(current) = orders::lock(tx, order.id).await? else {
        return Ok(());
    };
    let event = OrderEvent::BytesDelivered;
    match take_step::<history::Order>(tx, order.id.0, current.state, event, note).await {
        // The receipt overtook the record and refused the file, or an operator gave it up.
        Ok(_) | Err(StepError::Illegal(_)) => (),
        Err(error) => return Err(error.into()),
    }
    orders::set_sent(tx, order.id, note.at).await?;
    Ok(())
}

/// Why a message is sent no more.
struct Death<'a> {
    /// In the delivery rule's words.
    cause: &'a str,
    /// The number of the reason.
    code: u16,
    /// After how many attempts.
    attempts: i64,
}

fn cause_of(arrival: &Arrival) -> String {
    match arrival.status {
        Some(status) => format!("{} {status}", arrival.verdict),
        None => arrival.verdict.to_string(),
    }
}

/// Sets the message aside, and asks an operator about its order unless a receipt has told of it
/// meanwhile: then the receipt's own consequences stand.
async fn bury(
    tx: &mut Tx,
    order: &Order,
    message: &Message,
    death: &Death<'_>,
    detail: Option<&str>,
    note: &history::Note<'_>,
) -> Result<(), Failure<Infallible>> {
    outbox::bury(tx, message, death.cause, death.attempts, note.at).await?;
    let current = orders::lock(tx, order.id).await?;
    if current.is_some_and(|current| current.state != OrderState::Queued) {
        outbox::resolve_dead(tx, order.id.0, "ANSWERED", None, note.at).await?;
        return Ok(());
    }
    let hold = NewHold {
        kind: SubjectKind::Order,
        subject: order.id.0,
        number: &order.number,
        code: death.code,
        detail: detail.unwrap_or(death.cause),
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
