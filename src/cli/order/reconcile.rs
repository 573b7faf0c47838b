//! What the nightly comparison of open orders with the bureau found.

use chrono::NaiveDate;
use clap::Args;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::http::operations::reconciliations::{FindingView, ReconciliationView, read_night};

/// Show what the nightly comparison found
#[derive(Args, Debug)]
pub(crate) struct Reconcile {
    /// The night, as the day in Romania; without it the last one
    #[arg(long, value_name = "YYYY-MM-DD")]
    night: Option<NaiveDate>,
}

pub(crate) async fn show(command: &Reconcile, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let found = read_night(&mut tx, command.night).await?;
    let asked = command
        .night
        .map_or_else(|| "any".to_owned(), |night| night.to_string());
    let night = found.ok_or_else(|| CliError::not_found("comparison of the night", &asked))?;
    context.output.page(&night)?;
    Ok(Exit::Ok)
}

impl Row for FindingView {
    const HEADS: &'static [&'static str] =
        &["ORDER", "LINE>", "APPLICATION", "DIFFERENCE", "DETAIL"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.order.clone(),
            self.line_no.to_string(),
            self.application.clone(),
            self.difference.clone(),
            self.detail.clone(),
        ]
    }
}

impl Page for ReconciliationView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[
            ("Night", self.night.to_string()),
            ("Begun", instant(self.begun_at)),
            ("All asked", self.asked_at.map(instant).unwrap_or_default()),
            ("Orders asked", self.asked.to_string()),
            ("Orders answered", self.answered.to_string()),
            ("Lines missing", self.missing.to_string()),
            ("Lines extra", self.extra.to_string()),
            ("Lines contradicting", self.contradicting.to_string()),
        ]);
        if !self.findings.is_empty() {
            sheet.heading("Lines");
            sheet.table(&self.findings);
        }
        Ok(())
    }
}
