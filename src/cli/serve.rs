//! `serve` and `work`: the gateway itself, until it is asked to stop.
//!
//! On SIGTERM or SIGINT it first says that it is not ready, so that nobody sends it more; then
//! requests and passes that run are finished, leases given back, and the process ends with 0. What
//! does not finish in time is cut off: its lease runs out, and another process does it again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::signals::Signals;
use crate::console;
use crate::console::server::Listener as ConsoleListener;
use crate::flow::outbox_retention::make_months;
use crate::flow::recover_leases::tell_found;
use crate::gateway::Gateway;
use crate::http::server::{self, Listener};
use crate::telemetry;
use crate::worker::batcher::Batcher;
use crate::worker::collector::Collector;
use crate::worker::dispatcher::Dispatcher;
use crate::worker::herald::Herald;
use crate::worker::janitor::Janitor;
use crate::worker::listener::Listener as TidingsListener;
use crate::worker::matcher::Matcher;
use crate::worker::postman::Postman;
use crate::worker::pruner::Pruner;
use crate::worker::reconciler::Reconciler;
use crate::worker::redriver::Redriver;
use crate::worker::supervisor::Supervisor;

/// How long a pass may take beyond its longest request, before it is cut off.
const PATIENCE_BEYOND_REQUESTS: Duration = Duration::from_secs(5);

/// Serve the API and run the workers until SIGTERM or SIGINT
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Leave the workers to other processes (`work`)
    #[arg(long)]
    no_workers: bool,
    /// Seconds between saying that it is not ready and taking no more connections, for load
    /// balancers that ask seldom
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    drain_seconds: u64,
}

pub(crate) async fn serve(command: &Serve, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let gateway = open(context).await?;
    let mut signals = Signals::listen()?;
    let mut server = server::start(&gateway, Listener::from_config(&gateway.config)?)?;
    tracing::info!(address = %server.address, "the API is served");
    let mut console = match ConsoleListener::from_config(&gateway.config)? {
        Some(listener) => Some(console::server::start(&gateway, listener)?),
        None => None,
    };
    if let Some(console) = &console {
        tracing::info!(address = %console.address, "the console is served");
    }
    let stop = CancellationToken::new();
    let workers = if command.no_workers {
        start_listener(&gateway, &stop)
    } else {
        start_workers(&gateway, &stop)
    };
    let follow_files = server.follow_files();
    let failed = tokio::select! {
        () = signals.asked_to_stop_or(follow_files) => None,
        ended = server.ended() => Some(ended),
        ended = ended(&mut console) => Some(ended),
    };
    server.announce_stop();
    stop.cancel();
    if failed.is_none() && command.drain_seconds > 0 {
        let drain = Duration::from_secs(command.drain_seconds);
        gateway.clock.sleep(drain).await;
    }
    if let Some(console) = console {
        console.stop().await;
    }
    server.stop().await;
    finish(workers, &gateway).await;
    match failed {
        None => Ok(Exit::Ok),
        Some(Err(error)) => Err(error.into()),
        Some(Ok(())) => Err(anyhow::anyhow!("the server ended by itself").into()),
    }
}

/// Returns when the console ended by itself; never where there is none.
async fn ended(console: &mut Option<console::server::Running>) -> anyhow::Result<()> {
    match console {
        Some(console) => console.ended().await,
        None => std::future::pending().await,
    }
}

pub(crate) async fn work(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let gateway = open(context).await?;
    let mut signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let workers = start_workers(&gateway, &stop);
    tracing::info!("the workers run");
    signals.asked_to_stop().await;
    stop.cancel();
    finish(workers, &gateway).await;
    Ok(Exit::Ok)
}

/// Opens the gateway and its log.
async fn open(context: &Context<'_>) -> Result<Gateway, CliError> {
    let config = context.config()?;
    telemetry::init(&config.logging.level).context("setting up the log")?;
    let gateway = context.gateway().await?;
    look_at_outbox(&gateway).await?;
    Ok(gateway)
}

/// Makes the months of the outbox before anything is put into it, and says what stands there.
async fn look_at_outbox(gateway: &Gateway) -> anyhow::Result<()> {
    match make_months(gateway).await {
        // The pruner makes them when those who use the outbox let it.
        Err(failure) if failure.is_transient() => {
            tracing::warn!("the outbox is in use; its months are made later");
        }
        made => drop(made?),
    }
    tell_found(gateway).await?;
    Ok(())
}

/// Starts every worker of a process; they stop when `stop` is cancelled.
pub(crate) fn start_workers(gateway: &Gateway, stop: &CancellationToken) -> Supervisor {
    // No two processes may take each other's leases for their own.
    let owner = gateway.random.uuid(gateway.clock.now()).to_string();
    let mut supervisor = start_listener(gateway, stop);
    supervisor.start(Matcher);
    supervisor.start(Batcher);
    if let Some(network) = &gateway.webhook_network {
        supervisor.start(Herald::new(owner.clone(), Arc::clone(network)));
    }
    supervisor.start(Dispatcher { owner });
    supervisor.start(Reconciler);
    supervisor.start(Janitor);
    supervisor.start(Pruner::default());
    supervisor.start(Redriver);
    if !gateway.config.payments.folders.is_empty() {
        supervisor.start(Collector::default());
    }
    if let Some(postman) = Postman::of(gateway) {
        supervisor.start(postman);
    }
    supervisor
}

/// Starts what every process needs, whether it works or not: it hears what the others commit.
fn start_listener(gateway: &Gateway, stop: &CancellationToken) -> Supervisor {
    let mut supervisor = Supervisor::new(gateway.clone(), stop.clone());
    supervisor.start(TidingsListener::default());
    supervisor
}

async fn finish(workers: Supervisor, gateway: &Gateway) {
    let patience = gateway.config.bureau_timeouts().total + PATIENCE_BEYOND_REQUESTS;
    if !workers.join(patience).await {
        tracing::warn!("a pass did not finish in time and was cut off");
    }
    gateway.store.close().await;
    tracing::info!("stopped");
}
