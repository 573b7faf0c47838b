//! Who may sign, and when.

use chrono::{DateTime, TimeDelta, Utc};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

use super::*;
use crate::xmldsig::algorithm::{SignatureAlgorithm, spki_sha256};
use crate::xmldsig::fixtures::{Usage, new_key};
use crate::xmldsig::key::SigningError;

/// A key that signs with whatever algorithm and certificates it is told to.
struct AnyKey {
    key: PKey<Private>,
    algorithm: SignatureAlgorithm,
    certificates: Vec<X509>,
}

impl SigningKey for AnyKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn certificates(&self) -> &[X509] {
        &self.certificates
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.algorithm
            .sign(&self.key, bytes)
            .map_err(SigningError::Failed)
    }
}

fn code_of(party: &Party) -> &'static str {
    refusal_code(&sample(&party.key()).0, &party.policy())
}

fn days(from: i64, to: i64) -> (DateTime<Utc>, DateTime<Utc>) {
    (noon() + TimeDelta::days(from), noon() + TimeDelta::days(to))
}

#[test]
fn certificates_must_be_valid_and_for_signing() {
    let wanted = Wanted::signer("Test signer");
    let with_usage = |usage| Wanted {
        usage,
        ..wanted.clone()
    };
    let with_days = |from, to| Wanted {
        valid: days(from, to),
        ..wanted.clone()
    };
    for (wanted, expected) in [
        (wanted.clone(), "VERIFIED"),
        (with_usage(Usage::SealingOfDocuments), "VERIFIED"),
        (with_usage(Usage::Encipherment), "CERTIFICATE_USAGE"),
        (with_usage(Usage::Unstated), "CERTIFICATE_USAGE"),
        (with_usage(Usage::ServerOnly), "CERTIFICATE_PURPOSE"),
        (with_usage(Usage::PrivatePurpose), "CERTIFICATE_PURPOSE"),
        (with_usage(Usage::UnknownExtension), "CERTIFICATE_EXTENSION"),
        (with_usage(Usage::AuthorityWithoutFlag), "CERTIFICATE_USAGE"),
        (with_days(-10, -1), "CERTIFICATE_EXPIRED"),
        (with_days(1, 10), "CERTIFICATE_NOT_YET_VALID"),
    ] {
        assert_eq!(
            code_of(&Party::with(&wanted)),
            expected,
            "{:?} {:?}",
            wanted.usage,
            wanted.valid
        );
    }
}

#[test]
fn a_certificate_must_be_valid_when_it_signed_and_now() {
    let valid = (noon(), noon() + TimeDelta::days(1));
    let party = Party::with(&Wanted {
        valid,
        ..Wanted::signer("Test signer")
    });
    let (document, _) = sample(&party.key());
    let mut policy = party.policy();
    assert_eq!(refusal_code(&document, &policy), "VERIFIED");
    policy.at = noon() + TimeDelta::days(2);
    assert_eq!(refusal_code(&document, &policy), "CERTIFICATE_EXPIRED");
    policy.at = noon() - TimeDelta::seconds(299);
    assert_eq!(
        refusal_code(&document, &policy),
        "CERTIFICATE_NOT_YET_VALID"
    );
    policy.at = noon() - TimeDelta::seconds(301);
    assert_eq!(refusal_code(&document, &policy), "SIGNED_IN_FUTURE");
}

#[test]
fn only_the_configured_anchors_are_believed() {
    let party = Party::new(KeyKind::P256);
    let (document, _) = sample(&party.key());

    let same_names = Party::new(KeyKind::P256);
    assert_eq!(
        refusal_code(&document, &same_names.policy()),
        "CERTIFICATE_UNTRUSTED"
    );

    let mut policy = party.policy();
    policy.anchors = vec![party.middle.certificate.clone()];
    assert_eq!(refusal_code(&document, &policy), "VERIFIED");
    policy.anchors = vec![party.signer.certificate.clone()];
    assert_eq!(refusal_code(&document, &policy), "VERIFIED");
    policy.anchors.clear();
    assert_eq!(refusal_code(&document, &policy), "CERTIFICATE_UNTRUSTED");

    let without_middle = sample(&party.signer.signing_key(&[])).0;
    assert_eq!(
        refusal_code(&without_middle, &party.policy()),
        "CERTIFICATE_UNTRUSTED"
    );
}

