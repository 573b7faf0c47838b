//! `simulate offices`: the eight offices of Cluj, and the applicants whom they send to pay.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{NaiveDate, TimeDelta};
use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::signals::Signals;
use crate::cli::simulate::{Stage, first_day, is_stopped};
use crate::domain::money::Money;
use crate::simulator::channels::Payable;
use crate::simulator::offices::{OfficeKeys, OfficeLedger, OfficeSettings, Offices};
use crate::simulator::script;

/// The eight offices of Cluj with their applicants
#[derive(Args, Debug)]
pub(crate) struct OfficesArguments {
    #[command(flatten)]
    stage: Stage,
    /// How many applicants come
    #[arg(long, value_name = "N", default_value_t = 100)]
    applications: u32,
    /// First day of the fortnight in which they come; by default it is over, and all come at once
    #[arg(long, value_name = "DATE")]
    first_day: Option<NaiveDate>,
    /// File to which the payment slips of the applicants are added, one JSON object a line, for
    /// `simulate channels --payers`; without it nobody pays
    #[arg(long, value_name = "FILE")]
    payers_file: Option<PathBuf>,
}

pub(super) async fn run(
    arguments: OfficesArguments,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let stage = &arguments.stage;
    let keys = OfficeKeys::from_dir(&stage.certs).context("reading the offices' keys")?;
    let first_day = first_day(arguments.first_day, &context.clock);
    let script = script::write(stage.seed, arguments.applications, first_day);
    let settings = OfficeSettings {
        gateway_url: stage.gateway.clone(),
        seed: stage.seed,
        fee: Money::from_lei(70),
        parallel: 4,
        quiet: TimeDelta::zero(),
    };
    let mut offices = Offices::new(settings, keys, script, context.clock.clone());
    let mut slips = arguments.payers_file.as_deref().map(open).transpose()?;
    let mut signals = Signals::listen()?;
    loop {
        let pass = offices.work().await;
        let payables = offices.take_payables();
        if let Some(slips) = &mut slips {
            hand_out(slips, &payables).context("adding payment slips")?;
        }
        if is_stopped(&mut signals, &pass, &context.clock).await {
            break;
        }
    }
    report(offices.ledger(), context)
}

/// Opens the file of the slips; what stands in it stays.
fn open(file: &Path) -> Result<File, CliError> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    Ok(opened.with_context(|| format!("opening {}", file.display()))?)
}

/// Writes the slips at once, so that whoever reads the file finds whole lines soon.
fn hand_out(slips: &mut File, payables: &[Payable]) -> anyhow::Result<()> {
    let mut text = String::new();
    for payable in payables {
        text.push_str(&payable.to_slip()?);
        text.push('\n');
    }
    Ok(slips.write_all(text.as_bytes())?)
}

fn report(ledger: &OfficeLedger, context: &mut Context<'_>) -> Result<Exit, CliError> {
    context.output.done(
        &json!({
            "done": "closed",
            "submitted": ledger.submitted,
            "refused": ledger.refused,
            "events": ledger.events,
            "handed_over": ledger.handed_over,
            "surprises": ledger.surprises,
        }),
        &format!(
            "{} applications taken in, {} cards handed over, {} events read, {} surprises.",
            ledger.submitted,
            ledger.handed_over,
            ledger.events,
            ledger.surprises.len()
        ),
    )?;
    Ok(Exit::Ok)
}
