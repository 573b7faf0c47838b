//! Refunds, and payments that may become some, as operators see them.

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::application::lei;
use crate::cli::arguments::{Paging, codes};
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::cli::payment::refund::Name;
use crate::domain::calendar::bucharest_day;
use crate::domain::id::{PaymentId, RefundId};
use crate::domain::reconciliation::money::REFUND_DAYS;
use crate::domain::refund::RefundState;
use crate::flow::refund::decide::APPROVAL_OF_REFUND;
use crate::flow::refund::{self, disclose_account};
use crate::http::operations::view::{HistoryView, read_history, reason_text};
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, applications, approvals, payments};

/// List payments of which something may be given back
#[derive(Args, Debug)]
pub(crate) struct Candidates {
    #[command(flatten)]
    paging: Paging,
}

/// List refunds
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those in this state
    #[arg(long, ignore_case = true, value_parser = codes(RefundState::ALL, RefundState::parse))]
    state: Option<RefundState>,
    /// Only those that were listed long ago and that no statement shows as paid
    #[arg(long, conflicts_with = "state")]
    overdue: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Show a refund
#[derive(Args, Debug)]
pub(crate) struct Show {
    #[command(flatten)]
    name: Name,
    /// Show the account that it goes to, and record that you saw it and why
    #[arg(long, value_name = "REASON")]
    reveal: Option<String>,
}

/// A payment of which something may be given back.
#[derive(Serialize)]
struct CandidateRow {
    payment: String,
    state: String,
    reason: Option<String>,
    /// In bani.
    amount: i64,
    /// How much at most in one refund, in bani.
    refundable: i64,
    currency: String,
    booked_on: Option<NaiveDate>,
}

impl Row for CandidateRow {
    const HEADS: &'static [&'static str] = &[
        "PAYMENT",
        "STATE",
        "AMOUNT>",
        "REFUNDABLE>",
        "",
        "BOOKED",
        "REASON",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.payment.clone(),
            self.state.clone(),
            lei(self.amount),
            lei(self.refundable),
            self.currency.clone(),
            or_empty(self.booked_on),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

/// A refund in a list.
#[derive(Serialize)]
struct Summary {
    id: Uuid,
    number: String,
    state: String,
    payment: String,
    application: Option<String>,
    /// In bani.
    amount: i64,
    currency: String,
    persons: usize,
    proposed_by: String,
    proposed_at: DateTime<Utc>,
    listed_on: Option<NaiveDate>,
    /// Whether the bank should have paid it by now.
    overdue: bool,
}

impl Row for Summary {
    const HEADS: &'static [&'static str] = &[
        "NUMBER",
        "STATE",
        "AMOUNT>",
        "",
        "PAYMENT",
        "APPLICATION",
        "PROPOSED BY",
        "LISTED",
        "",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.state.clone(),
            lei(self.amount),
            self.currency.clone(),
            self.payment.clone(),
            self.application.clone().unwrap_or_default(),
            self.proposed_by.clone(),
            or_empty(self.listed_on),
            if self.overdue { "overdue" } else { "" }.to_owned(),
        ]
    }
}

/// A refund with who approved it and what happened to it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    summary: Summary,
    approved_by: Vec<String>,
    account_told_by_bank: bool,
    /// Only when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Revealed>,
    history: Vec<HistoryView>,
}

/// The account that a refund goes to.
#[derive(Serialize)]
struct Revealed {
    iban: String,
    name: String,
}

