//! The inside of a start tag, read strictly: names, spaces, quotes, references.

use crate::xmldsig::characters::{in_front_of, is_space, reference, split_qname};
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::scope::Span;

/// One attribute of a tag; spans are in the text of its [`Tag`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawAttribute {
    pub(crate) prefix: Span,
    pub(crate) local_name: Span,
    pub(crate) value: Span,
    /// In the text of the scope, once resolved; empty when there is no prefix.
    pub(crate) namespace: Span,
}

/// A namespace declaration of a tag; an empty prefix declares the default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declaration {
    pub(crate) prefix: Span,
    pub(crate) uri: Span,
}

/// A start tag taken apart; one is reused for all tags of a document.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    text: String,
    name: Span,
    prefix: Span,
    pub(crate) attributes: Vec<RawAttribute>,
    pub(crate) declarations: Vec<Declaration>,
}

impl Tag {
    /// How much memory its text holds.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.text.capacity()
    }

    /// The name as written, with its prefix.
    pub(crate) fn name(&self) -> &str {
        self.read(self.name)
    }

    /// The prefix of the name, empty when there is none.
    pub(crate) fn prefix(&self) -> &str {
        self.read(self.prefix)
    }

    /// Reads a span of this tag.
    pub(crate) fn read(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    /// Takes a name without prefix that was checked, and nothing else.
    #[inline]
    pub(crate) fn set_bare(&mut self, name: &str) {
        self.text.clear();
        self.attributes.clear();
        self.declarations.clear();
        self.prefix = Span::default();
        self.name = Span::push(&mut self.text, name);
    }

    /// Takes apart what stands between `<` and `>` or `/>`.
    pub(crate) fn parse(&mut self, raw: &str, attributes_max: usize) -> Result<(), Flaw> {
        self.text.clear();
        self.attributes.clear();
        self.declarations.clear();
        let name_end = raw.find(is_space).unwrap_or(raw.len());
        let (name, mut rest) = raw.split_at_checked(name_end).unwrap_or((raw, ""));
        let (prefix, _) = split_qname(name)?;
        self.prefix = Span::push(&mut self.text, prefix);
        self.name = Span::push(&mut self.text, name);
        loop {
            let unspaced = rest.trim_start_matches(is_space);
            if unspaced.is_empty() {
                return Ok(());
            }
            if unspaced.len() == rest.len() {
                let flaw = malformed("no space before an attribute");
                return Err(flaw.behind(in_front_of(rest, raw)));
            }
            if self.attributes.len() + self.declarations.len() >= attributes_max {
                let flaw = Flaw::new(
                    RefusalCode::AttributeLimit,
                    "an element with too many attributes",
                );
                return Err(flaw.behind(in_front_of(unspaced, raw)));
            }
            let parsed = self.parse_attribute(unspaced);
            rest = parsed.map_err(|flaw| flaw.behind(in_front_of(unspaced, raw)))?;
        }
    }

    /// Reads one `name = "value"` and returns what follows it.
    fn parse_attribute<'r>(&mut self, raw: &'r str) -> Result<&'r str, Flaw> {
        let (name, after_name) = raw
            .split_once('=')
            .ok_or(malformed("an attribute without a value"))?;
        let name = name.trim_end_matches(is_space);
        let (prefix, local_name) = split_qname(name)?;
        let quoted = after_name.trim_start_matches(is_space);
        let at_quote = |flaw: Flaw| flaw.behind(in_front_of(quoted, raw));
        let quote = quoted
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or_else(|| at_quote(malformed("an attribute's value without quotes")))?;
        let (value, rest) = quoted
            .strip_prefix(quote)
            .and_then(|opened| opened.split_once(quote))
            .ok_or_else(|| at_quote(malformed("an attribute's value that does not end")))?;

        let pushed = self.push_value(value);
        let value = pushed.map_err(|flaw| at_quote(flaw.behind("'")))?;
        if prefix == "xmlns" || name == "xmlns" {
            let declared = if prefix.is_empty() { "" } else { local_name };
            self.push_declaration(declared, value)?;
        } else {
            self.push_attribute(prefix, local_name, value)?;
        }
        Ok(rest)
    }

    fn push_declaration(&mut self, prefix: &str, uri: Span) -> Result<(), Flaw> {
        let mut declared = self.declarations.iter();
        if declared.any(|other| self.read(other.prefix) == prefix) {
            return Err(REPEATED);
        }
        let prefix = Span::push(&mut self.text, prefix);
        self.declarations.push(Declaration { prefix, uri });
        Ok(())
    }

    fn push_attribute(&mut self, prefix: &str, local_name: &str, value: Span) -> Result<(), Flaw> {
        let repeated = self.attributes.iter().any(|other| {
            self.read(other.local_name) == local_name && self.read(other.prefix) == prefix
        });
        if repeated {
            return Err(REPEATED);
        }
        let attribute = RawAttribute {
            prefix: Span::push(&mut self.text, prefix),
            local_name: Span::push(&mut self.text, local_name),
            value,
            namespace: Span::default(),
        };
        self.attributes.push(attribute);
        Ok(())
    }

    /// Appends a value with references resolved and white space normalized (XML 1.0 §3.3.3).
    fn push_value(&mut self, raw: &str) -> Result<Span, Flaw> {
        if let Some((before, _)) = raw.split_once('<') {
            return Err(malformed("'<' in an attribute's value").behind(before));
        }
        let start = self.text.len();
        let mut rest = raw;
        while let Some((before, from_reference)) = rest.split_once('&') {
            self.push_spaced(before);
            let resolved = match from_reference.split_once(';') {
                Some((name, after)) => reference(name).map(|character| (character, after)),
                None => Err(malformed("'&' that begins no reference")),
            };
            let in_front = in_front_of(from_reference, raw).strip_suffix('&');
            let (character, after) =
                resolved.map_err(|flaw| flaw.behind(in_front.unwrap_or_default()))?;
            self.text.push(character);
            rest = after;
        }
        self.push_spaced(rest);
        Ok(Span::since(start, &self.text))
    }

    /// Appends literal text of a value: every line end, tab and newline is one space.
    fn push_spaced(&mut self, literal: &str) {
        let mut previous = ' ';
        for c in literal.chars() {
            match c {
                '\n' if previous == '\r' => {}
                '\r' | '\n' | '\t' => self.text.push(' '),
                _ => self.text.push(c),
            }
            previous = c;
        }
    }
}

