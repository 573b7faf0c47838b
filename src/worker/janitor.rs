//! Erases what may be kept no longer, sweeps what no row refers to, notices the cards that nobody came
//! for, and signs where the audit record stood at the end of a day.

use crate::flow::audit_record::sign_heads::sign_head_of_yesterday;
use crate::flow::erase_content::{erase_due, forget_answers, forget_failures, sweep_orphans};
use crate::flow::people::session::forget_sessions;
use crate::flow::uncollected::call_unclaimed;
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// One batch of erasures a pass, then one of cards that nobody came for, then one drawer of the
/// vault.
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
        let called = retry_races(|| call_unclaimed(gateway)).await?;
        if called > 0 {
            tracing::info!(count = called, "cards called unclaimed");
            return Ok(Progress::Worked);
        }
        sign_head_of_yesterday(gateway).await?;
        forget_sessions(gateway).await?;
        forget_answers(gateway).await?;
        forget_failures(gateway).await?;
        let swept = sweep_orphans(gateway).await?;
        if swept > 0 {
            tracing::info!(count = swept, "orphaned blobs swept");
        }
        Ok(Progress::Idle)
    }
}
