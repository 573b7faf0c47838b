//! HTTPS push: `PUT` of a document over mutual TLS, which the bureau may refuse before it costs
//! anything.
//!
//! The request says `Expect: 100-continue` (RFC 9110, section 10.1.1) and names number, message
//! identifier, length and digest in its headers. Nothing of the document leaves before the bureau
//! has asked for it or has let [`PushTimes::continued`] pass; a final answer ends the upload
//! wherever it stands. So a refusal costs no upload, and neither does a document that the bureau
//! holds already: it knows number and digest, and may answer at once.
//!
//! One connection carries one document: no request can meet a connection that the other side is
//! just closing, and what was sent when it broke is known.

mod answer;
mod body;
mod stage;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, Either, select};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::domain::delivery::Outcome;
use crate::domain::hex::hex;
use crate::transport::TransportError;
use crate::transport::route::push::body::Upload;
use crate::transport::route::push::stage::{Progress, Stage, WireError};
use crate::transport::route::{Content, Parcel, ParcelKind, Passage, Route};

/// How long a push may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PushTimes {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the bureau has said whether it wants the document; after that it is sent unasked, for
    /// not every server knows of `Expect`.
    pub continued: Duration,
    /// From the first name looked up to the last byte of the answer.
    pub total: Duration,
}

/// The way of HTTPS.
pub struct Push {
    /// Where documents are put, without a slash at the end.
    url: String,
    /// As a certificate must name the bureau.
    name: ServerName<'static>,
    /// As it is looked up.
    host: String,
    port: u16,
    tls: TlsConnector,
    times: PushTimes,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Push({})", self.url)
    }
}

impl Push {
    /// A way to `url`, an `https` address without a slash at the end. It follows no redirect and
    /// knows no proxy.
    pub fn new(url: &str, mut tls: ClientConfig, times: PushTimes) -> Result<Self, TransportError> {
        let refused = || TransportError::Address {
            url: url.to_owned(),
        };
        let uri: Uri = url.parse().ok().ok_or_else(refused)?;
        if uri.scheme_str() != Some("https") {
            return Err(refused());
        }
        let host = uri.host().ok_or_else(refused)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).ok();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            url: url.to_owned(),
            name: name.ok_or_else(refused)?,
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(443),
            tls: TlsConnector::from(Arc::new(tls)),
            times,
        })
    }

    /// Carries a parcel, noting in `progress` how far it came and what was answered; returns the
    /// document that came with the answer.
    async fn exchange(
        &self,
        parcel: &Parcel,
        content: Content,
        progress: &Arc<Progress>,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<u8>>, WireError> {
        let stream = self.connect(progress).await?;
        progress.reached(Stage::Asking);
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let upload = Upload::new(parcel.size_bytes, content, progress, self.times.continued);
        let mut request = self.request(parcel, upload.into_body())?;
        let hears = Arc::clone(progress);
        hyper::ext::on_informational(&mut request, move |said| {
            if said.status() == StatusCode::CONTINUE {
                hears.asked_for();
            }
        });
        let exchange = async {
            let response = sender.send_request(request).await?;
            progress.answered(response.status().as_u16(), answer::rest(&response, now));
            Ok(answer::document(response).await)
        };
        // Whichever side ends first: what the connection has brought by then is still given out.
        match select(Box::pin(exchange), Box::pin(connection)).await {
            Either::Left((answer, _)) => answer,
            Either::Right((_, exchange)) => exchange.await,
        }
    }

    async fn connect(&self, progress: &Progress) -> Result<TlsStream<TcpStream>, WireError> {
        let connecting = async {
            let socket = TcpStream::connect((self.host.as_str(), self.port)).await?;
            // The last piece of a document must not wait for an acknowledgement.
            socket.set_nodelay(true)?;
            progress.reached(Stage::Securing);
            let stream = self.tls.connect(self.name.clone(), socket).await?;
            Ok::<_, io::Error>(stream)
        };
        match timeout(self.times.connect, connecting).await {
            Ok(connected) => Ok(connected?),
            Err(_) => Err(WireError::TimedOut),
        }
    }

    fn request<B>(&self, parcel: &Parcel, body: B) -> Result<Request<B>, WireError> {
        let url = match parcel.kind {
            ParcelKind::Order => format!("{}/orders/{}", self.url, parcel.number),
            ParcelKind::Letter => format!("{}/messages/{}", self.url, parcel.message_id),
        };
        let uri: Uri = url.parse().map_err(hyper::http::Error::from)?;
        let host = uri.authority().map_or("", |authority| authority.as_str());
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::builder()
            .method(Method::PUT)
            .uri(path)
            .header(HOST, host)
            .header(
                USER_AGENT,
                concat!("cei-gateway/", env!("CARGO_PKG_VERSION")),
            )
            .header(CONTENT_TYPE, "application/xml")
            .header(CONTENT_LENGTH, parcel.size_bytes)
            .header("Message-Id", parcel.message_id.to_string())
            .header("Content-Sha256", hex(&parcel.sha256))
            .header(EXPECT, "100-continue")
            .header(CONNECTION, "close")
            .body(body)?;
        Ok(request)
    }
}

impl Route for Push {
    fn carry<'a>(
        &'a self,
        parcel: &'a Parcel,
        content: Content,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, io::Result<Passage>> {
        Box::pin(async move {
            let progress = Arc::new(Progress::default());
            let exchange = self.exchange(parcel, content, &progress, now);
            let ended = match timeout(self.times.total, exchange).await {
                Ok(ended) => ended,
                Err(_) => Err(WireError::TimedOut),
            };
            if let Some(fault) = progress.fault() {
                return Err(fault);
            }
            Ok(match (progress.answer(), ended) {
                (Some((status, rest)), ended) => Passage {
                    answer: ended.ok().flatten(),
                    ..answer::passage(status, rest)
                },
                (None, Err(error)) => {
                    let outcome = stage::outcome(progress.stage(), &error);
                    Passage::of(outcome, Some(error.describe()))
                }
                (None, Ok(_)) => Passage::of(Outcome::LostAfterSending, None),
            })
        })
    }
}
