//! A candidate of a payment in words: what speaks for it, what against it, and the reason that somebody
//! who chooses it would give.

use crate::console::pages::payments::case::Offered;
use crate::domain::matching::Clue;
use crate::domain::money::Money;
use crate::store::applications::Application;
use crate::store::payments::Payment;
use crate::words::{Language, amount, date, lei, name_of};

/// From this score on a candidate is shown as likely.
const LIKELY: u8 = 90;

/// Characters of a reason at most.
const REASON_CHARS_MAX: usize = 500;

/// A candidate, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) score: u8,
    pub(crate) tone: &'static str,
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) office: String,
    pub(crate) state: &'static str,
    pub(crate) registered: String,
    /// What is still owed, without its unit.
    pub(crate) owed: String,
    /// What speaks for it.
    pub(crate) pros: Vec<&'static str>,
    /// What speaks against it.
    pub(crate) cons: Vec<String>,
    /// Why somebody would choose it.
    pub(crate) reason: String,
    /// What the fee would be afterwards, in words.
    pub(crate) outcome: String,
}

impl Card {
    /// Puts a candidate into words.
    pub(crate) fn of(offered: &Offered, payment: &Payment, language: Language) -> Self {
        let application = &offered.application;
        let clues = &offered.suggestion.clues;
        Self {
            score: offered.suggestion.score,
            tone: tone(offered.suggestion.score),
            path: format!("/applications/{}", application.number),
            number: application.number.clone(),
            office: offered.office.clone(),
            state: name_of(application.state, language),
            registered: date(language, application.registered_on),
            owed: amount(language, owed(application)),
            pros: clues
                .iter()
                .filter(|clue| clue.points() > 0)
                .map(|clue| text(*clue, language))
                .collect(),
            cons: cons(clues, application, language),
            reason: reason(clues, language),
            outcome: outcome(application, payment.amount, language),
        }
    }
}

/// How a score is coloured.
pub(crate) const fn tone(score: u8) -> &'static str {
    if score >= LIKELY { "ok" } else { "warn" }
}

/// What is still owed for an application.
pub(crate) fn owed(application: &Application) -> Money {
    let rest = application.fee_due.checked_sub(application.fee_paid);
    rest.unwrap_or(Money::ZERO).max(Money::ZERO)
}

fn text(clue: Clue, language: Language) -> &'static str {
    language.choose(clue.text_en(), clue.text_ro())
}

/// What speaks against a candidate: what was found, and what should be there and is not.
fn cons(clues: &[Clue], application: &Application, language: Language) -> Vec<String> {
    let against = clues.iter().filter(|clue| clue.points() < 0);
    let mut all: Vec<String> = against
        .map(|clue| text(*clue, language).to_owned())
        .collect();
    if !clues.contains(&Clue::Amount) && !clues.contains(&Clue::NothingOwed) {
        let owed = lei(language, owed(application));
        all.push(match language {
            Language::Romanian => format!("Suma diferă de cea datorată, {owed}."),
            Language::English => format!("The amount is not what is owed, {owed}."),
        });
    }
    if !clues.contains(&Clue::Date) {
        let apart = language.choose(
            "Registration and payment lie more than a month apart.",
            "Între înregistrare și plată este mai mult de o lună.",
        );
        all.push(apart.to_owned());
    }
    all
}

/// The reason that somebody who chooses a candidate by its clues would give; no personal datum.
pub(crate) fn reason(clues: &[Clue], language: Language) -> String {
    let pros = clues.iter().filter(|clue| clue.points() > 0);
    let parts: Vec<String> = pros
        .enumerate()
        .map(|(place, clue)| {
            let told = text(*clue, language).trim_end_matches('.');
            if place == 0 {
                told.to_owned()
            } else {
                uncapitalized(told)
            }
        })
        .collect();
    parts.join("; ").chars().take(REASON_CHARS_MAX).collect()
}

/// A clause as it stands behind another; what is an abbreviation stays one.
fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    let is_word = letters.clone().next().is_some_and(char::is_lowercase);
    match first {
        Some(first) if is_word => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// What becomes of a fee for which `paid` comes, in words.
pub(crate) fn outcome(application: &Application, paid: Money, language: Language) -> String {
    let owed = owed(application);
    let rest = paid.checked_sub(owed).unwrap_or(Money::ZERO);
    match (owed == Money::ZERO, rest.cmp(&Money::ZERO)) {
        (true, _) => language.choose(
            "Nothing is owed: all of it would be a surplus, to be given back.",
            "Nu se mai datorează nimic: toată suma ar fi un surplus de restituit.",
        ),
        (false, std::cmp::Ordering::Equal) => language.choose(
            "The fee is then paid exactly, and the card can be ordered.",
            "Taxa este astfel plătită exact și cartea poate fi comandată.",
        ),
        (false, std::cmp::Ordering::Greater) => {
            let rest = lei(language, rest);
            return match language {
                Language::Romanian => {
                    format!("Taxa este astfel plătită; {rest} rămân ca surplus de restituit.")
                }
                Language::English => {
                    format!("The fee is then paid; {rest} are a surplus, to be given back.")
                }
            };
        }
        (false, std::cmp::Ordering::Less) => {
            let missing = lei(language, owed.checked_sub(paid).unwrap_or(Money::ZERO));
            return match language {
                Language::Romanian => {
                    format!("Taxa rămâne neplătită cu {missing}; cartea nu se comandă încă.")
                }
                Language::English => {
                    format!("{missing} of the fee stay unpaid; no card is ordered yet.")
                }
            };
        }
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_sentence_of_what_speaks_for_a_candidate() {
        let clues = [Clue::Name, Clue::Person, Clue::Amount, Clue::NothingOwed];
        assert_eq!(
            reason(&clues, Language::Romanian),
            "Numele solicitantului apare în text; CNP-ul solicitantului apare în text; \
             suma este exact cea datorată"
        );
        assert_eq!(
            reason(&clues, Language::English),
            "The name of the applicant stands in the text; the CNP of the applicant stands in the \
             text; the amount is exactly what is still owed"
        );
        assert_eq!(reason(&[], Language::English), "");
    }

    #[test]
    fn a_reason_of_every_clue_fits_its_field() {
        for language in [Language::Romanian, Language::English] {
            let text = reason(Clue::ALL, language);
            assert!(text.chars().count() <= REASON_CHARS_MAX);
        }
    }
}
