//! `simulate`: the other parties on this machine, for development. They see only the wire, and
//! keep the clock on the wall, as the gateway does; the channels catch up with it.

mod bureau;
mod channels;
mod offices;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use clap::{Args, Subcommand};

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::signals::Signals;
use crate::clock::Clock;
use crate::simulator::pass::Pass;

/// How long a simulator rests at most: others may have caused something meanwhile.
const REST: Duration = Duration::from_secs(1);
/// How long ago a story begins that is over today: twice its fortnight.
const STORY_DAYS: u64 = 28;

/// The other parties, for development: they see only the wire
#[derive(Debug, Subcommand)]
pub(crate) enum Simulate {
    /// The bureau: takes orders, makes cards, answers in signed documents, until SIGTERM or SIGINT
    Bureau(bureau::BureauArguments),
    /// The ways money comes: CEC Bank's statements and `SelfPay`'s calls, until SIGTERM or SIGINT
    Channels(channels::ChannelsArguments),
    /// The eight offices of Cluj with their applicants, until SIGTERM or SIGINT
    Offices(offices::OfficesArguments),
}

/// What every simulator is told.
#[derive(Args, Debug)]
struct Stage {
    /// Where the gateway is, without a slash at the end
    #[arg(long, value_name = "URL", default_value = "https://localhost:8443")]
    gateway: String,
    /// Folder of development certificates (`dev-certs`)
    #[arg(long, value_name = "DIR", default_value = "certs")]
    certs: PathBuf,
    /// What all chance follows from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How often each mishap happens, in a thousand occasions
    #[arg(long, value_name = "N", default_value_t = 0)]
    mishaps: u32,
}

pub(crate) async fn run(command: Simulate, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Simulate::Bureau(arguments) => bureau::run(arguments, context).await,
        Simulate::Channels(arguments) => channels::run(arguments, context).await,
        Simulate::Offices(arguments) => offices::run(arguments, context).await,
    }
}

/// The first day of a story: the one that is named, or one so long ago that the story is over.
fn first_day(named: Option<NaiveDate>, clock: &Clock) -> NaiveDate {
    let today = clock.today();
    let over = today.checked_sub_days(Days::new(STORY_DAYS));
    named.or(over).unwrap_or(today)
}

/// Rests until something is due or somebody may have caused something; tells whether to stop.
async fn is_stopped(signals: &mut Signals, pass: &Pass, clock: &Clock) -> bool {
    rests_or_stops(signals, pass.rest(clock.now(), REST), clock).await
}

/// Rests; tells whether to stop.
async fn rests_or_stops(signals: &mut Signals, rest: Duration, clock: &Clock) -> bool {
    tokio::select! {
        () = signals.asked_to_stop() => true,
        () = clock.sleep(rest) => false,
    }
}
