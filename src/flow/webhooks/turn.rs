//! One turn of an office's lane: leased with others, loaded, delivered by whoever called, and recorded in
//! one transaction that writes nothing when the lease was lost.
//!
//! Between any two of these steps the process may die: the lease runs out, and the next holder sends again
//! what was not recorded. Receivers know a repetition by its id.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::delivery::{BreakerState, DeliveryVerdict, Outcome};
use crate::domain::id::OfficeId;
use crate::domain::operator::Actor;
use crate::domain::webhook::{
    AfterTry, OnExhausted, TEST_KIND, WAIT_AFTER_REFUSAL, WebhookState, after_try, body,
    test_payload, verdict,
};
use crate::flow::Failure;
use crate::flow::lane_breaker::{self, Breaker};
use crate::flow::progress::note;
use crate::flow::webhooks::keys::{self, OpenKey};
use crate::flow::webhooks::{WebhookRefusal, trouble};
use crate::gateway::Gateway;
use crate::store::outbox::{self, Lane, Message};
use crate::store::webhooks::push::{self, Learnt, Run};
use crate::store::webhooks::{self, Webhook};
use crate::store::{Tx, offices};

/// What is to leave in one turn, and the lease under which it may.
#[derive(Debug)]
pub struct Departure {
    /// The lane, leased.
    pub lane: Lane,
    /// Where it leads.
    pub webhook: Webhook,
    /// What signs.
    pub keys: Vec<OpenKey>,
    /// What leaves, in order; at least one.
    pub events: Vec<Message>,
}

/// Leases the due lanes of offices that have waited longest, at most `limit`.
pub async fn lease(
    gateway: &Gateway,
    owner: &str,
    limit: usize,
) -> Result<Vec<Lane>, Failure<Infallible>> {
    let now = gateway.clock.now();
    let until = now + lease_of(gateway);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut tx = gateway.store.begin().await?;
    let lanes = push::claim(&mut tx, owner, now, until, limit).await?;
    if lanes.is_empty() {
        return Ok(lanes);
    }
    tx.commit().await?;
    Ok(lanes)
}

/// How long one process holds a lane.
pub fn lease_of(gateway: &Gateway) -> Duration {
    Duration::from_secs(gateway.config.delivery.lease_seconds.into())
}

/// Loads what is to leave from a lane that was leased. Where nothing is, the lane is given back.
pub async fn load(gateway: &Gateway, lane: Lane) -> Result<Option<Departure>, Failure<Infallible>> {
    let now = gateway.clock.now();
    let office = offices::office_of(&lane.lane).context("a pushed lane of no office")?;
    let mut tx = gateway.store.read().await?;
    let webhook = webhooks::find(&mut tx, office).await?;
    let webhook = webhook.filter(|webhook| webhook.state == WebhookState::Enabled);
    let Some(webhook) = webhook else {
        drop(tx);
        return give_back(gateway, &lane, now).await;
    };
    let kept = webhooks::keys::list_valid(&mut tx, office, now).await?;
    let limit = events_max(gateway, &lane, &webhook);
    let events = outbox::list_next(&mut tx, &lane, limit, now).await?;
    drop(tx);
    if events.is_empty() {
        return give_back(gateway, &lane, now).await;
    }
    let keys = keys::open(gateway, &kept, now).context("opening the keys of a webhook")?;
    Ok(Some(Departure {
        lane,
        webhook,
        keys,
        events,
    }))
}

/// How many events leave in one turn: one for a trial, a second's worth otherwise.
fn events_max(gateway: &Gateway, lane: &Lane, webhook: &Webhook) -> i64 {
    if lane_breaker::leased(lane).state == BreakerState::HalfOpen {
        return 1;
    }
    let batch = i64::from(gateway.config.webhooks.batch);
    batch.min(webhook.rate_per_second).max(1)
}

async fn give_back(
    gateway: &Gateway,
    lane: &Lane,
    now: DateTime<Utc>,
) -> Result<Option<Departure>, Failure<Infallible>> {
    let learnt = Learnt {
        acked_seq: lane.acked_seq,
        delivered_seq: lane.delivered_seq,
        attempts: lane.attempts,
        breaker: lane_breaker::leased(lane).state.as_str(),
        due_at: now,
        rests: false,
    };
    let mut tx = gateway.store.begin().await?;
    push::release(&mut tx, lane, &learnt).await?;
    tx.commit().await?;
    Ok(None)
}

/// How one try ended.
#[derive(Clone, Debug)]
pub struct Tried {
    /// How.
    pub outcome: Outcome,
    /// What was said, without personal data.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

/// Where a turn ended before its last event.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) event: Message,
    pub(super) next: AfterTry,
    pub(super) verdict: DeliveryVerdict,
    /// The number of the try.
    pub(super) attempt: u32,
    /// In the delivery rule's words and the status.
    pub(super) cause: String,
    pub(super) detail: Option<String>,
}

