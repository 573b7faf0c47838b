//! Hears what other replicas commit and tells them what this process does, so that whoever waits
//! here is woken by what happens there.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::gateway::Gateway;
use crate::store::tidings::Ear;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker};

/// How often the rows are looked at, whatever notifications come.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Listens; one in every process that serves or works.
#[derive(Clone, Debug, Default)]
pub struct Listener {
    /// Kept from pass to pass; a pass that fails leaves none.
    ear: Arc<Mutex<Option<Ear>>>,
}

impl Worker for Listener {
    const NAME: &'static str = "listener";
    const BELL: Bell = Bell::Listener;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let mut kept = self.ear.lock().await;
        let mut ear = match kept.take() {
            Some(ear) => ear,
            None => Ear::open(&gateway.store).await?,
        };
        // An office was told something that may have to be pushed.
        let on_news = || gateway.bells.ring(Bell::Herald);
        ear.follow(LOOK_EVERY, on_news).await?;
        *kept = Some(ear);
        // There is always more to hear.
        Ok(Progress::Worked)
    }
}
