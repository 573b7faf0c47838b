//! As whom the channels call, and what they sign with.

use std::path::Path;

use openssl::pkey::PKey;

use crate::simulator::keys::{KeysError, client, read};
use crate::simulator::statement::webhook::SigningKey;
use crate::transport::certificates::{CHANNEL_SELFPAY, SELFPAY_ED25519_KEY_FILE};

/// The channels' clients and signing keys.
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

impl ChannelKeys {
    /// Reads them from a folder of development certificates.
    pub fn from_dir(dir: &Path) -> Result<Self, KeysError> {
        let signing = read(&dir.join(SELFPAY_ED25519_KEY_FILE))?;
        Ok(Self {
            // It proves itself by an API key.
            back_office: client(dir, None)?,
            selfpay: client(dir, Some(CHANNEL_SELFPAY))?,
            signing: vec![SigningKey::Ed25519(PKey::private_key_from_pem(&signing)?)],
        })
    }
}
