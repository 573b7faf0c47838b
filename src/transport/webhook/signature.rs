//! Signatures of messages to webhooks, after Standard Webhooks 1.0: over `id.timestamp.body`, one for every
//! valid key, so that a receiver may change keys without a gap.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private};
use openssl::sign::Signer;

use crate::domain::webhook::KeyKind;

/// A key that signs what is sent to one webhook.
#[derive(Clone)]
pub struct SigningKey {
    kind: KeyKind,
    key: PKey<Private>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} …)", self.kind)
    }
}

impl SigningKey {
    /// The key of this kind from its 32 bytes: the secret of HMAC, or the seed of ed25519 (RFC 8032).
    pub fn new(kind: KeyKind, secret: &[u8; 32]) -> Result<Self, ErrorStack> {
        let key = match kind {
            KeyKind::Hmac => PKey::hmac(secret)?,
            KeyKind::Ed25519 => PKey::private_key_from_raw_bytes(secret, Id::ED25519)?,
        };
        Ok(Self { kind, key })
    }

    fn sign(&self, message: &[u8]) -> Result<String, ErrorStack> {
        let (version, signature) = match self.kind {
            KeyKind::Hmac => {
                let mut signer = Signer::new(MessageDigest::sha256(), &self.key)?;
                ("v1", signer.sign_oneshot_to_vec(message)?)
            }
            KeyKind::Ed25519 => {
                let mut signer = Signer::new_without_digest(&self.key)?;
                ("v1a", signer.sign_oneshot_to_vec(message)?)
            }
        };
        Ok(format!("{version},{}", STANDARD.encode(signature)))
    }
}

/// The header `webhook-signature`: one signature for each key, separated by blanks.
pub(super) fn header(
    keys: &[SigningKey],
    id: &str,
    timestamp: &str,
    body: &[u8],
) -> Result<String, ErrorStack> {
    let message = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let signatures: Result<Vec<_>, _> = keys.iter().map(|key| key.sign(&message)).collect();
    Ok(signatures?.join(" "))
}
