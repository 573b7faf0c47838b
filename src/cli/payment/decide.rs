//! What an operator decides about a payment.

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::payment::{Name, find};
use crate::domain::id::ApplicationId;
use crate::domain::money::Money;
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide_payment};
use crate::flow::split_payment::{Part, split_payment};
use crate::store::applications;

/// Tie a payment to the fee of an application
#[derive(Args, Debug)]
pub(crate) struct Match {
    #[command(flatten)]
    name: Name,
    /// The application's number
    #[arg(long, value_name = "NUMBER")]
    application: String,
    #[command(flatten)]
    why: Why,
}

/// Undo the tie between a payment and a fee
#[derive(Args, Debug)]
pub(crate) struct Unmatch {
    #[command(flatten)]
    name: Name,
    /// Free only the part of this application
    #[arg(long, value_name = "NUMBER")]
    application: Option<String>,
    #[command(flatten)]
    why: Why,
}

/// Split a payment among the fees of several applications
#[derive(Args, Debug)]
pub(crate) struct Split {
    #[command(flatten)]
    name: Name,
    /// What one application gets: its number and lei, such as CLJ-04-2026-000017=70.00
    #[arg(long = "part", value_name = "NUMBER=LEI", required = true, value_parser = part)]
    parts: Vec<Part>,
    #[command(flatten)]
    why: Why,
}

/// Reads a part.
fn part(text: &str) -> Result<Part, String> {
    let (application, lei) = text
        .rsplit_once('=')
        .ok_or("expected an application's number, '=' and lei")?;
    let bani = Money::parse_minor(&lei.replace(',', "."), '.', 2);
    Ok(Part {
        application: application.to_owned(),
        amount: Money::from_bani(bani.map_err(|error| error.to_string())?),
    })
}

/// A decision about one payment.
#[derive(Args, Debug)]
pub(crate) struct Decide {
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    why: Why,
}

impl Refusal for DecisionRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::PaymentUnknown | Self::ApplicationUnknown | Self::PartUnknown(_) => {
                Exit::NotFound
            }
            Self::ReasonMissing | Self::PartsCount | Self::PartWrong(_) => Exit::Usage,
            Self::StateForbids(_)
            | Self::Tied
            | Self::CardOrdered
            | Self::NotMoneyIn
            | Self::RefundUnderWay
            | Self::FeeForbids(_)
            | Self::NotTiedToIt
            | Self::PartsExceed(_)
            | Self::KeyReused(_) => Exit::Refused,
        }
    }
}

pub(super) async fn match_by_hand(
    command: &Match,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let application = find_application(&command.application, context).await?;
    let decision = Decision::Match(application);
    decide(decision, &command.name, &command.why, context).await
}

pub(super) async fn unmatch(
    command: &Unmatch,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let decision = match &command.application {
        None => Decision::Unmatch,
        Some(number) => Decision::UnmatchPart(find_application(number, context).await?),
    };
    decide(decision, &command.name, &command.why, context).await
}

pub(super) async fn split(command: &Split, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.read().await?;
    let id = find(&mut tx, number).await?.id;
    drop(tx);
    let told = (&actor, command.why.reason.as_str());
    let state = split_payment(&gateway, id, &command.parts, told)
        .await?
        .state;
    let parts = command.parts.len();
    context.output.done(
        &json!({ "done": "split", "payment": number, "parts": parts, "state": state.as_str() }),
        &format!("{number} is {state} now."),
    )?;
    Ok(Exit::Ok)
}

async fn find_application(
    number: &str,
    context: &mut Context<'_>,
) -> Result<ApplicationId, CliError> {
    let mut tx = context.store().await?.read().await?;
    let application = applications::find_by_number(&mut tx, number).await?;
    let application = application.ok_or_else(|| CliError::not_found("application", number))?;
    Ok(application.id)
}

pub(super) async fn run(
    decision: Decision,
    command: &Decide,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    decide(decision, &command.name, &command.why, context).await
}

async fn decide(
    decision: Decision,
    name: &Name,
    why: &Why,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.read().await?;
    let id = find(&mut tx, number).await?.id;
    drop(tx);
    let decided = decide_payment(&gateway, id, decision, (&actor, &why.reason)).await?;
    let state = decided.state;
    context.output.done(
        &json!({ "done": word(decision), "payment": number, "state": state.as_str() }),
        &format!("{number} is {state} now."),
    )?;
    Ok(Exit::Ok)
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Match(_) => "matched",
        Decision::Unmatch | Decision::UnmatchPart(_) => "unmatched",
        Decision::Refund => "refund",
        Decision::Dismiss => "dismissed",
    }
}
