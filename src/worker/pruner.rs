//! Keeps the outbox in months and as long as it is promised.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::flow::outbox_retention::{
    Oldest, cut_lanes, drop_oldest_month, forget_decided, make_months,
};
use crate::gateway::Gateway;
use crate::store::StoreError;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// Between two looks when nothing is past its time: what is kept for a year may be kept an hour more.
const REST: TimeDelta = TimeDelta::hours(1);
/// Until the next look when somebody used what was to be changed.
const REST_WHEN_BUSY: TimeDelta = TimeDelta::minutes(1);

/// Makes months ahead; then drops one month a pass, or cuts some lanes.
#[derive(Clone, Debug, Default)]
pub struct Pruner {
    look: Arc<Mutex<Look>>,
}

/// Where the next look begins.
#[derive(Clone, Debug, Default)]
struct Look {
    /// Not before this instant.
    at: Option<DateTime<Utc>>,
    /// With the lanes after this one.
    after: String,
}

impl Worker for Pruner {
    const NAME: &'static str = "pruner";
    const BELL: Bell = Bell::Pruner;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let now = gateway.clock.now();
        let look = self.look();
        if look.at.is_some_and(|at| now < at) {
            return Ok(Progress::Idle);
        }
        match prune(gateway, look.after).await {
            Ok(Some(after)) => {
                self.next(Look { at: None, after });
                Ok(Progress::Worked)
            }
            Ok(None) => {
                self.next(Look::rested(now + REST));
                Ok(Progress::Idle)
            }
            Err(error) if is_busy(&error) => {
                tracing::info!("the outbox is in use and is pruned later");
                self.next(Look::rested(now + REST_WHEN_BUSY));
                Ok(Progress::Idle)
            }
            Err(error) => Err(error),
        }
    }
}

impl Look {
    fn rested(at: DateTime<Utc>) -> Self {
        Self {
            at: Some(at),
            after: String::new(),
        }
    }
}

impl Pruner {
    fn look(&self) -> Look {
        let look = self.look.lock().unwrap_or_else(PoisonError::into_inner);
        look.clone()
    }

    fn next(&self, next: Look) {
        *self.look.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

/// One step. Returns the lane after which to go on; `None` when nothing is left to do.
async fn prune(gateway: &Gateway, after: String) -> anyhow::Result<Option<String>> {
    let made = retry_races(|| make_months(gateway)).await?;
    if made > 0 {
        tracing::info!(count = made, "months were made for the outbox");
    }
    match retry_races(|| drop_oldest_month(gateway)).await? {
        Oldest::Dropped(month) => {
            tracing::info!(%month, "a month of the outbox was dropped");
            return Ok(Some(after));
        }
        Oldest::Kept(month, obstacle) => {
            tracing::info!(%month, %obstacle, "a month of the outbox is past its time, and kept");
        }
        Oldest::InTime => (),
    }
    let cut = retry_races(|| cut_lanes(gateway, &after)).await?;
    if cut.messages > 0 {
        tracing::info!(
            count = cut.messages,
            "messages past their time were removed"
        );
        // Once more over the same lanes: each gives up a bounded number at a time.
        return Ok(Some(after));
    }
    if cut.next.is_some() {
        return Ok(cut.next);
    }
    let forgotten = retry_races(|| forget_decided(gateway)).await?;
    Ok((forgotten > 0).then(String::new))
}

/// Whether what was to be changed was in use for too long.
fn is_busy(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(StoreError::is_busy)
}
