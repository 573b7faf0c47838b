//! `simulate`: the other parties on this machine, for development. They see only the wire, and
//! keep the clock on the wall, as the gateway does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{Days, NaiveDate, TimeDelta};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::signals::Signals;
use crate::clock::Clock;
use crate::config::read_secret_text;
use crate::domain::money::Money;
use crate::simulator::bureau::{Bureau, BureauKeys, BureauSettings, FailureRates, Plan};
use crate::simulator::channels::{ChannelKeys, ChannelSettings, Channels, MishapRates};
use crate::simulator::offices::{OfficeKeys, OfficeSettings, Offices};
use crate::simulator::pass::Pass;
use crate::simulator::script;

/// How long a simulator rests at most: others may have caused something meanwhile.
const REST: Duration = Duration::from_secs(1);
/// Days over which a script is played.
const SCRIPT_DAYS: u64 = 14;

/// The other parties, for development: they see only the wire
#[derive(Debug, Subcommand)]
pub(crate) enum Simulate {
    /// The bureau: takes orders, makes cards, answers in signed documents, until SIGTERM or SIGINT
    Bureau(BureauArguments),
    /// The eight offices of Cluj with their applicants, until SIGTERM or SIGINT
    Offices(OfficesArguments),
}

/// What every simulator is told.
#[derive(Args, Debug)]
pub(crate) struct Stage {
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

/// The bureau
#[derive(Args, Debug)]
pub(crate) struct BureauArguments {
    #[command(flatten)]
    stage: Stage,
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9443")]
    bind: SocketAddr,
    /// Its code in documents
    #[arg(long, value_name = "CODE", default_value = "CNIN")]
    code: String,
    /// Folder where copies of orders, receipts and acknowledgements are kept
    #[arg(long, value_name = "DIR")]
    copies: Option<PathBuf>,
    /// Make every card at the first attempt
    #[arg(long)]
    flawless: bool,
}

/// The eight offices of Cluj with their applicants
#[derive(Args, Debug)]
pub(crate) struct OfficesArguments {
    #[command(flatten)]
    stage: Stage,
    /// How many applicants come
    #[arg(long, value_name = "N", default_value_t = 100)]
    applications: u32,
    /// First day of the fortnight in which they come; by default it is over, and all come at once
    #[arg(long, value_name = "DATE")]
    first_day: Option<NaiveDate>,
    /// File with an API key of back-office automation: with it, applicants pay at CEC Bank and
    /// `SelfPay`, and the files and notifications of both reach the gateway
    #[arg(long, value_name = "FILE")]
    channels_key_file: Option<PathBuf>,
}

pub(crate) async fn run(command: Simulate, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Simulate::Bureau(arguments) => bureau(arguments, context).await,
        Simulate::Offices(arguments) => offices(arguments, context).await,
    }
}

async fn bureau(arguments: BureauArguments, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let stage = &arguments.stage;
    let keys = BureauKeys::from_dir(&stage.certs).context("reading the bureau's keys")?;
    let settings = BureauSettings {
        bind: arguments.bind,
        plan: Plan::each(stage.mishaps),
        dir: arguments.copies,
        rates: if arguments.flawless {
            FailureRates::NONE
        } else {
            FailureRates::default()
        },
        ..BureauSettings::honest(&arguments.code, stage.seed)
    };
    let bureau = Bureau::open(settings, keys, context.clock.clone());
    let bureau = bureau.context("opening the bureau")?;
    bureau.speak_to(&stage.gateway);
    let url = bureau.url();
    context.output.done(
        &json!({ "done": "listening", "url": url }),
        &format!("The bureau takes orders at {url}."),
    )?;
    let mut signals = Signals::listen()?;
    loop {
        let pass = bureau.work().await.context("writing a document")?;
        if is_stopped(&mut signals, &pass, &context.clock).await {
            break;
        }
    }
    bureau.close().await;
    let ledger = bureau.ledger();
    let cards: u64 = ledger.cards.values().copied().map(u64::from).sum();
    context.output.done(
        &json!({
            "done": "closed",
            "orders": ledger.orders,
            "lines": ledger.lines,
            "cards": cards,
            "shipped": ledger.shipped_cards,
            "ordered_twice": ledger.duplicates,
        }),
        &format!(
            "{} orders with {} lines taken, {cards} cards made, {} shipped, {} ordered twice.",
            ledger.orders,
            ledger.lines,
            ledger.shipped_cards,
            ledger.duplicates.len()
        ),
    )?;
    Ok(Exit::Ok)
}

async fn offices(arguments: OfficesArguments, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let stage = &arguments.stage;
    let keys = OfficeKeys::from_dir(&stage.certs).context("reading the offices' keys")?;
    let today = context.clock.today();
    let over = today.checked_sub_days(Days::new(SCRIPT_DAYS * 2));
    let first_day = arguments.first_day.or(over).unwrap_or(today);
    let script = script::write(stage.seed, arguments.applications, first_day);
    let settings = OfficeSettings {
        gateway_url: stage.gateway.clone(),
        seed: stage.seed,
        fee: Money::from_lei(70),
        parallel: 4,
        quiet: TimeDelta::zero(),
    };
    let mut offices = Offices::new(settings, keys, script, context.clock.clone());
    let mut channels = channels(&arguments, context)?;
    let mut signals = Signals::listen()?;
    loop {
        let mut pass = offices.work().await;
        for payable in offices.take_payables() {
            if let Some(channels) = &mut channels {
                channels.pay(payable);
            }
        }
        if let Some(channels) = &mut channels {
            let paid = channels.work().await.context("signing a notification")?;
            pass.next_at = pass.next_at.into_iter().chain(paid.next_at).min();
        }
        if is_stopped(&mut signals, &pass, &context.clock).await {
            break;
        }
    }
    let ledger = offices.ledger();
    context.output.done(
        &json!({
            "done": "closed",
            "submitted": ledger.submitted,
            "refused": ledger.refused,
            "events": ledger.events,
            "handed_over": ledger.handed_over,
            "surprises": ledger.surprises,
        }),
        &format!(
            "{} applications taken in, {} cards handed over, {} events read, {} surprises.",
            ledger.submitted,
            ledger.handed_over,
            ledger.events,
            ledger.surprises.len()
        ),
    )?;
    Ok(Exit::Ok)
}

fn channels(
    arguments: &OfficesArguments,
    context: &Context<'_>,
) -> Result<Option<Channels>, CliError> {
    let Some(file) = &arguments.channels_key_file else {
        return Ok(None);
    };
    let stage = &arguments.stage;
    let key = read_secret_text(file).context("reading the API key of the channels")?;
    let keys = ChannelKeys::from_dir(&stage.certs).context("reading the channels' keys")?;
    let settings = ChannelSettings {
        gateway_url: stage.gateway.clone(),
        api_key: key.expose().clone(),
        seed: stage.seed,
        station_percent: 40,
        mishaps: MishapRates::each(stage.mishaps),
    };
    Ok(Some(Channels::new(settings, keys, context.clock.clone())))
}

/// Rests until something is due or somebody may have caused something; tells whether to stop.
async fn is_stopped(signals: &mut Signals, pass: &Pass, clock: &Clock) -> bool {
    let rest = pass.rest(clock.now(), REST);
    tokio::select! {
        () = signals.asked_to_stop() => true,
        () = clock.sleep(rest) => false,
    }
}
