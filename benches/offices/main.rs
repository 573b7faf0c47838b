//! Measures what offices ask of the gateway, each figure beside its limit in the same run:
//! `CEI_DURABLE=1 scripts/with-postgres cargo bench --bench offices`, or `… -- --help`.

mod applications;
mod bare;
mod child;
mod graphile;
mod idle;
mod intake;
mod kept;
mod load;
mod measure;
mod options;
mod outbox;
mod pages;
mod past;
mod pgbench;
mod plans;
mod polls;
mod pushing;
mod queues;
mod report;
mod sink;
mod town;
mod waiting;

#[path = "../past/cards.rs"]
mod cards;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use cei_gateway::clock::Clock;

use crate::applications::Applicants;
use crate::measure::Samples;
use crate::options::{HELP, History, Options, Section};
use crate::report::Chapter;
use crate::town::Town;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "offices: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let Some(options) = options::read()? else {
        return write!(io::stdout(), "{HELP}").context("cannot print");
    };
    let temporary = tempfile::tempdir().context("no folder to work in")?;
    let folder = options.folder.as_deref().unwrap_or(temporary.path());
    let runtime = tokio::runtime::Runtime::new()?;
    let (server, chapters) = runtime.block_on(measure(&options, folder))?;
    let text = if options.json {
        report::as_json(&server, &chapters).to_string()
    } else {
        report::tables(&server, &chapters)
    };
    writeln!(io::stdout(), "{text}").context("cannot print")
}

/// Measures every section with each history, each in a schema of its own.
async fn measure(options: &Options, folder: &Path) -> anyhow::Result<(String, Vec<Chapter>)> {
    let mut server = String::new();
    let mut chapters = Vec::new();
    for (place, history) in options.histories.iter().enumerate() {
        let schema = options.schema(place);
        let town = (options.postgres.as_str(), schema.as_str());
        let town = Box::pin(Town::found(&folder.join(&schema), town, options.offices)).await?;
        if chapters.is_empty() {
            server = describe(&town).await?;
            say(&format!("{server}\n"))?;
        }
        let samples = Box::pin(measure_one(&town, options, *history)).await?;
        chapters.push((*history, samples));
        town.close().await;
        // What follows may take long, and may fail: nothing measured is lost then.
        if chapters.len() < options.histories.len() {
            say(&report::tables(&server, &chapters))?;
        }
    }
    Ok((server, chapters))
}

/// Measures every section with one history.
async fn measure_one(town: &Town, options: &Options, history: History) -> anyhow::Result<Samples> {
    let taken = kept::taken(&town.pool).await?;
    let mut applicants = Applicants::after(taken, Clock::System.today());
    let mut samples = Samples::default();
    let before = kept::past(&town.pool).await?;
    if history != before {
        say("making the past\n")?;
        past::grow(town, before, history).await?;
        kept::note(&town.pool, history).await?;
    }
    town.settle_down().await?;
    for section in &options.sections {
        say(&format!("{}\n", section.name()))?;
        match section {
            Section::Intake => {
                let measured = intake::measure(town, &mut applicants, options, &mut samples);
                Box::pin(measured).await?;
            }
            Section::Polls => {
                Box::pin(polls::measure(town, &mut applicants, options, &mut samples)).await?;
            }
            Section::Outbox => outbox::measure(town, options, &mut samples).await?,
            Section::Waiting => waiting::measure(town, options, &mut samples).await?,
        }
    }
    Box::pin(plans::write(town, &mut applicants, options, &history)).await?;
    samples.add("size.gb", size(town).await?);
    Ok(samples)
}

/// Gigabytes of the database.
#[expect(clippy::float_arithmetic, reason = "a size for people")]
async fn size(town: &Town) -> anyhow::Result<f64> {
    let (bytes,): (i64,) = sqlx::query_as("SELECT pg_database_size(current_database())")
        .fetch_one(&town.pool)
        .await?;
    Ok(measure::real(usize::try_from(bytes)?) / 1e9)
}

/// What the server promises: without `fsync`, no figure of durability means anything.
async fn describe(town: &Town) -> anyhow::Result<String> {
    const SQL: &str = "
        SELECT current_setting('server_version'), current_setting('fsync'),
               current_setting('synchronous_commit'), current_setting('full_page_writes'),
               current_setting('shared_buffers')";
    let (version, fsync, commit, pages, buffers): (String, String, String, String, String) =
        sqlx::query_as(SQL).fetch_one(&town.pool).await?;
    Ok(format!(
        "PostgreSQL {version}, fsync {fsync}, synchronous_commit {commit}, full_page_writes \
         {pages}, shared_buffers {buffers}"
    ))
}

/// Tells a person what goes on; results alone go to the standard output.
fn say(text: &str) -> anyhow::Result<()> {
    write!(io::stderr(), "{text}").context("cannot print")
}
