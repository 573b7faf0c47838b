//! Requests to the provider: bounded in time and size, without redirects, to its own address alone.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::url::{Origin, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::clock::Clock;
use crate::transport::{Timeouts, TransportError, Trust, client_builder, client_config};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of an answer at most; a provider's keys have some thousand.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Why the provider could not be asked, or not be heard.
#[derive(Debug, thiserror::Error)]
pub enum WireFault {
    /// No connection, or one that broke.
    #[error("the connection failed")]
    Connection(#[source] reqwest::Error),
    /// It did not answer in time.
    #[error("it took longer than {} seconds", PATIENCE.as_secs())]
    TooSlow,
    /// It says that it cannot answer now.
    #[error("it answered with status {0}")]
    Status(u16),
    /// Its answer is longer than any of a provider.
    #[error("its answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    /// A document of the provider's names an address that is not its own.
    #[error("its documents name an address of somebody else")]
    Elsewhere,
    /// What was to be asked is no request.
    #[error("this is no request")]
    NoRequest(#[source] reqwest::Error),
}

/// Asks the provider.
pub(super) struct Wire {
    client: reqwest::Client,
    origin: Origin,
    clock: Clock,
}

impl Wire {
    /// A way to whoever has the origin of `issuer`; without TLS only where that is so.
    pub(super) fn new(
        trust: &Trust<'_>,
        issuer: &Url,
        clock: Clock,
    ) -> Result<Self, TransportError> {
        let timeouts = Timeouts {
            connect: PATIENCE,
            total: PATIENCE,
        };
        let client = client_builder(timeouts)
            .tls_backend_preconfigured(client_config(trust, None)?)
            .https_only(issuer.scheme() == "https")
            .build()
            .map_err(TransportError::Client)?;
        Ok(Self {
            client,
            origin: issuer.origin(),
            clock,
        })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, WireFault> {
        let request = reqwest::Request::try_from(request).map_err(WireFault::NoRequest)?;
        if request.url().origin() != self.origin {
            return Err(WireFault::Elsewhere);
        }
        tokio::select! {
            answer = self.exchange(request) => answer,
            () = self.clock.sleep(PATIENCE) => Err(WireFault::TooSlow),
        }
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<HttpResponse, WireFault> {
        let broken = |error: reqwest::Error| {
            if error.is_timeout() {
                WireFault::TooSlow
            } else {
                WireFault::Connection(error.without_url())
            }
        };
        let mut answer = self.client.execute(request).await.map_err(broken)?;
        let status = answer.status();
        // What refuses says why as JSON; what does not is no provider that could answer now.
        if status.is_server_error() || (!status.is_success() && !is_json(answer.headers())) {
            return Err(WireFault::Status(status.as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(WireFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut heard = HttpResponse::new(body);
        *heard.status_mut() = status;
        *heard.headers_mut() = answer.headers().clone();
        Ok(heard)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = WireFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WireFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
