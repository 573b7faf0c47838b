//! `audit`: who could not prove who it is, and what people did.

mod record;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Row, instant};
use crate::http::operations::authentication_failures::FailureView;
use crate::store::authentication_failures;

/// What is on record: what people did, and callers who could not prove who they are
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List failed authentications, counted by minute, address and cause, the latest first
    Failures(FailuresOf),
    /// List what people did, the latest first
    List(record::ListOf),
    /// Examine the whole record, and say what is not as it was written
    Verify(record::Verify),
    /// Take the record out, with a signed document about it
    Export(record::Export),
}

/// List failed authentications
#[derive(Args, Debug)]
pub(crate) struct FailuresOf {
    /// From when on, as 2026-03-02T07:00:00Z; else of the last 24 hours
    #[arg(long, value_name = "INSTANT")]
    since: Option<DateTime<Utc>>,
    /// How many rows at most
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
}

impl Row for FailureView {
    const HEADS: &'static [&'static str] = &["MINUTE", "ADDRESS", "CAUSE", "WHO", "TIMES>", "LAST"];

    fn cells(&self) -> Vec<String> {
        vec![
            instant(self.minute),
            self.address.clone().unwrap_or_default(),
            self.cause.to_owned(),
            self.who.clone().unwrap_or_default(),
            self.occurrences.to_string(),
            instant(self.last_at),
        ]
    }
}

pub(crate) async fn run(command: Audit, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Audit::Failures(command) => failures(command, context).await,
        Audit::List(command) => record::list(command, context).await,
        Audit::Verify(command) => record::verify(&command, context).await,
        Audit::Export(command) => record::take_out(&command, context).await,
    }
}

async fn failures(command: FailuresOf, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let FailuresOf { since, limit } = command;
    let since = since.unwrap_or_else(|| context.clock.now() - TimeDelta::hours(24));
    let mut tx = context.store().await?.read().await?;
    let found = authentication_failures::list_since(&mut tx, since, None, limit).await?;
    let rows: Vec<FailureView> = found.into_iter().map(FailureView::from).collect();
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}
