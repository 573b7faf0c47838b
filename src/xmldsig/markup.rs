//! What XML 1.0 and its namespaces demand of markup, beyond where it begins and ends.

use std::borrow::Cow;

use quick_xml::events::Event as Markup;

use crate::xmldsig::attributes::{Tag, check_xml_declaration};
use crate::xmldsig::characters::{
    in_front_of, is_blank, is_ncname, is_plain, is_space, push_normalized_lines, reference,
    require_text, require_xml_chars,
};
use crate::xmldsig::content::Element;
use crate::xmldsig::event::{Event, Kind, Writing};
use crate::xmldsig::refusal::{Flaw, Position, Refusal, RefusalCode};
use crate::xmldsig::scope::{EndTag, Scope};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris::{self, Namespaces};

/// Checks one piece of markup after another, and remembers what is open between them.
pub(crate) struct MarkupChecker<'p> {
    limits: &'p Limits,
    namespaces: Namespaces<'p>,
    tag: Tag,
    scope: Scope,
    text: String,
    raw: Vec<u8>,
    root_seen: bool,
    /// The innermost element was an empty-element tag: its end is the next event.
    end_due: bool,
    /// The innermost element has ended, and its names are still being looked at.
    close_due: bool,
}

pub(crate) const fn malformed(detail: &'static str) -> Flaw {
    Flaw::new(RefusalCode::NotWellFormed, detail)
}

impl<'p> MarkupChecker<'p> {
    pub(crate) fn new(limits: &'p Limits, namespaces: Namespaces<'p>) -> Self {
        Self {
            limits,
            namespaces,
            tag: Tag::default(),
            scope: Scope::new(),
            text: String::new(),
            raw: Vec::new(),
            root_seen: false,
            end_due: false,
            close_due: false,
        }
    }

