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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use standardwebhooks::Webhook;

    use super::*;
    use crate::channel::selfpay::webhook::{WebhookHeaders, WebhookKey, verify};

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    #[test]
    fn the_published_example_of_the_specification_comes_out() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        // Its secret has 24 bytes, ours have 32.
        let key = SigningKey {
            kind: KeyKind::Hmac,
            key: PKey::hmac(&secret).unwrap(),
        };
        let signed = header(&[key], ID, TIMESTAMP, BODY).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_authors_own_library_signs_the_same() {
        let key = SigningKey::new(KeyKind::Hmac, &[7; 32]).unwrap();
        let theirs = Webhook::from_bytes(vec![7; 32]).unwrap();
        let theirs = theirs.sign(ID, 1_614_265_330, BODY).unwrap();
        assert_eq!(header(&[key], ID, TIMESTAMP, BODY).unwrap(), theirs);
    }

    #[test]
    fn a_public_key_verifies_and_each_key_gives_a_signature() {
        // RFC 8032, section 7.1, test 1: seed and public key.
        let seed = STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
        let seed: [u8; 32] = seed.unwrap().try_into().unwrap();
        let public = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        let keys = [
            SigningKey::new(KeyKind::Hmac, &[7; 32]).unwrap(),
            SigningKey::new(KeyKind::Ed25519, &seed).unwrap(),
        ];
        let signature = header(&keys, ID, TIMESTAMP, BODY).unwrap();
        let (first, second) = signature.split_once(' ').unwrap();
        assert!(first.starts_with("v1,") && second.starts_with("v1a,"));
        let headers = WebhookHeaders {
            id: ID,
            timestamp: TIMESTAMP,
            signature: &signature,
        };
        let public = [WebhookKey::parse(public).unwrap()];
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        assert_eq!(verify(headers, BODY, &public, at), Ok(()));
        assert!(verify(headers, b"{}", &public, at).is_err());
    }
    #[test]
    fn the_example_of_the_documentation_is_signed_so() {
        const PAGE: &str = include_str!("../../../docs/webhooks.md");
        let line = |begin: &str| {
            let found = PAGE
                .lines()
                .find_map(|line| line.trim().strip_prefix(begin));
            found.unwrap_or_else(|| panic!("no line begins with {begin}"))
        };
        let id = line("webhook-id: ");
        let timestamp = line("webhook-timestamp: ");
        let signature = line("webhook-signature: ");
        let body = PAGE
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("{\"type\""))
            .unwrap();
        assert!(PAGE.contains("`whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=`"));
        let secret: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let seed = STANDARD.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
        let keys = [
            SigningKey::new(KeyKind::Ed25519, &seed.unwrap().try_into().unwrap()).unwrap(),
            SigningKey::new(KeyKind::Hmac, &secret).unwrap(),
        ];
        assert_eq!(
            header(&keys, id, timestamp, body.as_bytes()).unwrap(),
            signature
        );
        let public = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        assert!(PAGE.contains(&format!("`{public}`")));
    }
}
