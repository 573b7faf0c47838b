//! The section of the gateway's seal: where its key is, and what each place needs.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};

use crate::config::Config;
use crate::config::fault::Findings;
use crate::config::files::{Holds, NamedFile};
use crate::config::sections::optional;

crate::coded! {
    /// Where a private key is.
    pub enum KeyKind as "kind of key" {
        /// In a PEM file, encrypted or not.
        Pem = "pem",
        /// In a PKCS#12 file.
        Pkcs12 = "pkcs12",
        /// In a token, by its PKCS#11 module.
        Pkcs11 = "pkcs11",
    }
}

impl<'de> Deserialize<'de> for KeyKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The gateway's seal on orders.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// Where the private key is.
    pub kind: KeyKind,
    /// The file of the private key, unless it is in a token.
    #[serde(deserialize_with = "optional")]
    pub key_file: Option<PathBuf>,
    /// The file of the passphrase that opens it.
    #[serde(deserialize_with = "optional")]
    pub passphrase_file: Option<PathBuf>,
    /// The certificate chain.
    #[serde(deserialize_with = "optional")]
    pub chain_file: Option<PathBuf>,
    /// Whether an RSA key signs with PKCS#1 v1.5.
    pub rsa_pkcs1: bool,
    /// The token, if the key is in one.
    pub pkcs11: Pkcs11,
}

/// A key in a token.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Pkcs11 {
    /// The module of the token's maker.
    #[serde(deserialize_with = "optional")]
    pub module_file: Option<PathBuf>,
    /// The token's label.
    #[serde(deserialize_with = "optional")]
    pub token_label: Option<String>,
    /// The token's serial number.
    #[serde(deserialize_with = "optional")]
    pub token_serial: Option<String>,
    /// The key's label.
    #[serde(deserialize_with = "optional")]
    pub key_label: Option<String>,
    /// The key's identifier.
    #[serde(deserialize_with = "optional")]
    pub key_id: Option<KeyId>,
    /// The file of the PIN.
    #[serde(deserialize_with = "optional")]
    pub pin_file: Option<PathBuf>,
}

/// The identifier of a key in a token, written in hexadecimal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyId(pub Vec<u8>);

impl std::str::FromStr for KeyId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected the identifier of a key, two hexadecimal digits a byte";
        if text.is_empty() || !text.is_ascii() || !text.len().is_multiple_of(2) {
            return Err(EXPECTED);
        }
        let byte = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        };
        let bytes: Option<Vec<_>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.map(Self).ok_or(EXPECTED)
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

const NAME_IT: &str = "name the file";

impl Config {
    pub(super) fn check_signing(&self, findings: &mut Findings) {
        let signing = &self.signing;
        let key = "signing.key_file";
        match signing.kind {
            KeyKind::Pem => {
                let pair = signing.key_file.is_some() == signing.chain_file.is_some();
                let remedy = "give both files or neither";
                findings.expect(pair, key, "key and certificate belong together", remedy);
                self.require(findings, key, signing.key_file.as_ref());
            }
            KeyKind::Pkcs12 => {
                let given = signing.key_file.is_some();
                findings.expect(
                    given,
                    key,
                    "is missing, and signing.kind is pkcs12",
                    NAME_IT,
                );
            }
            KeyKind::Pkcs11 => {
                let none = signing.key_file.is_none() && signing.passphrase_file.is_none();
                let what = "is given, and signing.kind is pkcs11";
                findings.expect(
                    none,
                    key,
                    what,
                    "leave it and signing.passphrase_file empty",
                );
                signing.pkcs11.check(findings);
            }
        }
        let unused = signing.kind == KeyKind::Pkcs11 || signing.pkcs11.module_file.is_none();
        findings.expect(
            unused,
            "signing.pkcs11.module_file",
            "is given, and signing.kind is not pkcs11",
            "leave it empty, or change signing.kind",
        );
    }
}

impl Signing {
    /// Every file that the section may name.
    pub(super) fn named_files(&mut self) -> [NamedFile<'_>; 5] {
        let token = &mut self.pkcs11;
        [
            ("signing.key_file", Holds::Secret, &mut self.key_file),
            (
                "signing.passphrase_file",
                Holds::Secret,
                &mut self.passphrase_file,
            ),
            ("signing.chain_file", Holds::Public, &mut self.chain_file),
            (
                "signing.pkcs11.module_file",
                Holds::Public,
                &mut token.module_file,
            ),
            (
                "signing.pkcs11.pin_file",
                Holds::Secret,
                &mut token.pin_file,
            ),
        ]
    }
}

impl Pkcs11 {
    fn check(&self, findings: &mut Findings) {
        let missing = "is missing, and signing.kind is pkcs11";
        let module = "signing.pkcs11.module_file";
        findings.expect(self.module_file.is_some(), module, missing, NAME_IT);
        let pin = "signing.pkcs11.pin_file";
        findings.expect(self.pin_file.is_some(), pin, missing, NAME_IT);
        findings.expect(
            self.token_label.is_some() || self.token_serial.is_some(),
            "signing.pkcs11.token_label",
            missing,
            "give it, or signing.pkcs11.token_serial",
        );
        findings.expect(
            self.key_label.is_some() || self.key_id.is_some(),
            "signing.pkcs11.key_label",
            missing,
            "give it, or signing.pkcs11.key_id",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_of_a_key_is_written_in_hexadecimal() {
        let id: KeyId = "0aFF".parse().unwrap();
        assert_eq!(id, KeyId(vec![0x0a, 0xff]));
        assert_eq!(id.to_string(), "0aff");
        for wrong in ["", "1", "0x01", "1g", "ăă"] {
            assert!(wrong.parse::<KeyId>().is_err(), "{wrong}");
        }
    }
}
