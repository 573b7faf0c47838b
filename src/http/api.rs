//! What every handler may use.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::gateway::Gateway;
use crate::http::feed_ends::FeedEnds;
use crate::http::identity::Identities;

/// How much a request may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of an ordinary body.
    pub body_bytes: usize,
    /// Bytes of a bank's or the bureau's file.
    pub upload_bytes: usize,
    /// Until a body has arrived.
    pub body_timeout: Duration,
}

/// What every handler may use; one per process.
#[derive(Clone, Debug)]
pub struct Api {
    /// Everything that flows need.
    pub gateway: Gateway,
    /// How much a request may be.
    pub limits: Limits,
    /// Cancelled when the server is about to stop: nobody should come, or wait, any more.
    pub stopping: CancellationToken,
    pub(crate) identities: Arc<Identities>,
    pub(crate) feed_ends: Arc<FeedEnds>,
    running: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Api {
    /// The state of a server that begins.
    pub fn new(gateway: Gateway, limits: Limits) -> Self {
        Self {
            identities: Arc::new(Identities::new(&gateway.config, &gateway.clock)),
            gateway,
            limits,
            feed_ends: Arc::default(),
            stopping: CancellationToken::new(),
            running: Arc::default(),
        }
    }

    /// Notes that a caller's request with this key runs; `None` while the first one does.
    pub(crate) fn run(&self, caller: &str, key: &str) -> Option<Running> {
        let entry = (caller.to_owned(), key.to_owned());
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(entry.clone()).then(|| Running {
            entry,
            running: Arc::clone(&self.running),
        })
    }
}

/// A request that runs, until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    entry: (String, String),
    running: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.entry);
    }
}
