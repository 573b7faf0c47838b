//! Messages claimed and completed by the gateway's outbox, beside the bare ways of doing it; and
//! delivered to a sink over HTTP, beside Graphile Worker and the same sink.

use crate::graphile::Graphile;
use crate::measure::Samples;
use crate::options::Options;
use crate::sink::Sink;
use crate::town::Town;
use crate::{idle, pushing, queues, say};

/// Messages of one claim.
pub(crate) const BATCH: i64 = 100;
/// Who claims at the same time.
const WORKERS: usize = 4;
/// Lanes with messages.
pub(crate) const LANES: i64 = 200;

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
    pushing::set_webhooks(town, &sink, LANES).await?;
    let graphile = Graphile::find();
    if graphile.is_none() {
        say("Graphile Worker is not installed (scripts/setup bench): without it\n")?;
    }
    for _ in 0..options.rounds {
        pushing::fill(town, LANES, each).await?;
        queues::fill(&town.pool, LANES, each).await?;
        town.settle_down().await?;
        let ours = pushing::drain(town, WORKERS, expected).await?;
        samples.add("outbox.lanes", ours);
        let bare = queues::drain_lanes(&town.pool, BATCH, WORKERS, expected).await?;
        samples.add("bare.lanes", bare);
        let bare = queues::drain_queue(&town.pool, BATCH, WORKERS, expected).await?;
        samples.add("bare.queue", bare);
        pushing::fill(town, LANES, each / 4).await?;
        let ours = pushing::deliver_all(town, &sink, expected / 4).await?;
        samples.add("outbox.delivered", ours);
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
