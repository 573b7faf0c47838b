//! The simple types of the documents: which texts may stand in an element or attribute. The file
//! `types-1.xsd` says the same to other parties. There is one way to write each value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound as _, Timelike as _};
use uuid::Uuid;

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{CardReason, Product};

/// The most lines that an order may have.
pub(crate) const LINES_MAX: u32 = 1_000;
/// The most entries that an acknowledgement may have.
pub(crate) const ENTRIES_MAX: u32 = 10_000;
/// The most shipments that an acknowledgement may tell of.
pub(crate) const SHIPMENTS_MAX: u32 = 1_000;
/// The most cards that a shipment may have.
pub(crate) const CARDS_MAX: u32 = 1_000;
/// The most cards that the shipments of an acknowledgement may have together.
pub(crate) const CARDS_TOTAL_MAX: u32 = 10_000;
/// The most reasons that a receipt may give.
pub(crate) const REASONS_MAX: u32 = 20;
/// An image file has at most 1 MiB, some ten times the largest that cards need.
pub(crate) const IMAGE_BYTES_MAX: usize = 1024 * 1024;
/// The most images of one line: face, signature, two fingers.
const LINE_IMAGES_MAX: u32 = 4;

/// Which texts an element or attribute may hold.
pub(crate) struct ValueType {
    /// What is expected, as a person would say it.
    pub(crate) expected: &'static str,
    /// No longer text is looked at.
    pub(crate) bytes_max: usize,
    rule: Rule,
}

enum Rule {
    /// A whole number without sign or leading zeros.
    Number { least: u64, most: u64 },
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A text that the function accepts.
    Written(fn(&str) -> bool),
}

impl ValueType {
    const fn number(expected: &'static str, least: u64, most: u64) -> Self {
        Self {
            expected,
            bytes_max: 20,
            rule: Rule::Number { least, most },
        }
    }

    const fn one_of(expected: &'static str, texts: &'static [&'static str]) -> Self {
        Self {
            expected,
            bytes_max: 64,
            rule: Rule::OneOf(texts),
        }
    }

    const fn written(expected: &'static str, bytes_max: usize, rule: fn(&str) -> bool) -> Self {
        Self {
            expected,
            bytes_max,
            rule: Rule::Written(rule),
        }
    }

    /// Whether `text` is a value of this type.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        text.len() <= self.bytes_max
            && match self.rule {
                Rule::Number { least, most } => {
                    number(text).is_some_and(|value| least <= value && value <= most)
                }
                Rule::OneOf(texts) => texts.contains(&text),
                Rule::Written(rule) => rule(text),
            }
    }
}

pub(crate) static MESSAGE_ID: ValueType =
    ValueType::written("a UUID in lower case with hyphens", 36, |text| {
        Uuid::parse_str(text).is_ok_and(|id| id.hyphenated().to_string() == text)
    });
pub(crate) static INSTANT: ValueType = ValueType::written(
    "an instant of this century in UTC, such as 2026-03-02T09:30:00Z, at most to the microsecond",
    27,
    |text| instant(text).is_some(),
);
pub(crate) static DAY: ValueType =
    ValueType::written("a day, such as 2026-03-02", 10, |text| day(text).is_some());
pub(crate) static NUMBER: ValueType = ValueType::written(
    "1 to 32 capital letters, digits and hyphens, the first not a hyphen",
    32,
    |text| {
        begins_and_goes_on(text, is_capital_or_digit, |c| {
            is_capital_or_digit(c) || c == '-'
        })
    },
);
pub(crate) static PARTY_CODE: ValueType = ValueType::written(
    "1 to 32 letters, digits, hyphens and underscores, the first a letter or digit",
    32,
    |text| {
        begins_and_goes_on(text, is_alphanumeric, |c| {
            is_alphanumeric(c) || "-_".contains(c)
        })
    },
);
pub(crate) static CONSIGNMENT: ValueType = ValueType::written(
    "1 to 40 letters, digits and the signs . / _ -, the first a letter or digit",
    40,
    |text| {
        begins_and_goes_on(text, is_alphanumeric, |c| {
            is_alphanumeric(c) || "./_-".contains(c)
        })
    },
);
pub(crate) static DOCUMENT_NUMBER: ValueType =
    ValueType::written("1 to 9 capital letters and digits", 9, |text| {
        begins_and_goes_on(text, is_capital_or_digit, is_capital_or_digit)
    });
