//! Documents of any kind: canonical form, signing, verifying.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use expect_test::expect;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::x509::X509;

use super::kit::{Kit, Ran};
use crate::cli::Exit;
use crate::vault::private_file;

const DOCUMENT: &str = "<?xml version=\"1.0\"?>\n<a b='1'\txmlns='urn:x'>\n <c/>\r\n</a>\n";

impl Kit {
    fn write(&self, name: &str, content: &str) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.name(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `xml sign` with the seal of the gateway.
    async fn sign(&self, words: &[&str]) -> Ran {
        let key = self.name("certs/gateway-seal.key");
        let certificate = self.name("certs/gateway-seal.pem");
        let sign = ["xml", "sign", "--key", &key, "--cert", &certificate];
        self.cli(&[&sign, words].concat()).await
    }

    /// Runs `xml verify`, believing the authority of seals.
    async fn verify(&self, words: &[&str]) -> Ran {
        let trust = self.name("certs/signing-ca.pem");
        self.cli(&[&["xml", "verify", "--trust", &trust], words].concat())
            .await
    }
}

#[tokio::test]
async fn what_is_signed_is_valid_and_tells_who_signed_it() {
    let kit = Kit::new();
    let (document, signed) = (kit.write("a.xml", DOCUMENT), kit.name("b.xml"));
    let said = kit.sign(&["--out", &signed, "--json", &document]).await;
    assert_eq!(said.exit, Exit::Ok, "{}", said.err);
    let said = said.json();

    let verdict = kit.verify(&["--json", &signed]).await;

    assert_eq!(verdict.exit, Exit::Ok, "{}", verdict.out);
    let verdict = verdict.json();
    assert_eq!(verdict["valid"], true);
    assert_eq!(verdict["code"], serde_json::Value::Null);
    assert_eq!(verdict["algorithm"], "ECDSA_P256_SHA256");
    assert_eq!(verdict["signed_at"], "2026-03-02T07:00:00Z");
    let subject = "C=RO, O=Development, not for production, CN=gateway-seal";
    assert_eq!(verdict["signer"], subject);
    for same in ["digest", "document_digest", "size_bytes"] {
        assert_eq!(verdict[same], said[same], "{same}");
    }
    let text = kit.verify(&[&signed]).await.ok();
    assert!(text.starts_with("The signature holds.\n"), "{text}");
    assert!(text.contains(subject), "{text}");
}

#[tokio::test]
async fn a_document_that_is_not_valid_ends_with_7_and_says_why_and_where() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    kit.sign(&["--out", &kit.name("b.xml"), &document])
        .await
        .ok();
    let tampered = kit.read("b.xml").replace("b='1'", "b='2'");
    let tampered = kit.write("b.xml", &tampered);

    let verdict = kit.verify(&[&tampered]).await;
    assert_eq!(verdict.exit, Exit::Invalid);
    assert_eq!(verdict.err, "");
    expect![[r"
        The document is NOT valid.
        Code    DIGEST_MISMATCH
        Reason  the document is not the one that was signed
        Line    4
        Column  1
    "]]
    .assert_eq(&verdict.out);

    let unsigned = kit.verify(&["--json", &document]).await;
    assert_eq!(unsigned.exit, Exit::Invalid);
    let unsigned = unsigned.json();
    assert_eq!(unsigned["valid"], false);
    assert_eq!(unsigned["code"], "SIGNATURE_MISSING");
    for nothing in ["signer", "signed_at", "algorithm", "digest"] {
        assert_eq!(unsigned[nothing], serde_json::Value::Null, "{nothing}");
    }
}

#[tokio::test]
async fn the_instant_and_the_namespaces_decide_where_they_are_given() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    let signed = kit.name("b.xml");
    kit.sign(&["--out", &signed, &document]).await.ok();
    for (words, expected) in [
        (["--at", "2028-03-02T00:00:00Z"], "CERTIFICATE_EXPIRED"),
        (["--at", "2026-03-02T06:00:00+02:00"], "SIGNED_IN_FUTURE"),
        (["--namespace", "urn:y"], "NAMESPACE_FORBIDDEN"),
    ] {
        let verdict = kit
            .verify(&[&words[..], &["--json", &signed]].concat())
            .await;
        assert_eq!(verdict.exit, Exit::Invalid, "{words:?}");
        assert_eq!(verdict.json()["code"], expected, "{words:?}");
    }
    kit.verify(&["--namespace", "urn:x", &signed]).await.ok();
    kit.verify(&["--at", "2026-03-02T09:00:00+02:00", &signed])
        .await
        .ok();
    assert_eq!(
        kit.verify(&["--at", "today", &signed]).await.exit,
        Exit::Usage
    );
}

#[tokio::test]
async fn what_keeps_from_verifying_is_not_told_as_a_verdict() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    assert_eq!(
        kit.verify(&[&kit.name("none.xml")]).await.exit,
        Exit::NotFound
    );
    assert_eq!(kit.verify(&[&kit.name("certs")]).await.exit, Exit::Failure);
    let verify = |trust: &str| ["xml", "verify", "--trust", trust, &document].map(str::to_owned);
    for (trust, exit) in [
        (&document, Exit::Usage),
        (&kit.name("none.pem"), Exit::Failure),
    ] {
        let words = verify(trust);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(kit.cli(&words).await.exit, exit, "{trust}");
    }
    let crl = kit.verify(&["--crl", &document, &document]).await;
    assert_eq!(crl.exit, Exit::Usage, "{}", crl.err);
}

