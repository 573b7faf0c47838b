//! `order`: what was asked of the bureau, and what operators decide about it.

mod decide;
pub(crate) mod document;
mod evidence;
mod force;
mod letters;
mod plan;
mod reconcile;

use clap::{Args, Subcommand};

use crate::cli::Exit;
use crate::cli::arguments::{Paging, codes};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::domain::id::OrderId;
use crate::domain::order::OrderState;
use crate::domain::order_action::OrderAction;
use crate::http::operations::view::{
    HistoryView, HoldView, OrderLineView, OrderSummary, OrderView, read_order,
};
use crate::store::orders;

/// Orders: look, verify, send again, give up, split
#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// List orders, the oldest first
    List(List),
    /// Show an order with its lines, its holds and its history
    Show(Name),
    /// Show what the next orders would be, when they are closed and why; opens none
    Plan,
    /// Open no orders of a product for a while; applications keep waiting, none is lost
    Pause(plan::Pause),
    /// Open orders of a product again
    Resume(plan::Resume),
    /// Print the signed bytes; they hold personal data, so who takes them stands in the history
    Xml(document::Xml),
    /// Verify the gateway's own signature on an order, and the stored digest
    Verify(document::Verify),
    /// Write all that proves an order or a card into one archive, which others verify with xmlsec1
    /// and openssl alone; with the signed order in it, who takes it stands in the history
    Evidence(evidence::Evidence),
    /// Send the same bytes again
    Resend(decide::Resend),
    /// Set some applications of an order aside, and send the others out in a new order; only while
    /// the bureau does not hold it
    Split(decide::Split),
    /// Cancel an order: at once while the bureau does not hold it, and its applications are ready
    /// again; afterwards by asking the bureau not to make the cards
    Cancel(letters::Cancel),
    /// Ask the bureau whether it holds an order, and what it has said of its lines
    Ask(letters::Ask),
    /// Show what the nightly comparison of open orders with the bureau found
    Reconcile(reconcile::Reconcile),
    /// Write the same lines into a new order, signed with the current key; the old one is given up
    Resign(decide::Act),
    /// Take an order out of all automatic sending until it is released
    Quarantine(decide::Act),
    /// End a quarantine; of an order that was split, let go what was set aside
    Release(decide::Act),
    /// A word that the bureau told by other means, applied by two persons
    #[command(subcommand)]
    Force(force::Force),
}

/// List orders, the oldest first
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those in this state
    #[arg(long, ignore_case = true, value_parser = codes(OrderState::ALL, OrderState::parse))]
    state: Option<OrderState>,
    #[command(flatten)]
    paging: Paging,
}

/// One order.
#[derive(Args, Debug)]
pub(crate) struct Name {
    /// The order's number, or its id
    number: String,
}

pub(crate) async fn run(command: Order, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Order::List(command) => list(&command, context).await,
        Order::Show(name) => show(&name, context).await,
        Order::Plan => plan::show(context).await,
        Order::Pause(command) => plan::pause(&command, context).await,
        Order::Resume(command) => plan::resume(&command, context).await,
        Order::Xml(command) => document::xml(command, context).await,
        Order::Verify(command) => document::verify_order(command, context).await,
        Order::Evidence(command) => evidence::evidence(command, context).await,
        Order::Resend(command) => decide::resend(&command, context).await,
        Order::Split(command) => decide::split(&command, context).await,
        Order::Cancel(command) => letters::cancel(&command, context).await,
        Order::Ask(command) => letters::ask(&command, context).await,
        Order::Reconcile(command) => reconcile::show(&command, context).await,
        Order::Resign(command) => decide::act(OrderAction::Resign, &command, context).await,
        Order::Quarantine(command) => decide::act(OrderAction::Quarantine, &command, context).await,
        Order::Release(command) => decide::act(OrderAction::Release, &command, context).await,
        Order::Force(command) => force::run(command, context).await,
    }
}

async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(OrderId);
    let found = orders::list(&mut tx, command.state, after, paging.limit).await?;
    let rows: Vec<_> = found.iter().map(OrderSummary::from).collect();
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

async fn show(name: &Name, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let order = read_order(&mut tx, &name.number).await?;
    let order = order.ok_or_else(|| CliError::not_found("order", &name.number))?;
    context.output.page(&order)?;
    Ok(Exit::Ok)
}

impl Row for OrderSummary {
    const HEADS: &'static [&'static str] = &[
        "NUMBER",
        "STATE",
        "LINES>",
        "CLOSED BY",
        "RESENDS>",
        "OPENED",
        "SENT",
        "RECEIPT",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.state.clone(),
            self.line_count.to_string(),
            self.close_reason.clone(),
            self.resends.to_string(),
            instant(self.created_at),
            self.sent_at.map(instant).unwrap_or_default(),
            self.receipt_at.map(instant).unwrap_or_default(),
        ]
    }
}

impl Row for OrderLineView {
    const HEADS: &'static [&'static str] = &[
        "LINE>",
        "APPLICATION",
        "ATTEMPT>",
        "STATE",
        "REMAKES>",
        "REASON",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.line_no.to_string(),
            self.application.clone(),
            self.attempt.to_string(),
            self.state.clone(),
            self.remakes.to_string(),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

impl Row for HistoryView {
    const HEADS: &'static [&'static str] = &["AT", "WHAT", "FROM", "EVENT", "TO", "BY", "WHY"];

    fn cells(&self) -> Vec<String> {
        vec![
            instant(self.at),
            self.kind.clone(),
            self.from.clone(),
            self.event.clone(),
            self.to.clone(),
            self.actor.clone(),
            self.note.clone().unwrap_or_default(),
        ]
    }
}

impl Page for OrderView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let summary = &self.summary;
        sheet.fields(&[
            ("Order", summary.number.clone()),
            ("State", summary.state.clone()),
            ("Bureau", self.bureau.clone()),
            ("Product", self.product.clone()),
            ("Test data", if self.test { "yes" } else { "no" }.to_owned()),
            ("Closed by", summary.close_reason.clone()),
            ("Replaces", self.replaces.clone().unwrap_or_default()),
            ("Opened", instant(summary.created_at)),
            ("Signed", self.signed_at.map(instant).unwrap_or_default()),
            ("Sent", summary.sent_at.map(instant).unwrap_or_default()),
            (
                "Receipt",
                summary.receipt_at.map(instant).unwrap_or_default(),
            ),
            ("Resends", summary.resends.to_string()),
            ("Bytes", or_empty(self.size_bytes)),
            ("SHA-256", self.sha256.clone().unwrap_or_default()),
            ("Document id", self.message_id.to_string()),
        ]);
        sheet.heading("Lines");
        sheet.table(&self.lines);
        write_holds(sheet, &self.holds);
        sheet.heading("History");
        sheet.table(&self.history);
        Ok(())
    }
}

/// Writes the holds of something, if it has or had any.
pub(crate) fn write_holds(sheet: &mut Sheet, holds: &[HoldView]) {
    if !holds.is_empty() {
        sheet.heading("Holds");
        sheet.table(holds);
    }
}
