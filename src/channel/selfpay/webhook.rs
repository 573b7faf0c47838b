//! Signatures of notifications, after Standard Webhooks 1.0.
//!
//! What is signed is `id.timestamp.body`, the body as the bytes that arrived, before anything
//! reads them. The header may carry several signatures and we may hold several keys, so that keys
//! can be changed without a gap: any pair that fits is enough.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::sign::{Signer, Verifier};

/// A notification is a few hundred bytes; more than this is not read.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// How far the sender's clock and ours may be apart; older notifications may be replays.
const CLOCKS_APART_MAX: TimeDelta = TimeDelta::seconds(300);

/// More signatures than this in one header are an attack, not a change of keys.
const SIGNATURES_MAX: usize = 10;

/// A key with which notifications are verified.
#[derive(Clone)]
pub enum WebhookKey {
    /// Version `v1a`: the sender's public key; nobody who reads ours can sign. Preferred.
    Ed25519(PKey<Public>),
    /// Version `v1`: a secret that both sides hold.
    Hmac(PKey<Private>),
}

/// A key with which a simulated sender signs notifications.
#[derive(Clone)]
pub enum SigningKey {
    /// Version `v1a`.
    Ed25519(PKey<Private>),
    /// Version `v1`.
    Hmac(PKey<Private>),
}

/// The three headers, as they arrived.
#[derive(Clone, Copy, Debug)]
pub struct WebhookHeaders<'a> {
    /// `webhook-id`: the same for every try at one notification.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: versions and signatures, separated by blanks.
    pub signature: &'a str,
}

/// A notification whose sender is not proven. The caller is told only this; `cause` is for the
/// log.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the notification is not authenticated")]
pub struct Unauthenticated {
    /// Why, for the log alone.
    pub cause: WebhookFault,
}

/// Why a notification is not authenticated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WebhookFault {
    /// The body is longer than any notification.
    #[error("the body is too long")]
    BodyTooLong,
    /// The identifier is empty or contains a point, which would blur what was signed.
    #[error("the identifier is empty or has a point in it")]
    Id,
    /// The timestamp is no number of seconds.
    #[error("the timestamp is not a number of seconds")]
    Timestamp,
    /// It was signed too long ago.
    #[error("the notification is too old")]
    TooOld,
    /// It was signed in our future.
    #[error("the notification comes from the future")]
    FromTheFuture,
    /// No signature of a known version stands in the header, or too many do.
    #[error("the header has no readable signature")]
    NoSignature,
    /// No signature fits any key.
    #[error("no signature fits a key")]
    Forged,
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a webhook key: base64 after whsec_, whpk_ or whsk_, of the right length")]
pub struct KeyFault;

impl WebhookKey {
    /// Reads a key as Standard Webhooks writes it: `whpk_…` (ed25519) or `whsec_…` (HMAC).
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if let Some(encoded) = text.strip_prefix("whpk_") {
            let bytes = decoded(encoded)?;
            let key = PKey::public_key_from_raw_bytes(&bytes, Id::ED25519).or(Err(KeyFault))?;
            return Ok(Self::Ed25519(key));
        }
        text.strip_prefix("whsec_")
            .ok_or(KeyFault)
            .and_then(hmac_key)
            .map(Self::Hmac)
    }

    fn version(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "v1a",
            Self::Hmac(_) => "v1",
        }
    }

    fn fits(&self, message: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
        match self {
            Self::Ed25519(key) => {
                Verifier::new_without_digest(key)?.verify_oneshot(signature, message)
            }
            Self::Hmac(key) => {
                let expected = hmac(key, message)?;
                // `memcmp::eq` needs equal lengths; the length of an HMAC is no secret.
                Ok(expected.len() == signature.len() && memcmp::eq(&expected, signature))
            }
        }
    }
}

impl SigningKey {
    /// Reads `whsk_…` (an ed25519 seed, or seed and public key) or `whsec_…` (HMAC).
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if let Some(encoded) = text.strip_prefix("whsk_") {
            let bytes = decoded(encoded)?;
            let seed = bytes.first_chunk::<32>().ok_or(KeyFault)?;
            let key = PKey::private_key_from_raw_bytes(seed, Id::ED25519).or(Err(KeyFault))?;
            return Ok(Self::Ed25519(key));
        }
        text.strip_prefix("whsec_")
            .ok_or(KeyFault)
            .and_then(hmac_key)
            .map(Self::Hmac)
    }

    /// The key that verifies what this one signs.
    pub fn verifying(&self) -> Result<WebhookKey, ErrorStack> {
        Ok(match self {
            Self::Ed25519(key) => {
                let public = key.raw_public_key()?;
                WebhookKey::Ed25519(PKey::public_key_from_raw_bytes(&public, Id::ED25519)?)
            }
            Self::Hmac(key) => WebhookKey::Hmac(key.clone()),
        })
    }
}

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookKey({} …)", self.version())
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// Proves that a notification comes from who holds one of `keys`, and that it is fresh.
///
/// Every cause gives the same refusal, so that a caller learns nothing from it.
pub fn verify(
    headers: WebhookHeaders<'_>,
    body: &[u8],
    keys: &[WebhookKey],
    now: DateTime<Utc>,
) -> Result<(), Unauthenticated> {
    proven(headers, body, keys, now).map_err(|cause| Unauthenticated { cause })
}

