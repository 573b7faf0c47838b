//! Pushes events to offices: many lanes at once, each in order and under a lease.
//!
//! A turn outlives the pass that began it, so that a receiver which does not answer holds up nobody but
//! itself. Lanes are leased only when they can be served at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::domain::delivery::Outcome;
use crate::domain::webhook::Endpoint;
use crate::flow::webhooks::keys::OpenKey;
use crate::flow::webhooks::turn::{self, Departure, Tried, Turn};
use crate::gateway::Gateway;
use crate::store::outbox::Lane;
use crate::store::outbox::Message;
use crate::transport::webhook::{Answer, Carrier, Letter, SigningKey};
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// Pushes events to offices over `C`.
pub struct Herald<C> {
    owner: String,
    carrier: Arc<C>,
    under_way: Arc<UnderWay>,
}

/// Turns that have not ended.
#[derive(Default)]
struct UnderWay {
    turns: Mutex<JoinSet<anyhow::Result<bool>>>,
    closing: AtomicBool,
}

impl<C> Clone for Herald<C> {
    fn clone(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            carrier: Arc::clone(&self.carrier),
            under_way: Arc::clone(&self.under_way),
        }
    }
}

impl<C> std::fmt::Debug for Herald<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Herald({})", self.owner)
    }
}

impl<C: Carrier> Herald<C> {
    /// A herald that leases lanes as `owner`.
    pub fn new(owner: String, carrier: Arc<C>) -> Self {
        Self {
            owner,
            carrier,
            under_way: Arc::default(),
        }
    }

    /// Leases as many lanes as can be served and begins their turns. Returns whether there were any.
    async fn begin(
        &self,
        gateway: &Gateway,
        turns: &mut JoinSet<anyhow::Result<bool>>,
    ) -> anyhow::Result<bool> {
        let concurrency = usize::try_from(gateway.config.webhooks.concurrency)?;
        let free = concurrency.saturating_sub(turns.len());
        if free == 0 {
            return Ok(false);
        }
        let lanes = retry_races(|| turn::lease(gateway, &self.owner, free)).await?;
        let has_any = !lanes.is_empty();
        for lane in lanes {
            let (gateway, carrier) = (gateway.clone(), Arc::clone(&self.carrier));
            let under_way = Arc::clone(&self.under_way);
            turns.spawn(async move {
                let may_go_on = || !under_way.closing.load(Ordering::Relaxed);
                deliver(&gateway, &*carrier, lane, may_go_on).await
            });
        }
        Ok(has_any)
    }
}

impl<C: Carrier> Worker for Herald<C> {
    const NAME: &'static str = "herald";
    const BELL: Bell = Bell::Herald;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let mut turns = self.under_way.turns.lock().await;
        let mut has_ended = false;
        while let Some(ended) = turns.try_join_next() {
            ended.context("a turn ended early")??;
            has_ended = true;
        }
        if self.begin(gateway, &mut turns).await? || has_ended {
            return Ok(Progress::Worked);
        }
        if turns.is_empty() {
            return Ok(Progress::Idle);
        }
        tokio::select! {
            Some(ended) = turns.join_next() => {
                ended.context("a turn ended early")??;
            }
            () = gateway.bells.rung(Bell::Herald) => (),
            () = gateway.clock.sleep(gateway.pace_idle()) => (),
        }
        Ok(Progress::Worked)
    }

    async fn finish(&self) {
        self.under_way.closing.store(true, Ordering::Relaxed);
        let mut turns = self.under_way.turns.lock().await;
        while let Some(ended) = turns.join_next().await {
            if !matches!(ended, Ok(Ok(_))) {
                tracing::warn!("a turn was not recorded; its lane is served again later");
            }
        }
    }
}

/// Serves a lane that was leased: delivers what is due, in order, until something fails, `may_go_on` says no
/// or half of the lease is over, and records it. Returns whether the lease held to the end.
pub async fn deliver<C: Carrier>(
    gateway: &Gateway,
    carrier: &C,
    lane: Lane,
    may_go_on: impl Fn() -> bool + Send,
) -> anyhow::Result<bool> {
    let Some(departure) = turn::load(gateway, lane).await? else {
        return Ok(true);
    };
    let now = gateway.clock.now();
    let Departure {
        lane,
        webhook,
        keys,
        events,
    } = departure;
    // The other half of the lease is for the try that is under way then, and for its record.
    let until = lane
        .lease_until
        .map_or(now, |end| end - turn::lease_of(gateway) / 2);
    let mut turn = Turn::new(lane, webhook, now);
    match Way::open(gateway, carrier, &turn, &keys)? {
        Ok(mut way) => {
            for event in &events {
                if !may_go_on() || gateway.clock.now() >= until {
                    break;
                }
                if !way.send(gateway, &mut turn, event).await {
                    break;
                }
            }
        }
        Err(answer) => {
            if let Some(first) = events.first() {
                let tried = tried(answer, now, now);
                turn.take(gateway, first, tried);
            }
        }
    }
    let held = retry_races(|| turn::record(gateway, &turn)).await?;
    if !held {
        tracing::warn!("the lease of an office's lane was lost meanwhile");
    }
    Ok(held)
}

/// An open way to one webhook.
struct Way<'a, C: Carrier> {
    carrier: &'a C,
    line: C::Line,
    keys: Vec<SigningKey>,
}

impl<'a, C: Carrier> Way<'a, C> {
    /// Opens it; the inner error is what to say of the try where that is not possible.
    fn open(
        gateway: &Gateway,
        carrier: &'a C,
        turn: &Turn,
        keys: &[OpenKey],
    ) -> anyhow::Result<Result<Self, Answer>> {
        let endpoint = Endpoint::parse(turn.url(), gateway.config.webhook_reach());
        let endpoint = match endpoint {
            Ok(endpoint) if !keys.is_empty() => endpoint,
            Ok(_) => return Ok(Err(unsent("no key is valid"))),
            // It served when it was set, and the rules have changed since.
            Err(fault) => return Ok(Err(unsent(&fault.to_string()))),
        };
        let keys: Result<Vec<_>, _> = keys
            .iter()
            .map(|key| SigningKey::new(key.kind, key.secret.expose()))
            .collect();
        Ok(Ok(Self {
            carrier,
            line: carrier.line(&endpoint),
            keys: keys.context("reading the keys of a webhook")?,
        }))
    }

    /// Sends one event. Returns whether the next one may follow.
    async fn send(&mut self, gateway: &Gateway, turn: &mut Turn, event: &Message) -> bool {
        let (id, body) = turn.message(event);
        let Some(body) = body else {
            turn.take_unsendable(event);
            return false;
        };
        let started_at = gateway.clock.now();
        let letter = Letter {
            id,
            at: started_at,
            body: &body,
            keys: &self.keys,
        };
        let answer = self.carrier.carry(&mut self.line, &letter).await;
        let tried = tried(answer, started_at, gateway.clock.now());
        turn.take(gateway, event, tried)
    }
}

fn unsent(detail: &str) -> Answer {
    Answer {
        outcome: Outcome::AddressForbidden,
        detail: Some(detail.to_owned()),
    }
}

fn tried(answer: Answer, started_at: DateTime<Utc>, ended_at: DateTime<Utc>) -> Tried {
    Tried {
        outcome: answer.outcome,
        detail: answer.detail,
        started_at,
        ended_at,
    }
}
