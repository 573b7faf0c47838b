//! The server's TLS, from the files that the configuration names, and again when they change.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use openssl::sha::Sha256;

use crate::config::{Http, Secret, read_secret_bytes};
use crate::transport::renewal::ServerTls;
use crate::transport::{Identity, Trust};

/// What stands in the files.
struct Content {
    chain: Vec<u8>,
    key: Secret<Vec<u8>>,
    anchors: Option<Vec<u8>>,
    crls: Option<Vec<u8>>,
}

/// TLS that follows its files.
#[derive(Clone, Debug)]
pub struct FileTls {
    tls: ServerTls,
    files: Arc<Http>,
    /// The digest of what was read last, whether it served or not: it is told once.
    seen: Arc<Mutex<[u8; 32]>>,
}

impl FileTls {
    /// Reads the files; `None` where no certificate is configured.
    pub(crate) fn load(http: &Http) -> anyhow::Result<Option<Self>> {
        if http.tls_cert_file.is_none() || http.tls_key_file.is_none() {
            return Ok(None);
        }
        let content = Content::read(http)?;
        let tls = ServerTls::new(&content.identity(), content.trust().as_ref())
            .context("setting up the server's TLS")?;
        Ok(Some(Self {
            tls,
            files: Arc::new(http.clone()),
            seen: Arc::new(Mutex::new(content.digest())),
        }))
    }

    /// What the server listens with.
    pub(crate) const fn tls(&self) -> &ServerTls {
        &self.tls
    }

    /// Reads the files again, and takes what is new in them for connections from now on. What does not
    /// serve is an error once, and all stays as it was. Returns whether anything was new.
    pub(crate) fn follow(&self) -> anyhow::Result<bool> {
        let content = Content::read(&self.files)?;
        let digest = content.digest();
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == digest {
                return Ok(false);
            }
            *seen = digest;
        }
        self.tls
            .renew(&content.identity(), content.trust().as_ref())
            .context("renewing the server's TLS")?;
        Ok(true)
    }
}

impl Content {
    fn read(http: &Http) -> anyhow::Result<Self> {
        let read = |file: &Path| {
            std::fs::read(file).with_context(|| format!("reading {}", file.display()))
        };
        let chain_file = http.tls_cert_file.as_deref();
        let key_file = http.tls_key_file.as_deref();
        let key_file = key_file.context("http.tls_key_file is not set")?;
        Ok(Self {
            chain: read(chain_file.context("http.tls_cert_file is not set")?)?,
            key: read_secret_bytes(key_file).context("reading the server's key")?,
            anchors: http.client_ca_file.as_deref().map(read).transpose()?,
            crls: http.client_crl_file.as_deref().map(read).transpose()?,
        })
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            chain_pem: &self.chain,
            key_pem: self.key.expose(),
        }
    }

    fn trust(&self) -> Option<Trust<'_>> {
        self.anchors.as_deref().map(|anchors_pem| Trust {
            anchors_pem,
            crls_pem: self.crls.as_deref(),
        })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let none = Vec::new();
        let (anchors, crls) = (&self.anchors, &self.crls);
        for part in [
            &self.chain,
            self.key.expose(),
            anchors.as_ref().unwrap_or(&none),
            crls.as_ref().unwrap_or(&none),
        ] {
            digest.update(&part.len().to_be_bytes());
            digest.update(part);
        }
        digest.finish()
    }
}
