//! Carries out what operators decided about dead letters.

use crate::flow::dead_letters::carry_out_next;
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// One letter a pass, as fast as its decision allows.
#[derive(Clone, Copy, Debug)]
pub struct Redriver;

impl Worker for Redriver {
    const NAME: &'static str = "redriver";
    const BELL: Bell = Bell::Redriver;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let ended = retry_races(|| carry_out_next(gateway, None)).await?;
        Ok(match ended {
            Some(_) => Progress::Worked,
            None => Progress::Idle,
        })
    }
}
