//! `docs/signature-profile.md`: the prose of a template, with an example that is signed and checked,
//! commands that are run, and tables from the code.

mod example;
mod layout;

use std::fmt::Write as _;
use std::process::Command;

use cei_gateway::xmldsig::algorithm::SignatureAlgorithm;
use cei_gateway::xmldsig::refusal::RefusalCode;
use cei_gateway::xmldsig::trust::Limits;

use crate::generated::signature_profile::example::{Example, FOLDER};
use crate::generated::signature_profile::layout::{annotated, broken};
use crate::generated::state_machines::meanings;
use crate::kit::environment::{blessing, waived};

const TEMPLATE: &str = include_str!("template.md");

const VERIFY: &str = "\
xmlsec1 --verify --enabled-key-data x509 --trusted-pem ca.pem \\
    --verification-gmt-time '2026-11-02 07:00:00' \\
    --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties signed.xml";

const DIGEST: &str = "xmllint --exc-c14n unsigned.xml | sha256sum";

const SIGN: &str = "\
xmlsec1 --sign --privkey-pem KEY.pem,CERT.pem \\
    --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties template.xml > signed.xml";

/// Renders the whole document.
pub(super) fn render() -> String {
    let example = Example::read();
    let parts = [
        ("algorithms", algorithms()),
        ("limits", limits()),
        ("unsigned", example.unsigned.trim_end().to_owned()),
        ("annotated", annotated(&example.signed)),
        ("canonical-document", example.canonical_document()),
        ("document-hex", hex(&example.canonical_document())),
        ("document-base64", base64(&example.canonical_document())),
        ("command-digest", DIGEST.to_owned()),
        ("properties-length", example.properties().len().to_string()),
        ("canonical-properties", broken(&example.properties())),
        ("properties-base64", base64(&example.properties())),
        ("info-length", example.signed_info().len().to_string()),
        ("canonical-info", broken(&example.signed_info())),
        ("command-verify", VERIFY.to_owned()),
        ("command-sign", SIGN.to_owned()),
        ("refusals", refusals()),
    ];
    let mut text = TEMPLATE.to_owned();
    for (name, part) in parts {
        let mark = format!("{{{{{name}}}}}");
        assert!(text.contains(&mark), "the template has no {mark}");
        text = text.replace(&mark, part.trim_end());
    }
    assert!(
        !text.contains("{{"),
        "the template asks for what there is not"
    );
    text
}

fn hex(text: &str) -> String {
    let digest = openssl::sha::sha256(text.as_bytes());
    digest
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

fn base64(text: &str) -> String {
    openssl::base64::encode_block(&openssl::sha::sha256(text.as_bytes()))
}

fn algorithms() -> String {
    let source = "src/xmldsig/algorithm.rs";
    let meanings = meanings(source, std::any::type_name::<SignatureAlgorithm>());
    let mut out = String::new();
    for algorithm in SignatureAlgorithm::ALL {
        let meaning = &meanings[algorithm.as_str()];
        writeln!(out, "| `{algorithm}` | `{}` | {meaning} |", algorithm.uri()).unwrap();
    }
    out
}

fn limits() -> String {
    let Limits {
        depth,
        attributes,
        namespaces,
        event_bytes,
        document_bytes,
        signature_bytes,
        ids,
    } = Limits::default();
    let mib = |bytes: u64| format!("{} MiB", bytes / 1024 / 1024);
    let rows = [
        ("elements within elements", depth.to_string()),
        (
            "attributes and declarations of one element",
            attributes.to_string(),
        ),
        ("namespaces declared at one place", namespaces.to_string()),
        (
            "one tag, or one text without markup in it",
            mib(event_bytes),
        ),
        ("identifiers", ids.to_string()),
        ("the signature", format!("{} KiB", signature_bytes / 1024)),
        (
            "a document, unless the receiver says otherwise",
            mib(document_bytes),
        ),
    ];
    let mut out = String::new();
    for (what, most) in rows {
        writeln!(out, "| {what} | {most} |").unwrap();
    }
    out
}

/// What partners are told besides the code, in the order of a document's way.
const REASONS: [(u16, &str); 5] = [
    (104, "The form is wrong"),
    (107, "Something is too large"),
    (101, "The signature is not good"),
    (102, "The certificate is not good"),
    (110, "The signer is another"),
];

/// Every code with what the code says of it.
fn refusals() -> String {
    let source = "src/xmldsig/refusal.rs";
    let meanings = meanings(source, std::any::type_name::<RefusalCode>());
    let mut out = String::new();
    let mut told = 0;
    for (number, title) in REASONS {
        let of_reason = RefusalCode::ALL
            .iter()
            .filter(|code| code.reason() == number);
        writeln!(
            out,
            "### {title} (reason {number})\n\n| code | refused |\n|---|---|"
        )
        .unwrap();
        for code in of_reason {
            writeln!(out, "| `{code}` | {} |", meanings[code.as_str()]).unwrap();
            told += 1;
        }
        out.push('\n');
    }
    assert_eq!(
        told,
        RefusalCode::ALL.len(),
        "a code with a reason that has no heading"
    );
    out
}

/// Runs a command of the document where its files are.
fn run(command: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(FOLDER)
        .output();
    let output = output.expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_commands_of_the_document_do_what_it_says() {
    // The files may be written at this moment, by the test that compares the document.
    if blessing() {
        return;
    }
    let example = Example::read();
    if !waived("xmlsec1") {
        run(VERIFY);
    }
    if !waived("xmllint") {
        assert!(run(DIGEST).starts_with(&hex(&example.canonical_document())));
    }
}
