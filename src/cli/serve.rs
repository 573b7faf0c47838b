//! `serve` and `work`: the gateway itself, until it is asked to stop.
//!
//! On SIGTERM or SIGINT no new pass begins, passes that run finish and give their leases back, and
//! the process ends with 0. A second signal ends the waiting: what was leased is free again when
//! the lease runs out.

use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::gateway::Gateway;
use crate::telemetry;
use crate::worker::batcher::Batcher;
use crate::worker::dispatcher::Dispatcher;
use crate::worker::janitor::Janitor;
use crate::worker::reconciler::Reconciler;
use crate::worker::supervisor::Supervisor;

/// How long a pass may take beyond its longest request, before it is given up.
const PATIENCE_BEYOND_REQUESTS: Duration = Duration::from_secs(5);

pub(crate) async fn work(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let gateway = open(context).await?;
    let signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let workers = start_workers(&gateway, &stop);
    tracing::info!("the workers run");
    signals.asked_to_stop(&stop).await;
    finish(workers, &gateway).await;
    Ok(Exit::Ok)
}

/// Opens the gateway and its log.
async fn open(context: &Context<'_>) -> Result<Gateway, CliError> {
    let config = context.config()?;
    telemetry::init(&config.logging.level).context("setting up the log")?;
    context.gateway().await
}

/// Starts every worker of this process.
pub(crate) fn start_workers(gateway: &Gateway, stop: &CancellationToken) -> Supervisor {
    let owner = gateway.random.uuid(gateway.clock.now()).to_string();
    let mut supervisor = Supervisor::new(gateway.clone(), stop.clone());
    supervisor.start(Batcher);
    supervisor.start(Dispatcher { owner });
    supervisor.start(Reconciler);
    supervisor.start(Janitor);
    supervisor
}

async fn finish(workers: Supervisor, gateway: &Gateway) {
    let patience = gateway.config.bureau_timeouts().total + PATIENCE_BEYOND_REQUESTS;
    if workers.join(patience).await {
        tracing::info!("every pass is finished");
    } else {
        tracing::warn!("a pass did not finish in time and was given up");
    }
    gateway.store.close().await;
}

/// The signals that ask a process to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn asked_to_stop(mut self, stop: &CancellationToken) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
        tracing::info!("asked to stop");
        stop.cancel();
    }
}
