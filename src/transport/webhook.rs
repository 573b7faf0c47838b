//! The way to an office's webhook: a signed `POST` to an address that was looked up, judged and pinned.
//!
//! The name is looked up once for a connection, every address that it leads to must be allowed, and the
//! connection goes to one of those and to no other: a name that changes its mind between looking and
//! connecting changes nothing. No redirect is followed, no proxy is used, nothing of an answer but its
//! status and `Retry-After` matters, and of its body no more than [`ANSWER_BYTES_MAX`] is read.

mod connection;
mod resolve;
mod signature;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::ClientConfig;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use uuid::Uuid;

use crate::domain::delivery::Outcome;
use crate::domain::webhook::{Endpoint, Reach};
use crate::transport::Timeouts;
use crate::transport::webhook::connection::{Fault, Heard, Open};

pub use resolve::{Resolve, SystemNames};
pub use signature::SigningKey;

/// Bytes of an answer's body that are read, so that the connection can be used again. Of a longer one
/// the rest is left and the connection closed.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// One message that leaves.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// By which the receiver knows a repetition.
    pub id: Uuid,
    /// When it leaves.
    pub at: DateTime<Utc>,
    /// Its JSON.
    pub body: &'a str,
    /// Every key that is valid now: each gives a signature.
    pub keys: &'a [SigningKey],
}

/// What became of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// How the try ended.
    pub outcome: Outcome,
    /// What was said, without content and without an address.
    pub detail: Option<String>,
}

/// Carries messages to webhooks.
pub trait Carrier: Send + Sync + 'static {
    /// What is kept between two messages to one webhook: a connection that may be used again.
    type Line: Send;

    /// A line to a webhook; nothing is sent or looked up yet.
    fn line(&self, endpoint: &Endpoint) -> Self::Line;

    /// Carries one message and tells what is known of its arrival, within bounded time and memory.
    fn carry(
        &self,
        line: &mut Self::Line,
        letter: &Letter<'_>,
    ) -> impl Future<Output = Answer> + Send;
}

/// The way over the network.
pub struct Network {
    tls: TlsConnector,
    names: Arc<dyn Resolve>,
    reach: Reach,
    times: Timeouts,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Network({:?})", self.reach)
    }
}

/// A line over the network.
pub struct NetworkLine {
    endpoint: Endpoint,
    open: Option<Open>,
}

impl Network {
    /// A way to webhooks within `reach` whose certificates `tls` believes, over names that `names` looks up.
    pub fn new(
        mut tls: ClientConfig,
        names: Arc<dyn Resolve>,
        reach: Reach,
        times: Timeouts,
    ) -> Self {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            tls: TlsConnector::from(Arc::new(tls)),
            names,
            reach,
            times,
        }
    }

    /// Sends a letter over the line's connection, or over a new one.
    ///
    /// A connection that was used before may have been closed by the receiver meanwhile, which shows only
    /// when it is used: then the letter goes over a new one, once.
    async fn exchange(
        &self,
        line: &mut NetworkLine,
        letter: &Letter<'_>,
        heard: &mut Heard,
    ) -> Result<(), Fault> {
        let used = line.open.take().filter(Open::is_ready);
        if let Some(mut open) = used {
            match open.post(&line.endpoint, letter, heard).await {
                Ok(may_go_on) => {
                    line.open = may_go_on.then_some(open);
                    return Ok(());
                }
                Err(fault) if heard.status.is_some() || !fault.is_stale() => return Err(fault),
                Err(_stale) => (),
            }
        }
        let mut open = self.connect(&line.endpoint).await?;
        let may_go_on = open.post(&line.endpoint, letter, heard).await?;
        line.open = may_go_on.then_some(open);
        Ok(())
    }

    async fn connect(&self, endpoint: &Endpoint) -> Result<Open, Fault> {
        let mut stage = connection::Stage::Connecting;
        let connecting = connection::connect(self, endpoint, &mut stage);
        match timeout(self.times.connect, connecting).await {
            Ok(connected) => connected,
            Err(_elapsed) => Err(Fault::late(stage)),
        }
    }
}

impl Carrier for Network {
    type Line = NetworkLine;

    fn line(&self, endpoint: &Endpoint) -> NetworkLine {
        NetworkLine {
            endpoint: endpoint.clone(),
            open: None,
        }
    }

    async fn carry(&self, line: &mut NetworkLine, letter: &Letter<'_>) -> Answer {
        let mut heard = Heard::default();
        let exchange = self.exchange(line, letter, &mut heard);
        let ended = timeout(self.times.total, exchange).await;
        let fault = match ended {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault),
            Err(_elapsed) => {
                line.open = None;
                Some(Fault::late(connection::Stage::Sent))
            }
        };
        match (heard.status, fault) {
            // The status stands, whatever became of what came with it.
            (Some(status), _) => connection::answer(status, heard.retry_after),
            (None, Some(fault)) => fault.answer(),
            (None, None) => Answer {
                outcome: Outcome::LostAfterSending,
                detail: None,
            },
        }
    }
}
