//! Reading a signed document once, believing nothing of it until its last byte.

use std::collections::HashSet;
use std::io::{self, Read};

use chrono::{DateTime, Utc};
use openssl::memcmp;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::canonical::Canonicalizer;
use crate::xmldsig::certificates::{self, UNUSABLE, usable};
use crate::xmldsig::characters::is_blank;
use crate::xmldsig::content::{ContentFault, ContentReader, Element};
use crate::xmldsig::diverted::{Diverted, WholeSignature};
use crate::xmldsig::document_hash::CanonicalHash;
use crate::xmldsig::refusal::{Flaw, Position, Refusal, RefusalCode};
use crate::xmldsig::signature::ReceivedSignature;
use crate::xmldsig::strict::{Event, Kind, Namespaces, StrictError, StrictReader, Writing};
use crate::xmldsig::trust::{Limits, TrustPolicy};
use crate::xmldsig::uris;

/// Longer identifiers are not kept.
const ID_BYTES_MAX: usize = 128;

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
/// One pass, in memory that does not grow with the document. What `content` has gathered may be
/// used only after this has returned `Ok`.
pub fn verify<R: Read>(
    source: R,
    policy: &TrustPolicy,
    content: &mut impl ContentReader,
) -> Result<Verified, VerifyError> {
    let namespaces = Namespaces::Only(&policy.allowed_namespaces);
    let mut reader = StrictReader::new(source, &policy.limits, namespaces);
    let mut pass = Pass::new(&policy.limits, content);
    while !pass.step(&mut reader)? {}
    let input = reader.input();
    let end = input.event_position();
    let file = (input.digest(), input.offset());
    let Pass {
        place,
        document,
        fault,
        ..
    } = pass;
    let (Place::After(signature), Some(document)) = (place, document) else {
        let missing = Flaw::new(RefusalCode::SignatureMissing, "no signature");
        return Err(missing.at(end).into());
    };
    let verified = judge(&signature, document.finish(), file, policy)?;
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
    if algorithm == SignatureAlgorithm::RsaPkcs1Sha256 && !policy.allow_rsa_pkcs1 {
        return Err(Flaw::new(
            RefusalCode::AlgorithmForbidden,
            "RSA PKCS#1 v1.5, which the configuration does not allow",
        ));
    }
    let key = usable(signer.public_key())?;
    if !algorithm.fits(&key) {
        return Err(Flaw::new(
            RefusalCode::KeyMismatch,
            "a key that the signature algorithm does not have",
        ));
    }
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

/// Where in the document the pass is.
enum Place {
    /// Before the signature.
    Content,
    /// In the signature.
    Signature(Box<Diverted>),
    /// After the signature, where only white space and the end of the root may follow.
    After(Box<WholeSignature>),
}

/// One pass over a document.
struct Pass<'p, C> {
    limits: &'p Limits,
    content: &'p mut C,
    /// The first fault of the content, held back until the signature is known to be good.
    fault: Option<(ContentFault, Position)>,
    place: Place,
    depth: usize,
    ids: Ids,
    canonicalizer: Canonicalizer,
    canonical: Vec<u8>,
    /// `None` while the canonical form is, byte by byte, the file: then one hash serves both.
    document: Option<CanonicalHash>,
}

impl<'p, C: ContentReader> Pass<'p, C> {
    fn new(limits: &'p Limits, content: &'p mut C) -> Self {
        Self {
            limits,
            content,
            fault: None,
            place: Place::Content,
            depth: 0,
            ids: Ids::default(),
            canonicalizer: Canonicalizer::default(),
            canonical: Vec::new(),
            document: None,
        }
    }

    /// Takes the next event; tells whether it was the last.
    fn step<R: Read>(&mut self, reader: &mut StrictReader<'_, R>) -> Result<bool, VerifyError> {
        let event = reader.next()?;
        let position = event.position;
        if matches!(event.kind, Kind::EndOfDocument) {
            return Ok(true);
        }
        let same_as_file = self.take(&event).map_err(|flaw| flaw.at(position))?;
        if self.document.is_none() && !same_as_file {
            let mut document = CanonicalHash::after(reader.input().hash_before_event());
            document.update(&self.canonical);
            self.document = Some(document);
        }
        Ok(false)
    }

    /// Takes one event; tells whether its canonical form is what stands in the file.
    fn take(&mut self, event: &Event<'_>) -> Result<bool, Flaw> {
        refuse_unsigned_markup(event)?;
        self.canonical.clear();
        if let Kind::Start(element) = event.kind {
            self.ids.remember(&element, self.limits)?;
            self.enter(&element)?;
        }
        if let Place::Signature(signature) = &mut self.place {
            if let Some(whole) = signature.push(event)? {
                self.place = Place::After(Box::new(whole));
            }
            return Ok(false);
        }
        self.require_nothing_after(event)?;
        let same_as_file = self.hash(event);
        self.show(event);
        Ok(same_as_file)
    }

