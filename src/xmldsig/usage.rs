//! Whether a certificate is for signing documents. OpenSSL's purpose "any" looks at neither usage,
//! so both are looked at here (RFC 5280 §4.2.1.3, §4.2.1.12).

use chrono::{DateTime, Utc};
use openssl::asn1::Asn1Time;
use openssl::x509::{X509KeyUsage, X509Ref};

use crate::xmldsig::certificates::{UNUSABLE, usable};
use crate::xmldsig::der::{certificate_extensions, object_identifiers};
use crate::xmldsig::refusal::{Flaw, RefusalCode};

// Object identifiers as DER has them.
/// 2.5.29.37, extended key usage.
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// What a certificate that signs documents may say that it is for.
const FOR_DOCUMENTS: &[&[u8]] = &[
    // 1.3.6.1.5.5.7.3.36, document signing (RFC 9336).
    &[0x2b, 6, 1, 5, 5, 7, 3, 36],
    // 1.3.6.1.5.5.7.3.4, e-mail protection: what seals were issued with before there was the other.
    &[0x2b, 6, 1, 5, 5, 7, 3, 4],
    // 2.5.29.37.0, any.
    &[0x55, 0x1d, 0x25, 0],
];

/// Requires of the certificate of a key that is to sign at an instant what verifiers will require of
/// it, whomever they trust.
pub(crate) fn require_fit(signer: &X509Ref, at: DateTime<Utc>) -> Result<(), Flaw> {
    let at = usable(Asn1Time::from_unix(at.timestamp()))?;
    if *signer.not_before() > *at {
        return Err(Flaw::new(
            RefusalCode::CertificateNotYetValid,
            "a certificate that is not yet valid",
        ));
    }
    if *signer.not_after() < *at {
        return Err(Flaw::new(
            RefusalCode::CertificateExpired,
            "a certificate that has expired",
        ));
    }
    require_signing(signer)
}

/// Requires that the certificate is for signing and, if it names purposes, for documents.
pub(crate) fn require_signing(signer: &X509Ref) -> Result<(), Flaw> {
    let signs = X509KeyUsage::DIGITAL_SIGNATURE | X509KeyUsage::NON_REPUDIATION;
    if !signer
        .key_usage()
        .is_some_and(|usage| usage.intersects(signs))
    {
        return Err(Flaw::new(
            RefusalCode::CertificateUsage,
            "a certificate whose key usage is not signing",
        ));
    }
    let der = usable(signer.to_der())?;
    let extensions = certificate_extensions(&der).ok_or(UNUSABLE)?;
    let mut purposes = extensions
        .iter()
        .filter(|extension| extension.oid == EXTENDED_KEY_USAGE)
        .map(|extension| object_identifiers(extension.value));
    let fits = purposes.all(|named| {
        named.is_some_and(|named| named.iter().any(|oid| FOR_DOCUMENTS.contains(oid)))
    });
    if fits {
        Ok(())
    } else {
        Err(Flaw::new(
            RefusalCode::CertificatePurpose,
            "a certificate whose extended key usage is not signing documents",
        ))
    }
}
