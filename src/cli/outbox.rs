//! `outbox`: destinations of messages, and messages that could not be delivered.

mod dead;
mod lanes;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::outbox::dead::{Dead, Decision, Many};
use crate::cli::outbox::lanes::{Lanes, Show};
use crate::flow::decide_lane::{LaneRefusal, set_paused};
use crate::store::dead_letter_decisions::DeadLetterAction;

/// Destinations of messages, and messages that could not be delivered
#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// List destinations, by name, and how far each has come
    Lanes(Lanes),
    /// Show the outbox at a glance: destinations by kind, and why messages died
    Glance,
    /// Show a destination: how far it has come, what is next, and how that was tried
    Show(Show),
    /// List messages that could not be delivered
    Dead(Dead),
    /// List why messages could not be delivered, and how many for each cause
    Groups,
    /// Send messages again that could not be delivered
    Redrive(Many),
    /// Give messages up that could not be delivered; an order is given up by `order give-up`
    Discard(Many),
    /// Show a decision about messages that could not be delivered, and go on with those that wait
    Decision(Decision),
    /// Send nothing to a destination until it is resumed; everything is kept
    Pause(Decide),
    /// Send to a destination again
    Resume(Decide),
}

/// A decision about one destination.
#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// Its name, such as `bureau:CNIN`
    lane: String,
    #[command(flatten)]
    why: Why,
}

impl Refusal for LaneRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
        }
    }
}

pub(crate) async fn run(command: Outbox, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Outbox::Lanes(command) => lanes::list(&command, context).await,
        Outbox::Glance => lanes::glance(context).await,
        Outbox::Show(command) => lanes::show(&command, context).await,
        Outbox::Dead(command) => dead::list(&command, context).await,
        Outbox::Groups => dead::groups(context).await,
        Outbox::Redrive(command) => dead::many(DeadLetterAction::Redrive, command, context).await,
        Outbox::Discard(command) => dead::many(DeadLetterAction::Discard, command, context).await,
        Outbox::Decision(command) => dead::decision(&command, context).await,
        Outbox::Pause(command) => decide(true, &command, context).await,
        Outbox::Resume(command) => decide(false, &command, context).await,
    }
}

async fn decide(
    paused: bool,
    command: &Decide,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let lane = &command.lane;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let changed = set_paused(&gateway, lane, paused, &actor, &command.why.reason).await?;
    let word = if paused { "paused" } else { "running" };
    let sentence = if changed {
        format!("{lane} is {word} now.")
    } else {
        format!("{lane} was {word} already.")
    };
    let json = json!({ "done": word, "lane": lane, "changed": changed });
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}
