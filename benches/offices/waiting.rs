//! Offices that wait for their events at the same time: what each costs in memory, and how soon it
//! is told what another process has committed.
#![expect(clippy::float_arithmetic, reason = "figures for people, no money")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use cei_gateway::clock::Clock;
use cei_gateway::domain::id::MessageId;
use cei_gateway::store::offices::lane_of;
use cei_gateway::store::outbox::{self, NewMessage};
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream::{self, TryStreamExt};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::child::Served;
use crate::kept;
use crate::load::{Line, Target, get};
use crate::measure::{Samples, Watch, percentile, real};
use crate::options::Options;
use crate::queues::PAYLOAD;
use crate::town::Town;

/// Connections that are opened at the same time.
const OPENING: usize = 16;
/// Between two events.
const PACE: Duration = Duration::from_millis(10);
/// How long nothing happens, to see what waiting costs.
const QUIET: Duration = Duration::from_secs(10);
/// How long the last answers are waited for.
const PATIENCE: usize = 500;

/// When what was read: microseconds of the section's watch, by office and place.
type Instants = HashMap<(usize, i64), u32>;

/// What the waiting offices share with whoever commits.
struct Room {
    watch: Watch,
    waiting: AtomicUsize,
    told: AtomicUsize,
    stop: CancellationToken,
}

/// Lets all offices wait, in the clear and with TLS.
pub(crate) async fn measure(
    town: &Town,
    options: &Options,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    for (name, tls) in [("plain", false), ("tls", true)] {
        let served = Served::start(town, tls).await?;
        // What a server allocates once is not a matter of how many wait.
        warm_up(town, &served.target).await?;
        let before = served.memory_kib()?;
        let room = Arc::new(Room {
            watch: Watch::start(),
            waiting: AtomicUsize::new(0),
            told: AtomicUsize::new(0),
            stop: CancellationToken::new(),
        });
        let offices = tokio::task::spawn_blocking({
            let (room, target) = (Arc::clone(&room), served.target.clone());
            let paths = kept::feed_paths(town).await?;
            let offices: Vec<_> = town.keys.iter().cloned().zip(paths).collect();
            move || wait_for_all(&room, &target, &offices)
        });
        until(&room.waiting, town.keys.len(), 60_000).await?;
        Clock::System.sleep(Duration::from_secs(1)).await;
        let memory = served.memory_kib()? - before;
        samples.add(
            format!("waiting.{name}.kib"),
            memory / real(town.keys.len()),
        );
        let spent = served.cpu_seconds()?;
        Clock::System.sleep(QUIET).await;
        let spent = (served.cpu_seconds()? - spent) * 1e6 / QUIET.as_secs_f64();
        samples.add(
            format!("waiting.{name}.cpu_us"),
            spent / real(town.keys.len()),
        );
        let events = if options.quick { 100 } else { 2_000 };
        let committed = commit(town, &room, events).await?;
        until(&room.told, events, PATIENCE).await?;
        room.stop.cancel();
        let told = offices.await??;
        let delays = delays(&committed, &told)?;
        samples.add(
            format!("waiting.{name}.p50_ms"),
            percentile(&delays, 50) / 1e3,
        );
        samples.add(
            format!("waiting.{name}.p99_ms"),
            percentile(&delays, 99) / 1e3,
        );
    }
    Ok(())
}

/// Opens some connections, asks once on each, and closes them.
async fn warm_up(town: &Town, target: &Target) -> anyhow::Result<()> {
    for key in town.keys.iter().take(64) {
        let mut line = Line::open(target).await?;
        let answer = line
            .ask(&get("/v1/events?limit=1", Some(key), None))
            .await?;
        ensure!(answer.status == 200, "{}", answer.head);
    }
    Ok(())
}

/// Looks until so many have come, so many hundredths of a second.
async fn until(count: &AtomicUsize, wanted: usize, looks: usize) -> anyhow::Result<()> {
    for _ in 0..looks {
        if count.load(Ordering::Relaxed) >= wanted {
            return Ok(());
        }
        Clock::System.sleep(Duration::from_millis(10)).await;
    }
    let count = count.load(Ordering::Relaxed);
    anyhow::bail!("only {count} of {wanted}")
}