    /// How much memory the buffers hold.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.raw.capacity() + self.text.capacity() + self.tag.held_bytes() + self.scope.held_bytes()
    }

    /// Tells whether the end of an empty-element tag is the next event.
    #[inline]
    pub(crate) fn end_is_due(&self) -> bool {
        self.end_due
    }

    /// Forgets the element that ended with the last event.
    #[inline]
    pub(crate) fn close_ended(&mut self) {
        if self.close_due {
            self.scope.close();
            self.close_due = false;
        }
    }

    /// The end of an empty-element tag.
    pub(crate) fn end_of_empty(&mut self, position: Position) -> Result<Event<'_>, Refusal> {
        self.end_due = false;
        self.close_due = true;
        let end = self.scope.innermost();
        Ok(Event {
            kind: Kind::End(end.ok_or(UNMATCHED_END.at(position))?),
            position,
            raw: b"",
        })
    }

    /// Checks what the parser found and says what it is; `at_start` is true before any byte.
    pub(crate) fn check<'a>(
        &'a mut self,
        markup: Markup<'a>,
        at_start: bool,
        position: Position,
    ) -> Result<Event<'a>, Flaw> {
        self.raw.clear();
        match markup {
            Markup::Text(text) => self.text(text.into_inner(), position),
            Markup::Start(tag) => self.start(&tag, false, position, None),
            Markup::Empty(tag) => self.start(&tag, true, position, None),
            Markup::End(tag) => self.end(&tag, position),
            Markup::GeneralRef(name) => self.reference(&name, position),
            Markup::CData(text) => self.cdata(&text, position),
            Markup::Decl(declaration) if at_start => {
                check_xml_declaration(&declaration).map_err(|flaw| flaw.behind("<?"))?;
                Ok(Event::without_raw(Kind::Outside, position))
            }
            Markup::Decl(_) => Err(malformed("an XML declaration that does not come first")),
            Markup::PI(instruction) => self.instruction(&instruction, position),
            Markup::Comment(text) => self.comment(&text, position),
            Markup::DocType(_) => Err(Flaw::new(
                RefusalCode::DoctypeForbidden,
                "a document type declaration",
            )),
            Markup::Eof if self.scope.depth() > 0 => Err(Flaw::new(
                RefusalCode::Truncated,
                "the document ends before its root does",
            )),
            Markup::Eof if !self.root_seen => Err(Flaw::new(
                RefusalCode::Truncated,
                "a document without a root",
            )),
            Markup::Eof => Ok(Event::without_raw(Kind::EndOfDocument, position)),
        }
    }

    fn text<'a>(&'a mut self, text: Cow<'a, str>, position: Position) -> Result<Event<'a>, Flaw> {
        let text: &'a str = match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => {
                self.text = text;
                return Err(malformed("a text that was not read as it stands"));
            }
        };
        let raw = text.as_bytes();
        if self.scope.depth() == 0 {
            if is_blank(text) {
                return Ok(Event::without_raw(Kind::Outside, position));
            }
            let outside = malformed("text outside the root");
            let word = text.trim_start_matches(is_space);
            return Err(outside.behind(in_front_of(word, text)));
        }
        if is_plain(raw) {
            let writing = Writing::Canonical;
            let kind = Kind::Text { text, writing };
            return Ok(Event {
                kind,
                position,
                raw,
            });
        }
        require_text(text)?;
        let text = normalized(text, &mut self.text);
        let writing = Writing::Otherwise;
        let kind = Kind::Text { text, writing };
        Ok(Event {
            kind,
            position,
            raw,
        })
    }

    fn cdata(&mut self, section: &str, position: Position) -> Result<Event<'_>, Flaw> {
        self.require_inside()?;
        require_xml_chars(section).map_err(|flaw| flaw.behind("<![CDATA["))?;
        self.text.clear();
        push_normalized_lines(section, &mut self.text);
        let kind = Kind::Text {
            text: &self.text,
            writing: Writing::Cdata,
        };
        Ok(Event::without_raw(kind, position))
    }

    fn reference(&mut self, name: &str, position: Position) -> Result<Event<'_>, Flaw> {
        self.require_inside()?;
        let character = reference(name)?;
        self.text.clear();
        self.text.push(character);
        self.raw.push(b'&');
        self.raw.extend_from_slice(name.as_bytes());
        self.raw.push(b';');
        let kind = Kind::Text {
            text: &self.text,
            writing: Writing::Otherwise,
        };
        Ok(Event {
            kind,
            position,
            raw: &self.raw,
        })
    }

    fn comment(&mut self, raw: &str, position: Position) -> Result<Event<'_>, Flaw> {
        require_xml_chars(raw).map_err(|flaw| flaw.behind("<!--"))?;
        // One that ends a comment stands before the hyphens of its end.
        let hyphens = raw.find("--").or(raw.ends_with('-').then(|| raw.len() - 1));
        if let Some((before, _)) = hyphens.and_then(|at| raw.split_at_checked(at)) {
            return Err(malformed("'--' in a comment").behind(before).behind("<!--"));
        }
        self.text.clear();
        push_normalized_lines(raw, &mut self.text);
        Ok(Event::without_raw(Kind::Comment(&self.text), position))
    }

    fn instruction(&mut self, raw: &str, position: Position) -> Result<Event<'_>, Flaw> {
        require_xml_chars(raw).map_err(|flaw| flaw.behind("<?"))?;
        self.text.clear();
        push_normalized_lines(raw, &mut self.text);
        let (target, data) = self.text.split_once(is_space).unwrap_or((&self.text, ""));
        if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
            return Err(malformed("a processing instruction without a proper name"));
        }
        let data = data.trim_start_matches(is_space);
        Ok(Event::without_raw(
            Kind::Instruction { target, data },
            position,
        ))
    }

    /// Tells whether an end tag that is at hand may be taken without the parser, which keeps the
    /// names of the starts that it saw until it has seen as many ends.
    #[inline]
    pub(crate) fn may_end_at_hand(&self) -> bool {
        self.scope.innermost_began_at_hand()
    }

    /// Tells whether an element is open.
    #[inline]
    pub(crate) fn is_inside(&self) -> bool {
        self.scope.depth() > 0
    }

    /// Tells whether a tag `<name>` would be a bare one here: see [`Element::is_bare`].
    #[inline]
    pub(crate) fn may_be_bare(&self) -> bool {
        self.scope.depth() < self.limits.depth && self.scope.innermost_has_no_prefix()
    }

    /// Opens the element of a tag `<name>` at hand, whose `name` is of ASCII characters without
    /// colon, where [`MarkupChecker::may_be_bare`].
    #[inline]
    pub(crate) fn open_bare(&mut self, tag: &[u8]) -> Result<(), Flaw> {
        let name = tag.get(1..tag.len().saturating_sub(1)).unwrap_or_default();
        let name = str::from_utf8(name).ok().ok_or(NOT_UTF8)?;
        self.scope.open_bare(name);
        self.tag.set_bare(name);
        Ok(())
    }

    /// The element that [`MarkupChecker::open_bare`] has opened.
    #[inline]
    pub(crate) fn bare_element(&self, position: Position) -> Element<'_> {
        Element {
            tag: &self.tag,
            scope: &self.scope,
            position,
            is_bare: true,
        }
    }

    /// Checks a start tag or an empty-element tag that is at hand.
    pub(crate) fn check_start<'a>(
        &'a mut self,
        tag: &'a [u8],
        position: Position,
    ) -> Result<Event<'a>, Flaw> {
        let inside = tag.get(1..tag.len().saturating_sub(1));
        let inside = inside.and_then(|inside| str::from_utf8(inside).ok());
        let inside = inside.ok_or_else(|| not_utf8(tag))?;
        match inside.strip_suffix('/') {
            Some(inside) => self.start(inside, true, position, Some(tag)),
            None => self.start(inside, false, position, Some(tag)),
        }
    }

    /// Checks an end tag from `</` to `>`, and ends the innermost element with the next event.
    #[inline]
    pub(crate) fn close_named(&mut self, tag: &[u8]) -> Result<(), Flaw> {
        let raw = tag.get(2..tag.len().saturating_sub(1)).unwrap_or_default();
        let open = self.scope.innermost().ok_or(UNMATCHED_END)?;
        let spaces = raw.strip_prefix(open.name.as_bytes());
        if !spaces.is_some_and(|spaces| spaces.iter().all(|byte| is_space((*byte).into()))) {
            let is_text = str::from_utf8(raw).is_ok();
            return Err(if is_text { WRONG_END } else { not_utf8(tag) });
        }
        self.close_due = true;
        Ok(())
    }

    /// The element that [`MarkupChecker::close_named`] has ended.
    #[inline]
    pub(crate) fn ended(&self) -> EndTag<'_> {
        self.scope.innermost().unwrap_or_default()
    }

    /// `whole` is the tag with its brackets, if it is at hand.
    fn start<'a>(
        &'a mut self,
        raw: &str,
        empty: bool,
        position: Position,
        whole: Option<&'a [u8]>,
    ) -> Result<Event<'a>, Flaw> {
        if self.scope.depth() == 0 && self.root_seen {
            return Err(malformed("a second root"));
        }
        if self.scope.depth() >= self.limits.depth {
            return Err(Flaw::new(
                RefusalCode::DepthLimit,
                "elements within elements too deep",
            ));
        }
        let in_tag = |flaw: Flaw| flaw.behind("<");
        require_xml_chars(raw).map_err(in_tag)?;
        self.tag
            .parse(raw, self.limits.attributes)
            .map_err(in_tag)?;
        self.resolve()?;
        self.root_seen = true;
        self.end_due = empty;
        if whole.is_some() {
            self.scope.set_begun_at_hand();
        } else {
            self.raw.push(b'<');
            self.raw.extend_from_slice(raw.as_bytes());
            self.raw.extend_from_slice(if empty { b"/>" } else { b">" });
        }
        let element = Element {
            tag: &self.tag,
            scope: &self.scope,
            position,
            is_bare: false,
        };
        Ok(Event {
            kind: Kind::Start(element),
            position,
            raw: whole.unwrap_or(&self.raw),
        })
    }

    /// Opens the scope of the tag and finds the namespaces of its names.
    fn resolve(&mut self) -> Result<(), Flaw> {
        let Self { tag, scope, .. } = self;
        scope.open(tag.name());
        for declaration in &tag.declarations {
            let uri = tag.read(declaration.uri);
            scope.declare(tag.read(declaration.prefix), uri)?;
            if !uri.is_empty() && uri != uris::XML && !self.namespaces.allow(uri) {
                return Err(FOREIGN);
            }
        }
        if scope.declared() > self.limits.namespaces {
            return Err(Flaw::new(
                RefusalCode::NamespaceLimit,
                "too many namespaces declared at once",
            ));
        }
        if tag.prefix() == "xmlns" {
            return Err(malformed("an element with the prefix 'xmlns'"));
        }
        let namespace = scope.resolve(tag.prefix())?;
        if !self.namespaces.allow(scope.read(namespace)) {
            return Err(FOREIGN);
        }
        scope.set_namespace(namespace);
        for index in 0..tag.attributes.len() {
            resolve_attribute(tag, scope, index)?;
        }
        Ok(())
    }

    fn end(&mut self, raw: &str, position: Position) -> Result<Event<'_>, Flaw> {
        self.raw.extend_from_slice(b"</");
        self.raw.extend_from_slice(raw.as_bytes());
        self.raw.push(b'>');
        let tag = std::mem::take(&mut self.raw);
        let closed = self.close_named(&tag);
        self.raw = tag;
        closed?;
        Ok(Event {
            kind: Kind::End(self.ended()),
            position,
            raw: &self.raw,
        })
    }

    fn require_inside(&self) -> Result<(), Flaw> {
        if self.scope.depth() == 0 {
            Err(malformed("text outside the root"))
        } else {
            Ok(())
        }
    }
}