#[tokio::test]
async fn a_file_is_replaced_as_a_whole_or_not_at_all() {
    let kit = Kit::new();
    let folder = kit.name("out");
    std::fs::create_dir(&folder).unwrap();
    let target = kit.write("out/b.xml", "before");
    let spoiled = kit.write("a.xml", &DOCUMENT.replace("</a>", "<!-- c --></a>"));

    let (exit, complaint) = kit.sign(&["--out", &target, &spoiled]).await.failed();
    assert_eq!(exit, Exit::Invalid);
    assert_eq!(
        complaint,
        "cei-gateway: COMMENT_FORBIDDEN at line 4, column 1: a comment"
    );
    let cut = kit.write("a.xml", &DOCUMENT.replace("</a>", ""));
    let c14n = ["xml", "c14n", "--out", &target, &cut];
    assert_eq!(kit.cli(&c14n).await.exit, Exit::Invalid);
    assert_eq!(kit.read("out/b.xml"), "before");

    // The file itself may be signed in its place.
    kit.write("out/b.xml", DOCUMENT);
    kit.sign(&["--out", &target, &target]).await.ok();
    kit.verify(&[&target]).await.ok();
    let mode = std::fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);

    let device = kit.sign(&["--out", "/dev/null", &target]).await;
    assert_eq!(device.exit, Exit::Usage, "{}", device.err);
}

#[tokio::test]
async fn canonical_form_comes_without_comments_or_with_them() {
    let kit = Kit::new();
    let text = "\u{FEFF}<?p?><!--1--><a  z='2' b=\"&#13;\"><!--\r\n2--><c/>&gt;</a><!--3-->";
    let document = kit.write("a.xml", text);
    assert_eq!(
        kit.cli(&["xml", "c14n", &document]).await.ok(),
        "<?p?>\n<a b=\"&#xD;\" z=\"2\"><c></c>&gt;</a>"
    );
    assert_eq!(
        kit.cli(&["xml", "c14n", "--with-comments", &document])
            .await
            .ok(),
        "<?p?>\n<!--1-->\n<a b=\"&#xD;\" z=\"2\"><!--\n2--><c></c>&gt;</a>\n<!--3-->"
    );
    let refused = kit.write("a.xml", "<a>\n <b c='1'd='2'/></a>");
    let (exit, complaint) = kit.cli(&["xml", "c14n", &refused]).await.failed();
    assert_eq!(exit, Exit::Invalid);
    assert_eq!(
        complaint,
        "cei-gateway: NOT_WELL_FORMED at line 2, column 10: no space before an attribute"
    );
}

