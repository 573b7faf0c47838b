//! Signing documents that are there already.

use std::io::{self, Read};

use super::*;
use crate::xmldsig::enveloped::{SignError, Terms, sign_document};
use crate::xmldsig::trust::Limits;

fn terms() -> Terms<'static> {
    Terms {
        signed_at: noon(),
        mime: "application/xml",
        limits: Limits::default(),
    }
}

fn signed(document: &str, party: &Party) -> Result<(String, SignedDocument), SignError> {
    let (bytes, written) = sign_document(document.as_bytes(), Vec::new(), &party.key(), &terms())?;
    Ok((String::from_utf8(bytes).expect("UTF-8"), written))
}

fn any_document(party: &Party) -> TrustPolicy {
    TrustPolicy {
        any_namespace: true,
        ..party.policy()
    }
}

/// The document without its signature.
fn without_signature(document: &str) -> String {
    let (before, rest) = document.split_once("<ds:Signature ").expect("a signature");
    let (_, after) = rest.split_once("</ds:Signature>").expect("its end");
    format!("{before}{after}")
}

#[test]
fn every_byte_of_the_document_stays_as_it_is() {
    let party = Party::new(KeyKind::P256);
    for document in [
        "<a></a>",
        "<a>x</a>\n",
        "<?xml version=\"1.0\"?>\r\n\r\n<a  b = 'x&#10;&quot;'\n xmlns='urn:1'>\r<c/>\t&amp;</a\n>\r\n ",
        "<p:a xmlns:p='urn:a' xmlns='urn:b'><b xmlns=''/><c d='1'/>😀ț</p:a>",
        "<a xml:lang='ro' Id='x'><b Id='y'/></a>",
    ] {
        let (result, written) = signed(document, &party).expect("signed");

        assert_eq!(without_signature(&result), document);
        let verified = check(result.as_bytes(), &any_document(&party)).expect("verified");
        assert_eq!(verified.sha256, written.sha256, "{document}");
        assert_eq!(verified.size_bytes, written.size_bytes, "{document}");
        assert_eq!(
            verified.document_digest, written.document_digest,
            "{document}"
        );
        assert_eq!(
            xmlsec1_verifies(result.as_bytes(), &party.root),
            Ok(()),
            "{document}"
        );
    }
}

#[test]
fn a_root_without_content_is_opened() {
    let party = Party::new(KeyKind::P256);
    for (document, opened) in [
        ("<a/>", "<a></a>"),
        (
            "<p:a\n xmlns:p='urn:x' b='/>'\t/>\n",
            "<p:a\n xmlns:p='urn:x' b='/>'\t></p:a>\n",
        ),
    ] {
        let (result, _) = signed(document, &party).expect("signed");
        assert_eq!(without_signature(&result), opened);
        check(result.as_bytes(), &any_document(&party)).expect("verified");
        assert_eq!(xmlsec1_verifies(result.as_bytes(), &party.root), Ok(()));
    }
}

fn declarations(count: usize) -> String {
    let each = (0..count).map(|n| format!(" xmlns:p{n}='urn:1'"));
    each.collect::<Vec<_>>().concat()
}

#[test]
fn what_verifiers_would_refuse_is_not_signed() {
    let party = Party::new(KeyKind::P256);
    let (twice, _) = signed("<a>\n</a>", &party).expect("signed");
    let deep = format!("{}{}", "<a>".repeat(33), "</a>".repeat(33));
    let declarations = declarations(62);
    for (document, expected) in [
        ("", "TRUNCATED 1:1"),
        ("<a>", "TRUNCATED 1:4"),
        ("<a></a><b/>", "NOT_WELL_FORMED 1:8"),
        ("<a></a>\n x", "NOT_WELL_FORMED 2:2"),
        ("\u{FEFF}<a/>", "ENCODING_FORBIDDEN 1:1"),
        ("<!DOCTYPE a><a/>", "DOCTYPE_FORBIDDEN 1:1"),
        ("<!-- c --><a/>", "COMMENT_FORBIDDEN 1:1"),
        ("<a>\n<!-- c --></a>", "COMMENT_FORBIDDEN 2:1"),
        ("<a/><!-- c -->", "COMMENT_FORBIDDEN 1:5"),
        ("<?go on?><a/>", "INSTRUCTION_FORBIDDEN 1:1"),
        ("<a><![CDATA[x]]></a>", "CDATA_FORBIDDEN 1:4"),
        ("<a Id='x'><b Id='x'/></a>", "ID_REPEATED 1:11"),
        ("<a><b Id='xades-sp'/></a>", "ID_REPEATED 1:4"),
        ("<a xmlns='relative'/>", "NAMESPACE_RELATIVE 1:1"),
        (
            "<a xmlns:d='http://www.w3.org/2000/09/xmldsig#'><d:Object/></a>",
            "SIGNATURE_MISPLACED 1:49",
        ),
        (twice.as_str(), "SIGNATURE_REPEATED 2:1"),
        (deep.as_str(), "DEPTH_LIMIT 1:97"),
        (&format!("<a{declarations}/>"), "NAMESPACE_LIMIT 1:1"),
    ] {
        let error = signed(document, &party).expect_err(document);
        let SignError::Refused(refusal) = error else {
            panic!("{error}: {document}")
        };
        let told = format!("{} {}:{}", refusal.code, refusal.line, refusal.column);
        assert_eq!(told, expected, "{document}");
    }
}

#[test]
fn as_many_namespaces_as_a_verifier_takes_can_be_signed() {
    let party = Party::new(KeyKind::P256);
    let (result, _) = signed(&format!("<a{}/>", declarations(61)), &party).expect("signed");
    check(result.as_bytes(), &any_document(&party)).expect("verified");
}

/// Gives its bytes in pieces of any length, and counts them.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 % 7 + 1;
        let length = self.1.min(out.len()).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        out[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_arrive() {
    let party = Party::new(KeyKind::P256);
    let line = "<line b='1'>&lt;ș&gt;\r\n<c/></line>\n";
    let document = format!("<order>{}</order>\n", line.repeat(6000));
    let mut dripping = Drip(document.as_bytes(), 0);
    let mut at_once = document.as_bytes();
    let sources: [&mut dyn Read; 2] = [&mut dripping, &mut at_once];
    for source in sources {
        let (result, _) =
            sign_document(source, Vec::new(), &party.key(), &terms()).expect("signed");
        let result = String::from_utf8(result).expect("UTF-8");
        assert_eq!(without_signature(&result), document);
        check(result.as_bytes(), &any_document(&party)).expect("verified");
    }
}

/// Remembers how much it was given at once.
#[derive(Default)]
struct Widest(usize);

impl io::Write for Widest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_waits_to_be_written_does_not_grow_with_the_document() {
    let party = Party::new(KeyKind::P256);
    let document = format!("<a>{}</a>", "<b>text</b>".repeat(200_000));
    let (widest, written) = sign_document(
        document.as_bytes(),
        Widest::default(),
        &party.key(),
        &terms(),
    )
    .expect("signed");
    assert!(written.size_bytes > 2_000_000);
    assert!(widest.0 < 256 * 1024, "{}", widest.0);
}
