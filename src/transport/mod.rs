//! TLS on both sides, and the HTTPS client: who we trust, as whom we appear, how long we wait; the
//! ways to the bureau ([`route`]), to the offices' webhooks ([`webhook`]) and to the provider of single
//! sign-on ([`mod@provider`]), and folders that are shared with others.
//!
//! Owns every use of rustls and the making of every HTTP client. Knows no flow, no party and no
//! retry: what a certificate may do is decided by whoever maps [`spki_sha256`] to a party.

pub mod certificates;
pub(crate) mod folder;
mod pem;
pub mod provider;
pub mod renewal;
pub mod route;
#[cfg(test)]
pub(crate) mod tests;
pub mod webhook;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use openssl::asn1::Asn1Time;
use openssl::x509::{X509, X509Crl};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ServerConfig};

/// Whom we trust: the anchors of the other side's certificates, and what has been revoked.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// Certificates of the authorities, PEM; at least one.
    pub anchors_pem: &'a [u8],
    /// Their revocation lists, PEM. If there is any, a certificate whose issuer has no valid list
    /// here is refused: a list that was forgotten must not open the door.
    pub crls_pem: Option<&'a [u8]>,
}

/// As whom we appear: a certificate chain and its key.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// Our certificate, then its intermediates, PEM.
    pub chain_pem: &'a [u8],
    /// The private key (PKCS#8, PKCS#1 or SEC1), PEM, not encrypted.
    pub key_pem: &'a [u8],
}

impl std::fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// How long a request may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// From the first byte sent to the last byte received.
    pub total: Duration,
}

/// A reason why TLS or a client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// A file's content is not the PEM that was expected.
    #[error("the {what} is not readable PEM")]
    Pem {
        /// What it should have been.
        what: &'static str,
        /// What the parser said.
        source: rustls::pki_types::pem::Error,
    },
    /// A file holds none of what was expected.
    #[error("the {what} is empty")]
    Empty {
        /// What it should have held.
        what: &'static str,
    },
    /// Certificates and keys that rustls does not take: malformed, unsuitable, or not a pair.
    #[error("certificate and key do not serve")]
    Tls(#[from] rustls::Error),
    /// Anchors or revocation lists that cannot verify anything.
    #[error("the trust anchors or revocation lists do not serve")]
    Trust(#[from] rustls::server::VerifierBuilderError),
    /// The HTTPS client could not be made.
    #[error("the client could not be made")]
    Client(#[source] reqwest::Error),
    /// An address to which nothing can be put.
    #[error("{url} is no https address")]
    Address {
        /// The address.
        url: String,
    },
    /// Bytes that are no certificate.
    #[error("this is not a certificate")]
    Certificate(#[source] openssl::error::ErrorStack),
}

/// TLS of a server, versions 1.2 and 1.3, as it stays until the server ends.
///
/// Without `clients`, nobody is asked for a certificate. With it, a client may show none, and one
/// that it shows must be valid: which route needs whose is decided per route.
pub fn server_config(
    identity: &Identity<'_>,
    clients: Option<&Trust<'_>>,
) -> Result<ServerConfig, TransportError> {
    Ok(renewal::ServerTls::new(identity, clients)?.config())
}

/// TLS of a client, versions 1.2 and 1.3: trusts `trust` alone, never the system's authorities.
pub fn client_config(
    trust: &Trust<'_>,
    identity: Option<&Identity<'_>>,
) -> Result<ClientConfig, TransportError> {
    let roots = Arc::new(pem::anchors(trust.anchors_pem)?);
    let mut verifier = WebPkiServerVerifier::builder_with_provider(roots, provider());
    if let Some(crls) = trust.crls_pem {
        verifier = verifier
            .with_crls(pem::crls(crls)?)
            .only_check_end_entity_revocation()
            .enforce_revocation_expiration();
    }
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_webpki_verifier(verifier.build()?);
    match identity {
        None => Ok(builder.with_no_client_auth()),
        Some(identity) => {
            let (chain, key) = pem::identity(identity)?;
            Ok(builder.with_client_auth_cert(chain, key)?)
        }
    }
}

/// An HTTPS client for one partner.
///
/// It follows no redirect and uses no proxy: a partner's address is configured, and personal data
/// goes nowhere else because an answer or the environment says so.
pub fn https_client(
    trust: &Trust<'_>,
    identity: Option<&Identity<'_>>,
    timeouts: Timeouts,
) -> Result<reqwest::Client, TransportError> {
    client_builder(timeouts)
        .tls_backend_preconfigured(client_config(trust, identity)?)
        .https_only(true)
        .build()
        .map_err(TransportError::Client)
}

fn client_builder(timeouts: Timeouts) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("cei-gateway/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
}

/// SHA-256 of a certificate's public key (`SubjectPublicKeyInfo`, DER): the same for every
/// certificate of one key, so a partner may renew its certificate without being entered anew.
pub fn spki_sha256(certificate_der: &[u8]) -> Result<[u8; 32], TransportError> {
    let spki = X509::from_der(certificate_der)
        .and_then(|certificate| certificate.public_key()?.public_key_to_der())
        .map_err(TransportError::Certificate)?;
    Ok(openssl::sha::sha256(&spki))
}

/// When the first certificate of a chain (PEM) runs out: what operators must be warned about.
pub fn valid_until(chain_pem: &[u8]) -> Result<DateTime<Utc>, TransportError> {
    let ends = X509::stack_from_pem(chain_pem)
        .and_then(|chain| {
            let epoch = Asn1Time::from_unix(0)?;
            chain
                .iter()
                .map(|certificate| epoch.diff(certificate.not_after()))
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(TransportError::Certificate)?;
    ends.into_iter()
        .map(|since| TimeDelta::days(since.days.into()) + TimeDelta::seconds(since.secs.into()))
        .min()
        .map(|since| DateTime::UNIX_EPOCH + since)
        .ok_or(TransportError::Empty {
            what: "certificate chain file",
        })
}

/// When the first of some revocation lists (PEM) runs out. From then on a certificate of its authority
/// is refused.
pub fn lists_valid_until(crls_pem: &[u8]) -> Result<DateTime<Utc>, TransportError> {
    let epoch = Asn1Time::from_unix(0).map_err(TransportError::Certificate)?;
    let mut ends = Vec::new();
    for list in pem::crls(crls_pem)? {
        let list = X509Crl::from_der(&list).map_err(TransportError::Certificate)?;
        // A list that does not say when the next one comes has run out: it may be any age.
        let since = list.next_update().map(|until| epoch.diff(until));
        let since = since.transpose().map_err(TransportError::Certificate)?;
        ends.push(since.map_or(TimeDelta::zero(), |since| {
            TimeDelta::days(since.days.into()) + TimeDelta::seconds(since.secs.into())
        }));
    }
    let first = ends.into_iter().min().unwrap_or_default();
    Ok(DateTime::UNIX_EPOCH + first)
}

/// The one implementation of TLS's cryptography in this program.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
