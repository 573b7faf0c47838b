//! `simulate bureau`: takes orders, makes cards, answers in signed documents.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::signals::Signals;
use crate::cli::simulate::{Stage, is_stopped};
use crate::simulator::bureau::{Bureau, BureauKeys, BureauSettings, FailureRates, Plan};

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
    /// Lay documents out for the gateway to fetch, instead of posting them
    #[arg(long, conflicts_with = "spool")]
    outbox: bool,
    /// Take orders from the gateway's spool, and lay documents into it
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// Make every card at the first attempt
    #[arg(long)]
    flawless: bool,
}

pub(super) async fn run(
    arguments: BureauArguments,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
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
    if arguments.outbox {
        bureau.keep_on_shelf();
    }
    if let Some(dir) = arguments.spool {
        bureau.use_spool(dir);
    }
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
