//! The simple types of the documents: which texts may stand in an element or attribute. The file
//! `types-1.xsd` says the same to other parties. There is one way to write each value.

use uuid::Uuid;

use crate::bureau::complaint_decision::Payer;
use crate::bureau::form::{
    begins_and_goes_on, day, instant, is_alphanumeric, is_capital_or_digit, is_like_cnp,
    is_person_name, is_plain_text, number, sha256, status,
};
use crate::domain::application::{CardReason, Product};
use crate::xmldsig::base64_text::WholeBase64;

/// The most lines that an order may have.
pub(crate) const LINES_MAX: u32 = 1_000;
/// The most entries that an acknowledgement may have.
pub(crate) const ENTRIES_MAX: u32 = 10_000;
/// The most entries that the answer to an inquiry may have: fifty words on each line.
pub(crate) const WORDS_MAX: u32 = 50_000;
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
    /// From one to so many bytes in base64.
    Base64 { bytes_max: usize },
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
                Rule::Base64 { .. } => WholeBase64::parse(text)
                    .is_some_and(|base64| self.accepts_base64_of(base64.decoded_bytes())),
            }
    }

    /// Whether its values are base64, which need not be kept to be checked.
    pub(crate) fn is_base64(&self) -> bool {
        matches!(self.rule, Rule::Base64 { .. })
    }

    /// Whether a base64 text that stands for so many bytes is a value of this type.
    pub(crate) fn accepts_base64_of(&self, bytes: usize) -> bool {
        matches!(self.rule, Rule::Base64 { bytes_max } if (1..=bytes_max).contains(&bytes))
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

pub(crate) static HELD: ValueType = ValueType::one_of("KNOWN or UNKNOWN", &[KNOWN, UNKNOWN]);
pub(crate) static PAYER: ValueType =
    ValueType::written("who pays", 16, |text| Payer::parse(text).is_ok());
pub(crate) static COMPLAINT_CODE: ValueType =
    ValueType::number("the number of a complaint's reason, 701 to 708", 701, 708);
pub(crate) static TECHNICAL_CODE: ValueType =
    ValueType::number("the number of a technical reason, 100 to 199", 100, 199);
pub(crate) static LONG_TEXT: ValueType =
    ValueType::written("1 to 500 characters of plain text", 2_000, |text| {
        is_plain_text(text, 500)
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
pub(crate) static WORD_COUNT: ValueType =
    ValueType::number("a number of words, 0 to 50000", 0, widen(WORDS_MAX));
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
    "1 to 100 Latin letters, single spaces, hyphens, apostrophes and full stops, at least one a letter",
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
pub(crate) static IMAGE: ValueType = ValueType {
    expected: "1 byte to 1 MiB in padded base64 without white space",
    bytes_max: IMAGE_BYTES_MAX.div_ceil(3) * 4,
    rule: Rule::Base64 {
        bytes_max: IMAGE_BYTES_MAX,
    },
};
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
pub(crate) const KNOWN: &str = "KNOWN";
pub(crate) const UNKNOWN: &str = "UNKNOWN";
pub(crate) const UNLIMITED: &str = "UNLIMITED";

/// `u64::from` in constants.
#[expect(
    clippy::as_conversions,
    reason = "From is not callable in constants; this one widens"
)]
const fn widen(number: u32) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bureau::cancel_answer;
    use crate::bureau::form::is_of_bureau;
    use crate::domain::acknowledgement::LineEvent;

    const TYPES: &str = include_str!("../../schemas/types-1.xsd");

    /// What the schema says of a type.
    fn described(name: &str) -> &'static str {
        let opening = format!("<xs:simpleType name=\"{name}\">");
        let (_, rest) = TYPES.split_once(&opening).expect("a type of the schema");
        rest.split_once("</xs:simpleType>").expect("its end").0
    }

    /// The values that the schema lists for a type.
    fn listed(name: &str) -> Vec<&'static str> {
        described(name)
            .split("<xs:enumeration value=\"")
            .skip(1)
            .filter_map(|value| value.split('"').next())
            .collect()
    }

    #[test]
    fn the_schemas_list_the_codes_of_the_program() {
        let statuses: Vec<_> = LineEvent::ALL
            .iter()
            .filter(|event| is_of_bureau(**event))
            .map(|event| event.as_str())
            .collect();
        let reasons: Vec<_> = CardReason::ALL.iter().map(|one| one.as_str()).collect();
        let products: Vec<_> = Product::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!(listed("Status"), statuses);
        assert_eq!(listed("CardReason"), reasons);
        assert_eq!(listed("Product"), products);
        let payers: Vec<_> = Payer::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!(listed("Payer"), payers);
        let answers: Vec<_> = LineEvent::ALL
            .iter()
            .filter(|event| cancel_answer::answers(**event))
            .map(|event| event.as_str())
            .collect();
        assert_eq!(listed("CancelStatus"), answers);
        for (name, of_program) in [
            ("Environment", &ENVIRONMENT),
            ("Outcome", &OUTCOME),
            ("Held", &HELD),
            ("Sex", &SEX),
            ("FaceMedia", &FACE_MEDIA),
            ("SignatureMedia", &SIGNATURE_MEDIA),
            ("FingerMedia", &FINGER_MEDIA),
            ("FingerPosition", &FINGER_POSITION),
            ("FingersMissing", &FINGERS_MISSING),
            ("SignatureMissing", &SIGNATURE_MISSING),
        ] {
            let Rule::OneOf(texts) = of_program.rule else {
                panic!("{name} is not a list");
            };
            assert_eq!(listed(name), texts, "{name}");
        }
    }

    #[test]
    fn the_schemas_bound_numbers_as_the_program_does() {
        for (name, of_program) in [
            ("ReasonCode", &REASON),
            ("ComplaintCode", &COMPLAINT_CODE),
            ("TechnicalCode", &TECHNICAL_CODE),
            ("WordCount", &WORD_COUNT),
            ("LineNumber", &LINE_NUMBER),
            ("LineCount", &LINE_COUNT),
            ("Attempt", &ATTEMPT),
            ("Sequence", &SEQUENCE),
            ("EntryCount", &ENTRY_COUNT),
            ("ShipmentCount", &SHIPMENT_COUNT),
            ("CardCount", &CARD_COUNT),
            ("CardTotal", &CARD_TOTAL),
            ("ImageCount", &IMAGE_COUNT),
            ("ImageBytes", &IMAGE_BYTES),
            ("Siruta", &SIRUTA),
        ] {
            let Rule::Number { least, most } = of_program.rule else {
                panic!("{name} is not a number");
            };
            let body = described(name);
            assert!(
                body.contains(&format!("<xs:minInclusive value=\"{least}\"/>")),
                "{name}"
            );
            assert!(
                body.contains(&format!("<xs:maxInclusive value=\"{most}\"/>")),
                "{name}"
            );
            assert!(
                of_program.accepts(&least.to_string()) && of_program.accepts(&most.to_string())
            );
            assert!(!of_program.accepts(&(most + 1).to_string()), "{name}");
        }
    }

    #[test]
    fn names_and_texts_are_those_that_a_latin_printer_prints() {
        for name in [
            "Ana",
            "Ș",
            "D’Artagnan",
            "O'Neil",
            "Popa-Ionescu Șt. Jr.",
            "Mária",
        ] {
            assert!(PERSON_NAME.accepts(name), "{name}");
        }
        for name in [
            "", " Ana", "Ana ", "'-", "A\u{A0}B", "A\nB", "Анa", "A1", "×", "A&B",
        ] {
            assert!(!PERSON_NAME.accepts(name), "{name:?}");
        }
        assert!(PLAIN_TEXT.accepts("Str. „Horea” nr. 7, bl. A<2> & – 1/3"));
        for text in [
            "",
            "a  b",
            "a\tb",
            "a\u{AD}b",
            "a\u{200F}b",
            "a\u{202E}b",
            "ţ",
            "\u{FFFD}",
        ] {
            assert!(!PLAIN_TEXT.accepts(text), "{text:?}");
        }
        assert!(PLAIN_TEXT.accepts(&"ș".repeat(120)));
        assert!(!PLAIN_TEXT.accepts(&"ș".repeat(121)));
    }

    #[test]
    fn images_are_base64_of_one_byte_to_a_mebibyte() {
        let longest = format!("{}AA==", "A".repeat(IMAGE_BYTES_MAX / 3 * 4));
        assert_eq!(longest.len(), IMAGE.bytes_max);
        for text in ["Zg==", "Zm9v", &longest] {
            assert!(IMAGE.accepts(text), "{}", text.len());
        }
        let too_long = format!("{}AAA=", "A".repeat(IMAGE_BYTES_MAX / 3 * 4));
        for text in [
            "", "Zg", "Zh==", "Zg==Zg==", "Zm 9", "Zm9-", "Zm9ü", &too_long,
        ] {
            assert!(!IMAGE.accepts(text), "{}", text.len());
        }
    }
}
