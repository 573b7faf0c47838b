//! Who signs and whom the reader believes: development certificates, made for one run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cei_gateway::bureau::ORDER_NAMESPACE;
use cei_gateway::transport::certificates::{
    GATEWAY_SEAL, SIGNING_CA, Validity, certificate_file, generate_development_certificates,
    key_file,
};
use cei_gateway::xmldsig::key::PemKey;
use cei_gateway::xmldsig::trust::TrustPolicy;
use chrono::{DateTime, Utc};
use openssl::x509::X509;

/// When all this happens.
pub(crate) const NOW: &str = "2026-03-02T10:00:00Z";

pub(crate) struct Parties {
    pub(crate) folder: PathBuf,
    pub(crate) key: PemKey,
    pub(crate) policy: TrustPolicy,
}

impl Parties {
    /// Makes keys and certificates in a folder.
    pub(crate) fn make(folder: &Path) -> anyhow::Result<Self> {
        generate_development_certificates(folder, &[], Validity::around(now()?), false)?;
        Self::read(folder)
    }

    /// Reads what [`Parties::make`] made.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let read = |path: PathBuf| fs::read(&path).with_context(|| format!("{}", path.display()));
        let chain = read(certificate_file(folder, GATEWAY_SEAL))?;
        let key = read(key_file(folder, GATEWAY_SEAL))?;
        let anchors = X509::stack_from_pem(&read(certificate_file(folder, SIGNING_CA))?)?;
        let mut policy = TrustPolicy::new(anchors, ORDER_NAMESPACE, now()?);
        policy.limits.document_bytes = u64::MAX;
        Ok(Self {
            folder: folder.to_owned(),
            key: PemKey::from_pem(&key, &chain)?,
            policy,
        })
    }
}

pub(crate) fn now() -> anyhow::Result<DateTime<Utc>> {
    Ok(NOW.parse()?)
}
