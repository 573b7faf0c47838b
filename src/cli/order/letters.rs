//! What an operator has the bureau asked: whether it holds an order, and not to make its cards.

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::order::{Name, decide};
use crate::domain::order::OrderState;
use crate::flow::letters::ask::ask_bureau;
use crate::flow::letters::cancel::{CancelOrderRefusal, Cancelling, cancel_order};
use crate::http::operations::view::read_order;

/// Ask the bureau whether it holds an order
#[derive(Args, Debug)]
pub(crate) struct Ask {
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    why: Why,
}

/// Cancel an order, or lines of one that the bureau has
#[derive(Args, Debug)]
pub(crate) struct Cancel {
    #[command(flatten)]
    name: Name,
    /// A line that the bureau is asked to cancel; may be repeated. Without it: all of them
    #[arg(long = "line", value_name = "N")]
    lines: Vec<i64>,
    #[command(flatten)]
    why: Why,
    /// Show what would become of each line, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Refusal for CancelOrderRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Order(refusal) => refusal.exit(),
            Self::NotSent { .. } | Self::LineTooFar { .. } | Self::NoLine { .. } => Exit::Refused,
        }
    }
}

pub(crate) async fn ask(command: &Ask, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let (number, reason) = (&command.name.number, &command.why.reason);
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let letter = ask_bureau(&gateway, number, &actor, reason).await?;
    context.output.done(
        &json!({ "done": "asked", "order": number, "letter": letter.number }),
        &format!(
            "The bureau is asked about {number} by the letter {}.",
            letter.number
        ),
    )?;
    Ok(Exit::Ok)
}

pub(crate) async fn cancel(command: &Cancel, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let (number, lines) = (&command.name.number, command.lines.as_slice());
    let order = read_order(&mut context.store().await?.read().await?, number).await?;
    let order = order.ok_or_else(|| CliError::not_found("order", number))?;
    let state = OrderState::parse(&order.summary.state).map_err(CliError::invalid)?;
    let is_sent = matches!(
        state,
        OrderState::Sent
            | OrderState::ReceiptOk
            | OrderState::PartlyAnswered
            | OrderState::AllAnswered
            | OrderState::Settled
    );
    if !is_sent && lines.is_empty() {
        return decide::give_up(&command.name, &[], &command.why, command.dry_run, context).await;
    }
    if command.dry_run {
        let count = if lines.is_empty() {
            "every line whose card does not exist".to_owned()
        } else {
            format!("{} lines", lines.len())
        };
        context.output.done(
            &json!({ "done": "nothing", "order": number, "lines": lines }),
            &format!("Nothing changed. The bureau would be asked to cancel {count} of {number}."),
        )?;
        return Ok(Exit::Ok);
    }
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let done = cancel_order(&gateway, number, lines, &actor, &command.why.reason).await?;
    let (json, sentence) = match done {
        Cancelling::GivenUp => (
            json!({ "done": "given-up", "order": number }),
            format!("{number} is given up."),
        ),
        Cancelling::Asked { letter, lines } => (
            json!({ "done": "asked", "order": number, "letter": letter, "lines": lines }),
            format!(
                "The bureau is asked to cancel {lines} lines of {number} by the letter {letter}."
            ),
        ),
    };
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}
