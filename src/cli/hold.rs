//! `hold`: what waits for an operator's decision.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::arguments::{MayBeWhy, Paging, Why};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::domain::id::HoldId;
use crate::flow::decide_hold::{self, Decision, HoldRefusal};
use crate::flow::tend_hold::{TendRefusal, Tending, tend};
use crate::http::operations::view::HoldView;
use crate::store::holds;

/// What waits for an operator's decision
#[derive(Debug, Subcommand)]
pub(crate) enum Hold {
    /// List what waits, the oldest first
    List(List),
    /// Show one hold, with what to do about it
    Show(Id),
    /// Let what waits go on
    Release(Decide),
    /// Send the application back to its office, which corrects it
    SendBack(Decide),
    /// Close the hold and leave everything as it is
    Note(Decide),
    /// Say that you work on a hold, for eight hours; nobody is kept from deciding about it
    Claim(Claim),
    /// Say that you work on a hold no more
    GiveBack(Id),
    /// Let a hold rest until a working day; it waits again at once when something happens to it
    Snooze(Snooze),
    /// Let a hold that rests wait again
    Wake(Id),
    /// Remark something about a hold, which waits on
    Remark(Decide),
}

/// List what waits, the oldest first
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only what waits for this reason, by its number
    #[arg(long, value_name = "NUMBER")]
    code: Option<u16>,
    /// Only what rests until a later day
    #[arg(long)]
    resting: bool,
    #[command(flatten)]
    paging: Paging,
}

/// One hold.
#[derive(Args, Debug)]
pub(crate) struct Id {
    /// Its id, as `hold list` says it
    id: Uuid,
}

/// A decision about one hold.
#[derive(Args, Debug)]
pub(crate) struct Decide {
    #[command(flatten)]
    hold: Id,
    #[command(flatten)]
    why: Why,
}

/// That somebody works on a hold.
#[derive(Args, Debug)]
pub(crate) struct Claim {
    #[command(flatten)]
    hold: Id,
    /// Take it over from whoever works on it, as `hold show` says; with a reason
    #[arg(long, value_name = "WHO", requires = "reason")]
    take_over_from: Option<String>,
    #[command(flatten)]
    why: MayBeWhy,
}

/// Until when a hold rests.
#[derive(Args, Debug)]
pub(crate) struct Snooze {
    #[command(flatten)]
    hold: Id,
    /// The working day on which it waits again, within 30 days and not after the legal term
    #[arg(long, value_name = "DAY")]
    until: NaiveDate,
    #[command(flatten)]
    why: Why,
}

impl Refusal for TendRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            _ => Exit::Refused,
        }
    }
}

impl Refusal for HoldRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::Closed | Self::NotNow { .. } => Exit::Refused,
        }
    }
}

impl Row for HoldView {
    const HEADS: &'static [&'static str] = &["ID", "SINCE", "WHAT", "NUMBER", "REASON", "DETAIL"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            instant(self.opened_at),
            self.kind.clone(),
            self.number.clone(),
            format!("{} {}", self.code, self.reason),
            self.detail.clone(),
        ]
    }
}

impl Page for HoldView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[
            ("Hold", self.id.to_string()),
            ("What", format!("{} {}", self.kind, self.number)),
            ("Reason", format!("{} {}", self.code, self.reason)),
            ("Detail", self.detail.clone()),
            ("To do", self.todo.clone()),
            ("Since", instant(self.opened_at)),
            ("Closed", self.closed_at.map(instant).unwrap_or_default()),
            ("Decision", self.decision.clone().unwrap_or_default()),
            ("By", self.closed_by.clone().unwrap_or_default()),
            ("Why", self.decision_reason.clone().unwrap_or_default()),
            ("Works on it", self.claimed_by.clone().unwrap_or_default()),
            ("Until", self.claim_ends_at.map(instant).unwrap_or_default()),
            (
                "Rests until",
                self.wakes_on.map(|day| day.to_string()).unwrap_or_default(),
            ),
            ("Because", self.snooze_reason.clone().unwrap_or_default()),
            ("Remark", self.remark.clone().unwrap_or_default()),
            ("Of", self.remarked_by.clone().unwrap_or_default()),
        ]);
        Ok(())
    }
}

pub(crate) async fn run(command: Hold, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Hold::List(command) => list(&command, context).await,
        Hold::Show(hold) => show(&hold, context).await,
        Hold::Release(command) => decide(Decision::Release, &command, context).await,
        Hold::SendBack(command) => decide(Decision::SendBack, &command, context).await,
        Hold::Note(command) => decide(Decision::TakeNote, &command, context).await,
        Hold::Claim(command) => {
            let from = command.take_over_from;
            let words = command.why.given().unwrap_or_default();
            care(&command.hold, Tending::Claim { from }, words, context).await
        }
        Hold::GiveBack(hold) => care(&hold, Tending::GiveBack, "", context).await,
        Hold::Snooze(command) => {
            let until = command.until;
            let words = &command.why.reason;
            care(&command.hold, Tending::Snooze { until }, words, context).await
        }
        Hold::Wake(hold) => care(&hold, Tending::Wake, "", context).await,
        Hold::Remark(command) => {
            care(&command.hold, Tending::Remark, &command.why.reason, context).await
        }
    }
}

async fn care(
    hold: &Id,
    tending: Tending,
    words: &str,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    tend(&gateway, HoldId(hold.id), &tending, (&actor, words)).await?;
    let (done, sentence) = match tending {
        Tending::Claim { .. } => ("claimed", "You work on it, for eight hours."),
        Tending::GiveBack => ("given-back", "You work on it no more."),
        Tending::Snooze { .. } => ("snoozed", "It rests until then."),
        Tending::Wake => ("woken", "It waits."),
        Tending::Remark => ("remarked", "The remark is kept; the hold waits on."),
    };
    context
        .output
        .done(&json!({ "done": done, "hold": hold.id }), sentence)?;
    Ok(Exit::Ok)
}

async fn list(command: &List, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let paging = command.paging;
    let today = context.clock.today();
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.map(HoldId);
    let found = if command.resting {
        holds::list_resting(&mut tx, (command.code, today), after, paging.limit).await?
    } else {
        holds::list_open(&mut tx, command.code, after, paging.limit).await?
    };
    let rows: Vec<_> = found.into_iter().map(HoldView::from).collect();
    let next = paging.next(&rows, |row| row.id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

async fn show(hold: &Id, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let found = holds::find(&mut tx, HoldId(hold.id)).await?;
    let found = found.ok_or_else(|| CliError::not_found("hold", &hold.id.to_string()))?;
    context.output.page(&HoldView::from(found))?;
    Ok(Exit::Ok)
}

async fn decide(
    decision: Decision,
    command: &Decide,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let id = command.hold.id;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    decide_hold::decide(&gateway, HoldId(id), decision, &actor, &command.why.reason).await?;
    let (done, sentence) = match decision {
        Decision::Release => ("released", "What waited goes on."),
        Decision::SendBack => ("sent-back", "The application is back at its office."),
        Decision::TakeNote => ("noted", "The hold is closed; nothing else changed."),
    };
    context
        .output
        .done(&json!({ "done": done, "hold": id }), sentence)?;
    Ok(Exit::Ok)
}
