//! How the key of a document reaches its receiver.

use openssl::encrypt::{Decrypter, Encrypter};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::rsa::Padding;
use openssl::x509::{X509, X509KeyUsage};
use zeroize::Zeroizing;

use crate::xmlenc::KEY_LEN;

/// XML Encryption 1.1 §2.
pub(super) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// XML Signature 1.1 §1.3.
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Encryption 1.1 §5.2.4.
pub(super) const AES_256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
/// Shorter RSA keys are no longer recommended (SOG-IS Agreed Cryptographic Mechanisms 1.3).
const RSA_BITS_MIN: u32 = 3072;

crate::coded! {
    /// How the key of a document is wrapped (XML Encryption 1.1 §5.5.2).
    pub enum KeyTransport as "key transport" {
        /// RSA-OAEP with SHA-256, also in its mask; the default.
        RsaOaepSha256 = "RSA_OAEP_SHA256",
        /// RSA-OAEP with SHA-1, also in its mask: all that xmlsec1 1.2 can open. Nothing in OAEP rests
        /// on collisions, so it is as safe.
        RsaOaepSha1 = "RSA_OAEP_SHA1",
    }
}

impl KeyTransport {
    /// The method with its explicit parameters.
    pub(super) fn method(self) -> String {
        match self {
            Self::RsaOaepSha256 => format!(
                "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#rsa-oaep\">\
                 <ds:DigestMethod Algorithm=\"{XENC}sha256\"></ds:DigestMethod>\
                 <xenc11:MGF xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" \
                 Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"></xenc11:MGF>\
                 </xenc:EncryptionMethod>"
            ),
            Self::RsaOaepSha1 => format!(
                "<xenc:EncryptionMethod Algorithm=\"{XENC}rsa-oaep-mgf1p\">\
                 <ds:DigestMethod Algorithm=\"{DS}sha1\"></ds:DigestMethod>\
                 </xenc:EncryptionMethod>"
            ),
        }
    }

    fn digest(self) -> MessageDigest {
        match self {
            Self::RsaOaepSha256 => MessageDigest::sha256(),
            Self::RsaOaepSha1 => MessageDigest::sha1(),
        }
    }

    /// Opens a wrapped key; `None` when it is not one for this key.
    pub(super) fn unwrap_key(
        self,
        key: &PKey<Private>,
        wrapped: &[u8],
    ) -> Result<Option<Zeroizing<[u8; KEY_LEN]>>, ErrorStack> {
        if key.id() != Id::RSA {
            return Ok(None);
        }
        let mut opening = Decrypter::new(key)?;
        opening.set_rsa_padding(Padding::PKCS1_OAEP)?;
        opening.set_rsa_oaep_md(self.digest())?;
        opening.set_rsa_mgf1_md(self.digest())?;
        // Why it does not open is nobody's to know.
        let Ok(room) = opening.decrypt_len(wrapped) else {
            return Ok(None);
        };
        let mut plain = Zeroizing::new(vec![0; room]);
        let Ok(length) = opening.decrypt(wrapped, &mut plain) else {
            return Ok(None);
        };
        let found = plain.get(..length).and_then(|key| key.try_into().ok());
        Ok(found.map(Zeroizing::new))
    }
}

/// Why nothing can be encrypted for a certificate.
#[derive(Debug, thiserror::Error)]
pub enum RecipientError {
    /// The key cannot be taken out of the certificate.
    #[error("the key of the certificate cannot be read")]
    Unreadable(#[source] ErrorStack),
    /// The key is of another kind, or too short.
    #[error("the certificate's key is not RSA of at least {RSA_BITS_MIN} bits")]
    KeyUnfit,
    /// The certificate says that its key encrypts no keys.
    #[error("the certificate's key usage is not key encipherment")]
    UsageUnfit,
}

/// Whoever is to read a document.
#[derive(Clone)]
pub struct Recipient {
    certificate: X509,
    key: PKey<Public>,
    transport: KeyTransport,
}

impl Recipient {
    /// Takes a certificate whose key can receive the keys of documents. Whether it is valid now is
    /// the caller's to ask.
    pub fn new(certificate: X509, transport: KeyTransport) -> Result<Self, RecipientError> {
        let key = certificate
            .public_key()
            .map_err(RecipientError::Unreadable)?;
        if key.id() != Id::RSA || key.bits() < RSA_BITS_MIN {
            return Err(RecipientError::KeyUnfit);
        }
        if !may_encipher_keys(&certificate) {
            return Err(RecipientError::UsageUnfit);
        }
        Ok(Self {
            certificate,
            key,
            transport,
        })
    }

    /// Its certificate.
    pub fn certificate(&self) -> &X509 {
        &self.certificate
    }

    pub(super) fn transport(&self) -> KeyTransport {
        self.transport
    }

    pub(super) fn wrap(&self, key: &[u8; KEY_LEN]) -> Result<Vec<u8>, ErrorStack> {
        let mut wrapping = Encrypter::new(&self.key)?;
        wrapping.set_rsa_padding(Padding::PKCS1_OAEP)?;
        wrapping.set_rsa_oaep_md(self.transport.digest())?;
        wrapping.set_rsa_mgf1_md(self.transport.digest())?;
        let mut wrapped = vec![0; wrapping.encrypt_len(key)?];
        let length = wrapping.encrypt(key, &mut wrapped)?;
        wrapped.truncate(length);
        Ok(wrapped)
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipient")
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

/// A certificate without key usage is for anything (RFC 5280 §4.2.1.3).
fn may_encipher_keys(certificate: &X509) -> bool {
    certificate
        .key_usage()
        .is_none_or(|usage| usage.contains(X509KeyUsage::KEY_ENCIPHERMENT))
}
