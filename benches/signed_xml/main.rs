//! Measures signed XML beside a SHA-256 pass over the same bytes and beside xmlsec1:
//! `make bench`, or `cargo bench --bench signed_xml -- --help`.
//!
//! Every operation runs once in every round, and its fastest round counts: a shared machine can
//! only make a round slower. Time is the processor's, kernel included, unless it says otherwise.

mod memory;
mod operations;
mod options;
mod orders;
mod parties;
mod report;
mod spent;
mod xmlsec;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;

use crate::options::{Mode, Options};
use crate::orders::Batch;
use crate::parties::Parties;
use crate::report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "signed_xml: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let options = Options::read(std::env::args().skip(1))?;
    match &options.mode {
        Mode::Help => say(options::HELP),
        Mode::Measure => measure(&options),
        Mode::SignToStdout { parties, megabytes } => memory::sign_to_stdout(parties, *megabytes),
        Mode::VerifyStdin { parties } => memory::verify_stdin(parties),
    }
}

fn measure(options: &Options) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("no folder to work in")?;
    let parties = Parties::make(folder.path())?;
    let batch = Batch::of(options.cards, options.megabytes)?;
    let document = batch.signed(&parties)?;

    let mut report = Report::of(&batch, &document);
    for round in 1..=options.rounds {
        say(&format!("\rround {round} of {} ", options.rounds))?;
        let folder = folder.path();
        operations::run(
            &batch,
            &document,
            &parties,
            folder,
            &options.only,
            &mut report,
        )?;
    }
    if options.only.is_empty() {
        xmlsec::run(&document, &parties, folder.path(), &mut report)?;
    }
    drop((batch, document));
    for megabytes in &options.memory_megabytes {
        say(&format!("\rmemory at {megabytes} MB "))?;
        memory::run(&parties, *megabytes, &mut report)?;
    }
    say("\r")?;
    let text = if options.json {
        report.json()
    } else {
        report.table()
    };
    writeln!(io::stdout(), "{text}").context("cannot print")
}

/// Tells a person what goes on; results alone go to the standard output.
fn say(text: &str) -> anyhow::Result<()> {
    write!(io::stderr(), "{text}").context("cannot print")
}
