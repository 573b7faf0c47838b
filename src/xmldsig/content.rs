//! What a reader of documents sees of a document while it is being verified.

use crate::xmldsig::attributes::{RawAttribute, Tag};
use crate::xmldsig::refusal::Position;
use crate::xmldsig::scope::Scope;

/// An attribute of an element; namespace declarations are not attributes.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// The prefix as written, empty when there is none.
    pub prefix: &'a str,
    /// The name without prefix.
    pub local_name: &'a str,
    /// The namespace; empty when there is no prefix.
    pub namespace: &'a str,
    /// The value with references resolved.
    pub value: &'a str,
}

/// The start of an element.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    pub(crate) tag: &'a Tag,
    pub(crate) scope: &'a Scope,
    pub(crate) position: Position,
    /// The tag is a name without prefix, nothing else, within an element without prefix: so its
    /// namespace is that element's, and it is its own canonical form.
    pub(crate) is_bare: bool,
}

impl<'a> Element<'a> {
    /// The name as written, with its prefix.
    pub fn name(&self) -> &'a str {
        self.tag.name()
    }

    /// The prefix as written, empty when there is none.
    pub fn prefix(&self) -> &'a str {
        self.tag.prefix()
    }

    /// The name without prefix.
    pub fn local_name(&self) -> &'a str {
        self.scope.innermost().map_or("", |open| open.local_name)
    }

    /// The namespace; empty when there is none.
    pub fn namespace(&self) -> &'a str {
        self.scope.innermost().map_or("", |open| open.namespace)
    }

    /// Where its tag begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The value of the attribute without namespace that has this name.
    pub fn attribute(&self, local_name: &str) -> Option<&'a str> {
        self.attributes()
            .find(|found| found.namespace.is_empty() && found.local_name == local_name)
            .map(|found| found.value)
    }

    /// The attributes, in the order of the document.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = Attribute<'a>> + use<'a> {
        let Self { tag, scope, .. } = *self;
        tag.attributes.iter().map(move |raw| read(*raw, tag, scope))
    }

    /// One attribute by its place in the document.
    pub(crate) fn attribute_at(&self, index: usize) -> Option<Attribute<'a>> {
        let raw = self.tag.attributes.get(index)?;
        Some(read(*raw, self.tag, self.scope))
    }
}

fn read<'a>(raw: RawAttribute, tag: &'a Tag, scope: &'a Scope) -> Attribute<'a> {
    Attribute {
        prefix: tag.read(raw.prefix),
        local_name: tag.read(raw.local_name),
        namespace: scope.read(raw.namespace),
        value: tag.read(raw.value),
    }
}

/// Why a reader of documents does not accept what it was given.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ContentFault {
    /// The reader's own stable code.
    pub code: &'static str,
    /// The reason in words, without personal data.
    pub message: String,
}

impl ContentFault {
    /// A fault with its code and its words.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Takes the content of a document from the very events that are hashed; there is no second
/// parse.
///
/// **Nothing is to be believed until the last byte**: what a reader has gathered may be used only
/// after [`verify`](crate::xmldsig::verify::verify) has returned `Ok`. Until then anyone may have
/// written it.
///
/// The `ds:Signature` is not shown. After a fault no further call is made; the fault is reported
/// only when the signature is good, so that it is the signer's.
pub trait ContentReader {
    /// An element begins.
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault>;

    /// Character data, with line ends normalized and references resolved. The text of one element
    /// may come in several pieces, and white space between elements comes too.
    fn text(&mut self, text: &str) -> Result<(), ContentFault>;

    /// The same as [`ContentReader::text`], of a piece that was found to consist of base64 digits,
    /// perhaps with one or two signs of padding at its end. Base64 may come as other text too.
    fn base64(&mut self, text: &[u8]) -> Result<(), ContentFault> {
        str::from_utf8(text).map_or(Ok(()), |text| self.text(text))
    }

    /// The innermost element ends.
    fn end(&mut self, namespace: &str, local_name: &str) -> Result<(), ContentFault>;
}

/// A reader that looks at nothing, for when only the signature matters.
#[derive(Clone, Copy, Debug, Default)]
pub struct IgnoreContent;

impl ContentReader for IgnoreContent {
    fn start(&mut self, _element: &Element<'_>) -> Result<(), ContentFault> {
        Ok(())
    }

    fn text(&mut self, _text: &str) -> Result<(), ContentFault> {
        Ok(())
    }

    fn base64(&mut self, _text: &[u8]) -> Result<(), ContentFault> {
        Ok(())
    }

    fn end(&mut self, _namespace: &str, _local_name: &str) -> Result<(), ContentFault> {
        Ok(())
    }
}
