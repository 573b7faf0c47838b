//! `application show`: one life-line of everything, without the person.

use std::io;

use crate::cli::Exit;
use crate::cli::application::{Name, find, lei};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::order::write_holds;
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::http::operations::application_view::{
    ApplicationRecord, LineOfApplication, PaymentOfApplication, read_application,
};

impl Row for LineOfApplication {
    const HEADS: &'static [&'static str] =
        &["ORDER", "LINE>", "ATTEMPT>", "STATE", "CARD", "REASON"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.order.clone(),
            self.line_no.to_string(),
            self.attempt.to_string(),
            self.state.clone(),
            self.document_number.clone().unwrap_or_default(),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

impl Row for PaymentOfApplication {
    const HEADS: &'static [&'static str] = &["PAYMENT", "CHANNEL", "STATE", "AMOUNT>", "BOOKED"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.channel.clone(),
            self.state.clone(),
            lei(self.amount),
            crate::cli::output::or_empty(self.booked_on),
        ]
    }
}

impl Page for ApplicationRecord {
    fn write(&self, sheet: &mut Sheet) -> io::Result<()> {
        let summary = &self.summary;
        let fee = format!(
            "{}, due {}, paid {} (rule {})",
            summary.fee_state,
            lei(summary.fee_due),
            lei(summary.fee_paid),
            self.fee_rule
        );
        sheet.fields(&[
            ("Application", summary.number.clone()),
            ("State", summary.state.clone()),
            ("Office", summary.office.clone()),
            ("Its reference", self.office_reference.clone()),
            ("Collected at", self.collect_office.clone()),
            ("Product", self.product.clone()),
            ("Reason", self.card_reason.clone()),
            ("Test data", if self.test { "yes" } else { "no" }.to_owned()),
            ("Revision", self.revision.to_string()),
            ("Eligible by", self.eligibility_rule.clone()),
            ("Fee", fee),
            ("Pays with", self.payment_reference.clone()),
            ("Registered", self.registered_on.to_string()),
            ("Deadline", summary.deadline_on.to_string()),
            ("Received", instant(summary.received_at)),
        ]);
        sheet.heading("Order lines");
        sheet.table(&self.lines);
        sheet.heading("Payments");
        sheet.table(&self.payments);
        write_holds(sheet, &self.holds);
        sheet.heading("History");
        sheet.table(&self.history);
        Ok(())
    }
}

pub(super) async fn run(name: &Name, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let application = find(&mut tx, &name.number).await?;
    let shown = read_application(&mut tx, application).await?;
    context.output.page(&shown)?;
    Ok(Exit::Ok)
}
