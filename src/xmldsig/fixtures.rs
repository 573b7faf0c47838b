//! Keys, certificates and revocation lists made on the spot, for tests of this and other modules.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Crl, X509CrlBuilder, X509Extension, X509NameBuilder};
use openssl::x509::{X509NameRef, X509RevokedBuilder};

use crate::xmldsig::key::PemKey;
use crate::xmldsig::trust::TrustPolicy;

/// The namespace of the documents of the tests here.
pub(crate) const NS: &str = "urn:test:1";

/// An instant that is written as in documents.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .expect("RFC 3339")
        .to_utc()
}

/// When the documents of the tests are signed and verified, unless they say otherwise.
pub(crate) fn noon() -> DateTime<Utc> {
    instant("2026-03-02T10:00:00Z")
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyKind {
    P256,
    P384,
    Secp256k1,
    Rsa1024,
    Rsa2048,
    Rsa3072,
}

/// A new key; RSA keys are made once, because they take long.
pub(crate) fn new_key(kind: KeyKind) -> PKey<Private> {
    static RSA: [OnceLock<PKey<Private>>; 3] = [const { OnceLock::new() }; 3];
    let rsa = |slot: usize, bits| {
        let made = RSA[slot].get_or_init(|| {
            PKey::from_rsa(Rsa::generate(bits).expect("an RSA key")).expect("a key")
        });
        made.clone()
    };
    let curve = match kind {
        KeyKind::P256 => Nid::X9_62_PRIME256V1,
        KeyKind::P384 => Nid::SECP384R1,
        KeyKind::Secp256k1 => Nid::SECP256K1,
        KeyKind::Rsa2048 => return rsa(0, 2048),
        KeyKind::Rsa3072 => return rsa(1, 3072),
        KeyKind::Rsa1024 => return rsa(2, 1024),
    };
    let group = EcGroup::from_curve_name(curve).expect("a curve");
    PKey::from_ec_key(EcKey::generate(&group).expect("an EC key")).expect("a key")
}

/// What a certificate says.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) common_name: &'static str,
    pub(crate) kind: KeyKind,
    pub(crate) valid: (DateTime<Utc>, DateTime<Utc>),
    pub(crate) usage: Usage,
    pub(crate) serial: u32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Usage {
    Signing,
    SealingOfDocuments,
    Encipherment,
    Unstated,
    ServerOnly,
    /// A purpose that OpenSSL has no name for.
    PrivatePurpose,
    /// A critical extension that nobody knows.
    UnknownExtension,
    Authority,
    AuthorityWithoutFlag,
    /// An authority that may issue no other authority.
    LastAuthority,
    /// An authority that may not sign revocation lists.
    AuthorityWithoutLists,
}

impl Wanted {
    pub(crate) fn signer(common_name: &'static str) -> Self {
        Self {
            common_name,
            kind: KeyKind::P256,
            valid: (noon() - TimeDelta::days(30), noon() + TimeDelta::days(365)),
            usage: Usage::Signing,
            serial: 2,
        }
    }
}

/// A key with its certificate, which may issue others.
pub(crate) struct Issued {
    pub(crate) key: PKey<Private>,
    pub(crate) certificate: X509,
}

impl Issued {
    /// An authority that vouches for itself.
    pub(crate) fn root(common_name: &'static str) -> Self {
        let wanted = Wanted {
            usage: Usage::Authority,
            serial: 1,
            ..Wanted::signer(common_name)
        };
        issue(&wanted, None)
    }

    /// A certificate that vouches for itself.
    pub(crate) fn self_signed(wanted: &Wanted) -> Self {
        issue(wanted, None)
    }

    /// A certificate signed by this one.
    pub(crate) fn issue(&self, wanted: &Wanted) -> Self {
        issue(wanted, Some(self))
    }

    /// A key that signs documents with these intermediates.
    pub(crate) fn signing_key(&self, intermediates: &[&Self]) -> PemKey {
        let above = intermediates.iter().map(|one| one.certificate.clone());
        let chain = std::iter::once(self.certificate.clone()).chain(above);
        PemKey::new(self.key.clone(), chain.collect()).expect("a signing key")
    }

    /// A list of what this authority revoked, current from an hour before `at` to a day after.
    pub(crate) fn revocation_list(&self, at: DateTime<Utc>, revoked: &[&X509]) -> X509Crl {
        self.revocation_list_of(&WantedList::at(at, revoked))
    }

    /// A list of what this authority revoked.
    pub(crate) fn revocation_list_of(&self, wanted: &WantedList<'_>) -> X509Crl {
        let mut list = X509CrlBuilder::new().expect("a list");
        list.set_issuer_name(self.certificate.subject_name())
            .expect("issuer");
        list.set_last_update(&asn1(wanted.from))
            .expect("last update");
        list.set_next_update(&asn1(wanted.until))
            .expect("next update");
        for certificate in wanted.revoked {
            let mut entry = X509RevokedBuilder::new().expect("an entry");
            entry
                .set_serial_number(certificate.serial_number())
                .expect("serial");
            entry
                .set_revocation_date(&asn1(wanted.revoked_at))
                .expect("date");
            list.add_revoked(entry.build()).expect("added");
        }
        let blank = X509::builder().expect("a certificate");
        let context = blank.x509v3_context(Some(&self.certificate), None);
        let identifier = AuthorityKeyIdentifier::new().keyid(true).build(&context);
        list.append_extension(identifier.expect("AKI"))
            .expect("added");
        let number = BigNum::from_u32(1)
            .and_then(CrlNumber::new)
            .and_then(CrlNumber::build);
        list.append_extension(number.expect("a number"))
            .expect("added");
        if wanted.users_only {
            // issuingDistributionPoint: onlyContainsUserCerts.
            let scope = extension("2.5.29.28", true, &[0x30, 3, 0x81, 1, 0xff]);
            list.append_extension(scope).expect("added");
        }
        list.sign(&self.key, MessageDigest::sha256())
            .expect("signed");
        list.build().expect("a list")
    }
}

/// A root, an intermediate authority and a signer.
pub(crate) struct Party {
    pub(crate) root: Issued,
    pub(crate) middle: Issued,
    pub(crate) signer: Issued,
}

impl Party {
    pub(crate) fn new(kind: KeyKind) -> Self {
        Self::with(&Wanted {
            kind,
            ..Wanted::signer("Test signer")
        })
    }

    pub(crate) fn with(wanted: &Wanted) -> Self {
        let root = Issued::root("Test root");
        let middle = root.issue(&Wanted {
            usage: Usage::Authority,
            serial: 7,
            ..Wanted::signer("Test issuer")
        });
        let signer = middle.issue(wanted);
        Self {
            root,
            middle,
            signer,
        }
    }

    pub(crate) fn key(&self) -> PemKey {
        self.signer.signing_key(&[&self.middle])
    }

    /// Trusts this root, for the documents of the tests here.
    pub(crate) fn policy(&self) -> TrustPolicy {
        self.trust(NS)
    }

    /// Trusts this root, for documents of one namespace.
    pub(crate) fn trust(&self, namespace: &str) -> TrustPolicy {
        TrustPolicy::new(vec![self.root.certificate.clone()], namespace, noon())
    }
}

/// What a revocation list says.
#[derive(Clone)]
pub(crate) struct WantedList<'a> {
    pub(crate) revoked: &'a [&'a X509],
    pub(crate) revoked_at: DateTime<Utc>,
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) users_only: bool,
}

