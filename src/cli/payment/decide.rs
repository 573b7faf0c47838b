//! What an operator decides about a payment.

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::payment::{Name, find};
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide_payment};
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
            Self::PaymentUnknown | Self::ApplicationUnknown => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::StateForbids(_)
            | Self::Tied
            | Self::CardOrdered
            | Self::NotMoneyIn
            | Self::FeeForbids(_)
            | Self::KeyReused(_) => Exit::Refused,
        }
    }
}

pub(super) async fn match_by_hand(
    command: &Match,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &command.application;
    let mut tx = context.store().await?.read().await?;
    let application = applications::find_by_number(&mut tx, number).await?;
    drop(tx);
    let application = application.ok_or_else(|| CliError::not_found("application", number))?;
    let decision = Decision::Match(application.id);
    decide(decision, &command.name, &command.why, context).await
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
        Decision::Unmatch => "unmatched",
        Decision::Refund => "refund",
        Decision::Dismiss => "dismissed",
    }
}
