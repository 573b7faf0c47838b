//! One task per worker: runs passes, logs failures once, starts again after a panic, stops softly.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::gateway::Gateway;
use crate::worker::{Progress, Worker};

/// How a worker's last pass ended.
#[derive(Clone, Debug)]
pub struct Status {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it failed.
    pub failed: bool,
}

/// The last result of every worker, for `/readyz`.
#[derive(Clone, Debug, Default)]
pub struct Board {
    statuses: Arc<Mutex<BTreeMap<&'static str, Status>>>,
}

impl Board {
    /// The last result of every worker that has made a pass.
    pub fn read(&self) -> BTreeMap<&'static str, Status> {
        self.statuses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn write(&self, name: &'static str, status: Status) {
        self.statuses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, status);
    }
}

/// The workers of one process.
pub struct Supervisor {
    gateway: Gateway,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Supervisor {
    /// No workers yet; they stop when `stop` is cancelled.
    pub fn new(gateway: Gateway, stop: CancellationToken) -> Self {
        Self {
            gateway,
            tasks: JoinSet::new(),
            stop,
        }
    }

    /// Starts a worker.
    pub fn start<W: Worker + Clone>(&mut self, worker: W) {
        let (gateway, stop) = (self.gateway.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            while !stop.is_cancelled() {
                // A panic must not end the worker for good: it runs in a task of its own.
                let mut life = JoinSet::new();
                life.spawn(run(worker.clone(), gateway.clone(), stop.clone()));
                match life.join_next().await {
                    Some(Err(panic)) if panic.is_panic() => {
                        tracing::error!(worker = W::NAME, "a worker panicked and starts again");
                        gateway.clock.sleep(gateway.pace_after_failure()).await;
                    }
                    _ => return,
                }
            }
        });
    }

    /// Waits until every worker has finished its pass, or for `patience`; then aborts the rest.
    /// Returns whether all of them finished.
    pub async fn join(mut self, patience: Duration) -> bool {
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        let in_time = tokio::time::timeout(patience, finished).await.is_ok();
        self.tasks.abort_all();
        in_time
    }
}

impl std::fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Supervisor({} workers)", self.tasks.len())
    }
}

/// Runs `worker` until `stop`. There is no other loop over passes in this crate.
async fn run<W: Worker>(worker: W, gateway: Gateway, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let outcome = worker.pass(&gateway).await;
        gateway.board.write(
            W::NAME,
            Status {
                at: gateway.clock.now(),
                failed: outcome.is_err(),
            },
        );
        let rest = match outcome {
            Ok(Progress::Worked) => continue, // There may be more: look before resting.
            Ok(Progress::Idle) => gateway.pace_idle(),
            Err(error) => {
                tracing::error!(
                    worker = W::NAME,
                    error = format!("{error:#}"),
                    "a pass failed"
                );
                gateway.pace_after_failure()
            }
        };
        tokio::select! {
            () = stop.cancelled() => (),
            () = gateway.bells.rung(W::BELL) => (),
            () = gateway.clock.sleep(rest) => (),
        }
    }
    worker.finish().await;
}
