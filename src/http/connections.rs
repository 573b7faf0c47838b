//! Connections as they are opened: whose certificate, and how many from one address.

use std::any::Any;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use chrono::{DateTime, Utc};
use rustix::net::{Shutdown, shutdown};
use rustls::pki_types::CertificateDer;

use crate::clock::Clock;
use crate::transport::renewal::ServerTls;
use crate::transport::spki_sha256;

/// The certificate that a connection was opened with.
#[derive(Debug)]
pub(crate) struct Peer {
    /// SHA-256 of its public key.
    pub(crate) key: [u8; 32],
    chain: Vec<CertificateDer<'static>>,
    /// The generation of the server's TLS by which the certificate was taken.
    taken_by: AtomicU64,
    tls: ServerTls,
}

impl Peer {
    /// Whether the certificate would be taken today. Connections live long; revocation lists and
    /// authorities may have been renewed since this one was opened.
    pub(crate) fn is_trusted(&self, now: DateTime<Utc>) -> bool {
        let generation = self.tls.generation();
        if self.taken_by.load(Ordering::Acquire) == generation {
            return true;
        }
        let is_trusted = self.tls.still_trusts(&self.chain, now);
        if is_trusted {
            self.taken_by.store(generation, Ordering::Release);
        }
        is_trusted
    }
}

/// The connections that are open, by the address that they come from.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    /// How many one address may have; zero for any number.
    per_address: u32,
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
    clock: Clock,
    /// The minute in which it was last logged that an address has too many.
    told_in: Arc<AtomicI64>,
}

/// A connection that is counted, until this is dropped with it.
#[derive(Debug)]
struct Counted {
    address: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

impl Connections {
    /// None yet.
    pub(crate) fn new(per_address: u32, clock: Clock) -> Self {
        Self {
            per_address,
            open: Arc::default(),
            clock,
            told_in: Arc::new(AtomicI64::new(i64::MIN)),
        }
    }

    /// Is called when a connection stands, after its TLS handshake: keeps whose it is, or closes it.
    pub(crate) fn note(
        &self,
        connection: &dyn Any,
        extensions: &mut Extensions,
        tls: Option<&ServerTls>,
    ) {
        let (socket, peer) = match connection.downcast_ref::<TlsStream<TcpStream>>() {
            Some(stream) => {
                let (socket, session) = stream.get_ref();
                (socket, tls.and_then(|tls| peer_of(session, tls)))
            }
            None => match connection.downcast_ref::<TcpStream>() {
                Some(socket) => (socket, None),
                None => return,
            },
        };
        if let Some(peer) = peer {
            extensions.insert(peer);
        }
        let Ok(address) = socket.peer_addr() else {
            return;
        };
        match self.count(address.ip().to_canonical()) {
            Some(counted) => drop(extensions.insert(counted)),
            None => self.close(socket),
        }
    }

    fn count(&self, address: IpAddr) -> Option<Counted> {
        let mut open = lock(&self.open);
        let count = open.entry(address).or_insert(0);
        if self.per_address > 0 && *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(Counted {
            address,
            open: Arc::clone(&self.open),
        })
    }

    /// Closes a connection: whoever reads from it finds its end. Says so once a minute.
    fn close(&self, socket: &TcpStream) {
        let minute = self.clock.now().timestamp() / 60;
        if self.told_in.swap(minute, Ordering::Relaxed) != minute {
            let limit = self.per_address;
            tracing::warn!(
                limit,
                "an address has too many connections; more are closed"
            );
        }
        if let Err(error) = shutdown(socket, Shutdown::Both) {
            tracing::debug!(%error, "a connection was closed by its other end first");
        }
    }
}

fn lock(open: &Mutex<HashMap<IpAddr, u32>>) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn peer_of(session: &rustls::ServerConnection, tls: &ServerTls) -> Option<Peer> {
    let chain = session.peer_certificates()?;
    Some(Peer {
        key: spki_sha256(chain.first()?).ok()?,
        chain: chain.iter().map(|part| part.clone().into_owned()).collect(),
        taken_by: AtomicU64::new(tls.generation()),
        tls: tls.clone(),
    })
}
