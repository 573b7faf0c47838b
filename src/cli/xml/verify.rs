//! `xml verify`: whether a document is signed by the profile, and by whom.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Sheet, instant, or_empty};
use crate::cli::xml::source;
use crate::cli::xml::trust::Trust;
use crate::domain::hex::hex;
use crate::xmldsig::content::IgnoreContent;
use crate::xmldsig::refusal::Refusal;
use crate::xmldsig::verify::{Verified, VerifyError, verify};

const MORE: &str = "Any document that is signed by the profile of docs/signature-profile.md can be \
    valid; its content is not looked at. Nothing is said before the last byte was read, in one pass \
    and little memory at any length.\n\n\
    With --json: valid, code, reason, line, column (of a refusal, else null), signer, signed_at, \
    algorithm, digest (SHA-256 of the file), document_digest (SHA-256 of the canonical document \
    without its signature), size_bytes (of a valid document, else null).\n\n\
    7 says that the document is not valid, and nothing else; 3 that there is no such file, 2 that a \
    file of certificates or revocation lists holds none, 1 that something could not be read.";

/// Verify a signed document
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Verify {
    #[command(flatten)]
    trust: Trust,
    /// The document; `-` is standard input
    file: PathBuf,
}

/// What verifying a document found.
#[derive(Debug, Default, Serialize)]
struct Verdict {
    valid: bool,
    code: Option<&'static str>,
    reason: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    signer: Option<String>,
    signer_serial: Option<String>,
    signed_at: Option<DateTime<Utc>>,
    algorithm: Option<&'static str>,
    digest: Option<String>,
    document_digest: Option<String>,
    size_bytes: Option<u64>,
}

impl From<Verified> for Verdict {
    fn from(verified: Verified) -> Self {
        Self {
            valid: true,
            signer: Some(verified.signer_subject),
            signer_serial: Some(verified.signer_serial),
            signed_at: Some(verified.signed_at),
            algorithm: Some(verified.algorithm.as_str()),
            digest: Some(hex(&verified.sha256)),
            document_digest: Some(hex(&verified.document_digest)),
            size_bytes: Some(verified.size_bytes),
            ..Self::default()
        }
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: Some(refusal.code.as_str()),
            reason: Some(refusal.detail),
            line: Some(refusal.line),
            column: Some(refusal.column),
            ..Self::default()
        }
    }
}

impl Page for Verdict {
    fn write(&self, sheet: &mut Sheet) -> io::Result<()> {
        sheet.line(match self.code {
            None => "The signature holds.",
            Some(_) => "The document is NOT valid.",
        });
        sheet.fields(&[
            ("Code", or_empty(self.code)),
            ("Reason", self.reason.clone().unwrap_or_default()),
            ("Line", or_empty(self.line)),
            ("Column", or_empty(self.column)),
            ("Signed by", self.signer.clone().unwrap_or_default()),
            ("Serial", self.signer_serial.clone().unwrap_or_default()),
            ("Signed", self.signed_at.map(instant).unwrap_or_default()),
            ("Algorithm", or_empty(self.algorithm)),
            ("SHA-256", self.digest.clone().unwrap_or_default()),
            ("Document", self.document_digest.clone().unwrap_or_default()),
            ("Bytes", or_empty(self.size_bytes)),
        ]);
        Ok(())
    }
}

pub(super) fn run(command: Verify, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let document = source::open(&command.file)?;
    let policy = command.trust.policy(context)?;
    let verdict = match verify(document, &policy, &mut IgnoreContent) {
        Ok(verified) => Verdict::from(verified),
        Err(VerifyError::Refused(refusal)) => Verdict::from(refusal),
        Err(other @ (VerifyError::Read(_) | VerifyError::Content { .. })) => {
            return Err(CliError::from(anyhow::Error::new(other)));
        }
    };
    context.output.page(&verdict)?;
    Ok(if verdict.valid {
        Exit::Ok
    } else {
        Exit::Invalid
    })
}
