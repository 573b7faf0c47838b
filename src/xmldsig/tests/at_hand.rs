//! What is taken where it lies, and what the parser finds, are one and the same: wherever the
//! pieces of a document end, it has one digest, one content, or one refusal.

use std::io::{self, BufReader, Read};

use proptest::prelude::*;

use super::*;
use crate::xmldsig::refusal::RefusalCode;
use crate::xmldsig::trust::Limits;

/// Gives a document in pieces of the lengths that it is told, again and again.
struct Pieces<'a> {
    rest: &'a [u8],
    lengths: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl<'a> Pieces<'a> {
    fn of(document: &'a [u8], lengths: &[usize]) -> Self {
        Self {
            rest: document,
            lengths: Vec::from(lengths).into_iter().cycle(),
        }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.lengths.next().unwrap_or(1).clamp(1, out.len());
        self.rest.read(&mut out[..length])
    }
}

/// What becomes of a document: who signed it, its digests and content; or its refusal.
fn outcome(source: impl Read, policy: &TrustPolicy) -> Result<(Verified, String), String> {
    let mut content = Transcript::default();
    match verify(BufReader::new(source), policy, &mut content) {
        Ok(verified) => Ok((verified, content.0)),
        Err(VerifyError::Refused(refusal)) => Err(refusal.code.as_str().to_owned()),
        Err(other) => Err(other.to_string()),
    }
}

