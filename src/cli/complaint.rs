//! `complaint`: what offices say is wrong with cards, and what operators decide about it.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::{Paging, Why, codes};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::domain::complaint::{ComplaintState, Payer};
use crate::domain::id::ComplaintId;
use crate::flow::complaints::{ComplaintVerdict, DecisionRefusal, decide_complaint};
use crate::http::complaints::ComplaintView;
use crate::store::complaints;

/// Complaints about cards: look, decide
#[derive(Debug, Subcommand)]
pub(crate) enum Complaint {
    /// List complaints, the oldest first
    List(List),
    /// Show one complaint
    Show(Number),
    /// Have the card made anew
    Admit(Admit),
    /// Leave the card what it is
    Refuse(Refuse),
    /// End a complaint that nobody makes any more
    Withdraw(Withdraw),
}

/// List complaints, the oldest first
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those in this state
    #[arg(long, value_name = "STATE", value_parser = codes(ComplaintState::ALL, ComplaintState::parse))]
    state: Option<ComplaintState>,
    #[command(flatten)]
    paging: Paging,
}

/// One complaint.
#[derive(Args, Debug)]
pub(crate) struct Number {
    /// Its number
    number: String,
}

/// Have the card made anew
#[derive(Args, Debug)]
pub(crate) struct Admit {
    #[command(flatten)]
    complaint: Number,
    /// Who pays for the other card
    #[arg(long, value_name = "WHO", value_parser = codes(Payer::ALL, Payer::parse))]
    payer: Payer,
    #[command(flatten)]
    why: Why,
}

/// Leave the card what it is
#[derive(Args, Debug)]
pub(crate) struct Refuse {
    #[command(flatten)]
    complaint: Number,
    /// The number of the reason that the office is told
    #[arg(long, value_name = "NUMBER")]
    code: Option<u16>,
    #[command(flatten)]
    why: Why,
}

/// End a complaint that nobody makes any more
#[derive(Args, Debug)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    complaint: Number,
    #[command(flatten)]
    why: Why,
}

impl Refusal for DecisionRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::NotNow { .. } | Self::KeyReused(_) => Exit::Refused,
        }
    }
}

impl Row for ComplaintView {
    const HEADS: &'static [&'static str] = &["NUMBER", "SINCE", "APPLICATION", "CODE>", "STATE"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            instant(self.lodged_at),
            self.application_number.clone(),
            self.code.to_string(),
            self.state.clone(),
        ]
    }
}

impl Page for ComplaintView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        sheet.fields(&[
            ("Complaint", self.number.clone()),
            ("Application", self.application_number.clone()),
            ("Code", self.code.to_string()),
            ("Text", self.text.clone().unwrap_or_default()),
            ("Noticed on", self.noticed_on.to_string()),
            ("State", self.state.clone()),
            ("Payer", self.payer.clone().unwrap_or_default()),
            ("Refused for", number(self.refusal).unwrap_or_default()),
            ("Since", instant(self.lodged_at)),
            ("Decided", self.decided_at.map(instant).unwrap_or_default()),
        ]);
        Ok(())
    }
}

pub(crate) async fn run(command: Complaint, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Complaint::List(command) => list(&command, context).await,
        Complaint::Show(complaint) => show(&complaint, context).await,
        Complaint::Admit(command) => {
            let payer = command.payer;
            let verdict = ComplaintVerdict::Admitted { payer };
            decide(&command.complaint, verdict, &command.why, context).await
        }
        Complaint::Refuse(command) => {
            let reason = command.code;
            let verdict = ComplaintVerdict::Refused { reason };
            decide(&command.complaint, verdict, &command.why, context).await
        }
        Complaint::Withdraw(command) => {
            let verdict = ComplaintVerdict::Withdrawn;
            decide(&command.complaint, verdict, &command.why, context).await
        }
    }
}

async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(ComplaintId);
    let found = complaints::list(&mut tx, command.state, after, paging.limit).await?;
    let mut rows = Vec::with_capacity(found.len());
    for complaint in &found {
        rows.push(ComplaintView::read(&mut tx, complaint).await?);
    }
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

async fn show(complaint: &Number, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let found = complaints::find_by_number(&mut tx, &complaint.number).await?;
    let found = found.ok_or_else(|| CliError::not_found("complaint", &complaint.number))?;
    let view = ComplaintView::read(&mut tx, &found).await?;
    context.output.page(&view)?;
    Ok(Exit::Ok)
}

async fn decide(
    complaint: &Number,
    verdict: ComplaintVerdict,
    why: &Why,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let number = &complaint.number;
    let decided = decide_complaint(&gateway, number, verdict, &actor, &why.reason).await?;
    let sentence = format!("The complaint {number} is {}.", decided.state);
    let done = json!({ "done": decided.state.as_str(), "complaint": number });
    context.output.done(&done, &sentence)?;
    Ok(Exit::Ok)
}
