//! The signature algorithms of the profile: which keys they need, how a value is checked.

use chrono::{DateTime, Datelike, Utc};
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::{DigestBytes, MessageDigest};
use openssl::nid::Nid;
use openssl::pkey::{HasPrivate, HasPublic, Id, PKey, PKeyRef, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};

/// The last year in which RSA PKCS#1 v1.5 is accepted, whatever is configured (SOG-IS Agreed
/// Cryptographic Mechanisms, ETSI TS 119 312).
const RSA_PKCS1_LAST_YEAR: i32 = 2029;
/// Shorter RSA keys are no longer recommended (SOG-IS Agreed Cryptographic Mechanisms 1.3).
const RSA_BITS_MIN: u32 = 3072;
/// The salt of RSA-PSS is as long as its digest (RFC 9231 §2.3.10).
const PSS_SALT_BYTES: i32 = 32;

crate::coded! {
    /// How a document is signed.
    pub enum SignatureAlgorithm as "signature algorithm" {
        /// ECDSA on P-256 with SHA-256; the default.
        EcdsaSha256 = "ECDSA_P256_SHA256",
        /// ECDSA on P-384 with SHA-384.
        EcdsaSha384 = "ECDSA_P384_SHA384",
        /// RSA-PSS with SHA-256, salt of 32 bytes, keys of 3072 bits or more.
        RsaPssSha256 = "RSA_PSS_SHA256",
        /// RSA PKCS#1 v1.5 with SHA-256, keys of 3072 bits or more; accepted by configuration only.
        RsaPkcs1Sha256 = "RSA_PKCS1_SHA256",
    }
}

