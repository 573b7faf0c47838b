//! `payment close-day` and `payment reopen-day`.

use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::{Why, codes};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::domain::day::DayEvent;
use crate::domain::payment::Channel;
use crate::flow::close_day::{DayRefusal, decide_day};
use crate::http::payments::report_view::DayDecisionView;

/// Which books of a day.
#[derive(Args, Debug)]
pub(crate) struct Which {
    /// The day, in Romania
    day: NaiveDate,
    /// Only this channel
    #[arg(long, ignore_case = true, value_parser = codes(Channel::ALL, Channel::parse))]
    channel: Option<Channel>,
}

/// Close the books of a day that is over, and keep its totals
#[derive(Args, Debug)]
pub(crate) struct CloseDay {
    #[command(flatten)]
    which: Which,
    /// Why it may be closed although something does not agree; without personal data
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Open the books of a closed day again
#[derive(Args, Debug)]
pub(crate) struct ReopenDay {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    why: Why,
}

impl Refusal for DayRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::ReasonMissing => Exit::Usage,
            Self::NotOver
            | Self::StateForbids { .. }
            | Self::Disagrees { .. }
            | Self::KeyReused(_) => Exit::Refused,
        }
    }
}

pub(super) async fn close(command: &CloseDay, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let reason = command.reason.as_deref();
    decide(&command.which, DayEvent::CloseDecided, reason, context).await
}

pub(super) async fn reopen(
    command: &ReopenDay,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let reason = Some(command.why.reason.as_str());
    decide(&command.which, DayEvent::ReopenDecided, reason, context).await
}

async fn decide(
    which: &Which,
    event: DayEvent,
    reason: Option<&str>,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let (day, channel) = (which.day, which.channel);
    let decided = decide_day(&gateway, day, channel, event, (&actor, reason)).await?;
    let data: Vec<DayDecisionView> = decided.iter().map(DayDecisionView::from).collect();
    let (done, word) = match event {
        DayEvent::CloseDecided => ("closed", "closed"),
        DayEvent::ReopenDecided => ("reopened", "open again"),
    };
    let channels: Vec<&str> = data.iter().map(|one| one.channel).collect();
    let sentence = format!("{day} is {word} on {}.", channels.join(" and "));
    let answer = json!({ "done": done, "day": day, "data": data });
    context.output.done(&answer, &sentence)?;
    Ok(Exit::Ok)
}
