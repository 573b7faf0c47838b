//! TLS of the order channel: nobody but the gateway gets as far as a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};

use crate::random::Random;
use crate::simulator::bureau::keys::BureauKeys;
use crate::simulator::bureau::misbehaviour::{Misbehaviour, Plan};
use crate::transport::{TransportError, provider, server_config, spki_sha256};

/// Turns even the gateway away, as often as the plan has it and never twice in a row.
pub(super) struct Moods {
    plan: Plan,
    random: Random,
    turned_away_last: AtomicBool,
    turned_away: AtomicU64,
}

impl Moods {
    pub(super) fn new(plan: Plan, random: Random) -> Self {
        Self {
            plan,
            random,
            turned_away_last: AtomicBool::new(false),
            turned_away: AtomicU64::new(0),
        }
    }

    /// How often somebody was turned away who should not have been.
    pub(super) fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    fn turns_away(&self) -> bool {
        let drawn = self
            .plan
            .draw(&[Misbehaviour::RefuseConnection], &self.random)
            .is_some();
        let turns_away = drawn && !self.turned_away_last.load(Ordering::Relaxed);
        self.turned_away_last.store(turns_away, Ordering::Relaxed);
        if turns_away {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        turns_away
    }
}

/// TLS that demands a client certificate of the gateway's key.
pub(super) fn order_channel(
    keys: &BureauKeys,
    moods: Arc<Moods>,
) -> Result<ServerConfig, TransportError> {
    let mut roots = RootCertStore::empty();
    let what = "trust anchor file";
    for anchor in CertificateDer::pem_slice_iter(&keys.tls_anchors) {
        roots.add(anchor.map_err(|source| TransportError::Pem { what, source })?)?;
    }
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build()?;
    let gatekeeper = Gatekeeper {
        verifier,
        spki_sha256: keys.caller_spki_sha256,
        moods,
    };
    let certificate = server_config(&keys.server.identity(), None)?.cert_resolver;
    Ok(ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(gatekeeper))
        .with_cert_resolver(certificate))
}

/// Lets one public key in.
struct Gatekeeper {
    verifier: Arc<dyn ClientCertVerifier>,
    spki_sha256: [u8; 32],
    moods: Arc<Moods>,
}

impl std::fmt::Debug for Gatekeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gatekeeper(…)")
    }
}

impl ClientCertVerifier for Gatekeeper {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.verifier.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self
            .verifier
            .verify_client_cert(end_entity, intermediates, now)?;
        let is_gateway = spki_sha256(end_entity).is_ok_and(|spki| spki == self.spki_sha256);
        if is_gateway && !self.moods.turns_away() {
            return Ok(verified);
        }
        let refused = CertificateError::ApplicationVerificationFailure;
        Err(Error::InvalidCertificate(refused))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
