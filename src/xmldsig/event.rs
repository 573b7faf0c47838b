//! What a document is made of, one thing at a time.

use crate::xmldsig::content::Element;
use crate::xmldsig::refusal::Position;
use crate::xmldsig::scope::EndTag;

/// How a text was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Writing {
    /// In its canonical form.
    Canonical,
    /// With references, or with characters that canonical XML writes otherwise.
    Otherwise,
    /// As a CDATA section.
    Cdata,
}

/// One thing found in a document.
pub(crate) struct Event<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) position: Position,
    /// The bytes it was read from; empty for the end of an empty-element tag.
    pub(crate) raw: &'a [u8],
}

pub(crate) enum Kind<'a> {
    Start(Element<'a>),
    End(EndTag<'a>),
    Text {
        text: &'a str,
        writing: Writing,
    },
    /// Text in its canonical form, of base64 digits, perhaps with padding at its end. It is ASCII,
    /// so nothing is spent on showing that it is UTF-8.
    Base64(&'a [u8]),
    Instruction {
        target: &'a str,
        data: &'a str,
    },
    /// The text of a comment, with line ends normalized.
    Comment(&'a str),
    /// White space outside the root, and the XML declaration.
    Outside,
    EndOfDocument,
}

impl<'a> Event<'a> {
    /// An event whose bytes nobody compares.
    pub(crate) fn without_raw(kind: Kind<'a>, position: Position) -> Self {
        Self {
            kind,
            position,
            raw: b"",
        }
    }
}
