//! Erases what may be kept no longer, and sweeps what no row refers to.

use crate::flow::erase_content::{erase_due, forget_answers, sweep_orphans};
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker};

/// One batch of erasures a pass, then one drawer of the vault.
#[derive(Clone, Copy, Debug)]
pub struct Janitor;

impl Worker for Janitor {
    const NAME: &'static str = "janitor";
    const BELL: Bell = Bell::Janitor;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let erased = erase_due(gateway).await?;
        if erased > 0 {
            tracing::info!(count = erased, "contents erased");
            return Ok(Progress::Worked);
        }
        forget_answers(gateway).await?;
        let swept = sweep_orphans(gateway).await?;
        if swept > 0 {
            tracing::info!(count = swept, "orphaned blobs swept");
        }
        Ok(Progress::Idle)
    }
}
