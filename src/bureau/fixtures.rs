//! What the tests of the documents share: a key, a person who does not exist, and the tools that
//! other parties would use to look at our documents.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use chrono::{DateTime, Utc};
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509Ref};

use crate::bureau::ORDER_NAMESPACE;
use crate::bureau::letter::LETTER_NAMESPACES;
use crate::bureau::message::MESSAGE_NAMESPACES;
use crate::bureau::refusal::{DocumentRefusal, ReadError};
use crate::xmldsig::key::PemKey;
use crate::xmldsig::sign::SignedWriter;
use crate::xmldsig::trust::TrustPolicy;

/// Reads an instant.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// When the documents of the tests are signed and read.
pub(crate) fn noon() -> DateTime<Utc> {
    at("2026-03-02T10:00:00Z")
}

/// A signer whom the policy of [`Signer::policy`] trusts.
pub(crate) struct Signer {
    pub(crate) key: PemKey,
    anchor: X509,
}

impl Signer {
    pub(crate) fn new() -> Self {
        let (root_key, signer_key) = (new_key(), new_key());
        let anchor = certificate("Test root", &root_key, None);
        let own = certificate("Test bureau", &signer_key, Some((&anchor, &root_key)));
        Self {
            key: PemKey::new(signer_key, vec![own]).expect("a signing key"),
            anchor,
        }
    }

    /// Trusts this signer, for all documents.
    pub(crate) fn policy(&self) -> TrustPolicy {
        let mut policy = TrustPolicy::new(vec![self.anchor.clone()], ORDER_NAMESPACE, noon());
        let others = MESSAGE_NAMESPACES.iter().chain(&LETTER_NAMESPACES);
        let others = others.map(|&namespace| namespace.to_owned());
        policy.allowed_namespaces.extend(others);
        policy
    }

    /// Signs a changed document again, so that only its content can be at fault. `document` is
    /// one of ours; its signature, and the end of the root after it, may be left out.
    pub(crate) fn sign_again(&self, document: &str) -> Vec<u8> {
        let content = document.split("<ds:Signature").next().expect("content");
        let mut tags = content.split('<').skip(1);
        let root = tags.next().expect("a root");
        let (root, after) = root.split_once('>').expect("a whole tag");
        let (root, namespace) = root.split_once(" xmlns=\"").expect("a namespace");
        let namespace = namespace.trim_end_matches('"');
        let mut xml = SignedWriter::new(Vec::new(), &self.key, root, namespace, &[])
            .expect("a root that can be written");
        xml.text(&unescaped(after)).expect("text");
        for tag in tags {
            let (tag, after) = tag.split_once('>').expect("a whole tag");
            if tag.starts_with('/') {
                xml.end().expect("an end");
            } else {
                start(&mut xml, tag);
            }
            xml.text(&unescaped(after)).expect("text");
        }
        xml.finish(noon(), "application/xml").expect("signed").0
    }
}

fn start(xml: &mut SignedWriter<'_, Vec<u8>>, tag: &str) {
    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let attributes: Vec<_> = attributes
        .split("\" ")
        .filter_map(|attribute| attribute.trim_end_matches('"').split_once("=\""))
        .collect();
    xml.start(name, &attributes).expect("an element");
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
    PKey::from_ec_key(EcKey::generate(&group).expect("an EC key")).expect("a key")
}

fn name(common_name: &str) -> X509Name {
    let mut name = X509Name::builder().expect("a name");
    name.append_entry_by_text("CN", common_name)
        .expect("an entry");
    name.build()
}

/// A certificate for `key`: of an authority, or, where there is an `issuer`, of a signer.
fn certificate(
    subject: &str,
    key: &PKey<Private>,
    issuer: Option<(&X509, &PKey<Private>)>,
) -> X509 {
    let mut builder = X509::builder().expect("a builder");
    let subject = name(subject);
    let serial = BigNum::from_u32(if issuer.is_some() { 2 } else { 1 }).expect("a number");
    let serial = Asn1Integer::from_bn(&serial).expect("a serial number");
    let instant = |text| Asn1Time::from_str(text).expect("an instant");
    builder.set_version(2).expect("version");
    builder.set_serial_number(&serial).expect("serial");
    builder.set_subject_name(&subject).expect("subject");
    builder
        .set_issuer_name(issuer.map_or(&subject, |(issuer, _)| issuer.subject_name()))
        .expect("issuer");
    builder.set_pubkey(key).expect("key");
    builder
        .set_not_before(&instant("20250101000000Z"))
        .expect("from");
    builder
        .set_not_after(&instant("20450101000000Z"))
        .expect("to");
    for extension in extensions(&builder, issuer.map(|(issuer, _)| &**issuer)) {
        builder.append_extension(extension).expect("appended");
    }
    let issuer_key = issuer.map_or(key, |(_, key)| key);
    builder
        .sign(issuer_key, MessageDigest::sha256())
        .expect("signed");
    builder.build()
}

