//! What begins the bytes at hand, where one look tells it: a tag that is there in full, or text
//! that is its own canonical form.
//!
//! This is most of every document, and it is taken from the bytes at hand as it stands there,
//! without a copy. All else is the parser's to find: comments, instructions, CDATA, references,
//! text with `>`, control characters or `U+FFFE`, and whatever goes on beyond the bytes at hand.

use crate::xmldsig::base64_text::base64_digits_before;
use crate::xmldsig::characters::is_plain;

/// Shorter texts are not asked whether they are base64: nobody gains by knowing.
const BASE64_BYTES_MIN: usize = 256;

/// What the bytes at hand begin with, and how many of them it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AtHand {
    /// Text in its canonical form; bytes that are not ASCII may still not be UTF-8.
    Plain(usize),
    /// The same, of base64 digits, perhaps with padding at its end.
    Base64(usize),
    /// A start tag `<name>` and nothing else in it, its name of ASCII characters without colon.
    Bare(usize),
    /// A start tag or an empty-element tag, from `<` to `>`.
    Start(usize),
    /// An end tag `</name>` of such a name.
    BareEnd(usize),
    /// An end tag, from `<` to `>`.
    End(usize),
    /// What only the parser can tell.
    Other,
}

/// Looks at bytes that stand within the root, where a tag or a text may begin.
pub(crate) fn at_hand(bytes: &[u8]) -> AtHand {
    match bytes {
        [b'<', b'!' | b'?', ..] | [b'&', ..] | [] => AtHand::Other,
        [b'<', b'/', inside @ ..] => match bare_name_length(inside) {
            Some(name) => AtHand::BareEnd(name + 3),
            None => tag_length(bytes).map_or(AtHand::Other, AtHand::End),
        },
        [b'<', inside @ ..] => match bare_name_length(inside) {
            Some(name) => AtHand::Bare(name + 2),
            None => tag_length(bytes).map_or(AtHand::Other, AtHand::Start),
        },
        _ => text(bytes),
    }
}

/// How long the name is, if all that stands before `>` is a name of ASCII characters.
fn bare_name_length(inside: &[u8]) -> Option<usize> {
    let length = inside.iter().position(|byte| !may_go_on(*byte))?;
    let begins_as_name = !matches!(inside, [b'0'..=b'9' | b'-' | b'.', ..]);
    (length > 0 && begins_as_name && inside.get(length) == Some(&b'>')).then_some(length)
}

/// Whether a byte may stand in a name behind its first character.
fn may_go_on(byte: u8) -> bool {
    static ASCII: [bool; 256] = {
        let mut table = [false; 256];
        let allowed = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
        let mut rest: &[u8] = allowed;
        while let [byte, after @ ..] = rest {
            let (_, from) = table.split_at_mut(widen(*byte));
            if let [place, ..] = from {
                *place = true;
            }
            rest = after;
        }
        table
    };
    ASCII.get(usize::from(byte)).is_some_and(|may| *may)
}

/// `usize::from` in constants.
#[expect(
    clippy::as_conversions,
    reason = "From is not callable in constants; this one widens"
)]
const fn widen(byte: u8) -> usize {
    byte as usize
}

/// How long a tag is, if its `>` is at hand; one in quotes is part of a value.
fn tag_length(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn text(bytes: &[u8]) -> AtHand {
    let near = bytes.get(..BASE64_BYTES_MIN).unwrap_or(bytes);
    if let Some(piece) = before_markup(near) {
        return plain(piece);
    }
    let digits = base64_digits_before(bytes);
    if digits >= BASE64_BYTES_MIN {
        return base64(bytes, digits);
    }
    plain(before_markup(bytes).unwrap_or_else(|| without_open_end(bytes)))
}

/// The text before the next tag or reference, if one is at hand.
fn before_markup(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..memchr::memchr2(b'<', b'&', bytes)?)
}

fn plain(piece: &[u8]) -> AtHand {
    if !piece.is_empty() && is_plain(piece) {
        AtHand::Plain(piece.len())
    } else {
        AtHand::Other
    }
}

/// Text that begins with so many digits of base64, as far as it is base64.
fn base64(bytes: &[u8], digits: usize) -> AtHand {
    let after = bytes.get(digits..).unwrap_or_default();
    let padding = after.iter().take(2).take_while(|byte| **byte == b'=');
    AtHand::Base64(digits + padding.count())
}

/// Leaves off what may be the beginning of something that is not plain: of a character of several
/// bytes, or of `]]>`.
fn without_open_end(bytes: &[u8]) -> &[u8] {
    let closed = |byte: &u8| byte.is_ascii() && *byte != b']';
    let length = bytes.iter().rposition(closed).map_or(0, |last| last + 1);
    bytes.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_plain_texts_are_told_by_one_look() {
        for (bytes, expected) in [
            ("", AtHand::Other),
            ("<a>b", AtHand::Bare(3)),
            ("<_a-1.b>", AtHand::Bare(8)),
            ("<1>", AtHand::Start(3)),
            ("<>", AtHand::Start(2)),
            ("<ș>", AtHand::Start(4)),
            ("<p:a>", AtHand::Start(5)),
            ("<a >", AtHand::Start(4)),
            ("<a/>", AtHand::Start(4)),
            ("<a b='>' c=\">'\"/>b", AtHand::Start(17)),
            ("<a b='>", AtHand::Other),
            ("<a", AtHand::Other),
            ("<", AtHand::Other),
            ("</a>b", AtHand::BareEnd(4)),
            ("</a\n>b", AtHand::End(5)),
            ("</p:a>b", AtHand::End(6)),
            ("</a", AtHand::Other),
            ("<!-- -->", AtHand::Other),
            ("<?a?>", AtHand::Other),
            ("&lt;", AtHand::Other),
            ("ab\n\tș<", AtHand::Plain(6)),
            ("ab&", AtHand::Plain(2)),
            ("a>b<", AtHand::Other),
            ("a\rb<", AtHand::Other),
            ("a\u{1}b<", AtHand::Other),
            ("a\u{FEFF}b<", AtHand::Other),
            ("]]<", AtHand::Plain(2)),
        ] {
            assert_eq!(at_hand(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_text_that_goes_on_is_cut_where_nothing_is_torn() {
        for (bytes, expected) in [
            ("ab", AtHand::Plain(2)),
            ("ab]", AtHand::Plain(2)),
            ("ab]]", AtHand::Plain(2)),
            ("abș", AtHand::Plain(2)),
            ("]]", AtHand::Other),
            ("ș", AtHand::Other),
        ] {
            assert_eq!(at_hand(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn long_base64_is_known_with_its_padding() {
        let digits = "Az09+/".repeat(100);
        for (text, expected) in [
            (format!("{digits}<"), AtHand::Base64(600)),
            (digits.clone(), AtHand::Base64(600)),
            (format!("{digits}=="), AtHand::Base64(602)),
            (format!("{digits}==="), AtHand::Base64(602)),
            (format!("{digits}\n<"), AtHand::Base64(600)),
            (format!("{digits}>"), AtHand::Base64(600)),
            (format!("{}\n<", "Az0 ".repeat(100)), AtHand::Plain(401)),
            ("Az09".to_owned(), AtHand::Plain(4)),
        ] {
            assert_eq!(at_hand(text.as_bytes()), expected, "{}", text.len());
        }
    }
}
