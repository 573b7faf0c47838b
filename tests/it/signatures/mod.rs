//! Signatures agree with other people's tools, both ways: what we sign, xmlsec1 and signxml
//! accept; what they sign to the profile, we accept.

mod papers;
mod parties;
mod signxml;
mod token;

use std::process::Command;

use cei_gateway::xmldsig::algorithm::SignatureAlgorithm;
use cei_gateway::xmldsig::content::IgnoreContent;
use cei_gateway::xmldsig::trust::TrustPolicy;
use cei_gateway::xmldsig::verify::{Verified, VerifyError, verify};
use openssl::hash::MessageDigest;
use openssl::x509::X509;

use crate::kit::environment::waived;
use crate::kit::judges::assert_vouched_for;
use crate::signatures::papers::{paper_with_foreign_names, papers};
use crate::signatures::parties::Party;
use crate::signatures::signxml::{Folder, Jobs, SigningTask};

/// The instant of the tests, as xmlsec1 reads it.
const NOON: &str = "2026-03-02 10:00:00";

/// xmlsec1 1.2, which Debian 12 has, does not know RSA-PSS; 1.3 does.
const KNOWN_TO_XMLSEC1: [SignatureAlgorithm; 3] = [
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::RsaPkcs1Sha256,
];

fn check(document: &[u8], policy: &TrustPolicy) -> Result<Verified, VerifyError> {
    verify(document, policy, &mut IgnoreContent)
}

/// Requires that we accept a document that somebody else signed, and nothing changed in it.
fn assert_accepted(name: &str, document: &[u8], policy: &TrustPolicy, by: SignatureAlgorithm) {
    let text = String::from_utf8_lossy(document);
    match check(document, policy) {
        Ok(verified) => assert_eq!(verified.algorithm, by, "{name}"),
        Err(error) => panic!("{name}: {error}: {text}"),
    }
    // A character of the content, wherever the tool broke lines or escaped.
    let root_end = text.find("xmlns").expect("a root");
    let (before, after) = text.split_at(root_end);
    let changed = format!("{before}added=\"\" {after}");
    assert!(
        matches!(check(changed.as_bytes(), policy), Err(VerifyError::Refused(refusal))
            if refusal.code.as_str() == "DIGEST_MISMATCH"),
        "{name} is accepted when it was changed"
    );
}

#[test]
fn xmlsec1_accepts_every_kind_of_document_that_is_signed() {
    if waived("xmlsec1") {
        return;
    }
    let root = Party::authority();
    let folder = Folder::new();
    let anchor = folder.write("root.pem", &root.certificate_pem());
    for algorithm in KNOWN_TO_XMLSEC1 {
        let signer = root.signer(algorithm);
        let key = signer.signing_key(algorithm);
        let papers = papers(&key).into_iter();
        for (_, document) in papers.chain([paper_with_foreign_names(&key)]) {
            assert_vouched_for(&document, &anchor, NOON);
        }
    }
}

#[test]
fn signxml_accepts_every_kind_of_document_that_is_signed() {
    if waived("signxml") {
        return;
    }
    let root = Party::authority();
    let folder = Folder::new();
    let anchor = folder.write("root.pem", &root.certificate_pem());
    let mut jobs = Jobs::default();
    for algorithm in SignatureAlgorithm::ALL {
        let signer = root.signer(*algorithm);
        for (name, document) in papers(&signer.signing_key(*algorithm)) {
            let name = format!("{algorithm}-{name}");
            check(&document, &root.policy()).expect("our own verifier accepts it");
            let file = folder.write(&name, &document);
            jobs.verify(&name, &file, algorithm.uri(), &anchor);
        }
    }
    jobs.run();
}

#[test]
fn what_signxml_signs_to_the_profile_is_accepted() {
    if waived("signxml") {
        return;
    }
    let root = Party::authority();
    let folder = Folder::new();
    let mut jobs = Jobs::default();
    let mut outs = Vec::new();
    for algorithm in SignatureAlgorithm::ALL {
        let signer = root.signer(*algorithm);
        let key = folder.write(&format!("{algorithm}.key"), &signer.key_pem());
        let chain = folder.write(&format!("{algorithm}.pem"), &signer.certificate_pem());
        for ((name, document), prefix) in papers(&signer.signing_key(*algorithm))
            .into_iter()
            .zip(["ds", "dsig"].into_iter().cycle())
        {
            let name = format!("{algorithm}-{name}");
            let file = folder.write(&format!("{name}.in"), &unsigned(&document));
            let out = folder.path(&name);
            let task = SigningTask {
                file: &file,
                out: &out,
                algorithm: algorithm.uri(),
                key: &key,
                chain: &chain,
            };
            jobs.sign(&name, prefix, &task);
            outs.push((name, out, *algorithm));
        }
    }
    jobs.run();
    for (name, out, algorithm) in outs {
        let document = std::fs::read(out).expect("a signed document");
        assert_accepted(&name, &document, &root.policy(), algorithm);
    }
}

