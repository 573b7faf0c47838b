//! Issuing of certificates: what stands in them (RFC 5280).

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder, X509NameRef};

use crate::transport::certificates::Validity;

/// What a certificate may be used for.
#[derive(Clone, Copy)]
pub(super) enum Use {
    Server,
    Client,
    Seal,
}

/// A name with its key and certificate.
pub(super) struct Party {
    pub(super) name: String,
    pub(super) key: PKey<Private>,
    pub(super) certificate: X509,
}

impl Party {
    pub(super) fn authority(name: &str, validity: Validity) -> Result<Self, ErrorStack> {
        let key = new_key()?;
        let subject = subject(name)?;
        let mut builder = unsigned(&subject, &subject, &key, validity)?;
        builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        builder.append_extension(
            KeyUsage::new()
                .critical()
                .key_cert_sign()
                .crl_sign()
                .build()?,
        )?;
        let key_id = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(key_id)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self {
            name: name.to_owned(),
            key,
            certificate: builder.build(),
        })
    }

    pub(super) fn issue(
        &self,
        name: &str,
        used_as: Use,
        validity: Validity,
    ) -> Result<Self, ErrorStack> {
        let key = new_key()?;
        let issuer = self.certificate.subject_name();
        let subject = subject(name)?;
        let mut builder = unsigned(&subject, issuer, &key, validity)?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        append_use(&mut builder, used_as)?;
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let key_ids = [
            SubjectKeyIdentifier::new().build(&context)?,
            AuthorityKeyIdentifier::new().keyid(true).build(&context)?,
        ];
        for key_id in key_ids {
            builder.append_extension(key_id)?;
        }
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(Self {
            name: name.to_owned(),
            key,
            certificate: builder.build(),
        })
    }
}

fn append_use(builder: &mut X509Builder, used_as: Use) -> Result<(), ErrorStack> {
    let mut usage = KeyUsage::new();
    usage.critical().digital_signature();
    let mut extended = ExtendedKeyUsage::new();
    match used_as {
        Use::Server => {
            extended.server_auth();
            let mut names = SubjectAlternativeName::new();
            names.dns("localhost").ip("127.0.0.1").ip("::1");
            let names = names.build(&builder.x509v3_context(None, None))?;
            builder.append_extension(names)?;
        }
        Use::Client => {
            extended.client_auth();
        }
        Use::Seal => {
            usage.non_repudiation();
            // id-kp-documentSigning, RFC 9336.
            extended.other("1.3.6.1.5.5.7.3.36");
        }
    }
    builder.append_extension(usage.build()?)?;
    builder.append_extension(extended.build()?)
}

fn unsigned(
    subject: &X509NameRef,
    issuer: &X509NameRef,
    key: &PKey<Private>,
    validity: Validity,
) -> Result<X509Builder, ErrorStack> {
    let mut serial = BigNum::new()?;
    // Unguessable, and within the 20 octets that RFC 5280 allows.
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut builder = X509::builder()?;
    builder.set_version(2)?; // X.509 counts from zero: version 3.
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_not_before(&*Asn1Time::from_unix(validity.from.timestamp())?)?;
    builder.set_not_after(&*Asn1Time::from_unix(validity.until.timestamp())?)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn subject(name: &str) -> Result<X509Name, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_nid(Nid::COUNTRYNAME, "RO")?;
    subject.append_entry_by_nid(Nid::ORGANIZATIONNAME, "Development, not for production")?;
    subject.append_entry_by_nid(Nid::COMMONNAME, name)?;
    Ok(subject.build())
}

fn new_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}
