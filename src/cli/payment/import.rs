//! `payment import`: files of the bank and of the stations.

use std::fs::File;
use std::io::Seek as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use crate::channel::{self, Refused, StatementFile, Unread};
use crate::cli::Exit;
use crate::cli::arguments::codes;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet};
use crate::cli::payment::bar::Bar;
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::record_statement::{StatementOutcome, StatementRefusal, record_file};
use crate::gateway::Gateway;

/// Record the movements of statements and settlements
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// Statements of the bank (camt.052/053/054, MT940) or settlements of the stations; a file whose
    /// import was interrupted goes on where it stopped
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The channel that they come from; else it follows from each file's format
    #[arg(long, ignore_case = true, value_parser = codes(Channel::ALL, Channel::parse))]
    channel: Option<Channel>,
    /// Read every file, and record nothing
    #[arg(long)]
    dry_run: bool,
}

/// What a file came to.
#[derive(Serialize)]
struct FileRow {
    file: PathBuf,
    outcome: Outcome,
    format: String,
    statements: i64,
    entries: i64,
    recorded: i64,
    repeated: i64,
    held: i64,
    /// What an operator must look at, or why the file is not taken.
    remarks: Vec<Remark>,
}

/// How a file ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Outcome {
    /// Its movements are recorded now.
    Recorded,
    /// The same bytes were recorded before.
    Repeated,
    /// It was read, and nothing was recorded.
    Checked,
    /// It is not taken.
    Refused,
}

/// One thing about a file.
#[derive(Serialize)]
struct Remark {
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    text: String,
}

impl FileRow {
    fn refused(file: &Path, place: &str, text: String) -> Self {
        Self {
            file: file.to_owned(),
            outcome: Outcome::Refused,
            format: String::new(),
            statements: 0,
            entries: 0,
            recorded: 0,
            repeated: 0,
            held: 0,
            remarks: vec![Remark {
                place: place.to_owned(),
                code: None,
                text,
            }],
        }
    }

    fn unreadable(file: &Path, refused: Refused) -> Self {
        Self::refused(file, &refused.place, refused.reason)
    }

    fn checked(file: &Path, read: &StatementFile, entries: usize) -> Self {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let remark = |held: &channel::Held| Remark {
            place: held.place.clone(),
            code: None,
            text: held.reason.clone(),
        };
        Self {
            outcome: Outcome::Checked,
            format: read.format.to_string(),
            statements: count(read.statements.len()),
            entries: count(entries),
            held: count(read.held.len()),
            remarks: read.held.iter().map(remark).collect(),
            ..Self::refused(file, "", String::new())
        }
    }

    fn recorded(file: &Path, outcome: StatementOutcome) -> Self {
        let tally = outcome.tally;
        let remarks = outcome.held.into_iter().map(|held| Remark {
            place: held.place,
            code: Some(held.code),
            text: held.reason,
        });
        Self {
            file: file.to_owned(),
            outcome: if outcome.is_new {
                Outcome::Recorded
            } else {
                Outcome::Repeated
            },
            format: outcome.format,
            statements: tally.statements,
            entries: tally.entries,
            recorded: tally.recorded,
            repeated: tally.repeated,
            held: tally.held,
            remarks: remarks.collect(),
        }
    }
}

impl Row for FileRow {
    const HEADS: &'static [&'static str] = &[
        "FILE",
        "OUTCOME",
        "FORMAT",
        "STATEMENTS>",
        "ENTRIES>",
        "RECORDED>",
        "KNOWN>",
        "HELD>",
    ];

    fn cells(&self) -> Vec<String> {
        let name = self.file.file_name().unwrap_or_default();
        vec![
            name.to_string_lossy().into_owned(),
            format!("{:?}", self.outcome).to_uppercase(),
            self.format.clone(),
            self.statements.to_string(),
            self.entries.to_string(),
            self.recorded.to_string(),
            self.repeated.to_string(),
            self.held.to_string(),
        ]
    }
}

/// What all files came to.
#[derive(Serialize)]
struct Imported {
    data: Vec<FileRow>,
}

impl Page for Imported {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.table(&self.data);
        for row in &self.data {
            for remark in &row.remarks {
                let code = remark
                    .code
                    .map(|code| format!("{code} "))
                    .unwrap_or_default();
                let file = row.file.display();
                sheet.line(&format!("{file}: {}: {code}{}", remark.place, remark.text));
            }
        }
        Ok(())
    }
}

impl Imported {
    fn exit(&self) -> Exit {
        let refused = self
            .data
            .iter()
            .filter(|row| row.outcome == Outcome::Refused);
        let held = self.data.iter().any(|row| row.held > 0);
        match refused.count() {
            0 if held => Exit::Partial,
            0 => Exit::Ok,
            count if count == self.data.len() => Exit::Invalid,
            _ => Exit::Partial,
        }
    }
}

pub(super) async fn run(command: &Import, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let bar = Bar::of(context.is_watched);
    let mut data = Vec::new();
    for file in &command.files {
        data.push(import(command, file, &gateway, &actor, &bar).await?);
    }
    bar.clear();
    let imported = Imported { data };
    context.output.page(&imported)?;
    Ok(imported.exit())
}

async fn import(
    command: &Import,
    path: &Path,
    gateway: &Gateway,
    actor: &Actor,
    bar: &Bar,
) -> Result<FileRow, CliError> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("reading {name}"))?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let watch = bar.begin(path, size);
    if command.dry_run {
        return check(path, file)
            .with_context(|| format!("reading {name}"))
            .map_err(CliError::from);
    }
    match record_file(gateway, command.channel, file, actor, &watch).await {
        Ok(outcome) => Ok(FileRow::recorded(path, outcome)),
        Err(Failure::Refused(StatementRefusal::Unreadable(refused))) => {
            Ok(FileRow::unreadable(path, refused))
        }
        Err(Failure::Refused(refusal)) => Ok(FileRow::refused(path, "file", refusal.to_string())),
        Err(Failure::Broken(error)) => Err(error.into()),
    }
}

/// Reads a file to its end without keeping anything of it.
fn check(path: &Path, mut file: File) -> anyhow::Result<FileRow> {
    let survey = channel::survey(&file)?;
    file.rewind()?;
    let mut entries = 0;
    let mut count = |_at, _entry| {
        entries += 1;
        ControlFlow::Continue(())
    };
    match channel::stream(&survey, &file, &mut count) {
        Ok(read) => Ok(FileRow::checked(path, &read, entries)),
        Err(Unread::Refused(refused)) => Ok(FileRow::unreadable(path, refused)),
        Err(broken) => Err(broken.into()),
    }
}
