//! Plays the fortnight and what follows from it: everybody does what is due, then the clock moves
//! to the next instant at which something is.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::demo::stage::Stage;
use crate::gateway::Gateway;
use crate::worker::batcher::Batcher;
use crate::worker::dispatcher::Dispatcher;
use crate::worker::janitor::Janitor;
use crate::worker::matcher::Matcher;
use crate::worker::reconciler::Reconciler;
use crate::worker::{Progress, drain};

/// Passes of one worker before the others have their turn.
const ROUNDS: usize = 1_000;
/// The longest step of the clock while things happen: the gateway's own terms are watched this
/// often.
const STEP: TimeDelta = TimeDelta::minutes(30);
/// The shortest step: whatever is due within it happens together.
const STEP_MIN: Duration = Duration::from_mins(5);
/// The longest step while nothing does; each is twice the one before.
const STEP_MAX: TimeDelta = TimeDelta::hours(4);
/// After so many days whatever still waits is left waiting.
const DAYS_MAX: i64 = 75;
/// So long nothing may have happened before the play is over.
const QUIET: TimeDelta = TimeDelta::days(3);

/// Plays until nothing happens any more; `tell` hears of every step.
pub async fn play(stage: &mut Stage, mut tell: impl FnMut(&Stage)) -> anyhow::Result<()> {
    let begins_at = now(stage);
    let mut last_deed_at = begins_at;
    let mut step = STEP;
    while now(stage) - begins_at < TimeDelta::days(DAYS_MAX) {
        let (acted, next_at) = act(stage).await?;
        if acted {
            last_deed_at = now(stage);
            step = STEP;
        } else if next_at.is_none() && now(stage) - last_deed_at > QUIET {
            break;
        }
        tell(stage);
        advance(stage, next_at, step);
        step = (step * 2).min(STEP_MAX);
    }
    while let Err(error) = drain(&Janitor, &stage.gateway, ROUNDS).await {
        if !stage.revive().await? {
            return Err(error);
        }
    }
    Ok(())
}

fn now(stage: &Stage) -> DateTime<Utc> {
    stage.gateway.clock.now()
}

/// Lets everybody do what is due at this instant, until nobody has anything left to do.
pub(super) async fn act(stage: &mut Stage) -> anyhow::Result<(bool, Option<DateTime<Utc>>)> {
    let mut acted = false;
    loop {
        let offices = stage.offices.work().await;
        for payable in stage.offices.take_payables() {
            stage.channels.pay(payable);
        }
        let channels = stage.channels.work().await?;
        let worked = work(stage).await?;
        let bureau = stage.bureau.work().await?;
        let busy = offices.acted > 0 || channels.acted > 0 || bureau.acted > 0;
        if !busy && worked == Progress::Idle {
            let next_at = [offices.next_at, channels.next_at, bureau.next_at];
            return Ok((acted, next_at.into_iter().flatten().min()));
        }
        acted = true;
    }
}

/// Lets the gateway's workers work; if its process ends over it, it starts again.
async fn work(stage: &mut Stage) -> anyhow::Result<Progress> {
    match settle(&stage.gateway).await {
        Err(error) if !stage.revive().await? => Err(error),
        Err(_ended) => Ok(Progress::Worked),
        settled => settled,
    }
}

/// Runs every worker of the gateway until all are idle.
pub async fn settle(gateway: &Gateway) -> anyhow::Result<Progress> {
    let dispatcher = Dispatcher {
        owner: "demo".to_owned(),
    };
    let mut settled = Progress::Idle;
    loop {
        let passes = [
            drain(&Matcher, gateway, ROUNDS).await?,
            drain(&Batcher, gateway, ROUNDS).await?,
            drain(&dispatcher, gateway, ROUNDS).await?,
            drain(&Reconciler, gateway, ROUNDS).await?,
        ];
        if passes.iter().all(|progress| *progress == Progress::Idle) {
            return Ok(settled);
        }
        settled = Progress::Worked;
    }
}

fn advance(stage: &Stage, next_at: Option<DateTime<Utc>>, at_most: TimeDelta) {
    let latest = now(stage) + at_most;
    let target = next_at.map_or(latest, |at| at.min(latest));
    let step = (target - now(stage)).to_std().unwrap_or_default();
    stage.clock.advance(step.max(STEP_MIN));
}
