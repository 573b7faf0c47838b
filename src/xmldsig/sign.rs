//! Writing a document and signing it in the same pass: what is written is what is hashed.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
use openssl::sha::sha256;

use crate::xmldsig::base64_text::WholeBase64;
use crate::xmldsig::characters::{
    is_ncname, needs_no_escape, push_canonical_text, push_canonical_value, require_xml_chars,
};
use crate::xmldsig::hashed_sink::HashedSink;
use crate::xmldsig::key::{SigningError, SigningKey};
use crate::xmldsig::scope::Span;
use crate::xmldsig::xades::{self, Statement};

/// Why a document could not be written or signed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A name that is not a name without prefix, or is `xmlns`.
    #[error("{0:?} cannot be the name of an element or attribute")]
    Name(String),
    /// An attribute that was given twice.
    #[error("the attribute {0:?} stands twice")]
    RepeatedAttribute(String),
    /// A namespace name that is empty or is the signature's.
    #[error("{0:?} cannot be the namespace of a document")]
    Namespace(String),
    /// A character that XML 1.0 forbids; what it stood in is named, not shown.
    #[error("a character that XML forbids, in {0:?}")]
    Character(String),
    /// `end` without an element that is open besides the root.
    #[error("no element is open besides the root")]
    NothingOpen,
    /// The document was finished while elements besides the root were open.
    #[error("{0} elements are still open besides the root")]
    StillOpen(usize),
    /// The sink failed.
    #[error("the document cannot be written")]
    Write(#[from] io::Error),
    /// The key failed.
    #[error("the document cannot be signed")]
    Key(#[from] SigningError),
}

/// What was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedDocument {
    /// The SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// How long the file is.
    pub size_bytes: u64,
    /// The SHA-256 of the canonical document without its signature: what was signed.
    pub document_digest: [u8; 32],
    /// The `ds:Signature` as it stands in the file. It holds nothing of the document but its digest,
    /// so it may be kept when the document may not.
    pub signature: String,
}

/// Writes canonical XML of one default namespace, hashes it on the way, and signs it at the end.
///
/// The root is opened by [`SignedWriter::new`] and closed by [`SignedWriter::finish`]. Attributes
/// are sorted; characters that XML forbids are refused. White space is written only where the
/// caller asks for it, with [`SignedWriter::newline`].
pub struct SignedWriter<'k, W> {
    key: &'k dyn SigningKey,
    out: HashedSink<W>,
    /// The names of the open elements, the root's first.
    names: String,
    open: Vec<Span>,
}

impl<'k, W: Write> SignedWriter<'k, W> {
    /// Opens the root in its default namespace.
    pub fn new(
        sink: W,
        key: &'k dyn SigningKey,
        root_name: &str,
        default_namespace: &str,
        root_attributes: &[(&str, &str)],
    ) -> Result<Self, WriteError> {
        let reserved = default_namespace.is_empty()
            || default_namespace == crate::xmldsig::uris::DS
            || default_namespace == crate::xmldsig::uris::XADES;
        if reserved || !default_namespace.contains(':') {
            return Err(WriteError::Namespace(default_namespace.to_owned()));
        }
        let mut writer = Self {
            key,
            out: HashedSink::new(sink),
            names: String::new(),
            open: Vec::new(),
        };
        writer.open_tag(root_name, Some(default_namespace), root_attributes)?;
        Ok(writer)
    }

