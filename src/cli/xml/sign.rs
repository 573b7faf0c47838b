//! `xml sign`: a signature of the profile for a document that is there already.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::whole_file;
use crate::cli::xml::key::KeyFiles;
use crate::cli::xml::source;
use crate::domain::hex::hex;
use crate::xmldsig::enveloped::{SignError, Terms, sign_document};
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::Limits;

const MORE: &str = "The document stays as it is, byte for byte; the signature (XAdES-B-B, see \
    docs/signature-profile.md) is put before the end tag of the root. Only a root without content, \
    <a/>, becomes <a>…</a>. The algorithm follows from the key: ECDSA on P-256 or P-384, RSA-PSS \
    from 3072 bits.\n\n\
    Documents that verifiers would refuse are refused before they are signed, with a code, a line \
    and a byte of that line, and the command ends with 7: those that are not well-formed or not \
    UTF-8, with a byte order mark, a document type, a comment, a processing instruction, a CDATA \
    section, a signature, an Id that stands twice or is one of the signature's, elements more than \
    32 deep.\n\n\
    On stdout there may be the beginning of a document that is refused later; a file of --out is \
    whole or not there, and may be the very file that is signed.";

/// Sign a document
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Sign {
    #[command(flatten)]
    key: KeyFiles,
    /// Media type of the document, for its signed properties
    #[arg(long, value_name = "TYPE", default_value = "application/xml")]
    mime: String,
    /// Write to this file, which only you can read, instead of to stdout; it is replaced as a whole
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The document; `-` is standard input
    file: PathBuf,
}

pub(super) fn run(command: &Sign, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let key = command.key.load(context.clock.now())?;
    let document = source::open(&command.file)?;
    let terms = Terms {
        signed_at: context.clock.now(),
        mime: &command.mime,
        limits: Limits::of_any_length(),
    };
    let written = whole_file::write_to(command.out.as_deref(), context, |sink| {
        let (_, written) = sign_document(document, sink, &*key, &terms).map_err(judge)?;
        Ok(written)
    })?;
    if let Some(path) = &command.out {
        let SignedDocument {
            sha256, size_bytes, ..
        } = &written;
        let (name, digest) = (path.display(), hex(sha256));
        context.output.done(
            &json!({
                "done": "signed",
                "file": path,
                "size_bytes": size_bytes,
                "digest": digest,
                "document_digest": hex(&written.document_digest),
                "algorithm": key.algorithm().as_str(),
            }),
            &format!("{size_bytes} bytes written to {name}, SHA-256 {digest}."),
        )?;
    }
    Ok(Exit::Ok)
}

fn judge(error: SignError) -> CliError {
    match error {
        SignError::Refused(refusal) => CliError::invalid(refusal),
        SignError::Read(_) | SignError::Write(_) => CliError::from(anyhow::Error::new(error)),
    }
}