/// Waits in the name of every office, on this thread; returns when each event was read.
fn wait_for_all(
    room: &Room,
    target: &Target,
    offices: &[(String, String)],
) -> anyhow::Result<Instants> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let opened = stream::iter(offices.iter().enumerate())
            .map(|(office, (key, path))| async move {
                let mut line = Line::open(target).await?;
                let cursor = read_to_the_end(&mut line, key, path.clone()).await?;
                anyhow::Ok((office, key, line, cursor))
            })
            .buffer_unordered(OPENING)
            .try_collect::<Vec<_>>()
            .await?;
        let told = RefCell::new(Instants::new());
        let offices = opened
            .into_iter()
            .map(|(office, key, line, cursor)| wait(room, &told, (office, key), line, cursor));
        tokio::select! {
            ended = try_join_all(offices) => ended.map(drop)?,
            () = room.stop.cancelled() => (),
        }
        Ok(told.into_inner())
    })
}

/// Reads everything that an office was told since; returns the cursor behind it.
async fn read_to_the_end(line: &mut Line, key: &str, mut path: String) -> anyhow::Result<String> {
    loop {
        let answer = line.ask(&get(&path, Some(key), None)).await?;
        ensure!(answer.status == 200, "{}", answer.head);
        let (cursor, places) = page(&answer.json()?)?;
        if places.is_empty() {
            return Ok(cursor);
        }
        path = format!("/v1/events?limit=500&after={cursor}");
    }
}

/// Waits for ever in the name of one office.
async fn wait(
    room: &Room,
    told: &RefCell<Instants>,
    (office, key): (usize, &str),
    mut line: Line,
    mut cursor: String,
) -> anyhow::Result<()> {
    room.waiting.fetch_add(1, Ordering::Relaxed);
    loop {
        let path = format!("/v1/events?wait=25&after={cursor}");
        let answer = line.ask(&get(&path, Some(key), None)).await?;
        let at = room.watch.micros();
        ensure!(answer.status == 200, "{}", answer.head);
        let (next, places) = page(&answer.json()?)?;
        for place in places {
            told.borrow_mut().insert((office, place), at);
            room.told.fetch_add(1, Ordering::Relaxed);
        }
        cursor = next;
    }
}

/// The cursor and the places of a page.
fn page(page: &Value) -> anyhow::Result<(String, Vec<i64>)> {
    let cursor = page.get("next_cursor").and_then(Value::as_str);
    let events = page.get("data").and_then(Value::as_array);
    let places = events.into_iter().flatten();
    let places = places.filter_map(|event| event.get("seq")?.as_i64());
    Ok((
        cursor.context("a page without a cursor")?.to_owned(),
        places.collect(),
    ))
}

/// Tells one office after another something; returns when each event was committed.
async fn commit(town: &Town, room: &Room, events: usize) -> anyhow::Result<Instants> {
    let mut committed = Instants::new();
    let gateway = &town.gateway;
    for event in 0..events {
        // Neighbours in the list are not neighbours in time.
        let office = event * 7_919 % town.offices.len();
        let lane = lane_of(town.offices.get(office).context("no office")?.id);
        let now = gateway.clock.now();
        let message = NewMessage {
            id: MessageId(gateway.random.uuid(now)),
            kind: "ro.cei.application.produced",
            subject: gateway.random.uuid(now),
            payload: PAYLOAD,
            replay_of: None,
        };
        let mut tx = gateway.store.begin().await?;
        let place = outbox::find_lane(&mut tx, &lane).await?;
        let place = place.context("no lane")?.last_seq + 1;
        outbox::tell(&mut tx, &lane, &message, now);
        tx.commit().await?;
        committed.insert((office, place), room.watch.micros());
        gateway.clock.sleep(PACE).await;
    }
    Ok(committed)
}

/// Microseconds from commit to answer, sorted. What was read before its commit returned took none.
fn delays(committed: &Instants, told: &Instants) -> anyhow::Result<Vec<u32>> {
    let mut delays = Vec::with_capacity(committed.len());
    for (event, at) in committed {
        let read = told.get(event).context("an event that nobody read")?;
        delays.push(read.saturating_sub(*at));
    }
    delays.sort_unstable();
    Ok(delays)
}