#[test]
fn an_issuer_must_be_an_authority() {
    for usage in [Usage::AuthorityWithoutFlag, Usage::Signing] {
        let root = Issued::root("Test root");
        let middle = root.issue(&Wanted {
            usage,
            ..Wanted::signer("Not an authority")
        });
        let signer = middle.issue(&Wanted::signer("Test signer"));
        let party = Party {
            root,
            middle,
            signer,
        };
        assert_eq!(code_of(&party), "CERTIFICATE_NOT_AUTHORITY", "{usage:?}");
    }
}

#[test]
fn an_authority_issues_no_longer_chain_than_it_may() {
    let last = Wanted {
        usage: Usage::LastAuthority,
        serial: 5,
        ..Wanted::signer("Test issuer of signers")
    };
    let root = Issued::root("Test root");
    let upper = root.issue(&last);
    let lower = upper.issue(&Wanted {
        usage: Usage::Authority,
        serial: 6,
        ..Wanted::signer("An issuer too many")
    });
    let policy = TrustPolicy::new(vec![root.certificate.clone()], NS, noon());
    let near = upper.issue(&Wanted::signer("Test signer"));
    let far = lower.issue(&Wanted::signer("Test signer"));
    let (near, _) = sample(&near.signing_key(&[&upper]));
    assert_eq!(refusal_code(&near, &policy), "VERIFIED");
    let (far, _) = sample(&far.signing_key(&[&lower, &upper]));
    assert_eq!(refusal_code(&far, &policy), "CERTIFICATE_PATH_LENGTH");
}

#[test]
fn an_authority_with_a_short_key_is_not_believed() {
    let root = Issued::root("Test root");
    let middle = root.issue(&Wanted {
        usage: Usage::Authority,
        kind: KeyKind::Rsa1024,
        ..Wanted::signer("Test issuer")
    });
    let signer = middle.issue(&Wanted::signer("Test signer"));
    let party = Party {
        root,
        middle,
        signer,
    };
    assert_eq!(code_of(&party), "CERTIFICATE_WEAK");
}

#[test]
fn a_self_signed_certificate_of_the_same_name_is_not_believed() {
    let party = Party::new(KeyKind::P256);
    let fake = Issued::self_signed(&Wanted::signer("Test signer"));
    let (document, _) = sample(&fake.signing_key(&[]));
    assert_eq!(
        refusal_code(&document, &party.policy()),
        "CERTIFICATE_UNTRUSTED"
    );
}

#[test]
fn only_expected_signers_are_accepted_when_they_are_listed() {
    let party = Party::new(KeyKind::P256);
    let other = party.middle.issue(&Wanted {
        serial: 3,
        ..Wanted::signer("Another partner")
    });
    let spki = |issued: &Issued| {
        let key = issued.certificate.public_key().expect("a key");
        spki_sha256(&key).expect("a hash")
    };
    let mut policy = party.policy();
    policy.allowed_spki_sha256 = Some(vec![spki(&party.signer)]);
    assert_eq!(refusal_code(&sample(&party.key()).0, &policy), "VERIFIED");
    let (document, _) = sample(&other.signing_key(&[&party.middle]));
    assert_eq!(refusal_code(&document, &policy), "SIGNER_UNEXPECTED");
    policy.allowed_spki_sha256 = None;
    assert_eq!(
        check(&document, &policy)
            .expect("verified")
            .signer_spki_sha256,
        spki(&other)
    );
}

#[test]
fn the_signing_certificate_must_be_the_one_named() {
    let party = Party::new(KeyKind::P256);
    let other = party.middle.issue(&Wanted {
        serial: 3,
        ..Wanted::signer("Another partner")
    });
    let document = String::from_utf8(sample(&party.key()).0).expect("UTF-8");
    let in_base64 =
        |issued: &Issued| openssl::base64::encode_block(&issued.certificate.to_der().expect("DER"));
    let swapped = document.replace(&in_base64(&party.signer), &in_base64(&other));
    assert_ne!(swapped, document);
    assert_eq!(
        refusal_code(swapped.as_bytes(), &party.policy()),
        "CERTIFICATE_NOT_NAMED"
    );
}

