//! The signed document of the example, and the bytes of it that are hashed.

use std::fs;
use std::path::Path;

use cei_gateway::transport::certificates::{GATEWAY_SEAL, SIGNING_CA, certificate_file, key_file};
use cei_gateway::xmldsig::canonical::canonicalize;
use cei_gateway::xmldsig::content::IgnoreContent;
use cei_gateway::xmldsig::enveloped::{Terms, sign_document};
use cei_gateway::xmldsig::key::PemKey;
use cei_gateway::xmldsig::trust::{Limits, TrustPolicy};
use cei_gateway::xmldsig::verify::{Verified, VerifyError, verify};
use chrono::{DateTime, Utc};

use crate::kit::environment;
use crate::kit::world::certificates;

/// Where the files of the example are.
pub(super) const FOLDER: &str = "docs/example";

const UNSIGNED: &str = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<order number='7' xmlns=\"urn:example:order:1\">
  <name>Ștefania &#38; Ana</name>
  <stamp/>
</order>
";

/// The document, before it was signed and after, and whom to believe.
pub(super) struct Example {
    pub(super) unsigned: String,
    pub(super) signed: String,
    anchors: Vec<u8>,
}

fn instant() -> DateTime<Utc> {
    "2026-11-02T07:00:00Z".parse().expect("an instant")
}

impl Example {
    /// Reads the files. Signatures differ each time, so they are only written again when blessing
    /// and no longer as the code would have them.
    pub(super) fn read() -> Self {
        let read = |name: &str| fs::read(Path::new(FOLDER).join(name)).unwrap_or_default();
        let text = |name: &str| String::from_utf8(read(name)).expect("UTF-8");
        let example = Self {
            unsigned: text("unsigned.xml"),
            signed: text("signed.xml"),
            anchors: read("ca.pem"),
        };
        match example.fault() {
            None => example,
            Some(_) if environment::blessing() => Self::write(),
            Some(fault) => panic!("{FOLDER}: {fault}; run `make docs`"),
        }
    }

    fn verified(&self) -> Result<Verified, VerifyError> {
        let policy = TrustPolicy::of_any_document(&self.anchors, instant());
        let policy = policy.unwrap_or_else(|_| TrustPolicy::new(Vec::new(), "", instant()));
        verify(self.signed.as_bytes(), &policy, &mut IgnoreContent)
    }

    /// What is wrong with the files.
    fn fault(&self) -> Option<String> {
        if self.unsigned != UNSIGNED || self.without_signature() != UNSIGNED {
            return Some(String::from("another document"));
        }
        match self.verified() {
            Err(error) => Some(error.to_string()),
            Ok(verified) if verified.signed_at != instant() => Some(String::from("another time")),
            Ok(_) => None,
        }
    }

    /// Signs the document with development keys.
    fn write() -> Self {
        let read = |path: &Path| fs::read(path).expect("a file");
        let chain = read(&certificate_file(certificates(), GATEWAY_SEAL));
        let key = PemKey::from_pem(&read(&key_file(certificates(), GATEWAY_SEAL)), &chain);
        let terms = Terms {
            signed_at: instant(),
            mime: "application/xml",
            limits: Limits::default(),
        };
        let key = key.expect("a seal");
        let signed = sign_document(UNSIGNED.as_bytes(), Vec::new(), &key, &terms);
        let example = Self {
            unsigned: UNSIGNED.to_owned(),
            signed: String::from_utf8(signed.expect("signed").0).expect("UTF-8"),
            anchors: read(&certificate_file(certificates(), SIGNING_CA)),
        };
        for (name, bytes) in [
            ("unsigned.xml", example.unsigned.as_bytes()),
            ("signed.xml", example.signed.as_bytes()),
            ("ca.pem", &example.anchors),
        ] {
            fs::write(Path::new(FOLDER).join(name), bytes).expect("written");
        }
        assert_eq!(example.fault(), None, "what was written just now");
        example
    }

    fn without_signature(&self) -> String {
        let cut = self
            .signed
            .split_once("<ds:Signature ")
            .and_then(|(before, rest)| {
                let (_, after) = rest.split_once("</ds:Signature>")?;
                Some([before, after].concat())
            });
        cut.unwrap_or_default()
    }

    /// What the first reference is the digest of.
    pub(super) fn canonical_document(&self) -> String {
        canonical(&self.without_signature())
    }

    /// What the second reference is the digest of.
    pub(super) fn properties(&self) -> String {
        self.canonical_part("xades:SignedProperties")
    }

    /// What the key signed.
    pub(super) fn signed_info(&self) -> String {
        self.canonical_part("ds:SignedInfo")
    }

    /// The canonical form of an element of the signature: that of a document that has it as root,
    /// with the declarations that are in force where it stands.
    fn canonical_part(&self, name: &str) -> String {
        let end = format!("</{name}>");
        let (_, rest) = self
            .signed
            .split_once(&format!("<{name}"))
            .expect("its start");
        let (inside, _) = rest.split_once(&end).expect("its end");
        canonical(&format!(
            "<{name} xmlns='urn:example:order:1' xmlns:ds='http://www.w3.org/2000/09/xmldsig#' \
             xmlns:xades='http://uri.etsi.org/01903/v1.3.2#'{inside}{end}"
        ))
    }
}

fn canonical(document: &str) -> String {
    let mut out = Vec::new();
    canonicalize(document.as_bytes(), &mut out, &Limits::default()).expect("canonical");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn what_the_document_shows_as_hashed_is_what_was_hashed_and_signed() {
    use openssl::bn::BigNum;
    use openssl::ecdsa::EcdsaSig;
    use openssl::sha::sha256;
    use openssl::x509::X509;

    // The files may be written at this moment, by the test that compares the document.
    if environment::blessing() {
        return;
    }
    let example = Example::read();
    let value = |name: &str, place: usize| {
        let piece = example
            .signed
            .split(&format!("<ds:{name}"))
            .nth(place)
            .expect("there");
        let (_, text) = piece.split_once('>').expect("its start");
        let (text, _) = text.split_once("</").expect("its end");
        openssl::base64::decode_block(text).expect("base64")
    };
    let digest = |text: String| sha256(text.as_bytes()).to_vec();
    assert_eq!(
        value("DigestValue", 1),
        digest(example.canonical_document())
    );
    assert_eq!(value("DigestValue", 2), digest(example.properties()));
    let certificate = value("X509Certificate", 1);
    assert_eq!(value("DigestValue", 3), sha256(&certificate).to_vec());

    let raw = value("SignatureValue", 1);
    let half = |bytes: &[u8]| BigNum::from_slice(bytes).expect("a number");
    let signature = EcdsaSig::from_private_components(half(&raw[..32]), half(&raw[32..]));
    let key = X509::from_der(&certificate).and_then(|certificate| certificate.public_key());
    let key = key.and_then(|key| key.ec_key()).expect("an EC key");
    let hash = sha256(example.signed_info().as_bytes());
    assert!(
        signature
            .and_then(|signature| signature.verify(&hash, &key))
            .expect("verified")
    );
}
