//! `order force`: a word that the bureau told by other means, applied by two persons.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::arguments::{Paging, Why, codes};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::domain::acknowledgement::LineEvent;
use crate::domain::id::ForcedWordId;
use crate::flow::force_word::{self, ForceRefusal, WordProposal};
use crate::gateway::Gateway;
use crate::http::operations::forced_view::ForcedWordView;
use crate::store::forced_words::{self, ForcedWord};

/// A word that the bureau told by other means, applied by two persons
#[derive(Debug, Subcommand)]
pub(crate) enum Force {
    /// Propose a word on a line; another person must approve it
    Propose(Propose),
    /// List the proposals that wait for a second person
    List(Paging),
    /// Approve a proposal of another person, which applies it
    Approve(Decide),
    /// Withdraw a proposal that waits
    Withdraw(Decide),
}

/// Propose a word on a line; another person must approve it
#[derive(Args, Debug)]
pub(crate) struct Propose {
    /// The order's number
    number: String,
    /// The line's place in it
    line: i64,
    /// What the bureau says has happened
    #[arg(long, ignore_case = true, value_parser = codes(LineEvent::ALL, LineEvent::parse))]
    status: LineEvent,
    /// The number of the reason that the bureau gave, as `explain` knows it
    #[arg(long, value_name = "NUMBER")]
    code: Option<u16>,
    /// The number of a card that was made
    #[arg(long, value_name = "NUMBER")]
    document_number: Option<String>,
    /// The number of the consignment that carries it
    #[arg(long, value_name = "NUMBER")]
    consignment: Option<String>,
    /// When it happened, such as 2026-03-05T06:00:00Z. Default: now
    #[arg(long, value_name = "INSTANT")]
    occurred_at: Option<DateTime<Utc>>,
    /// By what call or letter the bureau told it; without personal data
    #[arg(long, value_name = "TEXT")]
    evidence: String,
    #[command(flatten)]
    why: Why,
}

/// A decision about a proposal.
#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// Its id, as `order force list` says it
    id: Uuid,
    #[command(flatten)]
    why: Why,
}

impl Refusal for ForceRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::LineUnknown | Self::Unknown => Exit::NotFound,
            Self::ReasonMissing
            | Self::EvidenceMissing
            | Self::NotForced(_)
            | Self::NumberWrong
            | Self::CodeWrong
            | Self::InFuture => Exit::Usage,
            Self::NotSent { .. }
            | Self::Impossible(_)
            | Self::OneWaits
            | Self::Ended(_)
            | Self::Approval(_) => Exit::Refused,
        }
    }
}

pub(super) async fn run(command: Force, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Force::Propose(command) => propose(command, context).await,
        Force::List(paging) => list(paging, context).await,
        Force::Approve(command) => {
            let (actor, gateway) = (context.actor()?, context.gateway().await?);
            let told = (&actor, command.why.reason.as_str());
            let word = force_word::approve(&gateway, ForcedWordId(command.id), told).await?;
            show(&gateway, word, context).await
        }
        Force::Withdraw(command) => {
            let (actor, gateway) = (context.actor()?, context.gateway().await?);
            let told = (&actor, command.why.reason.as_str());
            let word = force_word::withdraw(&gateway, ForcedWordId(command.id), told).await?;
            show(&gateway, word, context).await
        }
    }
}

async fn propose(command: Propose, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let proposal = WordProposal {
        order: command.number,
        line_no: command.line,
        status: command.status,
        reason: command.code,
        document_number: command.document_number,
        consignment: command.consignment,
        occurred_at: command.occurred_at,
        evidence: command.evidence,
    };
    let (actor, gateway) = (context.actor()?, context.gateway().await?);
    let told = (&actor, command.why.reason.as_str());
    let word = force_word::propose(&gateway, &proposal, told).await?;
    show(&gateway, word, context).await
}

async fn show(
    gateway: &Gateway,
    word: ForcedWord,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let mut tx = gateway.store.read().await?;
    let view = ForcedWordView::read(&mut tx, word, gateway.clock.now()).await?;
    context.output.page(&view)?;
    Ok(Exit::Ok)
}

async fn list(paging: Paging, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let now = context.clock.now();
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(ForcedWordId);
    let mut rows = Vec::new();
    for word in forced_words::list_waiting(&mut tx, after, paging.limit).await? {
        rows.push(ForcedWordView::read(&mut tx, word, now).await?);
    }
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

impl Row for ForcedWordView {
    const HEADS: &'static [&'static str] = &[
        "ID",
        "ORDER",
        "LINE>",
        "WORD",
        "STATE",
        "PROPOSED BY",
        "EXPIRES",
        "EVIDENCE",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.order.clone(),
            self.line_no.to_string(),
            self.status.clone(),
            self.state.clone(),
            self.proposed_by.clone(),
            instant(self.expires_at),
            self.evidence.clone(),
        ]
    }
}

impl Page for ForcedWordView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[
            ("Forced word", self.id.to_string()),
            ("Order", self.order.clone()),
            ("Line", self.line_no.to_string()),
            ("Word", self.status.clone()),
            ("Reason", or_empty(self.reason_code)),
            ("Card", self.document_number.clone().unwrap_or_default()),
            ("Consignment", self.consignment.clone().unwrap_or_default()),
            ("Happened", instant(self.occurred_at)),
            ("Evidence", self.evidence.clone()),
            ("State", self.state.clone()),
            ("Proposed by", self.proposed_by.clone()),
            ("Why", self.reason.clone()),
            ("Expires", instant(self.expires_at)),
            ("Approved by", self.approved_by.join(", ")),
            ("Ended by", self.ended_by.clone().unwrap_or_default()),
            (
                "Confirmed by the bureau",
                if self.unconfirmed { "not yet" } else { "" }.to_owned(),
            ),
        ]);
        Ok(())
    }
}
