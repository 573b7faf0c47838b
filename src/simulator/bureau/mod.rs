//! The bureau: takes orders over mutual TLS, verifies them strictly, makes cards on the clock,
//! tells of them in signed documents, and misbehaves as it is told.

mod answers;
mod archive;
mod correspondence;
mod desk;
mod door;
mod envelope;
mod floor;
mod forge;
mod keys;
mod ledger;
mod letter;
mod misbehaviour;
mod papers;
mod post;
mod production;
mod server;
mod settings;
mod shelf;
mod spool;
#[cfg(test)]
mod tests;
mod tls;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use uuid::Uuid;

use crate::bureau::writer::DocumentError;
use crate::clock::Clock;
use crate::random::Random;
use crate::simulator::bureau::archive::Archive;
use crate::simulator::bureau::desk::{Answer, Desk, Furniture, OrderTrust, Telling};
use crate::simulator::bureau::door::Door;
use crate::simulator::bureau::floor::Floor;
use crate::simulator::bureau::letter::{Letter, LetterKind};
use crate::simulator::bureau::papers::{Papers, stranger};
use crate::simulator::bureau::post::{Posted, post};
use crate::simulator::bureau::shelf::Way;
use crate::simulator::bureau::tls::{Moods, order_channel};
use crate::simulator::mailbox::Place;
use crate::simulator::pass::Pass;
use crate::transport::TransportError;

pub use crate::simulator::bureau::keys::BureauKeys;
pub use crate::simulator::bureau::ledger::BureauLedger;
pub use crate::simulator::bureau::misbehaviour::{Misbehaviour, Plan};
pub use crate::simulator::bureau::papers::StrangerError;
pub use crate::simulator::bureau::production::FailureRates;
pub use crate::simulator::bureau::settings::{BureauSettings, ComplaintRule, Erasures};

/// Documents posted in one pass at most.
const LETTERS_MAX: u32 = 1000;

/// Why a bureau could not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address or the folder of copies cannot be used.
    #[error("the address or the folder of copies cannot be used")]
    Io(#[from] io::Error),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Transport(#[from] TransportError),
    /// The stranger's key could not be made.
    #[error("the stranger's key could not be made")]
    Stranger(#[from] StrangerError),
}

/// An open bureau; cheap to clone. It does nothing but answer until [`Bureau::work`] is called.
#[derive(Clone)]
pub struct Bureau {
    inner: Arc<Inner>,
}

struct Inner {
    address: SocketAddr,
    order_bytes_max: usize,
    hold: Duration,
    clock: Clock,
    client: reqwest::Client,
    gateway_url: Mutex<String>,
    moods: Arc<Moods>,
    door: Door,
    way: Mutex<Way>,
    desk: Mutex<Desk>,
    server: Mutex<Option<ServerHandle>>,
}

impl std::fmt::Debug for Bureau {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bureau({})", self.inner.address)
    }
}

