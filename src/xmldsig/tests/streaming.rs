//! Large documents, faults of the content, and sources that fail.

use std::io::{self, BufReader, Read};

use super::*;
use crate::xmldsig::event::{Event, Kind};
use crate::xmldsig::sign::WriteError;
use crate::xmldsig::strict::StrictReader;
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris::Namespaces;

/// A document of many lines that is never whole in memory.
struct Endless {
    lines: usize,
    line: Vec<u8>,
    waiting: Vec<u8>,
    at: usize,
}

impl Endless {
    fn new(lines: usize, image_bytes: usize) -> Self {
        let image = "MIIB".repeat(image_bytes / 4);
        Self {
            lines,
            line: format!("<line n=\"1\"><name>Ș &amp; Ț</name><image>{image}</image></line>\n")
                .into_bytes(),
            waiting: b"<order xmlns=\"urn:test:1\">\n".to_vec(),
            at: 0,
        }
    }
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.waiting.len() {
            if self.lines == 0 {
                return Ok(0);
            }
            self.lines -= 1;
            self.at = 0;
            self.waiting = if self.lines == 0 {
                b"</order>".to_vec()
            } else {
                self.line.clone()
            };
        }
        let count = (&self.waiting[self.at..]).read(out)?;
        self.at += count;
        Ok(count)
    }
}

#[test]
fn memory_does_not_grow_with_the_document() {
    let limits = Limits::default();
    let mut kept = Vec::new();
    for lines in [20, 1000] {
        let source = BufReader::new(Endless::new(lines, 60_000));
        let mut reader = StrictReader::new(source, &limits, Namespaces::Any);
        let mut most = 0;
        let is_last = |event: &Event<'_>| matches!(event.kind, Kind::EndOfDocument);
        while !reader.next(is_last).expect("well formed") {
            most = most.max(reader.held_bytes());
        }
        assert!(reader.input().offset() > u64::try_from(lines - 1).unwrap() * 60_000);
        kept.push(most);
    }
    assert_eq!(kept[0], kept[1]);
    assert!(kept[1] < 512 * 1024, "{kept:?}");
}

#[test]
fn a_writer_keeps_little_of_what_it_writes() {
    let party = Party::new(KeyKind::P256);
    let key = party.key();
    let mut writer = SignedWriter::new(io::sink(), &key, "order", NS, &[]).expect("a root");
    let image = vec![7; 100_000];
    for _ in 0..50 {
        writer.start("image", &[]).expect("start");
        writer.text_base64(&image).expect("base64");
        writer.end().expect("end");
        assert!(writer.held_bytes() <= 256 * 1024, "{}", writer.held_bytes());
    }
    let (_, written) = writer.finish(noon(), "application/xml").expect("signed");
    assert!(written.size_bytes > 50 * 133_000);
}

#[test]
fn large_documents_verify_whatever_the_size_of_the_pieces() {
    let party = Party::new(KeyKind::P256);
    let key = party.key();
    let mut writer = SignedWriter::new(Vec::new(), &key, "order", NS, &[]).expect("a root");
    for length in [0, 1, 2, 3, 24_575, 24_576, 24_577, 70_000] {
        writer.start("image", &[]).expect("start");
        writer.text_base64(&vec![9; length]).expect("base64");
        writer.end().expect("end");
        writer
            .element("text", &[], &"ș<>\r".repeat(length / 4))
            .expect("element");
    }
    let (document, written) = writer.finish(noon(), "application/xml").expect("signed");
    let verified = check(&document, &party.policy()).expect("verified");
    assert_eq!(verified.document_digest, written.document_digest);
    // One byte more before the root, and the two hashes part at once.
    let declared = [b"<?xml version='1.0'?>", document.as_slice()].concat();
    let verified = check(&declared, &party.policy()).expect("verified");
    assert_eq!(verified.document_digest, written.document_digest);
    assert_eq!(verified.sha256, openssl::sha::sha256(&declared));
    for width in [1, 7, 4096] {
        let slow = Slow {
            bytes: &document,
            width,
        };
        let verified =
            verify(BufReader::new(slow), &party.policy(), &mut IgnoreContent).expect("verified");
        assert_eq!(verified.sha256, written.sha256, "{width}");
    }
}

