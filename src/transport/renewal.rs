//! TLS of a server whose certificate, client authorities and revocation lists are renewed while it
//! runs.
//!
//! What rustls asks at every handshake is held behind a lock that is taken for a moment; a renewal
//! replaces all of it or nothing. A connection that is open already was judged by what counted then:
//! [`ServerTls::still_trusts`] judges it again.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{
    ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use crate::transport::{Identity, TransportError, Trust, pem, provider};

/// Is told of a certificate (DER) that was refused.
type Witness = Box<dyn Fn(&[u8]) + Send + Sync>;

/// TLS of a server, versions 1.2 and 1.3; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct ServerTls {
    config: ServerConfig,
    own: Arc<OwnCertificate>,
    clients: Option<Arc<Clients>>,
}

impl ServerTls {
    /// TLS as of now. Whether clients are asked for certificates is settled here; one that is shown
    /// must be valid, and none must be shown.
    pub fn new(
        identity: &Identity<'_>,
        clients: Option<&Trust<'_>>,
    ) -> Result<Self, TransportError> {
        let own = Arc::new(OwnCertificate(RwLock::new(certified(identity)?)));
        let clients = clients.map(Clients::new).transpose()?.map(Arc::new);
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?;
        let builder = match &clients {
            None => builder.with_no_client_auth(),
            Some(clients) => builder.with_client_cert_verifier(Arc::<Clients>::clone(clients)),
        };
        let mut config = builder.with_cert_resolver(Arc::<OwnCertificate>::clone(&own));
        // A resumed session would carry a certificate that was revoked or expired meanwhile.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config,
            own,
            clients,
        })
    }

    /// What a server listens with.
    pub fn config(&self) -> ServerConfig {
        self.config.clone()
    }

    /// Replaces certificate, authorities and revocation lists for every connection from now on. When
    /// anything of it does not serve, all stays as it is.
    pub fn renew(
        &self,
        identity: &Identity<'_>,
        clients: Option<&Trust<'_>>,
    ) -> Result<(), TransportError> {
        let own = certified(identity)?;
        let verifier = clients.map(verifier).transpose()?;
        *self.own.0.write().unwrap_or_else(PoisonError::into_inner) = own;
        if let (Some(clients), Some(verifier)) = (&self.clients, verifier) {
            clients.replace(verifier);
        }
        Ok(())
    }

    /// Lets `witness` know of every certificate that a client shows and that is refused.
    pub fn witness_refusals(&self, witness: impl Fn(&[u8]) + Send + Sync + 'static) {
        if let Some(clients) = &self.clients {
            clients.witness.get_or_init(|| Box::new(witness));
        }
    }

    /// Grows by one with every renewal.
    pub fn generation(&self) -> u64 {
        let clients = self.clients.as_ref();
        clients.map_or(0, |clients| clients.generation.load(Ordering::Acquire))
    }

    /// Whether a certificate and its intermediates, shown when a connection was opened, would be
    /// taken at `now`.
    pub fn still_trusts(&self, chain: &[CertificateDer<'_>], now: DateTime<Utc>) -> bool {
        let Some((clients, (leaf, intermediates))) = self.clients.as_ref().zip(chain.split_first())
        else {
            return false;
        };
        let since = u64::try_from(now.timestamp()).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(since));
        clients
            .current()
            .verify_client_cert(leaf, intermediates, now)
            .is_ok()
    }
}

fn certified(identity: &Identity<'_>) -> Result<Arc<CertifiedKey>, TransportError> {
    let (chain, key) = pem::identity(identity)?;
    Ok(Arc::new(CertifiedKey::from_der(chain, key, &provider())?))
}

/// What decides about the certificates of clients.
pub(super) fn verifier(trust: &Trust<'_>) -> Result<Arc<dyn ClientCertVerifier>, TransportError> {
    let roots = Arc::new(pem::anchors(trust.anchors_pem)?);
    let mut verifier =
        WebPkiClientVerifier::builder_with_provider(roots, provider()).allow_unauthenticated();
    if let Some(crls) = trust.crls_pem {
        verifier = verifier
            .with_crls(pem::crls(crls)?)
            .only_check_end_entity_revocation()
            .enforce_revocation_expiration();
    }
    Ok(verifier.build()?)
}

/// The server's own certificate, which a handshake takes as it is at that moment.
#[derive(Debug)]
struct OwnCertificate(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for OwnCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let own = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&own))
    }
}

/// Whose certificates are taken.
struct Clients {
    verifier: RwLock<Arc<dyn ClientCertVerifier>>,
    generation: AtomicU64,
    witness: OnceLock<Witness>,
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients(…)")
    }
}

impl Clients {
    fn new(trust: &Trust<'_>) -> Result<Self, TransportError> {
        Ok(Self {
            verifier: RwLock::new(verifier(trust)?),
            generation: AtomicU64::new(0),
            witness: OnceLock::new(),
        })
    }

    fn current(&self) -> Arc<dyn ClientCertVerifier> {
        let verifier = self.verifier.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&verifier)
    }

    fn replace(&self, verifier: Arc<dyn ClientCertVerifier>) {
        let mut current = self
            .verifier
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = verifier;
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// No hints: they could not change with the authorities, and without them a client shows the
    /// certificate that it has.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self
            .current()
            .verify_client_cert(end_entity, intermediates, now);
        if let (Err(_), Some(witness)) = (&verified, self.witness.get()) {
            witness(end_entity);
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.current().verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.current().verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.current().supported_verify_schemes()
    }
}
