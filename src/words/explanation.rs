//! What a code means, in six answers: what is wrong, what happened, why, what to do, who does it, and
//! whether it goes on by itself.

use crate::domain::cause::Cause;
use crate::domain::reason::{Action, Owner, Reason, Told};
use crate::flow::intake::{FAULTS, FaultText};
use crate::words::Language;
use crate::words::problems::{CATALOGUE, Entry};
use crate::words::refusals;
use crate::xmldsig::refusal::RefusalCode;

/// A text in both languages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Both {
    /// In Romanian.
    pub ro: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Both {
    /// The text in a language.
    pub const fn of(self, language: Language) -> &'static str {
        language.choose(self.en, self.ro)
    }
}

const fn both(ro: &'static str, en: &'static str) -> Both {
    Both { ro, en }
}

/// What a code means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// The code.
    pub code: &'static str,
    /// The number of a reason.
    pub number: Option<u16>,
    /// The HTTP status of a problem.
    pub status: Option<u16>,
    /// The reason that a fault or a refusal falls under.
    pub falls_under: Option<Reason>,
    /// Who acts, by code.
    pub owner: Option<Owner>,
    /// How, by code.
    pub action: Option<Action>,
    /// What is wrong.
    pub title: Both,
    /// What happened.
    pub happened: Both,
    /// Why.
    pub why: Both,
    /// What to do.
    pub todo: Both,
    /// Who does it.
    pub who: Both,
    /// Whether it goes on by itself.
    pub repeats: Both,
}

impl Explanation {
    /// What a number, a name or a code means, in whatever case it is written.
    pub fn find(code: &str) -> Option<Self> {
        let name = code.to_uppercase().replace('-', "_");
        let word = code.to_lowercase().replace('_', "-");
        let reason = code.parse().ok().and_then(Reason::from_number);
        let fault = || FAULTS.iter().find(|fault| fault.code == word);
        let problem = || CATALOGUE.iter().find(|entry| entry.code == word);
        reason
            .or_else(|| Reason::from_name(&name))
            .map(Self::from)
            .or_else(|| fault().map(Self::from))
            .or_else(|| problem().map(|entry| Self::from(*entry)))
            .or_else(|| RefusalCode::parse(&name).ok().map(Self::from))
            .or_else(|| Cause::parse(&name).ok().map(Self::from))
    }

    /// What every code means.
    pub fn all() -> impl Iterator<Item = Self> {
        Reason::all()
            .map(Self::from)
            .chain(FAULTS.iter().map(Self::from))
            .chain(CATALOGUE.iter().map(|entry| Self::from(*entry)))
            .chain(RefusalCode::ALL.iter().copied().map(Self::from))
            .chain(Cause::ALL.iter().copied().map(Self::from))
    }

    /// The six answers, in the order in which they are read.
    pub const fn answers(&self) -> [Both; 6] {
        [
            self.title,
            self.happened,
            self.why,
            self.todo,
            self.who,
            self.repeats,
        ]
    }
}

impl From<Reason> for Explanation {
    fn from(reason: Reason) -> Self {
        let (ro, en): (Told, Told) = (reason.ro(), reason.en());
        Self {
            code: reason.name(),
            number: Some(reason.number()),
            status: None,
            falls_under: None,
            owner: Some(reason.owner()),
            action: Some(reason.action()),
            title: both(ro.title, en.title),
            happened: both(ro.happened, en.happened),
            why: both(ro.why, en.why),
            todo: both(ro.todo, en.todo),
            who: who(reason.owner()),
            repeats: repeats(reason.action()),
        }
    }
}

impl From<&FaultText> for Explanation {
    fn from(fault: &FaultText) -> Self {
        Self {
            code: fault.code,
            number: None,
            falls_under: Some(fault.reason),
            title: both(fault.title_ro, fault.title_en),
            todo: both(fault.todo_ro, fault.todo_en),
            ..Self::from(fault.reason)
        }
    }
}

impl From<&Entry> for Explanation {
    fn from(problem: &Entry) -> Self {
        Self {
            code: problem.code,
            number: None,
            status: Some(problem.status),
            falls_under: None,
            owner: None,
            action: None,
            title: both(problem.title_ro, problem.title_en),
            happened: both(problem.happened_ro, problem.happened_en),
            why: both(problem.why_ro, problem.why_en),
            todo: both(problem.todo_ro, problem.todo_en),
            who: match problem.status {
                500.. => who(Owner::Gateway),
                _ => both("Cine a trimis solicitarea.", "Whoever sent the request."),
            },
            repeats: match (problem.status, problem.code) {
                (408 | 429 | 500.., _) | (_, "request-running") => both(
                    "Da; aceeași solicitare poate fi trimisă din nou după o pauză.",
                    "Yes; the same request may be sent again after a pause.",
                ),
                _ => both(
                    "Nu; aceeași solicitare ar primi același răspuns.",
                    "No; the same request would get the same answer.",
                ),
            },
        }
    }
}

