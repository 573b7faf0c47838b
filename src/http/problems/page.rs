//! The catalogue for people: pages that problem documents point to, and the document about all.

use std::fmt::Write;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::sha::sha256;

use crate::http::problems::catalogue::{CATALOGUE, Entry};
use crate::words::{Explanation, Language};

/// The catalogue as a Markdown document.
pub fn render() -> String {
    let mut text = String::from(
        "# Problems\n\n\
         Every refusal of the API is a problem document (RFC 9457). Its `code` is stable; title \
         and detail are in Romanian or English, as `Accept-Language` asks. The faults of an \
         application, which stand in `errors`, have codes of their own.\n\n\
         | status | code | what is wrong | what to do |\n\
         |---|---|---|---|\n",
    );
    for entry in CATALOGUE {
        let Entry {
            code,
            status,
            title_en,
            todo_en,
            ..
        } = entry;
        // Writing to a string cannot fail.
        let _written = writeln!(text, "| {status} | `{code}` | {title_en} | {todo_en} |");
    }
    text
}

/// The page of one problem.
pub(crate) fn html_of(entry: &Entry) -> String {
    page(
        entry.code,
        &format!(
            "<p><a href=\"/problems\">Probleme</a></p>\n<h1><code>{}</code></h1>\n\
             <p class=\"soft\">HTTP {}</p>\n{}",
            entry.code,
            entry.status,
            section(entry)
        ),
    )
}

/// The page of all problems.
pub(crate) fn html_of_all() -> String {
    let mut rows = String::new();
    for entry in CATALOGUE {
        let Entry {
            code,
            status,
            title_ro,
            title_en,
            ..
        } = entry;
        // Writing to a string cannot fail.
        let _written = writeln!(
            rows,
            "<div><dt><a href=\"/problems/{code}\"><code>{code}</code></a></dt>\
             <dd class=\"status\">{status}</dd>\
             <dd lang=\"ro\">{title_ro}</dd><dd lang=\"en\">{title_en}</dd></div>"
        );
    }
    page(
        "Probleme · cei-gateway",
        &format!(
            "<h1>Probleme</h1>\n<p>Fiecare refuz al interfeței este un document RFC 9457 cu unul \
             dintre aceste coduri. <span class=\"soft\" lang=\"en\">Every refusal of the API is an \
             RFC 9457 document with one of these codes.</span></p>\n<dl>\n{rows}</dl>"
        ),
    )
}

fn section(entry: &Entry) -> String {
    let told = Explanation::from(entry);
    let ro = ["De ce", "Ce este de făcut", "Cine", "Se poate repeta"];
    let en = ["Why", "What to do", "Who does it", "May be repeated"];
    let mut text = String::new();
    for (language, labels) in [(Language::Romanian, ro), (Language::English, en)] {
        let [title, happened, rest @ ..] = told.answers().map(|text| text.of(language));
        let tag = language.tag();
        // Writing to a string cannot fail.
        let _written = write!(
            text,
            "<section lang=\"{tag}\">\n<h2>{title}</h2>\n<p>{happened}</p>\n"
        );
        for (label, answer) in labels.into_iter().zip(rest) {
            let _written = writeln!(text, "<p><b>{label}</b><br>{answer}</p>");
        }
        text.push_str("</section>\n");
    }
    text
}

/// The look of the pages, light and dark as the reader's system asks.
const STYLE: &str = include_str!("page.css");

/// The policy of the pages: their one style, known by its digest, and nothing else.
pub(crate) static PAGE_CSP: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(sha256(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'"
    )
});

/// A page without any script; the texts are ours and hold nothing to be escaped.
fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"ro\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n\
         </main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_made_of_words() {
        let codes: BTreeSet<&str> = CATALOGUE.iter().map(|entry| entry.code).collect();
        assert_eq!(codes.len(), CATALOGUE.len());
        for code in codes {
            let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            assert!(code.bytes().all(is_word), "{code}");
        }
    }

    #[test]
    fn every_problem_says_what_to_do_in_both_languages() {
        for entry in CATALOGUE {
            assert!((400..600).contains(&entry.status), "{}", entry.code);
            for text in [entry.title_en, entry.todo_en, entry.title_ro, entry.todo_ro] {
                assert!(text.ends_with('.'), "{}: {text}", entry.code);
                assert!(!text.contains(['<', '&', '|', 'ş', 'ţ']), "{text}");
            }
        }
    }

    #[test]
    fn the_document_and_the_pages_name_every_problem() {
        let (document, all) = (render(), html_of_all());
        for entry in CATALOGUE {
            let row = format!("| {} | `{}` |", entry.status, entry.code);
            assert!(document.contains(&row), "{row}");
            assert!(all.contains(&format!("/problems/{}\"", entry.code)));
            let page = html_of(entry);
            for text in Explanation::from(*entry).answers() {
                assert!(
                    page.contains(text.ro) && page.contains(text.en),
                    "{}",
                    text.en
                );
            }
        }
    }

    #[test]
    fn the_policy_allows_the_style_that_the_page_carries() {
        let all = html_of_all();
        let (_, rest) = all.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let digest = STANDARD.encode(sha256(style.as_bytes()));
        assert!(PAGE_CSP.contains(&format!("style-src 'sha256-{digest}'")));
        assert!(!PAGE_CSP.contains("unsafe"));
    }
}
