//! What the gateway notes beside a hold: kept in English, as the interface tells it, and said in the
//! language of whoever reads it. What outsiders wrote stays as they wrote it.

use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::letter::LetterKind;
use crate::domain::order::OrderState;
use crate::words::Language;
use crate::words::states::{Named, name_of};

/// What was noted, and in which language it could be told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Detail {
    /// The text.
    pub text: String,
    /// Its language: English where there are no words for it in another.
    pub language: Language,
}

/// What stands for something that differs from case to case.
const BLANK: &str = "{}";

/// What the gateway notes, in English and in Romanian; blanks are filled in the same order.
const PHRASES: &[(&str, &str)] = &[
    (
        "money of it is to be given back",
        "se restituie bani din ea",
    ),
    (
        "no card is on its way to the office; wait for the bureau's, or order it anew",
        "nicio carte nu este pe drum spre serviciu; așteptați-o pe cea a C.N.I.N. sau comandați-o din nou",
    ),
    (
        "the card's number belongs to another card",
        "numărul cărții este al altei cărți",
    ),
    (
        "lines were answered while the order is {}",
        "s-a răspuns despre poziții, deși starea comenzii este: {}",
    ),
    (
        "the contradiction is settled; the order waits for a decision",
        "contradicția este lămurită; comanda așteaptă o decizie",
    ),
    ("answered to the letter {}", "s-a răspuns la scrisoarea {}"),
    (
        "the bureau took the {} and did not answer it",
        "C.N.I.N. a primit «{}» și nu a răspuns",
    ),
    (
        "{} lines without an end after {} days: {}",
        "poziții fără sfârșit: {}, după un termen în zile de: {}; anume: {}",
    ),
    ("missing: {} and {} more", "lipsesc: {} și încă {}"),
    ("surplus: {} and {} more", "în plus: {} și încă {}"),
    (
        "extra: {} and {} more",
        "în plus la C.N.I.N.: {} și încă {}",
    ),
    (
        "contradicting: {} and {} more",
        "se contrazic: {} și încă {}",
    ),
    ("and {} more", "și încă {}"),
    ("missing: {}", "lipsesc: {}"),
    ("surplus: {}", "în plus: {}"),
    ("unknown cards: {}", "cărți necunoscute: {}"),
    ("extra: {}", "în plus la C.N.I.N.: {}"),
    ("contradicting: {}", "se contrazic: {}"),
    (
        "taken out of all automatic sending",
        "scoasă din orice trimitere automată",
    ),
    (
        "set aside from the order {}",
        "pusă deoparte din comanda {}",
    ),
    ("set aside by an operator", "pusă deoparte de un operator"),
    (
        "it was scanned at {} in {}, and is collected at {}",
        "a fost scanată la {} în expediția {}, dar se ridică de la {}",
    ),
    (
        "an operator undid its tie",
        "un operator a desfăcut potrivirea ei",
    ),
    (
        "{} lei are tied to no fee",
        "{} lei nu sunt legați de nicio taxă",
    ),
    (
        "{} of the application {}, sequence {}, is about no line that was ordered",
        "«{}» despre cererea {}, numărul de ordine {}, nu se referă la nicio poziție comandată",
    ),
    ("{} after {} remakes", "{}; refaceri până acum: {}"),
    (
        "it was admitted, and the card is no longer where it was complained of",
        "a fost admisă, dar cartea nu mai este unde era când s-a reclamat",
    ),
    (
        "it was admitted, and the holder has applied for another card meanwhile",
        "a fost admisă, dar titularul a cerut între timp altă carte",
    ),
    (
        "no matter of the bureau's; decide whether the card is made anew",
        "nu ține de C.N.I.N.; decideți dacă se reface cartea",
    ),
    ("reversal {}", "stornarea {}"),
    (
        "sent {} times, no receipt came",
        "trimiteri: {}, nicio confirmare",
    ),
    (
        "the office withdrew it after it was ordered; the bureau is asked to cancel it",
        "serviciul a retras-o după ce a fost comandată; se cere la C.N.I.N. anularea",
    ),
    (
        "nobody came for the card within the term",
        "nimeni nu a ridicat cartea în termen",
    ),
    (
        "transaction {} was told otherwise before",
        "tranzacția {} fusese comunicată altfel",
    ),
    (
        "other bytes under this id were acted upon as {}",
        "alt conținut cu același identificator a fost deja prelucrat, ca {}",
    ),
    (
        "the document is of the bureau {}",
        "documentul este al biroului {}",
    ),
    (
        "the document's test flag is {}, ours is {}",
        "marcajul de test al documentului este {}, al nostru este {}",
    ),
    (
        "no {} of ours has the identifier {}",
        "nu am trimis nimic («{}») cu identificatorul {}",
    ),
    (
        "its signed bytes were erased",
        "octeții semnați au fost șterși",
    ),
    (
        "a failure of the gateway's own; its log says which",
        "o eroare a porții înseși; jurnalul ei spune care",
    ),
    (
        "it does not wait for the cause any more",
        "nu mai așteaptă din această cauză",
    ),
    (
        "the bureau decided otherwise than was decided before",
        "C.N.I.N. a decis altfel decât se decisese înainte",
    ),
    (
        "the bureau says two things under sequence {}",
        "C.N.I.N. spune două lucruri sub același număr de ordine, {}",
    ),
    (
        "sequence {} says {}, and two persons had applied another word",
        "numărul de ordine {} spune «{}», dar două persoane aplicaseră alt cuvânt",
    ),
    ("sequence {}: {}", "numărul de ordine {}: {}"),
    ("there is no order {}", "nu există comanda {}"),
    (
        "the order {} is {}, which does not allow this",
        "starea comenzii {} este «{}», care nu permite aceasta",
    ),
    (
        "the bureau may hold the order {}; ask it before giving the order up",
        "C.N.I.N. poate avea comanda {}; întrebați înainte de a renunța la ea",
    ),
    (
        "the order {} is in quarantine; release it first",
        "comanda {} este pusă deoparte; eliberați-o mai întâi",
    ),
    (
        "nothing of the order {} is to be released",
        "nu este nimic de eliberat la comanda {}",
    ),
    (
        "no line of the order {} is named; say which are in doubt",
        "nu este numită nicio poziție a comenzii {}; spuneți care sunt îndoielnice",
    ),
    (
        "no line of the order {} can be ordered again",
        "nicio poziție a comenzii {} nu poate fi comandată din nou",
    ),
    (
        "the order {} has changed since it was looked at",
        "comanda {} s-a schimbat de când a fost văzută",
    ),
    (
        "the order {} does not wait for the cause {}",
        "comanda {} nu așteaptă din cauza {}",
    ),
    (
        "it was decided about before: {}",
        "s-a decis deja despre el: {}",
    ),
    (
        "the message is not kept any more",
        "mesajul nu mai este păstrat",
    ),
    (
        "a letter to the bureau is not sent again but written anew",
        "o scrisoare către C.N.I.N. nu se retrimite, ci se scrie din nou",
    ),
    (
        "an order is given up by a decision about the order",
        "la o comandă se renunță printr-o decizie despre comandă",
    ),
    (
        "the bureau names it and it was never ordered",
        "C.N.I.N. o numește, dar nu a fost comandată",
    ),
    (
        "the bureau does not hold the order",
        "C.N.I.N. nu are comanda",
    ),
    ("the bureau does not name it", "C.N.I.N. nu o numește"),
    (
        "it said {} words and knows of {} now",
        "spusese cuvinte: {}, iar acum știe de: {}",
    ),
    (
        "the letter {} was not sent yet",
        "scrisoarea {} nu a fost încă trimisă",
    ),
    (
        "the letter {} asked about something else",
        "scrisoarea {} întreba despre altceva",
    ),
    (
        "the receipt {} cannot be: {}",
        "confirmarea {} nu poate fi: {}",
    ),
    (
        "a receipt for the unknown order {}",
        "o confirmare pentru comanda necunoscută {}",
    ),
    (
        "technical error of the bureau: {}",
        "eroare tehnică la C.N.I.N.: {}",
    ),
];

