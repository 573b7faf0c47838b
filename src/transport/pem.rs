//! Reading of certificates, keys and revocation lists from PEM.

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::transport::{Identity, TransportError};

pub(super) fn anchors(pem: &[u8]) -> Result<RootCertStore, TransportError> {
    let mut roots = RootCertStore::empty();
    for anchor in all::<CertificateDer<'static>>("trust anchor file", pem)? {
        roots.add(anchor)?;
    }
    Ok(roots)
}

pub(super) fn crls(
    pem: &[u8],
) -> Result<Vec<CertificateRevocationListDer<'static>>, TransportError> {
    all("revocation list file", pem)
}

pub(super) fn identity(
    identity: &Identity<'_>,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TransportError> {
    let chain = all("certificate chain file", identity.chain_pem)?;
    let what = "private key file";
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem)
        .map_err(|source| TransportError::Pem { what, source })?;
    Ok((chain, key))
}

/// Every object of one kind; others between them are passed over, none at all is an error.
fn all<T: PemObject>(what: &'static str, pem: &[u8]) -> Result<Vec<T>, TransportError> {
    let objects: Vec<T> = T::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|source| TransportError::Pem { what, source })?;
    if objects.is_empty() {
        return Err(TransportError::Empty { what });
    }
    Ok(objects)
}
