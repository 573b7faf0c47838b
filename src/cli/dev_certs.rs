//! `dev-certs`: every key of every party, for one machine without any. Never for production.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::domain::office::{CLUJ, OfficeCode};
use crate::transport::certificates::{
    CertificatesError, Validity, generate_development_certificates,
};

/// Make development keys and certificates for every party
#[derive(Args, Debug)]
pub(crate) struct DevCerts {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "certs")]
    dir: PathBuf,
    /// Code of an office that gets a client certificate; may be repeated. Default: those of Cluj
    #[arg(long = "office", value_name = "CODE")]
    offices: Vec<String>,
    /// Replace what is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(command: &DevCerts, context: &mut Context<'_>) -> Result<Exit, CliError> {
    for code in &command.offices {
        OfficeCode::parse(code).map_err(|fault| CliError::usage(format!("{code:?}: {fault}")))?;
    }
    let mut offices: Vec<&str> = command.offices.iter().map(String::as_str).collect();
    if offices.is_empty() {
        offices = CLUJ.iter().map(|office| office.code).collect();
    }
    let validity = Validity::around(context.clock.now());
    let dir = &command.dir;
    let files = match generate_development_certificates(dir, &offices, validity, command.force) {
        Ok(files) => files,
        Err(there @ CertificatesError::AlreadyThere { .. }) => {
            return Err(CliError::refused(format!("{there}; replace with --force")));
        }
        Err(other) => return Err(anyhow::Error::new(other).into()),
    };
    let (count, dir) = (files.len(), dir.display());
    context.output.done(
        &json!({ "done": "written", "files": files, "valid_until": validity.until }),
        &format!(
            "{count} files written to {dir}, valid until {}. They serve development only.",
            validity.until.date_naive()
        ),
    )?;
    Ok(Exit::Ok)
}