pub(crate) static SHA256: ValueType =
    ValueType::written("64 hexadecimal digits in lower case", 64, |text| {
        sha256(text).is_some()
    });

pub(crate) static ENVIRONMENT: ValueType =
    ValueType::one_of("TEST or PRODUCTION", &[TEST, PRODUCTION]);
pub(crate) static PRODUCT: ValueType =
    ValueType::written("a product", 32, |text| Product::parse(text).is_ok());
pub(crate) static CARD_REASON: ValueType = ValueType::written("a reason for a card", 32, |text| {
    CardReason::parse(text).is_ok()
});
pub(crate) static STATUS: ValueType =
    ValueType::written("an acknowledgement status of the bureau", 32, |text| {
        status(text).is_some()
    });
pub(crate) static OUTCOME: ValueType = ValueType::one_of("OK or REJECTED", &[OK, REJECTED]);
pub(crate) static REASON: ValueType =
    ValueType::number("the number of a reason, 100 to 799", 100, 799);
pub(crate) static REASON_TEXT: ValueType =
    ValueType::written("1 to 200 characters of plain text", 800, |text| {
        is_plain_text(text, 200)
    });

pub(crate) static LINE_COUNT: ValueType =
    ValueType::number("a number of lines, 1 to 1000", 1, widen(LINES_MAX));
pub(crate) static LINE_NUMBER: ValueType =
    ValueType::number("the number of a line, 1 to 1000", 1, widen(LINES_MAX));
pub(crate) static ATTEMPT: ValueType = ValueType::number("a number from 1 to 999", 1, 999);
pub(crate) static SEQUENCE: ValueType =
    ValueType::number("a number from 1 to 1000000", 1, 1_000_000);
pub(crate) static ENTRY_COUNT: ValueType =
    ValueType::number("a number of entries, 0 to 10000", 0, widen(ENTRIES_MAX));
pub(crate) static CARD_COUNT: ValueType =
    ValueType::number("a number of cards, 1 to 1000", 1, widen(CARDS_MAX));
pub(crate) static CARD_TOTAL: ValueType =
    ValueType::number("a number of cards, 0 to 10000", 0, widen(CARDS_TOTAL_MAX));
pub(crate) static SHIPMENT_COUNT: ValueType =
    ValueType::number("a number of shipments, 0 to 1000", 0, widen(SHIPMENTS_MAX));
pub(crate) static IMAGE_COUNT: ValueType = ValueType::number(
    "a number of images, 1 to 4000",
    1,
    widen(LINE_IMAGES_MAX) * widen(LINES_MAX),
);
pub(crate) static IMAGE_BYTES: ValueType =
    ValueType::number("a number of bytes, 1 to 4194304000", 1, 4_194_304_000);

pub(crate) static CNP: ValueType =
    ValueType::written("a CNP of 13 digits with a month and a day", 13, is_like_cnp);
pub(crate) static PERSON_NAME: ValueType = ValueType::written(
    "1 to 100 Latin letters, single spaces, hyphens, apostrophes and full stops, the first a letter",
    400,
    |text| is_person_name(text, 100),
);
pub(crate) static PLAIN_TEXT: ValueType =
    ValueType::written("1 to 120 characters of plain text", 480, |text| {
        is_plain_text(text, 120)
    });
pub(crate) static SEX: ValueType = ValueType::one_of("M or F", &["M", "F"]);
pub(crate) static CITIZENSHIP: ValueType =
    ValueType::written("three capital letters (ISO 3166-1)", 3, |text| {
        text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
    });
pub(crate) static COUNTY: ValueType = ValueType::written("one or two capital letters", 2, |text| {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
});
pub(crate) static SIRUTA: ValueType = ValueType::number("a SIRUTA code", 1, 999_999);
pub(crate) static POSTAL_CODE: ValueType = ValueType::written("six digits", 6, |text| {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
});
pub(crate) static VALIDITY: ValueType =
    ValueType::written("a number of years, 1 to 99, or UNLIMITED", 9, |text| {
        text == UNLIMITED || number(text).is_some_and(|years| (1..=99).contains(&years))
    });

pub(crate) static FACE_MEDIA: ValueType =
    ValueType::one_of("image/jpeg or image/jp2", &["image/jpeg", "image/jp2"]);
pub(crate) static SIGNATURE_MEDIA: ValueType =
    ValueType::one_of("image/png or image/jpeg", &["image/png", "image/jpeg"]);
