//! The command line: one file per sub-command, and one way in and out for all of them.
//!
//! A command writes to the writer that it is given, asks the clock that it is given, and ends with
//! an [`Exit`]; nothing here prints by itself, so that tests read what people read. Texts for
//! people go to `out`, also in JSON; why something was not done, and progress, go to `err`.

mod application;
mod arguments;
mod audit;
mod card;
mod cause;
mod check;
mod complaint;
mod completions;
mod consignment;
mod context;
pub mod demo;
mod dev_certs;
mod exit;
mod explain;
mod hold;
mod key;
mod migrate;
mod office;
mod order;
mod outbox;
mod output;
mod payment;
mod serve;
mod signals;
mod simulate;
#[cfg(test)]
mod tests;
mod user;
mod webhook;
mod whole_file;
mod xml;

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::Output;
use crate::clock::Clock;
use crate::random::Random;

pub use crate::cli::exit::Exit;

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failure, 2 wrong command line, 3 not found, \
    4 refused, 5 partly done, 6 the other side is unreachable, 7 data invalid or signature bad, \
    75 try again later.";

/// Gateway between Romania's local offices, the payment channels and the bureau that personalizes
/// electronic identity cards.
#[derive(Debug, Parser)]
#[command(name = "cei-gateway", version, after_help = EXIT_CODES)]
#[command(disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// Configuration file; else the one that `CEI_CONFIG` names, else `/etc/cei-gateway/config.toml`
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON of a stable shape instead of tables and sentences
    #[arg(long, global = true)]
    json: bool,
    /// Who decides, for the history; else `CEI_OPERATOR`, else the user who runs the command
    #[arg(long, global = true, value_name = "NAME")]
    operator: Option<String>,
    #[command(subcommand)]
    command: Command,
}

/// What can be asked for, in the order of a first day: set up, run, look, decide.
#[derive(Debug, Subcommand)]
enum Command {
    /// Play the main job from end to end with simulated offices, payers and bureau
    Demo(demo::Demo),
    /// Make development keys and certificates for every party
    DevCerts(dev_certs::DevCerts),
    /// Bring the database's schema up to date
    Migrate,
    /// Show the effective configuration and try everything that it names
    Check,
    /// Serve the API and run the workers until SIGTERM or SIGINT
    Serve(serve::Serve),
    /// Run the workers alone, beside other processes that serve
    Work,
    /// Local offices
    #[command(subcommand)]
    Office(office::Office),
    /// Certificates and API keys of those who call
    #[command(subcommand)]
    Key(key::Key),
    /// Accounts of the people who use the console
    #[command(subcommand)]
    User(user::UserCommand),
    /// What is on record: what people did, and callers who could not prove who they are
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Applications: import, look, set aside, cancel
    #[command(subcommand)]
    Application(application::Application),
    /// Payments: import statements, look, match by hand
    #[command(subcommand)]
    Payment(payment::Payment),
    /// Orders: look, verify, ask the bureau, send again, sign anew, set aside, cancel, prove
    #[command(subcommand)]
    Order(order::Order),
    /// Failed orders by their cause, and one decision for all of them
    #[command(subcommand)]
    Cause(cause::CauseCommand),
    /// Cards that will not come, or that nobody came for
    #[command(subcommand)]
    Card(card::Card),
    /// Consignments to offices: look at what was told and counted
    #[command(subcommand)]
    Consignment(consignment::Consignment),
    /// Complaints about cards: look, decide
    #[command(subcommand)]
    Complaint(complaint::Complaint),
    /// Destinations of messages, and messages that could not be delivered
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Offices' webhooks: look, try, enable, disable, push again
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// What waits for an operator's decision
    #[command(subcommand)]
    Hold(hold::Hold),
    /// Signed XML of any kind: canonical form, sign, verify
    #[command(subcommand)]
    Xml(xml::Xml),
    /// Explain a reason, a fault or a problem by its number or code
    Explain(explain::Explain),
    /// The other parties, for development: they see only the wire
    #[command(subcommand)]
    Simulate(simulate::Simulate),
    /// Print completions for a shell
    Completions(completions::Completions),
}

/// The world around the program, given by `main` or by a test.
pub struct World<'a> {
    /// The environment.
    pub variables: HashMap<String, String>,
    /// The time.
    pub clock: Clock,
    /// Randomness that is no key material.
    pub random: Random,
    /// Where results go.
    pub out: &'a mut dyn Write,
    /// Where complaints go.
    pub err: &'a mut dyn Write,
    /// Whether a person watches `err`.
    pub is_watched: bool,
    /// Whether a person sits at the terminal: types to it, and reads `out`.
    pub is_attended: bool,
}

/// Runs a parsed command line to its end.
pub async fn run(cli: Cli, world: World<'_>) -> Exit {
    let Cli {
        config,
        json,
        operator,
        command,
    } = cli;
    let mut context = Context {
        config_file: config,
        operator,
        variables: world.variables,
        clock: world.clock,
        random: world.random,
        output: Output::new(world.out, json),
        is_watched: world.is_watched,
        is_attended: world.is_attended,
    };
    match Box::pin(dispatch(command, &mut context)).await {
        Ok(exit) => exit,
        // Who reads `… | head` has seen enough; there is nobody to complain to.
        Err(error) if is_broken_pipe(&error) => Exit::Ok,
        Err(error) => {
            let complaint = writeln!(world.err, "{}", error.render(json));
            complaint.map_or(Exit::Failure, |()| error.exit)
        }
    }
}

async fn dispatch(command: Command, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Command::Demo(command) => command.run(context).await,
        Command::DevCerts(command) => dev_certs::run(&command, context),
        Command::Migrate => migrate::run(context).await,
        Command::Check => check::run(context).await,
        Command::Serve(command) => serve::serve(&command, context).await,
        Command::Work => serve::work(context).await,
        Command::Office(command) => office::run(command, context).await,
        Command::Key(command) => key::run(command, context).await,
        Command::User(command) => user::run(command, context).await,
        Command::Audit(command) => audit::run(command, context).await,
        Command::Application(command) => application::run(command, context).await,
        Command::Payment(command) => payment::run(command, context).await,
        Command::Order(command) => order::run(command, context).await,
        Command::Cause(command) => cause::run(command, context).await,
        Command::Card(command) => card::run(command, context).await,
        Command::Consignment(command) => consignment::run(command, context).await,
        Command::Complaint(command) => complaint::run(command, context).await,
        Command::Outbox(command) => outbox::run(command, context).await,
        Command::Webhook(command) => webhook::run(command, context).await,
        Command::Hold(command) => hold::run(command, context).await,
        Command::Xml(command) => xml::run(command, context),
        Command::Explain(command) => explain::run(&command, context),
        Command::Simulate(command) => simulate::run(command, context).await,
        Command::Completions(command) => completions::run(&command, context),
    }
}

fn is_broken_pipe(error: &CliError) -> bool {
    error
        .reason
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
