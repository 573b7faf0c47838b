//! The gateway's own way of pushing, from the lease to the record: with a carrier that carries
//! nothing, or over HTTP to a sink.
#![expect(clippy::float_arithmetic, reason = "rates for people, no money")]

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use cei_gateway::clock::Clock;
use cei_gateway::domain::delivery::Outcome;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::webhook::{Endpoint, KeyKind, OnExhausted};
use cei_gateway::flow::Failure;
use cei_gateway::flow::webhooks::settings::{self, Wanted, Wish};
use cei_gateway::flow::webhooks::{WebhookRefusal, keys, turn};
use cei_gateway::store::outbox::Lane;
use cei_gateway::transport::webhook::{Answer, Carrier, Letter};
use cei_gateway::worker::herald::{Herald, deliver};
use cei_gateway::worker::supervisor::Supervisor;
use futures_util::future::try_join_all;
use tokio_util::sync::CancellationToken;

use crate::measure::{Watch, real};
use crate::queues::PAYLOAD;
use crate::sink::Sink;
use crate::town::Town;

/// Lanes in one lease.
const TOGETHER: usize = 8;
/// How often a process looks whether everything was recorded.
const LOOK: Duration = Duration::from_millis(5);
/// How many looks are enough to give up.
const LOOKS_MAX: usize = 60_000;

/// Takes every message and carries it nowhere.
struct Nowhere;

impl Carrier for Nowhere {
    type Line = ();

    fn line(&self, _endpoint: &Endpoint) {}

    async fn carry(&self, _line: &mut (), _letter: &Letter<'_>) -> Answer {
        Answer {
            outcome: Outcome::Status {
                code: 200,
                retry_after: None,
            },
            detail: None,
        }
    }
}

/// Sets webhooks of the first offices, which lead to the sink, each with an ed25519 key.
pub(crate) async fn set_webhooks(town: &Town, sink: &Sink, count: i64) -> anyhow::Result<()> {
    let (gateway, actor) = (&town.gateway, Actor::Gateway("bench"));
    let url = format!("http://{}/", sink.address);
    let wanted = Wanted {
        url: &url,
        on_exhausted: OnExhausted::DeadLetter,
        rate_per_second: None,
    };
    let mut lanes: Vec<(String, _)> = town
        .offices
        .iter()
        .map(|office| (office.id.to_string(), office.id))
        .collect();
    // Messages are put into the first lanes by name.
    lanes.sort();
    for (_, office) in lanes.into_iter().take(usize::try_from(count)?) {
        done(settings::set(gateway, office, &wanted, &actor).await)?;
        let overlap = Duration::ZERO;
        done(keys::make(gateway, office, KeyKind::Ed25519, overlap, &actor).await)?;
        done(settings::carry_out(gateway, office, Wish::Enable(None), &actor, None).await)?;
    }
    Ok(())
}

fn done<T>(outcome: Result<T, Failure<WebhookRefusal>>) -> anyhow::Result<T> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal.into(),
        Failure::Broken(error) => error,
    })
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
        SET acked_seq = last_seq, delivered_seq = last_seq, last_seq = last_seq + $2,
            next_attempt_at = now()
        WHERE lane IN (SELECT lane FROM lanes WHERE kind = 'OFFICE' ORDER BY lane LIMIT $1)";
    let mut tx = town.pool.begin_with("BEGIN").await?;
    sqlx::query(MESSAGES)
        .bind(lanes)
        .bind(each)
        .bind(PAYLOAD)
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

/// Messages a second until no lane is due, claimed and completed as the herald does it, by `workers`
/// at a time.
pub(crate) async fn drain(town: &Town, workers: usize, expected: usize) -> anyhow::Result<f64> {
    let watch = Watch::start();
    try_join_all((0..workers).map(|_| async {
        loop {
            let lanes = lease(town, TOGETHER).await?;
            if lanes.is_empty() {
                return anyhow::Ok(());
            }
            for lane in lanes {
                finish(town, lane).await?;
            }
        }
    }))
    .await?;
    let seconds = watch.seconds();
    ensure!(left(town).await? == 0, "not every lane was read to its end");
    Ok(real(expected) / seconds)
}

/// Leases the lanes that waited longest.
pub(crate) async fn lease(town: &Town, limit: usize) -> anyhow::Result<Vec<Lane>> {
    Ok(turn::lease(&town.gateway, "bench", limit).await?)
}

/// Reads what follows the cursor of a leased lane, carries it nowhere, and records it.
pub(crate) async fn finish(town: &Town, lane: Lane) -> anyhow::Result<()> {
    let held = deliver(&town.gateway, &Nowhere, lane, || true).await?;
    ensure!(held, "a lost lease");
    Ok(())
}

/// Messages a second from the herald's start until every one is delivered and recorded.
pub(crate) async fn deliver_all(town: &Town, sink: &Sink, expected: usize) -> anyhow::Result<f64> {
    let network = town
        .gateway
        .webhook_network
        .clone()
        .context("no way to webhooks")?;
    let before = sink.taken();
    let stop = CancellationToken::new();
    let mut workers = Supervisor::new(town.gateway.clone(), stop.clone());
    let watch = Watch::start();
    workers.start(Herald::new("bench".to_owned(), network));
    until_recorded(town).await?;
    let seconds = watch.seconds();
    stop.cancel();
    workers.join(Duration::from_secs(10)).await;
    let taken = sink.taken() - before;
    ensure!(taken == expected, "the sink took {taken} of {expected}");
    Ok(real(expected) / seconds)
}

async fn until_recorded(town: &Town) -> anyhow::Result<()> {
    for _ in 0..LOOKS_MAX {
        if left(town).await? == 0 {
            return Ok(());
        }
        Clock::System.sleep(LOOK).await;
    }
    bail!("messages stay behind")
}

/// Messages that wait in lanes that are pushed.
async fn left(town: &Town) -> anyhow::Result<i64> {
    const SQL: &str = "
        SELECT COALESCE(SUM(last_seq - delivered_seq), 0)::bigint
        FROM lanes
        WHERE kind = 'OFFICE' AND pushed";
    let (left,): (i64,) = sqlx::query_as(SQL).fetch_one(&town.pool).await?;
    Ok(left)
}
