//! The offices' clients: each calls with its own certificate.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::simulator::script::OFFICES;
use crate::transport::certificates::{TLS_CA, certificate_file, key_file, office};
use crate::transport::{Identity, Timeouts, TransportError, Trust, https_client};

/// A client per office, by the office's code.
pub struct OfficeKeys {
    pub(super) clients: BTreeMap<&'static str, reqwest::Client>,
}

impl std::fmt::Debug for OfficeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OfficeKeys({})", self.clients.len())
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
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Transport(#[from] TransportError),
}

impl OfficeKeys {
    /// Reads the certificates of all eight offices from a folder of development certificates.
    pub fn from_dir(dir: &Path) -> Result<Self, KeysError> {
        let anchors = read(&certificate_file(dir, TLS_CA))?;
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        let timeouts = Timeouts {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(60),
        };
        let mut clients = BTreeMap::new();
        for counter in OFFICES {
            let name = office(counter.code);
            let chain = read(&certificate_file(dir, &name))?;
            let key = read(&key_file(dir, &name))?;
            let identity = Identity {
                chain_pem: &chain,
                key_pem: &key,
            };
            clients.insert(
                counter.code,
                https_client(&trust, Some(&identity), timeouts)?,
            );
        }
        Ok(Self { clients })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    fs::read(path).map_err(|source| KeysError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
