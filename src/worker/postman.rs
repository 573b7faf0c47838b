//! Fetches the documents that the bureau lays out instead of calling us: from its outbox, or from
//! the spool.
//!
//! A document is confirmed, or put away, only after it was kept durably; whatever ends in between
//! is done again, and the same bytes change nothing. Where we are in a list is kept in memory
//! alone: it spares asking, and nothing depends on it.

mod fetch;
mod take;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::gateway::Gateway;
use crate::transport::route::outbox::Outbox;
use crate::transport::route::spool::Spool;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker};

/// How often the spool is looked into where nothing else is configured.
const SPOOL_REST: Duration = Duration::from_secs(10);

/// Looks into the one place where the bureau lays documents out.
#[derive(Clone, Debug)]
pub struct Postman {
    place: Place,
    rest: Duration,
    round: Arc<Mutex<Round>>,
}

/// Where the bureau lays documents out.
#[derive(Clone, Debug)]
enum Place {
    Outbox(Outbox),
    Spool(Spool),
}

/// What the last look left.
#[derive(Debug, Default)]
struct Round {
    /// When the next look is due; at once where there is none.
    next_at: Option<DateTime<Utc>>,
    /// The last name of a list that was full.
    after: Option<String>,
    /// The trouble that was told last.
    trouble: Option<String>,
}

/// What one look brought.
struct Found {
    /// Documents that were not kept before.
    new: usize,
    /// What stood in the way, without an address or content.
    trouble: Option<String>,
}

impl Postman {
    /// A postman for what the configuration names; `None` where the bureau always calls us.
    pub fn of(gateway: &Gateway) -> Option<Self> {
        let bureau = &gateway.config.bureau;
        let seconds = Duration::from_secs(u64::from(bureau.poll_seconds));
        let (place, rest) = match (&gateway.spool, &gateway.bureau_client) {
            (Some(spool), _) if seconds.is_zero() => (Place::Spool(spool.clone()), SPOOL_REST),
            (Some(spool), _) => (Place::Spool(spool.clone()), seconds),
            (None, Some(client)) if !seconds.is_zero() => {
                let outbox = Outbox::new(client.clone(), &bureau.url);
                (Place::Outbox(outbox), seconds)
            }
            _ => return None,
        };
        Some(Self {
            place,
            rest,
            round: Arc::default(),
        })
    }

    /// Tells a trouble once: when it begins, when it becomes another, and when it is over. Returns
    /// whether anything was told.
    fn tell(&self, trouble: Option<String>) -> bool {
        let mut round = self.round();
        if round.trouble == trouble {
            return false;
        }
        if let Some(trouble) = &trouble {
            tracing::warn!(
                trouble,
                "documents that the bureau lays out cannot be fetched"
            );
        } else {
            tracing::info!("documents that the bureau lays out can be fetched again");
        }
        round.trouble = trouble;
        true
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker for Postman {
    const NAME: &'static str = "postman";
    const BELL: Bell = Bell::Postman;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let now = gateway.clock.now();
        if self.round().next_at.is_some_and(|at| now < at) {
            return Ok(Progress::Idle);
        }
        // Whatever goes wrong, the next look is not sooner.
        self.round().next_at = Some(now + self.rest);
        let found = match &self.place {
            Place::Outbox(outbox) => self.fetch_page(gateway, outbox).await?,
            Place::Spool(spool) => take::take_all(gateway, spool).await?,
        };
        let is_fine = found.trouble.is_none();
        let _told = self.tell(found.trouble);
        if found.new > 0 && is_fine {
            // There may be more: the next look is due at once.
            self.round().next_at = None;
            return Ok(Progress::Worked);
        }
        Ok(Progress::Idle)
    }
}
