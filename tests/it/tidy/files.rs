//! Sizes and words of the sources.

use std::path::Path;

use crate::kit::rust_source::{Piece, RustFile, files_in, pieces};

/// Longer than this, a file holds two concepts; find the second one.
const LINES_MAX: usize = 450;

/// A file of tests is a list, which may be longer.
const TEST_LINES_MAX: usize = 700;

/// Names that say nothing about what a thing is.
const EMPTY_WORDS: &[&str] = &[
    "util", "utils", "helper", "helpers", "manager", "common", "misc",
];

/// Marks of unfinished work. What is known to be missing stands in the issue tracker.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Ş, ş, Ţ, ţ: the cedilla letters that are not Romanian, though they look like Ș, ș, Ț, ț.
const CEDILLAS: &[char] = &['\u{15e}', '\u{15f}', '\u{162}', '\u{163}'];

fn sources() -> Vec<RustFile> {
    let mut files = RustFile::all_in("src");
    files.extend(RustFile::all_in("tests"));
    files.extend(RustFile::all_in("fuzz/src"));
    files.extend(RustFile::all_in("fuzz/fuzz_targets"));
    files
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

#[test]
fn no_file_is_long() {
    for file in sources() {
        let lines = file.text.lines().count();
        let is_test = file.is_test() || file.path.starts_with("tests/");
        let max = if is_test { TEST_LINES_MAX } else { LINES_MAX };
        assert!(lines <= max, "{}: {lines} lines, at most {max}", file.path);
    }
}

#[test]
fn every_file_begins_with_what_it_owns() {
    for file in sources().iter().filter(|file| !file.is_test()) {
        assert!(
            file.text.starts_with("//! "),
            "{}: the first line says what the module owns",
            file.path
        );
    }
}

/// Whether a name says nothing of what it names.
fn is_empty_word(name: &str) -> bool {
    name.split('_').any(|part| EMPTY_WORDS.contains(&part)) || name.ends_with("manager")
}

#[test]
fn names_say_what_a_thing_is() {
    assert!(is_empty_word("string_utils") && is_empty_word("paymentmanager"));
    assert!(!is_empty_word("batcher"));
    for file in sources() {
        let stem = Path::new(&file.path).file_stem().unwrap().to_str().unwrap();
        let says_nothing = is_empty_word(stem) || stem.starts_with("process_");
        assert!(!says_nothing, "{}: what is it?", file.path);
        for piece in pieces(&file.text) {
            let Piece::Code(code) = piece else { continue };
            let names: Vec<_> = words(code).collect();
            for pair in names.windows(2) {
                let declares = ["mod", "fn", "struct", "enum", "trait"].contains(&pair[0]);
                let says_nothing = is_empty_word(&pair[1].to_lowercase());
                assert!(!(declares && says_nothing), "{}: {}", file.path, pair[1]);
            }
        }
    }
}

#[test]
fn no_comment_speaks_of_unfinished_work() {
    for file in sources() {
        for piece in pieces(&file.text) {
            let Piece::Comment(comment) = piece else {
                continue;
            };
            let mark = words(comment).find(|word| UNFINISHED.contains(word));
            assert!(mark.is_none(), "{}: {comment}", file.path);
        }
    }
}

#[test]
fn romanian_is_written_with_commas_below() {
    // A letter that stands alone is spoken about, not written with.
    let is_wrong =
        |text: &str| words(text).any(|word| word.chars().count() > 1 && word.contains(CEDILLAS));
    assert!(is_wrong("la Bucure\u{15f}ti") && !is_wrong("București, not \u{15f}"));
    for file in RustFile::all_in("src")
        .iter()
        .filter(|file| !file.is_test())
    {
        for piece in pieces(file.released()) {
            // Comments may speak about the wrong letters.
            if let Piece::Text(text) = piece {
                assert!(!is_wrong(text), "{}: {text}", file.path);
            }
        }
    }
    for folder in ["docs", "migrations", "scripts"] {
        for path in files_in(Path::new(folder)) {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            assert!(!is_wrong(&text), "{}", path.display());
        }
    }
}

#[test]
fn migrations_come_in_pairs_with_numbers_that_grow() {
    let names = |folder: &str| -> Vec<String> {
        files_in(Path::new(folder))
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect()
    };
    let postgres = names("migrations/postgres");
    assert_eq!(postgres, names("migrations/sqlite"));
    // A number may be missing: two changes at once took one each, and one of them did without.
    let number = |name: &String| -> i64 { name.split('_').next().unwrap().parse().unwrap() };
    for pair in postgres.windows(2) {
        assert!(number(&pair[0]) < number(&pair[1]), "{pair:?}");
    }
}
