//! The example as people read it: with line breaks, cuts and numbers.

use std::fmt::Write as _;

/// Longer base64 is cut.
const BASE64_MAX: usize = 100;

/// What begins the lines to which the notes under the example belong, in their order.
const NOTES: [(&str, &str); 11] = [
    ("<order ", "1"),
    ("<ds:Signature ", "2"),
    ("<ds:SignedInfo>", "3"),
    ("<ds:Reference Id=", "4"),
    ("<ds:DigestValue>", "5"),
    ("<ds:DigestValue>", "6"),
    ("<ds:SignatureValue ", "7"),
    ("<xades:QualifyingProperties ", "8"),
    ("<xades:SigningTime>", "9"),
    ("<ds:DigestValue>", "10"),
    ("<xades:DataObjectFormat ", "4"),
];

/// A signed document with its signature on many lines, and numbers in front.
pub(super) fn annotated(signed: &str) -> String {
    let (before, rest) = signed.split_once("<ds:Signature ").expect("a signature");
    let (signature, after) = rest.split_once("</ds:Signature>").expect("its end");
    let signature = indented(&format!("<ds:Signature {signature}</ds:Signature>"));
    let mut notes = NOTES.iter().peekable();
    let mut out = String::new();
    for line in format!("{before}{signature}{after}").lines() {
        let note = notes.next_if(|(start, _)| line.trim_start().starts_with(start));
        let number = note.map_or(String::new(), |(_, number)| format!("({number})"));
        writeln!(out, "{number:4} {line}").unwrap();
    }
    assert_eq!(notes.next(), None, "a note without its line");
    out
}

/// An element on lines of its own for each part, and long base64 cut.
fn indented(element: &str) -> String {
    let mut out = String::new();
    let mut depth = 1_usize;
    let mut was_start = false;
    for piece in element.split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.find('<').expect("a tag"));
        let is_end = tag.starts_with("</");
        depth -= usize::from(is_end);
        // What has only text in it stays on its line.
        if !(is_end && was_start) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&"  ".repeat(depth));
        }
        match text.get(..BASE64_MAX) {
            Some(start) => write!(out, "{start:.40}…").unwrap(),
            None => out.push_str(text),
        }
        out.push_str(tag);
        depth += usize::from(!is_end);
        was_start = !is_end;
    }
    out
}

/// One line on several, with a backslash where it was broken: between elements.
pub(super) fn broken(line: &str) -> String {
    const WIDTH: usize = 100;
    let mut out = String::new();
    let mut width = 0;
    for piece in line.split_inclusive('>') {
        if width > 0 && width + piece.len() > WIDTH {
            out.push_str("\\\n");
            width = 0;
        }
        out.push_str(piece);
        width += piece.len();
    }
    out
}

#[test]
fn a_broken_line_is_whole_again_without_its_breaks() {
    let line = "<a xmlns=\"urn:x\">text</a>".repeat(20);
    let broken = broken(&line);
    assert!(broken.lines().count() > 3);
    assert_eq!(broken.replace("\\\n", ""), line);
}
