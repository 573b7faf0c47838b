//! The letters of a file: what it declares, unless the bytes say otherwise.
//!
//! Bank files arrive as UTF-8, in the code pages of Windows and ISO, and in CP852 of DOS, often
//! declared wrongly. Bytes that are valid UTF-8 are UTF-8; for the rest the code page wins that
//! gives the most letters a Romanian text would have. A first reading finds out which it is
//! ([`Survey`]), a second one gives the text ([`Letters`](crate::channel::letters::Letters)): of
//! neither is more than a piece in memory.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_8859_2, UTF_8, WINDOWS_1252};

use crate::channel::letters::Utf8Check;
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

/// Letters of code pages begin here; what lies below is ASCII in all of them.
const FIRST_LETTER: u8 = 0x80;

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

/// How bytes become letters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Codec {
    /// A byte order mark says how.
    Marked(&'static Encoding),
    /// Nothing says how, or it was found out.
    Bare(&'static Encoding),
    /// Code page 852.
    Cp852,
}

/// What one reading of all bytes of a file finds out about its letters.
#[derive(Debug)]
pub struct Survey {
    /// The beginning, which may declare an encoding.
    head: Vec<u8>,
    utf8: Utf8Check,
    /// How often each byte from [`FIRST_LETTER`] on occurs.
    letters: [u64; 128],
    /// The first byte that is neither blank nor of a byte order mark.
    first: Option<u8>,
    bytes: u64,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            head: Vec::new(),
            utf8: Utf8Check::default(),
            letters: [0; 128],
            first: None,
            bytes: 0,
        }
    }
}

impl Survey {
    /// Looks at the next bytes of the file.
    pub fn take(&mut self, bytes: &[u8]) {
        let before = self.bytes;
        self.bytes = before.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.find_first(before, bytes);
        self.utf8.take(bytes);
        self.count_letters(bytes);
        let room = DECLARATION_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));
    }

    /// How many bytes there are.
    pub(crate) const fn size_bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the text begins like XML.
    pub(crate) fn is_markup(&self) -> bool {
        self.first == Some(b'<')
    }

    /// How the bytes become letters.
    pub(crate) fn codec(&self) -> Codec {
        match Encoding::for_bom(&self.head) {
            Some((encoding, _)) => Codec::Marked(encoding),
            None if self.utf8.holds() => Codec::Bare(UTF_8),
            None => self.best_guess(),
        }
    }

    /// The reading with the most letters; the earlier one when they are equal. An encoding of
    /// several bytes a letter is not tried, since no bank here writes one.
    fn best_guess(&self) -> Codec {
        let narrow = |encoding: &'static Encoding| {
            let letter = |byte| one_letter(encoding, byte);
            (score(&self.letters, letter), Codec::Bare(encoding))
        };
        let declared = declared(&self.head).filter(|encoding| encoding.is_single_byte());
        let pages = [WINDOWS_1252, ISO_8859_2].map(narrow);
        let dos = (score(&self.letters, cp852_letter), Codec::Cp852);
        let mut best = (i64::MIN, Codec::Cp852);
        for guess in declared.map(narrow).into_iter().chain(pages).chain([dos]) {
            if guess.0 > best.0 {
                best = guess;
            }
        }
        best.1
    }

    fn find_first(&mut self, before: u64, bytes: &[u8]) {
        if self.first.is_some() {
            return;
        }
        // Of UTF-16, every other byte is 0 here.
        let is_blank = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x0B);
        let is_mark =
            |at: u64, byte: u8| at < 3 && matches!(byte, 0xEF | 0xBB | 0xBF | 0xFE | 0xFF);
        let mut placed = (before..).zip(bytes);
        let found = placed.find(|(at, byte)| !is_blank(**byte) && !is_mark(*at, **byte));
        self.first = found.map(|(_, byte)| *byte);
    }

    fn count_letters(&mut self, bytes: &[u8]) {
        // Most pieces are ASCII, which is seen many bytes at a time.
        for piece in bytes.chunks(64).filter(|piece| !piece.is_ascii()) {
            for byte in piece {
                let at = byte.checked_sub(FIRST_LETTER).map(usize::from);
                if let Some(count) = at.and_then(|at| self.letters.get_mut(at)) {
                    *count += 1;
                }
            }
        }
    }
}

fn score(letters: &[u64; 128], letter: impl Fn(u8) -> char) -> i64 {
    (FIRST_LETTER..=u8::MAX)
        .zip(letters)
        .map(|(byte, count)| {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            count.saturating_mul(likelihood(letter(byte)))
        })
        .fold(0, i64::saturating_add)
}

/// The letter that a byte is in an encoding of one byte a letter.
fn one_letter(encoding: &'static Encoding, byte: u8) -> char {
    let byte = [byte];
    let (text, _) = encoding.decode_without_bom_handling(&byte);
    text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
}

pub(super) fn cp852_letter(byte: u8) -> char {
    match CP852.iter().find(|(code, _)| *code == byte) {
        Some((_, letter)) => *letter,
        None if byte.is_ascii() => char::from(byte),
        None => char::REPLACEMENT_CHARACTER,
    }
}

/// Turns the bytes of a file into text; what is no letter becomes U+FFFD and is warned about.
pub(crate) fn decode(bytes: &[u8]) -> Decoded<'_> {
    if Encoding::for_bom(bytes).is_none()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return decoded(Cow::Borrowed(text));
    }
    let mut survey = Survey::default();
    survey.take(bytes);
    decoded(survey.codec().decode(bytes))
}

/// Turns bytes into text by an encoding that is known beforehand; valid UTF-8 is UTF-8 all the
/// same.
pub(crate) fn decode_as<'a>(bytes: &'a [u8], label: &str) -> Decoded<'a> {
    let is_utf8 = Encoding::for_bom(bytes).is_some() || std::str::from_utf8(bytes).is_ok();
    match Encoding::for_label(label.as_bytes()) {
        _ if is_utf8 => decode(bytes),
        Some(encoding) => decoded(Codec::Bare(encoding).decode(bytes)),
        None if label == "cp852" => decoded(Codec::Cp852.decode(bytes)),
        None => decode(bytes),
    }
}

impl Codec {
    fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Marked(encoding) => encoding.decode_with_bom_removal(bytes).0,
            Self::Bare(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Self::Cp852 => bytes.iter().copied().map(cp852_letter).collect(),
        }
    }
}

fn decoded(text: Cow<'_, str>) -> Decoded<'_> {
    let warning = text.contains(char::REPLACEMENT_CHARACTER).then(unreadable);
    Decoded { text, warning }
}

/// Said when some bytes are no letters.
pub(super) fn unreadable() -> Held {
    let reason = "some bytes are no letters in any encoding that was tried";
    Held::new(HeldCode::TextUnreadable, "file", reason)
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
    fn markup_is_seen_behind_blanks_and_marks() {
        let is_markup = |bytes: &[u8]| {
            let mut survey = Survey::default();
            bytes.chunks(1).for_each(|piece| survey.take(piece));
            survey.is_markup()
        };
        assert!(is_markup(b" \r\n<a/>"));
        assert!(is_markup(b"\xEF\xBB\xBF<a/>"));
        assert!(is_markup(b"\xFF\xFE<\0a\0"));
        assert!(is_markup(b"\xFE\xFF\0<\0a"));
        assert!(!is_markup(b":20:<"));
        assert!(!is_markup(b""));
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
