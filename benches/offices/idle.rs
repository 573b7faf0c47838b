//! What a claim takes while somebody's transaction stays open, as a backup's does: nothing that died
//! since its snapshot can be cleaned away. All three ways of claiming take turns.
#![expect(clippy::float_arithmetic, reason = "times for people, no money")]

use crate::measure::{Samples, Watch, real};
use crate::options::Options;
use crate::town::Town;
use crate::{outbox, pushing, queues, say};

/// Lanes that get messages in one turn.
const LANES: i64 = 8;
/// Messages of each.
const EACH: i64 = 10;
/// Windows in which times are told.
const WINDOWS: u32 = 9;

/// Microseconds of the claims of one window.
#[derive(Default)]
struct Window {
    ours: Vec<u32>,
    lanes: Vec<u32>,
    queue: Vec<u32>,
}

/// Holds a transaction open and claims; adds the mean of every window.
pub(crate) async fn measure(
    town: &Town,
    options: &Options,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    const IDLE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ";
    say("an idle transaction\n")?;
    // The gateway ends transactions that idle for a minute; a backup's is nobody's to end.
    let mut idle = town.pool.begin_with(IDLE).await?;
    sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0")
        .execute(&mut *idle)
        .await?;
    let seen: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM lanes")
        .fetch_one(&mut *idle)
        .await?;
    let length = f64::from(options.idle_seconds) / f64::from(WINDOWS);
    for number in 1..=WINDOWS {
        let mut window = Window::default();
        let watch = Watch::start();
        while watch.seconds() < length {
            turn(town, &mut window).await?;
        }
        samples.add(format!("idle.ours.{number}"), mean_ms(&window.ours));
        samples.add(format!("idle.lanes.{number}"), mean_ms(&window.lanes));
        samples.add(format!("idle.queue.{number}"), mean_ms(&window.queue));
    }
    samples.add("idle.lanes", real(usize::try_from(seen.0)?));
    idle.rollback().await?;
    Ok(())
}

/// Fills and empties all three.
async fn turn(town: &Town, window: &mut Window) -> anyhow::Result<()> {
    pushing::fill(town, LANES, EACH).await?;
    queues::fill(&town.pool, LANES, EACH).await?;
    loop {
        let watch = Watch::start();
        let Some(lane) = pushing::lease(town, 1).await?.pop() else {
            break;
        };
        window.ours.push(watch.micros());
        pushing::finish(town, lane).await?;
    }
    loop {
        let watch = Watch::start();
        let Some(lease) = queues::claim_lane(&town.pool).await? else {
            break;
        };
        window.lanes.push(watch.micros());
        queues::finish_lane(&town.pool, lease, outbox::BATCH).await?;
    }
    loop {
        let watch = Watch::start();
        let ids = queues::lease_rows(&town.pool, EACH).await?;
        if ids.is_empty() {
            break;
        }
        window.queue.push(watch.micros());
        queues::complete_rows(&town.pool, &ids).await?;
    }
    Ok(())
}

fn mean_ms(micros: &[u32]) -> f64 {
    let sum: f64 = micros.iter().copied().map(f64::from).sum();
    sum / real(micros.len().max(1)) / 1e3
}
