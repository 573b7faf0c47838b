//! What cashiers type: payment references, personal codes and hints in free text.
//!
//! Numbers are found as runs of whole digit groups, never by sliding a window over digits: in
//! real texts a window finds far more false codes than true ones. A finding is only evidence;
//! matching decides what it is worth.

mod numbers;
mod sections;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::cnp::Cnp;
use crate::domain::payment_reference::PaymentReference;
use numbers::Number;
use sections::Voice;

/// What one text says.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Narrative {
    /// References whose check digits are right, each once.
    pub references: Vec<PaymentReference>,
    /// Codes in what the payer wrote about the payment, each once; the payer's own is apart.
    pub cnps: Vec<Cnp>,
    /// The code that the bank says is the payer's.
    pub payer_cnp: Option<Cnp>,
    /// References that need letters read as digits; only when there is none without.
    pub repaired_references: Vec<PaymentReference>,
    /// Codes that need letters read as digits; only when there is none without.
    pub repaired_cnps: Vec<Cnp>,
    /// Runs of twelve digits that are no reference: perhaps one with a slip.
    pub failed_references: Vec<String>,
    /// Whether it speaks of someone else than the payer: a child, `pentru`, `pt`.
    pub speaks_of_another_person: bool,
    /// The words after `pentru`, `copil`, `beneficiar`: perhaps the beneficiary's name, in upper
    /// case without marks.
    pub beneficiary_hint: Option<String>,
    /// The payer's name, where the bank labels it, in upper case without marks.
    pub payer_name: Option<String>,
}

/// Beginnings of words that speak of another person than the payer.
const OTHER_PERSON_STEMS: [&str; 11] = [
    "COPIL", "MINOR", "FIIC", "FIULUI", "NEPO", "SOTI", "SOTUL", "MAMA", "MAMEI", "TATA", "BENEFIC",
];

/// Whole words that do; as beginnings they would catch too much.
const OTHER_PERSON_WORDS: [&str; 9] = [
    "FIU", "FIUL", "FICA", "FICEI", "PENTRU", "PT", "PTR", "PTRU", "SOT",
];

/// Words after `pentru` that are no part of a name.
const NOT_NAMES: [&str; 20] = [
    "CI",
    "CEI",
    "BI",
    "CARTE",
    "CARTEA",
    "IDENTITATE",
    "DE",
    "ELECTRONICA",
    "ELIBERARE",
    "TAXA",
    "BULETIN",
    "CNP",
    "PLATA",
    "LUI",
    "MEU",
    "MEA",
    "SAU",
    "SA",
    "SI",
    "RF",
];

/// As many words as a long name has.
const HINT_WORDS_MAX: usize = 5;

/// Far more than any bank carries; what is longer was not typed by a cashier.
const TEXT_LETTERS_MAX: usize = 10_000;

/// Reads a text as it stood on `on`; at its line breaks both joinings are tried.
pub fn read(text: &str, on: NaiveDate) -> Narrative {
    if text.contains('\n') {
        read_views(&[&text.replace('\n', ""), &text.replace('\n', " ")], on)
    } else {
        read_views(&[text], on)
    }
}

/// Reads several views of one text, such as the two joinings of its broken lines: what any of
/// them says counts; where they contradict each other, the first is believed.
pub fn read_views(views: &[&str], on: NaiveDate) -> Narrative {
    let mut narrative = Narrative::default();
    for view in views {
        let view: String = view.chars().take(TEXT_LETTERS_MAX).collect();
        narrative.add(&fold(&view), on);
    }
    if !narrative.references.is_empty() {
        narrative.repaired_references.clear();
    }
    if !narrative.cnps.is_empty() {
        narrative.repaired_cnps.clear();
    }
    narrative
}

/// Upper case without marks, compatibility forms resolved: `ștefan` and `ŞTEFAN` are `STEFAN`.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_uppercase)
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .collect()
}

impl Narrative {
    /// Every code that was found, the payer's too, each once.
    pub fn every_cnp(&self) -> Vec<&Cnp> {
        let mut all: Vec<&Cnp> = self.cnps.iter().chain(&self.payer_cnp).collect();
        all.sort();
        all.dedup();
        all
    }

    fn add(&mut self, folded: &str, on: NaiveDate) {
        for (voice, text) in sections::sections(folded) {
            self.add_numbers(voice, text, on);
            match voice {
                Voice::Details => {
                    let (speaks, hint) = other_person(text);
                    self.speaks_of_another_person |= speaks;
                    self.beneficiary_hint = self.beneficiary_hint.take().or(hint);
                }
                Voice::Beneficiary => {
                    self.speaks_of_another_person = true;
                    let hint = name(words(text));
                    self.beneficiary_hint = self.beneficiary_hint.take().or(hint);
                }
                Voice::PayerName => {
                    let labelled = text.trim_matches(|c: char| !c.is_alphanumeric());
                    let labelled = (!labelled.is_empty()).then(|| labelled.to_owned());
                    self.payer_name = self.payer_name.take().or(labelled);
                }
                Voice::Payer => {}
            }
        }
    }

