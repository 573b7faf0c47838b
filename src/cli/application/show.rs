//! `application show`: one life-line of everything, without the person.

use std::io;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::application::{Name, OfficeCodes, Summary, find, lei, summary};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::order::write_holds;
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::domain::id::ApplicationId;
use crate::http::operations::view::{HistoryView, HoldView, read_history, read_holds, reason_text};
use crate::store::applications::Application;
use crate::store::{Tx, order_lines, orders, payments};

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    summary: Summary,
    office_reference: String,
    collect_office: String,
    revision: i64,
    product: String,
    card_reason: String,
    payment_reference: String,
    eligibility_rule: String,
    fee_rule: String,
    registered_on: chrono::NaiveDate,
    test: bool,
    remakes: i64,
    lines: Vec<OrderedAs>,
    payments: Vec<Payment>,
    holds: Vec<HoldView>,
    history: Vec<HistoryView>,
}

/// An order line that asked for its card.
#[derive(Serialize)]
struct OrderedAs {
    order: String,
    line_no: i64,
    attempt: i64,
    state: String,
    reason: Option<String>,
    document_number: Option<String>,
}

impl Row for OrderedAs {
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

/// A payment that is tied to it.
#[derive(Serialize)]
struct Payment {
    number: String,
    channel: String,
    state: String,
    /// In bani.
    amount: i64,
    booked_on: Option<chrono::NaiveDate>,
}

impl Row for Payment {
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

impl Page for Shown {
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
    let shown = read(&mut tx, application).await?;
    context.output.page(&shown)?;
    Ok(Exit::Ok)
}

async fn read(tx: &mut Tx, application: Application) -> Result<Shown, CliError> {
    let codes = OfficeCodes::read(tx).await?;
    let id = application.id;
    Ok(Shown {
        summary: summary(&application, &codes),
        collect_office: codes.code(application.collect_office),
        office_reference: application.office_reference,
        revision: application.revision,
        product: application.product.to_string(),
        card_reason: application.card_reason.to_string(),
        payment_reference: application.payment_reference,
        eligibility_rule: application.eligibility_rule,
        fee_rule: application.fee_rule,
        registered_on: application.registered_on,
        test: application.test,
        remakes: application.remakes,
        lines: read_lines(tx, id).await?,
        payments: read_payments(tx, id).await?,
        holds: read_holds(tx, id.0).await?,
        history: read_history(tx, id.0).await?,
    })
}

async fn read_lines(tx: &mut Tx, id: ApplicationId) -> Result<Vec<OrderedAs>, CliError> {
    let mut lines = Vec::new();
    for line in order_lines::list_of_application(tx, id).await? {
        let order = orders::find(tx, line.order).await?;
        lines.push(OrderedAs {
            order: order.map(|order| order.number).unwrap_or_default(),
            line_no: line.line_no,
            attempt: line.attempt,
            state: line.state.to_string(),
            reason: line.reason.map(reason_text),
            document_number: line.document_number,
        });
    }
    Ok(lines)
}

async fn read_payments(tx: &mut Tx, id: ApplicationId) -> Result<Vec<Payment>, CliError> {
    let tied = payments::list_of_application(tx, id).await?;
    let payment = |payment: payments::Payment| Payment {
        number: payment.number,
        channel: payment.channel.to_string(),
        state: payment.state.to_string(),
        amount: payment.amount.bani(),
        booked_on: payment.booked_on,
    };
    Ok(tied.into_iter().map(payment).collect())
}
