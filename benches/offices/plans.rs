//! The plans of the statements that the gateway really runs, as `auto_explain` writes them to the
//! server's log: no text is copied here that could become another one there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use cei_gateway::clock::Clock;
use cei_gateway::gateway::Gateway;
use cei_gateway::random::Random;

use crate::applications::{Applicants, Images};
use crate::load::{Load, Until, get};
use crate::options::{History, Options};
use crate::town::Town;
use crate::{intake, pushing, say};

/// Times that every operation is done: after five, the server may plan for good.
const TIMES: usize = 8;

/// What makes a session explain whatever it runs.
const EXPLAINING: &str = "%20-c%20session_preload_libraries%3Dauto_explain\
    %20-c%20auto_explain.log_min_duration%3D0%20-c%20auto_explain.log_analyze%3Don\
    %20-c%20auto_explain.log_buffers%3Don";

/// Does everything that offices do some times and writes the plans to the file of the options.
pub(crate) async fn write(
    town: &Town,
    applicants: &mut Applicants,
    options: &Options,
    history: &History,
) -> anyhow::Result<()> {
    let log = log_of(town).await?;
    let Ok(before) = std::fs::metadata(&log) else {
        return say("the server's log cannot be read: without plans\n");
    };
    let mut explained = town.second_gateway(EXPLAINING).await?;
    Box::pin(work(&mut explained, applicants)).await?;
    explained.gateway.store.close().await;
    let written = std::fs::read(&log)?;
    let start = usize::try_from(before.len())?;
    let written = String::from_utf8_lossy(written.get(start..).unwrap_or_default());
    let mut text = format!(
        "Plans with {} applications and {} events before; of each statement the last of its runs.\n",
        history.applications, history.events
    );
    for (statement, (times, plan)) in plans(&written) {
        write!(
            text,
            "\n{statement}\n-- {times} times; the last one:\n{plan}"
        )
        .unwrap_or_default();
    }
    let file = options
        .plans
        .with_extension(format!("{}.txt", history.events));
    std::fs::write(&file, text).with_context(|| file.display().to_string())?;
    say(&format!("plans in {}\n", file.display()))
}

async fn log_of(town: &Town) -> anyhow::Result<PathBuf> {
    let (folder,): (String,) = sqlx::query_as("SELECT current_setting('data_directory')")
        .fetch_one(&town.pool)
        .await?;
    Ok(PathBuf::from(folder).join("server.log"))
}

/// Takes in, tells, asks, claims.
async fn work(town: &mut Town, applicants: &mut Applicants) -> anyhow::Result<()> {
    let server = town.serve(town.config.clone()).await?;
    let target = server.target.clone();
    intake::submit(town, applicants, &target, (TIMES, Images::Absent)).await?;
    let mut requests = Vec::new();
    for key in town.keys.iter().take(TIMES) {
        requests.push(get("/v1/events?limit=100", Some(key), None));
        requests.push(get("/v1/applications?limit=50", Some(key), None));
    }
    let load = Load {
        target,
        lines: 1,
        requests: std::sync::Arc::new(requests),
        expected: 200,
        until: Until::Once,
    };
    load.run().await?;
    server.stop().await;
    for _ in 0..TIMES {
        pushing::fill(town, 4, 10).await?;
        while let Some(lane) = pushing::lease(town, 1).await?.pop() {
            pushing::finish(town, lane).await?;
        }
    }
    Ok(())
}

/// Statements of the gateway with how often each ran and its last plan.
fn plans(log: &str) -> BTreeMap<String, (usize, String)> {
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.contains("LOG:  duration:") || !line.ends_with("plan:") {
            continue;
        }
        let mut block = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
            block.push(line.trim_start_matches('\t'));
        }
        let is_plan = |line: &&str| line.contains("(cost=");
        let begins = block.iter().position(is_plan).unwrap_or(block.len());
        let (statement, plan) = block.split_at(begins);
        let statement = statement.join("\n");
        if statement.contains("bench_") || statement.contains("pg_") {
            continue;
        }
        let entry = found.entry(statement).or_default();
        entry.0 += 1;
        plan.join("\n").clone_into(&mut entry.1);
        entry.1.push('\n');
    }
    found
}

impl Town {
    /// The same town with a gateway whose sessions have these options too.
    async fn second_gateway(&self, options: &str) -> anyhow::Result<Self> {
        let mut config = self.config.clone();
        config.database.url.push_str(options);
        let gateway = Gateway::open(config.clone(), Clock::System, Random::System).await?;
        Ok(Self {
            config,
            gateway,
            pool: self.pool.clone(),
            offices: self.offices.clone(),
            keys: self.keys.clone(),
            folder: self.folder.clone(),
            workers: None,
        })
    }
}