    /// Decides what the start of an element means for where we are.
    fn enter(&mut self, element: &Element<'_>) -> Result<(), Flaw> {
        if matches!(self.place, Place::Signature(_)) {
            return Ok(());
        }
        let namespace = element.namespace();
        if namespace != uris::DS && namespace != uris::XADES {
            return Ok(());
        }
        let is_signature =
            namespace == uris::DS && element.local_name() == "Signature" && self.depth == 1;
        match self.place {
            Place::Content if is_signature => {
                let diverted = Diverted::new(self.limits.signature_bytes);
                self.place = Place::Signature(Box::new(diverted));
                Ok(())
            }
            Place::After(_) if is_signature => Err(Flaw::new(
                RefusalCode::SignatureRepeated,
                "a second signature",
            )),
            Place::Content | Place::Signature(_) | Place::After(_) => Err(Flaw::new(
                RefusalCode::SignatureMisplaced,
                "a part of a signature elsewhere than in the signature of the root",
            )),
        }
    }

    fn require_nothing_after(&self, event: &Event<'_>) -> Result<(), Flaw> {
        let follows = match event.kind {
            Kind::Start(_) => true,
            Kind::Text { text, .. } => !is_blank(text),
            Kind::End(_)
            | Kind::Instruction { .. }
            | Kind::Comment
            | Kind::Outside
            | Kind::EndOfDocument => false,
        };
        if follows && matches!(self.place, Place::After(_)) {
            return Err(Flaw::new(
                RefusalCode::ContentAfterSignature,
                "content that follows the signature",
            ));
        }
        Ok(())
    }

    /// Adds the canonical form of an event to the hash of the document.
    fn hash(&mut self, event: &Event<'_>) -> bool {
        let written_canonically = matches!(
            event.kind,
            Kind::Text {
                writing: Writing::Canonical,
                ..
            }
        );
        let canonical = if written_canonically {
            event.raw
        } else {
            self.canonicalizer.push(event, &mut self.canonical);
            self.canonical.as_slice()
        };
        if let Some(document) = &mut self.document {
            document.update(canonical);
        }
        canonical == event.raw && !matches!(event.kind, Kind::Outside)
    }

    /// Shows an event to the reader of the content.
    fn show(&mut self, event: &Event<'_>) {
        match event.kind {
            Kind::Start(_) => self.depth += 1,
            Kind::End(_) => self.depth = self.depth.saturating_sub(1),
            Kind::Text { .. }
            | Kind::Instruction { .. }
            | Kind::Comment
            | Kind::Outside
            | Kind::EndOfDocument => {}
        }
        if self.fault.is_some() {
            return;
        }
        let shown = match event.kind {
            Kind::Start(element) => self.content.start(&element),
            Kind::End(tag) => self.content.end(tag.namespace, tag.local_name),
            Kind::Text { text, .. } => self.content.text(text),
            Kind::Instruction { .. } | Kind::Comment | Kind::Outside | Kind::EndOfDocument => {
                Ok(())
            }
        };
        if let Err(fault) = shown {
            self.fault = Some((fault, event.position));
        }
    }
}

/// Comments are not hashed; instructions and CDATA have no use here: all three serve to show one
/// text to the verifier and another to a reader.
fn refuse_unsigned_markup(event: &Event<'_>) -> Result<(), Flaw> {
    let flaw = match event.kind {
        Kind::Comment => Flaw::new(RefusalCode::CommentForbidden, "a comment"),
        Kind::Instruction { .. } => Flaw::new(
            RefusalCode::InstructionForbidden,
            "a processing instruction",
        ),
        Kind::Text {
            writing: Writing::Cdata,
            ..
        } => Flaw::new(RefusalCode::CdataForbidden, "a CDATA section"),
        Kind::Text { .. } | Kind::Start(_) | Kind::End(_) | Kind::Outside | Kind::EndOfDocument => {
            return Ok(());
        }
    };
    Err(flaw)
}

/// The identifiers seen so far.
#[derive(Debug, Default)]
struct Ids {
    seen: HashSet<Box<str>>,
}

impl Ids {
    fn remember(&mut self, element: &Element<'_>, limits: &Limits) -> Result<(), Flaw> {
        for attribute in element.attributes() {
            let identifies = match attribute.namespace {
                "" => matches!(attribute.local_name, "Id" | "ID" | "id"),
                uris::XML => attribute.local_name == "id",
                _ => false,
            };
            if !identifies {
                continue;
            }
            if attribute.value.len() > ID_BYTES_MAX || self.seen.len() >= limits.ids {
                return Err(Flaw::new(
                    RefusalCode::IdLimit,
                    "too many identifiers, or one too long",
                ));
            }
            if !self.seen.insert(attribute.value.into()) {
                return Err(Flaw::new(
                    RefusalCode::IdRepeated,
                    "an identifier that stands twice",
                ));
            }
        }
        Ok(())
    }
}
