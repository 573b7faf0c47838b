//! The signed bytes of an order: printed as they are, or verified.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use openssl::x509::X509;
use serde::Serialize;
use serde_json::json;

use crate::bureau::ORDER_NAMESPACE;
use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::order::Name;
use crate::cli::output::{Page, Sheet, instant};
use crate::domain::hex::hex;
use crate::flow::disclose_order::{disclose_order, open_order_bytes};
use crate::xmldsig::content::IgnoreContent;
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::{Verified, VerifyError, verify};

/// Print the signed bytes
#[derive(Args, Debug)]
pub(crate) struct Xml {
    #[command(flatten)]
    name: Name,
    /// Write to this new file, which only you can read, instead of to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Why, for the history; without personal data
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Verify the gateway's own signature on an order, and the stored digest
#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    name: Name,
    /// Certificates that are believed, PEM. Default: those of the seal's own chain
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

pub(crate) async fn xml(command: Xml, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let reason = command.reason.as_deref();
    let disclosure = disclose_order(&gateway, number, &actor, reason).await?;
    let mut reader = disclosure.reader(&gateway)?;
    let Some(path) = command.out else {
        io::copy(&mut reader, context.output.writer())?;
        context.output.raw(b"")?;
        return Ok(Exit::Ok);
    };
    let size = write_private(&path, &mut reader)?;
    let name = path.display();
    context.output.done(
        &json!({ "done": "written", "order": number, "file": path, "size_bytes": size }),
        &format!("{number}: {size} bytes written to {name}."),
    )?;
    Ok(Exit::Ok)
}

/// Writes a new file that nobody else can read: it is full of persons.
pub(crate) fn write_private(path: &Path, reader: &mut impl Read) -> Result<u64, CliError> {
    let name = path.display();
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = match file {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(CliError::refused(format!(
                "{name} exists; nothing was written"
            )));
        }
        file => file.with_context(|| format!("making {name}"))?,
    };
    let size = io::copy(reader, &mut file).with_context(|| format!("writing {name}"))?;
    file.flush()?;
    Ok(size)
}

/// What verifying an order found.
#[derive(Serialize)]
struct Verdict {
    order: String,
    signer: String,
    algorithm: String,
    signed_at: chrono::DateTime<chrono::Utc>,
    sha256: String,
    size_bytes: u64,
}

impl Page for Verdict {
    fn write(&self, sheet: &mut Sheet) -> io::Result<()> {
        sheet.line("The signature holds, and the bytes are those that were recorded.");
        sheet.fields(&[
            ("Order", self.order.clone()),
            ("Signed by", self.signer.clone()),
            ("Signed", instant(self.signed_at)),
            ("Algorithm", self.algorithm.clone()),
            ("SHA-256", self.sha256.clone()),
            ("Bytes", self.size_bytes.to_string()),
        ]);
        Ok(())
    }
}

pub(crate) async fn verify_order(
    command: Verify,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let gateway = context.gateway().await?;
    let anchors = match &command.trust {
        Some(file) => read_certificates(file)?,
        None => gateway.seal.certificates().to_vec(),
    };
    let disclosure = open_order_bytes(&gateway, number).await?;
    // A seal's certificate may have run out since: what counts is the day of signing.
    let signed_at = disclosure.order.signed_at;
    let at = signed_at.unwrap_or_else(|| context.clock.now());
    let mut policy = TrustPolicy::new(anchors, ORDER_NAMESPACE, at);
    policy.allow_rsa_pkcs1 = true; // A seal may be RSA where a partner cannot do better.
    let reader = disclosure.reader(&gateway)?;
    let verified = tokio::task::spawn_blocking(move || verify(reader, &policy, &mut IgnoreContent))
        .await
        .context("the verifying task ended early")?
        .map_err(judge)?;
    require_recorded(&verified, disclosure.sha256.as_deref())?;
    context.output.page(&Verdict {
        order: disclosure.order.number,
        signer: verified.signer_subject,
        algorithm: format!("{:?}", verified.algorithm),
        signed_at: verified.signed_at,
        sha256: hex(&verified.sha256),
        size_bytes: verified.size_bytes,
    })?;
    Ok(Exit::Ok)
}

fn judge(error: VerifyError) -> CliError {
    match error {
        VerifyError::Read(_) => CliError::from(anyhow::Error::new(error)),
        VerifyError::Refused(_) | VerifyError::Content { .. } => CliError::invalid(error),
    }
}

fn require_recorded(verified: &Verified, recorded: Option<&[u8]>) -> Result<(), CliError> {
    if recorded == Some(verified.sha256.as_slice()) {
        return Ok(());
    }
    Err(CliError::invalid(
        "the signature holds, but the bytes are not those that were recorded",
    ))
}

fn read_certificates(file: &Path) -> Result<Vec<X509>, CliError> {
    let name = file.display();
    let pem = std::fs::read(file).with_context(|| format!("reading {name}"))?;
    let found = X509::stack_from_pem(&pem).unwrap_or_default();
    if found.is_empty() {
        return Err(CliError::invalid(format!(
            "{name} holds no certificate in PEM"
        )));
    }
    Ok(found)
}
