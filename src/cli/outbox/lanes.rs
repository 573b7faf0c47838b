//! Destinations: all at a glance, by name, and one by one.

use clap::Args;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::http::operations::lane_view::{
    AttemptView, KindView, LaneDetailView, OutboxView, read_lane, read_lanes, read_outbox,
};
use crate::http::operations::view::LaneView;

/// List destinations
#[derive(Args, Debug)]
pub(crate) struct Lanes {
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Go on after this name
    #[arg(
        long,
        value_name = "LANE",
        default_value = "",
        hide_default_value = true
    )]
    after: String,
}

/// Show a destination
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Its name, such as `bureau:CNIN`
    lane: String,
}

pub(super) async fn list(command: &Lanes, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let rows = read_lanes(&mut tx, &command.after, command.limit).await?;
    let is_full = usize::try_from(command.limit).is_ok_and(|limit| rows.len() >= limit);
    let next = rows.last().filter(|_| is_full);
    context
        .output
        .list(&rows, next.map(|row| row.lane.as_str()))?;
    Ok(Exit::Ok)
}

pub(super) async fn glance(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let view = read_outbox(&mut tx, context.clock.now()).await?;
    context.output.page(&view)?;
    Ok(Exit::Ok)
}

pub(super) async fn show(command: &Show, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let found = read_lane(&mut tx, &command.lane).await?;
    let view = found.ok_or_else(|| CliError::not_found("lane", &command.lane))?;
    context.output.page(&view)?;
    Ok(Exit::Ok)
}

fn yes(told: bool) -> String {
    if told { "yes" } else { "" }.to_owned()
}

impl Row for LaneView {
    const HEADS: &'static [&'static str] = &[
        "LANE",
        "MESSAGES>",
        "WAITING>",
        "SINCE",
        "ATTEMPTS>",
        "NEXT ATTEMPT",
        "BREAKER",
        "PAUSED",
        "HELD UNTIL",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.lane.clone(),
            self.messages.to_string(),
            self.waiting.to_string(),
            self.waiting_since.map(instant).unwrap_or_default(),
            self.attempts.to_string(),
            self.next_attempt_at.map(instant).unwrap_or_default(),
            self.breaker.clone(),
            yes(self.paused),
            self.leased_until.map(instant).unwrap_or_default(),
        ]
    }
}

impl Row for KindView {
    const HEADS: &'static [&'static str] = &[
        "KIND",
        "LANES>",
        "PUSHED>",
        "WAITING>",
        "SINCE",
        "DUE>",
        "HELD>",
        "ABANDONED>",
        "PAUSED>",
        "RESTING>",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.kind.clone(),
            self.lanes.to_string(),
            self.pushed.to_string(),
            self.waiting.to_string(),
            self.waiting_since.map(instant).unwrap_or_default(),
            self.due.to_string(),
            self.leased.to_string(),
            self.abandoned.to_string(),
            self.paused.to_string(),
            self.resting.to_string(),
        ]
    }
}

impl Page for OutboxView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        sheet.table(&self.kinds);
        sheet.heading("Not delivered");
        sheet.table(&self.dead);
        Ok(())
    }
}

impl Row for AttemptView {
    const HEADS: &'static [&'static str] = &[
        "STARTED", "FROM>", "TO>", "ATTEMPT>", "OUTCOME", "STATUS>", "DETAIL",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            instant(self.started_at),
            self.first_seq.to_string(),
            self.last_seq.to_string(),
            self.attempt.to_string(),
            self.outcome.clone(),
            or_empty(self.status),
            self.detail.clone().unwrap_or_default(),
        ]
    }
}

impl Page for LaneDetailView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let lane = &self.lane;
        let next = self.next.as_ref();
        sheet.fields(&[
            ("Lane", lane.lane.clone()),
            ("Pushed", yes(lane.pushed)),
            ("Messages", lane.messages.to_string()),
            ("Kept from", (self.floor_seq + 1).to_string()),
            ("Done with", self.acked_seq.to_string()),
            ("Taken", self.delivered_seq.to_string()),
            ("Waiting", lane.waiting.to_string()),
            (
                "Waiting since",
                lane.waiting_since.map(instant).unwrap_or_default(),
            ),
            (
                "Next attempt",
                lane.next_attempt_at.map(instant).unwrap_or_default(),
            ),
            ("Attempts", lane.attempts.to_string()),
            ("Breaker", lane.breaker.clone()),
            ("Paused", yes(lane.paused)),
            (
                "Held until",
                lane.leased_until.map(instant).unwrap_or_default(),
            ),
            (
                "Next message",
                next.map(|next| next.kind.clone()).unwrap_or_default(),
            ),
            ("Its id", or_empty(next.map(|next| next.message_id))),
            ("Repeats", or_empty(next.and_then(|next| next.replay_of))),
        ]);
        sheet.heading("Tries");
        sheet.table(&self.tries);
        sheet.heading("Not delivered");
        sheet.table(&self.dead);
        sheet.heading("Decisions");
        sheet.table(&self.history);
        Ok(())
    }
}