fn extensions(builder: &X509Builder, issuer: Option<&X509Ref>) -> Vec<X509Extension> {
    let context = builder.x509v3_context(issuer, None);
    let own = SubjectKeyIdentifier::new().build(&context);
    let rest = if issuer.is_some() {
        [
            KeyUsage::new().critical().digital_signature().build(),
            AuthorityKeyIdentifier::new().keyid(true).build(&context),
        ]
    } else {
        [
            KeyUsage::new().critical().key_cert_sign().build(),
            BasicConstraints::new().critical().ca().build(),
        ]
    };
    std::iter::once(own)
        .chain(rest)
        .map(|extension| extension.expect("an extension"))
        .collect()
}

/// What `xmllint` says of a document by our schema: nothing when it is valid.
pub(crate) fn schema_faults(schema: &str, document: &[u8]) -> Option<String> {
    let schema = format!("{}/schemas/{schema}", env!("CARGO_MANIFEST_DIR"));
    let mut tool = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", &schema, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint must be installed (Debian: apt-get install libxml2-utils)");
    let mut input = tool.stdin.take().expect("its standard input");
    input.write_all(document).expect("written to xmllint");
    drop(input);
    let output = tool.wait_with_output().expect("xmllint ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => None,
        // 3 and 4 are verdicts; anything else is a schema that does not compile, or no verdict.
        Some(3 | 4) => Some(said),
        other => panic!("xmllint gave no verdict ({other:?}): {said}"),
    }
}

/// Requires that `xmlsec1` accepts the signature of a document.
pub(crate) fn assert_xmlsec1_accepts(signer: &Signer, document: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("document.xml"), document).expect("written");
    fs::write(path("root.pem"), signer.anchor.to_pem().expect("PEM")).expect("written");
    let Output { status, stderr, .. } = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "x509"])
        .args(["--verification-gmt-time", "2026-03-02 10:00:00"])
        .args([
            "--id-attr:Id",
            "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        ])
        .arg("--trusted-pem")
        .args([path("root.pem"), path("document.xml")])
        .output()
        .expect("xmlsec1 must be installed (Debian: apt-get install xmlsec1)");
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "xmlsec1 refuses: {said}");
}

/// One way to spoil a document.
pub(crate) struct Spoiling {
    /// What stands in the good document.
    pub(crate) found: &'static str,
    /// What stands there instead.
    pub(crate) put: &'static str,
    /// The code of the refusal.
    pub(crate) code: &'static str,
    /// Whether the schema language can say that it is wrong.
    pub(crate) schema_knows: bool,
}

/// A spoiling that reader and schema both refuse.
pub(crate) const fn spoil(found: &'static str, put: &'static str, code: &'static str) -> Spoiling {
    Spoiling {
        found,
        put,
        code,
        schema_knows: true,
    }
}

/// A spoiling that only the reader refuses.
pub(crate) const fn spoil_beyond_schema(
    found: &'static str,
    put: &'static str,
    code: &'static str,
) -> Spoiling {
    Spoiling {
        schema_knows: false,
        ..spoil(found, put, code)
    }
}

/// Requires that `read` refuses each spoiled document with its code although it is well signed,
/// and that the schema agrees.
pub(crate) fn assert_all_refused<T>(
    signer: &Signer,
    document: &[u8],
    schema: &str,
    spoilings: &[Spoiling],
    read: impl Fn(&[u8]) -> Result<T, ReadError>,
) {
    let good = str::from_utf8(document).expect("UTF-8");
    if let Err(error) = read(&signer.sign_again(good)) {
        panic!("signed again, but {error}");
    }
    for Spoiling {
        found,
        put,
        code,
        schema_knows,
    } in spoilings
    {
        assert!(good.contains(found), "{found} is not in the document");
        let spoiled = signer.sign_again(&good.replacen(found, put, 1));
        let refusal = refusal(read(&spoiled));
        assert_eq!(refusal.code, *code, "{found} → {put}: {refusal}");
        assert!(refusal.line > 1, "{found} → {put}: {refusal}");
        assert_eq!(
            schema_faults(schema, &spoiled).is_some(),
            *schema_knows,
            "{schema} on {found} → {put}"
        );
    }
}

/// The refusal that a reader must have answered with.
pub(crate) fn refusal<T>(read: Result<T, ReadError>) -> DocumentRefusal {
    match read {
        Err(ReadError::Refused(refusal)) => refusal,
        Err(ReadError::Source(error)) => panic!("the source failed: {error}"),
        Ok(_) => panic!("accepted what is to be refused"),
    }
}
