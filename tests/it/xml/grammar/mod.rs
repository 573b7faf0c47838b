//! The productions of XML 1.0 (fifth edition) and Namespaces in XML 1.0, one by one: what we say of
//! small documents, where in them, and that libxml2 agrees.

mod document;
mod markup;
mod tags;

use std::fmt::Write as _;

use expect_test::Expect;

use crate::kit::environment::waived;
use crate::xml::verdicts::{Files, Form, canonical};

/// Documents that libxml2 accepts without a word and we refuse, each with the reason.
const LAXER: &[(&[u8], &str)] = &[
    (b"<a/>\0", "libxml2 takes it for the end of the file"),
    (
        b"<?xml version='1.0' encoding='UTF-8'standalone='yes'?><a/>",
        "libxml2 forgives the space that [32] demands",
    ),
    (b"<!DOCTYPE a><a/>", "a DTD changes what a document says"),
    (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "the same"),
    (b"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>", "the same"),
    (b"<?xml version='1.1'?><a/>", "XML 1.1 has other rules"),
    (b"<?xml version='1.10'?><a/>", "the same"),
    (
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>",
        "UTF-8 only",
    ),
    (b"<?xml version='1.0' encoding='US-ASCII'?><a/>", "the same"),
    (b"\xFF\xFE<\0a\0/\0>\0", "the same"),
    (b"\xFE\xFF\0<\0a\0/\0>", "the same"),
    (
        b"<a xmlns='b'/>",
        "a relative name has no canonical form (Canonical XML 1.0 1.3)",
    ),
    (b"<a xmlns:b='../c' b:d=''/>", "the same"),
    (b"<a xmlns='#b'/>", "the same"),
    (b"<a xmlns='1b:c'/>", "the same"),
    (b"<a xmlns=':b'/>", "the same"),
];

/// What we say of a document.
fn verdict(document: &[u8]) -> String {
    match canonical(document, Form::WithComments) {
        Ok(_) => String::from("accepted"),
        Err(refusal) => format!("{} {}:{}", refusal.code, refusal.line, refusal.column),
    }
}

/// Says what we say of each document, and requires that libxml2 agrees.
fn check(documents: &[&[u8]], expected: &Expect) {
    let mut told = String::new();
    for document in documents {
        let verdict = verdict(document);
        writeln!(told, "{verdict:26} {}", document.escape_ascii()).unwrap();
    }
    expected.assert_eq(&told);
    if waived("xmllint") {
        return;
    }
    let complaints = Files::of(documents.iter().copied()).complaints();
    for (document, theirs) in documents.iter().zip(complaints) {
        let is_accepted = verdict(document) == "accepted";
        let is_laxer = LAXER.iter().any(|(known, _)| known == document);
        let is_refused = theirs.malformed || theirs.namespaces;
        let text = document.escape_ascii();
        assert_eq!(is_accepted || is_laxer, !is_refused, "{text}: {theirs:?}");
    }
}
