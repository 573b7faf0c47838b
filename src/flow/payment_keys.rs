//! The keys by which money and applications find each other, and the keyed hashes that stand for
//! persons in them.

use serde::{Deserialize, Serialize};

use crate::domain::cnp::Cnp;
use crate::domain::hex::hex;
use crate::domain::narrative;
use crate::domain::payment::Channel;
use crate::vault::Vault;

/// Letters of a channel's own reference that serve as a key.
const EXTERNAL_LETTERS_MAX: usize = 64;

/// A keyed hash, as hexadecimal digits in JSON.
#[derive(Clone, Copy, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct KeyedHash(pub(crate) [u8; 32]);

impl TryFrom<String> for KeyedHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const EXPECTED: &str = "expected 64 hexadecimal digits";
        let mut hash = [0; 32];
        if text.len() != 64 {
            return Err(EXPECTED);
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).or(Err(EXPECTED))?;
            *byte = u8::from_str_radix(digits, 16).or(Err(EXPECTED))?;
        }
        Ok(Self(hash))
    }
}

impl From<KeyedHash> for String {
    fn from(hash: KeyedHash) -> Self {
        hex(&hash.0)
    }
}

/// The keyed hash of a personal code; also what an application's `person_key` holds.
pub(crate) fn person_key(vault: &Vault, cnp: &Cnp) -> KeyedHash {
    KeyedHash(vault.lookup_hash("cnp", cnp.as_str()))
}

/// The keyed hash of a name, the same in whatever order its words stand and with or without marks.
pub(crate) fn name_key(vault: &Vault, name: &str) -> [u8; 32] {
    let folded = narrative::fold(name);
    let mut words: Vec<&str> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    vault.lookup_hash("name", &words.join(" "))
}

/// The key of a payment reference.
pub(crate) fn reference_key(compact: &str) -> String {
    format!("R:{compact}")
}

/// The key of a personal code's hash.
pub(crate) fn code_key(hash: &[u8]) -> String {
    format!("P:{}", hex(hash))
}

/// The key of an application's number.
pub(crate) fn number_key(number: &str) -> String {
    format!("N:{number}")
}

/// The key of a name's hash.
pub(crate) fn named_key(hash: &[u8]) -> String {
    format!("B:{}", hex(hash))
}

/// The key of a channel's own reference.
pub(crate) fn external_key(channel: Channel, reference: &str) -> String {
    let start: String = reference.chars().take(EXTERNAL_LETTERS_MAX).collect();
    format!("O:{channel}:{start}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyed_hash_is_read_back_from_json() {
        let hash = KeyedHash([0xa5; 32]);
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json.len(), 66);
        assert!(serde_json::from_str::<KeyedHash>(&json).unwrap() == hash);
        for text in ["\"\"", "\"zz\"", &format!("\"{}\"", "é".repeat(32))] {
            assert!(serde_json::from_str::<KeyedHash>(text).is_err(), "{text}");
        }
    }
}
