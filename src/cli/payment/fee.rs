//! `payment fee`: whether a fee is paid, and if not, why.

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::application::lei;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::domain::calendar::bucharest_day;
use crate::domain::reason::Reason;
use crate::flow::read_fee::{FeeAnswer, FeePayment, FeeRefund, read_fee};

/// Say whether a fee is paid, and if not, why
#[derive(Args, Debug)]
pub(crate) struct Fee {
    /// The application's number, or the payment reference
    name: String,
}

/// Where a fee stands.
#[derive(Serialize)]
struct Shown {
    application: Option<String>,
    payment_reference: String,
    standing: &'static str,
    paid: bool,
    explanation_en: &'static str,
    explanation_ro: &'static str,
    /// The number of the reason.
    reason: Option<u16>,
    /// In bani.
    due: i64,
    rule: String,
    /// In bani.
    paid_sum: i64,
    payments: Vec<Money>,
    refunds: Vec<GivenBack>,
}

/// Money that is being given back, or was.
#[derive(Serialize)]
struct GivenBack {
    state: &'static str,
    explanation_en: &'static str,
    explanation_ro: &'static str,
    /// In bani.
    amount: i64,
    since: DateTime<Utc>,
}

impl From<&FeeRefund> for GivenBack {
    fn from(refund: &FeeRefund) -> Self {
        Self {
            state: refund.state.as_str(),
            explanation_en: refund.state.text_en(),
            explanation_ro: refund.state.text_ro(),
            amount: refund.amount.bani(),
            since: refund.at,
        }
    }
}

impl Row for GivenBack {
    const HEADS: &'static [&'static str] = &["REFUND", "AMOUNT>", "SINCE", ""];

    fn cells(&self) -> Vec<String> {
        vec![
            self.state.to_owned(),
            lei(self.amount),
            instant(self.since),
            self.explanation_en.to_owned(),
        ]
    }
}

/// Money that is counted, or waits for its application.
#[derive(Serialize)]
struct Money {
    channel: &'static str,
    /// In bani.
    amount: i64,
    paid_on: Option<NaiveDate>,
    counted_at: Option<DateTime<Utc>>,
}

impl From<&FeePayment> for Money {
    fn from(payment: &FeePayment) -> Self {
        Self {
            channel: payment.channel.as_str(),
            amount: payment.amount.bani(),
            paid_on: payment.paid_on,
            counted_at: payment.counted_at,
        }
    }
}

impl From<FeeAnswer> for Shown {
    fn from(answer: FeeAnswer) -> Self {
        let standing = answer.standing;
        Self {
            application: answer.application.map(|found| found.number),
            payment_reference: answer.reference,
            standing: standing.as_str(),
            paid: standing.is_paid(),
            explanation_en: standing.text_en(),
            explanation_ro: standing.text_ro(),
            reason: standing.reason().map(Reason::number),
            due: answer.due.bani(),
            rule: answer.rule,
            paid_sum: answer.paid.bani(),
            payments: answer.payments.iter().map(Money::from).collect(),
            refunds: answer.refunds.iter().map(GivenBack::from).collect(),
        }
    }
}

impl Row for Money {
    const HEADS: &'static [&'static str] = &["CHANNEL", "AMOUNT>", "PAID ON", "COUNTED SINCE"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.channel.to_owned(),
            lei(self.amount),
            or_empty(self.paid_on),
            self.counted_at.map(instant).unwrap_or_default(),
        ]
    }
}

impl Page for Shown {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[
            ("Fee", self.standing.to_owned()),
            ("", self.explanation_en.to_owned()),
            ("Application", self.application.clone().unwrap_or_default()),
            ("Reference", self.payment_reference.clone()),
            ("Owed", format!("{} RON by {}", lei(self.due), self.rule)),
            ("Paid", format!("{} RON", lei(self.paid_sum))),
        ]);
        sheet.heading("Payments");
        sheet.table(&self.payments);
        if !self.refunds.is_empty() {
            sheet.heading("Given back");
            sheet.table(&self.refunds);
        }
        Ok(())
    }
}

pub(super) async fn run(command: &Fee, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let gateway = context.gateway().await?;
    let today = bucharest_day(gateway.clock.now());
    let mut tx = gateway.store.read().await?;
    let found = read_fee(&mut tx, &command.name, None, today).await?;
    drop(tx);
    let answer = found.ok_or_else(|| CliError::not_found("fee", &command.name))?;
    context.output.page(&Shown::from(answer))?;
    Ok(Exit::Ok)
}
