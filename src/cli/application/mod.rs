//! `application`: what offices submitted, and what operators decide about it.

mod decide;
mod import;
mod show;

use clap::{Args, Subcommand};

use crate::cli::Exit;
use crate::cli::arguments::{Paging, codes};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Row, instant};
use crate::domain::application::ApplicationState;
use crate::domain::id::ApplicationId;
use crate::http::operations::application_view::{ApplicationSummary, OfficeCodes};
use crate::store::{Tx, applications, offices};

/// Applications: import, look, set aside, cancel
#[derive(Debug, Subcommand)]
pub(crate) enum Application {
    /// Take in applications from a file, one JSON object a line; run it again to go on
    Import(import::Import),
    /// List applications in the order of their arrival
    List(List),
    /// Show an application with its lines, payments, holds and history
    Show(Name),
    /// Set an application aside until an operator has decided about its hold (`hold release`)
    Hold(decide::SetAside),
    /// Extend the legal term once, by at most 15 days, as the head of the office decided
    Extend(decide::Extend),
    /// End an application; one that is ordered waits for the bureau's word
    Cancel(decide::Cancel),
}

/// List applications in the order of their arrival
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those of this office
    #[arg(long, value_name = "CODE")]
    office: Option<String>,
    /// Only those in this state
    #[arg(long, ignore_case = true,
          value_parser = codes(ApplicationState::ALL, ApplicationState::parse))]
    state: Option<ApplicationState>,
    #[command(flatten)]
    paging: Paging,
}

/// One application.
#[derive(Args, Debug)]
pub(crate) struct Name {
    /// The application's number
    number: String,
}

impl Row for ApplicationSummary {
    const HEADS: &'static [&'static str] = &[
        "NUMBER", "OFFICE", "STATE", "FEE", "DUE>", "PAID>", "DEADLINE", "RECEIVED",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.office.clone(),
            self.state.clone(),
            self.fee_state.clone(),
            lei(self.fee_due),
            lei(self.fee_paid),
            self.deadline_on.to_string(),
            instant(self.received_at),
        ]
    }
}

/// An amount in bani, as people read it.
pub(crate) fn lei(bani: i64) -> String {
    crate::domain::money::Money::from_bani(bani).to_string()
}

pub(crate) async fn run(command: Application, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Application::Import(command) => import::run(&command, context).await,
        Application::List(command) => list(&command, context).await,
        Application::Show(name) => show::run(&name, context).await,
        Application::Hold(command) => decide::set_aside(&command, context).await,
        Application::Extend(command) => decide::extend(&command, context).await,
        Application::Cancel(command) => decide::cancel(&command, context).await,
    }
}

async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let office = match &command.office {
        Some(code) => Some(find_office(&mut tx, code, context).await?.id),
        None => None,
    };
    let after = paging.after.map(ApplicationId);
    let found = applications::list(&mut tx, office, command.state, after, paging.limit).await?;
    let codes = OfficeCodes::read(&mut tx).await?;
    let rows: Vec<_> = found
        .iter()
        .map(|one| ApplicationSummary::new(one, &codes))
        .collect();
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

/// Finds the office that bears `code` today.
async fn find_office(
    tx: &mut Tx,
    code: &str,
    context: &Context<'_>,
) -> Result<offices::Office, CliError> {
    let office = offices::find_by_code(tx, code, context.clock.today()).await?;
    office.ok_or_else(|| CliError::not_found("office", code))
}

/// Finds an application by its number.
async fn find(tx: &mut Tx, number: &str) -> Result<applications::Application, CliError> {
    let found = applications::find_by_number(tx, number).await?;
    found.ok_or_else(|| CliError::not_found("application", number))
}
