//! Reading a signed document once, believing nothing of it until its last byte.

use std::io::{self, BufRead};

use chrono::{DateTime, Utc};
use openssl::memcmp;
use openssl::pkey::{PKey, Public};
use openssl::x509::X509Ref;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::certificates::{self, UNUSABLE, usable};
use crate::xmldsig::content::{ContentFault, ContentReader};
use crate::xmldsig::diverted::WholeSignature;
use crate::xmldsig::pass::{Pass, Passed};
use crate::xmldsig::refusal::{Flaw, Refusal, RefusalCode};
use crate::xmldsig::signature::ReceivedSignature;
use crate::xmldsig::strict::{StrictError, StrictReader};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::uris::Namespaces;

/// Who signed a document, and what it was, once everything about it has been verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified {
    /// The subject of the signing certificate.
    pub signer_subject: String,
    /// The serial number of the signing certificate, in hexadecimal.
    pub signer_serial: String,
    /// The SHA-256 of the signer's public key (`SubjectPublicKeyInfo`).
    pub signer_spki_sha256: [u8; 32],
    /// The SHA-256 of the signing certificate.
    pub certificate_sha256: [u8; 32],
    /// When the signer says it signed; nobody else vouches for it.
    pub signed_at: DateTime<Utc>,
    /// How it was signed.
    pub algorithm: SignatureAlgorithm,
    /// The SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// How long the file is.
    pub size_bytes: u64,
    /// The SHA-256 of the canonical document without its signature.
    pub document_digest: [u8; 32],
}

/// Why a document was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The document is not XML as it should be, or not signed as it should be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The signature is good, and the reader of the content does not accept what was signed.
    #[error("{fault} (line {line}, column {column})")]
    Content {
        /// What the reader said.
        fault: ContentFault,
        /// The line of the element, text or end it was given last, from 1.
        line: u64,
        /// The byte of the line, from 1.
        column: u64,
    },
    /// The source failed; nothing is known of the document.
    #[error("the document cannot be read")]
    Read(#[source] io::Error),
}

impl From<StrictError> for VerifyError {
    fn from(error: StrictError) -> Self {
        match error {
            StrictError::Refused(refusal) => Self::Refused(refusal),
            StrictError::Read(error) => Self::Read(error),
        }
    }
}

/// Reads a document to its end, gives its content to `content` on the way, and tells who signed
/// it, or why it is not to be believed.
///
/// One pass, in memory that does not grow with the document. The bytes are looked at where the source
/// holds them, so that nothing is copied of a document in memory; a file is best read through a
/// [`BufReader`](io::BufReader) of 64 KiB. What `content` has gathered may be
/// used only after this has returned `Ok`.
pub fn verify<R: BufRead>(
    source: R,
    policy: &TrustPolicy,
    content: &mut impl ContentReader,
) -> Result<Verified, VerifyError> {
    let namespaces = if policy.any_namespace {
        Namespaces::Any
    } else {
        Namespaces::Only(&policy.allowed_namespaces)
    };
    let mut reader = StrictReader::new(source, &policy.limits, namespaces);
    let mut pass = Pass::new(&policy.limits, content);
    while !pass.step(&mut reader)? {}
    let input = reader.input();
    let end = input.event_position();
    let digest = input.digest().map_err(VerifyError::Read)?;
    let file = (digest, input.offset());
    let Some(passed) = pass.finish() else {
        let missing = Flaw::new(RefusalCode::SignatureMissing, "no signature");
        return Err(missing.at(end).into());
    };
    let Passed {
        signature,
        document_digest,
        fault,
    } = passed;
    let verified = judge(&signature, document_digest, file, policy)?;
    match fault {
        None => Ok(verified),
        Some((fault, at)) => Err(VerifyError::Content {
            fault,
            line: at.line,
            column: at.column,
        }),
    }
}

