//! The key that `xml sign` signs with, from the files or the token that the command line names.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, Utc};
use clap::Args;
use zeroize::Zeroizing;

use crate::cli::exit::CliError;
use crate::cli::xml::token_uri::TokenUri;
use crate::vault::private_file;
use crate::xmldsig::key::{PemKey, SigningKey, read_chain};
use crate::xmldsig::refusal::Flaw;
use crate::xmldsig::token::{TokenKey, TokenPin, TokenPlace};
use crate::xmldsig::usage::require_fit;

/// What signs, and with which certificate.
#[derive(Args, Debug)]
pub(crate) struct KeyFiles {
    /// Private key: a file, PEM or PKCS#12 with its certificates, that only you can read; or a
    /// token's, by its URI (RFC 7512), such as
    /// `pkcs11:token=Seals;object=seal?module-path=/usr/lib/p11.so&pin-source=/etc/pin`
    #[arg(long, value_name = "KEY.pem|KEY.p12|pkcs11:…")]
    key: PathBuf,
    /// Certificate of the key, PEM, with intermediate ones after it. Default: those of the PKCS#12,
    /// or the token's own
    #[arg(long, value_name = "CERT.pem")]
    cert: Option<PathBuf>,
    /// Further intermediate certificates, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    chain: Option<PathBuf>,
    /// File whose only line is the passphrase of the key, or the token's PIN. Only you may be able
    /// to read it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Sign even if verifiers will refuse the certificate: expired, not yet valid, or not for
    /// signing documents
    #[arg(long)]
    even_if_unfit: bool,
    /// Have an RSA key sign with PKCS#1 v1.5, for verifiers without RSA-PSS; ends in 2029
    #[arg(long)]
    rsa_pkcs1: bool,
}

impl KeyFiles {
    /// Reads the key and its certificates, which must belong together, and with which one may sign
    /// at this instant.
    pub(super) fn load(&self, at: DateTime<Utc>) -> Result<Box<dyn SigningKey>, CliError> {
        let key = match TokenUri::parse(&self.key) {
            Some(uri) => self.open_token(uri.map_err(CliError::usage)?)?,
            None => self.read_file()?,
        };
        if let (false, Some(signer)) = (self.even_if_unfit, key.certificates().first()) {
            require_fit(signer, at).map_err(unfit)?;
        }
        Ok(key)
    }

    fn read_file(&self) -> Result<Box<dyn SigningKey>, CliError> {
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
            Box::new(key.with_rsa_pkcs1())
        } else {
            Box::new(key)
        })
    }

    fn open_token(&self, uri: TokenUri) -> Result<Box<dyn SigningKey>, CliError> {
        let pin_file = self.passphrase_file.as_ref().or(uri.pin_file.as_ref());
        let pin_file = pin_file.ok_or_else(|| {
            CliError::usage("the token needs its PIN: --passphrase-file FILE, or pin-source")
        })?;
        let place = TokenPlace {
            pin: TokenPin::new(&read_passphrase(pin_file)?),
            module: uri.module.unwrap_or_default(),
            token_label: uri.token_label,
            token_serial: uri.token_serial,
            key_label: uri.key_label,
            key_id: uri.key_id,
        };
        let chain = self.certificates()?;
        let chain = chain.as_deref().map(read_chain).transpose();
        let chain = chain.context("reading the certificates")?;
        let key = TokenKey::open(place, chain).context("using the key in its token")?;
        Ok(if self.rsa_pkcs1 {
            Box::new(key.with_rsa_pkcs1())
        } else {
            Box::new(key)
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

fn unfit(flaw: Flaw) -> CliError {
    let (code, detail) = (flaw.code, flaw.detail);
    CliError::from(anyhow!(
        "verifiers will refuse what this key signs ({code}: {detail}): sign with a certificate that \
         is valid and for signing documents, or give --even-if-unfit"
    ))
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
