//! `outbox`: destinations of messages, and messages that could not be delivered.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Row, instant};
use crate::flow::decide_lane::{LaneRefusal, set_paused};
use crate::http::operations::view::{DeadLetterView, LaneView, read_dead};
use crate::store::outbox::{self, Selection};

/// Destinations of messages, and messages that could not be delivered
#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// List destinations, by name, and how far each has come
    Lanes(Lanes),
    /// List messages that could not be delivered; decide about their order by `order resend` or
    /// `order cancel`
    Dead(Dead),
    /// Send nothing to a destination until it is resumed; everything is kept
    Pause(Decide),
    /// Send to a destination again
    Resume(Decide),
}

/// List destinations
#[derive(Args, Debug)]
pub(crate) struct Lanes {
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Go on after this name
    #[arg(
        long,
        value_name = "LANE",
        default_value = "",
        hide_default_value = true
    )]
    after: String,
}

/// List messages that could not be delivered
#[derive(Args, Debug)]
pub(crate) struct Dead {
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
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

impl Row for LaneView {
    const HEADS: &'static [&'static str] = &[
        "LANE",
        "MESSAGES>",
        "WAITING>",
        "ATTEMPTS>",
        "NEXT ATTEMPT",
        "BREAKER",
        "PAUSED",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.lane.clone(),
            self.messages.to_string(),
            self.waiting.to_string(),
            self.attempts.to_string(),
            self.next_attempt_at.map(instant).unwrap_or_default(),
            self.breaker.clone(),
            if self.paused { "yes" } else { "" }.to_owned(),
        ]
    }
}

impl Row for DeadLetterView {
    const HEADS: &'static [&'static str] = &[
        "DIED",
        "LANE",
        "SEQ>",
        "KIND",
        "ORDER",
        "ATTEMPTS>",
        "CAUSE",
        "STATUS>",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            instant(self.died_at),
            self.lane.clone(),
            self.seq.to_string(),
            self.kind.clone(),
            self.order.clone().unwrap_or_default(),
            self.attempts.to_string(),
            self.cause.clone(),
            self.status
                .map(|status| status.to_string())
                .unwrap_or_default(),
        ]
    }
}

pub(crate) async fn run(command: Outbox, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Outbox::Lanes(command) => lanes(&command, context).await,
        Outbox::Dead(command) => dead(&command, context).await,
        Outbox::Pause(command) => decide(true, &command, context).await,
        Outbox::Resume(command) => decide(false, &command, context).await,
    }
}

async fn lanes(command: &Lanes, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let found = outbox::list_lanes(&mut tx, &command.after, command.limit).await?;
    let rows: Vec<_> = found.into_iter().map(LaneView::from).collect();
    let is_full = usize::try_from(command.limit).is_ok_and(|limit| rows.len() >= limit);
    let next = rows.last().filter(|_| is_full);
    context
        .output
        .list(&rows, next.map(|row| row.lane.as_str()))?;
    Ok(Exit::Ok)
}

async fn dead(command: &Dead, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let rows = read_dead(&mut tx, &Selection::default(), command.limit).await?;
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
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
