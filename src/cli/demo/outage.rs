//! Outages during a play: the gateway's process ends like one whose power is cut, and another one
//! starts on the same database, vault and port.

use crate::cli::demo::stage::Stage;
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::http::server;
use crate::random::Random;
use crate::store::{Interruption, Place};

/// Spreads the seeds of the gateway's lives: no two give the same identifiers.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Says how each life of the gateway ends.
pub struct Outages {
    draw: Box<dyn FnMut() -> Interruption + Send>,
    present: Interruption,
    struck_at: Vec<Place>,
}

impl Outages {
    /// Each life ends as the interruption says that `draw` gives for it.
    pub fn each(mut draw: impl FnMut() -> Interruption + Send + 'static) -> Self {
        Self {
            present: draw(),
            draw: Box::new(draw),
            struck_at: Vec::new(),
        }
    }

    /// The transactions that were never begun, one for every life that ended.
    pub fn struck_at(&self) -> &[Place] {
        &self.struck_at
    }
}

impl std::fmt::Debug for Outages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outages({})", self.struck_at.len())
    }
}

impl Stage {
    /// From now on the gateway's process ends as `outages` say.
    pub async fn suffer(&mut self, outages: Outages) -> anyhow::Result<()> {
        self.outages = Some(outages);
        self.start_again().await
    }

    /// There are no more outages; returns those that were.
    pub async fn recover(&mut self) -> anyhow::Result<Option<Outages>> {
        let outages = self.outages.take();
        if outages.is_some() {
            self.start_again().await?;
        }
        Ok(outages)
    }

    /// Starts the gateway again if its process has ended; returns whether it had.
    pub(super) async fn revive(&mut self) -> anyhow::Result<bool> {
        let Some(outages) = &mut self.outages else {
            return Ok(false);
        };
        let Some(place) = outages.present.struck_at() else {
            return Ok(false);
        };
        outages.struck_at.push(place);
        outages.present = (outages.draw)();
        self.start_again().await?;
        Ok(true)
    }

    /// Ends the gateway's process without a word to anybody, and starts another one.
    async fn start_again(&mut self) -> anyhow::Result<()> {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
        // The database sees that nobody is there any more.
        self.gateway.store.close().await;
        self.lives += 1;
        let config = (*self.gateway.config).clone();
        let random = Random::seeded(self.seed ^ self.lives.wrapping_mul(SPREAD));
        let clock = Clock::Manual(self.clock.clone());
        let mut gateway = Gateway::open(config, clock, random).await?;
        if let Some(outages) = &self.outages {
            gateway.store = gateway.store.interrupted(outages.present.clone());
        }
        self.server = Some(server::start(&gateway, Self::listener(&gateway.config)?)?);
        self.gateway = gateway;
        Ok(())
    }
}
