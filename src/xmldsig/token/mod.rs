//! A key that never leaves its token: a smart card or a hardware module, by PKCS#11.
//!
//! The document is hashed here, and the token signs the digest. One session is kept open; when it
//! fails, because the token was pulled out or reset or its server was restarted, a new one is
//! opened once, and then the failure is the caller's. A PIN that was refused is never tried again:
//! three wrong ones lock a token.

mod session;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::types::AuthPin;
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::key::{SigningError, SigningKey, algorithm_of_chain};
use crate::xmldsig::token::session::OpenToken;

/// Why a token does not serve.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenError {
    /// The module cannot be loaded, or is none.
    #[error("the module {path} cannot be used ({answer})")]
    Module {
        /// Its file.
        path: PathBuf,
        /// What went wrong.
        answer: String,
    },
    /// The module knows no such token.
    #[error("there is no token {wanted}")]
    NoToken {
        /// What was looked for.
        wanted: String,
    },
    /// Several tokens answer to the same name.
    #[error("there are several tokens {wanted}")]
    SeveralTokens {
        /// What was looked for.
        wanted: String,
    },
    /// The token refused the PIN; it is not tried again.
    #[error("the token refuses the PIN ({answer})")]
    PinRefused {
        /// What the token said.
        answer: String,
    },
    /// The token has no such private key.
    #[error("the token has no private key {wanted}")]
    NoKey {
        /// What was looked for.
        wanted: String,
    },
    /// Several private keys answer to the same name.
    #[error("the token has several private keys {wanted}")]
    SeveralKeys {
        /// What was looked for.
        wanted: String,
    },
    /// The token has no certificate beside the key, or several, and no other was given.
    #[error("the token has not exactly one certificate with the identifier of the key")]
    NoCertificate,
    /// The token was removed or reset, and opening it anew did not help.
    #[error("the token was lost")]
    Lost(#[source] Box<Self>),
    /// The token did not do what it was asked for.
    #[error("the token failed ({0})")]
    Failed(String),
}

/// Where a key is. One of label and serial number names the token, one of label and identifier, or
/// both, the key.
#[derive(Clone)]
pub struct TokenPlace {
    /// The PKCS#11 module of the token's maker.
    pub module: PathBuf,
    /// The token's label.
    pub token_label: Option<String>,
    /// The token's serial number.
    pub token_serial: Option<String>,
    /// The key's label.
    pub key_label: Option<String>,
    /// The key's identifier.
    pub key_id: Option<Vec<u8>>,
    /// The PIN of the token's user.
    pub pin: TokenPin,
}

/// A PIN, wiped from memory when dropped and never printed.
#[derive(Clone)]
pub struct TokenPin(AuthPin);

impl TokenPin {
    /// Keeps a PIN.
    pub fn new(pin: &str) -> Self {
        Self(AuthPin::from(pin))
    }
}

impl fmt::Debug for TokenPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPlace")
            .field("module", &self.module)
            .field("token_label", &self.token_label)
            .field("token_serial", &self.token_serial)
            .field("key_label", &self.key_label)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// A key in a token.
pub struct TokenKey {
    place: TokenPlace,
    access: Mutex<Access>,
    certificates: Vec<X509>,
    algorithm: SignatureAlgorithm,
}

/// How the token can be reached.
enum Access {
    Open(OpenToken),
    Closed,
    /// Another wrong try might lock the token.
    Refused(TokenError),
}

/// A module belongs to the whole process, and while it is set up anew nobody may call it.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TokenKey {
    /// Opens the token and finds the key. `chain` is its certificate with the intermediates;
    /// without one, the token's own certificate of the key is taken.
    ///
    /// Signs a few bytes, so that a certificate of another key is noticed now.
    pub fn open(place: TokenPlace, chain: Option<Vec<X509>>) -> Result<Self, SigningError> {
        let _turn = turn();
        let open = OpenToken::open(&place)?;
        let certificates = match chain {
            Some(chain) => chain,
            None => vec![open.certificate()?],
        };
        let (public, algorithm) = algorithm_of_chain(&certificates)?;
        let probe = b"a token that signs this has the key of the certificate";
        let value = open.sign(
            algorithm,
            &algorithm.hash(probe).map_err(SigningError::Failed)?,
        )?;
        if !algorithm.verify(&public, probe, &value).unwrap_or(false) {
            return Err(SigningError::ForeignCertificate);
        }
        Ok(Self {
            place,
            access: Mutex::new(Access::Open(open)),
            certificates,
            algorithm,
        })
    }

    /// Makes an RSA key sign with PKCS#1 v1.5; other keys stay as they are.
    #[must_use]
    pub fn with_rsa_pkcs1(mut self) -> Self {
        self.algorithm = self.algorithm.or_rsa_pkcs1();
        self
    }

    /// Signs a digest, if need be in a new session.
    fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, TokenError> {
        let _turn = turn();
        let mut access = self.access.lock().unwrap_or_else(PoisonError::into_inner);
        match &*access {
            Access::Refused(refused) => return Err(refused.clone()),
            Access::Open(open) => {
                if let Ok(value) = open.sign(self.algorithm, digest) {
                    return Ok(value);
                }
            }
            Access::Closed => {}
        }
        // Whatever was wrong: the old session is closed before there is a new one.
        *access = Access::Closed;
        let lost = |error| TokenError::Lost(Box::new(error));
        match OpenToken::open_anew(&self.place) {
            Ok(open) => {
                let value = open.sign(self.algorithm, digest).map_err(lost)?;
                *access = Access::Open(open);
                Ok(value)
            }
            Err(refused @ TokenError::PinRefused { .. }) => {
                *access = Access::Refused(refused.clone());
                Err(refused)
            }
            Err(error) => Err(lost(error)),
        }
    }
}

impl SigningKey for TokenKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn certificates(&self) -> &[X509] {
        &self.certificates
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        let digest = self.algorithm.hash(bytes).map_err(SigningError::Failed)?;
        Ok(self.sign_digest(&digest)?)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey")
            .field("place", &self.place)
            .field("algorithm", &self.algorithm)
            .field("certificates", &self.certificates.len())
            .finish_non_exhaustive()
    }
}
