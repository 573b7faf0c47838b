//! `cause`: failed orders by their cause, and one decision for all of them.

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::arguments::{Paging, Why, codes};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::domain::cause::Cause;
use crate::domain::id::{CauseDecisionId, OrderId};
use crate::domain::order_action::OrderAction;
use crate::flow::causes::{self, CauseRefusal, NewCauseDecision, carry_out_next, read_decision};
use crate::gateway::Gateway;
use crate::http::operations::cause_view::{
    CauseDecisionView, CauseView, DecidedOrderView, FailedOrderView, ForeseenView, PreviewView,
    read_cause, read_causes, read_failed,
};
use crate::worker::retry_races;

/// Failed orders by their cause, and one decision for all of them
#[derive(Debug, Subcommand)]
pub(crate) enum CauseCommand {
    /// List the causes for which orders or lines wait
    List,
    /// Show a cause, what to do about it, and the orders that wait for it
    Show(Show),
    /// Decide about all orders of a cause, or some of them
    Decide(Decide),
    /// Show a decision, and go on with those of its orders that still wait
    Resume(Resume),
}

/// Show a cause, what to do about it, and the orders that wait for it
#[derive(Args, Debug)]
pub(crate) struct Show {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    paging: Paging,
}

/// Which cause.
#[derive(Args, Debug)]
pub(crate) struct Which {
    /// The cause, such as CERTIFICATE
    #[arg(ignore_case = true, value_parser = codes(Cause::ALL, Cause::parse))]
    cause: Cause,
}

/// Decide about all orders of a cause, or some of them
#[derive(Args, Debug)]
pub(crate) struct Decide {
    #[command(flatten)]
    which: Which,
    /// What is done with each order
    #[arg(long, ignore_case = true, value_parser = codes(OrderAction::ALL, OrderAction::parse))]
    action: OrderAction,
    /// Only this order; may be repeated. Default: all that wait for the cause
    #[arg(long = "order", value_name = "NUMBER")]
    orders: Vec<String>,
    /// A line in doubt, for the split of one order; may be repeated. Default: those that the bureau
    /// names
    #[arg(long = "line", value_name = "N")]
    lines: Vec<i64>,
    #[command(flatten)]
    why: Why,
    /// Show what would become of each order, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Show a decision, and go on with those of its orders that still wait
#[derive(Args, Debug)]
pub(crate) struct Resume {
    /// The decision's id, as `cause decide` said it
    decision: Uuid,
}

impl Refusal for CauseRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::ReasonMissing | Self::LinesOfSeveral => Exit::Usage,
            Self::Unknown => Exit::NotFound,
            Self::NotOfCause { .. } | Self::Empty { .. } | Self::Moved { .. } => Exit::Refused,
        }
    }
}

pub(crate) async fn run(
    command: CauseCommand,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    match command {
        CauseCommand::List => list(context).await,
        CauseCommand::Show(command) => show(&command, context).await,
        CauseCommand::Decide(command) if command.dry_run => preview(&command, context).await,
        CauseCommand::Decide(command) => decide(&command, context).await,
        CauseCommand::Resume(command) => {
            let gateway = context.gateway().await?;
            carry_out(&gateway, CauseDecisionId(command.decision), context).await
        }
    }
}

async fn list(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let rows = read_causes(&mut tx).await?;
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}

async fn show(command: &Show, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let (cause, paging) = (command.which.cause, command.paging);
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(OrderId);
    let orders = read_failed(&mut tx, cause, after, paging.limit).await?;
    let next = paging.next(&orders, |row| row.summary.id);
    let cause = read_cause(&mut tx, cause).await?;
    context.output.page(&Shown {
        cause,
        orders,
        next,
    })?;
    Ok(Exit::Ok)
}

impl Decide {
    fn new_decision(&self) -> NewCauseDecision {
        NewCauseDecision {
            cause: self.which.cause,
            action: self.action,
            orders: self.orders.clone(),
            lines: self.lines.clone(),
        }
    }
}

async fn preview(command: &Decide, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let new = command.new_decision();
    let mut tx = context.store().await?.read().await?;
    let all = causes::preview(&mut tx, &new).await?;
    let view = PreviewView::new(new.cause, new.action, &all);
    context.output.page(&view)?;
    Ok(Exit::Ok)
}

async fn decide(command: &Decide, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let new = command.new_decision();
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let decision = causes::decide(&gateway, &new, &actor, &command.why.reason).await?;
    carry_out(&gateway, decision.id, context).await
}