impl<'a> WantedList<'a> {
    /// Current from an hour before `at` to a day after.
    pub(crate) fn at(at: DateTime<Utc>, revoked: &'a [&'a X509]) -> Self {
        Self {
            revoked,
            revoked_at: at - TimeDelta::hours(2),
            from: at - TimeDelta::hours(1),
            until: at + TimeDelta::days(1),
            users_only: false,
        }
    }
}

fn extension(oid: &str, critical: bool, value: &[u8]) -> X509Extension {
    let oid = Asn1Object::from_str(oid).expect("an identifier");
    let value = Asn1OctetString::new_from_bytes(value).expect("a value");
    X509Extension::new_from_der(&oid, critical, &value).expect("an extension")
}

fn issue(wanted: &Wanted, issuer: Option<&Issued>) -> Issued {
    let key = new_key(wanted.kind);
    let mut builder = X509::builder().expect("a certificate");
    builder.set_version(2).expect("version");
    let serial = BigNum::from_u32(wanted.serial).and_then(|n| Asn1Integer::from_bn(&n));
    builder
        .set_serial_number(&serial.expect("a serial"))
        .expect("serial");
    let name = subject(wanted.common_name);
    builder.set_subject_name(&name).expect("subject");
    let issuer_name: &X509NameRef =
        issuer.map_or(&name, |issuer| issuer.certificate.subject_name());
    builder.set_issuer_name(issuer_name).expect("issuer");
    builder
        .set_not_before(&asn1(wanted.valid.0))
        .expect("start");
    builder.set_not_after(&asn1(wanted.valid.1)).expect("end");
    builder.set_pubkey(&key).expect("key");
    extend(&mut builder, wanted.usage, issuer);
    let signer = issuer.map_or(&key, |issuer| &issuer.key);
    builder
        .sign(signer, MessageDigest::sha256())
        .expect("signed");
    let certificate = builder.build();
    Issued { key, certificate }
}

