//! Processes that do one thing and tell what it cost.

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use cei_gateway::channel;
use cei_gateway::clock::Clock;
use cei_gateway::config::Config;
use cei_gateway::domain::operator::Actor;
use cei_gateway::domain::payment::Channel;
use cei_gateway::flow::arriving::unwatched;
use cei_gateway::flow::record_statement::record_file;
use cei_gateway::gateway::Gateway;
use cei_gateway::random::Random;
use cei_gateway::store::Store;
use cei_gateway::transport::certificates::{Validity, generate_development_certificates};
use serde_json::{Value, json};

use crate::spent::spent;

/// What a process of its own does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    /// Reads the file as an import reads it, and keeps nothing.
    Read,
    /// Imports it.
    Import,
}

impl Task {
    const fn option(self) -> &'static str {
        match self {
            Self::Read => "--read-file",
            Self::Import => "--import-file",
        }
    }

    pub(crate) fn parse(option: &str) -> Option<Self> {
        [Self::Read, Self::Import]
            .into_iter()
            .find(|task| task.option() == option)
    }
}

/// Lets a process do a task with a file.
pub(crate) fn measure(
    task: Task,
    name: &str,
    file: &Path,
    folder: &Path,
    postgres: Option<&str>,
) -> anyhow::Result<Value> {
    let home = tempfile::tempdir_in(folder)?;
    let child = Command::new(std::env::current_exe().context("this program")?)
        .arg(task.option())
        .args([file, home.path()])
        .args(postgres)
        .stdout(Stdio::piped())
        .output()?;
    ensure!(
        child.status.success(),
        "{name} failed: {}",
        String::from_utf8_lossy(&child.stderr)
    );
    let mut told: Value = serde_json::from_slice(&child.stdout)?;
    if let Some(told) = told.as_object_mut() {
        told.insert(String::from("name"), json!(name));
    }
    Ok(told)
}

/// Does a task in this process, and tells what it cost.
pub(crate) fn run(task: Task, arguments: &[String]) -> anyhow::Result<()> {
    let [file, home, database @ ..] = arguments else {
        anyhow::bail!("a task needs a file and a folder");
    };
    let mut entries = 0;
    let cost = match task {
        Task::Read => spent(|| {
            entries = read(Path::new(file))?;
            Ok(())
        })?,
        Task::Import => {
            let runtime = tokio::runtime::Runtime::new()?;
            let database = database.first().map(String::as_str);
            let gateway = runtime.block_on(open(Path::new(home), database))?;
            spent(|| {
                entries = runtime.block_on(import(&gateway, Path::new(file)))?;
                Ok(())
            })?
        }
    };
    let told = json!({
        "entries": entries,
        "seconds": crate::seconds(cost.wall_ns),
        "cpu_seconds": crate::seconds(cost.cpu_ns),
        "peak_kb": peak_kb()?,
    });
    writeln!(io::stdout(), "{told}").context("cannot print")
}

fn read(path: &Path) -> anyhow::Result<u64> {
    let survey = channel::survey(File::open(path)?)?;
    let mut entries = 0;
    let mut count = |_at, _entry| {
        entries += 1;
        ControlFlow::Continue(())
    };
    let file = channel::stream(&survey, File::open(path)?, &mut count)?;
    ensure!(
        file.held.is_empty(),
        "the statement is held: {:?}",
        file.held
    );
    Ok(entries)
}

/// A gateway on SQLite in a folder, or in a schema of its own on a server.
async fn open(home: &Path, postgres: Option<&str>) -> anyhow::Result<Gateway> {
    let certs = home.join("certs");
    let clock = Clock::System;
    generate_development_certificates(&certs, &[], Validity::around(clock.now()), false)?;
    let mut config = Config::development(home);
    if let Some(url) = postgres {
        let schema = format!("bench_{}", std::process::id());
        config.database.url = Store::make_schema(url, &schema).await?;
    }
    Gateway::open(config, clock, Random::System).await
}

async fn import(gateway: &Gateway, path: &Path) -> anyhow::Result<u64> {
    let actor = Actor::Operator(String::from("bench"));
    let (channel, file) = (Some(Channel::Cec), File::open(path)?);
    match record_file(gateway, channel, file, &actor, &unwatched()).await {
        Ok(outcome) => {
            ensure!(outcome.held.is_empty(), "held: {:?}", outcome.held);
            Ok(u64::try_from(outcome.tally.recorded)?)
        }
        Err(failure) => anyhow::bail!("{failure:?}"),
    }
}

/// The most memory this process ever had, in kilobytes.
fn peak_kb() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .context("no VmHWM in the status")?;
    Ok(peak.trim().parse()?)
}
