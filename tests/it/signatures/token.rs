//! Keys in a token, which `SoftHSM` plays. Its module belongs to a process and reads one variable of
//! it, so that each test has a process of its own: itself, started again for its ignored half.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, thread};

use cei_gateway::clock::Clock;
use cei_gateway::transport::certificates::{
    GATEWAY_SEAL, Validity, certificate_file, generate_development_certificates, key_file,
};
use cei_gateway::xmldsig::algorithm::SignatureAlgorithm;
use cei_gateway::xmldsig::key::{SigningError, SigningKey};
use cei_gateway::xmldsig::token::{TokenError, TokenKey, TokenPin, TokenPlace};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use openssl::x509::X509;

use crate::kit::environment::{var, waived};
use crate::kit::judges::assert_vouched_for;
use crate::signatures::papers::papers;
use crate::signatures::parties::Party;
use crate::signatures::signxml::Folder;
use crate::signatures::{KNOWN_TO_XMLSEC1, NOON, check};

/// Where Debian puts the module.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "swordfish";
const FOLDER: &str = "CEI_TEST_TOKEN_FOLDER";

/// Makes a folder for tokens, with the configuration that the module wants.
fn token_folder() -> Folder {
    let folder = Folder::new();
    let tokens = folder.path("tokens");
    fs::create_dir(&tokens).expect("a folder");
    let settings = format!("directories.tokendir = {}\n", tokens.display());
    folder.write("softhsm2.conf", settings.as_bytes());
    folder
}

/// Runs the ignored half of a test in a process that sees this folder's tokens.
fn run_apart(name: &str) {
    if waived("softhsm2") {
        return;
    }
    let folder = token_folder();
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("SOFTHSM2_CONF", folder.path("softhsm2.conf"))
        .env(FOLDER, folder.path(""))
        .output()
        .expect("a second process");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "it was not run: {said}");
}

fn own_folder() -> PathBuf {
    let folder = var(FOLDER).expect("run by the test that is not ignored");
    PathBuf::from(folder)
}

fn softhsm(configuration: Option<&Path>, arguments: &[&str]) {
    let mut command = Command::new("softhsm2-util");
    command.args(arguments);
    if let Some(file) = configuration {
        command.env("SOFTHSM2_CONF", file);
    }
    let Output { status, stderr, .. } = command
        .output()
        .expect("softhsm2-util must be installed: run scripts/setup test");
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{arguments:?}: {said}");
}

fn make_token(configuration: Option<&Path>) {
    let arguments = ["--init-token", "--free", "--label", "seals"];
    let pins = ["--so-pin", "12345678", "--pin", PIN];
    softhsm(configuration, &[arguments.as_slice(), &pins].concat());
}

fn import(configuration: Option<&Path>, key: &Path, label: &str, id: &str) {
    let key = key.to_str().expect("UTF-8");
    let arguments = ["--import", key, "--token", "seals", "--pin", PIN];
    let names = ["--label", label, "--id", id];
    softhsm(configuration, &[arguments.as_slice(), &names].concat());
}

fn place(key_label: &str) -> TokenPlace {
    TokenPlace {
        module: PathBuf::from(MODULE),
        token_label: Some("seals".to_owned()),
        token_serial: None,
        key_label: Some(key_label.to_owned()),
        key_id: None,
        pin: TokenPin::new(PIN),
    }
}

/// Puts a signer's key into the token.
fn put(signer: &Party, label: &str, id: &str) {
    let file = own_folder().join(label);
    fs::write(&file, signer.key_pem()).expect("written");
    import(None, &file, label, id);
}

/// Puts a certificate into the token, as its maker's tools would.
fn put_certificate(certificate: &X509, id: u8) {
    let module = Pkcs11::new(MODULE).expect("the module");
    let flags = CInitializeFlags::OS_LOCKING_OK;
    // It may have been set up already.
    drop(module.initialize(CInitializeArgs::new(flags)));
    let slots = module.get_slots_with_initialized_token().expect("slots");
    let session = module.open_rw_session(slots[0]).expect("a session");
    drop(session.login(UserType::User, Some(&AuthPin::from(PIN))));
    let subject = certificate.subject_name().to_der().expect("DER");
    let object = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Id(vec![id]),
        Attribute::Subject(subject),
        Attribute::Value(certificate.to_der().expect("DER")),
    ];
    session.create_object(&object).expect("an object");
}

