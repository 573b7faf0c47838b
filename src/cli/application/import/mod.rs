//! `application import`: many applications of one office from a file, each through the same flow
//! as over the API. What became of each line is written beside the file at once, so that a run
//! that was cut off goes on where it ended; an application that was taken in is never taken twice.

mod lines;
mod report;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::application::find_office;
use crate::cli::application::import::lines::{Line, Lines};
use crate::cli::application::import::report::{Outcome, Report, Told, ToldFault};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::domain::id::OfficeId;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::progress::note;
use crate::flow::submit_application::{
    Preparation, Prepared, SubmitRefusal, accept, check_only, prepare, wake,
};
use crate::gateway::Gateway;
use crate::http::body::{Unreadable, read_json};

/// Lines on their way at once: sealing waits for the disk, so others may be checked meanwhile.
const AT_ONCE: usize = 8;
/// Tries at a line that another request overtakes.
const TRIES: usize = 3;

/// Take in applications from a file
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// One application a line, in the JSON of the API. What became of each line is written to
    /// `FILE.results`, from which a second run knows what is done
    file: PathBuf,
    /// Code of the office whose applications these are
    #[arg(long, value_name = "CODE")]
    office: String,
    /// Check every line, and take nothing in
    #[arg(long)]
    dry_run: bool,
}

/// What became of all lines.
#[derive(Debug, Default, Serialize)]
struct Sums {
    accepted: u64,
    repeated: u64,
    refused: u64,
    invalid: u64,
    /// How many of all these an earlier run had answered.
    answered_before: u64,
}

impl Sums {
    fn count(&mut self, outcome: Outcome) {
        let sum = match outcome {
            Outcome::Accepted => &mut self.accepted,
            Outcome::Repeated => &mut self.repeated,
            Outcome::Refused => &mut self.refused,
            Outcome::Invalid => &mut self.invalid,
        };
        *sum += 1;
    }

    fn exit(&self) -> Exit {
        if self.refused + self.invalid == 0 {
            Exit::Ok
        } else {
            Exit::Partial
        }
    }
}

pub(super) async fn run(command: &Import, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.read().await?;
    let office = find_office(&mut tx, &command.office, context).await?.id;
    drop(tx);
    let (file, size) = open(&command.file)?;
    let bar = progress(size, context.is_watched);
    let results = results_file(&command.file);
    let mut report = if command.dry_run {
        Report::on_paper_only()
    } else {
        Report::open(&results).with_context(|| format!("opening {}", results.display()))?
    };
    let office = Submitter {
        gateway: &gateway,
        office,
        actor: &actor,
        is_dry_run: command.dry_run,
    };
    let lines = Lines::new(file, gateway.config.http.body_bytes_max);
    let sums = office.import(lines, &mut report, &bar).await;
    bar.finish_and_clear();
    let sums = sums?;
    let json = json!({
        "done": if command.dry_run { "checked" } else { "imported" },
        "sums": sums,
        "results": (!command.dry_run).then_some(&results),
        "refusals": report.refusals(),
    });
    context
        .output
        .done(&json, &sentence(command, &sums, &report, &results))?;
    Ok(sums.exit())
}

fn sentence(command: &Import, sums: &Sums, report: &Report, results: &Path) -> String {
    let Sums {
        accepted,
        repeated,
        refused,
        invalid,
        answered_before,
    } = sums;
    let verb = if command.dry_run {
        "would be taken in"
    } else {
        "taken in"
    };
    let mut lines = vec![format!(
        "{accepted} {verb}, {repeated} known before, {refused} refused, {invalid} unreadable; \
         {answered_before} of these answered by an earlier run."
    )];
    for told in report.refusals() {
        let line = told.line;
        let fault = |fault: &ToldFault| format!("line {line}: {} {}", fault.pointer, fault.message);
        lines.extend(told.faults.iter().map(fault));
    }
    if !command.dry_run {
        lines.push(format!(
            "Each line's answer stands in {}.",
            results.display()
        ));
    }
    lines.join("\n")
}

fn results_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".results");
    PathBuf::from(name)
}

fn open(path: &Path) -> Result<(File, u64), CliError> {
    let name = path.display();
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => CliError::not_found("file", &name.to_string()),
        _ => anyhow::Error::new(error)
            .context(format!("opening {name}"))
            .into(),
    })?;
    let size = file
        .metadata()
        .with_context(|| format!("asking for the size of {name}"))?;
    Ok((file, size.len()))
}

fn progress(size: u64, is_watched: bool) -> ProgressBar {
    let target = if is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(size), target);
    let style = ProgressStyle::with_template("{bar:40} {percent}% {msg}, {eta} left");
    // A template that cannot be read leaves the bar as it is.
    style.map(|style| bar.set_style(style)).unwrap_or_default();
    bar
}

/// Hands lines in for an office.
struct Submitter<'a> {
    gateway: &'a Gateway,
    office: OfficeId,
    actor: &'a Actor,
    is_dry_run: bool,
}

