//! Rust files as pieces: code, comments and literals told apart, no more.
#![expect(
    clippy::string_slice,
    reason = "texts are cut where a piece was found to begin or to end"
)]

use std::path::{Path, PathBuf};

/// One piece of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Piece<'a> {
    /// Anything that is not one of the others.
    Code(&'a str),
    /// A line or block comment with its marks, documentation too.
    Comment(&'a str),
    /// What stands between the quotes of a string, as written.
    Text(&'a str),
    /// A character literal with its quotes.
    Character(&'a str),
}

/// A file of the project.
pub(crate) struct RustFile {
    /// From the root of the project, with `/`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

impl RustFile {
    /// Reads every Rust file in and below a folder, in the order of their paths.
    pub(crate) fn all_in(folder: &str) -> Vec<Self> {
        files_in(Path::new(folder))
            .into_iter()
            .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
            .map(|path| Self {
                text: std::fs::read_to_string(&path).unwrap(),
                path: path.display().to_string(),
            })
            .collect()
    }

    /// Whether the whole file is compiled for tests only.
    pub(crate) fn is_test(&self) -> bool {
        let path = self.path.as_str();
        let last_words = ["/tests.rs", "_tests.rs", "/test_kit.rs"];
        last_words.iter().any(|end| path.ends_with(end)) || path.contains("/tests/")
    }

    /// The part before the file's test module, which style puts at its end.
    pub(crate) fn released(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod tests {");
        &self.text[..end.unwrap_or(self.text.len())]
    }
}

/// Every file in and below a folder, sorted.
pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_in(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Cuts a text into pieces, in order; together they are the whole text but for quotes.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut code_from = 0;
    let mut at = 0;
    while at < text.len() {
        let Some((piece, length)) = literal_or_comment(text, at) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        found.push(Piece::Code(&text[code_from..at]));
        found.push(piece);
        at += length;
        code_from = at;
    }
    found.push(Piece::Code(&text[code_from..]));
    found.retain(|piece| *piece != Piece::Code(""));
    found
}

/// The text without comments, and with empty literals.
pub(crate) fn code_of(text: &str) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Code(code) => code,
            Piece::Comment(_) => " ",
            Piece::Text(_) | Piece::Character(_) => "\"\"",
        })
        .collect()
}

/// The comment or literal that begins at `at`, with its length.
fn literal_or_comment(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let rest = &text[at..];
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return Some((Piece::Comment(&rest[..length]), length));
    }
    if rest.starts_with("/*") {
        let length = block_comment(rest);
        return Some((Piece::Comment(&rest[..length]), length));
    }
    if rest.starts_with('"') {
        let length = quoted(rest, '"')?;
        return Some((Piece::Text(&rest[1..length - 1]), length));
    }
    if rest.starts_with('\'') {
        let length = character(rest)?;
        return Some((Piece::Character(&rest[..length]), length));
    }
    let begins_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if begins_word && (rest.starts_with('r') || rest.starts_with("br")) {
        return raw_text(rest);
    }
    None
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a literal up to its closing quote.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return Some(at + 1);
        }
    }
    None
}

/// The length of a character literal; `None` for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.chars().skip(1);
    let (first, second) = (chars.next()?, chars.next()?);
    if first == '\\' || second == '\'' {
        quoted(rest, '\'')
    } else {
        None
    }
}

fn raw_text(rest: &str) -> Option<(Piece<'_>, usize)> {
    let after_r = &rest[rest.find('r')? + 1..];
    let marks = after_r.chars().take_while(|c| *c == '#').count();
    let inner = after_r[marks..].strip_prefix('"')?;
    let end = inner.find(&format!("\"{}", "#".repeat(marks)))?;
    let length = rest.len() - inner.len() + end + 1 + marks;
    Some((Piece::Text(&inner[..end]), length))
}

#[test]
fn a_file_is_cut_into_code_comments_and_literals() {
    let text = r##"fn f<'a>() { g("a \" // b", 'x', '\'', br#"c"d"#); } // "e" /* f
/* g /* h */ i */ let r = 1;"##;
    assert_eq!(
        pieces(text),
        [
            Piece::Code("fn f<'a>() { g("),
            Piece::Text("a \\\" // b"),
            Piece::Code(", "),
            Piece::Character("'x'"),
            Piece::Code(", "),
            Piece::Character("'\\''"),
            Piece::Code(", "),
            Piece::Text("c\"d"),
            Piece::Code("); } "),
            Piece::Comment("// \"e\" /* f"),
            Piece::Code("\n"),
            Piece::Comment("/* g /* h */ i */"),
            Piece::Code(" let r = 1;"),
        ]
    );
}
