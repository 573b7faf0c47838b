//! Whether a certificate may sign documents, now and when it did.

use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509Ref, X509StoreContext, X509VerifyResult};

use crate::xmldsig::algorithm::spki_sha256;
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::{revocation, usage};

/// Certificates between the signer's and an anchor.
const INTERMEDIATES_MAX: i32 = 6;
/// 112 bits of security: RSA from 2048 bits, no SHA-1 (`X509_VERIFY_PARAM_set_auth_level`).
const SECURITY_LEVEL: i32 = 2;
/// How far the clock of a signer may run ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 300;

// X509_V_ERR_* of OpenSSL's x509_vfy.h, which the crate does not export.
const NOT_YET_VALID: i32 = 9;
const HAS_EXPIRED: i32 = 10;
const NO_ISSUER_AT_HAND: i32 = 20;
const CHAIN_TOO_LONG: i32 = 22;
const PATH_LENGTH_EXCEEDED: i32 = 25;
const KEY_USAGE_NO_CERT_SIGN: i32 = 32;
const UNHANDLED_CRITICAL_EXTENSION: i32 = 34;
const SIGNER_KEY_TOO_SMALL: i32 = 66;
const AUTHORITY_KEY_TOO_SMALL: i32 = 67;
const AUTHORITY_DIGEST_TOO_WEAK: i32 = 68;
const NO_AUTHORITY: i32 = 79;
const CERT_SIGN_WITHOUT_AUTHORITY: i32 = 82;
const AUTHORITY_WITHOUT_KEY_USAGE: i32 = 92;

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
    usage::require_signing(signer)?;
    build_chain(certificates, signed_at, policy)?;
    let chain = build_chain(certificates, policy.at, policy)?;
    revocation::check(&chain, &policy.crls, signed_at, policy.at)?;
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
            NO_ISSUER_AT_HAND if has_false_issuer(certificates) => {
                RefusalCode::CertificateNotAuthority
            }
            known => code_of(known),
        };
        Flaw::new(code, reason.error_string())
    })
}

fn code_of(reason: i32) -> RefusalCode {
    match reason {
        NOT_YET_VALID => RefusalCode::CertificateNotYetValid,
        HAS_EXPIRED => RefusalCode::CertificateExpired,
        PATH_LENGTH_EXCEEDED | CHAIN_TOO_LONG => RefusalCode::CertificatePathLength,
        UNHANDLED_CRITICAL_EXTENSION => RefusalCode::CertificateExtension,
        SIGNER_KEY_TOO_SMALL | AUTHORITY_KEY_TOO_SMALL | AUTHORITY_DIGEST_TOO_WEAK => {
            RefusalCode::CertificateWeak
        }
        NO_AUTHORITY
        | KEY_USAGE_NO_CERT_SIGN
        | CERT_SIGN_WITHOUT_AUTHORITY
        | AUTHORITY_WITHOUT_KEY_USAGE => RefusalCode::CertificateNotAuthority,
        _ => RefusalCode::CertificateUntrusted,
    }
}

/// Whether one of the certificates would be another's issuer if it were an authority: OpenSSL
/// does not even try such a one, and then says that an issuer is missing.
fn has_false_issuer(certificates: &[X509]) -> bool {
    let issued_falsely = |(issuer, subject): (usize, usize)| {
        let pair = certificates.get(issuer).zip(certificates.get(subject));
        pair.is_some_and(|(issuer, subject)| {
            issuer.issued(subject).as_raw() == KEY_USAGE_NO_CERT_SIGN
        })
    };
    let count = certificates.len();
    (0..count)
        .flat_map(|issuer| (0..count).map(move |subject| (issuer, subject)))
        .filter(|(issuer, subject)| issuer != subject)
        .any(issued_falsely)
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
