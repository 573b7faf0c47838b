//! Whether a certificate may sign documents, now and when it did.

use chrono::{DateTime, Utc};
use openssl::asn1::Asn1Time;
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{
    CrlStatus, X509, X509Crl, X509ExtendedKeyUsage, X509KeyUsage, X509PurposeId, X509Ref,
    X509StoreContext, X509VerifyResult,
};

use crate::xmldsig::algorithm::spki_sha256;
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::trust::TrustPolicy;

/// Certificates between the signer's and an anchor.
const INTERMEDIATES_MAX: i32 = 6;
/// 112 bits of security: RSA from 2048 bits, no SHA-1 (`X509_VERIFY_PARAM_set_auth_level`).
const SECURITY_LEVEL: i32 = 2;
/// How far the clock of a signer may run ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 300;

// X509_V_ERR_* of OpenSSL's x509_vfy.h, which the crate does not export.
const NOT_YET_VALID: i32 = 9;
const HAS_EXPIRED: i32 = 10;

/// Requires that the first of `certificates` leads to an anchor of the policy, both when it
/// signed and now, is for signing, is not revoked, and is an expected signer's.
pub(crate) fn check(
    certificates: &[X509],
    signed_at: DateTime<Utc>,
    policy: &TrustPolicy,
) -> Result<[u8; 32], Flaw> {
    let signer = certificates.first().ok_or(UNUSABLE)?;
    if signed_at.timestamp() > policy.at.timestamp() + CLOCK_SKEW_SECONDS {
        return Err(Flaw::new(
            RefusalCode::SignedInFuture,
            "signed later than now",
        ));
    }
    check_usage(signer)?;
    build_chain(certificates, signed_at, policy)?;
    let chain = build_chain(certificates, policy.at, policy)?;
    check_revocation(&chain, policy)?;
    let spki = usable(signer.public_key().and_then(|key| spki_sha256(&key)))?;
    match &policy.allowed_spki_sha256 {
        Some(allowed) if !allowed.contains(&spki) => Err(Flaw::new(
            RefusalCode::SignerUnexpected,
            "a trusted certificate, but not of an expected signer",
        )),
        _ => Ok(spki),
    }
}

pub(crate) const UNUSABLE: Flaw = Flaw::new(
    RefusalCode::CertificateUntrusted,
    "a certificate that OpenSSL cannot use",
);

/// What OpenSSL could do with a certificate; when it could not, the certificate is at fault.
pub(crate) fn usable<T>(outcome: Result<T, ErrorStack>) -> Result<T, Flaw> {
    outcome.ok().ok_or(UNUSABLE)
}

/// OpenSSL's purpose "any" looks at neither usage, so both are looked at here (RFC 5280
/// §4.2.1.3, §4.2.1.12).
fn check_usage(signer: &X509Ref) -> Result<(), Flaw> {
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
    // Document signing (RFC 9336) is not among the purposes that OpenSSL names, and then the set
    // is empty; a certificate that names only other purposes is not for documents.
    let documents = X509ExtendedKeyUsage::SMIME | X509ExtendedKeyUsage::ANYEKU;
    let fits = signer
        .extended_key_usage()
        .is_none_or(|usage| usage.is_empty() || usage.intersects(documents));
    if fits {
        Ok(())
    } else {
        Err(Flaw::new(
            RefusalCode::CertificateUsage,
            "a certificate whose extended key usage is not signing documents",
        ))
    }
}

/// Builds the chain from the signer to an anchor as it stood at an instant.
fn build_chain(
    certificates: &[X509],
    instant: DateTime<Utc>,
    policy: &TrustPolicy,
) -> Result<Vec<X509>, Flaw> {
    let (signer, intermediates) = certificates.split_first().ok_or(UNUSABLE)?;
    let outcome = usable(try_chain(signer, intermediates, instant, policy))?;
    outcome.map_err(|reason| {
        let code = match reason.as_raw() {
            NOT_YET_VALID => RefusalCode::CertificateNotYetValid,
            HAS_EXPIRED => RefusalCode::CertificateExpired,
            _ => RefusalCode::CertificateUntrusted,
        };
        Flaw::new(code, reason.error_string())
    })
}

