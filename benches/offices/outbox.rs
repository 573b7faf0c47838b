//! Messages claimed and completed by the gateway's outbox, beside the bare ways of doing it; and
//! delivered to a sink over HTTP, beside Graphile Worker and the same sink.

use anyhow::{Context, ensure};
use cei_gateway::store::outbox::{LaneKind, LaneResult, claim_lane, list_after, release_lane};
use chrono::TimeDelta;
use futures_util::future::try_join_all;

use crate::graphile::Graphile;
use crate::measure::{Samples, Watch, real};
use crate::options::Options;
use crate::queues;
use crate::sink::Sink;
use crate::town::Town;
use crate::{idle, say};

/// Messages of one claim.
pub(crate) const BATCH: i64 = 100;
/// Who claims at the same time.
const WORKERS: usize = 4;
/// Lanes with messages.
const LANES: i64 = 200;

/// Measures every row of the section, round by round, then with an idle transaction.
pub(crate) async fn measure(
    town: &Town,
    options: &Options,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    queues::open(&town.pool).await?;
    let each = if options.quick { 20 } else { 500 };
    let expected = usize::try_from(LANES * each)?;
    let sink = Sink::open()?;
    let graphile = Graphile::find();
    if graphile.is_none() {
        say("Graphile Worker is not installed (scripts/setup bench): without it\n")?;
    }
    for _ in 0..options.rounds {
        fill(town, LANES, each).await?;
        queues::fill(&town.pool, LANES, each).await?;
        town.settle_down().await?;
        samples.add("outbox.lanes", drain(town, expected).await?);
        let bare = queues::drain_lanes(&town.pool, BATCH, WORKERS, expected).await?;
        samples.add("bare.lanes", bare);
        let bare = queues::drain_queue(&town.pool, BATCH, WORKERS, expected).await?;
        samples.add("bare.queue", bare);
        if let Some(graphile) = &graphile {
            let (url, messages) = (&town.config.database.url, expected / 4);
            let free = graphile.rate(url, &sink, messages, false).await?;
            samples.add("graphile.free", free);
            let ordered = graphile.rate(url, &sink, messages, true).await?;
            samples.add("graphile.ordered", ordered);
        }
    }
    idle::measure(town, options, samples).await
}

/// Puts messages into so many lanes of offices, which become due.
pub(crate) async fn fill(town: &Town, lanes: i64, each: i64) -> anyhow::Result<()> {
    const MESSAGES: &str = "
        INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, created_at)
        SELECT l.lane, l.last_seq + n, gen_random_uuid(), 'ro.cei.application.produced',
               gen_random_uuid(), $3, now()
        FROM (SELECT lane, last_seq FROM lanes WHERE kind = 'OFFICE' ORDER BY lane LIMIT $1) l,
             generate_series(1, $2) n";
    const DUE: &str = "
        UPDATE lanes
        SET acked_seq = last_seq, last_seq = last_seq + $2, next_attempt_at = now()
        WHERE lane IN (SELECT lane FROM lanes WHERE kind = 'OFFICE' ORDER BY lane LIMIT $1)";
    let mut tx = town.pool.begin_with("BEGIN").await?;
    sqlx::query(MESSAGES)
        .bind(lanes)
        .bind(each)
        .bind(queues::PAYLOAD)
        .execute(&mut *tx)
        .await?;
    sqlx::query(DUE)
        .bind(lanes)
        .bind(each)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Messages a second until no lane is due, claimed and completed as a worker does it.
async fn drain(town: &Town, expected: usize) -> anyhow::Result<f64> {
    let watch = Watch::start();
    let drained = try_join_all((0..WORKERS).map(|_| async {
        let mut taken = 0;
        while let Some(lane) = claim(town).await? {
            taken += finish(town, lane).await?;
        }
        anyhow::Ok(taken)
    }));
    let taken: usize = drained.await?.into_iter().sum();
    ensure!(taken == expected, "{taken} messages of {expected}");
    Ok(rate(taken, &watch))
}

/// Leases the lane that waited longest.
pub(crate) async fn claim(town: &Town) -> anyhow::Result<Option<cei_gateway::store::outbox::Lane>> {
    let now = town.gateway.clock.now();
    let until = now + TimeDelta::seconds(60);
    let mut tx = town.gateway.store.begin().await?;
    let lane = claim_lane(&mut tx, LaneKind::Office, "bench", now, until).await?;
    tx.commit().await?;
    Ok(lane)
}

/// Reads what follows the cursor of a leased lane, and advances it.
pub(crate) async fn finish(
    town: &Town,
    lane: cei_gateway::store::outbox::Lane,
) -> anyhow::Result<usize> {
    let store = &town.gateway.store;
    let mut tx = store.read().await?;
    let messages = list_after(&mut tx, &lane.lane, lane.acked_seq, BATCH).await?;
    drop(tx);
    let result = LaneResult {
        acked_seq: messages.last().context("a due lane without messages")?.seq,
        attempts: 0,
        retry_at: None,
        breaker: "CLOSED",
    };
    let mut tx = store.begin().await?;
    let held = release_lane(&mut tx, &lane, result, town.gateway.clock.now()).await?;
    ensure!(held, "a lost lease");
    tx.commit().await?;
    Ok(messages.len())
}

#[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
fn rate(messages: usize, watch: &Watch) -> f64 {
    real(messages) / watch.seconds()
}
