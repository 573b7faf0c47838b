//! The elements that are open and the namespaces that are declared, in one growing text.

use crate::xmldsig::characters::is_ncname;
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::uris;

/// A piece of a text that is kept elsewhere, so that elements cost no allocation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Appends `piece` to `text` and remembers where it stands.
    #[inline]
    pub(crate) fn push(text: &mut String, piece: &str) -> Self {
        let start = text.len();
        text.push_str(piece);
        Self {
            start,
            end: text.len(),
        }
    }

    /// What began at `start` and ends where `text` ends.
    pub(crate) fn since(start: usize, text: &str) -> Self {
        Self {
            start,
            end: text.len(),
        }
    }

    /// Where the piece ends in its text.
    pub(crate) const fn end(self) -> usize {
        self.end
    }

    /// Reads the piece in the text it was pushed to.
    #[inline]
    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The names of an element that is open.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EndTag<'a> {
    /// As written, with its prefix.
    pub(crate) name: &'a str,
    pub(crate) local_name: &'a str,
    pub(crate) namespace: &'a str,
}

#[derive(Debug)]
struct Open {
    name: Span,
    /// Where in the text the name goes on after its prefix.
    local_start: usize,
    namespace: Span,
    began_at_hand: bool,
    text_before: usize,
    bindings_before: usize,
}

#[derive(Debug)]
struct Binding {
    prefix: Span,
    uri: Span,
}

/// The stack of open elements with what each declares.
#[derive(Debug)]
pub(crate) struct Scope {
    text: String,
    open: Vec<Open>,
    bindings: Vec<Binding>,
}

impl Scope {
    pub(crate) fn new() -> Self {
        let mut text = String::new();
        let bindings = vec![Binding {
            prefix: Span::push(&mut text, "xml"),
            uri: Span::push(&mut text, uris::XML),
        }];
        Self {
            text,
            open: Vec::new(),
            bindings,
        }
    }

    /// How much memory its text holds.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.text.capacity()
    }

    #[inline]
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// How many namespaces are declared here.
    pub(crate) fn declared(&self) -> usize {
        self.bindings.len()
    }

    /// Opens an element; its declarations and its namespace follow.
    pub(crate) fn open(&mut self, name: &str) {
        let text_before = self.text.len();
        let prefix_length = name.bytes().position(|byte| byte == b':');
        self.open.push(Open {
            name: Span::push(&mut self.text, name),
            local_start: prefix_length.map_or(text_before, |length| text_before + length + 1),
            namespace: Span::default(),
            began_at_hand: false,
            text_before,
            bindings_before: self.bindings.len(),
        });
    }

    /// Tells whether the innermost element was written without a prefix.
    #[inline]
    pub(crate) fn innermost_has_no_prefix(&self) -> bool {
        let last = self.open.last();
        last.is_some_and(|open| open.local_start == open.name.start)
    }

    /// Opens an element without prefix and declarations in another without prefix, whose namespace
    /// it then shares.
    #[inline]
    pub(crate) fn open_bare(&mut self, name: &str) {
        let namespace = self.open.last().map(|parent| parent.namespace);
        let text_before = self.text.len();
        self.open.push(Open {
            name: Span::push(&mut self.text, name),
            local_start: text_before,
            namespace: namespace.unwrap_or_default(),
            began_at_hand: true,
            text_before,
            bindings_before: self.bindings.len(),
        });
    }

    /// Binds a prefix (empty: the default) in the innermost element.
    pub(crate) fn declare(&mut self, prefix: &str, uri: &str) -> Result<(), Flaw> {
        check_declaration(prefix, uri)?;
        // `xmlns:xml` may be declared, to what it is already.
        if prefix != "xml" {
            let prefix = Span::push(&mut self.text, prefix);
            let uri = Span::push(&mut self.text, uri);
            self.bindings.push(Binding { prefix, uri });
        }
        Ok(())
    }

    /// Says which namespace the innermost element is in.
    pub(crate) fn set_namespace(&mut self, namespace: Span) {
        if let Some(open) = self.open.last_mut() {
            open.namespace = namespace;
        }
    }

    /// Remembers that the parser did not see the innermost element begin.
    pub(crate) fn set_begun_at_hand(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.began_at_hand = true;
        }
    }

    /// Tells whether [`Scope::set_begun_at_hand`] was said of the innermost element.
    #[inline]
    pub(crate) fn innermost_began_at_hand(&self) -> bool {
        self.open.last().is_some_and(|open| open.began_at_hand)
    }

    /// What a prefix is bound to; empty for the default when there is none.
    pub(crate) fn resolve(&self, prefix: &str) -> Result<Span, Flaw> {
        self.bindings
            .iter()
            .rev()
            .find(|binding| binding.prefix.of(&self.text) == prefix)
            .map(|binding| binding.uri)
            .or(prefix.is_empty().then(Span::default))
            .ok_or(Flaw::new(
                RefusalCode::PrefixForbidden,
                "a prefix that is not declared",
            ))
    }

    /// Reads what [`Scope::resolve`] found.
    pub(crate) fn read(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    /// The innermost open element.
    #[inline]
    pub(crate) fn innermost(&self) -> Option<EndTag<'_>> {
        let open = self.open.last()?;
        let local_name = Span {
            start: open.local_start,
            end: open.name.end,
        };
        Some(EndTag {
            name: open.name.of(&self.text),
            local_name: local_name.of(&self.text),
            namespace: open.namespace.of(&self.text),
        })
    }

    /// Closes the innermost element and forgets what it declared.
    #[inline]
    pub(crate) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.text.truncate(open.text_before);
            self.bindings.truncate(open.bindings_before);
        }
    }
}

/// Namespaces in XML 1.0 §2.2, §3: what may be bound to what; Canonical XML 1.0 §1.3: relative
/// names have no agreed meaning.
fn check_declaration(prefix: &str, uri: &str) -> Result<(), Flaw> {
    let rebound = prefix == "xmlns"
        || uri == uris::XMLNS
        || (prefix == "xml") != (uri == uris::XML)
        || (!prefix.is_empty() && uri.is_empty());
    if rebound {
        return Err(Flaw::new(
            RefusalCode::PrefixForbidden,
            "a prefix bound to what it may not be bound to",
        ));
    }
    if !prefix.is_empty() && !is_ncname(prefix) {
        return Err(Flaw::new(
            RefusalCode::NotWellFormed,
            "a prefix with a character that names cannot have",
        ));
    }
    if uri.is_empty() || is_absolute(uri) {
        Ok(())
    } else {
        Err(Flaw::new(
            RefusalCode::NamespaceRelative,
            "a namespace name that is not absolute",
        ))
    }
}

/// Tells whether `uri` begins with a scheme (RFC 3986 §3.1).
fn is_absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.is_empty()
    })
}
