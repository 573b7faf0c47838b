//! The signals that ask a process to stop, or to look at its certificates again.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM, SIGINT and SIGHUP, caught from [`Signals::listen`] on.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Begins to listen; without this, each of them ends the process at once.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Returns when SIGTERM or SIGINT has come.
    pub(crate) async fn asked_to_stop(&mut self) {
        self.asked_to_stop_or(|| ()).await;
    }

    /// Returns when SIGTERM or SIGINT has come; calls `follow` at every SIGHUP until then.
    pub(crate) async fn asked_to_stop_or(&mut self, follow: impl Fn()) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hang_up.recv() => follow(),
            }
        }
        tracing::info!("asked to stop");
    }
}
