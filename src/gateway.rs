//! The bundle of handles that everything needs, built once from the configuration.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Config;
use crate::random::Random;
use crate::store::Store;
use crate::vault::Vault;
use crate::worker::bell::Bells;
use crate::worker::supervisor::Board;
use crate::xmldsig::SigningKey;

/// Everything a flow or a worker may use; cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Sealed content.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    /// Randomness that is no key material.
    pub random: Random,
    /// Wakes workers.
    pub bells: Bells,
    /// How the workers fare.
    pub board: Board,
    /// The gateway's seal on orders.
    pub seal: Arc<dyn SigningKey>,
}

impl Gateway {
    /// How long a worker rests when there is nothing to do.
    pub fn pace_idle(&self) -> Duration {
        // Jitter keeps replicas from polling in step.
        let base = self.config.workers.idle_milliseconds;
        Duration::from_millis(base + self.random.below(base / 4 + 1))
    }

    /// How long a worker rests after a failure.
    pub fn pace_after_failure(&self) -> Duration {
        Duration::from_millis(self.config.workers.failure_milliseconds)
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway(…)")
    }
}
