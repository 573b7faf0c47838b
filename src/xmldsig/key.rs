//! The keys that sign documents, behind one trait: in files here, in a token in the module `token`.

use std::fmt;

use openssl::error::{Error, ErrorStack};
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private, Public};
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::token::TokenError;

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
    /// The key is encrypted, and no passphrase was given.
    #[error("the private key is encrypted, and there is no passphrase")]
    PassphraseMissing,
    /// The passphrase does not open the key.
    #[error("the passphrase does not open the private key")]
    PassphraseWrong(#[source] ErrorStack),
    /// The PKCS#12 file has certificates at best.
    #[error("there is no private key in the file")]
    NoKey,
    /// No certificate was given, so nobody could verify.
    #[error("no certificate comes with the key")]
    NoCertificate,
    /// The first certificate is of another key.
    #[error("the first certificate is not of this key")]
    ForeignCertificate,
    /// The key is not of the profile: P-256, P-384, or RSA of at least 3072 bits.
    #[error("the key is neither P-256, nor P-384, nor RSA of at least 3072 bits")]
    KeyOutsideProfile,
    /// The algorithm may no longer be used.
    #[error("{0} is no longer accepted")]
    AlgorithmEnded(SignatureAlgorithm),
    /// The token does not serve.
    #[error("the key in its token cannot be used")]
    Token(#[from] TokenError),
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
        Self::from_pem_with_passphrase(key_pem, None, chain_pem)
    }

    /// Reads a private key, encrypted or not, and its certificate with the intermediates, all in
    /// PEM. A passphrase that is not needed is not used.
    pub fn from_pem_with_passphrase(
        key_pem: &[u8],
        passphrase: Option<&str>,
        chain_pem: &[u8],
    ) -> Result<Self, SigningError> {
        let key = read_private_key(key_pem, passphrase)?;
        Self::new(key, read_chain(chain_pem)?)
    }

    /// Reads whatever kind of file holds a key: PEM, encrypted or not, or PKCS#12. Certificates in
    /// `chain_pem` take the place of those in a PKCS#12 file; PEM needs them.
    pub fn from_file(
        file: &[u8],
        passphrase: Option<&str>,
        chain_pem: Option<&[u8]>,
    ) -> Result<Self, SigningError> {
        if file.first() != Some(&DER_SEQUENCE) {
            let chain = chain_pem.ok_or(SigningError::NoCertificate)?;
            return Self::from_pem_with_passphrase(file, passphrase, chain);
        }
        Self::from_pkcs12_with_chain(file, passphrase.unwrap_or_default(), chain_pem)
    }

    /// Reads a PKCS#12 file with its password; certificates in `chain_pem` take the place of those
    /// in it.
    pub fn from_pkcs12_with_chain(
        der: &[u8],
        password: &str,
        chain_pem: Option<&[u8]>,
    ) -> Result<Self, SigningError> {
        let (key, own) = read_pkcs12(der, password)?;
        Self::new(key, chain_pem.map_or(Ok(own), read_chain)?)
    }

    /// Reads a PKCS#12 file with its password.
    pub fn from_pkcs12(der: &[u8], password: &str) -> Result<Self, SigningError> {
        Self::from_pkcs12_with_chain(der, password, None)
    }

    /// Takes a private key and its certificate, followed by the intermediates.
    pub fn new(key: PKey<Private>, certificates: Vec<X509>) -> Result<Self, SigningError> {
        let (certified, algorithm) = algorithm_of_chain(&certificates)?;
        if !key.public_eq(&certified) {
            return Err(SigningError::ForeignCertificate);
        }
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
        self.algorithm = self.algorithm.or_rsa_pkcs1();
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

/// What DER, and so every PKCS#12 file, begins with; PEM is text.
const DER_SEQUENCE: u8 = 0x30;

/// Reads a private key and its certificates.
fn read_pkcs12(der: &[u8], password: &str) -> Result<(PKey<Private>, Vec<X509>), SigningError> {
    let parsed = Pkcs12::from_der(der)
        .and_then(|file| file.parse2(password))
        .map_err(pkcs12_unreadable)?;
    let key = parsed.pkey.ok_or(SigningError::NoKey)?;
    let intermediates = parsed.ca.into_iter().flatten();
    Ok((key, parsed.cert.into_iter().chain(intermediates).collect()))
}

/// Reads a private key in PEM.
fn read_private_key(pem: &[u8], passphrase: Option<&str>) -> Result<PKey<Private>, SigningError> {
    let mut asked = false;
    let key = PKey::private_key_from_pem_callback(pem, |buffer| {
        asked = true;
        let passphrase = passphrase.unwrap_or_default().as_bytes();
        match buffer.get_mut(..passphrase.len()) {
            Some(room) => room.copy_from_slice(passphrase),
            None => return Ok(0),
        }
        Ok(passphrase.len())
    });
    match key {
        Ok(key) => Ok(key),
        Err(_) if asked && passphrase.is_none() => Err(SigningError::PassphraseMissing),
        Err(source) if asked => Err(SigningError::PassphraseWrong(source)),
        Err(source) => Err(unreadable("the private key")(source)),
    }
}

/// The key that a chain certifies, and how it signs.
pub(crate) fn algorithm_of_chain(
    certificates: &[X509],
) -> Result<(PKey<Public>, SignatureAlgorithm), SigningError> {
    let certified = certificates
        .first()
        .ok_or(SigningError::NoCertificate)?
        .public_key()
        .map_err(unreadable("the certificate's key"))?;
    let algorithm =
        SignatureAlgorithm::of_key(&certified).ok_or(SigningError::KeyOutsideProfile)?;
    Ok((certified, algorithm))
}

/// Reads a certificate and what follows it.
pub fn read_chain(pem: &[u8]) -> Result<Vec<X509>, SigningError> {
    X509::stack_from_pem(pem).map_err(unreadable("the certificate chain"))
}

/// Tells a wrong passphrase from a file that is none.
fn pkcs12_unreadable(source: ErrorStack) -> SigningError {
    // PKCS12_R_MAC_VERIFY_FAILURE of OpenSSL's pkcs12err.h, which the crate does not export.
    const MAC_VERIFY_FAILURE: i32 = 113;
    let wrong = |error: &Error| error.reason_code() == MAC_VERIFY_FAILURE;
    if source.errors().iter().any(wrong) {
        SigningError::PassphraseWrong(source)
    } else {
        unreadable("the PKCS#12 file")(source)
    }
}

fn unreadable(what: &'static str) -> impl FnOnce(ErrorStack) -> SigningError {
    move |source| SigningError::Unreadable { what, source }
}
