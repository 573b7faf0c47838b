//! Records what stations told, and finds out which fee each payment pays.

use std::time::Duration;

use crate::flow::Failure;
use crate::flow::match_payment::match_next;
use crate::flow::record_notification::record_next_notification;
use crate::flow::record_statement::finish_interrupted;
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker};

/// An import that has not ended by then was interrupted.
const IMPORT_PATIENCE: Duration = Duration::from_mins(15);

/// Deals with one notification or one payment a pass, the oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Matcher;

impl Worker for Matcher {
    const NAME: &'static str = "matcher";
    const BELL: Bell = Bell::Matcher;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        // A reversal may stand right behind its payment: what was told comes before what is judged.
        if record_next_notification(gateway).await? || match_next(gateway).await? {
            return Ok(Progress::Worked);
        }
        let before = gateway.clock.now() - IMPORT_PATIENCE;
        match finish_interrupted(gateway, before).await {
            Ok(true) => Ok(Progress::Worked),
            Ok(false) => Ok(Progress::Idle),
            Err(Failure::Broken(error)) => Err(error),
            // It was read before and must be readable again.
            Err(Failure::Refused(refusal)) => Err(refusal.into()),
        }
    }
}