/// Deals with every order of a decision that waits, and shows what became of all.
async fn carry_out(
    gateway: &Gateway,
    id: CauseDecisionId,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let missing = || CliError::not_found("decision", &id.to_string());
    let found = read_decision(&mut gateway.store.read().await?, id).await?;
    let (_, orders) = found.ok_or_else(missing)?;
    let waiting = orders.iter().filter(|one| one.outcome.is_none()).count();
    let bar = bar(context.is_watched, waiting);
    while retry_races(|| carry_out_next(gateway, Some(id)))
        .await?
        .is_some()
    {
        bar.inc(1);
    }
    bar.finish_and_clear();
    let found = read_decision(&mut gateway.store.read().await?, id).await?;
    let (decision, orders) = found.ok_or_else(missing)?;
    let view = CauseDecisionView::new(decision, orders);
    context.output.page(&view)?;
    Ok(if view.refused + view.waiting > 0 {
        Exit::Partial
    } else {
        Exit::Ok
    })
}

/// A bar on standard error; nothing where nobody watches.
pub(crate) fn bar(is_watched: bool, orders: usize) -> ProgressBar {
    let target = if is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let orders = u64::try_from(orders).unwrap_or(u64::MAX);
    ProgressBar::with_draw_target(Some(orders), target)
}

/// A cause with its orders.
#[derive(Serialize)]
struct Shown {
    cause: CauseView,
    orders: Vec<FailedOrderView>,
    next: Option<String>,
}

impl Row for CauseView {
    const HEADS: &'static [&'static str] = &[
        "CAUSE",
        "ORDERS>",
        "LINES>",
        "OLDEST",
        "DECISIONS",
        "WHAT IS WRONG",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.cause.clone(),
            self.orders.to_string(),
            self.lines.to_string(),
            self.oldest.map(instant).unwrap_or_default(),
            self.decisions.join(", "),
            self.title.en.clone(),
        ]
    }
}

impl Row for FailedOrderView {
    const HEADS: &'static [&'static str] = &["NUMBER", "STATE", "LINES>", "OPENED", "DETAIL"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.summary.number.clone(),
            self.summary.state.clone(),
            self.summary.line_count.to_string(),
            instant(self.summary.created_at),
            self.details.join("; "),
        ]
    }
}

impl Page for Shown {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let cause = &self.cause;
        sheet.fields(&[
            ("Cause", cause.cause.clone()),
            ("What is wrong", cause.title.en.clone()),
            ("What to do", cause.todo.en.clone()),
            ("Ce s-a întâmplat", cause.title.ro.clone()),
            ("Ce este de făcut", cause.todo.ro.clone()),
            ("Decisions", cause.decisions.join(", ")),
        ]);
        sheet.heading("Orders");
        sheet.table(&self.orders);
        if let Some(next) = &self.next {
            sheet.line(&format!("More: add --after {next}"));
        }
        Ok(())
    }
}

impl Row for ForeseenView {
    const HEADS: &'static [&'static str] = &["ORDER", "STATE", "POSSIBLE", "WHAT WOULD HAPPEN"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.order.clone(),
            self.state.clone(),
            if self.possible { "yes" } else { "no" }.to_owned(),
            self.text.en.clone(),
        ]
    }
}

impl Page for PreviewView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.line(&format!(
            "Nothing changed. {} would be done with {} order(s) and not with {}; undo: {}.",
            self.action,
            self.possible,
            self.impossible,
            self.undo.as_deref().unwrap_or("none")
        ));
        sheet.table(&self.orders);
        Ok(())
    }
}

impl Row for DecidedOrderView {
    const HEADS: &'static [&'static str] = &["ORDER", "OUTCOME", "REPLACED BY", "DETAIL"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.order.clone(),
            self.outcome.clone().unwrap_or_else(|| "WAITING".to_owned()),
            self.replacement.clone().unwrap_or_default(),
            self.detail.clone().unwrap_or_default(),
        ]
    }
}

impl Page for CauseDecisionView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[
            ("Decision", self.id.to_string()),
            ("Cause", self.cause.clone()),
            ("Action", self.action.clone()),
            ("By", self.actor.clone()),
            ("Why", self.reason.clone()),
            ("Orders", self.orders.to_string()),
            ("Done", self.done.to_string()),
            ("Not done", self.refused.to_string()),
            ("Waiting", self.waiting.to_string()),
        ]);
        sheet.heading("Orders");
        sheet.table(&self.results);
        Ok(())
    }
}
