//! `application import`: many applications of one office from a file, each through the same flow
//! as over the API. What became of each line is written beside the file at once, so that a run
//! that was cut off goes on where it ended; an application that was taken in is never taken twice.

mod lines;
mod report;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::application::find_office;
use crate::cli::application::import::lines::{Line, Lines};
use crate::cli::application::import::report::{Known, Outcome, Report, Told, ToldFault};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::domain::id::OfficeId;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::progress::note;
use crate::flow::submit_application::{
    Handing, SubmitRefusal, Submitted, Taken, check_only, submit,
};
use crate::gateway::Gateway;
use crate::http::body::{Unreadable, read_json};

/// Lines that are handed in together: in one transaction, and few enough to lie in memory.
const TOGETHER: usize = 32;

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
        io::ErrorKind::NotFound => CliError::not_found("file", &name.to_string()),
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
    /// Hands in every line that has no answer yet, some together. Numbers follow the order of the
    /// file.
    async fn import(
        &self,
        mut lines: Lines,
        report: &mut Report,
        bar: &ProgressBar,
    ) -> Result<Sums, CliError> {
        let mut sums = Sums::default();
        let known = report.known();
        loop {
            let some: io::Result<Vec<Line>> = lines.by_ref().take(TOGETHER).collect();
            let some = some.context("reading the file")?;
            let Some(last) = some.last() else {
                return Ok(sums);
            };
            let end = last.end;
            for told in self.hand_in(&some, &known).await? {
                sums.count(told.outcome);
                if told.is_known {
                    sums.answered_before += 1;
                } else {
                    report.write(told).context("writing the results")?;
                }
            }
            bar.set_position(end);
            bar.set_message(format!(
                "{} taken in, {} refused",
                sums.accepted, sums.refused
            ));
        }
    }

    /// Hands in what is new of some lines; tells of each, in their order.
    async fn hand_in(&self, lines: &[Line], known: &Known) -> anyhow::Result<Vec<Told>> {
        let mut told = Vec::with_capacity(lines.len());
        let (mut places, mut contents) = (Vec::new(), Vec::new());
        for (place, line) in lines.iter().enumerate() {
            let early = match (known.find(line), parse(line)) {
                (Some(outcome), _) => Some(Told::before(line, outcome)),
                (None, Err(told)) => Some(told),
                (None, Ok(content)) => {
                    places.push((place, content.office_reference.clone()));
                    contents.push(content);
                    None
                }
            };
            told.push(early);
        }
        let outcomes = self.submit(contents).await?;
        for ((place, reference), outcome) in places.into_iter().zip(outcomes) {
            if let (Some(told), Some(line)) = (told.get_mut(place), lines.get(place)) {
                *told = Some(tell(line, &reference, outcome));
            }
        }
        Ok(told.into_iter().flatten().collect())
    }

    async fn submit(&self, contents: Vec<ApplicationContent>) -> anyhow::Result<Vec<Handed>> {
        if self.is_dry_run {
            return self.check(contents).await;
        }
        let handing = Handing {
            office: self.office,
            note: note(self.gateway, self.actor, Some("imported from a file")),
            request: None,
            answer: &|_outcomes| Ok(None),
        };
        match submit(self.gateway, &handing, contents).await {
            Ok(Submitted::Now(outcomes, _)) => Ok(outcomes.into_iter().map(in_words).collect()),
            Ok(Submitted::Before(_)) => {
                anyhow::bail!("a request without a key was answered before")
            }
            Err(Failure::Refused(reused)) => Err(reused.into()),
            Err(Failure::Broken(error)) => Err(error),
        }
    }

    async fn check(&self, contents: Vec<ApplicationContent>) -> anyhow::Result<Vec<Handed>> {
        let mut outcomes = Vec::with_capacity(contents.len());
        for content in contents {
            outcomes.push(match check_only(self.gateway, self.office, content).await {
                Ok(()) => Ok((Outcome::Accepted, None)),
                Err(Failure::Refused(refusal)) => Err(refusal),
                Err(Failure::Broken(error)) => return Err(error),
            });
        }
        Ok(outcomes)
    }
}

/// What became of an application, and its number.
type Handed = Result<(Outcome, Option<String>), SubmitRefusal>;

fn in_words(outcome: Result<Taken, SubmitRefusal>) -> Handed {
    Ok(match outcome? {
        Taken::New(application) => (Outcome::Accepted, Some(application.number)),
        Taken::Before(application) => (Outcome::Repeated, Some(application.number)),
    })
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

fn tell(line: &Line, reference: &str, handed: Handed) -> Told {
    match handed {
        Ok((outcome, number)) => Told::done(line, reference, outcome, number),
        Err(refusal) => Told::refused(line, reference, &refusal),
    }
}
