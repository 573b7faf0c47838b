//! The tools by which other parties judge our documents.

use std::fs;
use std::path::Path;
use std::process::Command;

use cei_gateway::transport::certificates::{SIGNING_CA, certificate_file};

use crate::kit::environment::waived;
use crate::kit::world::certificates;

/// Requires that `xmllint` finds `document` valid by a schema of this project.
pub(crate) fn assert_valid(document: &[u8], schema: &str) {
    if waived("xmllint") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("document.xml");
    fs::write(&file, document).expect("written");
    let schema = Path::new("schemas").join(schema);
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]);
    command.args([&schema, &file]);
    judge(command);
}

/// Requires that `xmlsec1` accepts the signature of `document`, at this instant
/// (`2026-11-02 07:00:00`).
pub(crate) fn assert_signed(document: &[u8], at: &str) {
    assert_vouched_for(document, &certificate_file(certificates(), SIGNING_CA), at);
}

/// Requires that `xmlsec1` accepts the signature of `document` by the certificate in `anchor`.
pub(crate) fn assert_vouched_for(document: &[u8], anchor: &Path, at: &str) {
    if waived("xmlsec1") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("document.xml");
    fs::write(&file, document).expect("written");
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "x509"]);
    command.args(["--verification-gmt-time", at]);
    command.args([
        "--id-attr:Id",
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
    ]);
    command.arg("--trusted-pem").args([anchor, &file]);
    judge(command);
}

fn judge(mut command: Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; run scripts/setup test"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
