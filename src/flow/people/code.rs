//! Codes of a second factor, and those that replace a lost device.

use anyhow::Context;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sha::sha256;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::domain::one_time_code::{base32, code_of, grouped, steps_that_count, ungrouped};
use crate::flow::people::token::is_same;
use crate::gateway::Gateway;
use crate::store::users::User;

/// Bytes of a device's key: those of the hash (RFC 4226 §4, R6).
const KEY_BYTES: usize = 20;

/// Codes for the day on which the device is lost.
pub(crate) const RECOVERY_CODES: usize = 10;

/// Recovery codes as their owner reads them, once.
pub(crate) type ShownCodes = Vec<Zeroizing<String>>;

/// Random bytes of one of them: too many to be guessed, or found from their hash.
const RECOVERY_BYTES: usize = 10;

/// A new device key for an account, wrapped.
pub(crate) fn new_key(gateway: &Gateway, user: &User) -> anyhow::Result<Vec<u8>> {
    let key = gateway.vault.new_key()?;
    Ok(gateway.vault.wrap_code_key(&key, user.id.0)?)
}

/// The device key of an account, which it must have.
pub(crate) fn key_of(gateway: &Gateway, user: &User) -> anyhow::Result<Zeroizing<[u8; KEY_BYTES]>> {
    let wrapped = user.code_key.as_deref();
    let wrapped = wrapped.context("the account has no key of codes")?;
    let key = gateway.vault.unwrap_code_key(wrapped, user.id.0)?;
    let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _] = key.expose();
    Ok(Zeroizing::new(*first))
}

/// The step of the code that somebody gave at `seconds`, if it counts.
pub(crate) fn step_of_code(
    key: &[u8; KEY_BYTES],
    code: &str,
    seconds: i64,
    last_used: i64,
) -> anyhow::Result<Option<i64>> {
    for step in steps_that_count(seconds, last_used) {
        if is_same(&code_at(key, step)?, code) {
            return Ok(Some(step));
        }
    }
    Ok(None)
}

/// The code that a device shows in a step.
pub(crate) fn code_at(key: &[u8; KEY_BYTES], step: i64) -> anyhow::Result<String> {
    let key = PKey::hmac(key).context("taking a key of codes")?;
    let mut signer = Signer::new(MessageDigest::sha1(), &key)?;
    let hmac = signer.sign_oneshot_to_vec(&step.to_be_bytes())?;
    let hmac: [u8; 20] = hmac.as_slice().try_into().context("an HMAC-SHA1")?;
    Ok(code_of(&hmac))
}

/// New recovery codes, as their owner reads them once, and what is kept of them.
pub(crate) fn new_recovery_codes() -> anyhow::Result<(ShownCodes, Vec<[u8; 32]>)> {
    let mut codes = Vec::new();
    let mut hashes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let mut bytes = Zeroizing::new([0; RECOVERY_BYTES]);
        openssl::rand::rand_priv_bytes(&mut *bytes).context("asking for random bytes")?;
        let code = Zeroizing::new(grouped(&base32(&*bytes), "-"));
        hashes.push(hash_of_recovery_code(&code));
        codes.push(code);
    }
    Ok((codes, hashes))
}

/// What is kept of a recovery code, however it is typed.
pub(crate) fn hash_of_recovery_code(code: &str) -> [u8; 32] {
    sha256(Zeroizing::new(ungrouped(code)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, the last six digits of eight.
        let key = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(key, seconds / 30).unwrap(), code, "{seconds}");
            let step = step_of_code(key, code, seconds, 0).unwrap();
            assert_eq!(step, Some(seconds / 30));
            assert_eq!(
                step_of_code(key, code, seconds, seconds / 30).unwrap(),
                None
            );
            assert_eq!(step_of_code(key, code, seconds + 90, 0).unwrap(), None);
        }
    }

    #[test]
    fn recovery_codes_differ_and_are_known_however_they_are_typed() {
        let (codes, hashes) = new_recovery_codes().unwrap();
        assert_eq!(
            (codes.len(), hashes.len()),
            (RECOVERY_CODES, RECOVERY_CODES)
        );
        let mut different = hashes.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), RECOVERY_CODES);
        assert_eq!(codes[3].len(), 19);
        let typed = codes[3].to_lowercase().replace('-', " ");
        assert_eq!(hash_of_recovery_code(&typed), hashes[3]);
    }
}
