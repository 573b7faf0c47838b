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
use crate::worker::redriver::Redriver;
use crate::worker::{Progress, drain};

/// Passes of one worker before the others have their turn.
const ROUNDS: usize = 1_000;
/// The gateway's workers of a working day; the janitor comes at the end.
const WORKERS: usize = 4;
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

/// Plays until an instant has come.
pub(super) async fn play_until(stage: &mut Stage, end: DateTime<Utc>) -> anyhow::Result<()> {
    while now(stage) < end {
        let (_, next_at) = act(stage).await?;
        let next_at = next_at.map_or(end, |at| at.min(end));
        advance(stage, Some(next_at), STEP);
    }
    Ok(())
}

fn now(stage: &Stage) -> DateTime<Utc> {
    stage.gateway.clock.now()
}

/// Lets everybody do what is due at this instant, until nobody has anything left to do.
pub(super) async fn act(stage: &mut Stage) -> anyhow::Result<(bool, Option<DateTime<Utc>>)> {
    let mut acted = false;
    // The clock moved since the gateway last looked.
    let mut unseen = true;
    loop {
        let offices = stage.offices.work().await;
        for payable in stage.offices.take_payables() {
            stage.channels.pay(payable);
        }
        let channels = stage.channels.work().await?;
        unseen |= offices.acted > 0 || channels.acted > 0;
        let worked = unseen && work(stage).await? == Progress::Worked;
        let bureau = stage.bureau.work().await?;
        let busy = offices.acted > 0 || channels.acted > 0 || worked;
        unseen = bureau.acted > 0;
        if !busy && !unseen {
            let next_at = [offices.next_at, channels.next_at, bureau.next_at];
            return Ok((acted, next_at.into_iter().flatten().min()));
        }
        acted = true;
    }
}

/// Lets the gateway's workers work until all are idle; if its process ends over it, it starts
/// again and goes on.
async fn work(stage: &mut Stage) -> anyhow::Result<Progress> {
    let mut ended = false;
    loop {
        match settle(&stage.gateway).await {
            Err(error) if !stage.revive().await? => return Err(error),
            Err(_ended) => ended = true,
            Ok(settled) => {
                let late = work_late(stage).await?;
                let worked = ended || Progress::Worked == late;
                return Ok(if worked { Progress::Worked } else { settled });
            }
        }
    }
}

/// Runs what is needed once somebody may decide: events are pushed, and decisions about many things
/// are carried out.
async fn work_late(stage: &Stage) -> anyhow::Result<Progress> {
    let Some(herald) = &stage.herald else {
        return Ok(Progress::Idle);
    };
    let pushed = drain(herald, &stage.gateway, ROUNDS).await?;
    let decided = drain(&Redriver, &stage.gateway, ROUNDS).await?;
    let is_idle = pushed == Progress::Idle && decided == Progress::Idle;
    Ok(if is_idle {
        Progress::Idle
    } else {
        Progress::Worked
    })
}

/// Runs every worker of the gateway until all are idle.
pub async fn settle(gateway: &Gateway) -> anyhow::Result<Progress> {
    let dispatcher = Dispatcher {
        owner: "demo".to_owned(),
    };
    let mut settled = Progress::Idle;
    // In turn, until each in a row had nothing to do.
    let mut idle = 0;
    for turn in (0..WORKERS).cycle() {
        let progress = match turn {
            0 => drain(&Matcher, gateway, ROUNDS).await?,
            1 => drain(&Batcher, gateway, ROUNDS).await?,
            2 => drain(&dispatcher, gateway, ROUNDS).await?,
            _ => drain(&Reconciler, gateway, ROUNDS).await?,
        };
        if progress == Progress::Worked {
            settled = Progress::Worked;
            idle = 0;
        } else {
            idle += 1;
        }
        if idle == WORKERS {
            break;
        }
    }
    Ok(settled)
}

fn advance(stage: &Stage, next_at: Option<DateTime<Utc>>, at_most: TimeDelta) {
    let latest = now(stage) + at_most;
    let target = next_at.map_or(latest, |at| at.min(latest));
    let step = (target - now(stage)).to_std().unwrap_or_default();
    stage.clock.advance(step.max(STEP_MIN));
}
