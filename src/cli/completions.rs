//! `completions`: what a shell needs to complete this command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::{Cli, Exit};

/// Print completions for a shell
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell; for bash: `cei-gateway completions bash > /etc/bash_completion.d/cei-gateway`
    shell: Shell,
}

pub(crate) fn run(command: &Completions, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(
        command.shell,
        &mut Cli::command(),
        "cei-gateway",
        &mut script,
    );
    context.output.raw(&script)?;
    Ok(Exit::Ok)
}
