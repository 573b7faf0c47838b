//! `payment`: money that channels told of, and what operators decide about it.

mod days;
mod decide;
mod fee;
mod import;
mod parse;
mod refund;
mod report;
mod suggested;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::application::lei;
use crate::cli::arguments::{Paging, codes};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::order::write_holds;
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::cli::payment::suggested::Suggested;
use crate::domain::id::PaymentId;
use crate::domain::payment::PaymentState;
use crate::flow::decide_payment::Decision;
use crate::http::operations::view::{HistoryView, HoldView, read_history, read_holds, reason_text};
use crate::store::{Tx, applications, matches, payments};

/// Payments: import statements, look, match by hand
#[derive(Debug, Subcommand)]
pub(crate) enum Payment {
    /// Record the movements of statements and settlements; the same file again changes nothing
    Import(import::Import),
    /// Read a statement or settlement and print it; no database, no configuration
    Parse(parse::Parse),
    /// List payments in the order of their recording
    List(List),
    /// Show a payment with its ties, its holds and its history
    Show(Name),
    /// Tie a payment to the fee of an application, or confirm a suggestion
    Match(decide::Match),
    /// Split a payment among the fees of several applications
    Split(decide::Split),
    /// Undo the tie between a payment and a fee, as long as the card is not ordered
    Unmatch(decide::Unmatch),
    /// Give money back: propose, approve, list for the bank
    #[command(subcommand)]
    Refund(refund::Refund),
    /// Say that a movement is no payment of a fee
    Dismiss(decide::Decide),
    /// Say whether a fee is paid, and if not, why
    Fee(fee::Fee),
    /// Reconcile what channels told, what the bank credited, and what fees were paid
    Report(report::Report),
    /// Close the books of a day that is over, and keep its totals
    CloseDay(days::CloseDay),
    /// Open the books of a closed day again
    ReopenDay(days::ReopenDay),
}

/// List payments in the order of their recording
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those in this state
    #[arg(long, ignore_case = true, value_parser = codes(PaymentState::ALL, PaymentState::parse))]
    state: Option<PaymentState>,
    #[command(flatten)]
    paging: Paging,
}

/// One payment.
#[derive(Args, Debug)]
pub(crate) struct Name {
    /// The payment's number
    number: String,
}

/// A payment in a list.
#[derive(Serialize)]
struct Summary {
    id: Uuid,
    number: String,
    channel: String,
    state: String,
    /// In bani.
    amount: i64,
    currency: String,
    /// `CREDIT` or `DEBIT`.
    direction: &'static str,
    booked_on: Option<NaiveDate>,
    application: Option<String>,
    reason: Option<String>,
    received_at: DateTime<Utc>,
}

impl Row for Summary {
    const HEADS: &'static [&'static str] = &[
        "NUMBER",
        "CHANNEL",
        "STATE",
        "AMOUNT>",
        "",
        "BOOKED",
        "APPLICATION",
        "REASON",
    ];

    fn cells(&self) -> Vec<String> {
        let sign = if self.direction == DEBIT { "-" } else { "" };
        vec![
            self.number.clone(),
            self.channel.clone(),
            self.state.clone(),
            format!("{sign}{}", lei(self.amount)),
            self.currency.clone(),
            or_empty(self.booked_on),
            self.application.clone().unwrap_or_default(),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

const CREDIT: &str = "CREDIT";
const DEBIT: &str = "DEBIT";

/// A tie between the payment and a fee.
#[derive(Serialize)]
struct Tie {
    application: String,
    /// In bani.
    amount: i64,
    rule: String,
    actor: String,
    made_at: DateTime<Utc>,
}

impl Row for Tie {
    const HEADS: &'static [&'static str] = &["APPLICATION", "AMOUNT>", "RULE", "BY", "AT"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.application.clone(),
            lei(self.amount),
            self.rule.clone(),
            self.actor.clone(),
            instant(self.made_at),
        ]
    }
}

/// A payment with everything that happened to it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    summary: Summary,
    external_reference: Option<String>,
    payment_reference: Option<String>,
    ties: Vec<Tie>,
    /// The applications that it may be for, the likeliest first.
    suggestions: Vec<Suggested>,
    holds: Vec<HoldView>,
    history: Vec<HistoryView>,
}