impl SignatureAlgorithm {
    /// The identifier that stands in a `SignatureMethod` (RFC 9231 §2.3).
    pub const fn uri(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            Self::RsaPssSha256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            Self::RsaPkcs1Sha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        }
    }

    /// The algorithm with this identifier, if the profile knows it.
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.uri() == uri)
    }

    /// The algorithm that a key signs with by itself; `None` for keys outside the profile.
    pub fn of_key<T: HasPublic>(key: &PKeyRef<T>) -> Option<Self> {
        [Self::EcdsaSha256, Self::EcdsaSha384, Self::RsaPssSha256]
            .into_iter()
            .find(|algorithm| algorithm.fits(key))
    }

    /// Tells whether a key is of the kind and size that the algorithm needs.
    pub fn fits<T: HasPublic>(self, key: &PKeyRef<T>) -> bool {
        match self {
            Self::EcdsaSha256 => curve_of(key) == Some(Nid::X9_62_PRIME256V1),
            Self::EcdsaSha384 => curve_of(key) == Some(Nid::SECP384R1),
            Self::RsaPssSha256 | Self::RsaPkcs1Sha256 => {
                key.id() == Id::RSA && key.bits() >= RSA_BITS_MIN
            }
        }
    }

    /// Tells whether a key is of the right kind, but too small for the algorithm.
    pub fn finds_too_small<T: HasPublic>(self, key: &PKeyRef<T>) -> bool {
        matches!(self, Self::RsaPssSha256 | Self::RsaPkcs1Sha256)
            && key.id() == Id::RSA
            && key.bits() < RSA_BITS_MIN
    }

    /// Tells whether the algorithm may no longer be used at an instant, even where configuration
    /// allows it.
    pub fn has_ended(self, at: DateTime<Utc>) -> bool {
        self == Self::RsaPkcs1Sha256 && at.year() > RSA_PKCS1_LAST_YEAR
    }

    /// RSA PKCS#1 v1.5 in the place of RSA-PSS; others stay as they are.
    #[must_use]
    pub const fn or_rsa_pkcs1(self) -> Self {
        match self {
            Self::RsaPssSha256 => Self::RsaPkcs1Sha256,
            other => other,
        }
    }

    /// The digest of `bytes` that is signed.
    pub fn hash(self, bytes: &[u8]) -> Result<DigestBytes, ErrorStack> {
        openssl::hash::hash(self.digest(), bytes)
    }

    /// Signs `bytes`; ECDSA values are r and s in fixed width (XML Signature 1.1 §6.4.3).
    pub fn sign<T: HasPrivate>(
        self,
        key: &PKeyRef<T>,
        bytes: &[u8],
    ) -> Result<Vec<u8>, ErrorStack> {
        let mut signer = Signer::new(self.digest(), key)?;
        if let Some(padding) = self.padding() {
            signer.set_rsa_padding(padding)?;
        }
        if self == Self::RsaPssSha256 {
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(PSS_SALT_BYTES))?;
            signer.set_rsa_mgf1_md(MessageDigest::sha256())?;
        }
        let value = signer.sign_oneshot_to_vec(bytes)?;
        match self.ecdsa_half_bytes() {
            None => Ok(value),
            Some(half) => {
                let parts = EcdsaSig::from_der(&value)?;
                let mut raw = parts.r().to_vec_padded(half)?;
                raw.extend(parts.s().to_vec_padded(half)?);
                Ok(raw)
            }
        }
    }

    /// Tells whether `value` is the signature of `bytes` by the key; the key must fit.
    pub fn verify(
        self,
        key: &PKeyRef<Public>,
        bytes: &[u8],
        value: &[u8],
    ) -> Result<bool, ErrorStack> {
        let mut verifier = Verifier::new(self.digest(), key)?;
        if let Some(padding) = self.padding() {
            verifier.set_rsa_padding(padding)?;
        }
        if self == Self::RsaPssSha256 {
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(PSS_SALT_BYTES))?;
            verifier.set_rsa_mgf1_md(MessageDigest::sha256())?;
        }
        let Some(der) = self.to_openssl(value)? else {
            return Ok(false);
        };
        verifier.verify_oneshot(&der, bytes)
    }

    /// A value as OpenSSL takes it: ECDSA values in DER, all others as they are. `None` for an ECDSA
    /// value that is not r and s of the right width.
    pub fn to_openssl(self, value: &[u8]) -> Result<Option<Vec<u8>>, ErrorStack> {
        let Some(half) = self.ecdsa_half_bytes() else {
            return Ok(Some(value.to_vec()));
        };
        match value.split_at_checked(usize::try_from(half).unwrap_or(0)) {
            Some((r, s)) if r.len() == s.len() => {
                let (r, s) = (BigNum::from_slice(r)?, BigNum::from_slice(s)?);
                EcdsaSig::from_private_components(r, s)?.to_der().map(Some)
            }
            _ => Ok(None),
        }
    }

    fn digest(self) -> MessageDigest {
        match self {
            Self::EcdsaSha384 => MessageDigest::sha384(),
            Self::EcdsaSha256 | Self::RsaPssSha256 | Self::RsaPkcs1Sha256 => {
                MessageDigest::sha256()
            }
        }
    }

    fn padding(self) -> Option<Padding> {
        match self {
            Self::EcdsaSha256 | Self::EcdsaSha384 => None,
            Self::RsaPssSha256 => Some(Padding::PKCS1_PSS),
            Self::RsaPkcs1Sha256 => Some(Padding::PKCS1),
        }
    }

    /// The bytes of r, and of s, in an ECDSA value.
    fn ecdsa_half_bytes(self) -> Option<i32> {
        match self {
            Self::EcdsaSha256 => Some(32),
            Self::EcdsaSha384 => Some(48),
            Self::RsaPssSha256 | Self::RsaPkcs1Sha256 => None,
        }
    }
}

fn curve_of<T: HasPublic>(key: &PKeyRef<T>) -> Option<Nid> {
    key.ec_key().ok()?.group().curve_name()
}

/// The SHA-256 of a public key as its certificate carries it (`SubjectPublicKeyInfo`).
pub fn spki_sha256(key: &PKey<Public>) -> Result<[u8; 32], ErrorStack> {
    Ok(openssl::sha::sha256(&key.public_key_to_der()?))
}
