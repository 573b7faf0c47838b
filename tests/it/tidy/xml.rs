//! One parser of XML, and no second parse: what is believed is what was hashed.

use crate::kit::rust_source::{Piece, RustFile, code_of, pieces};
use crate::tidy::manifest;

/// The only parser; the wall around its users is in `walls.rs`.
const PARSER: &str = "quick_xml";

/// What parsers of XML call themselves, besides `…xml…`.
const PARSERS: &[&str] = &["bergshamra", "html5ever", "sxd_document", "samael", "xot"];

/// What reads a document by itself, instead of taking the events that are hashed.
const OWN_READING: &[&str] = &["canonicalize", "StrictReader", "quick_xml", "StrictError"];

/// What the tests of documents share.
const FOR_TESTS: &[&str] = &["/fixtures.rs", "/trial.rs"];

/// Whether a dependency reads XML.
fn reads_xml(name: &str) -> bool {
    name.contains("xml") || PARSERS.contains(&name)
}

/// What a file of the bureau's documents reads of XML by itself.
fn own_readings(text: &str) -> Vec<String> {
    let code = code_of(text);
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let named = words.filter(|word| OWN_READING.contains(word));
    // Whoever looks for `<` in a text is about to take it apart.
    let searched = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Text(text) | Piece::Character(text) if text.contains('<') => Some(text),
        Piece::Text(_) | Piece::Character(_) | Piece::Code(_) | Piece::Comment(_) => None,
    });
    named.chain(searched).map(str::to_owned).collect()
}

#[test]
fn there_is_one_parser_of_xml() {
    let found: Vec<_> = manifest::dependencies()
        .into_iter()
        .filter(|name| reads_xml(name))
        .collect();
    // The gateway's own module is no dependency.
    assert_eq!(found, [PARSER]);
}

#[test]
fn readers_of_documents_take_the_events_that_are_hashed() {
    let files = RustFile::all_in("src/bureau");
    let read: Vec<_> = files
        .iter()
        .filter(|file| !file.is_test() && !FOR_TESTS.iter().any(|name| file.path.ends_with(name)))
        .collect();
    assert!(read.len() > 20, "only {} files", read.len());
    for file in &read {
        let found = own_readings(file.released());
        assert!(found.is_empty(), "{}: {found:?}", file.path);
    }
    let by_events = |file: &&&RustFile| code_of(file.released()).contains("ContentReader for");
    let readers: Vec<_> = read
        .iter()
        .filter(by_events)
        .map(|file| &file.path)
        .collect();
    assert_eq!(readers, ["src/bureau/reader.rs"]);
}

#[test]
fn a_second_parser_is_seen() {
    for name in [
        "roxmltree",
        "xml",
        "libxml",
        "quick_xml",
        "serde_xml_rs",
        "xmlparser",
        "xot",
    ] {
        assert!(reads_xml(name), "{name}");
    }
    for name in ["serde_json", "sqlx", "openssl"] {
        assert!(!reads_xml(name), "{name}");
    }
    for text in [
        "use quick_xml::Reader;",
        "canonicalize(source, &mut sink, &limits)",
        "let (_, rest) = text.split_once(\"<Header>\");",
        "let at = text.find('<');",
    ] {
        assert_eq!(own_readings(text).len(), 1, "{text}");
    }
    let harmless = "// <Header>, by canonicalize\nif a < b { read_document(source) }";
    assert_eq!(own_readings(harmless), [""; 0]);
}
