//! Measures a peak day of the whole country on `PostgreSQL`, beside what the database and SHA-256
//! alone would take: `scripts/with-postgres cargo bench --bench national`, or `… -- --help`.

mod acknowledging;
mod country;
mod limit;
mod ordering;
mod stopwatch;

#[path = "../past/cards.rs"]
mod cards;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::country::Country;

const HELP: &str = "\
Measures ordering and acknowledging the cards of a peak day on PostgreSQL.

  --applications N   cards of the day (15000)
  --past N,N,...     cards made before, generated; the day is repeated with each (0)
  --folder DIR       where the vault lies; a temporary folder without it
  --postgres URL     the server (TEST_DATABASE_URL, which scripts/with-postgres sets)
  --json             print JSON instead of a table
";

struct Options {
    applications: u64,
    past: Vec<u64>,
    folder: Option<PathBuf>,
    postgres: String,
    json: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "national: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let Some(options) = read_options()? else {
        return write!(io::stdout(), "{HELP}").context("cannot print");
    };
    let temporary = tempfile::tempdir().context("no folder to work in")?;
    let folder = options.folder.as_deref().unwrap_or(temporary.path());
    let runtime = tokio::runtime::Runtime::new()?;
    let rows = runtime.block_on(measure(&options, folder))?;
    let report = json!({ "applications": options.applications, "days": rows });
    let text = if options.json {
        report.to_string()
    } else {
        table(&rows)
    };
    writeln!(io::stdout(), "{text}").context("cannot print")
}

fn read_options() -> anyhow::Result<Option<Options>> {
    let mut options = Options {
        applications: 15_000,
        past: vec![0],
        folder: None,
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
            "--applications" => options.applications = value()?.parse()?,
            "--past" => {
                let numbers = value()?;
                let numbers = numbers.split(',').map(str::parse);
                options.past = numbers.collect::<Result<_, _>>()?;
            }
            "--folder" => options.folder = Some(value()?.into()),
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
        options.past.is_sorted(),
        "a past only grows: name the numbers in their order"
    );
    Ok(Some(options))
}

/// One day for each past.
async fn measure(options: &Options, folder: &std::path::Path) -> anyhow::Result<Vec<Value>> {
    let mut country = Country::found(folder, &options.postgres).await?;
    let mut rows = Vec::new();
    for past in &options.past {
        say(&format!("making {past} cards of the past\n"))?;
        country.make_past(*past).await?;
        say(&format!(
            "taking in {} applications\n",
            options.applications
        ))?;
        country.take_in(options.applications).await?;
        country.settle_down().await?;
        say("ordering\n")?;
        let ordering = ordering::measure(&country).await?;
        // As a server does by itself within a minute of so many new rows.
        country.settle_down().await?;
        say("acknowledging\n")?;
        let acknowledging = acknowledging::measure(&country, options.applications).await?;
        say("the database alone\n")?;
        let limit = limit::measure(&country, options.applications).await?;
        rows.push(json!({
            "past": past,
            "ordering": ordering,
            "acknowledging": acknowledging,
            "limit": limit,
        }));
    }
    Ok(rows)
}

#[expect(clippy::float_arithmetic, reason = "rates for people, no money")]
fn table(rows: &[Value]) -> String {
    let number = |row: &Value, pointer: &str| {
        let value = row.pointer(pointer).and_then(Value::as_f64);
        value.unwrap_or(f64::NAN)
    };
    let mut lines = vec![
        String::from(
            "| cards before | ordered/s | MB/s | SHA-256 share | accepted/s | produced/s \
             | database alone/s | ratio accepted | ratio produced |",
        ),
        String::from("|---|---|---|---|---|---|---|---|---|"),
    ];
    for row in rows {
        let (ordered, hashing) = (
            number(row, "/ordering/seconds"),
            number(row, "/ordering/hashing_seconds"),
        );
        let lines_ordered = number(row, "/ordering/lines");
        let words = number(row, "/acknowledging/lines");
        let alone = number(row, "/limit/seconds");
        let accepted = number(row, "/acknowledging/accepted_seconds");
        let produced = number(row, "/acknowledging/produced_seconds");
        lines.push(format!(
            "| {} | {:.0} | {:.0} | {:.1} % | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} |",
            number(row, "/past"),
            lines_ordered / ordered,
            number(row, "/ordering/bytes") / ordered / 1e6,
            100.0 * hashing / ordered,
            words / accepted,
            words / produced,
            words / alone,
            alone / accepted,
            alone / produced,
        ));
    }
    lines.join("\n")
}

/// Tells a person what goes on; results alone go to the standard output.
fn say(text: &str) -> anyhow::Result<()> {
    write!(io::stderr(), "{text}").context("cannot print")
}
