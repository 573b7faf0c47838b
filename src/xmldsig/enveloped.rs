//! Signing a document that is there already: its bytes are copied as they stand, and the signature
//! is put before the end of the root.

use std::io::{self, BufReader, Read, Write};

use chrono::{DateTime, Utc};

use crate::xmldsig::content::IgnoreContent;
use crate::xmldsig::hashed_sink::HashedSink;
use crate::xmldsig::input::READ_BYTES;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::pass::Pass;
use crate::xmldsig::refusal::Refusal;
use crate::xmldsig::sign::{SignedDocument, WriteError, signature_of};
use crate::xmldsig::strict::{StrictError, StrictReader};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris::Namespaces;

/// How much may wait to be written.
const WAITING_BYTES: u64 = 64 * 1024;
/// The signature declares two namespaces, which must still be allowed where it will stand.
const OWN_NAMESPACES: usize = 2;

/// What the signer says about a document.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// When it is signed; fractions of a second are dropped.
    pub signed_at: DateTime<Utc>,
    /// The media type of the document, such as `application/xml`.
    pub mime: &'a str,
    /// How large the parts of the document may be: what its verifiers allow.
    pub limits: Limits,
}

/// Why a document was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// Signed, the document would be refused by every verifier of the profile.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The source failed.
    #[error("the document cannot be read")]
    Read(#[source] io::Error),
    /// The key or the sink failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<StrictError> for SignError {
    fn from(error: StrictError) -> Self {
        match error {
            StrictError::Refused(refusal) => Self::Refused(refusal),
            StrictError::Read(error) => Self::Read(error),
        }
    }
}

impl From<io::Error> for SignError {
    fn from(error: io::Error) -> Self {
        Self::Write(WriteError::Write(error))
    }
}

/// Copies a document to `sink` with a signature of the profile as the last child of its root, in
/// one pass and in memory that does not grow with the document.
///
/// Every byte stays as it is, but for a root that is an empty-element tag: `<a/>` becomes
/// `<a>…</a>`. Documents that verifiers refuse signed are refused here: with comments, processing
/// instructions or CDATA sections, with a document type, with a signature. After an error the sink
/// holds a part of the document, which is of no use.
pub fn sign_document<R: Read, W: Write>(
    source: R,
    sink: W,
    key: &dyn SigningKey,
    terms: &Terms<'_>,
) -> Result<(W, SignedDocument), SignError> {
    let mut limits = terms.limits;
    limits.namespaces = limits.namespaces.saturating_sub(OWN_NAMESPACES);
    let source = BufReader::with_capacity(READ_BYTES, Kept::new(source));
    let mut reader = StrictReader::new(source, &limits, Namespaces::Any);
    let mut ignored = IgnoreContent;
    let mut pass = Pass::before_signing(&limits, &mut ignored);
    let mut copy = Copy::to(sink);
    loop {
        let depth_before = pass.depth();
        let ended = pass.step(&mut reader)?;
        if ended {
            break;
        }
        let input = reader.input();
        let (start, end) = (input.event_offset(), input.offset());
        let kept = input.source().get_mut();
        match (depth_before, pass.depth()) {
            (0, 1) => copy.root_tag(kept, start, end)?,
            (1, 0) => copy.root_end(kept, start)?,
            _ if copy.root_ended => {}
            _ => copy.catch_up(kept, end)?,
        }
    }
    let input = reader.input();
    let digest = input.digest().map_err(SignError::Read)?;
    let document_digest = pass.finish_unsigned(digest);
    let signature = signature_of(key, &document_digest, terms.signed_at, terms.mime)?;
    let (sink, sha256, size_bytes) = copy.finish(input.source().get_mut(), &signature)?;
    let written = SignedDocument {
        sha256,
        size_bytes,
        document_digest,
        signature,
    };
    Ok((sink, written))
}

/// A source whose bytes are kept until they are written.
struct Kept<R> {
    source: R,
    /// What was read and not written yet.
    waiting: Vec<u8>,
    /// Where in the source `waiting` begins.
    offset: u64,
}

impl<R: Read> Kept<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            waiting: Vec::new(),
            offset: 0,
        }
    }

    /// Takes what stands before an offset of the source.
    fn take_to(&mut self, offset: u64) -> Vec<u8> {
        let count = usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let rest = self.waiting.split_off(count.min(self.waiting.len()));
        self.offset = self.offset.max(offset);
        std::mem::replace(&mut self.waiting, rest)
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(out)?;
        self.waiting
            .extend_from_slice(out.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// The signed document as it is written.
struct Copy<W> {
    out: HashedSink<W>,
    /// What closes a root that was an empty-element tag.
    closing: Vec<u8>,
    /// From here on, what is read stands after the signature.
    root_ended: bool,
}

impl<W: Write> Copy<W> {
    fn to(sink: W) -> Self {
        Self {
            out: HashedSink::new(sink),
            closing: Vec::new(),
            root_ended: false,
        }
    }

    /// Writes what stands before `offset`, once it is worth the while.
    fn catch_up<R: Read>(&mut self, kept: &mut Kept<R>, offset: u64) -> io::Result<()> {
        if offset.saturating_sub(kept.offset) < WAITING_BYTES {
            return Ok(());
        }
        self.out.push(&kept.take_to(offset))
    }

    /// Writes the root's tag, which must leave the root open.
    fn root_tag<R: Read>(&mut self, kept: &mut Kept<R>, start: u64, end: u64) -> io::Result<()> {
        self.out.push(&kept.take_to(start))?;
        let tag = kept.take_to(end);
        let Some(opened) = tag.strip_suffix(b"/>") else {
            return self.out.push(&tag);
        };
        let name = opened.strip_prefix(b"<").unwrap_or_default();
        let name = name.split(u8::is_ascii_whitespace).next();
        self.closing = [b"</", name.unwrap_or_default(), b">"].concat();
        self.out.push(opened)?;
        self.out.push(b">")
    }

    /// Writes what stands before the root's end tag, and keeps that for later.
    fn root_end<R: Read>(&mut self, kept: &mut Kept<R>, start: u64) -> io::Result<()> {
        self.root_ended = true;
        self.out.push(&kept.take_to(start))
    }

    /// Writes the signature and what follows it.
    fn finish<R: Read>(
        mut self,
        kept: &mut Kept<R>,
        signature: &str,
    ) -> io::Result<(W, [u8; 32], u64)> {
        self.out.push(signature.as_bytes())?;
        self.out.push(&self.closing)?;
        self.out.push(&kept.take_to(u64::MAX))?;
        self.out.finish()
    }
}