    fn add_numbers(&mut self, voice: Voice, text: &str, on: NaiveDate) {
        let found = numbers::numbers(text, 12..=13);
        let good: Vec<(&Number, Finding)> = found
            .iter()
            .filter_map(|number| Finding::of(number, on).map(|finding| (number, finding)))
            .collect();
        for (number, finding) in &good {
            let is_part = good.iter().any(|(other, _)| contains(other, number));
            if !is_part {
                self.add_finding(voice, number.repairs > 0, finding.clone());
            }
        }
        let failed = found.iter().filter(|number| {
            let is_exact = number.repairs == 0 && number.digits.len() == 12;
            is_exact && !good.iter().any(|(good, _)| overlaps(good, number))
        });
        for number in failed {
            insert(&mut self.failed_references, number.digits.clone());
        }
    }

    fn add_finding(&mut self, voice: Voice, repaired: bool, finding: Finding) {
        let of_payer = matches!(voice, Voice::Payer | Voice::PayerName);
        match (finding, repaired, of_payer) {
            (Finding::Reference(found), false, _) => insert(&mut self.references, found),
            (Finding::Reference(found), true, _) => insert(&mut self.repaired_references, found),
            (Finding::Cnp(found), false, true) => {
                self.payer_cnp.get_or_insert(found);
            }
            (Finding::Cnp(found), false, false) => insert(&mut self.cnps, found),
            (Finding::Cnp(found), true, false) => insert(&mut self.repaired_cnps, found),
            // A bank prints the payer's code, it does not type it.
            (Finding::Cnp(_), true, true) => {}
        }
    }
}

/// Names people, so it says only how much was found.
impl std::fmt::Debug for Narrative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Narrative")
            .field("references", &self.references)
            .field("cnps", &self.cnps)
            .field("payer_cnp", &self.payer_cnp)
            .field("repaired_references", &self.repaired_references)
            .field("repaired_cnps", &self.repaired_cnps)
            .field("failed_references", &self.failed_references.len())
            .field("speaks_of_another_person", &self.speaks_of_another_person)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Finding {
    Reference(PaymentReference),
    Cnp(Cnp),
}

impl Finding {
    fn of(number: &Number, on: NaiveDate) -> Option<Self> {
        if let Ok(reference) = PaymentReference::from_digits(&number.digits) {
            return Some(Self::Reference(reference));
        }
        let cnp = Cnp::parse(&number.digits).ok()?;
        cnp.valid_on(on).ok()?;
        Some(Self::Cnp(cnp))
    }
}

fn contains(whole: &Number, part: &Number) -> bool {
    let (whole, part) = (&whole.groups, &part.groups);
    whole != part && whole.start <= part.start && part.end <= whole.end
}

fn overlaps(one: &Number, other: &Number) -> bool {
    one.groups.start < other.groups.end && other.groups.start < one.groups.end
}

fn insert<T: PartialEq>(found: &mut Vec<T>, one: T) {
    if !found.contains(&one) {
        found.push(one);
    }
}

/// Whether the words speak of another person, and the name that follows such a word.
fn other_person(text: &str) -> (bool, Option<String>) {
    let mut speaks = false;
    let mut hint = None;
    let mut rest: Vec<&str> = words(text).collect();
    while let Some(at) = rest.iter().position(|word| is_other_person(word)) {
        speaks = true;
        rest.drain(..=at);
        hint = hint.or_else(|| name(rest.iter().copied()));
    }
    (speaks, hint)
}

fn is_other_person(word: &str) -> bool {
    OTHER_PERSON_WORDS.contains(&word)
        || OTHER_PERSON_STEMS.iter().any(|stem| word.starts_with(stem))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
}

/// The words that may be a name, up to the first that cannot.
fn name<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let no_name = |word: &&str| NOT_NAMES.contains(word) || is_other_person(word);
    let is_word = |word: &&str| word.chars().all(|c| !c.is_ascii_digit());
    let name: Vec<&str> = words
        .skip_while(|word| no_name(word))
        .take_while(|word| is_word(word) && !no_name(word))
        .take(HINT_WORDS_MAX)
        .collect();
    (!name.is_empty()).then(|| name.join(" "))
}

#[cfg(test)]
mod rates_tests;
#[cfg(test)]
mod tests;
