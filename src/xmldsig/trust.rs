//! Whom a verifier believes, and how much it is willing to read.

use std::fmt;

use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
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

impl Limits {
    /// Limits for a document of any length that is only written again, not believed: those that
    /// libxml2 has without `--huge`, and no limit to the whole.
    pub fn of_any_document() -> Self {
        Self {
            depth: 256,
            attributes: 1024,
            namespaces: 1024,
            event_bytes: 10_000_000,
            document_bytes: u64::MAX,
            ..Self::default()
        }
    }

    /// Limits for a signed document of any length: the usual ones, and no limit to the whole.
    pub fn of_any_length() -> Self {
        Self {
            document_bytes: u64::MAX,
            ..Self::default()
        }
    }
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

/// Why files do not make a [`TrustPolicy`].
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file of anchors holds no certificate, or something else.
    #[error("no certificates can be read from the file of authorities")]
    Anchors(#[source] ErrorStack),
    /// The file of anchors is empty, so that nobody would be believed.
    #[error("the file of authorities holds no certificate")]
    NoAnchor,
    /// The file of revocation lists holds something else, or is cut off.
    #[error("no revocation lists can be read from their file")]
    Crls(#[source] ErrorStack),
    /// The file of revocation lists is empty, so that everybody would be refused.
    #[error("the file of revocation lists holds none")]
    NoCrl,
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
    /// Revocation lists, each about all certificates of its issuer. When there is one, the
    /// signer's issuer must have one that is current: a list that has run out refuses everybody.
    pub crls: Vec<X509Crl>,
    /// The present instant.
    pub at: DateTime<Utc>,
    /// Whether RSA PKCS#1 v1.5 is accepted; after 2029 it is not, whatever stands here.
    pub allow_rsa_pkcs1: bool,
    /// The namespaces that a document may declare, besides those of the signature.
    pub allowed_namespaces: Vec<String>,
    /// Whether it may declare any others too, because nobody knows beforehand what it is.
    pub any_namespace: bool,
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
            any_namespace: false,
            limits: Limits::default(),
        }
    }

    /// A policy that accepts any signer that the anchors in a PEM file vouch for, in any document.
    pub fn of_any_document(anchors_pem: &[u8], at: DateTime<Utc>) -> Result<Self, TrustError> {
        let anchors = X509::stack_from_pem(anchors_pem).map_err(TrustError::Anchors)?;
        if anchors.is_empty() {
            return Err(TrustError::NoAnchor);
        }
        let mut policy = Self::new(anchors, "", at);
        policy.allowed_namespaces.clear();
        policy.any_namespace = true;
        Ok(policy)
    }

    /// Adds the revocation lists of a file, which holds any number of them in PEM, or one in DER.
    pub fn with_crls(mut self, file: &[u8]) -> Result<Self, TrustError> {
        self.crls.extend(read_crls(file)?);
        Ok(self)
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
            .field("any_namespace", &self.any_namespace)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The revocation lists of a file: any number in PEM, or one in DER; never none.
pub fn read_crls(file: &[u8]) -> Result<Vec<X509Crl>, TrustError> {
    // What DER begins with.
    const SEQUENCE: u8 = 0x30;
    if file.first() == Some(&SEQUENCE) {
        return Ok(vec![X509Crl::from_der(file).map_err(TrustError::Crls)?]);
    }
    let text = String::from_utf8_lossy(file);
    // OpenSSL reads the first list of a text; so every one is given to it as a text of its own.
    let lists: Vec<_> = text
        .split_inclusive("-----END X509 CRL-----")
        .filter(|piece| piece.contains("-----BEGIN"))
        .map(|piece| X509Crl::from_pem(piece.as_bytes()).map_err(TrustError::Crls))
        .collect::<Result<_, _>>()?;
    if lists.is_empty() {
        return Err(TrustError::NoCrl);
    }
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xmldsig::fixtures::{Issued, noon};

    #[test]
    fn every_list_of_a_file_is_read() {
        let (one, other) = (Issued::root("One root"), Issued::root("Another root"));
        let lists = [one, other].map(|root| root.revocation_list(noon(), &[]));
        let pem = lists.each_ref().map(|list| list.to_pem().unwrap());
        let words = b"Lists of today\n".as_slice();
        let file = [words, &pem[0], words, &pem[1], words].concat();

        assert_eq!(read_crls(&file).unwrap().len(), 2);
        assert_eq!(read_crls(&lists[0].to_der().unwrap()).unwrap().len(), 1);
    }

    #[test]
    fn a_file_without_lists_or_with_half_of_one_is_refused() {
        let root = Issued::root("Test root");
        let pem = root.revocation_list(noon(), &[]).to_pem().unwrap();
        let half = [&pem[..], &pem[..pem.len() / 2]].concat();
        let certificate = root.certificate.to_pem().unwrap();
        assert!(matches!(read_crls(b""), Err(TrustError::NoCrl)));
        assert!(matches!(read_crls(&half), Err(TrustError::Crls(_))));
        assert!(matches!(read_crls(&certificate), Err(TrustError::Crls(_))));
    }

    #[test]
    fn a_policy_needs_an_anchor() {
        let none = TrustPolicy::of_any_document(b"no certificate", noon());
        assert!(matches!(none, Err(TrustError::NoAnchor)), "{none:?}");
    }
}