/// The inside of an element: what is at hand, what is not, and what is no XML.
fn content() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z \n]{0,12}",
        3 => "[A-Za-z0-9+/]{250,900}={0,3}",
        2 => "(ș|ț|ă|😀|Я){1,40}",
        2 => "[\\]]{1,4}",
        1 => Just("&amp;".to_owned()),
        1 => Just("&#xD;".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("a>b".to_owned()),
        2 => Just("<e>x</e>".to_owned()),
        1 => Just("<e a='1' b=\">\"/>".to_owned()),
        1 => Just("<p:e xmlns:p='urn:test:1'>y</p:e >".to_owned()),
        1 => Just("<e xmlns=''><f/></e>".to_owned()),
    ];
    let flaw = prop_oneof![
        20 => Just(""),
        1 => Just("]]>"),
        1 => Just("\u{1}"),
        1 => Just("\u{FFFE}"),
        1 => Just("<!-- -->"),
        1 => Just("<?p?>"),
        1 => Just("<![CDATA[x]]>"),
        1 => Just("&x;"),
        1 => Just("&"),
        1 => Just("<e>"),
        1 => Just("</e>"),
        1 => Just("<1/>"),
        1 => Just("<e a='1'a='2'/>"),
    ];
    (prop::collection::vec(piece, 0..12), flaw, 0_usize..12).prop_map(|(mut pieces, flaw, at)| {
        pieces.insert(at.min(pieces.len()), flaw.to_owned());
        pieces.concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_pieces_of_a_document_have_one_outcome(
        inside in content(),
        lengths in prop::collection::vec(1_usize..700, 1..5),
    ) {
        let document = format!("<order xmlns='{NS}'><line>{inside}</line></order>");
        let policy = TrustPolicy::new(Vec::new(), NS, noon());
        let whole = outcome(document.as_bytes(), &policy);
        for lengths in [&lengths[..], &[1], &[7]] {
            let pieces = Pieces::of(document.as_bytes(), lengths);
            prop_assert_eq!(outcome(pieces, &policy), whole.clone(), "{:?}", lengths);
        }
    }

    #[test]
    fn any_pieces_have_one_canonical_form(
        inside in content(),
        lengths in prop::collection::vec(1_usize..700, 1..5),
    ) {
        let document = format!("<order xmlns='{NS}'><line>{inside}</line></order>");
        let canonical = |source: &mut dyn Read| {
            let mut out = Vec::new();
            let limits = Limits::default();
            let done = crate::xmldsig::canonical::canonicalize(source, &mut out, &limits);
            done.map(|()| out).map_err(|error| error.to_string())
        };
        let whole = canonical(&mut document.as_bytes());
        let pieces = canonical(&mut Pieces::of(document.as_bytes(), &lengths));
        // Where a flaw is found may differ within one text; what it is does not.
        prop_assert_eq!(pieces.is_ok(), whole.is_ok());
        if let (Ok(pieces), Ok(whole)) = (pieces, whole) {
            prop_assert_eq!(pieces, whole);
        }
    }
}

#[test]
fn a_signed_document_verifies_in_pieces_of_every_length() {
    let party = Party::new(KeyKind::P256);
    let key = party.key();
    let mut writer = SignedWriter::new(Vec::new(), &key, "order", NS, &[]).expect("a root");
    for length in [0, 1, 100, 300, 1000] {
        writer.start("image", &[("n", "1")]).expect("start");
        writer.text_base64(&vec![9; length]).expect("base64");
        writer.end().expect("end");
        let text = "ș]]a ".repeat(length / 9);
        writer.element("text", &[], &text).expect("element");
    }
    let (document, written) = writer.finish(noon(), "application/xml").expect("signed");
    let policy = party.policy();
    let whole = outcome(document.as_slice(), &policy).expect("verified");
    assert_eq!(whole.0.document_digest, written.document_digest);
    for length in (1..80).chain([255, 256, 257, 511, 4096]) {
        let pieces = outcome(Pieces::of(&document, &[length]), &policy);
        assert_eq!(pieces.as_ref(), Ok(&whole), "{length}");
    }
}

#[test]
fn a_text_is_too_long_in_pieces_as_it_is_as_a_whole() {
    let mut policy = TrustPolicy::new(Vec::new(), NS, noon());
    policy.limits.event_bytes = 100_000;
    for (text, expected) in [
        ("A".repeat(100_000), "SIGNATURE_MISSING"),
        ("A".repeat(100_001), "EVENT_LIMIT"),
        ("a ".repeat(50_001), "EVENT_LIMIT"),
        ("ș".repeat(50_001), "EVENT_LIMIT"),
        (format!("{}\r", "A".repeat(100_000)), "EVENT_LIMIT"),
        (format!("{}<e/>B", "A".repeat(100_000)), "SIGNATURE_MISSING"),
    ] {
        let document = format!("<order xmlns='{NS}'>{text}</order>");
        for length in [1, 100, 65_536, 1_000_000] {
            let pieces = Pieces::of(document.as_bytes(), &[length]);
            let refused = outcome(pieces, &policy).map(|_| ());
            assert_eq!(refused, Err(expected.to_owned()), "{length}");
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_are_told_by_their_place_wherever_pieces_end() {
    let party = Party::new(KeyKind::P256);
    let long = format!("<a xmlns=\"urn:test:1\">{}", "y".repeat(300));
    for (before, after) in [
        ("<a xmlns=\"urn:test:1\">\nab\u{219}", "cd</a>"),
        ("<a xmlns=\"urn:test:1\">x\r\n b", "</a>"),
        ("<a xmlns=\"urn:test:1\">x > y\n &amp; \u{219}", " z</a>"),
        ("<a xmlns=\"urn:test:1\">\n<b c='\u{219}", "'/></a>"),
        ("<a xmlns=\"urn:test:1\">\n<b", "></b></a>"),
        ("<a xmlns=\"urn:test:1\">\n<b></b", "></a>"),
        ("<a xmlns=\"urn:test:1\">\n<!-- \n", "--></a>"),
        ("<a xmlns=\"urn:test:1\">\n&am", "p;</a>"),
        ("\n ", "<a/>"),
        (long.as_str(), "</a>"),
    ] {
        let document = [before.as_bytes(), b"\xC3(", after.as_bytes()].concat();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().len() + 1;
        for lengths in [&[usize::MAX][..], &[1], &[2, 3], &[7]] {
            let pieces = BufReader::new(Pieces::of(&document, lengths));
            let outcome = verify(pieces, &party.policy(), &mut Transcript::default());
            let Err(VerifyError::Refused(refusal)) = outcome else {
                panic!("{before:?}: {outcome:?}");
            };
            assert_eq!(refusal.code, RefusalCode::EncodingForbidden, "{before:?}");
            let place = (refusal.line, refusal.column);
            let expected = (line.try_into().unwrap(), column.try_into().unwrap());
            assert_eq!(place, expected, "{before:?} {lengths:?}");
        }
    }
}
