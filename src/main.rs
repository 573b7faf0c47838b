//! Parses the command line and runs it.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use cei_gateway::cli::{self, Cli, Exit, World};
use cei_gateway::clock::Clock;
use cei_gateway::config::process_environment;
use cei_gateway::random::Random;
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::stdout();
    let mut err = io::stderr();
    let world = World {
        variables: process_environment(),
        clock: Clock::System,
        random: Random::System,
        out: &mut out,
        err: &mut err,
        is_watched: io::stderr().is_terminal(),
        is_attended: io::stdin().is_terminal() && io::stdout().is_terminal(),
    };
    let exit = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        // Without threads not even an explanation can be promised.
        .map_or(Exit::TryAgain, |runtime| {
            runtime.block_on(cli::run(cli, world))
        });
    ExitCode::from(exit.code())
}