/// The `webhook-signature` header of a notification, for simulated senders.
pub fn sign(
    id: &str,
    signed_at: DateTime<Utc>,
    body: &[u8],
    key: &SigningKey,
) -> Result<String, ErrorStack> {
    let message = message(id, &signed_at.timestamp().to_string(), body);
    Ok(match key {
        SigningKey::Ed25519(key) => {
            let signature = Signer::new_without_digest(key)?.sign_oneshot_to_vec(&message)?;
            format!("v1a,{}", STANDARD.encode(signature))
        }
        SigningKey::Hmac(key) => format!("v1,{}", STANDARD.encode(hmac(key, &message)?)),
    })
}

fn proven(
    headers: WebhookHeaders<'_>,
    body: &[u8],
    keys: &[WebhookKey],
    now: DateTime<Utc>,
) -> Result<(), WebhookFault> {
    if body.len() > BODY_BYTES_MAX {
        return Err(WebhookFault::BodyTooLong);
    }
    if headers.id.is_empty() || headers.id.contains('.') {
        return Err(WebhookFault::Id);
    }
    is_fresh(headers.timestamp, now)?;
    let signatures = signatures(headers.signature);
    if signatures.is_empty() || signatures.len() > SIGNATURES_MAX {
        return Err(WebhookFault::NoSignature);
    }
    let message = message(headers.id, headers.timestamp, body);
    let mut fits = false;
    for key in keys {
        for (version, signature) in &signatures {
            // A signature of wrong length makes OpenSSL fail; it fits as little as a wrong one.
            fits |= key.version() == *version && key.fits(&message, signature).unwrap_or(false);
        }
    }
    if fits {
        Ok(())
    } else {
        Err(WebhookFault::Forged)
    }
}

fn is_fresh(timestamp: &str, now: DateTime<Utc>) -> Result<(), WebhookFault> {
    // A sign or blanks would give one instant several spellings.
    if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WebhookFault::Timestamp);
    }
    let signed_at = timestamp
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(WebhookFault::Timestamp)?;
    let age = now.signed_duration_since(signed_at);
    if age > CLOCKS_APART_MAX {
        Err(WebhookFault::TooOld)
    } else if age < -CLOCKS_APART_MAX {
        Err(WebhookFault::FromTheFuture)
    } else {
        Ok(())
    }
}

/// The readable signatures with their versions; unknown versions are for other receivers.
fn signatures(header: &str) -> Vec<(&str, Vec<u8>)> {
    header
        .split(' ')
        .filter_map(|part| part.split_once(','))
        .filter(|(version, _)| matches!(*version, "v1" | "v1a"))
        .filter_map(|(version, encoded)| Some((version, STANDARD.decode(encoded).ok()?)))
        .collect()
}

