//! What the command line asks for.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};

pub(crate) const HELP: &str = "\
Measures what offices ask of the gateway, on PostgreSQL, each figure beside its limit in the same run.

  --only SECTION       intake, outbox, polls or waiting; may be repeated (all of them)
  --history A,E        then everything again with A applications and E events of the past; may be repeated
  --rounds N           rounds of each section, of which the median counts (5)
  --idle-seconds N     how long a transaction stays idle while lanes are claimed (90)
  --offices N          offices that wait for events at the same time (2000)
  --quick              small numbers and two rounds, to see that it works
  --keep SCHEMA        keep the schema of the last history, or use it when it is there; wants --folder
  --folder DIR         where the vault lies; a temporary folder without it
  --plans FILE         where the plans of the hot statements are written (target/offices-plans.txt)
  --postgres URL       the server (TEST_DATABASE_URL, which scripts/with-postgres sets)
  --json               print JSON instead of tables
";

/// A part of the bench.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Section {
    Intake,
    Outbox,
    Polls,
    Waiting,
}

impl Section {
    pub(crate) const ALL: [Self; 4] = [Self::Intake, Self::Outbox, Self::Polls, Self::Waiting];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Outbox => "outbox",
            Self::Polls => "polls",
            Self::Waiting => "waiting",
        }
    }
}

/// How much happened before.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct History {
    pub(crate) applications: u64,
    pub(crate) events: u64,
}

pub(crate) struct Options {
    pub(crate) sections: Vec<Section>,
    /// The first one is none at all.
    pub(crate) histories: Vec<History>,
    pub(crate) rounds: usize,
    pub(crate) idle_seconds: u32,
    pub(crate) offices: usize,
    pub(crate) quick: bool,
    pub(crate) keep: Option<String>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) plans: PathBuf,
    pub(crate) postgres: String,
    pub(crate) json: bool,
}

/// Reads the command line; `None` when only help was asked for.
pub(crate) fn read() -> anyhow::Result<Option<Options>> {
    let mut options = Options {
        sections: Vec::new(),
        histories: vec![History::default()],
        rounds: 0,
        idle_seconds: 0,
        offices: 0,
        quick: false,
        keep: None,
        folder: None,
        plans: PathBuf::from("target/offices-plans.txt"),
        postgres: std::env::vars()
            .find(|(name, _)| name == "TEST_DATABASE_URL")
            .map(|(_, url)| url)
            .unwrap_or_default(),
        json: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("an option lacks its value");
        match argument.as_str() {
            // Cargo says so to every bench.
            "--bench" => (),
            "--only" => options.sections.push(section(&value()?)?),
            "--history" => options.histories.push(history(&value()?)?),
            "--rounds" => options.rounds = value()?.parse()?,
            "--idle-seconds" => options.idle_seconds = value()?.parse()?,
            "--offices" => options.offices = value()?.parse()?,
            "--quick" => options.quick = true,
            "--keep" => options.keep = Some(value()?),
            "--folder" => options.folder = Some(value()?.into()),
            "--plans" => options.plans = value()?.into(),
            "--postgres" => options.postgres = value()?,
            "--json" => options.json = true,
            "--help" => return Ok(None),
            other => bail!("{other:?} is no option; see --help"),
        }
    }
    ensure!(
        !options.postgres.is_empty(),
        "no server: run it under scripts/with-postgres or name one with --postgres"
    );
    ensure!(
        options.keep.is_none() || options.folder.is_some(),
        "--keep wants --folder: rows and vault belong together"
    );
    Ok(Some(complete(options)))
}

impl Options {
    /// The schema of the history in this place.
    pub(crate) fn schema(&self, place: usize) -> String {
        match &self.keep {
            Some(kept) if place + 1 == self.histories.len() => kept.clone(),
            _ => format!("bench_{}_{place}", std::process::id()),
        }
    }
}

/// Fills in what was not said.
fn complete(mut options: Options) -> Options {
    let quick = options.quick;
    let or = |given: &mut usize, small: usize, usual: usize| {
        if *given == 0 {
            *given = if quick { small } else { usual };
        }
    };
    or(&mut options.rounds, 2, 5);
    or(&mut options.offices, 200, 2_000);
    if options.idle_seconds == 0 {
        options.idle_seconds = if quick { 6 } else { 90 };
    }
    if options.sections.is_empty() {
        options.sections = Section::ALL.to_vec();
    }
    options
}

fn section(name: &str) -> anyhow::Result<Section> {
    let found = Section::ALL.into_iter().find(|known| known.name() == name);
    found.with_context(|| format!("there is no section {name:?}; see --help"))
}

fn history(text: &str) -> anyhow::Result<History> {
    let (applications, events) = text.split_once(',').context("--history wants A,E")?;
    Ok(History {
        applications: applications.parse()?,
        events: events.parse()?,
    })
}
