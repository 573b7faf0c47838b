//! Keys in files.

use openssl::pkcs12::Pkcs12;
use openssl::stack::Stack;
use openssl::symm::Cipher;

use super::*;
use crate::xmldsig::key::SigningError;

fn pem(party: &Party) -> (Vec<u8>, Vec<u8>) {
    let key = party.signer.key.private_key_to_pem_pkcs8().expect("PEM");
    (key, party.signer.certificate.to_pem().expect("PEM"))
}

fn pkcs12(party: &Party, passphrase: &str) -> Vec<u8> {
    let mut above = Stack::new().expect("a stack");
    above
        .push(party.middle.certificate.clone())
        .expect("pushed");
    Pkcs12::builder()
        .pkey(&party.signer.key)
        .cert(&party.signer.certificate)
        .ca(above)
        .build2(passphrase)
        .and_then(|file| file.to_der())
        .expect("PKCS#12")
}

#[test]
fn a_key_is_used_only_with_its_own_certificate() {
    let party = Party::new(KeyKind::P256);
    let (key, own) = pem(&party);
    let foreign = party.middle.certificate.to_pem().expect("PEM");
    assert!(PemKey::from_pem(&key, &own).is_ok());
    assert!(matches!(
        PemKey::from_pem(&key, &foreign),
        Err(SigningError::ForeignCertificate)
    ));
    assert!(matches!(
        PemKey::from_pem(&key, b""),
        Err(SigningError::NoCertificate)
    ));
    assert!(matches!(
        PemKey::from_pem(b"", &foreign),
        Err(SigningError::Unreadable { .. })
    ));
}

#[test]
fn an_encrypted_key_opens_with_its_passphrase_alone() {
    let party = Party::new(KeyKind::P384);
    let (plain, chain) = pem(&party);
    let encrypted = party
        .signer
        .key
        .private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"swordfish");
    let encrypted = encrypted.expect("PEM");
    let open = |key: &[u8], passphrase| PemKey::from_pem_with_passphrase(key, passphrase, &chain);

    let key = open(&encrypted, Some("swordfish")).expect("a key");
    let mut policy = party.policy();
    policy.anchors = vec![party.middle.certificate.clone()];
    assert_eq!(refusal_code(&sample(&key).0, &policy), "VERIFIED");
    // One passphrase file may serve an encrypted key and the plain one that replaced it.
    assert!(open(&plain, Some("swordfish")).is_ok());
    assert!(matches!(
        open(&encrypted, Some("sword")),
        Err(SigningError::PassphraseWrong(_))
    ));
    assert!(matches!(
        open(&encrypted, None),
        Err(SigningError::PassphraseMissing)
    ));
    let long = "x".repeat(100_000);
    assert!(matches!(
        open(&encrypted, Some(&long)),
        Err(SigningError::PassphraseWrong(_))
    ));
}

#[test]
fn a_pkcs12_file_holds_the_key_and_its_chain() {
    let party = Party::new(KeyKind::P256);
    let file = pkcs12(&party, "swordfish");

    let key = PemKey::from_pkcs12(&file, "swordfish").expect("a key");

    assert_eq!(key.certificates().len(), 2);
    assert_eq!(refusal_code(&sample(&key).0, &party.policy()), "VERIFIED");
    assert!(matches!(
        PemKey::from_pkcs12(&file, "sword"),
        Err(SigningError::PassphraseWrong(_))
    ));
    assert!(matches!(
        PemKey::from_pkcs12(&file[1..], "swordfish"),
        Err(SigningError::Unreadable { .. })
    ));
}

#[test]
fn a_key_file_is_recognized_by_its_content() {
    let party = Party::new(KeyKind::P256);
    let (key, chain) = pem(&party);
    let file = pkcs12(&party, "swordfish");

    let from_pem = PemKey::from_file(&key, None, Some(&chain)).expect("a key");
    assert_eq!(from_pem.certificates().len(), 1);
    let own_chain = PemKey::from_file(&file, Some("swordfish"), None).expect("a key");
    assert_eq!(own_chain.certificates().len(), 2);
    let other_chain = PemKey::from_file(&file, Some("swordfish"), Some(&chain)).expect("a key");
    assert_eq!(other_chain.certificates().len(), 1);
    assert!(matches!(
        PemKey::from_file(&key, None, None),
        Err(SigningError::NoCertificate)
    ));
}

#[test]
fn a_pkcs12_file_without_a_key_is_told_apart() {
    let party = Party::new(KeyKind::P256);
    let file = Pkcs12::builder()
        .cert(&party.signer.certificate)
        .build2("swordfish")
        .and_then(|file| file.to_der())
        .expect("PKCS#12");
    assert!(matches!(
        PemKey::from_pkcs12(&file, "swordfish"),
        Err(SigningError::NoKey)
    ));
}
