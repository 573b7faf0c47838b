//! `xml`: the canonical form, the signing and the verifying of any document, for whoever has to
//! look into one. Needs neither a configuration nor a database.

mod c14n;
mod key;
mod sign;
pub(in crate::cli) mod source;
mod token_uri;
mod trust;
mod verify;

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;

/// Signed XML of any kind: canonical form, sign, verify
#[derive(Debug, Subcommand)]
pub(crate) enum Xml {
    /// Print the exclusive canonical form (Exclusive XML Canonicalization 1.0)
    C14n(c14n::C14n),
    /// Sign a document: the signature becomes the last child of its root
    Sign(sign::Sign),
    /// Verify a signed document and tell who signed it; ends with 0 when it is valid, with 7 when not
    Verify(verify::Verify),
}

pub(crate) fn run(command: Xml, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Xml::C14n(command) => c14n::run(&command, context),
        Xml::Sign(command) => sign::run(&command, context),
        Xml::Verify(command) => verify::run(command, context),
    }
}
