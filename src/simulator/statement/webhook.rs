//! Signatures of notifications by the Standard Webhooks specification, from the sender's side.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;

/// What a sender signs with.
#[derive(Clone)]
pub enum SigningKey {
    /// A shared secret, for HMAC-SHA256 (`v1`).
    Shared(Vec<u8>),
    /// An ed25519 private key (`v1a`).
    Ed25519(PKey<Private>),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// One signature as the header carries it: `v1,BASE64` or `v1a,BASE64`.
    fn sign(&self, content: &[u8]) -> Result<String, ErrorStack> {
        let (version, signature) = match self {
            Self::Shared(secret) => {
                let key = PKey::hmac(secret)?;
                let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
                ("v1", signer.sign_oneshot_to_vec(content)?)
            }
            Self::Ed25519(key) => {
                let mut signer = Signer::new_without_digest(key)?;
                ("v1a", signer.sign_oneshot_to_vec(content)?)
            }
        };
        Ok(format!("{version},{}", STANDARD.encode(signature)))
    }
}

/// The headers of a notification with the id `id`, sent at `at`, one signature per key: two while
/// a key is being replaced.
///
/// # Errors
/// When OpenSSL cannot use one of the keys.
pub fn signed_headers(
    keys: &[SigningKey],
    id: &str,
    at: DateTime<Utc>,
    body: &[u8],
) -> Result<[(&'static str, String); 3], ErrorStack> {
    let timestamp = at.timestamp().to_string();
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let signatures: Vec<String> = keys
        .iter()
        .map(|key| key.sign(&content))
        .collect::<Result<_, _>>()?;
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signatures.join(" ")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::sign::Verifier;

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_674_087_231, 0).unwrap()
    }

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn a_shared_secret_signs_id_time_and_body() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let keys = [SigningKey::Shared(secret)];
        let body = br#"{"test": 2432232314}"#;
        let headers = signed_headers(&keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body).unwrap();
        assert_eq!(
            headers.map(|(name, value)| format!("{name}: {value}")),
            [
                "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek",
                "webhook-timestamp: 1614265330",
                "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ]
        );
    }

    #[test]
    fn an_ed25519_signature_is_verified_by_the_public_key_alone() {
        let key = PKey::generate_ed25519().unwrap();
        let public = PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap();
        let keys = [SigningKey::Ed25519(key), SigningKey::Shared(vec![1; 32])];
        let [_, _, (_, signatures)] = signed_headers(&keys, "evt_1", at(), b"{}").unwrap();
        let (first, second) = signatures.split_once(' ').unwrap();
        assert!(second.starts_with("v1,"));
        let signature = STANDARD
            .decode(first.strip_prefix("v1a,").unwrap())
            .unwrap();
        let mut verifier = Verifier::new_without_digest(&public).unwrap();
        let is_right = verifier.verify_oneshot(&signature, b"evt_1.1674087231.{}");
        assert!(is_right.unwrap());
    }
}
