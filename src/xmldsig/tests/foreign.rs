//! Documents that other people's tools have signed to our profile.

use super::*;
use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::xades::{self, Statement};

/// Has xmlsec1 fill in the digests and the value of a signature.
fn signed_by_xmlsec1(template: &str, party: &Party) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let file = write("template.xml", template.as_bytes());
    let key = write(
        "key.pem",
        &party.signer.key.private_key_to_pem_pkcs8().expect("PEM"),
    );
    let own = write(
        "signer.pem",
        &party.signer.certificate.to_pem().expect("PEM"),
    );
    let keys = format!("{},{}", path_text(&key), path_text(&own));
    let (ok, document, errors) = run(
        "xmlsec1",
        &[
            "--sign",
            "--privkey-pem",
            &keys,
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
            path_text(&file),
        ],
    );
    assert!(ok, "{errors}");
    document
}

/// A signature with everything but digests, value and certificate.
fn template(party: &Party) -> String {
    let der = party.signer.certificate.to_der().expect("DER");
    let object = xades::object(&Statement {
        mime: "application/xml",
        signed_at: noon(),
        certificate_sha256: openssl::sha::sha256(&der),
    });
    let blank = openssl::base64::encode_block(&[0; 32]);
    let info = xades::signed_info(SignatureAlgorithm::EcdsaSha256, &[0; 32], &[0; 32]);
    xades::signature(&info.replace(&blank, ""), &[], &[Vec::new()], &object)
}

/// Line breaks and indentation wherever the signature has none.
fn pretty(signature: &str) -> String {
    signature.replace("><", ">\r\n    <")
}

#[test]
fn what_xmlsec1_signs_to_our_profile_verifies() {
    let party = Party::new(KeyKind::P256);
    let mut policy = party.policy();
    policy.anchors = vec![party.middle.certificate.clone()];
    policy.allowed_namespaces.push("urn:test:2".to_owned());
    let signature = template(&party);
    let ds_outside = signature.replace(" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "");
    let root = "<t:order xmlns:t='urn:test:1' \r\n z='2'  a='&#9;&apos;1' xmlns:u=\"urn:test:2\" \
                xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>";
    let content =
        "\r\n <u:line t:n='x' b='&#xd;'/>\r <t:name xmlns=''>Ș&gt;&#38;\u{1F600}</t:name>";
    for (name, signature) in [
        ("as we write it", signature.clone()),
        ("pretty", pretty(&signature)),
        ("with ds declared by the root", ds_outside.clone()),
        (
            "other prefixes",
            signature
                .replace("ds:", "dsig:")
                .replace(":ds=", ":dsig=")
                .replace("xades:", "x:")
                .replace(":xades=", ":x="),
        ),
        (
            "xades declared by the signature",
            signature
                .replace(" xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"", "")
                .replace(
                    " Id=\"sig\"",
                    " xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" Id=\"sig\"",
                ),
        ),
    ] {
        let document = format!("<?xml version=\"1.0\"?>\n{root}{content}{signature}\n</t:order>\n");
        let signed = signed_by_xmlsec1(&document, &party);

        let verified = check(&signed, &policy);

        let text = String::from_utf8_lossy(&signed);
        let verified = verified.unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
        assert_eq!(verified.sha256, openssl::sha::sha256(&signed), "{name}");
        let tampered = text.replace("&#x218;", "S");
        assert_ne!(tampered, text);
        assert_eq!(
            refusal_code(tampered.as_bytes(), &policy),
            "DIGEST_MISMATCH",
            "{name}"
        );
    }
}
