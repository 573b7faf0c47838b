//! What an operator decides about an order.

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::order::Name;
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::order_action::OrderAction;
use crate::flow::decide_order::{self, OrderDecision, OrderRefusal};
use crate::http::operations::view::{OrderView, find_order, read_order};
use crate::store::Store;

/// Send the same bytes again
#[derive(Args, Debug)]
pub(crate) struct Resend {
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    why: Why,
}

/// Set some applications of an order aside, and send the others out in a new order
#[derive(Args, Debug)]
pub(crate) struct Split {
    #[command(flatten)]
    name: Name,
    /// A line whose application is set aside; may be repeated
    #[arg(long = "line", value_name = "N", required = true)]
    lines: Vec<i64>,
    #[command(flatten)]
    why: Why,
    /// Show what would become of each line, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A decision about one order
#[derive(Args, Debug)]
pub(crate) struct Act {
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    why: Why,
    /// Show what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Refusal for OrderRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } | Self::NoSuchLine { .. } => Exit::NotFound,
            Self::ReasonMissing | Self::NoLineNamed { .. } => Exit::Usage,
            Self::NotNow { .. }
            | Self::MaybeHeld { .. }
            | Self::Quarantined { .. }
            | Self::NothingHeld { .. }
            | Self::NothingToOrder { .. }
            | Self::Moved { .. } => Exit::Refused,
        }
    }
}

pub(crate) async fn resend(command: &Resend, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let (number, reason) = (&command.name.number, &command.why.reason);
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    decide_order::resend(&gateway, number, &actor, reason).await?;
    context.output.done(
        &json!({ "done": "queued", "order": number }),
        &format!("{number} is in the outbox again, with the same bytes."),
    )?;
    Ok(Exit::Ok)
}

pub(crate) async fn act(
    action: OrderAction,
    command: &Act,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let decision = OrderDecision { action, lines: &[] };
    if command.dry_run {
        let mut tx = context.store().await?.read().await?;
        let order = find_order(&mut tx, number).await?;
        let order = order.ok_or_else(|| CliError::not_found("order", number))?;
        let foreseen = decide_order::preview(&mut tx, &order, decision).await?;
        let consequence = foreseen.map_err(CliError::refused)?;
        let (en, ro) = (consequence.text_en(), consequence.text_ro());
        context.output.done(
            &json!({ "done": "nothing", "order": order.number, "en": en, "ro": ro }),
            &format!("Nothing changed. {}: {en}.", order.number),
        )?;
        return Ok(Exit::Ok);
    }
    let (actor, gateway) = (context.actor()?, context.gateway().await?);
    let reason = &command.why.reason;
    let done = decide_order::decide(&gateway, number, decision, &actor, reason).await?;
    let (en, ro) = (done.consequence.text_en(), done.consequence.text_ro());
    let undo = action.undo().map(OrderAction::as_str);
    context.output.done(
        &json!({
            "done": action.as_str(), "order": done.number, "replacement": done.replacement,
            "undo": undo, "en": en, "ro": ro,
        }),
        &match &done.replacement {
            Some(new) => format!("{}: {en}; {new} stands in its place.", done.number),
            None => format!("{}: {en}.", done.number),
        },
    )?;
    Ok(Exit::Ok)
}

pub(crate) async fn split(command: &Split, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let (name, lines) = (&command.name, command.lines.as_slice());
    give_up(name, lines, &command.why, command.dry_run, context).await
}

pub(super) async fn give_up(
    name: &Name,
    set_aside: &[i64],
    why: &Why,
    is_dry_run: bool,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &name.number;
    let actor = context.actor()?;
    let preview = preview(&context.store().await?, number, set_aside).await?;
    let count = |wanted| preview.iter().filter(|line| line.1 == wanted).count();
    let (ready, reordered, aside) = (count(READY), count(REORDERED), count(SET_ASIDE));
    let sums =
        format!("{ready} applications ready again, {reordered} in a new order, {aside} set aside");
    if is_dry_run {
        let lines: Vec<_> = preview
            .iter()
            .map(|(line, fate)| json!({ "line": line, "becomes": fate }))
            .collect();
        context.output.done(
            &json!({ "done": "nothing", "order": number, "lines": lines }),
            &format!("Nothing changed. {number} would be given up: {sums}."),
        )?;
        return Ok(Exit::Ok);
    }
    let gateway = context.gateway().await?;
    decide_order::give_up(&gateway, number, set_aside, &actor, &why.reason).await?;
    let json = json!({
        "done": "given-up",
        "order": number,
        "ready": ready,
        "reordered": reordered,
        "set_aside": aside,
    });
    let sentence = format!("{number} is given up: {sums}.");
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}

const READY: &str = "READY";
const REORDERED: &str = "ORDERED";
const SET_ASIDE: &str = "ON_HOLD";
const STAYS: &str = "UNCHANGED";

/// What would become of the application of each line.
async fn preview(
    store: &Store,
    number: &str,
    set_aside: &[i64],
) -> Result<Vec<(i64, &'static str)>, CliError> {
    let order = read_order(&mut store.read().await?, number).await?;
    let order = order.ok_or_else(|| CliError::not_found("order", number))?;
    require_possible(&order)?;
    let stranger = set_aside
        .iter()
        .find(|wanted| !order.lines.iter().any(|line| line.line_no == **wanted));
    if let Some(line_no) = stranger {
        let (number, line_no) = (order.summary.number, *line_no);
        let refusal = OrderRefusal::NoSuchLine { number, line_no };
        return Err(CliError::not_found("such line:", &refusal.to_string()));
    }
    let fate = |line_no: i64, state: &str| match LineState::parse(state) {
        Ok(state) if !state.is_live() => STAYS,
        _ if set_aside.contains(&line_no) => SET_ASIDE,
        // A split sends the others out at once, in an order that names this one.
        _ if !set_aside.is_empty() => REORDERED,
        _ => READY,
    };
    Ok(order
        .lines
        .iter()
        .map(|line| (line.line_no, fate(line.line_no, &line.state)))
        .collect())
}

fn require_possible(order: &OrderView) -> Result<(), CliError> {
    let state = OrderState::parse(&order.summary.state).map_err(CliError::invalid)?;
    let is_line_free = |state: &str| {
        LineState::parse(state).is_ok_and(|state| state.after(LineEvent::OrderGivenUp).is_ok())
    };
    let is_possible = state.after(OrderEvent::GivenUp).is_ok()
        && order.lines.iter().all(|line| is_line_free(&line.state));
    if is_possible {
        return Ok(());
    }
    let number = order.summary.number.clone();
    Err(CliError::refused(OrderRefusal::NotNow { number, state }))
}