fn token_error<T>(outcome: Result<T, SigningError>) -> TokenError {
    match outcome {
        Err(SigningError::Token(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("the token served"),
    }
}

#[test]
fn what_a_token_signs_is_accepted_with_every_algorithm() {
    run_apart("signatures::token::every_algorithm");
}

#[test]
#[ignore = "what_a_token_signs_is_accepted_with_every_algorithm runs it, in a process of its own"]
fn every_algorithm() {
    let root = Party::authority();
    let anchor = own_folder().join("root.pem");
    fs::write(&anchor, root.certificate_pem()).expect("written");
    make_token(None);
    for (algorithm, id) in SignatureAlgorithm::ALL.iter().zip(["01", "02", "03", "04"]) {
        let signer = root.signer(*algorithm);
        let label = algorithm.as_str();
        put(&signer, label, id);
        let key = TokenKey::open(place(label), Some(vec![signer.certificate])).expect("a key");
        let key = if *algorithm == SignatureAlgorithm::RsaPkcs1Sha256 {
            key.with_rsa_pkcs1()
        } else {
            key
        };
        assert_eq!(key.algorithm(), *algorithm);
        for (name, document) in papers(&key) {
            let verified = check(&document, &root.policy());
            let verified = verified.unwrap_or_else(|error| panic!("{label} {name}: {error}"));
            assert_eq!(verified.algorithm, *algorithm);
            if KNOWN_TO_XMLSEC1.contains(algorithm) {
                assert_vouched_for(&document, &anchor, NOON);
            }
        }
    }
}

#[test]
fn a_token_is_used_by_many_threads_and_found_again_after_it_was_away() {
    run_apart("signatures::token::threads_and_removal");
}

#[test]
#[ignore = "a_token_is_used_by_many_threads_and_found_again_after_it_was_away runs it"]
fn threads_and_removal() {
    let root = Party::authority();
    let signer = root.signer(SignatureAlgorithm::EcdsaSha256);
    make_token(None);
    put(&signer, "seal", "0a");
    put_certificate(&signer.certificate, 0x0a);
    // The certificate comes from the token.
    let key = TokenKey::open(place("seal"), None).expect("a key");
    assert_eq!(
        key.certificates(),
        std::slice::from_ref(&signer.certificate)
    );
    let public = signer.certificate.public_key().expect("a key");
    let signs = |bytes: &[u8]| {
        let value = key.sign(bytes)?;
        let good = key.algorithm().verify(&public, bytes, &value);
        assert!(good.expect("a value"), "a wrong value");
        Ok::<_, SigningError>(())
    };
    thread::scope(|scope| {
        for thread in 0..8_u8 {
            scope.spawn(move || (0..25).for_each(|turn| signs(&[thread, turn]).expect("signed")));
        }
    });

    softhsm(None, &["--delete-token", "--token", "seals"]);
    let away = token_error(signs(b"away"));
    assert!(matches!(away, TokenError::Lost(_)), "{away:?}");
    assert_eq!(away.to_string(), "the token was lost");

    make_token(None);
    put(&signer, "seal", "0a");
    signs(b"back").expect("signed again");
}

#[test]
fn a_token_that_does_not_serve_says_why() {
    run_apart("signatures::token::refusals");
}

#[test]
#[ignore = "a_token_that_does_not_serve_says_why runs it"]
fn refusals() {
    let root = Party::authority();
    let signer = root.signer(SignatureAlgorithm::EcdsaSha256);
    let other = root.signer(SignatureAlgorithm::EcdsaSha256);
    let chain = || Some(vec![signer.certificate.clone()]);
    let open = |place, chain| token_error(TokenKey::open(place, chain));
    make_token(None);
    put(&signer, "seal", "01");
    put(&other, "twin", "02");
    fs::copy(own_folder().join("twin"), own_folder().join("copy")).expect("copied");
    import(None, &own_folder().join("copy"), "twin", "03");

    let elsewhere = TokenPlace {
        token_label: Some("stamps".to_owned()),
        ..place("seal")
    };
    let wanted = |name: &str| format!("`{name}`");
    assert_eq!(
        open(elsewhere, chain()),
        TokenError::NoToken {
            wanted: wanted("stamps")
        }
    );
    assert_eq!(
        open(place("stamp"), chain()),
        TokenError::NoKey {
            wanted: wanted("stamp")
        }
    );
    assert_eq!(
        open(place("twin"), chain()),
        TokenError::SeveralKeys {
            wanted: wanted("twin")
        }
    );
    assert_eq!(open(place("seal"), None), TokenError::NoCertificate);
    let by_id = TokenPlace {
        key_id: Some(vec![2]),
        ..place("twin")
    };
    assert!(matches!(
        TokenKey::open(by_id, chain()),
        Err(SigningError::ForeignCertificate)
    ));
    let wrong_pin = TokenPlace {
        pin: TokenPin::new("sword"),
        ..place("seal")
    };
    let refused = open(wrong_pin, chain());
    assert_eq!(
        refused.to_string(),
        "the token refuses the PIN (PinIncorrect)"
    );
}

#[test]
fn the_gateway_checks_a_seal_in_a_token() {
    if waived("softhsm2") {
        return;
    }
    let folder = token_folder();
    let configuration = folder.path("softhsm2.conf");
    let certs = folder.path("certs");
    let now = Clock::System.now();
    generate_development_certificates(&certs, &[], Validity::around(now), false)
        .expect("certificates");
    make_token(Some(&configuration));
    import(
        Some(&configuration),
        &key_file(&certs, GATEWAY_SEAL),
        "seal",
        "01",
    );
    let check = |pin: &[u8]| {
        let pin = folder.write_secret("pin", pin);
        Command::new(env!("CARGO_BIN_EXE_cei-gateway"))
            .arg("check")
            .env_clear()
            .env("SOFTHSM2_CONF", &configuration)
            .env("CEI__DATA_DIR", folder.path("data"))
            .env("CEI__SIGNING__KIND", "pkcs11")
            .env(
                "CEI__SIGNING__CHAIN_FILE",
                certificate_file(&certs, GATEWAY_SEAL),
            )
            .env("CEI__SIGNING__PKCS11__MODULE_FILE", MODULE)
            .env("CEI__SIGNING__PKCS11__TOKEN_LABEL", "seals")
            .env("CEI__SIGNING__PKCS11__KEY_ID", "01")
            .env("CEI__SIGNING__PKCS11__PIN_FILE", pin)
            .output()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .expect("the gateway")
    };

    let found = check(PIN.as_bytes());
    let good = "key (pkcs11) and certificate are a pair; ECDSA_P256_SHA256";
    assert!(found.contains(good), "{found}");
    let found = check(b"sword");
    assert!(found.contains("the token refuses the PIN"), "{found}");
}
