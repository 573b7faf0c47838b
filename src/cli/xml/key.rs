//! The key that `xml sign` signs with, from the files that the command line names.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use zeroize::Zeroizing;

use crate::cli::exit::CliError;
use crate::vault::private_file;
use crate::xmldsig::key::PemKey;

/// What signs, and with which certificate.
#[derive(Args, Debug)]
pub(crate) struct KeyFiles {
    /// Private key: PEM, or PKCS#12 with its certificates. Only you may be able to read it
    #[arg(long, value_name = "KEY.pem|KEY.p12")]
    key: PathBuf,
    /// Certificate of the key, PEM, with intermediate ones after it. Default: those of the PKCS#12
    #[arg(long, value_name = "CERT.pem")]
    cert: Option<PathBuf>,
    /// Further intermediate certificates, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    chain: Option<PathBuf>,
    /// File whose only line is the passphrase of the key. Only you may be able to read it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Have an RSA key sign with PKCS#1 v1.5, for verifiers without RSA-PSS; ends in 2029
    #[arg(long)]
    rsa_pkcs1: bool,
}

impl KeyFiles {
    /// Reads the key and its certificates, which must belong together.
    pub(super) fn load(&self) -> Result<PemKey, CliError> {
        let file = read_secret(&self.key)?;
        let passphrase = self.passphrase_file.as_deref().map(read_passphrase);
        let passphrase = passphrase.transpose()?;
        let chain = self.certificates()?;
        let key = PemKey::from_file(
            &file,
            passphrase.as_ref().map(|text| text.as_str()),
            chain.as_deref(),
        );
        let key = key.with_context(|| format!("using the key {}", self.key.display()))?;
        Ok(if self.rsa_pkcs1 {
            key.with_rsa_pkcs1()
        } else {
            key
        })
    }

    /// The certificates that the command line names, the signer's first.
    fn certificates(&self) -> Result<Option<Vec<u8>>, CliError> {
        let Some(own) = &self.cert else {
            return Ok(None);
        };
        let mut pem = read(own)?;
        if let Some(chain) = &self.chain {
            // The file before may end without a line end.
            pem.push(b'\n');
            pem.extend(read(chain)?);
        }
        Ok(Some(pem))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    let reading = || format!("reading {}", file.display());
    Ok(std::fs::read(file).with_context(reading)?)
}

fn read_secret(file: &Path) -> Result<Zeroizing<Vec<u8>>, CliError> {
    Ok(private_file::read(file).map_err(anyhow::Error::new)?)
}

/// The passphrase, without the line end that editors add.
fn read_passphrase(file: &Path) -> Result<Zeroizing<String>, CliError> {
    let content = read_secret(file)?;
    let text = std::str::from_utf8(&content).ok();
    let text = text.ok_or_else(|| CliError::usage(format!("{} is not UTF-8", file.display())))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Ok(Zeroizing::new(line.to_owned()))
}
