//! Whether a certificate was revoked, by the lists that the policy has.
//!
//! As soon as there is one list, the signer's issuer must have a current one. An authority further
//! up may have none; but one that has must have a current one too, or a list that nobody renews
//! would let a revoked authority go on. Everything that cannot be decided is refused.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::x509::{CrlStatus, X509, X509Crl, X509CrlRef, X509KeyUsage, X509Ref};

use crate::xmldsig::certificates::usable;
use crate::xmldsig::der::list_extensions;
use crate::xmldsig::refusal::{Flaw, RefusalCode};

/// The instants that matter to a certificate.
#[derive(Clone, Copy)]
pub(crate) struct Instants<'a> {
    /// When its holder says it signed.
    pub(crate) signed_at: &'a Asn1TimeRef,
    /// The present one.
    pub(crate) now: &'a Asn1TimeRef,
}

/// Looks every certificate of `chain` up in the lists of its issuer; the first is the signer's.
pub(crate) fn check(
    chain: &[X509],
    lists: &[X509Crl],
    signed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Flaw> {
    if lists.is_empty() {
        return Ok(());
    }
    let (signed_at, now) = (usable(asn1(signed_at))?, usable(asn1(now))?);
    let instants = Instants {
        signed_at: &signed_at,
        now: &now,
    };
    for (index, pair) in chain.windows(2).enumerate() {
        if let [certificate, issuer] = pair {
            let issued: Vec<_> = lists.iter().filter(|list| names(list, issuer)).collect();
            if index > 0 && issued.is_empty() {
                continue;
            }
            for list in current(&issued, issuer, instants)? {
                require_not_revoked(list, certificate, instants)?;
            }
        }
    }
    // An anchor that signs has no issuer here, so nothing tells whether it was revoked.
    if chain.len() < 2 {
        Err(UNLISTED)
    } else {
        Ok(())
    }
}

const UNLISTED: Flaw = Flaw::new(
    RefusalCode::RevocationUnknown,
    "no revocation list of the signer's issuer",
);

/// Those of an issuer's lists that count, at least one. A list that has run out may lie beside its
/// successor, and a list of an older key beside that of the newer one.
fn current<'a>(
    lists: &[&'a X509Crl],
    issuer: &X509Ref,
    at: Instants<'_>,
) -> Result<Vec<&'a X509Crl>, Flaw> {
    let mut flaw = UNLISTED;
    let mut good = Vec::new();
    for list in lists {
        match require_good(list, issuer, at) {
            Ok(()) => good.push(*list),
            Err(found) => flaw = found,
        }
    }
    if good.is_empty() { Err(flaw) } else { Ok(good) }
}

/// An instant as certificates have it.
fn asn1(instant: DateTime<Utc>) -> Result<Asn1Time, ErrorStack> {
    Asn1Time::from_unix(instant.timestamp())
}

/// Whether a list says that it is of this issuer.
fn names(list: &X509CrlRef, issuer: &X509Ref) -> bool {
    let order = list.issuer_name().try_cmp(issuer.subject_name());
    order.is_ok_and(Ordering::is_eq)
}

/// Requires that a list is its issuer's, covers all certificates of it, and is current.
fn require_good(list: &X509CrlRef, issuer: &X509Ref, at: Instants<'_>) -> Result<(), Flaw> {
    let signed = issuer
        .public_key()
        .is_ok_and(|key| list.verify(&key).unwrap_or(false));
    // RFC 5280 §6.3.3 (f).
    let may_sign = issuer
        .key_usage()
        .is_none_or(|usage| usage.contains(X509KeyUsage::CRL_SIGN));
    if !(signed && may_sign && is_complete(list)) {
        return Err(Flaw::new(
            RefusalCode::RevocationUnusable,
            "a revocation list that is not its issuer's, or covers a part only",
        ));
    }
    if !is_before_or_at(list.last_update(), at.now) {
        return Err(Flaw::new(
            RefusalCode::RevocationNotYetValid,
            "a revocation list that is not valid yet",
        ));
    }
    // A list that does not say when the next one comes could be of any age.
    if !list
        .next_update()
        .is_some_and(|next| is_before_or_at(at.now, next))
    {
        return Err(Flaw::new(
            RefusalCode::RevocationExpired,
            "a revocation list that has run out",
        ));
    }
    Ok(())
}

/// A list about some certificates only, or about the difference to another list, says so in a
/// critical extension (RFC 5280 §5.2.4, §5.2.5); none of those is known here, so none may be
/// there.
fn is_complete(list: &X509CrlRef) -> bool {
    let Ok(der) = list.to_der() else {
        return false;
    };
    list_extensions(&der).is_some_and(|all| all.iter().all(|extension| !extension.critical))
}

/// A revoked certificate is refused whenever it signed: nobody but the signer vouches for the
/// time, and whoever has the key can write any. Which of the two it was stands in the code.
fn require_not_revoked(
    list: &X509CrlRef,
    certificate: &X509,
    at: Instants<'_>,
) -> Result<(), Flaw> {
    let CrlStatus::Revoked(entry) = list.get_by_cert(certificate) else {
        return Ok(());
    };
    if is_before_or_at(entry.revocation_date(), at.signed_at) {
        Err(Flaw::new(
            RefusalCode::CertificateRevoked,
            "a certificate that was revoked when it signed",
        ))
    } else {
        Err(Flaw::new(
            RefusalCode::CertificateRevokedSince,
            "a certificate that was revoked after the time at which it says it signed",
        ))
    }
}

/// Times that cannot be compared are in no order.
fn is_before_or_at(one: &Asn1TimeRef, other: &Asn1TimeRef) -> bool {
    one.compare(other).is_ok_and(Ordering::is_le)
}
