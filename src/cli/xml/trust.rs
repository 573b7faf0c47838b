//! Whom `xml verify` believes, from the files that the command line names.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, ParseError, Utc};
use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::xmldsig::trust::{Limits, TrustError, TrustPolicy};

/// Whom to believe, and when.
#[derive(Args, Debug)]
pub(crate) struct Trust {
    /// Certificates that are believed, PEM: roots, or issuers below one
    #[arg(long = "trust", value_name = "CA.pem")]
    anchors: PathBuf,
    /// Revocation lists, PEM, or one in DER; may be repeated. The signer's issuer must have one then
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// The instant at which certificates and lists must be valid (RFC 3339). Default: now
    #[arg(long, value_name = "RFC3339", value_parser = parse_instant)]
    at: Option<DateTime<Utc>>,
    /// Accept only documents whose namespaces are these; may be repeated. Default: any
    #[arg(long = "namespace", value_name = "URI")]
    namespaces: Vec<String>,
    /// Accept RSA PKCS#1 v1.5 too, which ends in 2029
    #[arg(long)]
    allow_rsa_pkcs1: bool,
}

impl Trust {
    /// What a document must fulfil; of any length, for it is read from a stream.
    pub(super) fn policy(self, context: &Context<'_>) -> Result<TrustPolicy, CliError> {
        let at = self.at.unwrap_or_else(|| context.clock.now());
        let anchors = read(&self.anchors)?;
        let policy = TrustPolicy::of_any_document(&anchors, at);
        let mut policy = policy.map_err(|error| without_use(&self.anchors, &error))?;
        for file in &self.crl {
            let lists = read(file)?;
            let extended = policy.with_crls(&lists);
            policy = extended.map_err(|error| without_use(file, &error))?;
        }
        if !self.namespaces.is_empty() {
            policy.any_namespace = false;
            policy.allowed_namespaces = self.namespaces;
        }
        policy.allow_rsa_pkcs1 = self.allow_rsa_pkcs1;
        policy.limits = Limits::of_any_length();
        Ok(policy)
    }
}

fn parse_instant(text: &str) -> Result<DateTime<Utc>, ParseError> {
    Ok(DateTime::parse_from_rfc3339(text)?.to_utc())
}

fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    let reading = || format!("reading {}", file.display());
    Ok(std::fs::read(file).with_context(reading)?)
}

/// A file of trust without use is a wrong command line: 7 says something of the document alone.
fn without_use(file: &Path, error: &TrustError) -> CliError {
    CliError::usage(format!("{}: {error}", file.display()))
}
