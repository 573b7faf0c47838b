//! The channels' keys, from a folder of development certificates.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::pkey::PKey;

use crate::simulator::statement::webhook::SigningKey;
use crate::transport::certificates::{
    CHANNEL_SELFPAY, SELFPAY_ED25519_KEY_FILE, TLS_CA, certificate_file, key_file,
};
use crate::transport::{Identity, Timeouts, TransportError, Trust, https_client};

/// As whom the channels call, and what they sign with.
pub struct ChannelKeys {
    pub(super) back_office: reqwest::Client,
    pub(super) selfpay: reqwest::Client,
    pub(super) signing: Vec<SigningKey>,
}

impl std::fmt::Debug for ChannelKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChannelKeys(…)")
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
    /// The key of the notifications is none.
    #[error("the key of the notifications cannot be read")]
    Key(#[from] ErrorStack),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Transport(#[from] TransportError),
}

impl ChannelKeys {
    /// Reads them from a folder of development certificates.
    pub fn from_dir(dir: &Path) -> Result<Self, KeysError> {
        let anchors = read(&certificate_file(dir, TLS_CA))?;
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        let timeouts = Timeouts {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
        };
        let chain = read(&certificate_file(dir, CHANNEL_SELFPAY))?;
        let key = read(&key_file(dir, CHANNEL_SELFPAY))?;
        let identity = Identity {
            chain_pem: &chain,
            key_pem: &key,
        };
        let signing = read(&dir.join(SELFPAY_ED25519_KEY_FILE))?;
        Ok(Self {
            // It proves itself by an API key.
            back_office: https_client(&trust, None, timeouts)?,
            selfpay: https_client(&trust, Some(&identity), timeouts)?,
            signing: vec![SigningKey::Ed25519(PKey::private_key_from_pem(&signing)?)],
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    fs::read(path).map_err(|source| KeysError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
