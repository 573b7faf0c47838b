//! The keys that sign documents, behind one trait: files today, a token tomorrow.

use std::fmt;

use openssl::error::ErrorStack;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;

/// Why a key cannot be used, or could not sign.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The file does not hold what it should.
    #[error("{what} cannot be read")]
    Unreadable {
        /// What was expected.
        what: &'static str,
        /// What OpenSSL says.
        #[source]
        source: ErrorStack,
    },
    /// No certificate was given, so nobody could verify.
    #[error("no certificate comes with the key")]
    NoCertificate,
    /// The first certificate is of another key.
    #[error("the first certificate is not of this key")]
    ForeignCertificate,
    /// The key is not of the profile: P-256, P-384, or RSA of at least 3072 bits.
    #[error("the key is neither P-256, nor P-384, nor RSA of at least 3072 bits")]
    KeyOutsideProfile,
    /// The key did not sign.
    #[error("the key does not sign")]
    Failed(#[source] ErrorStack),
}

/// A key that signs documents, with the certificates by which others verify.
pub trait SigningKey: Send + Sync {
    /// How it signs.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Its certificate, then the intermediate ones; never empty.
    fn certificates(&self) -> &[X509];

    /// Signs `bytes` and returns the value as XML Signature wants it: r and s in fixed width for
    /// ECDSA.
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError>;
}

/// A key from a file, kept in memory.
pub struct PemKey {
    key: PKey<Private>,
    certificates: Vec<X509>,
    algorithm: SignatureAlgorithm,
}

impl PemKey {
    /// Reads an unencrypted private key and its certificate with the intermediates, all in PEM.
    pub fn from_pem(key_pem: &[u8], chain_pem: &[u8]) -> Result<Self, SigningError> {
        let key = PKey::private_key_from_pem_callback(key_pem, |_| Ok(0))
            .map_err(unreadable("the private key"))?;
        let certificates =
            X509::stack_from_pem(chain_pem).map_err(unreadable("the certificate chain"))?;
        Self::new(key, certificates)
    }

    /// Reads a PKCS#12 file with its password.
    pub fn from_pkcs12(der: &[u8], password: &str) -> Result<Self, SigningError> {
        let parsed = Pkcs12::from_der(der)
            .and_then(|file| file.parse2(password))
            .map_err(unreadable("the PKCS#12 file"))?;
        let key = parsed.pkey.ok_or(SigningError::KeyOutsideProfile)?;
        let intermediates = parsed.ca.into_iter().flatten();
        let certificates = parsed.cert.into_iter().chain(intermediates).collect();
        Self::new(key, certificates)
    }

    /// Takes a private key and its certificate, followed by the intermediates.
    pub fn new(key: PKey<Private>, certificates: Vec<X509>) -> Result<Self, SigningError> {
        let certified = certificates
            .first()
            .ok_or(SigningError::NoCertificate)?
            .public_key()
            .map_err(unreadable("the certificate's key"))?;
        if !key.public_eq(&certified) {
            return Err(SigningError::ForeignCertificate);
        }
        let algorithm = SignatureAlgorithm::of_key(&key).ok_or(SigningError::KeyOutsideProfile)?;
        Ok(Self {
            key,
            certificates,
            algorithm,
        })
    }

    /// Makes an RSA key sign with PKCS#1 v1.5, for partners that cannot verify RSA-PSS and for
    /// fixtures that must be the same each time. Other keys stay as they are.
    #[must_use]
    pub fn with_rsa_pkcs1(mut self) -> Self {
        if self.algorithm == SignatureAlgorithm::RsaPssSha256 {
            self.algorithm = SignatureAlgorithm::RsaPkcs1Sha256;
        }
        self
    }
}

impl SigningKey for PemKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn certificates(&self) -> &[X509] {
        &self.certificates
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.algorithm
            .sign(&self.key, bytes)
            .map_err(SigningError::Failed)
    }
}

impl fmt::Debug for PemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PemKey")
            .field("algorithm", &self.algorithm)
            .field("certificates", &self.certificates.len())
            .finish_non_exhaustive()
    }
}

fn unreadable(what: &'static str) -> impl FnOnce(ErrorStack) -> SigningError {
    move |source| SigningError::Unreadable { what, source }
}