/// Compares what was hashed with what was signed, and who signed with who may.
fn judge(
    signature: &WholeSignature,
    document_digest: [u8; 32],
    (sha256, size_bytes): ([u8; 32], u64),
    policy: &TrustPolicy,
) -> Result<Verified, Refusal> {
    let at = signature.root.position;
    let received = ReceivedSignature::read(&signature.root)?;
    require_digests(&received, &document_digest, &signature.signed_properties)
        .map_err(|flaw| flaw.at(at))?;
    let certificate_sha256 =
        require_signed(&received, &signature.signed_info, policy).map_err(|flaw| flaw.at(at))?;
    let signer_spki_sha256 = certificates::check(
        &received.certificates,
        received.properties.signed_at,
        policy,
    )
    .map_err(|flaw| flaw.at(at))?;
    let signer = received.certificates.first();
    Ok(Verified {
        signer_subject: signer
            .map(|one| certificates::subject_of(one))
            .unwrap_or_default(),
        signer_serial: signer
            .map(|one| certificates::serial_of(one))
            .unwrap_or_default(),
        signer_spki_sha256,
        certificate_sha256,
        signed_at: received.properties.signed_at,
        algorithm: received.algorithm,
        sha256,
        size_bytes,
        document_digest,
    })
}

fn require_digests(
    received: &ReceivedSignature,
    document: &[u8; 32],
    signed_properties: &[u8],
) -> Result<(), Flaw> {
    if !memcmp::eq(&received.document_digest, document) {
        return Err(Flaw::new(
            RefusalCode::DigestMismatch,
            "the document is not the one that was signed",
        ));
    }
    let properties = openssl::sha::sha256(signed_properties);
    if !memcmp::eq(&received.properties_digest, &properties) {
        return Err(Flaw::new(
            RefusalCode::PropertiesDigestMismatch,
            "the signed properties are not those that were signed",
        ));
    }
    Ok(())
}

/// Requires that the certificate is the one named and that its key made the signature.
fn require_signed(
    received: &ReceivedSignature,
    signed_info: &[u8],
    policy: &TrustPolicy,
) -> Result<[u8; 32], Flaw> {
    let signer = received.certificates.first().ok_or(UNUSABLE)?;
    let named = &received.properties.certificate_digest;
    let digest = usable(signer.digest(named.method))?;
    if digest.len() != named.value.len() || !memcmp::eq(&digest, &named.value) {
        return Err(Flaw::new(
            RefusalCode::CertificateNotNamed,
            "the signing certificate is not the one that the properties name",
        ));
    }
    let algorithm = received.algorithm;
    let key = require_key(signer, algorithm, policy)?;
    // An error of OpenSSL here is a value that is no signature at all.
    if !algorithm
        .verify(&key, signed_info, &received.value)
        .unwrap_or(false)
    {
        return Err(Flaw::new(
            RefusalCode::SignatureWrong,
            "not signed by the key of the certificate",
        ));
    }
    let der = usable(signer.to_der())?;
    Ok(openssl::sha::sha256(&der))
}

/// The signer's key, once it is known to be one that the algorithm and the policy allow.
fn require_key(
    signer: &X509Ref,
    algorithm: SignatureAlgorithm,
    policy: &TrustPolicy,
) -> Result<PKey<Public>, Flaw> {
    if algorithm == SignatureAlgorithm::RsaPkcs1Sha256 && !policy.allow_rsa_pkcs1 {
        return Err(Flaw::new(
            RefusalCode::AlgorithmForbidden,
            "RSA PKCS#1 v1.5, which the configuration does not allow",
        ));
    }
    if algorithm.has_ended(policy.at) {
        return Err(Flaw::new(
            RefusalCode::AlgorithmEnded,
            "RSA PKCS#1 v1.5, which is no longer accepted",
        ));
    }
    let key = usable(signer.public_key())?;
    if algorithm.finds_too_small(&key) {
        return Err(Flaw::new(
            RefusalCode::KeyTooSmall,
            "an RSA key of less than 3072 bits",
        ));
    }
    if !algorithm.fits(&key) {
        return Err(Flaw::new(
            RefusalCode::KeyMismatch,
            "a key that the signature algorithm does not have",
        ));
    }
    Ok(key)
}
