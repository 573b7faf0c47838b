//! `cei-gateway demo`: the main job from end to end, with a gateway of its own, over real TLS,
//! against a bureau, channels and offices that err as in life, on a clock that is moved by hand.

mod account;
mod counter;
mod opened;
mod outage;
mod people;
mod play;
mod report;
mod sequel;
mod stage;
mod stay;

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::context::Context;
use crate::cli::demo::stay::{invitation, stay};
use crate::cli::exit::{CliError, Exit};
use crate::cli::signals::Signals;
use crate::clock::Clock;
use crate::flow::Failure;

pub use crate::cli::demo::account::{Account, draw_up};
pub use crate::cli::demo::opened::Opened;
pub use crate::cli::demo::outage::Outages;
pub use crate::cli::demo::people::Person;
pub use crate::cli::demo::play::{play, settle};
pub use crate::cli::demo::stage::{Stage, Wish, set};

/// What the demo is told.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// How many applications the eight Cluj offices take in a fortnight
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    applications: u32,
    /// What all chance follows from; the same seed gives the same story
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the database, the orders as sent, the acknowledgements and the trust anchors; an
    /// earlier demo in it is cleared
    #[arg(long, default_value = "demo-out", value_name = "DIR")]
    out: PathBuf,
    /// Database instead of an SQLite file in the folder: `sqlite:FILE` that does not exist, or
    /// `postgres://…`, where the demo makes a schema of its own
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// End when the story has ended. Without this the console opens afterwards and the gateway's API
    /// stays up, if a person sits at the terminal: never with `--json`, in a pipe, or where `CI` is
    /// set
    #[arg(long)]
    once: bool,
    /// Let console and API stay up whoever watches, until the program is asked to stop
    #[arg(long, conflicts_with = "once")]
    stay: bool,
    /// How fast the demo's time goes meanwhile: seconds of it in one of ours; sessions of the console
    /// end by it
    #[arg(long, default_value_t = 1, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pace: u32,
}

impl Demo {
    /// Plays, and prints the account.
    pub(crate) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let begun_at = Clock::System.now();
        let wish = Wish {
            database: self.database,
            ..Wish::new(self.applications, self.seed, self.out)
        };
        let mut stage = set(&wish).await?;
        let bar = progress_bar(u64::from(wish.applications), context.is_watched);
        play(&mut stage, |stage| show(&bar, stage)).await?;
        bar.finish_and_clear();
        let seconds = (Clock::System.now() - begun_at).num_seconds();
        let account = draw_up(&stage, u64::try_from(seconds).unwrap_or(0)).await?;
        context.output.page(&account)?;
        if self.stay || stays(self.once, context) {
            let wishes = (wish.applications, self.pace);
            Box::pin(welcome_all(stage, wishes, context)).await?;
        } else {
            stage.close().await;
        }
        Ok(if account.discrepancies.is_empty() {
            Exit::Ok
        } else {
            Exit::Failure
        })
    }
}

/// Opens console and API to whoever wants to try them, until asked to stop.
async fn welcome_all(
    stage: Stage,
    (applications, pace): (u32, u32),
    context: &mut Context<'_>,
) -> Result<(), CliError> {
    let mut signals = Signals::listen()?;
    let mut opened = Box::pin(Opened::open(stage, applications)).await?;
    let mut counter = counter::open(&opened.stage).await?;
    let told = opened.welcome() + &invitation(&opened.stage, &counter)?;
    context.output.raw(told.as_bytes())?;
    let time = (&Clock::System, pace);
    let stayed = stay(
        &mut opened.stage,
        &mut counter,
        time,
        signals.asked_to_stop(),
    )
    .await;
    opened.close().await;
    Ok(stayed?)
}

/// What a flow did. That it refuses what the demo's own people do is a fault of the demo.
fn done<T, R: std::fmt::Display>(outcome: Result<T, Failure<R>>) -> anyhow::Result<T> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(refusal) => anyhow::anyhow!("refused: {refusal}"),
        Failure::Broken(error) => error,
    })
}

/// Whether somebody is there to whom an API that stays up is of use.
fn stays(once: bool, context: &Context<'_>) -> bool {
    let is_ci = context.variables.get("CI").is_some_and(|ci| !ci.is_empty());
    !once && !is_ci && context.is_attended && !context.output.is_json()
}

fn progress_bar(applications: u64, is_watched: bool) -> ProgressBar {
    let target = if is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(applications), target);
    let style = ProgressStyle::with_template("{msg}  {bar:40} {pos}/{len} cards handed over");
    bar.with_style(style.unwrap_or_else(|_malformed| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, stage: &Stage) {
    let ledger = stage.offices.ledger();
    let day = stage.gateway.clock.now().format("%d.%m.%Y %H:%M");
    bar.set_message(format!("{day}  {} applications taken in", ledger.submitted));
    bar.set_position(ledger.handed_over);
}