impl Page for Shown {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let summary = &self.summary;
        let account = self.account.as_ref();
        let account = account.map(|one| format!("{} ({})", one.iban, one.name));
        let told = if self.account_told_by_bank {
            "the bank's statement"
        } else {
            "an operator"
        };
        sheet.fields(&[
            ("Refund", summary.number.clone()),
            ("State", summary.state.clone()),
            (
                "Amount",
                format!("{} {}", lei(summary.amount), summary.currency),
            ),
            ("Payment", summary.payment.clone()),
            (
                "Application",
                summary.application.clone().unwrap_or_default(),
            ),
            ("Proposed by", summary.proposed_by.clone()),
            ("Proposed", instant(summary.proposed_at)),
            ("Approvals needed", summary.persons.to_string()),
            ("Approved by", self.approved_by.join(", ")),
            ("Account told by", told.to_owned()),
            ("Account", account.unwrap_or_default()),
            ("Listed", or_empty(summary.listed_on)),
        ]);
        sheet.heading("History");
        sheet.table(&self.history);
        Ok(())
    }
}

pub(super) async fn candidates(
    command: &Candidates,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(PaymentId);
    let (found, last) = refund::candidates(&mut tx, after, paging.limit).await?;
    let row = |one: &refund::Candidate| CandidateRow {
        payment: one.payment.number.clone(),
        state: one.payment.state.to_string(),
        reason: one.payment.reason.map(reason_text),
        amount: one.payment.amount.bani(),
        refundable: one.sources.first().map_or(0, |source| source.amount.bani()),
        currency: one.payment.currency.clone(),
        booked_on: one.payment.booked_on,
    };
    let rows: Vec<CandidateRow> = found.iter().map(row).collect();
    let next = last.map(|id| id.to_string());
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

pub(super) async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let today = bucharest_day(context.clock.now());
    let state = if command.overdue {
        Some(RefundState::Exported)
    } else {
        command.state
    };
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(RefundId);
    let mut rows = Vec::new();
    for refund in refunds::list(&mut tx, state, after, paging.limit).await? {
        rows.push(summary(&mut tx, &refund, today).await?);
    }
    let next = paging.next(&rows, |row| row.id);
    rows.retain(|row| row.overdue || !command.overdue);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

pub(super) async fn show(command: &Show, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let today = bucharest_day(context.clock.now());
    let account = match &command.reveal {
        None => None,
        Some(reason) => {
            let actor = context.actor()?;
            let gateway = context.gateway().await?;
            let account = disclose_account(&gateway, number, (&actor, reason)).await?;
            Some(Revealed {
                iban: account.iban.as_str().to_owned(),
                name: account.name,
            })
        }
    };
    let mut tx = context.store().await?.read().await?;
    let found = refunds::find_by_number(&mut tx, number).await?;
    let refund = found.ok_or_else(|| CliError::not_found("refund", number))?;
    let shown = Shown {
        summary: summary(&mut tx, &refund, today).await?,
        approved_by: approvals::list_persons(&mut tx, refund.id.0, APPROVAL_OF_REFUND).await?,
        account_told_by_bank: refund.told_by_bank,
        account,
        history: read_history(&mut tx, refund.id.0).await?,
    };
    context.output.page(&shown)?;
    Ok(Exit::Ok)
}

async fn summary(tx: &mut Tx, refund: &Refund, today: NaiveDate) -> Result<Summary, CliError> {
    let payment = payments::find(tx, refund.payment).await?;
    let application = match refund.application {
        Some(id) => applications::find(tx, id).await?,
        None => None,
    };
    let age = refund.listed_on.map(|on| today.signed_duration_since(on));
    let late = age.and_then(|age| u64::try_from(age.num_days()).ok());
    let is_late = late.is_some_and(|days| days > REFUND_DAYS);
    Ok(Summary {
        id: refund.id.0,
        number: refund.number.clone(),
        state: refund.state.to_string(),
        payment: payment.map(|found| found.number).unwrap_or_default(),
        application: application.map(|found| found.number),
        amount: refund.amount.bani(),
        currency: refund.currency.clone(),
        persons: refund.persons.count(),
        proposed_by: refund.proposed_by.clone(),
        proposed_at: refund.proposed_at,
        listed_on: refund.listed_on,
        overdue: refund.state == RefundState::Exported && is_late,
    })
}
