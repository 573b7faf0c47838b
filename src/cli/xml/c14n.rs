//! `xml c14n`: the canonical form of a document.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::whole_file;
use crate::cli::xml::source;
use crate::xmldsig::canonical::{CanonicalizeError, canonicalize, canonicalize_with_comments};
use crate::xmldsig::trust::Limits;

const MORE: &str = "Without comments (the default) this is \
    http://www.w3.org/2001/10/xml-exc-c14n#, the form that signatures of the gateway are over; \
    with comments it is http://www.w3.org/2001/10/xml-exc-c14n#WithComments, the form that \
    `xmllint --exc-c14n` prints. No prefix is inclusive.\n\n\
    A document must be well-formed XML 1.0 with namespaces, in UTF-8, and without document type \
    declaration; else it is refused with a code, a line and a byte of that line, and the command \
    ends with 7. A UTF-8 byte order mark at the beginning is no part of the document and is \
    dropped. Any length is read in the same little memory; one tag, text, comment or instruction \
    may have 10,000,000 bytes, elements may be 256 deep, as in libxml2.\n\n\
    On stdout there may be the beginning of a document that is refused later; a file of --out is \
    whole or not there.";

/// Print the exclusive canonical form
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct C14n {
    /// Keep comments, as `xmllint --exc-c14n` does
    #[arg(long)]
    with_comments: bool,
    /// Write to this file, which only you can read, instead of to stdout; it is replaced as a whole
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The document; `-` is standard input
    file: PathBuf,
}

pub(super) fn run(command: &C14n, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let document = source::open(&command.file)?;
    let limits = Limits::of_any_document();
    whole_file::write_to(command.out.as_deref(), context, |sink| {
        let written = if command.with_comments {
            canonicalize_with_comments(document, sink, &limits)
        } else {
            canonicalize(document, sink, &limits)
        };
        written.map_err(judge)
    })?;
    if let Some(path) = &command.out {
        let name = path.display();
        context.output.done(
            &json!({ "done": "written", "file": path }),
            &format!("The canonical form is written to {name}."),
        )?;
    }
    Ok(Exit::Ok)
}

fn judge(error: CanonicalizeError) -> CliError {
    match error {
        CanonicalizeError::Refused(refusal) => CliError::invalid(refusal),
        CanonicalizeError::Read(_) | CanonicalizeError::Write(_) => {
            CliError::from(anyhow::Error::new(error))
        }
    }
}
