//! Certificates and keys of the other parties, read from a folder of development certificates.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openssl::error::ErrorStack;

use crate::transport::certificates::{TLS_CA, certificate_file, key_file};
use crate::transport::{Identity, Timeouts, TransportError, Trust, https_client};
use crate::xmldsig::key::SigningError;

/// Why a party's keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds no certificate or key.
    #[error("a certificate or key cannot be read")]
    Content(#[from] ErrorStack),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Transport(#[from] TransportError),
    /// A seal does not serve.
    #[error("the seal does not serve")]
    Seal(#[from] SigningError),
}

/// A certificate chain and its key, both PEM.
pub(crate) struct PemPair {
    pub(crate) chain: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

impl PemPair {
    /// Reads the files of `name`.
    pub(crate) fn read(dir: &Path, name: &str) -> Result<Self, KeysError> {
        Ok(Self {
            chain: read(&certificate_file(dir, name))?,
            key: read(&key_file(dir, name))?,
        })
    }

    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity {
            chain_pem: &self.chain,
            key_pem: &self.key,
        }
    }
}

/// A client towards the gateway that shows the certificate `name`, if there is one.
pub(crate) fn client(dir: &Path, name: Option<&str>) -> Result<reqwest::Client, KeysError> {
    let anchors = read(&certificate_file(dir, TLS_CA))?;
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    let pair = name.map(|name| PemPair::read(dir, name)).transpose()?;
    let identity = pair.as_ref().map(PemPair::identity);
    let timeouts = Timeouts {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(30),
    };
    Ok(https_client(&trust, identity.as_ref(), timeouts)?)
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    fs::read(path).map_err(|source| KeysError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