/// What was learnt in a turn so far.
#[derive(Debug)]
pub struct Turn {
    pub(super) lane: Lane,
    pub(super) webhook: Webhook,
    pub(super) end: Option<End>,
    pub(super) delivered: i64,
    delivered_seq: i64,
    started_at: DateTime<Utc>,
    runs: Vec<Run>,
}

impl Turn {
    /// A turn in which nothing was tried yet.
    pub fn new(lane: Lane, webhook: Webhook, now: DateTime<Utc>) -> Self {
        Self {
            delivered_seq: lane.delivered_seq,
            lane,
            webhook,
            end: None,
            delivered: 0,
            started_at: now,
            runs: Vec::new(),
        }
    }

    /// The address of the webhook.
    pub fn url(&self) -> &str {
        &self.webhook.url
    }

    /// What is sent of an event: the id by which its receiver knows it, and the message.
    pub fn message(&self, event: &Message) -> (Uuid, Option<String>) {
        let places = (event.seq, self.delivered_seq);
        let body = body(&event.kind, event.created_at, &event.payload, places);
        (event.replay_of.unwrap_or(event.message_id), body)
    }

    /// Takes note of a try at the event that is due. Returns whether the next one may follow.
    pub fn take(&mut self, gateway: &Gateway, event: &Message, tried: Tried) -> bool {
        let attempt = self.attempt();
        let on_exhausted = self.webhook.on_exhausted;
        let verdict = verdict(tried.outcome);
        let random = match verdict {
            DeliveryVerdict::Delivered => 0,
            _ => gateway.random.next_u64(),
        };
        let next = after_try(tried.outcome, attempt, on_exhausted, random);
        let status = match tried.outcome {
            Outcome::Status { code, .. } => Some(code),
            _ => None,
        };
        let seq = event.seq;
        self.note_run(gateway, seq, attempt, (verdict, status), &tried);
        if next == AfterTry::GoOn {
            self.delivered += 1;
            self.delivered_seq = seq;
            return true;
        }
        self.end = Some(End {
            event: event.clone(),
            next,
            verdict,
            attempt,
            cause: status.map_or_else(
                || verdict.to_string(),
                |status| format!("{verdict} {status}"),
            ),
            detail: tried.detail,
        });
        false
    }

    /// Takes note of an event whose content cannot be sent: a defect of ours, which no try would mend.
    pub fn take_unsendable(&mut self, event: &Message) {
        let cause = "its content is no JSON object".to_owned();
        self.end = Some(End {
            event: event.clone(),
            next: AfterTry::SetAside,
            verdict: DeliveryVerdict::Permanent,
            attempt: self.attempt(),
            detail: Some(cause.clone()),
            cause,
        });
    }

