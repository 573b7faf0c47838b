//! Thousands of documents: our canonical form is libxml2's, byte by byte.

use cei_gateway::random::Random;

use crate::kit::environment::waived;
use crate::xml::documents::{Document, document};
use crate::xml::verdicts::{Files, Form, canonical};

const DOCUMENTS: usize = 3000;

fn documents() -> Vec<Document> {
    let random = Random::seeded(20_260_302);
    (0..DOCUMENTS).map(|_| document(&random)).collect()
}

/// Requires that our canonical forms of `ours` are those of libxml2 of `theirs`, with comments.
fn assert_agreed(ours: &[&str], form: Form, theirs: &[&str]) {
    let ours: Vec<Vec<u8>> = ours
        .iter()
        .map(|text| {
            canonical(text.as_bytes(), form).unwrap_or_else(|refusal| panic!("{refusal}: {text:?}"))
        })
        .collect();
    let files = Files::of(theirs.iter().map(|text| text.as_bytes()));
    if files.canonical() == ours.concat() {
        return;
    }
    for (number, ours) in ours.iter().enumerate() {
        let (ours, theirs_text) = (String::from_utf8_lossy(ours), theirs[number]);
        let theirs = files.canonical_of(number);
        let theirs = String::from_utf8_lossy(&theirs);
        assert_eq!(ours, theirs, "of {theirs_text:?}");
    }
    panic!("all documents together differ, and none alone");
}

/// xmllint keeps comments always, so of the form without them it judges the same documents, written
/// without any.
#[test]
fn thousands_of_documents_have_the_canonical_forms_of_libxml2() {
    if waived("xmllint") {
        return;
    }
    let documents = documents();
    let with: Vec<&str> = documents
        .iter()
        .map(|one| one.with_comments.as_str())
        .collect();
    let without: Vec<&str> = documents
        .iter()
        .map(|one| one.without_comments.as_str())
        .collect();
    assert_agreed(&with, Form::WithComments, &with);
    assert_agreed(&with, Form::WithoutComments, &without);
    assert_varied(&with);
}

#[test]
fn the_canonical_form_of_a_canonical_form_is_itself() {
    let random = Random::seeded(7);
    for _ in 0..200 {
        let document = document(&random);
        for form in [Form::WithComments, Form::WithoutComments] {
            let once = canonical(document.with_comments.as_bytes(), form).unwrap();
            assert_eq!(canonical(&once, form).unwrap(), once);
        }
    }
}

/// Requires that the documents have everything that XML has, or they prove less than it says.
fn assert_varied(documents: &[&str]) {
    let all = documents.concat();
    for part in [
        "<![CDATA[",
        "<!--",
        "<?",
        "&amp;",
        "&#x",
        "\r\n",
        "\r<",
        "xmlns=\"\"",
        "xmlns:xml=",
        "xml:lang",
        "xml:space",
        "xml:base",
        "xml:id",
        "😀",
        "țz:",
        "\u{FEFF}<?xml",
        "standalone",
        "]]&gt;",
        "/>",
        "\u{10300}n",
    ] {
        assert!(all.contains(part), "{part:?}");
    }
}
