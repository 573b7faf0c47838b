//! `card`: what an operator decides about a card that will not come, or that nobody came for.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::flow::decide_card::{CardDecision, CardRefusal, decide_card};

/// Cards that will not come, or that nobody came for
#[derive(Debug, Subcommand)]
pub(crate) enum Card {
    /// Have another card made, free of charge; the one that was made is void
    OrderAnew(Decide),
    /// Have no card made any more; what was paid is owed back
    GiveUp(Decide),
    /// Record that a card nobody came for was destroyed
    Destroyed(Decide),
}

/// A decision about the card of an application.
#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// The application's number or id
    application: String,
    #[command(flatten)]
    why: Why,
}

impl Refusal for CardRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::NotOrdered | Self::NotNow { .. } | Self::Changed | Self::KeyReused(_) => {
                Exit::Refused
            }
        }
    }
}

pub(crate) async fn run(command: Card, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let (decision, command) = match command {
        Card::OrderAnew(command) => (CardDecision::OrderAnew, command),
        Card::GiveUp(command) => (CardDecision::GiveUp, command),
        Card::Destroyed(command) => (CardDecision::Destroyed, command),
    };
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let (name, reason) = (&command.application, &command.why.reason);
    let application = decide_card(&gateway, name, decision, &actor, reason).await?;
    let sentence = format!(
        "Decided. The application {} is {}.",
        application.number, application.state
    );
    let done = json!({
        "done": decision.as_str(),
        "application": application.number,
        "state": application.state.as_str(),
    });
    context.output.done(&done, &sentence)?;
    Ok(Exit::Ok)
}
