//! The one written form of each value: how it is read, written and told from other texts.

use chrono::Utc;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound as _, Timelike as _};

use uuid::Uuid;

use crate::domain::acknowledgement::LineEvent;

/// Reads a whole number without sign or leading zeros.
pub(crate) fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    (plain && !padded).then(|| text.parse().ok()).flatten()
}

/// Reads a whole number into a narrower type.
pub(crate) fn number_as<T: TryFrom<u64>>(text: &str) -> Option<T> {
    number(text)?.try_into().ok()
}

/// Reads an instant in its one form.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let plain = text.strip_suffix('Z')?;
    let (seconds, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
    let fraction_is_plain =
        (1..=6).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !fraction_is_plain || !has_form(seconds, "20##-##-##T##:##:##") {
        return None;
    }
    let read = NaiveDateTime::parse_from_str(plain, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    // Chrono keeps a leap second as a longer fraction; the schemas know none.
    (read.nanosecond() < 1_000_000_000).then(|| read.and_utc())
}

/// Writes the identifier of a message.
pub(crate) fn uuid_text(id: Uuid) -> String {
    id.hyphenated().to_string()
}

/// Writes an instant, cut to microseconds.
pub(crate) fn instant_text(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(6)
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Writes an instant with six digits of the second's fraction, always.
pub(crate) fn instant_text_of_six_digits(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads a day in its one form.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let century_is_near =
        text.starts_with("19") || text.starts_with("20") || text.starts_with("21");
    if !century_is_near || !has_form(text, "####-##-##") {
        return None;
    }
    let year = text.get(0..4)?.parse().ok()?;
    let month = text.get(5..7)?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, month, text.get(8..10)?.parse().ok()?)
}

/// Reads a status that the bureau may give; the words of others are not the bureau's to say.
pub(crate) fn status(text: &str) -> Option<LineEvent> {
    let event = LineEvent::parse(text).ok()?;
    is_of_bureau(event).then_some(event)
}

/// Whether a word on a line is the bureau's.
pub(crate) const fn is_of_bureau(event: LineEvent) -> bool {
    !matches!(
        event,
        LineEvent::OfficeReceivedCard
            | LineEvent::OfficeHandedOver
            | LineEvent::OrderGivenUp
            | LineEvent::CardGivenUp
    )
}

/// Reads 64 hexadecimal digits in lower case.
pub(crate) fn sha256(text: &str) -> Option<[u8; 32]> {
    let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 64 || !text.bytes().all(plain) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

/// Writes a digest as [`sha256`] reads it.
pub(crate) fn sha256_text(digest: &[u8; 32]) -> String {
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0F])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(byte, expected)| match expected {
                b'#' => byte.is_ascii_digit(),
                _ => byte == expected,
            })
}

pub(crate) fn begins_and_goes_on(
    text: &str,
    begins: fn(char) -> bool,
    goes_on: fn(char) -> bool,
) -> bool {
    text.starts_with(begins) && text.chars().all(goes_on)
}

pub(crate) fn is_capital_or_digit(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

pub(crate) fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Thirteen digits, the first not 0, with a month and a day; the check digit is intake's matter.
pub(crate) fn is_like_cnp(text: &str) -> bool {
    let two_digits = |from: usize| text.get(from..from + 2).and_then(|pair| pair.parse().ok());
    has_form(text, "#############")
        && !text.starts_with('0')
        && two_digits(3).is_some_and(|month: u32| (1..=12).contains(&month))
        && two_digits(5).is_some_and(|day: u32| (1..=31).contains(&day))
}

pub(crate) fn is_person_name(text: &str, chars_max: usize) -> bool {
    text.contains(is_latin_letter)
        && is_spaced_singly(text, chars_max, |c| {
            is_latin_letter(c) || matches!(c, '\'' | '\u{2019}' | '.' | '-')
        })
}

pub(crate) fn is_plain_text(text: &str, chars_max: usize) -> bool {
    is_spaced_singly(text, chars_max, is_printable)
}

/// Whether a text is words of certain characters with one space between two of them, and at most
/// so many characters in all.
fn is_spaced_singly(text: &str, chars_max: usize, may_stand: impl Fn(char) -> bool) -> bool {
    let mut count = 0;
    let mut previous = ' ';
    for c in text.chars() {
        let fits = if c == ' ' {
            previous != ' '
        } else {
            may_stand(c)
        };
        if !fits {
            return false;
        }
        previous = c;
        count += 1;
    }
    previous != ' ' && count <= chars_max
}

/// Letters of Latin-1, Latin Extended A and B and Latin Extended Additional, composed; not ş and
/// ţ with a cedilla, which Romanian writes with a comma.
fn is_latin_letter(c: char) -> bool {
    match c {
        '×' | '÷' | 'Ş' | 'ş' | 'Ţ' | 'ţ' => false,
        'A'..='Z' | 'a'..='z' | 'À'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => true,
        _ => false,
    }
}

/// What a Latin printer prints: letters, digits, signs, dashes and quotation marks.
fn is_printable(c: char) -> bool {
    is_latin_letter(c)
        || matches!(c, '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{BF}' | '×' | '÷')
        || matches!(c, '\u{2010}'..='\u{2027}')
}
