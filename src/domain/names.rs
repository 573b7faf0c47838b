//! Names as print and machine-readable zone can carry them.
//!
//! A name that the card cannot carry is refused when it is handed in, with the letter named,
//! instead of being found out at the bureau. Letters are those for which ICAO Doc 9303 part 3,
//! section 6.A, recommends a transliteration; where it leaves a choice (Ä, Å, Ö, Ø, Ü) its first
//! form is taken.

use unicode_normalization::UnicodeNormalization;

/// Latin capitals and small letters without capital, with their form in the machine-readable zone.
const MRZ: &[(&str, &str)] = &[
    ("AÀÁÂÃĀĂĄ", "A"),
    ("ÄÆ", "AE"),
    ("Å", "AA"),
    ("B", "B"),
    ("CÇĆĈĊČ", "C"),
    ("DÐĎĐ", "D"),
    ("EÈÉÊËĒĔĖĘĚ", "E"),
    ("F", "F"),
    ("GĜĞĠĢ", "G"),
    ("HĤĦ", "H"),
    ("IÌÍÎÏĨĪĬĮİ", "I"),
    ("Ĳ", "IJ"),
    ("JĴ", "J"),
    ("KĶ", "K"),
    ("LĹĻĽĿŁ", "L"),
    ("M", "M"),
    ("NÑŃŅŇŊ", "N"),
    ("OÒÓÔÕŌŎŐ", "O"),
    ("ÖØŒ", "OE"),
    ("P", "P"),
    ("Qĸ", "Q"),
    ("RŔŖŘ", "R"),
    ("SŚŜŠȘ", "S"),
    ("ẞ", "SS"),
    ("TŤȚŦ", "T"),
    ("Þ", "TH"),
    ("UÙÚÛŨŪŬŮŰŲ", "U"),
    ("Ü", "UE"),
    ("V", "V"),
    ("WŴ", "W"),
    ("X", "X"),
    ("YÝŶŸ", "Y"),
    ("ZŹŻŽ", "Z"),
];

/// What may stand in printed texts that are not names, beside letters and digits.
const PUNCTUATION: &str = " -'.,/()&:;+\"";

/// Why a text cannot be carried by the card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameFault {
    /// Nothing is left without blanks and hyphens.
    #[error("the text has no letter")]
    Empty,
    /// A letter or sign that the card cannot carry, the first of them.
    #[error("{letter:?} cannot be carried by the card")]
    Letter {
        /// It.
        letter: char,
    },
    /// More letters than there is room for.
    #[error("the text has {length} letters, and there is room for {limit}")]
    TooLong {
        /// How many it has, after normalisation.
        length: usize,
        /// How many there is room for.
        limit: usize,
    },
}

/// A surname or given names.
///
/// In Unicode NFC, ș and ț with comma below, words parted by single blanks. Hidden from `Debug`.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(String);

impl Name {
    /// Normalises `text` and refuses what the card cannot carry; `limit` is the number of letters
    /// that there is room for in print.
    pub fn parse(text: &str, limit: usize) -> Result<Self, NameFault> {
        let name = normalised(text);
        let is_carried = |letter: char| mrz_of(letter).is_some() || " -'".contains(letter);
        refuse_unprintable(&name, limit, is_carried)?;
        Ok(Self(name))
    }

    /// The name as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as the machine-readable zone writes it: `A` to `Z`, words parted by `<`,
    /// apostrophes left out (ICAO Doc 9303 part 3, section 4.6). It is not cut to any length.
    pub fn mrz(&self) -> String {
        let letters: String = self.0.chars().filter_map(mrz_with_separators).collect();
        let words: Vec<&str> = letters.split('<').filter(|word| !word.is_empty()).collect();
        words.join("<")
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(…)")
    }
}

/// Another text that is printed or stored on the card: a place, a street, a house number.
///
/// Normalised as a [`Name`] is; digits and usual punctuation are allowed. Hidden from `Debug`.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PrintText(String);

impl PrintText {
    /// Normalises `text` and refuses what the card cannot carry.
    pub fn parse(text: &str, limit: usize) -> Result<Self, NameFault> {
        let text = normalised(text);
        let is_carried = |letter: char| {
            mrz_of(letter).is_some() || letter.is_ascii_digit() || PUNCTUATION.contains(letter)
        };
        refuse_unprintable(&text, limit, is_carried)?;
        Ok(Self(text))
    }

    /// The text as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PrintText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrintText(…)")
    }
}

/// A mark that an office or the scheduling portal gave: visible ASCII, 64 characters at most.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mark(String);

