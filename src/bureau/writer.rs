//! Writing documents by the shapes that readers hold them against.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::bureau::MEDIA_TYPE;
use crate::bureau::reader::{DocumentKind, forbidden, require_value};
use crate::bureau::shape::{Content, Shape};
use crate::xmldsig::base64_text::WholeBase64;
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::{SignedDocument, SignedWriter, WriteError};

/// Why a document was not written. The sink then holds a part of it, to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// What was to be written is not what a reader would accept.
    #[error(transparent)]
    Content(#[from] ContentFault),
    /// The same, in a line of an order: the line should not have been ordered.
    #[error("in line {line_no}: {fault}")]
    Line {
        /// The number of the line.
        line_no: u32,
        /// What is wrong with it, without personal data.
        fault: ContentFault,
    },
    /// The sink or the key failed.
    #[error("the document cannot be written and signed")]
    Write(#[from] WriteError),
}

impl DocumentError {
    /// Says in which line of an order the content is wrong.
    pub(crate) fn in_line(self, line_no: u32) -> Self {
        match self {
            Self::Content(fault) => Self::Line { line_no, fault },
            other @ (Self::Line { .. } | Self::Write(_)) => other,
        }
    }
}

/// Writes elements whose values are of their types; the order of elements is the caller's.
pub(crate) struct DocumentWriter<'k, W> {
    xml: SignedWriter<'k, W>,
}

impl<'k, W: Write> DocumentWriter<'k, W> {
    /// Opens the root.
    pub(crate) fn begin(
        sink: W,
        key: &'k dyn SigningKey,
        kind: &DocumentKind,
    ) -> Result<Self, DocumentError> {
        let mut xml = SignedWriter::new(sink, key, kind.root.name, kind.namespace, &[])?;
        xml.newline()?;
        Ok(Self { xml })
    }

    /// Opens an element that holds elements.
    pub(crate) fn open(&mut self, name: &str) -> Result<(), DocumentError> {
        Ok(self.xml.start(name, &[])?)
    }

    /// Closes the innermost element.
    pub(crate) fn close(&mut self) -> Result<(), DocumentError> {
        Ok(self.xml.end()?)
    }

    /// Closes a child of the root; each stands on a line of its own, for people.
    pub(crate) fn close_record(&mut self) -> Result<(), DocumentError> {
        self.xml.end()?;
        Ok(self.xml.newline()?)
    }

    /// Writes an element with its value.
    pub(crate) fn leaf(&mut self, shape: &Shape, text: &str) -> Result<(), DocumentError> {
        self.leaf_with(shape, &[], text)
    }

    /// Writes an element with its value, if there is one.
    pub(crate) fn optional(
        &mut self,
        shape: &Shape,
        text: Option<&str>,
    ) -> Result<(), DocumentError> {
        text.map_or(Ok(()), |text| self.leaf(shape, text))
    }

    /// Writes an element with the values of its attributes, in the order of its shape.
    pub(crate) fn leaf_with(
        &mut self,
        shape: &Shape,
        attributes: &[&str],
        text: &str,
    ) -> Result<(), DocumentError> {
        if let Content::Text(value) = shape.content {
            require_value(shape.name, value, text)?;
        }
        let named = named(shape, attributes)?;
        Ok(self.xml.element(shape.name, &named, text)?)
    }

    /// Writes an element whose value is base64; tells how many bytes it stands for.
    pub(crate) fn base64_with(
        &mut self,
        shape: &Shape,
        attributes: &[&str],
        text: &str,
    ) -> Result<usize, DocumentError> {
        let Content::Text(value) = shape.content else {
            return Err(forbidden(shape.name, "base64").into());
        };
        let base64 = Some(text)
            .filter(|text| text.len() <= value.bytes_max)
            .and_then(WholeBase64::parse)
            .filter(|base64| value.accepts_base64_of(base64.decoded_bytes()))
            .ok_or_else(|| forbidden(shape.name, value.expected))?;
        self.xml.start(shape.name, &named(shape, attributes)?)?;
        self.xml.base64(base64)?;
        self.xml.end()?;
        Ok(base64.decoded_bytes())
    }

    /// Signs what was written and closes the document.
    pub(crate) fn finish(
        self,
        signed_at: DateTime<Utc>,
    ) -> Result<(W, SignedDocument), DocumentError> {
        Ok(self.xml.finish(signed_at, MEDIA_TYPE)?)
    }
}

/// The values of an element's attributes with their names.
fn named<'t>(
    shape: &Shape,
    attributes: &[&'t str],
) -> Result<Vec<(&'static str, &'t str)>, ContentFault> {
    let mut named = Vec::with_capacity(attributes.len());
    for (attribute, text) in shape.attributes.iter().zip(attributes) {
        require_value(attribute.name, attribute.value, text)?;
        named.push((attribute.name, *text));
    }
    Ok(named)
}
