//! Starts and stops the server: TLS, limits, layers, routes.

use std::any::Any;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use anyhow::{Context, bail};
use rustls::ServerConfig;
use tokio::task::JoinSet;

use crate::config::{Config, Environment, read_secret_bytes};
use crate::gateway::Gateway;
use crate::http::api::{Api, Limits};
use crate::http::envelope::envelope;
use crate::http::gate::gate;
use crate::http::identity::PeerKey;
use crate::http::problems::{Problem, catalogue};
use crate::http::routes;
use crate::transport::{self, Identity, Trust, spki_sha256};

/// Seconds for which requests that run are waited for when the server stops.
const PATIENCE_SECONDS: u64 = 30;

/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_mins(3);

/// Where and how the server listens.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    /// TLS; `None` is plain HTTP.
    pub tls: Option<ServerConfig>,
    /// Until the headers of a request have arrived.
    pub header_timeout: Duration,
    /// How much a request may be.
    pub limits: Limits,
    /// Threads that answer requests; 0 for one per processor.
    pub threads: usize,
    /// Registers pages that are not part of the API.
    pub pages: fn(&mut web::ServiceConfig),
}

impl Listener {
    /// What the configuration says.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let http = &config.http;
        let tls = tls_of(config)?;
        if tls.is_none() && config.environment != Environment::Development {
            bail!("without a certificate the API is served in development only");
        }
        Ok(Self {
            bind: http.bind,
            tls,
            header_timeout: Duration::from_secs(http.header_timeout_seconds),
            limits: Limits {
                body_bytes: http.body_bytes_max,
                upload_bytes: http.upload_bytes_max,
                body_timeout: Duration::from_secs(http.body_timeout_seconds),
            },
            threads: 0,
            pages: |_server| (),
        })
    }
}

fn tls_of(config: &Config) -> anyhow::Result<Option<ServerConfig>> {
    let http = &config.http;
    let (Some(chain_file), Some(key_file)) = (&http.tls_cert_file, &http.tls_key_file) else {
        return Ok(None);
    };
    let read = |file: &std::path::Path| {
        std::fs::read(file).with_context(|| format!("reading {}", file.display()))
    };
    let chain = read(chain_file)?;
    let key = read_secret_bytes(key_file).context("reading the server's key")?;
    let identity = Identity {
        chain_pem: &chain,
        key_pem: key.expose(),
    };
    let anchors = http.client_ca_file.as_deref().map(read).transpose()?;
    let crls = http.client_crl_file.as_deref().map(read).transpose()?;
    let clients = anchors.as_deref().map(|anchors_pem| Trust {
        anchors_pem,
        crls_pem: crls.as_deref(),
    });
    let tls = transport::server_config(&identity, clients.as_ref());
    Ok(Some(tls.context("setting up the server's TLS")?))
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    api: Api,
    handle: ServerHandle,
    task: JoinSet<std::io::Result<()>>,
}

/// Starts the server; it listens when this returns.
pub fn start(gateway: &Gateway, listener: Listener) -> anyhow::Result<Running> {
    let Listener {
        bind,
        tls,
        header_timeout,
        limits,
        threads,
        pages,
    } = listener;
    let api = Api::new(gateway.clone(), limits);
    let state = web::Data::new(api.clone());
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new()
            .wrap(from_fn(gate))
            .wrap(from_fn(envelope))
            .configure(move |server| configure(server, state, pages))
    })
    .on_connect(remember_peer)
    .client_request_timeout(header_timeout)
    // Longer than clients keep an idle connection: one that is closed under a request fails it.
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(PATIENCE_SECONDS)
    .disable_signals();
    let server = match threads {
        0 => server,
        threads => server.workers(threads),
    };
    let socket = TcpListener::bind(bind).with_context(|| format!("listening on {bind}"))?;
    let address = socket.local_addr()?;
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(socket, tls)?,
        None => server.listen(socket)?,
    };
    let server = server.run();
    let handle = server.handle();
    let mut task = JoinSet::new();
    task.spawn(server);
    Ok(Running {
        address,
        api,
        handle,
        task,
    })
}

/// Registers state, routes and pages.
pub(crate) fn configure(
    server: &mut web::ServiceConfig,
    state: web::Data<Api>,
    pages: fn(&mut web::ServiceConfig),
) {
    server
        .app_data(state)
        .app_data(
            web::QueryConfig::default()
                .error_handler(|_error, _request| Problem::of(catalogue::QUERY_INVALID).into()),
        )
        .configure(routes::register)
        .configure(pages)
        .default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::of(catalogue::NOT_FOUND))
}

/// Keeps the public key of the caller's certificate with the connection.
fn remember_peer(connection: &dyn Any, extensions: &mut Extensions) {
    let Some(tls) = connection.downcast_ref::<TlsStream<TcpStream>>() else {
        return;
    };
    let (_socket, session) = tls.get_ref();
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    if let Some(key) = certificate.and_then(|certificate| spki_sha256(certificate).ok()) {
        extensions.insert(PeerKey(key));
    }
}

impl Running {
    /// Makes the server look unready, so that nobody sends it new requests.
    pub fn announce_stop(&self) {
        self.api.stopping.cancel();
    }

    /// Stops: takes no new connection, finishes what runs.
    pub async fn stop(mut self) {
        self.announce_stop();
        self.handle.stop(true).await;
        while self.task.join_next().await.is_some() {}
    }

    /// Ends at once, like a process that dies: connections break, and what runs is abandoned.
    pub async fn kill(mut self) {
        self.handle.stop(false).await;
        self.task.shutdown().await;
    }

    /// Returns when the server ended by itself, which it never should.
    pub async fn ended(&mut self) -> anyhow::Result<()> {
        match self.task.join_next().await {
            Some(ended) => Ok(ended.context("the server panicked")??),
            None => Ok(()),
        }
    }
}