impl Mark {
    /// Takes 1 to 64 visible ASCII characters, blanks only between them; `None` otherwise.
    pub fn parse(text: &str) -> Option<Self> {
        let is_well_formed = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
            && text.trim() == text;
        is_well_formed.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// NFC, comma below instead of cedilla, one form of apostrophe and hyphen, single blanks.
fn normalised(text: &str) -> String {
    let letters: String = text.nfc().map(usual_form).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn usual_form(letter: char) -> char {
    match letter {
        'Ş' => 'Ș',
        'ş' => 'ș',
        'Ţ' => 'Ț',
        'ţ' => 'ț',
        '\u{2018}' | '\u{2019}' | '\u{02BC}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        other => other,
    }
}

fn refuse_unprintable(
    text: &str,
    limit: usize,
    is_carried: impl Fn(char) -> bool,
) -> Result<(), NameFault> {
    if let Some(letter) = text.chars().find(|letter| !is_carried(*letter)) {
        return Err(NameFault::Letter { letter });
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(NameFault::Empty);
    }
    let length = text.chars().count();
    if length > limit {
        return Err(NameFault::TooLong { length, limit });
    }
    Ok(())
}

/// The letters A to Z that stand for `letter` in the machine-readable zone.
fn mrz_of(letter: char) -> Option<&'static str> {
    let of_capital = |capital: char| {
        MRZ.iter()
            .find(|(letters, _)| letters.contains(capital))
            .map(|(_, carried)| *carried)
    };
    match letter {
        'ß' => Some("SS"), // Its capital is two letters.
        _ => letter.to_uppercase().next().and_then(of_capital),
    }
}

fn mrz_with_separators(letter: char) -> Option<&'static str> {
    match letter {
        ' ' | '-' => Some("<"),
        _ => mrz_of(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mrz(text: &str) -> String {
        Name::parse(text, 40).unwrap().mrz()
    }

    #[test]
    fn letters_of_the_countrys_languages_are_transliterated() {
        for (text, carried) in [
            ("Ștefăniță-Țuțuianu", "STEFANITA<TUTUIANU"),
            ("Ana Măgdălina Îngrid", "ANA<MAGDALINA<INGRID"),
            ("Szőcs Gyöngyvér Ágnes", "SZOCS<GYOENGYVER<AGNES"),
            ("Müller-Groß", "MUELLER<GROSS"),
            ("Łukasz Dvořák", "LUKASZ<DVORAK"),
            ("Ğülşen Çelik", "GUELSEN<CELIK"),
            ("O'Neill", "ONEILL"),
            ("D\u{2019}Angelo", "DANGELO"),
            ("Đorđević Čarapić", "DORDEVIC<CARAPIC"),
            ("Þórður Ægir", "THORDUR<AEGIR"),
            ("ıŞık", "ISIK"),
            ("ẞ ĸ", "SS<Q"),
        ] {
            assert_eq!(mrz(text), carried, "{text}");
        }
    }

    #[test]
    fn every_letter_of_the_table_is_carried_in_both_cases_as_letters_a_to_z() {
        for (letters, carried) in MRZ {
            assert!(carried.bytes().all(|byte| byte.is_ascii_uppercase()));
            for capital in letters.chars() {
                assert_eq!(mrz_of(capital), Some(*carried), "{capital}");
                let small: String = capital.to_lowercase().nfc().collect();
                // The small form of İ is an i with a dot above it, which nobody writes.
                if capital != 'İ' {
                    assert!(Name::parse(&small, 40).is_ok(), "{small}");
                }
            }
        }
    }

    #[test]
    fn cedillas_and_decomposed_letters_become_comma_below() {
        let comma_below = Name::parse("Șțefan Țîșț", 40).unwrap();
        assert_eq!(Name::parse("Şţefan Ţîşţ", 40), Ok(comma_below.clone()));
        let decomposed: String = "Șțefan Țîșț".nfd().collect();
        assert_eq!(Name::parse(&decomposed, 40), Ok(comma_below));
        assert_eq!(Name::parse("S\u{327}tefan", 40).unwrap().as_str(), "Ștefan");
    }

    #[test]
    fn blanks_are_single_and_none_stands_at_an_end() {
        let name = Name::parse("\u{a0} Ana \t Maria ", 40).unwrap();
        assert_eq!(name.as_str(), "Ana Maria");
    }

    #[test]
    fn what_the_card_cannot_carry_is_named() {
        for (text, letter) in [
            ("Иван", 'И'),
            ("Ана", 'А'), // Cyrillic that looks Latin.
            ("Ana2", '2'),
            ("Ana, Maria", ','),
            ("Ana\u{200B}", '\u{200B}'),
            ("Λάμδα", 'Λ'),
            ("Ệm", 'Ệ'),
            ("x\u{0301}", '\u{0301}'),
        ] {
            assert_eq!(
                Name::parse(text, 40),
                Err(NameFault::Letter { letter }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_without_letters_is_none() {
        for text in ["", "   ", "-", "' -"] {
            assert_eq!(Name::parse(text, 40), Err(NameFault::Empty), "{text:?}");
        }
    }

    #[test]
    fn length_counts_letters_not_bytes() {
        let forty = "Ș".repeat(40);
        assert!(Name::parse(&forty, 40).is_ok());
        assert_eq!(
            Name::parse(&format!("{forty}a"), 40),
            Err(NameFault::TooLong {
                length: 41,
                limit: 40
            })
        );
    }

    #[test]
    fn places_carry_digits_and_punctuation_and_names_do_not() {
        let place = PrintText::parse("Str. 1 Decembrie 1918, nr. 7/A (fost 5)", 60).unwrap();
        assert_eq!(place.as_str(), "Str. 1 Decembrie 1918, nr. 7/A (fost 5)");
        assert_eq!(
            PrintText::parse("Str. <b>", 60),
            Err(NameFault::Letter { letter: '<' })
        );
    }

    #[test]
    fn names_are_hidden_from_debug() {
        let name = Name::parse("Popescu", 40).unwrap();
        let place = PrintText::parse("Dej", 40).unwrap();
        assert_eq!(format!("{name:?} {place:?}"), "Name(…) PrintText(…)");
    }

    #[test]
    fn a_mark_is_short_and_visible() {
        assert_eq!(
            Mark::parse("CLJ-2026 / 4711").unwrap().as_str(),
            "CLJ-2026 / 4711"
        );
        for text in ["", " ", "a ", "a\n", "ă", &"x".repeat(65)] {
            assert_eq!(Mark::parse(text), None, "{text:?}");
        }
    }
}
