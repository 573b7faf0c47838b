//! The bytes of the signature, kept aside while the document is hashed without them.

use crate::xmldsig::canonical::Canonicalizer;
use crate::xmldsig::content::Element;
use crate::xmldsig::event::{Event, Kind};
use crate::xmldsig::node::Node;
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::uris;

/// No honest signature comes near this many elements.
const ELEMENTS_MAX: usize = 512;

/// A signature as it arrives: its tree, and the canonical form of its two signed parts.
pub(crate) struct Diverted {
    open: Vec<Node>,
    elements: usize,
    bytes: u64,
    bytes_max: u64,
    signed_info: SignedPart,
    signed_properties: SignedPart,
}

/// A signature that has arrived whole.
pub(crate) struct WholeSignature {
    pub(crate) root: Node,
    /// The canonical `ds:SignedInfo`: what the key signed.
    pub(crate) signed_info: Vec<u8>,
    /// The canonical `xades:SignedProperties`.
    pub(crate) signed_properties: Vec<u8>,
}

impl Diverted {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self {
            open: Vec::new(),
            elements: 0,
            bytes: 0,
            bytes_max,
            signed_info: SignedPart::new(uris::DS, "SignedInfo"),
            signed_properties: SignedPart::new(uris::XADES, "SignedProperties"),
        }
    }

    /// Takes one event; gives the signature when this was its end.
    pub(crate) fn push(&mut self, event: &Event<'_>) -> Result<Option<WholeSignature>, Flaw> {
        self.signed_info.push(event)?;
        self.signed_properties.push(event)?;
        self.count(event)?;
        match event.kind {
            Kind::Start(element) => self.open.push(node(&element)?),
            Kind::Text { text, .. } => {
                if let Some(open) = self.open.last_mut() {
                    open.text.push_str(text);
                }
            }
            Kind::Base64(text) => {
                if let (Some(open), Ok(text)) = (self.open.last_mut(), str::from_utf8(text)) {
                    open.text.push_str(text);
                }
            }
            Kind::End(_) => return Ok(self.close()),
            Kind::Instruction { .. } | Kind::Comment(_) | Kind::Outside | Kind::EndOfDocument => {}
        }
        Ok(None)
    }

    fn count(&mut self, event: &Event<'_>) -> Result<(), Flaw> {
        self.elements += usize::from(matches!(event.kind, Kind::Start(_)));
        let canonical = self.signed_info.bytes.len() + self.signed_properties.bytes.len();
        let canonical = u64::try_from(canonical).unwrap_or(u64::MAX);
        self.bytes += u64::try_from(event.raw.len()).unwrap_or(u64::MAX);
        if self.elements > ELEMENTS_MAX || self.bytes.max(canonical) > self.bytes_max {
            return Err(Flaw::new(
                RefusalCode::SignatureLimit,
                "a signature larger than any honest one",
            ));
        }
        Ok(())
    }

    fn close(&mut self) -> Option<WholeSignature> {
        let closed = self.open.pop()?;
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(closed);
            return None;
        }
        Some(WholeSignature {
            root: closed,
            signed_info: std::mem::take(&mut self.signed_info.bytes),
            signed_properties: std::mem::take(&mut self.signed_properties.bytes),
        })
    }
}

fn node(element: &Element<'_>) -> Result<Node, Flaw> {
    let mut attributes = Vec::new();
    for attribute in element.attributes() {
        if !attribute.prefix.is_empty() {
            return Err(Flaw::new(
                RefusalCode::SignatureStructure,
                "an attribute that the profile does not have",
            ));
        }
        attributes.push((attribute.local_name.to_owned(), attribute.value.to_owned()));
    }
    Ok(Node {
        namespace: element.namespace().to_owned(),
        local_name: element.local_name().to_owned(),
        attributes,
        text: String::new(),
        children: Vec::new(),
        position: element.position(),
    })
}

/// The canonical form of the one element with a certain name.
struct SignedPart {
    namespace: &'static str,
    local_name: &'static str,
    canonicalizer: Canonicalizer,
    depth: usize,
    seen: bool,
    bytes: Vec<u8>,
}

impl SignedPart {
    fn new(namespace: &'static str, local_name: &'static str) -> Self {
        Self {
            namespace,
            local_name,
            canonicalizer: Canonicalizer::default(),
            depth: 0,
            seen: false,
            bytes: Vec::new(),
        }
    }

    fn push(&mut self, event: &Event<'_>) -> Result<(), Flaw> {
        if let Kind::Start(element) = event.kind {
            let here =
                element.local_name() == self.local_name && element.namespace() == self.namespace;
            // Of two, one would be hashed and the other believed.
            if here && self.seen {
                return Err(Flaw::new(
                    RefusalCode::SignatureStructure,
                    "a signed part that stands twice",
                ));
            }
            self.seen |= here;
            self.depth += usize::from(here || self.depth > 0);
        }
        if self.depth > 0 {
            self.canonicalizer.push(event, &mut self.bytes);
            self.depth -= usize::from(matches!(event.kind, Kind::End(_)));
        }
        Ok(())
    }
}
