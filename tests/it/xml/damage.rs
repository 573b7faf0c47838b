//! Documents with a fault: what libxml2 refuses, we refuse; what we accept, it reads as we do.

use cei_gateway::random::Random;
use cei_gateway::xmldsig::refusal::RefusalCode;

use crate::kit::environment::waived;
use crate::xml::documents::document;
use crate::xml::verdicts::{Files, Form, canonical};

const DOCUMENTS: usize = 3000;

/// What a fault may leave behind: the signs of markup, and bytes that no document has.
const PIECES: [&[u8]; 24] = [
    b"<",
    b">",
    b"&",
    b";",
    b"\"",
    b"'",
    b"=",
    b"/",
    b"!",
    b"?",
    b"-",
    b"[",
    b"]",
    b":",
    b"#",
    b" ",
    b"\r",
    b"\0",
    b"\x0B",
    b"\x80",
    b"\xFF",
    b"]]>",
    b"--",
    b"xmlns:a=''",
];

fn below(random: &Random, bound: usize) -> usize {
    let bound = u64::try_from(bound.max(1)).unwrap();
    usize::try_from(random.below(bound)).unwrap()
}

/// Flips, cuts, doubles, moves or inserts something.
fn damage(bytes: &mut Vec<u8>, random: &Random) {
    let at = below(random, bytes.len());
    let length = below(random, 6).min(bytes.len() - at);
    match below(random, 7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << below(random, 8),
        1 => drop(bytes.drain(at..at + length)),
        2 => bytes.truncate(at),
        3 => {
            let piece = bytes[at..at + length].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => {
            let piece: Vec<u8> = bytes.drain(at..at + length).collect();
            let to = below(random, bytes.len());
            bytes.splice(to..to, piece);
        }
        _ => {
            let piece = PIECES[below(random, PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}

fn damaged() -> Vec<Vec<u8>> {
    let random = Random::seeded(1_848);
    let mut damaged = Vec::with_capacity(DOCUMENTS);
    while damaged.len() < DOCUMENTS {
        let mut bytes = document(&random).with_comments.into_bytes();
        if bytes.len() > 3000 {
            continue;
        }
        for _ in 0..=below(&random, 2) {
            damage(&mut bytes, &random);
        }
        damaged.push(bytes);
    }
    damaged
}

/// Refused by us alone, by decision: what `docs/signature-profile.md` says of each.
fn is_stricter_by_decision(code: RefusalCode) -> bool {
    matches!(
        code,
        RefusalCode::DoctypeForbidden
            | RefusalCode::EncodingForbidden
            | RefusalCode::VersionForbidden
            | RefusalCode::NamespaceRelative
    )
}

#[test]
fn what_libxml2_refuses_we_refuse_and_what_we_accept_we_read_as_it_does() {
    if waived("xmllint") {
        return;
    }
    let documents = damaged();
    let complaints = Files::of(documents.iter().map(Vec::as_slice)).complaints();
    let mut wrong = Vec::new();
    let mut accepted = Vec::new();
    for (document, theirs) in documents.iter().zip(complaints) {
        let is_bad = theirs.malformed || theirs.namespaces;
        let agreed = match canonical(document, Form::WithComments) {
            Ok(form) => {
                // What is no URI has no canonical form in libxml2.
                accepted.extend((!theirs.names).then_some((document, form)));
                !is_bad
            }
            // libxml2 takes NUL behind the root for the end of the file.
            Err(refusal) => {
                is_bad || is_stricter_by_decision(refusal.code) || document.contains(&0)
            }
        };
        if !agreed {
            let text = document.escape_ascii();
            wrong.push(format!("libxml2 says {theirs:?} of {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    // A generator whose faults all pass, or are all refused, would prove little.
    let some = DOCUMENTS / 10..DOCUMENTS * 3 / 4;
    assert!(some.contains(&accepted.len()), "{}", accepted.len());
    assert_read_alike(&accepted);
}

fn assert_read_alike(accepted: &[(&Vec<u8>, Vec<u8>)]) {
    let files = Files::of(accepted.iter().map(|(document, _)| document.as_slice()));
    let ours: Vec<u8> = accepted.iter().flat_map(|(_, form)| form.clone()).collect();
    if files.canonical() == ours {
        return;
    }
    for (number, (document, ours)) in accepted.iter().enumerate() {
        let (ours, theirs) = (ours.escape_ascii(), files.canonical_of(number));
        let theirs = theirs.escape_ascii().to_string();
        assert_eq!(ours.to_string(), theirs, "{}", document.escape_ascii());
    }
}
