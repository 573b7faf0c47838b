//! Whom a verifier believes, and how much it is willing to read.

use std::fmt;

use chrono::{DateTime, Utc};
use openssl::x509::{X509, X509Crl};

/// How large the parts of a document may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Elements within elements.
    pub depth: usize,
    /// Attributes and namespace declarations of one element.
    pub attributes: usize,
    /// Namespace declarations in force at one place.
    pub namespaces: usize,
    /// Bytes of one tag or of one text without markup.
    pub event_bytes: u64,
    /// Bytes of the document.
    pub document_bytes: u64,
    /// Bytes of the `ds:Signature`.
    pub signature_bytes: u64,
    /// Identifiers (`Id` attributes) in one document, all of which are remembered.
    pub ids: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 32,
            attributes: 64,
            namespaces: 64,
            event_bytes: 4 * 1024 * 1024,
            document_bytes: 128 * 1024 * 1024,
            signature_bytes: 256 * 1024,
            ids: 10_000,
        }
    }
}

/// What must be true of a signer for a document to be accepted.
///
/// The time a document may take to arrive is the source's to limit: a source whose `read` fails
/// when its time is up ends the verification.
pub struct TrustPolicy {
    /// Certificates that are believed as they are: roots, or issuers pinned below a root.
    pub anchors: Vec<X509>,
    /// The SHA-256 of the public keys (`SubjectPublicKeyInfo`) that may sign; `None` accepts any
    /// signer that an anchor vouches for.
    pub allowed_spki_sha256: Option<Vec<[u8; 32]>>,
    /// Revocation lists. When there is one, the signer's issuer must have a current one.
    pub crls: Vec<X509Crl>,
    /// The present instant.
    pub at: DateTime<Utc>,
    /// Whether RSA PKCS#1 v1.5 is accepted, which ends in 2029 (SOG-IS, ETSI TS 119 312).
    pub allow_rsa_pkcs1: bool,
    /// The namespaces that a document may declare, besides those of the signature.
    pub allowed_namespaces: Vec<String>,
    /// How large the parts of a document may be.
    pub limits: Limits,
}

impl TrustPolicy {
    /// A policy that accepts any signer that `anchors` vouch for, in documents of one namespace.
    pub fn new(anchors: Vec<X509>, namespace: &str, at: DateTime<Utc>) -> Self {
        Self {
            anchors,
            allowed_spki_sha256: None,
            crls: Vec::new(),
            at,
            allow_rsa_pkcs1: false,
            allowed_namespaces: vec![namespace.to_owned()],
            limits: Limits::default(),
        }
    }
}

impl fmt::Debug for TrustPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustPolicy")
            .field("anchors", &self.anchors.len())
            .field("crls", &self.crls.len())
            .field("at", &self.at)
            .field("allow_rsa_pkcs1", &self.allow_rsa_pkcs1)
            .field("allowed_namespaces", &self.allowed_namespaces)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