fn extend(builder: &mut X509Builder, usage: Usage, issuer: Option<&Issued>) {
    let above = issuer.map(|issuer| &*issuer.certificate);
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(above, None));
    builder
        .append_extension(identifier.expect("SKI"))
        .expect("added");
    if issuer.is_some() {
        let mut identifier = AuthorityKeyIdentifier::new();
        let identifier = identifier
            .keyid(true)
            .build(&builder.x509v3_context(above, None));
        builder
            .append_extension(identifier.expect("AKI"))
            .expect("added");
    }
    let mut key_usage = KeyUsage::new();
    key_usage.critical();
    match usage {
        Usage::Signing | Usage::ServerOnly | Usage::PrivatePurpose | Usage::UnknownExtension => {
            key_usage.digital_signature()
        }
        Usage::SealingOfDocuments => key_usage.non_repudiation(),
        Usage::Encipherment => key_usage.key_encipherment(),
        Usage::Authority | Usage::AuthorityWithoutFlag | Usage::LastAuthority => {
            key_usage.key_cert_sign().crl_sign()
        }
        Usage::AuthorityWithoutLists => key_usage.key_cert_sign(),
        Usage::Unstated => &mut key_usage,
    };
    if usage != Usage::Unstated {
        builder
            .append_extension(key_usage.build().expect("usage"))
            .expect("added");
    }
    if let Some(extension) = extensions_of(usage) {
        builder.append_extension(extension).expect("added");
    }
}

/// What a certificate says beside its key usage.
fn extensions_of(usage: Usage) -> Option<X509Extension> {
    let mut purposes = ExtendedKeyUsage::new();
    let mut constraints = BasicConstraints::new();
    constraints.critical().ca();
    let built = match usage {
        Usage::ServerOnly => purposes.server_auth().build(),
        Usage::SealingOfDocuments => purposes.other("1.3.6.1.5.5.7.3.36").build(),
        Usage::PrivatePurpose => purposes.other("1.3.6.1.4.1.99999.1").build(),
        Usage::UnknownExtension => return Some(extension("1.3.6.1.4.1.99999.2", true, &[5, 0])),
        Usage::Authority | Usage::AuthorityWithoutLists => constraints.build(),
        Usage::LastAuthority => constraints.pathlen(0).build(),
        Usage::Signing | Usage::Encipherment | Usage::Unstated | Usage::AuthorityWithoutFlag => {
            return None;
        }
    };
    Some(built.expect("an extension"))
}

fn subject(common_name: &str) -> openssl::x509::X509Name {
    let mut name = X509NameBuilder::new().expect("a name");
    name.append_entry_by_nid(Nid::COUNTRYNAME, "RO").expect("C");
    name.append_entry_by_nid(Nid::COMMONNAME, common_name)
        .expect("CN");
    name.build()
}

fn asn1(instant: DateTime<Utc>) -> Asn1Time {
    Asn1Time::from_unix(instant.timestamp()).expect("a time")
}
