//! One connection to a webhook: made to a judged address, used for one message after the other.

use std::error::Error;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, DATE, HOST, HeaderName, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::domain::delivery::{DeliveryVerdict, Outcome, classify};
use crate::domain::webhook::{Endpoint, Host};
use crate::transport::route::retry_after;
use crate::transport::webhook::{ANSWER_BYTES_MAX, Answer, Letter, Network, resolve, signature};

/// Bytes of an answer's head at most.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Headers of an answer at most.
const HEADERS_MAX: usize = 64;

/// How far a message had come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    /// The name is looked up, the connection is made.
    Connecting,
    /// TLS is agreed upon.
    Securing,
    /// The message was handed to the connection.
    Sent,
}

/// What was heard of a message before anything went wrong.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) status: Option<u16>,
    pub(super) retry_after: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// The name leads to an address that is not allowed.
    Forbidden,
    /// The name leads nowhere.
    NoAddress,
    /// The message could not be signed or written: ours.
    Unwritable(String),
    /// Something failed.
    Broken {
        stage: Stage,
        is_tls: bool,
        is_stale: bool,
        cause: String,
    },
    /// The time was up.
    Late { stage: Stage },
}

impl Fault {
    pub(super) const fn late(stage: Stage) -> Self {
        Self::Late { stage }
    }

    pub(super) fn io(stage: Stage, error: &io::Error) -> Self {
        Self::Broken {
            stage,
            is_tls: is_tls(error),
            is_stale: false,
            cause: innermost(error),
        }
    }

    fn http(error: &hyper::Error) -> Self {
        // Nothing of an answer came: the connection had ended when the message was handed to it.
        let is_stale = error.is_canceled() || error.is_closed() || error.is_incomplete_message();
        Self::Broken {
            stage: Stage::Sent,
            is_tls: is_tls(error),
            is_stale,
            cause: innermost(error),
        }
    }

    /// Whether a connection that was used before turned out to be closed.
    pub(super) const fn is_stale(&self) -> bool {
        matches!(self, Self::Broken { is_stale: true, .. })
    }

    /// What is known of the message.
    pub(super) fn answer(self) -> Answer {
        let (outcome, detail) = match self {
            Self::Forbidden => (
                Outcome::AddressForbidden,
                "its name leads to an address to which nothing is sent".to_owned(),
            ),
            Self::NoAddress => (
                Outcome::ConnectFailed,
                "its name leads to no address".to_owned(),
            ),
            Self::Unwritable(cause) => (Outcome::LostWhileSending, cause),
            Self::Late { stage } => (late(stage), "the time was up".to_owned()),
            Self::Broken {
                stage,
                is_tls,
                cause,
                ..
            } => (broken(stage, is_tls), cause),
        };
        Answer {
            outcome,
            detail: Some(detail),
        }
    }
}

const fn late(stage: Stage) -> Outcome {
    match stage {
        Stage::Connecting | Stage::Securing => Outcome::ConnectFailed,
        Stage::Sent => Outcome::TimedOutAfterSending,
    }
}

const fn broken(stage: Stage, is_tls: bool) -> Outcome {
    match stage {
        Stage::Connecting => Outcome::ConnectFailed,
        Stage::Securing => Outcome::TlsRefused,
        // Under TLS 1.3 an alert comes in place of an answer.
        Stage::Sent if is_tls => Outcome::TlsRefused,
        Stage::Sent => Outcome::LostAfterSending,
    }
}

/// What a status means, with what there is to say of it.
pub(super) fn answer(status: u16, retry_after: Option<Duration>) -> Answer {
    let outcome = Outcome::Status {
        code: status,
        retry_after,
    };
    let is_good = classify(outcome) == DeliveryVerdict::Delivered;
    Answer {
        outcome,
        detail: (!is_good).then(|| format!("HTTP {status}")),
    }
}

/// A connection that stands.
pub(super) struct Open {
    sender: http1::SendRequest<Full<Bytes>>,
    // Moves the bytes; ends with the connection.
    _driver: JoinSet<()>,
}

/// Makes a connection to one of the addresses that were judged, and to no other.
pub(super) async fn connect(
    network: &Network,
    endpoint: &Endpoint,
    stage: &mut Stage,
) -> Result<Open, Fault> {
    let addresses = resolve::addresses(&*network.names, endpoint, network.reach).await?;
    let socket = TcpStream::connect(addresses.as_slice())
        .await
        .map_err(|error| Fault::io(Stage::Connecting, &error))?;
    socket
        .set_nodelay(true)
        .map_err(|error| Fault::io(Stage::Connecting, &error))?;
    if !endpoint.is_tls() {
        return Open::over(socket).await;
    }
    *stage = Stage::Securing;
    let name = match endpoint.host() {
        Host::Name(name) => ServerName::try_from(name.clone()),
        Host::Address(address) => Ok(ServerName::from(*address)),
    };
    let name = name.map_err(|error| Fault::Unwritable(error.to_string()))?;
    let stream = network
        .tls
        .connect(name, socket)
        .await
        .map_err(|error| Fault::io(Stage::Securing, &error))?;
    Open::over(stream).await
}

impl Open {
    async fn over<S>(stream: S) -> Result<Self, Fault>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault::http(&error))?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            if let Err(error) = connection.await {
                // Whoever waits for an answer is told the same.
                tracing::trace!(%error, "a connection to a webhook ended");
            }
        });
        Ok(Self {
            sender,
            _driver: driver,
        })
    }

    /// Whether another message may be sent.
    pub(super) fn is_ready(&self) -> bool {
        self.sender.is_ready() && !self.sender.is_closed()
    }

    /// Sends a letter and notes the answer; returns whether the connection may be used again.
    pub(super) async fn post(
        &mut self,
        endpoint: &Endpoint,
        letter: &Letter<'_>,
        heard: &mut Heard,
    ) -> Result<bool, Fault> {
        let request = request(endpoint, letter)?;
        let response = self.sender.send_request(request).await;
        let response = response.map_err(|error| Fault::http(&error))?;
        heard.status = Some(response.status().as_u16());
        heard.retry_after = text(&response, &RETRY_AFTER)
            .and_then(|asked| retry_after::wait(asked, text(&response, &DATE), letter.at));
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
        // A body that is too long or breaks off is nobody's loss but the connection's.
        Ok(body.collect().await.is_ok())
    }
}

fn text<'a>(response: &'a Response<Incoming>, name: &HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn request(endpoint: &Endpoint, letter: &Letter<'_>) -> Result<Request<Full<Bytes>>, Fault> {
    let id = letter.id.to_string();
    let timestamp = letter.at.timestamp().to_string();
    let signature = signature::header(letter.keys, &id, &timestamp, letter.body.as_bytes());
    let signature = signature.map_err(|error| Fault::Unwritable(error.to_string()))?;
    Request::builder()
        .method(Method::POST)
        .uri(endpoint.path())
        .header(HOST, endpoint.authority())
        .header(
            USER_AGENT,
            concat!("cei-gateway/", env!("CARGO_PKG_VERSION")),
        )
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(Full::new(Bytes::copy_from_slice(letter.body.as_bytes())))
        .map_err(|error| Fault::Unwritable(error.to_string()))
}

/// The innermost cause: without an address, and never with content.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().chars().take(200).collect()
}

/// Whether TLS itself refused: an alert of the other side, or a certificate that we refuse.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An I/O error gives its inner error's source, not the inner error.
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        let is_inside = inner.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>);
        if is_inside || error.is::<rustls::Error>() {
            return true;
        }
        cause = error.source();
    }
    false
}
