//! Passwords, kept as Argon2id hashes (RFC 9106): slow on purpose, and few at a time.

use std::sync::LazyLock;

use anyhow::{Context, anyhow};
use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::domain::one_time_code::{base32, grouped};
use crate::flow::sealing::aside;

/// Memory of one hash in KiB, and how often it is gone over: RFC 9106 §4 recommends 64 MiB and 3 where
/// memory is scarce. A tenth of a second on a server of today.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// Hashes at a time: whoever floods us with passwords takes that much memory and no more.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Random bytes of a salt and of a password that is given to somebody.
const SALT_BYTES: usize = 16;
const GIVEN_BYTES: usize = 10;

/// The hash of a password that nobody has, so that an account that does not exist takes as long.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    let hashed = new_password().and_then(|password| hash_now(&password));
    hashed.unwrap_or_default()
});

/// A turn at hashing; whoever holds one also decides within it whether a guess is let through.
pub(crate) struct Turn(
    #[expect(dead_code, reason = "it is held, not read")] SemaphorePermit<'static>,
);

/// Waits for a turn.
pub(crate) async fn turn() -> anyhow::Result<Turn> {
    let permit = TURNS.acquire().await.context("waiting for a turn")?;
    Ok(Turn(permit))
}

/// Hashes a new password.
pub(crate) async fn hash(_turn: &Turn, password: &str) -> anyhow::Result<String> {
    let password = Zeroizing::new(password.to_owned());
    aside(move || hash_now(&password)).await?
}

/// Whether a password is the one of `hash`; without a hash, or with an empty one, it never is, and
/// that takes as long.
pub(crate) async fn is_right(
    _turn: &Turn,
    hash: Option<&str>,
    password: &str,
) -> anyhow::Result<bool> {
    let hash = hash.filter(|hash| !hash.is_empty()).map(str::to_owned);
    let password = Zeroizing::new(password.to_owned());
    aside(move || {
        let stored = hash.as_deref().unwrap_or(&NOBODYS);
        let parsed = PasswordHash::new(stored);
        let parsed = parsed.map_err(|error| anyhow!("a stored password hash: {error}"))?;
        let typed = as_kept(&password);
        let verified = Argon2::default().verify_password(typed.as_bytes(), &parsed);
        Ok(verified.is_ok() && hash.is_some())
    })
    .await?
}

/// A random password to be given to somebody, who changes it at the first use.
pub(crate) fn new_password() -> anyhow::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; GIVEN_BYTES]);
    openssl::rand::rand_priv_bytes(&mut *bytes).context("asking for random bytes")?;
    let text = grouped(&base32(&*bytes), "-").to_lowercase();
    Ok(Zeroizing::new(text))
}

fn hash_now(password: &str) -> anyhow::Result<String> {
    let mut salt = [0; SALT_BYTES];
    openssl::rand::rand_bytes(&mut salt).context("asking for random bytes")?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| anyhow!("a salt: {error}"))?;
    let cost = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let cost = cost.map_err(|error| anyhow!("the cost of a hash: {error}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    let typed = as_kept(password);
    let hash = argon2.hash_password(typed.as_bytes(), &salt);
    let hash = hash.map_err(|error| anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

/// The password in one form, however the keyboard composed its letters (NIST SP 800-63B-4 §3.1.1.2).
fn as_kept(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_however_its_letters_were_composed() {
        let turn = turn().await.unwrap();
        let hash = hash(&turn, "Șopârla mănâncă").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"),
            "{hash}"
        );
        let decomposed: String = "Șopârla mănâncă".nfd().collect();
        assert!(is_right(&turn, Some(&hash), &decomposed).await.unwrap());
        assert!(
            !is_right(&turn, Some(&hash), "Sopârla mănâncă")
                .await
                .unwrap()
        );
        for none in [None, Some("")] {
            assert!(!is_right(&turn, none, "").await.unwrap());
            assert!(!is_right(&turn, none, "Șopârla mănâncă").await.unwrap());
        }
    }

    #[test]
    fn passwords_that_are_given_differ_and_can_be_read_aloud() {
        let (one, other) = (new_password().unwrap(), new_password().unwrap());
        assert_ne!(*one, *other);
        assert_eq!(one.len(), 19);
        assert!(
            one.bytes()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'2'..=b'7' | b'-'))
        );
    }
}
