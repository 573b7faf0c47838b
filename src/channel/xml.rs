//! XML as a stream of elements, some of which are taken whole.
//!
//! Only what statements need: names without their prefix, one attribute, text. A document type is
//! refused, so there are no entities but the five of XML itself.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

use crate::channel::{Refused, RefusedCode};

/// Deeper than any statement (about twenty), far below what a stack bears.
const DEPTH_MAX: usize = 60;

/// Longer than any text of a statement: the file is made to fill the memory.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// More elements than an entry with every detail of a large batch.
const NODES_MAX: usize = 2_000_000;

/// One element with all it contains.
pub(crate) struct Node {
    /// The name without prefix.
    pub(crate) name: String,
    /// The line on which it begins.
    pub(crate) line: usize,
    /// The `Ccy` attribute.
    pub(crate) currency: Option<String>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// The children of this name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element down this path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        match path {
            [] => Some(self),
            [first, rest @ ..] => {
                let mut children = self.children.iter().filter(|child| child.name == *first);
                children.find_map(|child| child.at(rest))
            }
        }
    }

    /// The text of the first element down this path, when there is any.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&str> {
        let text = self.at(path)?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The text as it stands, blanks at its ends included: they separate words of pieces.
    pub(crate) fn raw_text(&self) -> &str {
        &self.text
    }
}

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
pub(crate) struct Source<'a> {
    reader: NsReader<&'a [u8]>,
    text: &'a str,
    counted_to: usize,
    line: usize,
    depth: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            text,
            counted_to: 0,
            line: 1,
            depth: 0,
        }
    }

    /// The next beginning or end of an element; text between them is passed over.
    pub(crate) fn next(&mut self) -> Result<Step, Refused> {
        loop {
            match self.event()? {
                Event::Start(start) => return self.opened(&start).map(Step::Open),
                Event::End(_) => return Ok(Step::Close),
                Event::Eof => return Ok(Step::End),
                _ => {}
            }
        }
    }

    /// Takes the element that was just opened, to its end.
    pub(crate) fn whole(&mut self, opened: Opened) -> Result<Node, Refused> {
        let mut node = Node::from(opened);
        let mut parents: Vec<Node> = Vec::new();
        let mut nodes: usize = 0;
        loop {
            if node.text.len() > TEXT_BYTES_MAX || nodes > NODES_MAX {
                let reason = "an element is longer than any of a statement";
                return Err(self.refused(RefusedCode::TooLarge, reason));
            }
            match self.event()? {
                Event::Start(start) => {
                    nodes += 1;
                    let child = Node::from(self.opened(&start)?);
                    parents.push(std::mem::replace(&mut node, child));
                    if parents.len() > DEPTH_MAX {
                        let reason = "the XML is nested deeper than any statement";
                        return Err(self.refused(RefusedCode::TooLarge, reason));
                    }
                }
                Event::End(_) => match parents.pop() {
                    None => return Ok(node),
                    Some(parent) => {
                        let child = std::mem::replace(&mut node, parent);
                        node.children.push(child);
                    }
                },
                Event::Text(text) => node.text.push_str(&text.xml10_content()),
                Event::CData(text) => node.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let text = self.resolve(&reference)?;
                    node.text.push_str(&text);
                }
                Event::Eof => return Err(self.not_xml("the file ends inside an element")),
                _ => {}
            }
        }
    }

    /// The next event. The end of the file inside an element is no end: the file was cut.
    fn event(&mut self) -> Result<Event<'a>, Refused> {
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => {
                let reason = "the file declares a document type";
                Err(self.refused(RefusedCode::DocumentType, reason))
            }
            Ok(Event::Eof) if self.depth > 0 => {
                Err(self.not_xml("the file ends inside an element"))
            }
            Ok(event) => {
                match &event {
                    Event::Start(_) => self.depth += 1,
                    Event::End(_) => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                Ok(event)
            }
            Err(_) => Err(self.not_xml("the XML is not well-formed")),
        }
    }

    fn opened(&mut self, start: &BytesStart<'_>) -> Result<Opened, Refused> {
        if start.name().as_ref().len() > TEXT_BYTES_MAX {
            return Err(self.refused(RefusedCode::TooLarge, "a name is longer than any"));
        }
        let (resolved, local) = self.reader.resolver().resolve_element(start.name());
        let name = local.as_ref().to_owned();
        let namespace = match resolved {
            ResolveResult::Bound(namespace) => Some(namespace.0.to_owned()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        };
        let currency = match start.try_get_attribute("Ccy") {
            Ok(None) => None,
            Ok(Some(attribute)) => match attribute.normalized_value(XmlVersion::Explicit1_0) {
                Ok(value) => Some(value.into_owned()),
                Err(_) => return Err(self.not_xml("an attribute cannot be read")),
            },
            Err(_) => return Err(self.not_xml("an attribute cannot be read")),
        };
        Ok(Opened {
            name,
            namespace,
            line: self.line(),
            currency,
        })
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<String, Refused> {
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
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let passed = self.text.as_bytes().get(self.counted_to..position);
        self.line += passed.map_or(0, |bytes| {
            bytes.split(|byte| *byte == b'\n').skip(1).count()
        });
        self.counted_to = position.max(self.counted_to);
        self.line
    }

    fn not_xml(&mut self, reason: &str) -> Refused {
        self.refused(RefusedCode::NotXml, reason)
    }

    fn refused(&mut self, code: RefusedCode, reason: &str) -> Refused {
        let place = format!("line {}", self.line());
        Refused::new(code, place, reason)
    }
}

impl From<Opened> for Node {
    fn from(opened: Opened) -> Self {
        Self {
            name: opened.name,
            line: opened.line,
            currency: opened.currency,
            text: String::new(),
            children: Vec::new(),
        }
    }
}