    /// The number of the try at the event that is due.
    fn attempt(&self) -> u32 {
        // Tries before this turn were tries at its first event.
        let before = if self.delivered == 0 {
            self.lane.attempts
        } else {
            0
        };
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Adds a try to the run before it, if both went alike.
    fn note_run(
        &mut self,
        gateway: &Gateway,
        seq: i64,
        attempt: u32,
        (verdict, status): (DeliveryVerdict, Option<u16>),
        tried: &Tried,
    ) {
        let (attempt, status) = (i64::from(attempt), status.map(i64::from));
        if let Some(last) = self.runs.last_mut()
            && last.last_seq + 1 == seq
            && (last.attempt, last.status) == (attempt, status)
            && last.outcome == verdict.as_str()
            && last.detail == tried.detail
        {
            last.last_seq = seq;
            last.ended_at = tried.ended_at;
            return;
        }
        self.runs.push(Run {
            id: gateway.random.uuid(tried.started_at),
            first_seq: seq,
            last_seq: seq,
            attempt,
            outcome: verdict.as_str().to_owned(),
            status,
            detail: tried.detail.clone(),
            started_at: tried.started_at,
            ended_at: tried.ended_at,
        });
    }

    /// Whether more is to be written than the lane and the record.
    fn is_troubled(&self) -> bool {
        let was = self.webhook.warned_percent > 0 || self.webhook.refused_in_row > 0;
        self.end.is_some() || (was && self.delivered > 0)
    }

    /// What the turn means for the breaker: what was delivered first, then what failed.
    fn breaker(&self, gateway: &Gateway) -> Breaker {
        let rule = gateway.config.breaker_rule();
        let mut breaker = lane_breaker::leased(&self.lane);
        if self.delivered > 0 {
            breaker = lane_breaker::after(&rule, breaker, DeliveryVerdict::Delivered, 0);
        }
        match &self.end {
            Some(end) => {
                let failures = usize::try_from(end.attempt).unwrap_or(usize::MAX);
                lane_breaker::after(&rule, breaker, end.verdict, failures)
            }
            None => breaker,
        }
    }

    /// What is written about the lane.
    fn learnt(&self, breaker: Breaker, now: DateTime<Utc>) -> Learnt {
        let acked = match self.delivered {
            0 => self.lane.acked_seq,
            _ => self.delivered_seq,
        };
        let paced = self.started_at + self.pace();
        let (acked_seq, attempts, due_at) = match &self.end {
            None => {
                let attempts = if self.delivered == 0 {
                    self.lane.attempts
                } else {
                    0
                };
                (acked, attempts, now.max(paced))
            }
            Some(end) => {
                let attempts = i64::from(end.attempt);
                match end.next {
                    AfterTry::Again(wait) => (acked, attempts, now + wait),
                    AfterTry::GoOn | AfterTry::SetAside => {
                        (end.event.seq, 0, now + WAIT_AFTER_REFUSAL)
                    }
                    AfterTry::Exhausted if self.sets_aside() => (end.event.seq, 0, now),
                    AfterTry::Exhausted | AfterTry::Gone => (acked, attempts, now),
                }
            }
        };
        Learnt {
            acked_seq,
            delivered_seq: self.delivered_seq,
            attempts,
            breaker: breaker.state.as_str(),
            due_at: breaker.due(Some(due_at), now).unwrap_or(due_at),
            rests: breaker.state == BreakerState::Open || paced > now,
        }
    }

    /// How long what was delivered may fill at the webhook's rate.
    fn pace(&self) -> TimeDelta {
        let per_message = 1_000_000 / self.webhook.rate_per_second.max(1);
        TimeDelta::microseconds(per_message.saturating_mul(self.delivered))
    }

    /// Whether the event at which the turn ended is set aside.
    pub(super) fn sets_aside(&self) -> bool {
        self.end.as_ref().is_some_and(|end| match end.next {
            AfterTry::SetAside => true,
            AfterTry::Exhausted => self.webhook.on_exhausted == OnExhausted::DeadLetter,
            _ => false,
        })
    }
}

/// Writes down a turn: how far the lane has come, when it is due, the record of the tries, and what follows
/// for the webhook. Returns whether the lease still held; if not, nothing was changed.
pub async fn record(gateway: &Gateway, turn: &Turn) -> Result<bool, Failure<Infallible>> {
    let actor = Actor::Gateway("herald");
    let note = note(gateway, &actor, None);
    let breaker = turn.breaker(gateway);
    let mut tx = gateway.store.begin().await?;
    // Whoever changes a webhook locks it before its lane; so does this.
    let webhook = if turn.is_troubled() {
        webhooks::lock(&mut tx, turn.webhook.office).await?
    } else {
        None
    };
    let learnt = turn.learnt(breaker, note.at);
    if !push::release(&mut tx, &turn.lane, &learnt).await? {
        return Ok(false);
    }
    push::insert_runs(&mut tx, &turn.lane.lane, &turn.runs).await?;
    if turn.is_troubled() {
        trouble::settle(&mut tx, turn, webhook, &note).await?;
    }
    tx.commit().await?;
    breaker.log_change(lane_breaker::leased(&turn.lane), &turn.lane.lane);
    Ok(true)
}

/// A message by which an office tries its webhook, whatever its state.
#[derive(Debug)]
pub struct Trial {
    /// Where it goes.
    pub webhook: Webhook,
    /// What signs.
    pub keys: Vec<OpenKey>,
    /// Its id.
    pub id: Uuid,
    /// Its content.
    pub body: String,
}

/// Makes a message by which an office tries its webhook. It has no place among the events.
pub async fn trial(gateway: &Gateway, office: OfficeId) -> Result<Trial, Failure<WebhookRefusal>> {
    let now = gateway.clock.now();
    let mut tx: Tx = gateway.store.read().await?;
    let webhook = webhooks::find(&mut tx, office).await?;
    let webhook = webhook.ok_or(WebhookRefusal::Unknown)?;
    let kept = webhooks::keys::list_valid(&mut tx, office, now).await?;
    drop(tx);
    let keys = keys::open(gateway, &kept, now).context("opening the keys of a webhook")?;
    if keys.is_empty() {
        return Err(WebhookRefusal::KeyMissing.into());
    }
    let id = gateway.random.uuid(now);
    let body = body(TEST_KIND, now, &test_payload(id), (0, 0)).context("a test message")?;
    Ok(Trial {
        webhook,
        keys,
        id,
        body,
    })
}