impl Detail {
    /// What was noted, in a language.
    pub fn of(noted: &str, language: Language) -> Self {
        let told = match language {
            Language::Romanian => in_romanian(noted),
            Language::English => None,
        };
        match told {
            Some(text) => Self { text, language },
            None => Self {
                text: noted.to_owned(),
                language: Language::English,
            },
        }
    }
}

/// Each part as a phrase of its own, or the whole as one; nothing where there are no words for it.
fn in_romanian(noted: &str) -> Option<String> {
    if noted.is_empty() {
        return Some(String::new());
    }
    let parts: Option<Vec<String>> = noted.split("; ").map(phrase).collect();
    parts
        .map(|parts| parts.join("; "))
        .or_else(|| phrase(noted))
}

fn phrase(noted: &str) -> Option<String> {
    PHRASES.iter().find_map(|(english, romanian)| {
        let blanks = blanks_of(noted, english)?;
        let mut text = String::new();
        let mut blanks = blanks.into_iter();
        for (at, piece) in romanian.split(BLANK).enumerate() {
            if at > 0 {
                text.push_str(&named(blanks.next()?));
            }
            text.push_str(piece);
        }
        Some(text)
    })
}

/// What stands in the blanks of a phrase, if a text is that phrase.
fn blanks_of<'a>(noted: &'a str, phrase: &str) -> Option<Vec<&'a str>> {
    let mut pieces = phrase.split(BLANK);
    let mut rest = noted.strip_prefix(pieces.next()?)?;
    let mut blanks = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let (blank, behind) = match pieces.peek() {
            None => (rest.strip_suffix(piece)?, ""),
            Some(_) => rest.split_once(piece)?,
        };
        blanks.push(blank);
        rest = behind;
    }
    rest.is_empty().then_some(blanks)
}

