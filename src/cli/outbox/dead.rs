//! Messages that could not be delivered, and decisions about one or many of them.

use chrono::{DateTime, Utc};
use clap::Args;
use indicatif::ProgressBar;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::arguments::{Paging, Why};
use crate::cli::cause::bar;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::domain::id::DeadLetterDecisionId;
use crate::flow::dead_letters::{
    self, DeadLettersRefusal, LETTERS_MAX, NewDeadLetterDecision, Standing, carry_out_next,
    read_decision,
};
use crate::gateway::Gateway;
use crate::http::operations::dead_letter_view::{
    DeadGroupView, DecidedLetterView, DecisionView, PreviewView, read_preview,
};
use crate::http::operations::view::{DeadLetterView, read_dead};
use crate::store::dead_letter_decisions::DeadLetterAction;
use crate::store::outbox::{Selection, find_dead, group_dead};
use crate::worker::retry_races;

/// Which messages: those to which all that is given applies
#[derive(Args, Clone, Debug)]
pub(crate) struct Which {
    /// The one with this id
    #[arg(long, value_name = "ID")]
    message: Option<Uuid>,
    /// Those whose lane ends at an office, or at the bureau
    #[arg(long, value_name = "KIND", ignore_case = true, value_parser = ["OFFICE", "BUREAU"])]
    kind: Option<String>,
    /// Those of this lane, such as `bureau:CNIN`
    #[arg(long, value_name = "LANE")]
    lane: Option<String>,
    /// Those that died of this, such as PERMANENT
    #[arg(long, value_name = "CAUSE")]
    cause: Option<String>,
    /// Those whose last answer had this HTTP status; 0: those without an answer
    #[arg(long, value_name = "STATUS", value_parser = clap::value_parser!(i64).range(0..=999))]
    status: Option<i64>,
    /// Those that died at this instant or later, as 2026-11-02T07:00:00Z
    #[arg(long, value_name = "INSTANT")]
    since: Option<DateTime<Utc>>,
    /// Those that died before this instant
    #[arg(long, value_name = "INSTANT")]
    until: Option<DateTime<Utc>>,
}

impl From<Which> for Selection {
    fn from(which: Which) -> Self {
        Self {
            message: which.message,
            lane_kind: which.kind.map(|kind| kind.to_uppercase()),
            lane: which.lane,
            cause: which.cause,
            status: which.status,
            since: which.since,
            until: which.until,
        }
    }
}

/// List messages that could not be delivered
#[derive(Args, Debug)]
pub(crate) struct Dead {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    paging: Paging,
}

/// A decision about many messages.
#[derive(Args, Debug)]
pub(crate) struct Many {
    #[command(flatten)]
    which: Which,
    /// How many a second
    #[arg(long, value_name = "N", default_value_t = dead_letters::RATE, value_parser = clap::value_parser!(i64).range(1..=dead_letters::RATE_MAX))]
    rate: i64,
    #[command(flatten)]
    why: Why,
    /// Count the messages, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// How many messages are shown in the end
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=LETTERS_MAX))]
    limit: i64,
}

/// Show a decision, and go on with those of its messages that still wait
#[derive(Args, Debug)]
pub(crate) struct Decision {
    /// The decision's id, as `outbox redrive` said it
    decision: Uuid,
    #[command(flatten)]
    part: Part,
}

/// Which part of a decision's messages is shown.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Part {
    /// How many of its messages are shown
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=LETTERS_MAX))]
    limit: i64,
    /// Go on after this place
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "PLACE", value_parser = clap::value_parser!(i64).range(0..))]
    after: i64,
}

impl Refusal for DeadLettersRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::ReasonMissing | Self::NothingNamed | Self::RateOutOfRange => Exit::Usage,
            Self::Empty => Exit::Refused,
        }
    }
}