fn message(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

fn hmac(key: &PKey<Private>, message: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    Signer::new(MessageDigest::sha256(), key)?.sign_oneshot_to_vec(message)
}

/// The specification asks for 24 to 64 bytes of secret.
fn hmac_key(encoded: &str) -> Result<PKey<Private>, KeyFault> {
    let secret = decoded(encoded)?;
    if !(24..=64).contains(&secret.len()) {
        return Err(KeyFault);
    }
    PKey::hmac(&secret).or(Err(KeyFault))
}

fn decoded(encoded: &str) -> Result<Vec<u8>, KeyFault> {
    STANDARD.decode(encoded).or(Err(KeyFault))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The published example of the specification's libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SIGNED_AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    // RFC 8032, 7.1, test 1: seed and public key.
    const SEED: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const PUBLIC: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn cause(
        headers: WebhookHeaders<'_>,
        body: &[u8],
        keys: &[&str],
        now: i64,
    ) -> Option<WebhookFault> {
        let keys: Vec<WebhookKey> = keys
            .iter()
            .map(|key| WebhookKey::parse(key).unwrap())
            .collect();
        let refused = verify(headers, body, &keys, at(now)).err();
        refused.map(|refused| refused.cause)
    }

    const HEADERS: WebhookHeaders<'_> = WebhookHeaders {
        id: ID,
        timestamp: "1614265330",
        signature: SIGNATURE,
    };

    #[test]
    fn the_published_example_is_made_and_verified() {
        let key = SigningKey::parse(SECRET).unwrap();
        assert_eq!(sign(ID, at(SIGNED_AT), BODY, &key).unwrap(), SIGNATURE);
        assert_eq!(cause(HEADERS, BODY, &[SECRET], SIGNED_AT), None);
    }

    #[test]
    fn ed25519_signs_and_verifies() {
        let key = SigningKey::parse(SEED).unwrap();
        let signature = sign(ID, at(SIGNED_AT), BODY, &key).unwrap();
        assert!(signature.starts_with("v1a,"));
        let headers = WebhookHeaders {
            signature: &signature,
            ..HEADERS
        };
        assert_eq!(cause(headers, BODY, &[PUBLIC], SIGNED_AT), None);
        assert_eq!(
            cause(headers, b"{}", &[PUBLIC], SIGNED_AT),
            Some(WebhookFault::Forged)
        );
        let own = [key.verifying().unwrap()];
        assert_eq!(verify(headers, BODY, &own, at(SIGNED_AT)), Ok(()));
    }

    #[test]
    fn while_keys_change_either_key_and_either_signature_will_do() {
        let other = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        let both = format!("v1,AAAA {SIGNATURE} v2,unknown");
        let headers = WebhookHeaders {
            signature: &both,
            ..HEADERS
        };
        assert_eq!(
            cause(headers, BODY, &[other, PUBLIC, SECRET], SIGNED_AT),
            None
        );
        assert_eq!(
            cause(headers, BODY, &[other], SIGNED_AT),
            Some(WebhookFault::Forged)
        );
    }

    #[test]
    fn clocks_may_be_five_minutes_apart() {
        for (now, expected) in [
            (SIGNED_AT + 300, None),
            (SIGNED_AT + 301, Some(WebhookFault::TooOld)),
            (SIGNED_AT - 300, None),
            (SIGNED_AT - 301, Some(WebhookFault::FromTheFuture)),
        ] {
            assert_eq!(cause(HEADERS, BODY, &[SECRET], now), expected);
        }
    }

    #[test]
    fn every_part_is_covered_by_the_signature() {
        let forged = Some(WebhookFault::Forged);
        let other_id = WebhookHeaders {
            id: "msg_1",
            ..HEADERS
        };
        assert_eq!(cause(other_id, BODY, &[SECRET], SIGNED_AT), forged);
        let later = WebhookHeaders {
            timestamp: "1614265331",
            ..HEADERS
        };
        assert_eq!(cause(later, BODY, &[SECRET], SIGNED_AT), forged);
        let body = br#"{"test": 2432232315}"#;
        assert_eq!(cause(HEADERS, body, &[SECRET], SIGNED_AT), forged);
        assert_eq!(cause(HEADERS, BODY, &[], SIGNED_AT), forged);
        // A public key is no secret: as an HMAC key it must not verify a `v1` signature.
        assert_eq!(cause(HEADERS, BODY, &[PUBLIC], SIGNED_AT), forged);
    }

    #[test]
    fn a_body_longer_than_any_notification_is_refused() {
        let long = vec![b' '; BODY_BYTES_MAX + 1];
        let refused = cause(HEADERS, &long, &[SECRET], SIGNED_AT);
        assert_eq!(refused, Some(WebhookFault::BodyTooLong));
    }

    #[test]
    fn each_fault_has_its_own_cause_and_all_the_same_refusal() {
        let keys = [SECRET, PUBLIC].map(|key| WebhookKey::parse(key).unwrap());
        let signed = SIGNATURE;
        for (id, timestamp, signature, expected) in [
            ("", "1614265330", signed, WebhookFault::Id),
            ("a.1", "1614265330", signed, WebhookFault::Id),
            (ID, "", signed, WebhookFault::Timestamp),
            (ID, "+1614265330", signed, WebhookFault::Timestamp),
            (ID, "99999999999999999999", signed, WebhookFault::Timestamp),
            (ID, "1614265330", "", WebhookFault::NoSignature),
            (ID, "1614265330", "v1,*", WebhookFault::NoSignature),
            (ID, "1614265330", "v9,AAAA", WebhookFault::NoSignature),
            (ID, "1614265330", "v1a,AAAA", WebhookFault::Forged),
        ] {
            let headers = WebhookHeaders {
                id,
                timestamp,
                signature,
            };
            let refused = verify(headers, BODY, &keys, at(SIGNED_AT)).unwrap_err();
            assert_eq!(refused.cause, expected);
            assert_eq!(refused.to_string(), "the notification is not authenticated");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_keys_are_hidden() {
        for text in [
            "",
            "whsec_",
            "whsec_AAAA",
            "whpk_AAAA",
            "whpk_*",
            SEED,
            "secret",
        ] {
            assert_eq!(WebhookKey::parse(text).err(), Some(KeyFault), "{text}");
        }
        let key = WebhookKey::parse(SECRET).unwrap();
        assert_eq!(format!("{key:?}"), "WebhookKey(v1 …)");
    }
}