fn try_chain(
    signer: &X509Ref,
    intermediates: &[X509],
    instant: DateTime<Utc>,
    policy: &TrustPolicy,
) -> Result<Result<Vec<X509>, X509VerifyResult>, ErrorStack> {
    let store = store(instant, policy)?;
    let mut untrusted = Stack::new()?;
    for certificate in intermediates {
        untrusted.push(certificate.clone())?;
    }
    X509StoreContext::new()?.init(&store, signer, &untrusted, |context| {
        if !context.verify_cert()? {
            return Ok(Err(context.error()));
        }
        let chain = context.chain().into_iter().flatten();
        Ok(Ok(chain.map(ToOwned::to_owned).collect()))
    })
}

fn store(instant: DateTime<Utc>, policy: &TrustPolicy) -> Result<X509Store, ErrorStack> {
    let mut parameters = X509VerifyParam::new()?;
    // An issuer may be pinned without its root; CA flags and key identifiers are required.
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::X509_STRICT)?;
    parameters.set_purpose(X509PurposeId::ANY)?;
    parameters.set_time(instant.timestamp());
    parameters.set_depth(INTERMEDIATES_MAX);
    parameters.set_auth_level(SECURITY_LEVEL);
    let mut builder = X509StoreBuilder::new()?;
    builder.set_param(&parameters)?;
    for anchor in &policy.anchors {
        builder.add_cert(anchor.clone())?;
    }
    Ok(builder.build())
}

/// Looks every certificate of the chain up in the current list of its issuer. The signer's issuer
/// must have one when there are lists at all; a revoked signer is refused whenever it signed,
/// because nobody else vouches for the time of signing.
fn check_revocation(chain: &[X509], policy: &TrustPolicy) -> Result<(), Flaw> {
    if policy.crls.is_empty() {
        return Ok(());
    }
    let now = usable(Asn1Time::from_unix(policy.at.timestamp()))?;
    for (index, pair) in chain.windows(2).enumerate() {
        let [certificate, issuer] = pair else {
            continue;
        };
        let current = policy
            .crls
            .iter()
            .filter(|list| is_current(list, issuer, &now));
        let mut lists = 0_usize;
        for list in current {
            lists += 1;
            if let CrlStatus::Revoked(_) = list.get_by_cert(certificate) {
                return Err(Flaw::new(
                    RefusalCode::CertificateRevoked,
                    "a revoked certificate",
                ));
            }
        }
        if lists == 0 && index == 0 {
            return Err(Flaw::new(
                RefusalCode::RevocationUnknown,
                "no current revocation list of the signer's issuer",
            ));
        }
    }
    Ok(())
}

fn is_current(list: &X509Crl, issuer: &X509Ref, now: &Asn1Time) -> bool {
    let of_issuer = list
        .issuer_name()
        .try_cmp(issuer.subject_name())
        .is_ok_and(std::cmp::Ordering::is_eq);
    let in_time =
        *list.last_update() <= *now && list.next_update().is_some_and(|next| *next >= *now);
    let signed = || {
        let key = issuer.public_key();
        key.is_ok_and(|key| list.verify(&key).unwrap_or(false))
    };
    of_issuer && in_time && signed()
}

/// A subject as people read it: `CN=…, O=…`.
pub(crate) fn subject_of(certificate: &X509Ref) -> String {
    let entries = certificate.subject_name().entries().map(|entry| {
        let name = entry.object().nid().short_name().unwrap_or("?");
        let value = entry.data().to_string().unwrap_or_default();
        format!("{name}={value}")
    });
    entries.collect::<Vec<_>>().join(", ")
}

/// The serial number in hexadecimal, as certificates are spoken of.
pub(crate) fn serial_of(certificate: &X509Ref) -> String {
    let number = certificate.serial_number().to_bn();
    number
        .and_then(|number| number.to_hex_str())
        .map(|hex| hex.to_string())
        .unwrap_or_default()
}
