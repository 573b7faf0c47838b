//! Every key of the bureau, and what it knows of the gateway's.

use std::path::Path;

use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

use crate::simulator::keys::{KeysError, PemPair, client, read};
use crate::transport::certificates::{
    BUREAU_SEAL, BUREAU_SERVER, BUREAU_TO_GATEWAY, GATEWAY_SEAL, GATEWAY_TO_BUREAU, SIGNING_CA,
    TLS_CA, certificate_file,
};
use crate::transport::spki_sha256;
use crate::xmldsig::key::PemKey;

/// The bureau's keys and whom it trusts.
pub struct BureauKeys {
    pub(super) server: PemPair,
    pub(super) client: reqwest::Client,
    pub(super) tls_anchors: Vec<u8>,
    /// The one key that may put orders.
    pub(super) caller_spki_sha256: [u8; 32],
    pub(super) seal: PemKey,
    pub(super) order_anchors: Vec<X509>,
    /// The one key that may sign orders.
    pub(super) signer_spki_sha256: [u8; 32],
    /// Opens encrypted orders; without it they are refused.
    pub(super) decryption: Option<PKey<Private>>,
}

impl std::fmt::Debug for BureauKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BureauKeys(…)")
    }
}

impl BureauKeys {
    /// Reads the bureau's keys and the gateway's certificates from a folder of development
    /// certificates.
    pub fn from_dir(dir: &Path) -> Result<Self, KeysError> {
        let seal = PemPair::read(dir, BUREAU_SEAL)?;
        let anchors = read(&certificate_file(dir, SIGNING_CA))?;
        Ok(Self {
            server: PemPair::read(dir, BUREAU_SERVER)?,
            client: client(dir, Some(BUREAU_TO_GATEWAY))?,
            tls_anchors: read(&certificate_file(dir, TLS_CA))?,
            caller_spki_sha256: spki(dir, GATEWAY_TO_BUREAU)?,
            seal: PemKey::from_pem(&seal.key, &seal.chain)?,
            order_anchors: X509::stack_from_pem(&anchors)?,
            signer_spki_sha256: spki(dir, GATEWAY_SEAL)?,
            decryption: None,
        })
    }

    /// Gives the bureau the private key, in PEM, for which orders are encrypted.
    pub fn with_decryption_key(mut self, pem: &[u8]) -> Result<Self, KeysError> {
        self.decryption = Some(PKey::private_key_from_pem(pem)?);
        Ok(self)
    }
}

fn spki(dir: &Path, name: &str) -> Result<[u8; 32], KeysError> {
    let pem = read(&certificate_file(dir, name))?;
    let der = X509::from_pem(&pem)?.to_der()?;
    Ok(spki_sha256(&der)?)
}
