//! Every key of the bureau, and what it knows of the gateway's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use openssl::error::ErrorStack;
use openssl::x509::X509;

use crate::transport::certificates::{
    BUREAU_SEAL, BUREAU_SERVER, BUREAU_TO_GATEWAY, GATEWAY_SEAL, GATEWAY_TO_BUREAU, SIGNING_CA,
    TLS_CA, certificate_file, key_file,
};
use crate::transport::{Identity, TransportError, Trust, spki_sha256};
use crate::xmldsig::key::{PemKey, SigningError};

/// A certificate chain and its key, both PEM.
pub(super) struct PemPair {
    pub(super) chain: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl PemPair {
    pub(super) fn identity(&self) -> Identity<'_> {
        Identity {
            chain_pem: &self.chain,
            key_pem: &self.key,
        }
    }
}

/// The bureau's keys and whom it trusts.
pub struct BureauKeys {
    pub(super) server: PemPair,
    pub(super) client: PemPair,
    pub(super) tls_anchors: Vec<u8>,
    /// The one key that may put orders.
    pub(super) caller_spki_sha256: [u8; 32],
    pub(super) seal: PemKey,
    pub(super) order_anchors: Vec<X509>,
    /// The one key that may sign orders.
    pub(super) signer_spki_sha256: [u8; 32],
}

impl std::fmt::Debug for BureauKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BureauKeys(…)")
    }
}

/// Why the keys could not be had.
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
    /// A file holds no certificate.
    #[error("a certificate cannot be read")]
    Certificate(#[from] ErrorStack),
    /// A file holds no certificate that serves.
    #[error("a certificate does not serve")]
    Transport(#[from] TransportError),
    /// The seal does not serve.
    #[error("the bureau's seal does not serve")]
    Seal(#[from] SigningError),
}

impl BureauKeys {
    /// Reads the bureau's keys and the gateway's certificates from a folder of development
    /// certificates.
    pub fn from_dir(dir: &Path) -> Result<Self, KeysError> {
        let seal = pair(dir, BUREAU_SEAL)?;
        let anchors = read(&certificate_file(dir, SIGNING_CA))?;
        Ok(Self {
            server: pair(dir, BUREAU_SERVER)?,
            client: pair(dir, BUREAU_TO_GATEWAY)?,
            tls_anchors: read(&certificate_file(dir, TLS_CA))?,
            caller_spki_sha256: spki(dir, GATEWAY_TO_BUREAU)?,
            seal: PemKey::from_pem(&seal.key, &seal.chain)?,
            order_anchors: X509::stack_from_pem(&anchors)?,
            signer_spki_sha256: spki(dir, GATEWAY_SEAL)?,
        })
    }

    pub(super) fn trust(&self) -> Trust<'_> {
        Trust {
            anchors_pem: &self.tls_anchors,
            crls_pem: None,
        }
    }
}

fn spki(dir: &Path, name: &str) -> Result<[u8; 32], KeysError> {
    let pem = read(&certificate_file(dir, name))?;
    let der = X509::from_pem(&pem)?.to_der()?;
    Ok(spki_sha256(&der)?)
}

fn pair(dir: &Path, name: &str) -> Result<PemPair, KeysError> {
    Ok(PemPair {
        chain: read(&certificate_file(dir, name))?,
        key: read(&key_file(dir, name))?,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    fs::read(path).map_err(|source| KeysError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
