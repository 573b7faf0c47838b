//! Signers of every algorithm of the profile, below one authority.

use std::sync::OnceLock;

use cei_gateway::xmldsig::algorithm::SignatureAlgorithm;
use cei_gateway::xmldsig::key::PemKey;
use cei_gateway::xmldsig::trust::TrustPolicy;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name};

/// When everything is signed and verified.
pub(super) fn noon() -> DateTime<Utc> {
    "2026-03-02T10:00:00Z".parse().expect("an instant")
}

/// A key with its certificate.
pub(super) struct Party {
    pub(super) key: PKey<Private>,
    pub(super) certificate: X509,
}

impl Party {
    /// An authority that vouches for itself.
    pub(super) fn authority() -> Self {
        let key = new_key(SignatureAlgorithm::EcdsaSha384);
        let certificate = certify("Test root", 1, &key, None);
        Self { key, certificate }
    }

    /// A signer whose key fits `algorithm`.
    pub(super) fn signer(&self, algorithm: SignatureAlgorithm) -> Self {
        let key = new_key(algorithm);
        let serial = 2 + u32::from(algorithm.uri().contains("rsa"));
        let certificate = certify("Test signer", serial, &key, Some(self));
        Self { key, certificate }
    }

    /// The key, signing with `algorithm`.
    pub(super) fn signing_key(&self, algorithm: SignatureAlgorithm) -> PemKey {
        let key = PemKey::new(self.key.clone(), vec![self.certificate.clone()]).expect("a key");
        if algorithm == SignatureAlgorithm::RsaPkcs1Sha256 {
            key.with_rsa_pkcs1()
        } else {
            key
        }
    }

    pub(super) fn key_pem(&self) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8().expect("PEM")
    }

    pub(super) fn certificate_pem(&self) -> Vec<u8> {
        self.certificate.to_pem().expect("PEM")
    }

    /// Believes what this authority vouches for, in any document.
    pub(super) fn policy(&self) -> TrustPolicy {
        let policy = TrustPolicy::of_any_document(&self.certificate_pem(), noon());
        let mut policy = policy.expect("a policy");
        policy.allow_rsa_pkcs1 = true;
        policy
    }
}

/// A new key; the RSA key is made once, because it takes long.
fn new_key(algorithm: SignatureAlgorithm) -> PKey<Private> {
    static RSA: OnceLock<PKey<Private>> = OnceLock::new();
    let curve = match algorithm {
        SignatureAlgorithm::EcdsaSha256 => Nid::X9_62_PRIME256V1,
        SignatureAlgorithm::EcdsaSha384 => Nid::SECP384R1,
        SignatureAlgorithm::RsaPssSha256 | SignatureAlgorithm::RsaPkcs1Sha256 => {
            let made = RSA.get_or_init(|| {
                PKey::from_rsa(Rsa::generate(3072).expect("an RSA key")).expect("a key")
            });
            return made.clone();
        }
    };
    let group = EcGroup::from_curve_name(curve).expect("a curve");
    PKey::from_ec_key(EcKey::generate(&group).expect("an EC key")).expect("a key")
}

fn name(common_name: &str) -> X509Name {
    let mut name = X509Name::builder().expect("a name");
    name.append_entry_by_nid(Nid::COMMONNAME, common_name)
        .expect("an entry");
    name.build()
}

fn certify(subject: &str, serial: u32, key: &PKey<Private>, issuer: Option<&Party>) -> X509 {
    let mut builder = X509::builder().expect("a builder");
    let number = BigNum::from_u32(serial).and_then(|number| Asn1Integer::from_bn(&number));
    // Written as RFC 5280 wants it: UTCTime until 2049.
    let time = |at: DateTime<Utc>| Asn1Time::from_unix(at.timestamp()).expect("an instant");
    let subject = name(subject);
    let above = issuer.map(|issuer| &*issuer.certificate);
    builder.set_version(2).expect("version");
    builder
        .set_serial_number(&number.expect("a number"))
        .expect("serial");
    builder.set_subject_name(&subject).expect("subject");
    builder
        .set_issuer_name(above.map_or(&subject, |above| above.subject_name()))
        .expect("issuer");
    builder.set_pubkey(key).expect("key");
    builder
        .set_not_before(&time(noon() - TimeDelta::days(60)))
        .expect("from");
    builder
        .set_not_after(&time(noon() + TimeDelta::days(365)))
        .expect("until");
    extend(&mut builder, issuer);
    let signer = issuer.map_or(key, |issuer| &issuer.key);
    builder
        .sign(signer, MessageDigest::sha256())
        .expect("signed");
    builder.build()
}

fn extend(builder: &mut X509Builder, issuer: Option<&Party>) {
    let above = issuer.map(|issuer| &*issuer.certificate);
    let context = builder.x509v3_context(above, None);
    let mut extensions = vec![SubjectKeyIdentifier::new().build(&context)];
    if issuer.is_some() {
        let mut usage = KeyUsage::new();
        extensions.push(usage.critical().digital_signature().build());
        extensions.push(AuthorityKeyIdentifier::new().keyid(true).build(&context));
    } else {
        let mut usage = KeyUsage::new();
        extensions.push(usage.critical().key_cert_sign().crl_sign().build());
        extensions.push(BasicConstraints::new().critical().ca().build());
    }
    for extension in extensions {
        builder
            .append_extension(extension.expect("an extension"))
            .expect("appended");
    }
}
