//! `payment import`: files of the bank and of the stations.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;

use crate::channel::{self, FormatFamily, StatementFile};
use crate::cli::Exit;
use crate::cli::arguments::codes;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet};
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::record_statement::{StatementOutcome, record_statement};
use crate::gateway::Gateway;

/// Record the movements of statements and settlements
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// Statements of the bank (camt.052/053/054, MT940) or settlements of the stations
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

    fn checked(file: &Path, read: &StatementFile) -> Self {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let remark = |held: &channel::Held| Remark {
            place: held.place.clone(),
            code: None,
            text: held.reason.clone(),
        };
        let entries = read.statements.iter().map(|one| one.entries.len()).sum();
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
    let target = if context.is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let count = u64::try_from(command.files.len()).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(count), target);
    let mut data = Vec::new();
    for file in &command.files {
        data.push(import(command, file, &gateway, &actor).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let imported = Imported { data };
    context.output.page(&imported)?;
    Ok(imported.exit())
}

async fn import(
    command: &Import,
    path: &Path,
    gateway: &Gateway,
    actor: &Actor,
) -> Result<FileRow, CliError> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("reading {name}"))?;
    let read = match channel::read(&bytes) {
        Ok(read) => read,
        Err(refused) => return Ok(FileRow::refused(path, &refused.place, refused.reason)),
    };
    if command.dry_run {
        return Ok(FileRow::checked(path, &read));
    }
    let channel = command.channel.unwrap_or_else(|| channel_of(&read));
    match record_statement(gateway, channel, bytes, actor).await {
        Ok(outcome) => Ok(FileRow::recorded(path, outcome)),
        Err(Failure::Refused(refusal)) => Ok(FileRow::refused(path, "file", refusal.to_string())),
        Err(Failure::Broken(error)) => Err(error.into()),
    }
}

/// The channel on which files of this format come.
const fn channel_of(file: &StatementFile) -> Channel {
    match file.format.family {
        FormatFamily::SelfPaySettlement => Channel::SelfPay,
        _ => Channel::Cec,
    }
}
