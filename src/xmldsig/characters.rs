//! The characters, names and references of XML 1.0 (fifth edition), and how canonical XML writes
//! them (Canonical XML 1.0 §2.3).

use crate::xmldsig::refusal::{Flaw, RefusalCode};

const FORBIDDEN: Flaw = Flaw::new(
    RefusalCode::CharacterForbidden,
    "a character that XML 1.0 forbids",
);

/// Tells whether `c` is a `Char` (XML 1.0 §2.2).
pub(crate) const fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// Tells whether `c` is white space (XML 1.0 §2.3).
pub(crate) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Tells whether `text` is white space only.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// Refuses a text with a character that XML 1.0 forbids.
pub(crate) fn require_xml_chars(text: &str) -> Result<(), Flaw> {
    let is_printed_ascii = |byte: &u8| matches!(byte, b' '..=b'~');
    if text.as_bytes().iter().all(is_printed_ascii) || text.chars().all(is_xml_char) {
        Ok(())
    } else {
        let before = text.trim_start_matches(is_xml_char);
        Err(FORBIDDEN.behind(in_front_of(before, text)))
    }
}

/// What stands in `text` before its end `rest`.
pub(crate) fn in_front_of<'t>(rest: &str, text: &'t str) -> &'t str {
    text.strip_suffix(rest).unwrap_or_default()
}