impl Bureau {
    /// Opens the order channel. Must be called within a tokio runtime, which then serves it.
    pub fn open(
        settings: BureauSettings,
        keys: BureauKeys,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let listener = TcpListener::bind(settings.bind)?;
        let moods = Moods::new(settings.plan.clone(), Random::seeded(!settings.seed));
        let moods = Arc::new(moods);
        let tls = order_channel(&keys, Arc::clone(&moods))?;
        let bureau = Self {
            inner: Arc::new(Inner {
                address: listener.local_addr()?,
                order_bytes_max: settings.order_bytes_max,
                hold: settings.hold,
                client: keys.client.clone(),
                gateway_url: Mutex::new(String::new()),
                moods,
                door: Door::default(),
                way: Mutex::default(),
                desk: Mutex::new(furnish(settings, keys, &clock)?),
                server: Mutex::new(None),
                clock,
            }),
        };
        let server = server::listen(bureau.clone(), listener, tls)?;
        *lock(&bureau.inner.server) = Some(server.handle());
        #[expect(
            clippy::disallowed_methods,
            reason = "the simulator is the other side of the wire and owns its server"
        )]
        drop(tokio::spawn(server));
        Ok(bureau)
    }

    /// Where orders are put, without a slash at the end.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.inner.address.port())
    }

    /// Tells it where the gateway is, without a slash at the end. Until then nothing is posted.
    pub fn speak_to(&self, gateway_url: &str) {
        gateway_url.clone_into(&mut lock(&self.inner.gateway_url));
    }

    /// Says what is due by the clock and posts what has been written, most of it at once.
    pub async fn work(&self) -> Result<Pass, DocumentError> {
        self.take_from_spool();
        self.desk().speak(self.inner.clock.now())?;
        if let Some(acted) = self.lay_out() {
            let next_at = self.desk().next_at();
            return Ok(Pass { acted, next_at });
        }
        let gateway_url = lock(&self.inner.gateway_url).clone();
        let mut acted = 0;
        while !gateway_url.is_empty() && acted < LETTERS_MAX {
            let due = self.desk().mailbox.due(self.inner.clock.now());
            let Some((place, letter)) = due else {
                break;
            };
            let posted = post(&self.inner.client, &gateway_url, letter.bytes.clone()).await;
            self.record(place, &letter, posted);
            acted += 1;
        }
        let next_at = self.desk().next_at();
        Ok(Pass { acted, next_at })
    }

    /// How many documents the gateway has not taken yet.
    pub fn unposted(&self) -> usize {
        self.desk().mailbox.len()
    }

    /// What it can swear to.
    pub fn ledger(&self) -> BureauLedger {
        let mut ledger = self.desk().ledger.clone();
        let turned_away = self.inner.moods.turned_away();
        if turned_away > 0 {
            ledger
                .misbehaved
                .insert(Misbehaviour::RefuseConnection, turned_away);
        }
        ledger
    }

    /// Changes how it misbehaves from now on, at the handshake excepted.
    pub fn set_plan(&self, plan: Plan) {
        self.desk().plan = plan;
    }

    /// Changes the main reason that its wrong refusals name.
    pub fn set_wrong_reason(&self, code: u16) {
        self.desk().wrong_reason = code;
    }

    /// Closes the order channel; whoever still waits for an answer gets none.
    pub async fn close(&self) {
        let handle = lock(&self.inner.server).take();
        if let Some(handle) = handle {
            handle.stop(false).await;
        }
    }

    /// Answers an order; `None` when the bureau itself fails.
    fn receive(&self, number: &str, document: &[u8]) -> Option<Answer> {
        let answer = self
            .desk()
            .receive(number, document, self.inner.clock.now());
        answer
            .inspect_err(|error| tracing::error!(%error, "a receipt could not be written"))
            .ok()
    }

    /// Answers a letter; `None` when the bureau itself fails.
    fn receive_letter(&self, message_id: Uuid, document: &[u8]) -> Option<Answer> {
        let now = self.inner.clock.now();
        let answer = self.desk().receive_letter(message_id, document, now);
        answer
            .inspect_err(|error| tracing::error!(%error, "an answer could not be written"))
            .ok()
    }

    fn record(&self, place: Place, letter: &Letter, posted: Posted) {
        let mut desk = self.desk();
        match (posted, &letter.kind) {
            (Posted::Taken, LetterKind::Acknowledgement(name)) => {
                desk.archive.keep_acknowledgement(name, &letter.bytes);
                desk.ledger.documents += 1;
                desk.mailbox.taken(place);
            }
            (Posted::Taken, LetterKind::Notice(name)) => {
                desk.archive.keep_notice(name, &letter.bytes);
                desk.mailbox.taken(place);
            }
            (Posted::Taken, _) | (Posted::Refused, LetterKind::Stray) => desk.mailbox.taken(place),
            (Posted::Refused | Posted::Unanswered, _) => {
                desk.mailbox.not_taken(self.inner.clock.now());
            }
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.inner.desk)
    }
}

fn furnish(settings: BureauSettings, keys: BureauKeys, clock: &Clock) -> Result<Desk, OpenError> {
    let random = Random::seeded(settings.seed);
    Ok(Desk::new(Furniture {
        papers: Papers {
            bureau: settings.code,
            test: settings.test,
            random: random.clone(),
            seal: keys.seal,
            stranger: stranger(clock.now())?,
        },
        trust: OrderTrust {
            anchors: keys.order_anchors,
            signer_spki_sha256: keys.signer_spki_sha256,
            decryption: keys.decryption,
        },
        plan: settings.plan,
        random,
        floor: Floor::new(
            settings.seed,
            settings.rates,
            settings.erasures.map(|erasures| erasures.after),
        ),
        complaints: settings.complaints,
        telling: Telling {
            shipment_notices: settings.shipment_notices,
            erasure_confirmations: settings
                .erasures
                .is_some_and(|erasures| erasures.confirmations),
        },
        archive: Archive::open(settings.dir.as_deref())?,
    }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
