//! Measures the import of a long camt.053 beside a bare pass of quick-xml over the same file:
//! `scripts/with-postgres cargo bench --bench statements`, or `… -- --help`.
//!
//! Each import runs in a process of its own, whose peak memory is told by the kernel.

mod children;
mod statement;

#[path = "../signed_xml/spent.rs"]
mod spent;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::children::Task;
use crate::spent::{Spent, spent};

const HELP: &str = "\
Measures the import of a camt.053 beside a bare pass of quick-xml over the same file.

  --entries N       entries of the statement (100000), about one kilobyte each
  --folder DIR      where to work; a temporary folder without it
  --postgres URL    a server to measure too (TEST_DATABASE_URL, which scripts/with-postgres sets)
  --json            print JSON instead of a table
";

/// Passes over the file, of which the fastest counts.
const ROUNDS: u32 = 3;

/// What a process that imports may have of the memory, in kilobytes.
const MEMORY_GOAL_KB: u64 = 64 * 1024;

struct Options {
    entries: u64,
    folder: Option<PathBuf>,
    postgres: Option<String>,
    json: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "statements: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo says so to every bench.
    arguments.retain(|argument| argument != "--bench");
    if let [task, rest @ ..] = arguments.as_slice()
        && let Some(task) = Task::parse(task)
    {
        return children::run(task, rest);
    }
    match read_options(arguments)? {
        None => write!(io::stdout(), "{HELP}").context("cannot print"),
        Some(options) => measure(&options),
    }
}

fn read_options(arguments: Vec<String>) -> anyhow::Result<Option<Options>> {
    let mut options = Options {
        entries: 100_000,
        folder: None,
        postgres: std::env::vars()
            .find(|(name, _)| name == "TEST_DATABASE_URL")
            .map(|(_, url)| url),
        json: false,
    };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("an option lacks its value");
        match argument.as_str() {
            "--entries" => options.entries = value()?.parse()?,
            "--folder" => options.folder = Some(value()?.into()),
            "--postgres" => options.postgres = Some(value()?),
            "--json" => options.json = true,
            "--help" => return Ok(None),
            other => bail!("{other:?} is no option; see --help"),
        }
    }
    Ok(Some(options))
}

fn measure(options: &Options) -> anyhow::Result<()> {
    let temporary = tempfile::tempdir().context("no folder to work in")?;
    let folder = options.folder.as_deref().unwrap_or(temporary.path());
    let file = folder.join("statement.xml");
    say("writing the statement\n")?;
    let bytes = statement::write(&file, options.entries)?;
    let bare = bare_pass(&file)?;
    let mut rows = Vec::new();
    let mut databases = vec![("SQLite", None)];
    databases.extend(
        options
            .postgres
            .as_deref()
            .map(|url| ("PostgreSQL", Some(url))),
    );
    say("reading\n")?;
    rows.push(children::measure(
        Task::Read,
        "reading alone",
        &file,
        folder,
        None,
    )?);
    for (name, url) in databases {
        say(&format!("importing on {name}\n"))?;
        rows.push(children::measure(Task::Import, name, &file, folder, url)?);
    }
    let report = json!({
        "entries": options.entries,
        "bytes": bytes,
        "bare_seconds": seconds(bare.wall_ns),
        "bare_cpu_seconds": seconds(bare.cpu_ns),
        "rows": rows,
    });
    let text = if options.json {
        report.to_string()
    } else {
        table(&report)
    };
    writeln!(io::stdout(), "{text}").context("cannot print")
}

/// A pass that looks at nothing.
fn bare_pass(file: &Path) -> anyhow::Result<Spent> {
    let pass = || {
        let mut reader =
            Reader::from_reader(BufReader::with_capacity(64 * 1024, File::open(file)?));
        let mut buffer = Vec::new();
        let mut events = 0_u64;
        while !matches!(reader.read_event_into(&mut buffer)?, Event::Eof) {
            buffer.clear();
            events += 1;
        }
        anyhow::Ok(events)
    };
    let mut least = spent(pass)?;
    for _ in 1..ROUNDS {
        least = least.least(spent(pass)?);
    }
    Ok(least)
}

#[expect(clippy::float_arithmetic, reason = "seconds for people, no money")]
#[expect(clippy::as_conversions, reason = "seconds for people, rounded anyway")]
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds for people, rounded anyway"
)]
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

#[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
fn table(report: &Value) -> String {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64).unwrap_or(0.0);
    let entries = number(report.get("entries"));
    let (bare, bare_cpu) = (
        number(report.get("bare_seconds")),
        number(report.get("bare_cpu_seconds")),
    );
    let mut lines = vec![
        format!(
            "{entries} entries, {} MB",
            number(report.get("bytes")) / 1e6
        ),
        format!("bare pass of quick-xml: {bare:.2} s, {bare_cpu:.2} s of the processor"),
        String::from("| | seconds | ratio | CPU s | CPU ratio | entries/s | peak MiB |"),
        String::from("|---|---|---|---|---|---|---|"),
    ];
    for row in report
        .get("rows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let (wall, cpu) = (number(row.get("seconds")), number(row.get("cpu_seconds")));
        let peak = number(row.get("peak_kb"));
        let verdict = match row.get("peak_kb").and_then(Value::as_u64) {
            Some(kb) if kb > MEMORY_GOAL_KB => ", goal 64 missed",
            _ => "",
        };
        lines.push(format!(
            "| {} | {wall:.1} | {:.1} | {cpu:.1} | {:.1} | {:.0} | {:.1}{verdict} |",
            row.get("name").and_then(Value::as_str).unwrap_or(""),
            wall / bare,
            cpu / bare_cpu,
            entries / wall,
            peak / 1024.0,
        ));
    }
    lines.join("\n")
}

/// Tells a person what goes on; results alone go to the standard output.
fn say(text: &str) -> anyhow::Result<()> {
    write!(io::stderr(), "{text}").context("cannot print")
}