    /// How much memory the buffers hold.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.out.gathered.capacity() + self.names.capacity()
    }

    /// Opens an element.
    pub fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), WriteError> {
        self.open_tag(name, None, attributes)
    }

    /// Writes character data.
    pub fn text(&mut self, text: &str) -> Result<(), WriteError> {
        if needs_no_escape(text) {
            return Ok(self.out.push(text.as_bytes())?);
        }
        if require_xml_chars(text).is_err() {
            return Err(WriteError::Character(self.innermost().to_owned()));
        }
        push_canonical_text(text, &mut self.out.gathered);
        Ok(self.out.flush_if_full()?)
    }

    /// Writes base64, which is its own canonical form.
    pub(crate) fn base64(&mut self, base64: WholeBase64<'_>) -> Result<(), WriteError> {
        Ok(self.out.push(base64.text().as_bytes())?)
    }

    /// Writes bytes as base64 in one line.
    pub fn text_base64(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        Ok(self.out.push_base64(bytes)?)
    }

    /// Writes a newline, which is content like any other.
    pub fn newline(&mut self) -> Result<(), WriteError> {
        self.out.gathered.push(b'\n');
        Ok(self.out.flush_if_full()?)
    }

    /// Closes the innermost element.
    pub fn end(&mut self) -> Result<(), WriteError> {
        if self.open.len() < 2 {
            return Err(WriteError::NothingOpen);
        }
        self.close_tag();
        Ok(self.out.flush_if_full()?)
    }

    /// Writes an element with nothing but text in it.
    pub fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> Result<(), WriteError> {
        self.start(name, attributes)?;
        self.text(text)?;
        self.end()
    }

    /// Signs what was written, appends the signature, closes the root and flushes the sink.
    ///
    /// `mime` is the media type of the document, such as `application/xml`; fractions of a second
    /// of `signed_at` are dropped. Making the file durable is the caller's, who owns the sink.
    pub fn finish(
        mut self,
        signed_at: DateTime<Utc>,
        mime: &str,
    ) -> Result<(W, SignedDocument), WriteError> {
        if self.open.len() != 1 {
            return Err(WriteError::StillOpen(self.open.len().saturating_sub(1)));
        }
        let mut document = self.out.hash_so_far()?;
        self.out.gathered.push(b'\n');
        self.close_tag();
        let closing = std::mem::take(&mut self.out.gathered);
        document.update(&closing);
        let document_digest = document.finish();

        let signature = signature_of(self.key, &document_digest, signed_at, mime)?;
        self.out.gathered = signature.clone().into_bytes();
        self.out.gathered.extend_from_slice(&closing);
        let (sink, sha256, size_bytes) = self.out.finish()?;
        let written = SignedDocument {
            sha256,
            size_bytes,
            document_digest,
            signature,
        };
        Ok((sink, written))
    }

    fn open_tag(
        &mut self,
        name: &str,
        namespace: Option<&str>,
        attributes: &[(&str, &str)],
    ) -> Result<(), WriteError> {
        require_name(name)?;
        let sorted = sorted(attributes)?;
        let out = &mut self.out.gathered;
        out.push(b'<');
        out.extend_from_slice(name.as_bytes());
        let declared = namespace.map(|namespace| ("xmlns", namespace));
        for (attribute, value) in declared.iter().chain(&sorted) {
            out.push(b' ');
            out.extend_from_slice(attribute.as_bytes());
            out.extend_from_slice(b"=\"");
            push_canonical_value(value, out);
            out.push(b'"');
        }
        out.push(b'>');
        self.open.push(Span::push(&mut self.names, name));
        Ok(self.out.flush_if_full()?)
    }

    fn close_tag(&mut self) {
        if let Some(name) = self.open.pop() {
            let out = &mut self.out.gathered;
            out.extend_from_slice(b"</");
            out.extend_from_slice(name.of(&self.names).as_bytes());
            out.push(b'>');
            let kept = self.open.last().map_or(0, |last| last.end());
            self.names.truncate(kept);
        }
    }

    fn innermost(&self) -> &str {
        self.open.last().map_or("", |name| name.of(&self.names))
    }
}

/// Makes the `ds:Signature` over a document with this digest.
pub(crate) fn signature_of(
    key: &dyn SigningKey,
    document_digest: &[u8; 32],
    signed_at: DateTime<Utc>,
    mime: &str,
) -> Result<String, WriteError> {
    if require_xml_chars(mime).is_err() {
        return Err(WriteError::Character("MimeType".to_owned()));
    }
    let algorithm = key.algorithm();
    if algorithm.has_ended(signed_at) {
        return Err(SigningError::AlgorithmEnded(algorithm).into());
    }
    let certificates = xades::to_der(key.certificates()).map_err(certificates_failed)?;
    let signer = certificates.first().ok_or(SigningError::NoCertificate)?;
    let object = xades::object(&Statement {
        mime,
        signed_at,
        certificate_sha256: sha256(signer),
    });
    let properties = canonical(&object, "SignedProperties")?;
    let signed_info = xades::signed_info(algorithm, document_digest, &sha256(&properties));
    let value = key.sign(&canonical(&signed_info, "SignedInfo")?)?;
    Ok(xades::signature(
        &signed_info,
        &value,
        &certificates,
        &object,
    ))
}

fn require_name(name: &str) -> Result<(), WriteError> {
    if is_ncname(name) && name != "xmlns" {
        Ok(())
    } else {
        Err(WriteError::Name(name.to_owned()))
    }
}

/// Checks attributes and puts them into canonical order.
fn sorted<'a>(attributes: &[(&'a str, &'a str)]) -> Result<Vec<(&'a str, &'a str)>, WriteError> {
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    let mut sorted = attributes.to_vec();
    sorted.sort_unstable();
    let mut previous = "";
    for (name, value) in &sorted {
        require_name(name)?;
        if *name == previous {
            return Err(WriteError::RepeatedAttribute((*name).to_owned()));
        }
        if require_xml_chars(value).is_err() {
            return Err(WriteError::Character((*name).to_owned()));
        }
        previous = name;
    }
    Ok(sorted)
}

fn canonical(part: &str, local_name: &str) -> Result<Vec<u8>, WriteError> {
    // The part is our own text; were it wrong, nothing could be signed.
    xades::canonical_part(part, local_name).map_err(|error| io::Error::other(error).into())
}

fn certificates_failed(source: ErrorStack) -> SigningError {
    SigningError::Unreadable {
        what: "the certificate",
        source,
    }
}
