//! Exclusive XML Canonicalization 1.0 without inclusive prefixes: without comments, as signatures
//! have it, or with them.

use std::io::{self, BufReader, Cursor, Read, Write};

use crate::xmldsig::characters::{push_canonical_text, push_canonical_value};
use crate::xmldsig::content::Element;
use crate::xmldsig::event::{Event, Kind, Writing};
use crate::xmldsig::input::READ_BYTES;
use crate::xmldsig::refusal::Refusal;
use crate::xmldsig::scope::Span;
use crate::xmldsig::strict::{StrictError, StrictReader};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris::Namespaces;

/// How much canonical XML is gathered before it is written.
const WRITE_BYTES: usize = 16 * 1024;

/// Why a document could not be canonicalized.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalizeError {
    /// The document is not XML that has a canonical form.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The source failed.
    #[error("the document cannot be read")]
    Read(#[source] io::Error),
    /// The sink failed.
    #[error("the canonical form cannot be written")]
    Write(#[source] io::Error),
}

impl From<StrictError> for CanonicalizeError {
    fn from(error: StrictError) -> Self {
        match error {
            StrictError::Refused(refusal) => Self::Refused(refusal),
            StrictError::Read(error) => Self::Read(error),
        }
    }
}

/// Writes the canonical form of a whole document without its comments
/// (`http://www.w3.org/2001/10/xml-exc-c14n#`), in one pass and constant memory.
///
/// Documents with a DTD are refused, so that nothing depends on what a DTD says. A UTF-8 byte order
/// mark at the very beginning is no part of the document (XML 1.0 §4.3.3) and is dropped.
pub fn canonicalize<R: Read, W: Write>(
    source: R,
    sink: W,
    limits: &Limits,
) -> Result<(), CanonicalizeError> {
    write_canonical(source, sink, limits, Canonicalizer::default())
}

/// The same with comments (`http://www.w3.org/2001/10/xml-exc-c14n#WithComments`), which is what
/// `xmllint --exc-c14n` writes.
pub fn canonicalize_with_comments<R: Read, W: Write>(
    source: R,
    sink: W,
    limits: &Limits,
) -> Result<(), CanonicalizeError> {
    let canonicalizer = Canonicalizer {
        keeps_comments: true,
        ..Canonicalizer::default()
    };
    write_canonical(source, sink, limits, canonicalizer)
}

fn write_canonical<R: Read, W: Write>(
    source: R,
    mut sink: W,
    limits: &Limits,
    mut canonicalizer: Canonicalizer,
) -> Result<(), CanonicalizeError> {
    let source = without_byte_order_mark(source).map_err(CanonicalizeError::Read)?;
    let source = BufReader::with_capacity(READ_BYTES, source);
    let mut reader = StrictReader::new(source, limits, Namespaces::Any);
    let mut out = Vec::new();
    loop {
        let last = reader.next(|event| {
            canonicalizer.push(event, &mut out);
            matches!(event.kind, Kind::EndOfDocument)
        })?;
        if last || out.len() >= WRITE_BYTES {
            sink.write_all(&out).map_err(CanonicalizeError::Write)?;
            out.clear();
        }
        if last {
            return sink.flush().map_err(CanonicalizeError::Write);
        }
    }
}

/// Takes the byte order mark off a source that begins with one.
fn without_byte_order_mark<R: Read>(mut source: R) -> io::Result<impl Read> {
    let mut head = Vec::new();
    source.by_ref().take(3).read_to_end(&mut head)?;
    if head == b"\xEF\xBB\xBF" {
        head.clear();
    }
    Ok(Cursor::new(head).chain(source))
}

/// A namespace declaration in the output, in force within one element.
#[derive(Clone, Copy, Debug)]
struct Rendered {
    depth: usize,
    prefix: Span,
    uri: Span,
}

/// Turns events into canonical XML; begun at any element, it treats that element as the apex.
#[derive(Debug, Default)]
pub(crate) struct Canonicalizer {
    keeps_comments: bool,
    depth: usize,
    root_ended: bool,
    text: String,
    rendered: Vec<Rendered>,
    order: Vec<usize>,
}

impl Canonicalizer {
    /// Appends the canonical form of one event.
    pub(crate) fn push(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        match event.kind {
            Kind::Start(element) => self.start(&element, out),
            Kind::End(tag) => self.end(tag.name, out),
            Kind::Text { text, .. } => push_canonical_text(text, out),
            Kind::Base64(text) => out.extend_from_slice(text),
            Kind::Instruction { target, data } => {
                let space: &[u8] = if data.is_empty() { b"" } else { b" " };
                let (target, data) = (target.as_bytes(), data.as_bytes());
                self.on_its_own_line(&[b"<?", target, space, data, b"?>"], out);
            }
            Kind::Comment(text) if self.keeps_comments => {
                self.on_its_own_line(&[b"<!--", text.as_bytes(), b"-->"], out);
            }
            Kind::Comment(_) | Kind::Outside | Kind::EndOfDocument => {}
        }
    }

    /// Takes an event of the whole document that stands in the file in its canonical form, as far
    /// as one look tells; false for others, which are still to be pushed.
    #[inline]
    pub(crate) fn keeps(&mut self, event: &Event<'_>) -> bool {
        match event.kind {
            Kind::Text { writing, .. } => writing == Writing::Canonical,
            Kind::Base64(_) => true,
            Kind::Start(element) if element.is_bare => {
                self.depth += 1;
                true
            }
            // Its name was compared; so these are `</`, the name, and `>`.
            Kind::End(tag) if event.raw.len() == tag.name.len() + 3 => {
                self.close();
                true
            }
            _ => false,
        }
    }

    pub(crate) fn start(&mut self, element: &Element<'_>, out: &mut Vec<u8>) {
        self.depth += 1;
        out.push(b'<');
        out.extend_from_slice(element.name().as_bytes());
        self.declare(element, out);
        self.sort_attributes(element);
        for index in &self.order {
            if let Some(attribute) = element.attribute_at(*index) {
                out.push(b' ');
                if !attribute.prefix.is_empty() {
                    out.extend_from_slice(attribute.prefix.as_bytes());
                    out.push(b':');
                }
                out.extend_from_slice(attribute.local_name.as_bytes());
                push_value(attribute.value, out);
            }
        }
        out.push(b'>');
    }

    pub(crate) fn end(&mut self, name: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"</");
        out.extend_from_slice(name.as_bytes());
        out.push(b'>');
        self.close();
    }

    /// Forgets what the innermost element declared.
    #[inline]
    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.root_ended = self.depth == 0;
        let declares = |rendered: &Rendered| rendered.depth > self.depth;
        if !self.rendered.last().is_some_and(declares) {
            return;
        }
        let kept = self
            .rendered
            .iter()
            .rposition(|rendered| rendered.depth <= self.depth)
            .map_or(0, |last| last + 1);
        self.rendered.truncate(kept);
        // Those of one element were sorted: the last need not be the one that was added last.
        let kept = self.rendered.iter().map(|rendered| rendered.uri.end());
        let text_end = kept.max().unwrap_or(0);
        self.text.truncate(text_end);
    }

    /// Writes the declarations of the prefixes that this element visibly uses and that no
    /// ancestor in the output has declared so.
    fn declare(&mut self, element: &Element<'_>, out: &mut Vec<u8>) {
        let first = self.rendered.len();
        self.require(element.prefix(), element.namespace());
        for attribute in element.attributes() {
            if !attribute.prefix.is_empty() {
                self.require(attribute.prefix, attribute.namespace);
            }
        }
        let Self { rendered, text, .. } = self;
        let declared = rendered.get_mut(first..).unwrap_or_default();
        declared.sort_by(|a, b| a.prefix.of(text).cmp(b.prefix.of(text)));
        for declaration in declared {
            out.extend_from_slice(b" xmlns");
            let prefix = declaration.prefix.of(text);
            if !prefix.is_empty() {
                out.push(b':');
                out.extend_from_slice(prefix.as_bytes());
            }
            push_value(declaration.uri.of(text), out);
        }
    }

    fn require(&mut self, prefix: &str, uri: &str) {
        if prefix == "xml" {
            return;
        }
        let in_force = self
            .rendered
            .iter()
            .rev()
            .find(|rendered| rendered.prefix.of(&self.text) == prefix)
            .map(|rendered| rendered.uri.of(&self.text));
        let known = in_force.unwrap_or_default() == uri;
        // Only the default can be without namespace, and needs no declaration to be so.
        if !known {
            let rendered = Rendered {
                depth: self.depth,
                prefix: Span::push(&mut self.text, prefix),
                uri: Span::push(&mut self.text, uri),
            };
            self.rendered.push(rendered);
        }
    }

    /// By namespace, then by local name; those without namespace come first.
    fn sort_attributes(&mut self, element: &Element<'_>) {
        self.order.clear();
        self.order.extend(0..element.attributes().len());
        if self.order.len() > 1 {
            let key = |index: &usize| {
                let attribute = element.attribute_at(*index);
                attribute.map(|attribute| (attribute.namespace, attribute.local_name))
            };
            self.order.sort_by(|a, b| key(a).cmp(&key(b)));
        }
    }

    /// Outside the root, instructions and comments stand on lines of their own (Canonical XML 1.0
    /// §2.3).
    fn on_its_own_line(&self, parts: &[&[u8]], out: &mut Vec<u8>) {
        if self.root_ended {
            out.push(b'\n');
        }
        for part in parts {
            out.extend_from_slice(part);
        }
        if self.depth == 0 && !self.root_ended {
            out.push(b'\n');
        }
    }
}

fn push_value(value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"=\"");
    push_canonical_value(value, out);
    out.push(b'"');
}
