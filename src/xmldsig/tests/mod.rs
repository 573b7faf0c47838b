//! Signing and verifying together, and against other people's tools.

mod at_hand;
mod canonical_form;
mod enveloped;
mod foreign;
mod generated;
mod keys;
mod revocation;
mod round_trip;
mod signers;
mod streaming;
mod strictness;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::xmldsig::content::{ContentFault, ContentReader, Element, IgnoreContent};
use crate::xmldsig::fixtures::{Issued, KeyKind, NS, Party, Wanted, noon};
use crate::xmldsig::key::{PemKey, SigningKey};
use crate::xmldsig::sign::{SignedDocument, SignedWriter};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::{Verified, VerifyError, verify};

/// Signs a small document with a bit of everything in it.
pub(super) fn sample(key: &dyn SigningKey) -> (Vec<u8>, SignedDocument) {
    let attributes = [("z", "1"), ("a", "<&\"'>\t\r\n ș")];
    let mut writer =
        SignedWriter::new(Vec::new(), key, "order", NS, &[("number", "7")]).expect("a root");
    writer.newline().expect("newline");
    writer.start("line", &attributes).expect("start");
    writer
        .element("name", &[], "Ștefania <&>\r\n😀 ]]>")
        .expect("element");
    writer.start("image", &[]).expect("start");
    writer.text_base64(&[7; 100]).expect("base64");
    writer.end().expect("end");
    writer.element("empty", &[], "").expect("element");
    writer.end().expect("end");
    writer.newline().expect("newline");
    writer.finish(noon(), "application/xml").expect("signed")
}

/// Writes down what it is shown.
#[derive(Default)]
pub(super) struct Transcript(pub(super) String);

impl ContentReader for Transcript {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        write!(
            self.0,
            "<{{{}}}{}",
            element.namespace(),
            element.local_name()
        )
        .expect("written");
        for attribute in element.attributes() {
            write!(self.0, " {}={:?}", attribute.local_name, attribute.value).expect("written");
        }
        self.0.push('>');
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ContentFault> {
        self.0.push_str(text);
        Ok(())
    }

    fn end(&mut self, namespace: &str, local_name: &str) -> Result<(), ContentFault> {
        write!(self.0, "</{{{namespace}}}{local_name}>").expect("written");
        Ok(())
    }
}

pub(super) fn check(document: &[u8], policy: &TrustPolicy) -> Result<Verified, VerifyError> {
    verify(document, policy, &mut IgnoreContent)
}

/// The code of the refusal of a document that must be refused.
pub(super) fn refusal_code(document: &[u8], policy: &TrustPolicy) -> &'static str {
    match check(document, policy) {
        Err(VerifyError::Refused(refusal)) => refusal.code.as_str(),
        Err(other) => panic!("not a refusal: {other}"),
        Ok(_) => "VERIFIED",
    }
}

/// Runs a tool that tests need, and says so when it is missing.
pub(super) fn run(tool: &str, arguments: &[&str]) -> (bool, Vec<u8>, String) {
    let output = Command::new(tool).args(arguments).output().unwrap_or_else(|error| {
        panic!("`{tool}` is needed by this test and cannot be run ({error}): install it (Debian: `apt-get install xmlsec1 libxml2-utils`)")
    });
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), output.stdout, errors)
}

pub(super) fn path_text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Asks xmlsec1 whether a document verifies with these anchors.
pub(super) fn xmlsec1_verifies(document: &[u8], root: &Issued) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, anchor) = (
        folder.path().join("document.xml"),
        folder.path().join("root.pem"),
    );
    std::fs::write(&file, document).expect("written");
    std::fs::write(&anchor, root.certificate.to_pem().expect("PEM")).expect("written");
    let (ok, _, errors) = run(
        "xmlsec1",
        &[
            "--verify",
            "--enabled-key-data",
            "x509",
            "--trusted-pem",
            path_text(&anchor),
            "--verification-gmt-time",
            "2026-03-02 10:00:00",
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
            path_text(&file),
        ],
    );
    if ok { Ok(()) } else { Err(errors) }
}
