//! `consignment`: what the bureau sent to offices, and what they counted.

use clap::{Args, Subcommand};
use serde::Serialize;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::arguments::{Paging, codes};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::domain::consignment::ConsignmentState;
use crate::domain::id::ConsignmentId;
use crate::http::consignments::{ConsignmentView, DetailsView};
use crate::store::consignments;

/// Consignments to offices: look at what was told and counted
#[derive(Debug, Subcommand)]
pub(crate) enum Consignment {
    /// List consignments, in the order in which the bureau told of them
    List(List),
    /// Show one consignment at every office that it goes to
    Show(Show),
}

/// List consignments, in the order in which the bureau told of them
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those in this state
    #[arg(long, value_name = "STATE", value_parser = codes(ConsignmentState::ALL, ConsignmentState::parse))]
    state: Option<ConsignmentState>,
    #[command(flatten)]
    paging: Paging,
}

/// Show one consignment at every office that it goes to
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Its number, as the courier knows it
    number: String,
}

/// A consignment with its id, by which the list goes on.
#[derive(Debug, Serialize)]
struct ListRow {
    id: Uuid,
    #[serde(flatten)]
    view: ConsignmentView,
}

impl Row for ListRow {
    const HEADS: &'static [&'static str] =
        &["NUMBER", "OFFICE", "STATE", "TOLD>", "SCANNED>", "SINCE"];

    fn cells(&self) -> Vec<String> {
        let view = &self.view;
        vec![
            view.number.clone(),
            view.office.clone(),
            view.state.clone(),
            view.cards_told.to_string(),
            view.cards_scanned.to_string(),
            instant(view.told_at),
        ]
    }
}

/// The parts of a consignment, one for each office.
#[derive(Debug, Serialize)]
struct Parts {
    number: String,
    parts: Vec<DetailsView>,
}

impl Page for Parts {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        for part in &self.parts {
            let view = &part.consignment;
            let parcels: Vec<String> = part
                .parcels
                .iter()
                .map(|parcel| format!("{} ({})", parcel.parcel, parcel.cards))
                .collect();
            sheet.fields(&[
                ("Consignment", view.number.clone()),
                ("Office", view.office.clone()),
                ("State", view.state.clone()),
                ("Told", format!("{} cards", view.cards_told)),
                ("Scanned", format!("{} cards", view.cards_scanned)),
                ("Parcels", parcels.join(", ")),
                ("Told on", instant(view.told_at)),
                ("Counted", view.counted_at.map(instant).unwrap_or_default()),
                ("Missing", part.missing.join(", ")),
                ("Surplus", part.surplus.join(", ")),
                ("Unknown", part.unknown.to_string()),
            ]);
        }
        Ok(())
    }
}

pub(crate) async fn run(command: Consignment, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Consignment::List(command) => list(&command, context).await,
        Consignment::Show(command) => show(&command, context).await,
    }
}

async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(ConsignmentId);
    let found = consignments::list(&mut tx, command.state, after, paging.limit).await?;
    let mut rows = Vec::with_capacity(found.len());
    for consignment in &found {
        rows.push(ListRow {
            id: consignment.id.0,
            view: ConsignmentView::read(&mut tx, consignment).await?,
        });
    }
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

async fn show(command: &Show, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let found = consignments::list_of_number(&mut tx, &command.number).await?;
    if found.is_empty() {
        return Err(CliError::not_found("consignment", &command.number));
    }
    let mut parts = Vec::with_capacity(found.len());
    for consignment in &found {
        parts.push(DetailsView::read(&mut tx, consignment).await?);
    }
    let number = command.number.clone();
    context.output.page(&Parts { number, parts })?;
    Ok(Exit::Ok)
}