impl Page for Shown {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let summary = &self.summary;
        sheet.fields(&[
            ("Payment", summary.number.clone()),
            ("State", summary.state.clone()),
            ("Reason", summary.reason.clone().unwrap_or_default()),
            ("Channel", summary.channel.clone()),
            (
                "Amount",
                format!("{} {}", lei(summary.amount), summary.currency),
            ),
            ("Direction", summary.direction.to_owned()),
            ("Booked", or_empty(summary.booked_on)),
            (
                "Application",
                summary.application.clone().unwrap_or_default(),
            ),
            (
                "Bank's reference",
                self.external_reference.clone().unwrap_or_default(),
            ),
            (
                "Payer's reference",
                self.payment_reference.clone().unwrap_or_default(),
            ),
            ("Recorded", instant(summary.received_at)),
        ]);
        sheet.heading("Ties");
        sheet.table(&self.ties);
        suggested::write(sheet, &self.suggestions);
        write_holds(sheet, &self.holds);
        sheet.heading("History");
        sheet.table(&self.history);
        Ok(())
    }
}

pub(crate) async fn run(command: Payment, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Payment::Import(command) => import::run(&command, context).await,
        Payment::Parse(command) => parse::run(&command, context),
        Payment::Match(command) => decide::match_by_hand(&command, context).await,
        Payment::Split(command) => decide::split(&command, context).await,
        Payment::Unmatch(command) => decide::unmatch(&command, context).await,
        Payment::Refund(command) => refund::run(command, context).await,
        Payment::Dismiss(command) => decide::run(Decision::Dismiss, &command, context).await,
        Payment::Fee(command) => fee::run(&command, context).await,
        Payment::Report(command) => report::run(&command, context).await,
        Payment::CloseDay(command) => days::close(&command, context).await,
        Payment::ReopenDay(command) => days::reopen(&command, context).await,
        Payment::List(command) => list(&command, context).await,
        Payment::Show(name) => show(&name, context).await,
    }
}

async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(PaymentId);
    let mut rows = Vec::new();
    for payment in payments::list(&mut tx, command.state, after, paging.limit).await? {
        rows.push(summary(&mut tx, &payment).await?);
    }
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

async fn show(name: &Name, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let payment = find(&mut tx, &name.number).await?;
    let mut ties = Vec::new();
    for tie in matches::list_standing(&mut tx, payment.id).await? {
        let application = applications::find(&mut tx, tie.application).await?;
        ties.push(Tie {
            application: application.map(|found| found.number).unwrap_or_default(),
            amount: tie.amount.bani(),
            rule: tie.rule,
            actor: tie.actor,
            made_at: tie.made_at,
        });
    }
    let shown = Shown {
        summary: summary(&mut tx, &payment).await?,
        ties,
        suggestions: suggested::read(&mut tx, &payment).await?,
        holds: read_holds(&mut tx, payment.id.0).await?,
        history: read_history(&mut tx, payment.id.0).await?,
        external_reference: payment.external_reference,
        payment_reference: payment.payment_reference,
    };
    context.output.page(&shown)?;
    Ok(Exit::Ok)
}

async fn find(tx: &mut Tx, number: &str) -> Result<payments::Payment, CliError> {
    let found = payments::find_by_number(tx, number).await?;
    found.ok_or_else(|| CliError::not_found("payment", number))
}

async fn summary(tx: &mut Tx, payment: &payments::Payment) -> Result<Summary, CliError> {
    let application = match payment.application {
        Some(id) => applications::find(tx, id).await?,
        None => None,
    };
    Ok(Summary {
        id: payment.id.0,
        number: payment.number.clone(),
        channel: payment.channel.to_string(),
        state: payment.state.to_string(),
        amount: payment.amount.bani(),
        currency: payment.currency.clone(),
        direction: if payment.credit { CREDIT } else { DEBIT },
        booked_on: payment.booked_on,
        application: application.map(|found| found.number),
        reason: payment.reason.map(reason_text),
        received_at: payment.received_at,
    })
}