#[test]
fn what_xmlsec1_signs_to_the_profile_is_accepted() {
    if waived("xmlsec1") {
        return;
    }
    let root = Party::authority();
    let folder = Folder::new();
    for algorithm in KNOWN_TO_XMLSEC1 {
        let signer = root.signer(algorithm);
        let key = folder.write("signer.key", &signer.key_pem());
        let chain = folder.write("signer.pem", &signer.certificate_pem());
        let key_of_ours = signer.signing_key(algorithm);
        let papers = papers(&key_of_ours).into_iter();
        for (name, document) in papers.chain([paper_with_foreign_names(&key_of_ours)]) {
            for (style, template) in templates(&document, &signer.certificate) {
                let name = format!("{algorithm} {name} {style}");
                let output = Command::new("xmlsec1")
                    .args(["--sign", "--id-attr:Id"])
                    .arg("http://uri.etsi.org/01903/v1.3.2#:SignedProperties")
                    .arg("--privkey-pem")
                    .arg(format!("{},{}", key.display(), chain.display()))
                    .arg(folder.write("template.xml", template.as_bytes()))
                    .output()
                    .expect("xmlsec1 must be installed: run scripts/setup test");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{name}: {said}");
                assert_accepted(&name, &output.stdout, &root.policy(), algorithm);
            }
        }
    }
}

const SIGNATURE: &str = "<ds:Signature ";

/// A document of ours as it was before it was signed.
fn unsigned(document: &[u8]) -> Vec<u8> {
    let text = str::from_utf8(document).expect("UTF-8");
    let (before, rest) = text.split_once(SIGNATURE).expect("a signature");
    let (_, after) = rest.split_once("</ds:Signature>").expect("its end");
    [before, after].concat().into_bytes()
}

/// What xmlsec1 is given: our own document without digests and value, in several spellings that
/// the profile allows.
fn templates(document: &[u8], signer: &X509) -> Vec<(&'static str, String)> {
    let text = str::from_utf8(document).expect("UTF-8");
    let (before, rest) = text.split_once(SIGNATURE).expect("a signature");
    let (signature, after) = rest.split_once("</ds:Signature>").expect("its end");
    let blank = blanked(
        &blanked(signature, "ds:DigestValue", 2),
        "ds:SignatureValue",
        1,
    );
    let blank = format!("{SIGNATURE}{blank}</ds:Signature>");
    let pretty = blank.replace("><", ">\r\n    <");
    let prefixed = blank
        .replace("ds:", "dsig:")
        .replace("xmlns:ds=", "xmlns:dsig=")
        .replace("xades:", "x:")
        .replace("xmlns:xades=", "xmlns:x=");
    let sha512 = named_by_sha512(&blank, signer);
    [
        ("as it is", blank),
        ("certificate named by SHA-512", sha512),
        ("pretty", pretty),
        ("prefixed", prefixed),
    ]
    .map(|(style, signature)| (style, format!("{before}{signature}{after}")))
    .into()
}

/// The text with the content of the first `count` elements of a name left out; xmlsec1 writes
/// their content itself and leaves that of others, such as the certificate's digest, as it is.
fn blanked(text: &str, name: &str, count: usize) -> String {
    let end = format!("</{name}>");
    let mut pieces: Vec<_> = text.split(&end).map(str::to_owned).collect();
    for piece in pieces.iter_mut().take(count) {
        let start = piece.rfind('>').expect("a start tag");
        piece.truncate(start + 1);
    }
    pieces.join(&end)
}

/// A signature with the signing certificate named by its SHA-512 instead of its SHA-256.
fn named_by_sha512(signature: &str, signer: &X509) -> String {
    let (before, properties) = signature
        .split_once("<xades:CertDigest>")
        .expect("a digest");
    let digest = |method| openssl::base64::encode_block(&signer.digest(method).expect("a digest"));
    let properties = properties
        .replace("xmlenc#sha256", "xmlenc#sha512")
        .replace(
            &digest(MessageDigest::sha256()),
            &digest(MessageDigest::sha512()),
        );
    assert!(properties.contains("xmlenc#sha512"), "{properties}");
    format!("{before}<xades:CertDigest>{properties}")
}