/// Gives a few bytes at a time.
struct Slow<'a> {
    bytes: &'a [u8],
    width: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let width = self.width.min(out.len());
        self.bytes.read(&mut out[..width])
    }
}

/// A source that breaks.
struct Broken<'a>(&'a [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(io::Error::other("the cable is cut")),
            count => Ok(count),
        }
    }
}

#[test]
fn a_source_that_fails_is_not_a_refusal() {
    let party = Party::new(KeyKind::P256);
    let (document, _) = sample(&party.key());
    let broken = Broken(&document[..200]);
    let outcome = verify(BufReader::new(broken), &party.policy(), &mut IgnoreContent);
    assert!(matches!(outcome, Err(VerifyError::Read(_))), "{outcome:?}");
}

/// Does not like names.
struct NoNames;

impl ContentReader for NoNames {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        match element.local_name() {
            "name" => Err(ContentFault::new(
                "UNEXPECTED",
                "an element that is not expected",
            )),
            "image" => panic!("shown after a fault"),
            _ => Ok(()),
        }
    }

    fn text(&mut self, _text: &str) -> Result<(), ContentFault> {
        Ok(())
    }

    fn end(&mut self, _namespace: &str, _local_name: &str) -> Result<(), ContentFault> {
        Ok(())
    }
}

#[test]
fn a_fault_of_the_content_is_told_only_when_the_signature_is_good() {
    let party = Party::new(KeyKind::P256);
    let (document, _) = sample(&party.key());
    let outcome = verify(document.as_slice(), &party.policy(), &mut NoNames);
    let Err(VerifyError::Content {
        fault,
        line,
        column,
    }) = outcome
    else {
        panic!("{outcome:?}")
    };
    let document = String::from_utf8(document).expect("UTF-8");
    let second = document.lines().nth(1).expect("a second line");
    let column_of_name = u64::try_from(second.find("<name>").expect("a name") + 1).unwrap();
    assert_eq!(
        (fault.code, line, column),
        ("UNEXPECTED", 2, column_of_name)
    );

    let forged = document.replace("number=\"7\"", "number=\"8\"");
    let outcome = verify(forged.as_bytes(), &party.policy(), &mut NoNames);
    assert!(
        matches!(outcome, Err(VerifyError::Refused(_))),
        "{outcome:?}"
    );
}

#[test]
fn a_writer_refuses_what_would_not_be_xml() {
    let party = Party::new(KeyKind::P256);
    let key = party.key();
    let new = |name: &str, namespace: &str, attributes: &[(&str, &str)]| {
        SignedWriter::new(Vec::new(), &key, name, namespace, attributes).map(|_| ())
    };
    assert!(matches!(new("a b", NS, &[]), Err(WriteError::Name(_))));
    assert!(matches!(new("p:a", NS, &[]), Err(WriteError::Name(_))));
    assert!(matches!(new("a", "", &[]), Err(WriteError::Namespace(_))));
    assert!(matches!(
        new("a", "relative", &[]),
        Err(WriteError::Namespace(_))
    ));
    assert!(matches!(
        new("a", NS, &[("xmlns", "urn:x")]),
        Err(WriteError::Name(_))
    ));
    assert!(matches!(
        new("a", NS, &[("b", "\u{1}")]),
        Err(WriteError::Character(_))
    ));
    let twice = new("a", NS, &[("b", "1"), ("c", "2"), ("b", "3")]);
    assert!(matches!(twice, Err(WriteError::RepeatedAttribute(_))));

    let mut writer = SignedWriter::new(Vec::new(), &key, "a", NS, &[]).expect("a root");
    assert!(matches!(writer.end(), Err(WriteError::NothingOpen)));
    assert!(matches!(writer.text("\0"), Err(WriteError::Character(_))));
    assert!(matches!(
        writer.text("\u{FFFF}"),
        Err(WriteError::Character(_))
    ));
    writer.start("b", &[]).expect("start");
    let unfinished = writer.finish(noon(), "application/xml").map(|_| ());
    assert!(matches!(unfinished, Err(WriteError::StillOpen(1))));
}
