//! What offices ask again and again, beside a constant answer of the same server and beside one
//! row read with sqlx.

use std::sync::Arc;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::applications::{Applicants, Images};
use crate::intake::submit;
use crate::load::{Line, Load, Target, Until, get};
use crate::measure::Samples;
use crate::options::Options;
use crate::town::{Town, open_pool};
use crate::{kept, pages};

/// Connections at the same time.
const LINES: usize = 32;
/// Applications that are asked about.
const APPLICATIONS: usize = 200;

/// One kind of request.
struct Poll {
    name: &'static str,
    requests: Arc<Vec<Vec<u8>>>,
    expected: u16,
}

/// Measures every poll in every round.
pub(crate) async fn measure(
    town: &Town,
    applicants: &mut Applicants,
    options: &Options,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    pages::read_from(open_pool(&town.config).await?);
    let server = town.serve(town.config.clone()).await?;
    let target = server.target.clone();
    submit(town, applicants, &target, (APPLICATIONS, Images::Absent)).await?;
    let polls = prepare(town, &target).await?;
    let seconds = if options.quick { 1.0 } else { 4.0 };
    for _ in 0..options.rounds {
        for poll in &polls {
            let load = Load {
                target: target.clone(),
                lines: LINES,
                requests: Arc::clone(&poll.requests),
                expected: poll.expected,
                until: Until::Seconds(seconds),
            };
            let tally = load.run().await.context(poll.name)?;
            samples.add(poll.name, tally.rate);
            samples.add(format!("{}.p50_us", poll.name), tally.p50_us);
            samples.add(format!("{}.p99_us", poll.name), tally.p99_us);
            samples.add(format!("{}.client", poll.name), tally.own_share);
        }
    }
    server.stop().await;
    Ok(())
}

async fn prepare(town: &Town, target: &Target) -> anyhow::Result<Vec<Poll>> {
    let mut line = Line::open(target).await?;
    let constant = vec![get(pages::CONSTANT, None, None)];
    let mut polls = vec![poll("constant", constant, 200)];
    let (fresh, known) = feeds(town, &mut line).await?;
    polls.push(poll("feed.200", fresh, 200));
    polls.push(poll("feed.304", known, 304));
    let [reads, fresh, known] = statuses(town, &mut line).await?;
    polls.push(poll("read", reads, 200));
    polls.push(poll("status.200", fresh, 200));
    polls.push(poll("status.304", known, 304));
    polls.retain(|poll| !poll.requests.is_empty());
    Ok(polls)
}

fn poll(name: &'static str, requests: Vec<Vec<u8>>, expected: u16) -> Poll {
    Poll {
        name,
        requests: Arc::new(requests),
        expected,
    }
}

/// Polls of feeds in which nothing is new: without and with the tag of the answer before.
async fn feeds(town: &Town, line: &mut Line) -> anyhow::Result<(Vec<Vec<u8>>, Vec<Vec<u8>>)> {
    let (mut fresh, mut known) = (Vec::new(), Vec::new());
    let paths = kept::feed_paths(town).await?;
    for (key, mut path) in town.keys.iter().zip(paths) {
        let etag = loop {
            let answer = line.ask(&get(&path, Some(key), None)).await?;
            ensure!(answer.status == 200, "{}", answer.head);
            let etag = answer.header("etag").map(str::to_owned);
            let page = answer.json()?;
            let cursor = page.get("next_cursor").and_then(Value::as_str);
            let cursor = cursor.context("a page without a cursor")?;
            path = format!("/v1/events?limit=500&after={cursor}");
            let events = page.get("data").and_then(Value::as_array);
            if events.is_none_or(Vec::is_empty) {
                break etag;
            }
        };
        fresh.push(get(&path, Some(key), None));
        if let Some(etag) = etag {
            known.push(get(&path, Some(key), Some(&etag)));
        }
    }
    Ok((fresh, known))
}

/// One row by its key with sqlx; the status of the same applications, without and with its tag.
async fn statuses(town: &Town, line: &mut Line) -> anyhow::Result<[Vec<Vec<u8>>; 3]> {
    const SQL: &str = "
        SELECT a.id, a.office_id
        FROM applications a
        WHERE a.state <> 'HANDED_OVER'
        ORDER BY a.id DESC
        LIMIT $1";
    let ids: Vec<(uuid::Uuid, uuid::Uuid)> = sqlx::query_as(SQL)
        .bind(i64::try_from(APPLICATIONS)?)
        .fetch_all(&town.pool)
        .await?;
    let [mut reads, mut fresh, mut known] = [const { Vec::new() }; 3];
    for (id, office) in ids {
        let mut offices = town.offices.iter().zip(&town.keys);
        let (_, key) = offices
            .find(|(one, _)| one.id.0 == office)
            .context("an application of a stranger")?;
        reads.push(get(&format!("{}{id}", pages::READ), None, None));
        let path = format!("/v1/applications/{id}/status");
        let answer = line.ask(&get(&path, Some(key), None)).await?;
        ensure!(answer.status == 200, "{}", answer.head);
        let etag = answer.header("etag").context("a status without its tag")?;
        known.push(get(&path, Some(key), Some(etag)));
        fresh.push(get(&path, Some(key), None));
    }
    Ok([reads, fresh, known])
}
