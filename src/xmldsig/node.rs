//! The signature as a small tree, and the reading of it that refuses whatever is not expected.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::xmldsig::characters::{is_blank, is_space};
use crate::xmldsig::refusal::{Flaw, Position, Refusal, RefusalCode};

/// An element of the signature, with all that is in it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) namespace: String,
    pub(crate) local_name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Node>,
    pub(crate) position: Position,
}

impl Node {
    pub(crate) fn is(&self, namespace: &str, local_name: &str) -> bool {
        self.namespace == namespace && self.local_name == local_name
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Refuses attributes other than these.
    pub(crate) fn only_attributes(&self, allowed: &[&str]) -> Result<(), Refusal> {
        let known = |(name, _): &(String, String)| allowed.contains(&name.as_str());
        if self.attributes.iter().all(known) {
            Ok(())
        } else {
            Err(self.refuse(
                RefusalCode::SignatureStructure,
                "an attribute that the profile does not have",
            ))
        }
    }

    /// The text of an element that has nothing else in it.
    pub(crate) fn leaf_text(&self) -> Result<&str, Refusal> {
        if self.children.is_empty() {
            Ok(&self.text)
        } else {
            Err(self.refuse(RefusalCode::SignatureStructure, "elements instead of text"))
        }
    }

    /// The bytes that its text is the base64 of, with line breaks, as tools write it.
    pub(crate) fn base64(&self) -> Result<Vec<u8>, Refusal> {
        let text = self.leaf_text()?.chars();
        let text: String = text.filter(|c| !is_space(*c)).collect();
        STANDARD
            .decode(text)
            .ok()
            .ok_or_else(|| self.refuse(RefusalCode::ValueUnreadable, "a value that is not base64"))
    }

    /// Refuses an element with anything in it.
    pub(crate) fn empty(&self, code: RefusalCode) -> Result<(), Refusal> {
        if self.children.is_empty() && is_blank(&self.text) {
            Ok(())
        } else {
            Err(self.refuse(code, "an element that should be empty"))
        }
    }

    /// The elements in it, to be taken one by one; there is no text among them.
    pub(crate) fn parts(&self) -> Result<Parts<'_>, Refusal> {
        if is_blank(&self.text) {
            Ok(Parts {
                parent: self,
                rest: &self.children,
            })
        } else {
            Err(self.refuse(RefusalCode::SignatureStructure, "text among elements"))
        }
    }

    /// A refusal at the place of this element.
    pub(crate) fn refuse(&self, code: RefusalCode, detail: &'static str) -> Refusal {
        Flaw::new(code, detail).at(self.position)
    }
}

/// The elements within one, which must be exactly those that are taken, in that order.
pub(crate) struct Parts<'a> {
    parent: &'a Node,
    rest: &'a [Node],
}

impl<'a> Parts<'a> {
    /// Takes the next element, which must have this name.
    pub(crate) fn take(&mut self, namespace: &str, local_name: &str) -> Result<&'a Node, Refusal> {
        self.take_if(namespace, local_name).ok_or_else(|| {
            let place = self.rest.first().unwrap_or(self.parent);
            let mut refusal = place.refuse(RefusalCode::SignatureStructure, "");
            refusal.detail = format!("{local_name} does not stand where it should");
            refusal
        })
    }

    /// Takes the next element if it has this name.
    pub(crate) fn take_if(&mut self, namespace: &str, local_name: &str) -> Option<&'a Node> {
        let (first, rest) = self.rest.split_first()?;
        if !first.is(namespace, local_name) {
            return None;
        }
        self.rest = rest;
        Some(first)
    }

    /// Refuses what was not taken.
    pub(crate) fn finish(self, code: RefusalCode) -> Result<(), Refusal> {
        match self.rest.first() {
            None => Ok(()),
            Some(extra) => Err(extra.refuse(code, "an element that the profile does not have")),
        }
    }
}