#[test]
fn the_key_must_be_what_the_algorithm_says() {
    for (kind, algorithm, expected) in [
        (KeyKind::P384, SignatureAlgorithm::EcdsaSha384, "VERIFIED"),
        (
            KeyKind::Rsa2048,
            SignatureAlgorithm::RsaPssSha256,
            "KEY_TOO_SMALL",
        ),
        (
            KeyKind::Secp256k1,
            SignatureAlgorithm::EcdsaSha256,
            "KEY_MISMATCH",
        ),
        (
            KeyKind::P384,
            SignatureAlgorithm::EcdsaSha256,
            "KEY_MISMATCH",
        ),
    ] {
        let party = Party::with(&Wanted {
            kind,
            ..Wanted::signer("Test signer")
        });
        let key = AnyKey {
            key: party.signer.key.clone(),
            // P-384 values do not fit the width of P-256, so that one is signed as what it is.
            algorithm,
            certificates: vec![
                party.signer.certificate.clone(),
                party.middle.certificate.clone(),
            ],
        };
        let document = if kind == KeyKind::P384 && expected != "VERIFIED" {
            let honest = String::from_utf8(sample(&party.key()).0).expect("UTF-8");
            honest.replace("ecdsa-sha384", "ecdsa-sha256").into_bytes()
        } else {
            sample(&key).0
        };
        assert_eq!(
            refusal_code(&document, &party.policy()),
            expected,
            "{kind:?}"
        );
    }
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let party = Party::new(KeyKind::P256);
    let key = AnyKey {
        key: new_key(KeyKind::P256),
        algorithm: SignatureAlgorithm::EcdsaSha256,
        certificates: vec![
            party.signer.certificate.clone(),
            party.middle.certificate.clone(),
        ],
    };
    assert_eq!(
        refusal_code(&sample(&key).0, &party.policy()),
        "SIGNATURE_WRONG"
    );
}

#[test]
fn an_ecdsa_value_in_der_is_refused() {
    let party = Party::new(KeyKind::P256);
    let document = String::from_utf8(sample(&party.key()).0).expect("UTF-8");
    let (before, rest) = document.split_once("\"sig-value\">").expect("a value");
    let (value, after) = rest.split_once('<').expect("its end");
    let raw = openssl::base64::decode_block(value).expect("base64");
    assert_eq!(raw.len(), 64);
    let number = |bytes: &[u8]| openssl::bn::BigNum::from_slice(bytes).expect("a number");
    let (r, s) = raw.split_at(32);
    let der = EcdsaSig::from_private_components(number(r), number(s))
        .and_then(|value| value.to_der())
        .expect("DER");
    for value in [
        der,
        raw[..63].to_vec(),
        [&raw[..], &[0, 0]].concat(),
        vec![0; 64],
        Vec::new(),
    ] {
        let value = openssl::base64::encode_block(&value);
        let changed = format!("{before}\"sig-value\">{value}<{after}");
        assert_eq!(
            refusal_code(changed.as_bytes(), &party.policy()),
            "SIGNATURE_WRONG"
        );
    }
}

#[test]
fn keys_outside_the_profile_cannot_sign() {
    for (kind, fits) in [
        (KeyKind::P256, true),
        (KeyKind::Rsa3072, true),
        (KeyKind::Rsa2048, false),
        (KeyKind::Secp256k1, false),
    ] {
        let issued = Issued::self_signed(&Wanted {
            kind,
            ..Wanted::signer("Test signer")
        });
        let pem = issued.key.private_key_to_pem_pkcs8().expect("PEM");
        let chain = issued.certificate.to_pem().expect("PEM");
        assert_eq!(PemKey::from_pem(&pem, &chain).is_ok(), fits, "{kind:?}");
    }
}
