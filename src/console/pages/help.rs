//! What every code means, to be searched, and the keys that help.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::look::shell::Shell;
use crate::console::preferences::has_shortcuts;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::words::{Explanation, Language, count, noun};

/// Answers that are shown; whoever finds more asks more closely.
const SHOWN: usize = 25;

/// What moves where: keys, and what they do, in Romanian and in English.
#[rustfmt::skip]
const KEYS: &[(&[&str], &str, &str)] = &[
    (&["/"],      "caută",                    "search"),
    (&["g", "t"], "tabloul de bord",          "the dashboard"),
    (&["g", "e"], "comenzile eșuate",         "failed orders"),
    (&["g", "p"], "plățile",                  "payments"),
    (&["g", "c"], "cererile",                 "applications"),
    (&["g", "o"], "comenzile",                "orders"),
    (&["g", "a"], "ce este de aprobat",       "what is to be approved"),
    (&["?"],      "ajutor",                   "help"),
];

#[derive(Template)]
#[template(path = "pages/help.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    sought: &'a str,
    found: String,
    is_cut: bool,
    terms: Vec<Term>,
    keys: Vec<(&'static [&'static str], &'static str)>,
    has_shortcuts: bool,
}

/// A code with its answers.
struct Term {
    code: String,
    title: &'static str,
    answers: [(&'static str, &'static str); 5],
}

/// `GET /help`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let sought = asked.text("q");
    let language = visit.language;
    let mut terms = search(&sought, language);
    let found = i64::try_from(terms.len()).unwrap_or(i64::MAX);
    let is_cut = terms.len() > SHOWN;
    terms.truncate(SHOWN);
    let shell = Shell::of(&desk, &visit, "/help").await?;
    let keys = KEYS.iter();
    write(&Page {
        visit: &visit,
        shell: &shell,
        sought: &sought,
        found: count(language, found, noun::CODE),
        is_cut,
        terms,
        keys: keys
            .map(|(keys, ro, en)| (*keys, language.choose(en, ro)))
            .collect(),
        has_shortcuts: has_shortcuts(request.headers()),
    })
}

/// The codes in whose texts every word stands that is sought; a code itself comes first. Nothing for
/// nobody's question.
fn search(sought: &str, language: Language) -> Vec<Term> {
    if sought.is_empty() {
        return Vec::new();
    }
    let words: Vec<String> = sought.split_whitespace().map(plain).collect();
    let exact = Explanation::find(sought).map(|one| one.code);
    let holds = |told: &Explanation| {
        let number = told.number.map(|number| number.to_string());
        let texts = told.answers().map(|text| plain(text.of(language)));
        let code = plain(told.code);
        words.iter().all(|word| {
            code.contains(word)
                || number.as_deref() == Some(word)
                || texts.iter().any(|text| text.contains(word))
        })
    };
    let mut found: Vec<Explanation> = Explanation::all()
        .filter(|told| exact == Some(told.code) || holds(told))
        .collect();
    found.sort_by_key(|told| exact != Some(told.code));
    found.iter().map(|told| term(told, language)).collect()
}

fn term(told: &Explanation, language: Language) -> Term {
    let [title, happened, why, todo, who, repeats] = told.answers().map(|text| text.of(language));
    let code = match told.number {
        Some(number) => format!("{number} {}", told.code),
        None => told.code.to_owned(),
    };
    Term {
        code,
        title,
        answers: [
            (
                language.choose("What happened", "Ce s-a întâmplat"),
                happened,
            ),
            (language.choose("Why", "De ce"), why),
            (language.choose("What to do", "Ce este de făcut"), todo),
            (language.choose("Who", "Cine"), who),
            (
                language.choose("Goes on by itself", "Continuă singur"),
                repeats,
            ),
        ],
    }
}

/// A text as people search: without capitals and without the marks of Romanian letters.
fn plain(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters
        .map(|letter| match letter {
            'ă' | 'â' => 'a',
            'î' => 'i',
            'ș' | 'ş' => 's',
            'ț' | 'ţ' => 't',
            '-' => '_',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(sought: &str) -> Vec<String> {
        let found = search(sought, Language::Romanian);
        found.into_iter().map(|term| term.code).collect()
    }

    #[test]
    fn a_code_is_found_by_its_number_its_name_and_the_words_of_its_answers() {
        assert_eq!(codes("801").first().unwrap(), "801 NO_RECEIPT");
        assert_eq!(codes("no_receipt").first().unwrap(), "801 NO_RECEIPT");
        assert_eq!(codes("cnp-checksum").first().unwrap(), "cnp-checksum");
        let title = search("801", Language::Romanian)[0].title;
        assert!(
            codes(&title.to_uppercase()).contains(&"801 NO_RECEIPT".to_owned()),
            "{title}"
        );
        assert!(codes("").is_empty());
        assert!(codes("<script>alert(1)").is_empty());
    }

    #[test]
    fn letters_are_found_without_their_marks() {
        assert_eq!(plain("Plată ȘTEARSĂ în-țară"), "plata stearsa in_tara");
        assert!(codes("semnatura").len() > 3);
    }
}