/// `NameStartChar` without the colon (XML 1.0 §2.3, Namespaces in XML 1.0 §3).
const fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` without the colon.
const fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Tells whether `name` is an `NCName`: a name without colon.
pub(crate) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    is_ascii_name(name) || chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

/// Tells whether `name` is an `NCName` of ASCII characters, as almost all are.
pub(crate) fn is_ascii_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Splits a qualified name into its prefix, empty when it has none, and its local part.
pub(crate) fn split_qname(name: &str) -> Result<(&str, &str), Flaw> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let has_colon = prefix.len() + local.len() < name.len();
    if is_ncname(local) && (is_ncname(prefix) || !has_colon) {
        Ok((prefix, local))
    } else {
        Err(Flaw::new(
            RefusalCode::NotWellFormed,
            "a name with a character that names cannot have",
        ))
    }
}

/// Resolves what stands between `&` and `;`: one of the five entities, or a character's number.
pub(crate) fn reference(name: &str) -> Result<char, Flaw> {
    let number = match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => name.strip_prefix('#').ok_or(Flaw::new(
            RefusalCode::EntityForbidden,
            "a reference to an entity that XML does not predefine",
        ))?,
    };
    let malformed = Flaw::new(
        RefusalCode::NotWellFormed,
        "a character reference without a number",
    );
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (number, 10),
    };
    // `from_str_radix` also takes a sign.
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(malformed);
    }
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|c| is_xml_char(*c))
        .ok_or(FORBIDDEN)
}

/// Tells whether a text between markup is its own canonical form and needs no closer look, if it
/// is UTF-8.
///
/// This runs over most bytes of a document, so it is a loop that compilers turn into vectors:
/// no control character but tab and newline, no `>`, and no byte 0xEF, with which U+FFFE, U+FFFF
/// and the byte order mark begin.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    has_none(text, is_odd)
}

/// Tells whether a text that may hold anything is its own canonical form.
pub(crate) fn needs_no_escape(text: &str) -> bool {
    has_none(text.as_bytes(), |byte| {
        is_odd(byte) | u8::from(byte == b'&') | u8::from(byte == b'<')
    })
}

/// One for a byte that [`is_plain`] speaks of.
fn is_odd(byte: u8) -> u8 {
    let control = u8::from(byte < 0x20) & u8::from(byte != b'\n') & u8::from(byte != b'\t');
    control | u8::from(byte == b'>') | u8::from(byte == 0xEF)
}

/// Tells whether `mark` is zero for every byte; it stops after a piece, not within one.
fn has_none(text: &[u8], mark: impl Fn(u8) -> u8) -> bool {
    text.chunks(256)
        .all(|chunk| chunk.iter().fold(0, |marks, byte| marks | mark(*byte)) == 0)
}

/// Checks the characters of a text between markup, and that `]]>` does not stand in it.
pub(crate) fn require_text(text: &str) -> Result<(), Flaw> {
    if let Some((before, _)) = text.split_once("]]>") {
        require_xml_chars(before)?;
        return Err(Flaw::new(RefusalCode::NotWellFormed, "']]>' in text").behind(before));
    }
    require_xml_chars(text)
}

/// Appends `text` with each line end as one newline (XML 1.0 §2.11).
pub(crate) fn push_normalized_lines(text: &str, out: &mut String) {
    let mut pieces = text.split('\r');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if !piece.starts_with('\n') {
            out.push('\n');
        }
        out.push_str(piece);
    }
}

/// Appends the canonical form of character data.
pub(crate) fn push_canonical_text(text: &str, out: &mut Vec<u8>) {
    push_escaped(text, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// Appends the canonical form of an attribute's value.
pub(crate) fn push_canonical_value(value: &str, out: &mut Vec<u8>) {
    push_escaped(value, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// Copies runs of ordinary bytes at once; all that is escaped is ASCII, so bytes suffice.
fn push_escaped(text: &str, out: &mut Vec<u8>, escape: impl Fn(u8) -> Option<&'static str>) {
    let mut rest = text.as_bytes();
    while let Some((at, escaped)) = rest
        .iter()
        .enumerate()
        .find_map(|(at, byte)| escape(*byte).map(|escaped| (at, escaped)))
    {
        let (ordinary, from_escaped) = rest.split_at(at);
        out.extend_from_slice(ordinary);
        out.extend_from_slice(escaped.as_bytes());
        rest = from_escaped.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_the_five_entities_and_characters_that_xml_allows() {
        for (name, expected) in [
            ("amp", Ok('&')),
            ("#38", Ok('&')),
            ("#x26", Ok('&')),
            ("#x1F600", Ok('😀')),
            ("#xD", Ok('\r')),
            ("#0", Err(RefusalCode::CharacterForbidden)),
            ("#xFFFE", Err(RefusalCode::CharacterForbidden)),
            ("#xD800", Err(RefusalCode::CharacterForbidden)),
            ("#x110000", Err(RefusalCode::CharacterForbidden)),
            ("#99999999999", Err(RefusalCode::CharacterForbidden)),
            ("#", Err(RefusalCode::NotWellFormed)),
            ("#x", Err(RefusalCode::NotWellFormed)),
            ("#+38", Err(RefusalCode::NotWellFormed)),
            ("#X26", Err(RefusalCode::NotWellFormed)),
            ("nbsp", Err(RefusalCode::EntityForbidden)),
            ("AMP", Err(RefusalCode::EntityForbidden)),
            ("", Err(RefusalCode::EntityForbidden)),
        ] {
            assert_eq!(
                reference(name).map_err(|flaw| flaw.code),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn names_have_at_most_one_colon_and_a_part_on_each_side() {
        assert_eq!(split_qname("a"), Ok(("", "a")));
        assert_eq!(split_qname("a:b"), Ok(("a", "b")));
        assert_eq!(split_qname("ț-1.x"), Ok(("", "ț-1.x")));
        for name in [
            "", ":a", "a:", "a:b:c", "1a", "-a", "a b", "a<", "a\u{D7}", "p:1",
        ] {
            assert!(split_qname(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn line_ends_become_newlines() {
        let mut out = String::new();
        push_normalized_lines("a\r\nb\rc\nd\r\r\n\n\r", &mut out);
        assert_eq!(out, "a\nb\nc\nd\n\n\n\n");
    }

    #[test]
    fn only_text_that_is_its_own_canonical_form_is_plain() {
        assert!(is_plain("MIIB/+09=\n\tș 😀".as_bytes()));
        assert!(needs_no_escape("MIIB/+09=\n\tș 😀"));
        for text in ["a\r", "a>b", "a\u{1}", "\u{FFFE}", "\u{FEFF}"] {
            assert!(!is_plain(text.as_bytes()), "{text:?}");
            assert!(!needs_no_escape(text), "{text:?}");
        }
        assert!(!needs_no_escape("a&"));
        assert!(!needs_no_escape(&format!("{}<", "a".repeat(1000))));
    }

    #[test]
    fn canonical_escapes_are_those_of_the_standard() {
        let mut out = Vec::new();
        push_canonical_text("a&<>\"'\r\n\tz", &mut out);
        push_canonical_value("a&<>\"'\r\n\tz", &mut out);
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "a&amp;&lt;&gt;\"'&#xD;\n\tza&amp;&lt;>&quot;'&#xD;&#xA;&#x9;z"
        );
    }
}
