//! Lists of refunds for the bank.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::application::lei;
use crate::cli::arguments::{Paging, Why};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::order::document::write_private;
use crate::cli::output::{Row, instant};
use crate::domain::hex::hex;
use crate::domain::id::RefundListId;
use crate::domain::operator::Actor;
use crate::flow::refund::export::{ListForm, export_refunds, read_list, withdraw_refund_list};
use crate::gateway::Gateway;
use crate::store::refund_lists::{self, RefundList};

/// Where a list is written.
#[derive(Args, Debug)]
pub(crate) struct Files {
    /// Write the pain.001.001.09 document to this new file, which only you can read
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Write the same as a table to this new file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Write all approved refunds into a list for the bank
#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    files: Files,
    /// The currency of the list
    #[arg(long, default_value = "RON", value_name = "CODE")]
    currency: String,
}

/// List the lists that were written for the bank
#[derive(Args, Debug)]
pub(crate) struct Lists {
    #[command(flatten)]
    paging: Paging,
}

/// Write a list again
#[derive(Args, Debug)]
pub(crate) struct Document {
    /// The list's number
    number: String,
    #[command(flatten)]
    files: Files,
}

/// Withdraw a list
#[derive(Args, Debug)]
pub(crate) struct WithdrawList {
    /// The list's number
    number: String,
    #[command(flatten)]
    why: Why,
}

/// A list for the bank.
#[derive(Serialize)]
struct ListRow {
    id: Uuid,
    number: String,
    refunds: i64,
    /// In bani.
    amount: i64,
    currency: String,
    written_by: String,
    written_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
    sha256: String,
}

impl Row for ListRow {
    const HEADS: &'static [&'static str] = &[
        "NUMBER",
        "REFUNDS>",
        "AMOUNT>",
        "",
        "WRITTEN BY",
        "WRITTEN",
        "WITHDRAWN",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.refunds.to_string(),
            lei(self.amount),
            self.currency.clone(),
            self.written_by.clone(),
            instant(self.written_at),
            self.withdrawn_at.map(instant).unwrap_or_default(),
        ]
    }
}

impl From<RefundList> for ListRow {
    fn from(list: RefundList) -> Self {
        Self {
            id: list.id.0,
            refunds: list.refunds,
            amount: list.amount.bani(),
            sha256: hex(&list.sha256),
            number: list.number,
            currency: list.currency,
            written_by: list.written_by,
            written_at: list.written_at,
            withdrawn_at: list.withdrawn_at,
        }
    }
}

pub(super) async fn export(command: &Export, context: &mut Context<'_>) -> Result<Exit, CliError> {
    require_new(&command.files)?;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let list = export_refunds(&gateway, &command.currency, &actor).await?;
    write_files(&gateway, &list.number, &command.files, &actor).await?;
    let (number, count) = (&list.number, list.refunds);
    context.output.done(
        &json!({
            "done": "exported",
            "list": number,
            "refunds": count,
            "amount_minor": list.amount.bani(),
            "currency": list.currency,
            "file": command.files.out,
            "sha256": hex(&list.sha256),
        }),
        &format!(
            "{number}: {count} refund(s), {} {} in all, written to {}.",
            list.amount,
            list.currency,
            command.files.out.display()
        ),
    )?;
    Ok(Exit::Ok)
}

pub(super) async fn lists(command: &Lists, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(RefundListId);
    let found = refund_lists::list(&mut tx, after, paging.limit).await?;
    let rows: Vec<ListRow> = found.into_iter().map(ListRow::from).collect();
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

pub(super) async fn document(
    command: &Document,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    require_new(&command.files)?;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    write_files(&gateway, &command.number, &command.files, &actor).await?;
    let file = &command.files.out;
    context.output.done(
        &json!({ "done": "written", "list": command.number, "file": file }),
        &format!("{} written to {}.", command.number, file.display()),
    )?;
    Ok(Exit::Ok)
}

pub(super) async fn withdraw(
    command: &WithdrawList,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &command.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let told = (&actor, command.why.reason.as_str());
    let list = withdraw_refund_list(&gateway, number, told).await?;
    let count = list.refunds;
    context.output.done(
        &json!({ "done": "withdrawn", "list": number, "refunds": count }),
        &format!("{number} is withdrawn; its {count} refund(s) may be listed again."),
    )?;
    Ok(Exit::Ok)
}

/// Refuses before anything is listed what could not be written afterwards.
fn require_new(files: &Files) -> Result<(), CliError> {
    for path in files.csv.iter().chain([&files.out]) {
        if path.exists() {
            let name = path.display();
            return Err(CliError::refused(format!(
                "{name} exists; nothing was written"
            )));
        }
    }
    Ok(())
}

async fn write_files(
    gateway: &Gateway,
    number: &str,
    files: &Files,
    actor: &Actor,
) -> Result<(), CliError> {
    write_form(gateway, number, (ListForm::Document, &files.out), actor).await?;
    match &files.csv {
        Some(path) => write_form(gateway, number, (ListForm::Table, path), actor).await,
        None => Ok(()),
    }
}

async fn write_form(
    gateway: &Gateway,
    number: &str,
    (form, path): (ListForm, &Path),
    actor: &Actor,
) -> Result<(), CliError> {
    let bytes = read_list(gateway, number, form, actor).await?;
    write_private(path, &mut bytes.as_slice())?;
    Ok(())
}