const REPEATED: Flaw = Flaw::new(
    RefusalCode::AttributeRepeated,
    "an attribute that stands twice on one element",
);

const fn malformed(detail: &'static str) -> Flaw {
    Flaw::new(RefusalCode::NotWellFormed, detail)
}

/// Checks the inside of `<?…?>` of an XML declaration (XML 1.0 §2.8): version 1.0, UTF-8.
pub(crate) fn check_xml_declaration(raw: &str) -> Result<(), Flaw> {
    let mut tag = Tag::default();
    tag.parse(raw, 3)?;
    let mut parts = tag.attributes.iter();
    let has_prefix = parts.any(|part| !tag.read(part.prefix).is_empty());
    if raw.contains('&') || has_prefix || !tag.declarations.is_empty() {
        return Err(malformed(
            "an XML declaration with other parts than its own",
        ));
    }
    let mut parts = tag
        .attributes
        .iter()
        .map(|part| (tag.read(part.local_name), tag.read(part.value)))
        .peekable();
    match parts.next() {
        Some(("version", "1.0")) => {}
        Some(("version", _)) => {
            return Err(Flaw::new(
                RefusalCode::VersionForbidden,
                "a version other than XML 1.0",
            ));
        }
        _ => return Err(malformed("an XML declaration without a version")),
    }
    if let Some((_, encoding)) = parts.next_if(|(name, _)| *name == "encoding")
        && !encoding.eq_ignore_ascii_case("utf-8")
    {
        return Err(Flaw::new(
            RefusalCode::EncodingForbidden,
            "an encoding other than UTF-8",
        ));
    }
    match parts.next() {
        None => Ok(()),
        Some(("standalone", "yes" | "no")) if parts.next().is_none() => Ok(()),
        Some(_) => Err(malformed(
            "an XML declaration with other parts than its own",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Result<Vec<(String, String)>, RefusalCode> {
        let mut tag = Tag::default();
        tag.parse(raw, 4).map_err(|flaw| flaw.code)?;
        let owned = |span: Span| tag.read(span).to_owned();
        Ok(tag
            .attributes
            .iter()
            .map(|attribute| (owned(attribute.local_name), owned(attribute.value)))
            .collect())
    }

    #[test]
    fn values_are_normalized_except_what_references_say() {
        let read = read("a b = 'x\r\ny\tz\r\rq&#13;&#10;&#9;&lt;' c=\"'\"\n").expect("a tag");
        assert_eq!(read[0], ("b".to_owned(), "x y z  q\r\n\t<".to_owned()));
        assert_eq!(read[1], ("c".to_owned(), "'".to_owned()));
    }

    #[test]
    fn tags_that_xml_does_not_know_are_refused() {
        for (raw, code) in [
            ("a b='1'c='2'", RefusalCode::NotWellFormed),
            ("a b", RefusalCode::NotWellFormed),
            ("a b=1", RefusalCode::NotWellFormed),
            ("a b='1", RefusalCode::NotWellFormed),
            ("a b='<'", RefusalCode::NotWellFormed),
            ("a b='&x'", RefusalCode::NotWellFormed),
            ("a b='&x;'", RefusalCode::EntityForbidden),
            ("a b='&#0;'", RefusalCode::CharacterForbidden),
            ("a 1='1'", RefusalCode::NotWellFormed),
            ("a/b", RefusalCode::NotWellFormed),
            (" a", RefusalCode::NotWellFormed),
            ("", RefusalCode::NotWellFormed),
            ("a b='1' b='2'", RefusalCode::AttributeRepeated),
            (
                "a xmlns:p='u:1' xmlns:p='u:2'",
                RefusalCode::AttributeRepeated,
            ),
            (
                "a b='1' c='1' d='1' e='1' f='1'",
                RefusalCode::AttributeLimit,
            ),
        ] {
            assert_eq!(read(raw), Err(code), "{raw}");
        }
    }

    #[test]
    fn an_xml_declaration_says_version_1_0_and_utf_8() {
        for raw in [
            "xml version='1.0'",
            "xml version=\"1.0\" encoding='utf-8' standalone='no' ",
            "xml version='1.0' standalone='yes'",
        ] {
            assert_eq!(check_xml_declaration(raw), Ok(()), "{raw}");
        }
        for (raw, code) in [
            ("xml", RefusalCode::NotWellFormed),
            ("xml encoding='UTF-8'", RefusalCode::NotWellFormed),
            ("xml version='1.1'", RefusalCode::VersionForbidden),
            (
                "xml version='1.0' encoding='latin1'",
                RefusalCode::EncodingForbidden,
            ),
            (
                "xml version='1.0' encoding='UTF-16'",
                RefusalCode::EncodingForbidden,
            ),
            (
                "xml encoding='UTF-8' version='1.0'",
                RefusalCode::NotWellFormed,
            ),
            (
                "xml version='1.0' standalone='maybe'",
                RefusalCode::NotWellFormed,
            ),
            ("xml version='1&#46;0'", RefusalCode::NotWellFormed),
            (
                "xml version='1.0' enco:ding='UTF-8'",
                RefusalCode::NotWellFormed,
            ),
            (
                "xml version='1.0'encoding='UTF-8'",
                RefusalCode::NotWellFormed,
            ),
        ] {
            assert_eq!(
                check_xml_declaration(raw).map_err(|flaw| flaw.code),
                Err(code),
                "{raw}"
            );
        }
    }
}