pub(super) async fn list(command: &Dead, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let selection = command.which.clone().into();
    let paging = command.paging;
    let after = match paging.after {
        Some(message) => {
            let last = find_dead(&mut tx, message).await?;
            Some(last.ok_or_else(|| CliError::not_found("message", &message.to_string()))?)
        }
        None => None,
    };
    let rows = read_dead(&mut tx, &selection, after.as_ref(), paging.limit).await?;
    let next = paging.next(&rows, |row| row.message_id);
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

pub(super) async fn groups(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let groups = group_dead(&mut tx, &Selection::default()).await?;
    let rows: Vec<_> = groups.into_iter().map(DeadGroupView::from).collect();
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}

pub(super) async fn many(
    action: DeadLetterAction,
    command: Many,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let selection: Selection = command.which.into();
    let part = Part {
        limit: command.limit,
        after: 0,
    };
    if command.dry_run {
        let mut tx = context.store().await?.read().await?;
        let preview = dead_letters::preview(&mut tx, &selection).await?;
        let view = read_preview(&mut tx, preview).await?;
        context.output.page(&view)?;
        return Ok(Exit::Ok);
    }
    let new = NewDeadLetterDecision {
        action,
        selection,
        rate: command.rate,
    };
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let decided = dead_letters::decide(&gateway, &new, &actor, &command.why.reason).await?;
    carry_out(&gateway, decided.id, part, context).await
}

pub(super) async fn decision(
    command: &Decision,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let gateway = context.gateway().await?;
    let id = DeadLetterDecisionId(command.decision);
    carry_out(&gateway, id, command.part, context).await
}

/// Deals with every message of a decision that waits, and shows what became of a part of all.
async fn carry_out(
    gateway: &Gateway,
    id: DeadLetterDecisionId,
    part: Part,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let waiting = read(gateway, id, NONE).await?.count(None);
    let bar = bar(context.is_watched, usize::try_from(waiting).unwrap_or(0));
    work_off(gateway, id, &bar).await?;
    bar.finish_and_clear();
    let standing = read(gateway, id, part).await?;
    let next = next_part(&standing, part);
    let view = DecisionView::new(standing, next);
    context.output.page(&view)?;
    Ok(if view.refused + view.waiting > 0 {
        Exit::Partial
    } else {
        Exit::Ok
    })
}

/// Works until nothing waits, whoever does the work: a gateway that runs beside it helps.
async fn work_off(
    gateway: &Gateway,
    id: DeadLetterDecisionId,
    bar: &ProgressBar,
) -> Result<(), CliError> {
    loop {
        while retry_races(|| carry_out_next(gateway, Some(id)))
            .await?
            .is_some()
        {
            bar.inc(1);
        }
        let standing = read(gateway, id, NONE).await?;
        if standing.count(None) == 0 {
            return Ok(());
        }
        // Its rate holds it back, or another process holds it.
        let due = standing.decision.next_at.unwrap_or(gateway.clock.now());
        let wait = (due - gateway.clock.now()).to_std().unwrap_or_default();
        gateway.clock.sleep(wait.max(POLL)).await;
    }
}

/// The least time to wait for a decision's next turn.
const POLL: std::time::Duration = std::time::Duration::from_millis(20);

/// No message of a decision.
const NONE: Part = Part { limit: 0, after: 0 };

/// Behind which place the next part begins, unless this one was the last.
fn next_part(standing: &Standing, part: Part) -> Option<String> {
    let last = standing.letters.last()?.place;
    let is_full = usize::try_from(part.limit).is_ok_and(|limit| standing.letters.len() >= limit);
    (is_full && last < standing.decision.letters).then(|| last.to_string())
}

async fn read(
    gateway: &Gateway,
    id: DeadLetterDecisionId,
    part: Part,
) -> Result<Standing, CliError> {
    let mut tx = gateway.store.read().await?;
    let found = read_decision(&mut tx, id, part.after, part.limit).await?;
    found.ok_or_else(|| CliError::not_found("decision", &id.to_string()))
}

impl Row for DeadLetterView {
    const HEADS: &'static [&'static str] = &[
        "DIED",
        "LANE",
        "SEQ>",
        "KIND",
        "ORDER",
        "ATTEMPTS>",
        "CAUSE",
        "STATUS>",
        "MESSAGE",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            instant(self.died_at),
            self.lane.clone(),
            self.seq.to_string(),
            self.kind.clone(),
            self.order.clone().unwrap_or_default(),
            self.attempts.to_string(),
            self.cause.clone(),
            or_empty(self.status),
            self.message_id.to_string(),
        ]
    }
}

impl Row for DeadGroupView {
    const HEADS: &'static [&'static str] = &[
        "KIND",
        "CAUSE",
        "STATUS>",
        "MESSAGES>",
        "LANES>",
        "OLDEST",
        "NEWEST",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.lane_kind.clone(),
            self.cause.clone(),
            or_empty(self.status),
            self.letters.to_string(),
            self.lanes.to_string(),
            instant(self.oldest),
            instant(self.newest),
        ]
    }
}

impl Row for DecidedLetterView {
    const HEADS: &'static [&'static str] = &["MESSAGE", "OUTCOME", "SENT AS", "DETAIL"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.message_id.to_string(),
            self.outcome.clone().unwrap_or_else(|| "WAITING".to_owned()),
            or_empty(self.replayed_as),
            self.detail.clone().unwrap_or_default(),
        ]
    }
}

impl Page for PreviewView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.line(&format!(
            "Nothing changed. The decision would be about {} message(s).",
            self.letters
        ));
        sheet.table(&self.groups);
        sheet.heading("The first of them");
        sheet.table(&self.first);
        Ok(())
    }
}

impl Page for DecisionView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.fields(&[
            ("Decision", self.id.to_string()),
            ("Action", self.action.clone()),
            ("By", self.actor.clone()),
            ("Why", self.reason.clone()),
            ("A second", self.rate.to_string()),
            ("Messages", self.letters.to_string()),
            ("Done", self.done.to_string()),
            ("Not done", self.refused.to_string()),
            ("Decided before", self.skipped.to_string()),
            ("Waiting", self.waiting.to_string()),
        ]);
        sheet.heading("Messages");
        sheet.table(&self.results);
        if let Some(next) = &self.next_cursor {
            sheet.line(&format!("More: outbox decision {} --after {next}", self.id));
        }
        Ok(())
    }
}
