//! The letters of a file: what it declares, unless the bytes say otherwise.
//!
//! Bank files arrive as UTF-8, in the code pages of Windows and ISO, and in CP852 of DOS, often
//! declared wrongly. Bytes that are valid UTF-8 are UTF-8; for the rest the code page wins that
//! gives the most letters a Romanian text would have.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_8859_2, UTF_8, WINDOWS_1252};

use crate::channel::{Held, HeldCode};

/// A file as text.
pub(crate) struct Decoded<'a> {
    /// The text, without byte order mark.
    pub(crate) text: Cow<'a, str>,
    /// Said when some bytes are no letters.
    pub(crate) warning: Option<Held>,
}

/// How many bytes at the beginning may declare an encoding.
const DECLARATION_BYTES: usize = 200;

/// The Romanian letters of code page 852, which browsers and so `encoding_rs` do not know.
const CP852: &[(u8, char)] = &[
    (0x83, 'â'),
    (0x8C, 'î'),
    (0xAD, 'ș'),
    (0xB6, 'Â'),
    (0xB8, 'Ș'),
    (0xC6, 'Ă'),
    (0xC7, 'ă'),
    (0xD7, 'Î'),
    (0xDD, 'Ț'),
    (0xEE, 'ț'),
];

/// Turns the bytes of a file into text; what is no letter becomes U+FFFD and is warned about.
pub(crate) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let text = if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        encoding.decode_with_bom_removal(bytes).0
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        Cow::Borrowed(text)
    } else {
        best_guess(bytes)
    };
    let warning = unreadable(&text);
    Decoded { text, warning }
}

fn unreadable(text: &str) -> Option<Held> {
    let reason = "some bytes are no letters in any encoding that was tried";
    text.contains('\u{FFFD}')
        .then(|| Held::new(HeldCode::TextUnreadable, "file", reason))
}

/// Turns bytes into text by an encoding that is known beforehand; valid UTF-8 is UTF-8 all the
/// same.
pub(crate) fn decode_as<'a>(bytes: &'a [u8], label: &str) -> Decoded<'a> {
    let is_utf8 = Encoding::for_bom(bytes).is_some() || std::str::from_utf8(bytes).is_ok();
    let text = match Encoding::for_label(label.as_bytes()) {
        _ if is_utf8 => return decode(bytes),
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None if label == "cp852" => Cow::Owned(decode_cp852(bytes)),
        None => return decode(bytes),
    };
    let warning = unreadable(&text);
    Decoded { text, warning }
}

fn best_guess(bytes: &[u8]) -> Cow<'_, str> {
    let declared = declared(bytes).filter(|encoding| *encoding != UTF_8);
    let mut best = (i64::MIN, Cow::Borrowed(""));
    for encoding in declared.into_iter().chain([WINDOWS_1252, ISO_8859_2]) {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        best = better(best, text);
    }
    best = better(best, Cow::Owned(decode_cp852(bytes)));
    best.1
}

/// Keeps the reading with more letters; the earlier one when they are equal.
fn better<'a>(best: (i64, Cow<'a, str>), text: Cow<'a, str>) -> (i64, Cow<'a, str>) {
    let score = text.chars().map(likelihood).sum();
    if score > best.0 { (score, text) } else { best }
}

/// How much a letter speaks for the code page in which it was read.
fn likelihood(letter: char) -> i64 {
    match letter {
        '\0'..='\x7F' => 0,
        'ă' | 'Ă' | 'â' | 'Â' | 'î' | 'Î' | 'ș' | 'Ș' | 'ț' | 'Ț' | 'ş' | 'Ş' | 'ţ' | 'Ţ' => {
            2
        }
        _ if letter.is_alphabetic() => 1,
        _ => -1,
    }
}

fn decode_cp852(bytes: &[u8]) -> String {
    let letter = |byte: u8| {
        let known = CP852.iter().find(|(code, _)| *code == byte);
        match known {
            Some((_, letter)) => *letter,
            None if byte.is_ascii() => char::from(byte),
            None => '\u{FFFD}',
        }
    };
    bytes.iter().copied().map(letter).collect()
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start: String = bytes
        .iter()
        .take(DECLARATION_BYTES)
        .copied()
        .map(char::from)
        .collect();
    let (_, after) = start.split_once("encoding=")?;
    let quote = after.chars().next()?;
    let label = after.trim_start_matches(quote).split(quote).next()?;
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], text: &str) {
        let decoded = decode(bytes);
        assert_eq!(decoded.text, text);
        assert!(decoded.warning.is_none());
    }

    #[test]
    fn bytes_outweigh_what_is_declared() {
        check(
            "<?xml encoding='latin1'?>Ț".as_bytes(),
            "<?xml encoding='latin1'?>Ț",
        );
        check(b"\xEF\xBB\xBFtaxa", "taxa");
        check(b"\xFF\xFEt\0a\0", "ta");
    }

    #[test]
    fn romanian_letters_tell_the_code_page() {
        check(b"\xDE\xE3ran M\xFCller", "Ţăran Müller");
        check(b"\xDDuc\xC7 \xB8tefan", "Țucă Ștefan");
        check(b"M\xFCller Stra\xDFe", "Müller Straße");
        check(b"caf\xE9", "café");
    }

    #[test]
    fn a_declared_code_page_is_tried_first() {
        check(
            b"<?xml encoding=\"windows-1251\"?>\xCC",
            "<?xml encoding=\"windows-1251\"?>М",
        );
    }

    #[test]
    fn unreadable_bytes_are_warned_about() {
        let decoded = decode("a\u{FFFD}".as_bytes());
        assert_eq!(
            decoded.warning.map(|held| held.code),
            Some(HeldCode::TextUnreadable)
        );
    }
}