pub(crate) static FINGER_MEDIA: ValueType =
    ValueType::one_of("image/x-wsq or image/jp2", &["image/x-wsq", "image/jp2"]);
pub(crate) static IMAGE: ValueType = ValueType::written(
    "1 byte to 1 MiB in padded base64 without white space",
    IMAGE_BYTES_MAX.div_ceil(3) * 4,
    |text| decoded_bytes(text).is_some_and(|bytes| (1..=IMAGE_BYTES_MAX).contains(&bytes)),
);
pub(crate) static FINGER_POSITION: ValueType = ValueType::one_of(
    "the position of a finger",
    &[
        "RIGHT_THUMB",
        "RIGHT_INDEX",
        "RIGHT_MIDDLE",
        "RIGHT_RING",
        "RIGHT_LITTLE",
        "LEFT_THUMB",
        "LEFT_INDEX",
        "LEFT_MIDDLE",
        "LEFT_RING",
        "LEFT_LITTLE",
    ],
);
pub(crate) static FINGERS_MISSING: ValueType = ValueType::one_of(
    "UNDER_12, TEMPORARILY_IMPOSSIBLE or PERMANENTLY_IMPOSSIBLE",
    &[
        "UNDER_12",
        "TEMPORARILY_IMPOSSIBLE",
        "PERMANENTLY_IMPOSSIBLE",
    ],
);
pub(crate) static SIGNATURE_MISSING: ValueType = ValueType::one_of(
    "UNDER_14 or UNABLE_TO_SIGN",
    &["UNDER_14", "UNABLE_TO_SIGN"],
);

pub(crate) const TEST: &str = "TEST";
pub(crate) const PRODUCTION: &str = "PRODUCTION";
pub(crate) const OK: &str = "OK";
pub(crate) const REJECTED: &str = "REJECTED";
pub(crate) const UNLIMITED: &str = "UNLIMITED";

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
    text.parse().ok()
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
        LineEvent::OfficeReceivedCard | LineEvent::OfficeHandedOver | LineEvent::OrderGivenUp
    )
}

/// Reads 64 hexadecimal digits in lower case.
pub(crate) fn sha256(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        // `from_str_radix` takes a sign.
        let pair = str::from_utf8(pair)
            .ok()
            .filter(|pair| !pair.contains('+'))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}

/// Writes a digest as [`sha256`] reads it.
pub(crate) fn sha256_text(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many bytes a base64 text stands for; `None` when it is not padded base64.
pub(crate) fn decoded_bytes(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    if !text.len().is_multiple_of(4) || padding > 2 || !digits.bytes().all(is_digit) {
        return None;
    }
    // The bits that padding leaves over must be zero: one way to write each file.
    let last = text.get(text.len().saturating_sub(4)..)?;
    STANDARD.decode(last).ok()?;
    Some(text.len() / 4 * 3 - padding)
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

fn begins_and_goes_on(text: &str, begins: fn(char) -> bool, goes_on: fn(char) -> bool) -> bool {
    text.starts_with(begins) && text.chars().all(goes_on)
}

fn is_capital_or_digit(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Thirteen digits, the first not 0, with a month and a day; the check digit is intake's matter.
fn is_like_cnp(text: &str) -> bool {
    let two_digits = |from: usize| text.get(from..from + 2).and_then(|pair| pair.parse().ok());
    has_form(text, "#############")
        && !text.starts_with('0')
        && two_digits(3).is_some_and(|month: u32| (1..=12).contains(&month))
        && two_digits(5).is_some_and(|day: u32| (1..=31).contains(&day))
}

fn is_person_name(text: &str, chars_max: usize) -> bool {
    text.starts_with(is_latin_letter)
        && is_spaced_singly(text)
        && text.chars().count() <= chars_max
        && text
            .chars()
            .all(|c| is_latin_letter(c) || " '\u{2019}.-".contains(c))
}

fn is_plain_text(text: &str, chars_max: usize) -> bool {
    !text.is_empty()
        && is_spaced_singly(text)
        && text.chars().count() <= chars_max
        && text.chars().all(|c| c == ' ' || is_printable(c))
}

fn is_spaced_singly(text: &str) -> bool {
    !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ")
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

/// `u64::from` in constants.
#[expect(
    clippy::as_conversions,
    reason = "From is not callable in constants; this one widens"
)]
const fn widen(number: u32) -> u64 {
    number as u64
}