/// A blank with the names of the codes in it.
fn named(blank: &str) -> String {
    let words = blank.split(' ').map(|word| {
        let code = word.trim_end_matches(',');
        let name = name_of_code(code).map(str::to_lowercase);
        name.map_or_else(|| word.to_owned(), |name| word.replacen(code, &name, 1))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn name_of_code(code: &str) -> Option<&'static str> {
    fn name<T: Named, E>(parsed: Result<T, E>) -> Option<&'static str> {
        parsed.ok().map(|one| name_of(one, Language::Romanian))
    }
    name(OrderState::parse(code))
        .or_else(|| name(LineState::parse(code)))
        .or_else(|| name(LineEvent::parse(code)))
        .or_else(|| name(LetterKind::parse(code)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(noted: &str) -> Option<String> {
        let told = Detail::of(noted, Language::Romanian);
        (told.language == Language::Romanian).then_some(told.text)
    }

    #[test]
    fn what_was_noted_is_said_with_what_differs_from_case_to_case() {
        for (noted, wanted) in [
            ("reversal CEI-P-7", "stornarea CEI-P-7"),
            (
                "lines were answered while the order is SENT",
                "s-a răspuns despre poziții, deși starea comenzii este: trimisă",
            ),
            (
                "missing: 1, 2; contradicting: 4 and 3 more",
                "lipsesc: 1, 2; se contrazic: 4 și încă 3",
            ),
            (
                "2 lines without an end after 10 days: 3 SHIPPED, 4 PRODUCED",
                "poziții fără sfârșit: 2, după un termen în zile de: 10; anume: 3 expediată, 4 personalizată",
            ),
        ] {
            assert_eq!(said(noted).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn what_has_no_words_is_shown_as_it_was_noted() {
        for noted in ["line 9: premature end", "reversal", "line 9; missing: 1"] {
            let told = Detail::of(noted, Language::Romanian);
            assert_eq!(
                (told.text.as_str(), told.language),
                (noted, Language::English)
            );
        }
        let told = Detail::of("reversal CEI-P-7", Language::English);
        assert_eq!(
            (told.text.as_str(), told.language),
            ("reversal CEI-P-7", Language::English)
        );
    }

    #[test]
    fn both_languages_have_the_same_blanks_and_right_letters() {
        for (english, romanian) in PHRASES {
            let blanks = |text: &str| text.matches(BLANK).count();
            assert_eq!(blanks(english), blanks(romanian), "{english}");
            assert!(
                !romanian.contains(['\u{15f}', '\u{163}', '\u{15e}', '\u{162}']),
                "{romanian}"
            );
            // No phrase hides behind one before it.
            let sample = english.replace(BLANK, "X-1");
            let found = PHRASES
                .iter()
                .find(|(other, _)| blanks_of(&sample, other).is_some());
            assert_eq!(found.unwrap().0, *english);
        }
    }

    proptest! {
        #[test]
        fn what_outsiders_wrote_stays_as_they_wrote_it(text in "[^;]{0,40}") {
            let noted = format!("technical error of the bureau: {text}");
            let wanted = format!("eroare tehnică la C.N.I.N.: {text}");
            prop_assume!(text.split(' ').all(|word| name_of_code(word.trim_end_matches(',')).is_none()));
            prop_assert_eq!(said(&noted), Some(wanted));
        }
    }
}