impl Submitter<'_> {
    /// Hands in every line that has no answer yet. Lines are checked and sealed side by side, and
    /// taken in one after the other, so that numbers follow the order of the file.
    async fn import(
        &self,
        lines: Lines,
        report: &mut Report,
        bar: &ProgressBar,
    ) -> Result<Sums, CliError> {
        let mut sums = Sums::default();
        let known = report.known();
        let checked = futures_util::stream::iter(lines).map(async |line| {
            let line = line.context("reading the file")?;
            let checked = match known.find(&line) {
                Some(outcome) => Checked::Told(Told::before(&line, outcome)),
                None => self.check(&line).await?,
            };
            anyhow::Ok((line, checked))
        });
        let mut checked = std::pin::pin!(checked.buffered(AT_ONCE));
        while let Some(next) = checked.next().await {
            let (line, checked) = next?;
            let told = match checked {
                Checked::Told(told) => told,
                Checked::New(content, prepared) => self.hand_in(&line, &content, *prepared).await?,
            };
            sums.count(told.outcome);
            bar.set_position(line.end);
            bar.set_message(format!(
                "{} taken in, {} refused",
                sums.accepted, sums.refused
            ));
            if told.is_known {
                sums.answered_before += 1;
            } else {
                report.write(told).context("writing the results")?;
            }
        }
        Ok(sums)
    }

    /// Checks a line and seals what is new.
    async fn check(&self, line: &Line) -> anyhow::Result<Checked> {
        let content = match parse(line) {
            Ok(content) => content,
            Err(told) => return Ok(Checked::Told(told)),
        };
        let reference = &content.office_reference;
        if self.is_dry_run {
            let outcome = check_only(self.gateway, self.office, &content).await;
            let outcome = outcome.map(|()| (Outcome::Accepted, None));
            return Ok(Checked::Told(told(line, reference, outcome)?));
        }
        match prepare(self.gateway, self.office, &content).await {
            Ok(Preparation::New(prepared)) => Ok(Checked::New(Box::new(content), prepared)),
            Ok(Preparation::Before(before)) => {
                let outcome = Ok((Outcome::Repeated, Some(before.number)));
                Ok(Checked::Told(told(line, reference, outcome)?))
            }
            Err(failure) => Ok(Checked::Told(told(line, reference, Err(failure))?)),
        }
    }

    /// Takes an application in, again from its check when another request was faster.
    async fn hand_in(
        &self,
        line: &Line,
        content: &ApplicationContent,
        prepared: Prepared,
    ) -> anyhow::Result<Told> {
        let mut outcome = self.accept(&prepared).await;
        for _ in 1..TRIES {
            if !matches!(outcome, Err(Failure::Refused(SubmitRefusal::Overtaken))) {
                break;
            }
            outcome = match prepare(self.gateway, self.office, content).await {
                Ok(Preparation::New(prepared)) => self.accept(&prepared).await,
                Ok(Preparation::Before(before)) => Ok((Outcome::Repeated, Some(before.number))),
                Err(failure) => Err(failure),
            };
        }
        told(line, &content.office_reference, outcome)
    }

    async fn accept(&self, prepared: &Prepared) -> Handed {
        let note = note(self.gateway, self.actor, Some("imported from a file"));
        let mut tx = self.gateway.store.begin().await?;
        let application = accept(&mut tx, self.gateway, prepared, &note).await?;
        tx.commit().await?;
        wake(self.gateway, &application);
        Ok((Outcome::Accepted, Some(application.number)))
    }
}

/// What became of an application, and its number.
type Handed = Result<(Outcome, Option<String>), Failure<SubmitRefusal>>;

/// A line that was looked at.
enum Checked {
    /// There is nothing more to do about it.
    Told(Told),
    /// It holds an application to take in.
    New(Box<ApplicationContent>, Box<Prepared>),
}

/// Reads a line; what cannot be read is told without repeating any of it.
fn parse(line: &Line) -> Result<ApplicationContent, Told> {
    let Some(bytes) = line.bytes() else {
        let message = "The line is longer than an application may be.";
        return Err(Told::invalid(line, "", "line-too-long", message));
    };
    read_json(bytes).map_err(|unreadable| match unreadable {
        Unreadable::Malformed { column, .. } => {
            let message = format!("The JSON breaks off at column {column}.");
            Told::invalid(line, "", "json-malformed", &message)
        }
        Unreadable::Misshapen(fault) => {
            Told::invalid(line, &fault.pointer, fault.code, &fault.message.en)
        }
    })
}

fn told(line: &Line, reference: &str, handed: Handed) -> anyhow::Result<Told> {
    match handed {
        Ok((outcome, number)) => Ok(Told::done(line, reference, outcome, number)),
        Err(Failure::Refused(refusal)) => Ok(Told::refused(line, reference, &refusal)),
        Err(Failure::Broken(error)) => Err(error),
    }
}