#[tokio::test]
async fn a_key_may_be_in_pkcs12_or_encrypted_and_its_passphrase_is_in_a_file() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    let key = std::fs::read(kit.path("certs/gateway-seal.key")).unwrap();
    let key = PKey::private_key_from_pem(&key).unwrap();
    let certificate = std::fs::read(kit.path("certs/gateway-seal.pem")).unwrap();
    let certificate = X509::from_pem(&certificate).unwrap();
    let p12 = Pkcs12::builder()
        .pkey(&key)
        .cert(&certificate)
        .build2("open sesame");
    let p12 = p12.unwrap().to_der().unwrap();
    let cipher = openssl::symm::Cipher::aes_256_cbc();
    let pem = key
        .private_key_to_pem_pkcs8_passphrase(cipher, b"open sesame")
        .unwrap();
    private_file::create(&kit.path("seal.p12"), &p12).unwrap();
    private_file::create(&kit.path("seal.pem"), &pem).unwrap();
    private_file::create(&kit.path("right"), b"open sesame\n").unwrap();
    private_file::create(&kit.path("wrong"), b"open barley").unwrap();
    let certificate = kit.name("certs/gateway-seal.pem");
    let (signed, right, wrong) = (kit.name("b.xml"), kit.name("right"), kit.name("wrong"));

    for (file, more) in [
        ("seal.p12", &[][..]),
        ("seal.p12", &["--cert", &certificate]),
        ("seal.pem", &["--cert", &certificate]),
    ] {
        let file = kit.name(file);
        let sign = ["xml", "sign", "--key", &file, "--out", &signed, &document];
        let sign = [&sign, more].concat();
        kit.cli(&[&sign[..], &["--passphrase-file", &right]].concat())
            .await
            .ok();
        kit.verify(&[&signed]).await.ok();
        let other = kit
            .cli(&[&sign[..], &["--passphrase-file", &wrong]].concat())
            .await;
        assert_eq!(other.exit, Exit::Failure, "{}", other.err);
        assert_eq!(kit.cli(&sign).await.exit, Exit::Failure);
    }
}

#[tokio::test]
async fn a_key_that_others_can_read_or_that_is_not_of_the_certificate_does_not_sign() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    let other = kit.name("certs/bureau-seal.pem");
    let key = kit.name("certs/gateway-seal.key");
    let sign = ["xml", "sign", "--key", &key, "--cert", &other, &document];
    let foreign = kit.cli(&sign).await;
    assert_eq!(foreign.exit, Exit::Failure);
    assert!(foreign.err.contains("not of this key"), "{}", foreign.err);
    assert_eq!(foreign.out, "");

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = kit.sign(&[&document]).await;
    assert_eq!(exposed.exit, Exit::Failure);
    assert!(exposed.err.contains("chmod 600"), "{}", exposed.err);
}

#[tokio::test]
async fn a_certificate_that_verifiers_will_refuse_signs_only_when_that_is_wanted() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    let signed = kit.name("b.xml");
    kit.clock.advance(Duration::from_hours(800 * 24));

    let refused = kit.sign(&["--out", &signed, &document]).await;

    assert_eq!(refused.exit, Exit::Failure);
    for part in ["CERTIFICATE_EXPIRED", "--even-if-unfit"] {
        assert!(refused.err.contains(part), "{}", refused.err);
    }
    assert!(!kit.path("b.xml").exists());
    let wanted = ["--even-if-unfit", "--out", &signed, &document];
    kit.sign(&wanted).await.ok();
    let verdict = kit.verify(&["--json", &signed]).await;
    assert_eq!(verdict.json()["code"], "CERTIFICATE_EXPIRED");
}

#[tokio::test]
async fn a_key_in_a_token_is_named_by_its_uri() {
    let kit = Kit::new();
    let document = kit.write("a.xml", DOCUMENT);
    private_file::create(&kit.path("pin"), b"1234\n").unwrap();
    let uri = "pkcs11:token=seals;object=seal?module-path=/dev/null";

    let unopened = kit.cli(&["xml", "sign", "--key", uri, &document]).await;
    assert_eq!(unopened.exit, Exit::Usage);
    assert!(
        unopened.err.contains("--passphrase-file"),
        "{}",
        unopened.err
    );
    let with_pin = format!("{uri}&pin-source=file:{}", kit.name("pin"));
    let no_module = kit
        .cli(&["xml", "sign", "--key", &with_pin, &document])
        .await;
    assert_eq!(no_module.exit, Exit::Failure);
    assert!(no_module.err.contains("/dev/null"), "{}", no_module.err);
    let unnamed = ["xml", "sign", "--key", "pkcs11:token=seals", &document];
    assert_eq!(kit.cli(&unnamed).await.exit, Exit::Usage);
}
