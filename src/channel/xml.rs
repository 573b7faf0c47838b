//! XML as a stream of elements, some of which are taken whole.
//!
//! Only what statements need: names without their prefix, one attribute, text. A document type is
//! refused, so there are no entities but the five of XML itself. The source is read once, and of
//! it no more is kept than one element that is taken whole.

mod bounded;
mod tree;

use std::io::{self, BufRead};
use std::sync::Arc;

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

use crate::channel::xml::bounded::{Bounded, TooLong};
use crate::channel::{Refused, RefusedCode, Unread};

pub(crate) use crate::channel::xml::tree::{Node, Tree};

/// Deeper than any statement (about twenty) in any envelope.
const DEPTH_MAX: usize = 100;

/// Longer than any text of a statement: the file is made to fill the memory.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// What an element that is taken whole may take of the memory: some thirty thousand details of one
/// entry.
const TREE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What comes next in the stream.
pub(crate) enum Step {
    /// An element begins; [`Source::whole`] takes all of it.
    Open(Opened),
    /// The innermost element ends.
    Close,
    /// The document ends.
    End,
}

/// The beginning of an element.
pub(crate) struct Opened {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    line: usize,
    currency: Option<String>,
}

/// A document being read.
pub(crate) struct Source<R> {
    reader: NsReader<Bounded<R>>,
    /// What the event that is looked at stands in.
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: BufRead> Source<R> {
    pub(crate) fn new(text: R) -> Self {
        let mut reader = NsReader::from_reader(Bounded::new(text));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
        }
    }

    /// The next beginning or end of an element; text between them is passed over.
    pub(crate) fn next(&mut self) -> Result<Step, Unread> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let step = loop {
            match self.event(&mut buffer)? {
                Event::Start(start) => break Step::Open(self.opened(&start)?),
                Event::End(_) => break Step::Close,
                Event::Eof => break Step::End,
                _ => {}
            }
        };
        self.buffer = buffer;
        Ok(step)
    }

    /// Puts the element that was just opened into a tree, to its end.
    pub(crate) fn whole(&mut self, opened: &Opened, tree: &mut Tree) -> Result<(), Unread> {
        let mut buffer = std::mem::take(&mut self.buffer);
        tree.begin(&opened.name, opened.line, opened.currency.as_deref());
        while tree.depth() > 0 {
            match self.event(&mut buffer)? {
                Event::Start(start) => {
                    let currency = self.currency(&start)?;
                    let name = start.local_name();
                    tree.begin(name.as_ref(), self.line(), currency.as_deref());
                }
                Event::End(_) => tree.end(),
                Event::Text(text) => tree.add_text(&text.xml10_content()),
                Event::CData(text) => tree.add_text(&text.xml10_content()),
                Event::GeneralRef(reference) => tree.add_text(&self.resolve(&reference)?),
                Event::Eof => return Err(self.not_xml("the file ends inside an element")),
                _ => {}
            }
            if tree.text_bytes() > TEXT_BYTES_MAX || tree.size_bytes() > TREE_BYTES_MAX {
                let reason = "an element is longer than any of a statement";
                return Err(self.refused(RefusedCode::TooLarge, reason));
            }
        }
        self.buffer = buffer;
        Ok(())
    }

    /// The next event. The end of the file inside an element is no end: the file was cut.
    fn event<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Unread> {
        buffer.clear();
        self.reader.get_mut().begin();
        match self.reader.read_event_into(buffer) {
            Ok(Event::DocType(_)) => {
                let reason = "the file declares a document type";
                Err(self.refused(RefusedCode::DocumentType, reason))
            }
            Ok(Event::Eof) if self.depth > 0 => {
                Err(self.not_xml("the file ends inside an element"))
            }
            Ok(event) => {
                match &event {
                    Event::Start(start) => self.go_down(start.len())?,
                    Event::End(_) => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                Ok(event)
            }
            Err(quick_xml::Error::Io(error)) => Err(self.unread(error)),
            Err(_) => Err(self.not_xml("the XML is not well-formed")),
        }
    }

    fn go_down(&mut self, tag_bytes: usize) -> Result<(), Unread> {
        self.depth += 1;
        if tag_bytes > TEXT_BYTES_MAX {
            return Err(self.refused(RefusedCode::TooLarge, "a tag is longer than any"));
        }
        if self.depth > DEPTH_MAX {
            let reason = "the XML is nested deeper than any statement";
            return Err(self.refused(RefusedCode::TooLarge, reason));
        }
        Ok(())
    }

    fn opened(&mut self, start: &BytesStart<'_>) -> Result<Opened, Unread> {
        let currency = self.currency(start)?;
        let (resolved, local) = self.reader.resolver().resolve_element(start.name());
        let namespace = match resolved {
            ResolveResult::Bound(namespace) => Some(namespace.0.to_owned()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        };
        Ok(Opened {
            name: local.as_ref().to_owned(),
            namespace,
            line: self.line(),
            currency,
        })
    }

    fn currency(&mut self, start: &BytesStart<'_>) -> Result<Option<String>, Unread> {
        let attribute = match start.try_get_attribute("Ccy") {
            Ok(None) => return Ok(None),
            Ok(Some(attribute)) => attribute,
            Err(_) => return Err(self.not_xml("an attribute cannot be read")),
        };
        match attribute.normalized_value(XmlVersion::Explicit1_0) {
            Ok(value) => Ok(Some(value.into_owned())),
            Err(_) => Err(self.not_xml("an attribute cannot be read")),
        }
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<String, Unread> {
        if let Ok(Some(letter)) = reference.resolve_char_ref() {
            return Ok(letter.to_string());
        }
        match resolve_xml_entity(&reference.xml10_content()) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.not_xml("an entity is not one of the five of XML")),
        }
    }

    /// The line that was read last, counted from 1.
    fn line(&mut self) -> usize {
        self.reader.get_mut().line()
    }

    fn unread(&mut self, error: Arc<io::Error>) -> Unread {
        if matches!(error.get_ref(), Some(cause) if cause.is::<TooLong>()) {
            return self.refused(RefusedCode::TooLarge, &TooLong.to_string());
        }
        Unread::Broken(io::Error::new(error.kind(), error))
    }

    fn not_xml(&mut self, reason: &str) -> Unread {
        self.refused(RefusedCode::NotXml, reason)
    }

    fn refused(&mut self, code: RefusedCode, reason: &str) -> Unread {
        let place = format!("line {}", self.line());
        Unread::Refused(Refused::new(code, place, reason))
    }
}