pub(crate) const NOT_UTF8: Flaw =
    Flaw::new(RefusalCode::EncodingForbidden, "bytes that are not UTF-8");

/// Says where in `bytes` the first stands that is not UTF-8.
pub(crate) fn not_utf8(bytes: &[u8]) -> Flaw {
    let valid = bytes.utf8_chunks().next();
    NOT_UTF8.behind(valid.map_or("", |chunk| chunk.valid()))
}

const WRONG_END: Flaw = malformed("an end tag that is not of the element it stands in");
const UNMATCHED_END: Flaw = malformed("an end tag without its start");
const FOREIGN: Flaw = Flaw::new(
    RefusalCode::NamespaceForbidden,
    "a namespace that this kind of document does not use",
);

fn normalized<'a>(text: &'a str, scratch: &'a mut String) -> &'a str {
    if !text.contains('\r') {
        return text;
    }
    scratch.clear();
    push_normalized_lines(text, scratch);
    scratch
}

/// Finds the namespace of one attribute and refuses a second one of the same expanded name.
fn resolve_attribute(tag: &mut Tag, scope: &Scope, index: usize) -> Result<(), Flaw> {
    let (before, from) = tag.attributes.split_at_checked(index).unwrap_or((&[], &[]));
    let Some(attribute) = from.first().copied() else {
        return Ok(());
    };
    let prefix = tag.read(attribute.prefix);
    if prefix.is_empty() {
        return Ok(());
    }
    let namespace = scope.resolve(prefix)?;
    let local_name = tag.read(attribute.local_name);
    let repeated = before.iter().any(|other| {
        tag.read(other.local_name) == local_name
            && scope.read(other.namespace) == scope.read(namespace)
    });
    if repeated {
        return Err(Flaw::new(
            RefusalCode::AttributeRepeated,
            "an attribute that stands twice on one element",
        ));
    }
    if let Some(attribute) = tag.attributes.get_mut(index) {
        attribute.namespace = namespace;
    }
    Ok(())
}
