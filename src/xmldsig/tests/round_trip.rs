use super::*;
use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::fixtures::instant;
use crate::xmldsig::key::SigningError;
use crate::xmldsig::sign::WriteError;

#[test]
fn what_is_signed_verifies_here_and_with_xmlsec1() {
    for (kind, algorithm) in [
        (KeyKind::P256, SignatureAlgorithm::EcdsaSha256),
        (KeyKind::P384, SignatureAlgorithm::EcdsaSha384),
        (KeyKind::Rsa3072, SignatureAlgorithm::RsaPssSha256),
    ] {
        let party = Party::new(kind);
        let (document, written) = sample(&party.key());

        let verified = check(&document, &party.policy()).expect("verified");

        assert_eq!(verified.algorithm, algorithm);
        assert_eq!(verified.sha256, written.sha256);
        assert_eq!(verified.sha256, openssl::sha::sha256(&document));
        assert_eq!(verified.size_bytes, written.size_bytes);
        assert_eq!(verified.size_bytes, u64::try_from(document.len()).unwrap());
        assert_eq!(verified.document_digest, written.document_digest);
        assert_eq!(verified.signed_at, noon());
        assert_eq!(verified.signer_subject, "C=RO, CN=Test signer");
        assert_eq!(verified.signer_serial, "02");
        // xmlsec1 1.2 does not know RSA-PSS.
        if algorithm != SignatureAlgorithm::RsaPssSha256 {
            assert_eq!(xmlsec1_verifies(&document, &party.root), Ok(()));
        }
    }
}

#[test]
fn rsa_pkcs1_is_accepted_only_where_configuration_allows_it() {
    let party = Party::new(KeyKind::Rsa3072);
    let (document, _) = sample(&party.key().with_rsa_pkcs1());
    let mut policy = party.policy();
    assert_eq!(refusal_code(&document, &policy), "ALGORITHM_FORBIDDEN");
    policy.allow_rsa_pkcs1 = true;
    assert_eq!(refusal_code(&document, &policy), "VERIFIED");
    assert_eq!(sample(&party.key().with_rsa_pkcs1()).0, document);
    assert_eq!(xmlsec1_verifies(&document, &party.root), Ok(()));
}

#[test]
fn rsa_pkcs1_ends_with_2029_whatever_is_configured() {
    let valid = (noon(), instant("2031-01-01T00:00:00Z"));
    let party = Party::with(&Wanted {
        kind: KeyKind::Rsa3072,
        valid,
        ..Wanted::signer("Test signer")
    });
    let key = || party.signer.signing_key(&[]);
    let (pss, _) = sample(&key());
    let (pkcs1, _) = sample(&key().with_rsa_pkcs1());
    let mut policy = party.policy();
    policy.allow_rsa_pkcs1 = true;
    policy.anchors = vec![party.signer.certificate.clone()];
    for (at, of_pss, of_pkcs1) in [
        ("2029-12-31T23:59:59Z", "VERIFIED", "VERIFIED"),
        ("2030-01-01T00:00:00Z", "VERIFIED", "ALGORITHM_ENDED"),
    ] {
        policy.at = instant(at);
        assert_eq!(refusal_code(&pss, &policy), of_pss, "{at}");
        assert_eq!(refusal_code(&pkcs1, &policy), of_pkcs1, "{at}");
    }
    let key = key().with_rsa_pkcs1();
    let writer = SignedWriter::new(Vec::new(), &key, "order", NS, &[]).expect("a root");
    let late = writer.finish(instant("2030-01-01T00:00:00Z"), "application/xml");
    assert!(
        matches!(late, Err(WriteError::Key(SigningError::AlgorithmEnded(_)))),
        "{late:?}"
    );
}

#[test]
fn the_content_is_shown_normalized_and_without_the_signature() {
    let party = Party::new(KeyKind::P256);
    let (document, _) = sample(&party.key());
    let mut transcript = Transcript::default();

    verify(document.as_slice(), &party.policy(), &mut transcript).expect("verified");

    let image = "BwcH".repeat(33);
    assert_eq!(
        transcript.0,
        format!(
            "<{{{NS}}}order number=\"7\">\n<{{{NS}}}line a=\"<&\\\"'>\\t\\r\\n ș\" z=\"1\">\
             <{{{NS}}}name>Ștefania <&>\r\n😀 ]]></{{{NS}}}name>\
             <{{{NS}}}image>{image}Bw==</{{{NS}}}image>\
             <{{{NS}}}empty></{{{NS}}}empty></{{{NS}}}line>\n\n</{{{NS}}}order>"
        )
    );
}