impl From<RefusalCode> for Explanation {
    fn from(code: RefusalCode) -> Self {
        let reason = Reason::from_number(code.reason()).unwrap_or(Reason::SIGNATURE_INVALID);
        let (title_ro, title_en) = refusals::titles(code);
        let family = refusals::Family::of(code);
        Self {
            code: code.as_str(),
            number: None,
            falls_under: Some(reason),
            title: both(title_ro, title_en),
            happened: family.happened(),
            why: family.why(),
            ..Self::from(reason)
        }
    }
}

impl From<Cause> for Explanation {
    fn from(cause: Cause) -> Self {
        let texts = cause.texts();
        Self {
            code: cause.as_str(),
            number: None,
            status: None,
            falls_under: None,
            owner: Some(Owner::Gateway),
            action: Some(Action::Escalate),
            title: both(texts.title_ro, texts.title_en),
            happened: both(texts.happened_ro, texts.happened_en),
            why: both(texts.why_ro, texts.why_en),
            todo: both(texts.todo_ro, texts.todo_en),
            who: who(Owner::Gateway),
            repeats: repeats(Action::Escalate),
        }
    }
}

const fn who(owner: Owner) -> Both {
    match owner {
        Owner::Office => both("Serviciul local.", "The local office."),
        Owner::Gateway => both("Operatorii sistemului.", "The operators of the gateway."),
        Owner::Bureau => both(
            "Biroul de personalizare, împreună cu operatorii sistemului.",
            "The personalization bureau, with the operators of the gateway.",
        ),
        Owner::Bank => both(
            "Banca sau instituția de plată, la cererea operatorilor.",
            "The bank or payment institution, asked by the operators.",
        ),
    }
}

const fn repeats(action: Action) -> Both {
    match action {
        Action::Wait => both(
            "Da; continuă singur când sosește ce lipsește.",
            "Yes; it goes on by itself when what is missing arrives.",
        ),
        Action::RemakeFree => both(
            "Da; cartea se reface fără costuri pentru solicitant.",
            "Yes; the card is made again at no cost for the applicant.",
        ),
        Action::Retry => both(
            "Nu; continuă când o persoană cere o nouă încercare.",
            "No, not any more; it goes on when a person asks for another try.",
        ),
        Action::FixAndResubmit | Action::Recapture => both(
            "Nu; continuă după ce serviciul trimite cererea corectată.",
            "No; it goes on when the office has sent the corrected application.",
        ),
        Action::Refund => both(
            "Nu; banii așteaptă până când o persoană decide.",
            "No; the money waits until a person decides.",
        ),
        Action::Escalate => both(
            "Nu; continuă după decizia unei persoane.",
            "No; it goes on when a person has decided.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_six_answers_in_both_languages() {
        assert!(Explanation::all().count() > 300);
        for told in Explanation::all() {
            for (language, answers) in [
                ("ro", told.answers().map(|text| text.ro)),
                ("en", told.answers().map(|text| text.en)),
            ] {
                let different: BTreeSet<&str> = answers.into_iter().collect();
                assert_eq!(different.len(), 6, "{} {language}: {answers:?}", told.code);
                for text in answers {
                    assert!(text.chars().count() > 10, "{}: {text:?}", told.code);
                    assert!(!text.contains("  ") && text.trim() == text, "{text}");
                }
            }
        }
    }

    #[test]
    fn answers_other_than_the_title_are_sentences() {
        for told in Explanation::all() {
            for text in told.answers().into_iter().skip(1) {
                for text in [text.ro, text.en] {
                    assert!(text.ends_with('.'), "{}: {text}", told.code);
                    assert!(!text.contains(['<', '&', '|']), "{}: {text}", told.code);
                }
            }
        }
    }

    #[test]
    fn each_language_has_its_letters() {
        let wrong = ['ş', 'Ş', 'ţ', 'Ţ', 'ã', 'Ã'];
        for text in Explanation::all().flat_map(|told| told.answers()) {
            assert!(!text.ro.contains(wrong), "{}", text.ro);
            assert!(text.en.is_ascii(), "{}", text.en);
            assert_ne!(text.ro, text.en);
        }
    }

    #[test]
    fn what_happened_and_why_are_told_of_each_reason_and_problem_alone() {
        let mut seen = BTreeSet::new();
        let told = Reason::all().map(Explanation::from);
        let told = told.chain(CATALOGUE.iter().map(|entry| Explanation::from(*entry)));
        for told in told.chain(Cause::ALL.iter().copied().map(Explanation::from)) {
            for text in [told.happened.ro, told.happened.en] {
                assert!(seen.insert(text), "{}: {text}", told.code);
            }
        }
    }

    #[test]
    fn a_code_is_found_by_number_name_and_spelling() {
        for (code, found) in [
            ("801", "NO_RECEIPT"),
            ("no_receipt", "NO_RECEIPT"),
            ("NO-RECEIPT", "NO_RECEIPT"),
            ("cnp-checksum", "cnp-checksum"),
            ("hold-closed", "hold-closed"),
            ("HOLD_CLOSED", "hold-closed"),
            ("digest-mismatch", "DIGEST_MISMATCH"),
            ("silence", "SILENCE"),
        ] {
            assert_eq!(Explanation::find(code).map(|told| told.code), Some(found));
        }
        assert_eq!(Explanation::find("no-such-code"), None);
        assert_eq!(Explanation::find("100"), None);
    }
}
