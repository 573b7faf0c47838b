//! Starts and stops the server: TLS, limits, layers, routes.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{Config, Environment};
use crate::gateway::Gateway;
use crate::http::api::{Api, Limits};
use crate::http::connections::Connections;
use crate::http::envelope::envelope;
use crate::http::gate::gate;
use crate::http::identity::failures::Shown;
use crate::http::problems::{Problem, catalogue};
use crate::http::tls::FileTls;
use crate::http::{chores, routes};
use crate::store::authentication_failures::FailureCause;
use crate::transport::spki_sha256;

/// Seconds for which requests that run are waited for when the server stops.
const PATIENCE_SECONDS: u64 = 30;

/// Within which a TLS handshake must be over.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Handshakes of one thread at a time: so many who connect and then say nothing keep others waiting for
/// five seconds.
const HANDSHAKES_MAX: usize = 4096;

/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_mins(3);

/// Where and how the server listens.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    /// TLS; `None` is plain HTTP.
    pub tls: Option<FileTls>,
    /// Until a TLS handshake is over.
    pub handshake_timeout: Duration,
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
        let tls = FileTls::load(http)?;
        if tls.is_none() && config.environment != Environment::Development {
            bail!("without a certificate the API is served in development only");
        }
        Ok(Self {
            bind: http.bind,
            tls,
            handshake_timeout: HANDSHAKE,
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

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    api: Api,
    handle: ServerHandle,
    task: JoinSet<std::io::Result<()>>,
    chores: JoinSet<()>,
    asked_to_follow: watch::Sender<()>,
}

/// Starts the server; it listens when this returns.
pub fn start(gateway: &Gateway, listener: Listener) -> anyhow::Result<Running> {
    let Listener {
        bind,
        tls,
        handshake_timeout,
        header_timeout,
        limits,
        threads,
        pages,
    } = listener;
    let api = Api::new(gateway.clone(), limits);
    let state = web::Data::new(api.clone());
    let per_address = gateway.config.limits.connections_per_address;
    let connections = Connections::new(per_address, gateway.clock.clone());
    let server_tls = tls.as_ref().map(|tls| tls.tls().clone());
    let peers_tls = server_tls.clone();
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new()
            .wrap(from_fn(gate))
            .wrap(from_fn(envelope))
            .configure(move |server| configure(server, state, pages))
    })
    .on_connect(move |connection, extensions| {
        connections.note(connection, extensions, peers_tls.as_ref());
    })
    .tls_handshake_timeout(handshake_timeout)
    .max_connection_rate(HANDSHAKES_MAX)
    .client_request_timeout(header_timeout)
    // Longer than clients keep an idle connection: one that is closed under a request fails it.
    .keep_alive(KEEP_ALIVE)
    // An answer's last piece would wait for the caller's delayed word that the first has come: 40 ms.
    .tcp_nodelay(true)
    .shutdown_timeout(PATIENCE_SECONDS)
    .disable_signals();
    let server = match threads {
        0 => server,
        threads => server.workers(threads),
    };
    let socket = TcpListener::bind(bind).with_context(|| format!("listening on {bind}"))?;
    let address = socket.local_addr()?;
    let server = match &server_tls {
        Some(tls) => server.listen_rustls_0_23(socket, tls.config())?,
        None => server.listen(socket)?,
    };
    let server = server.run();
    let handle = server.handle();
    let mut task = JoinSet::new();
    task.spawn(server);
    let asked_to_follow = watch::Sender::new(());
    Ok(Running {
        address,
        chores: start_chores(&api, tls, &asked_to_follow),
        api,
        handle,
        task,
        asked_to_follow,
    })
}

/// Starts what goes on beside answering.
fn start_chores(api: &Api, tls: Option<FileTls>, asked: &watch::Sender<()>) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    chores.spawn(chores::hear_changes(api.clone()));
    chores.spawn(chores::write_down(api.clone()));
    if let Some(tls) = tls {
        let witness = api.clone();
        tls.tls().witness_refusals(move |certificate| {
            let shown = spki_sha256(certificate).map_or(Shown::Nothing, Shown::Certificate);
            let (failures, clock) = (&witness.identities.failures, &witness.gateway.clock);
            // Where a handshake comes from is not known here.
            failures.add(None, FailureCause::CertificateRefused, shown, clock.now());
        });
        chores.spawn(chores::follow_files(api.clone(), tls, asked.subscribe()));
    }
    chores
}

/// Registers state, routes and pages.
pub(crate) fn configure(
    server: &mut web::ServiceConfig,
    state: web::Data<Api>,
    pages: fn(&mut web::ServiceConfig),
) {
    server
        .app_data(state)
        .configure(routes::register)
        .configure(pages)
        .default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::of(catalogue::NOT_FOUND))
}

impl Running {
    /// What its handlers use.
    #[cfg(test)]
    pub(crate) const fn api(&self) -> &Api {
        &self.api
    }

    /// Makes the server look unready, so that nobody sends it new requests.
    pub fn announce_stop(&self) {
        self.api.stopping.cancel();
    }

    /// Stops: takes no new connection, finishes what runs.
    pub async fn stop(mut self) {
        self.announce_stop();
        self.handle.stop(true).await;
        while self.task.join_next().await.is_some() {}
        self.chores.shutdown().await;
        if let Err(error) = chores::write_now(&self.api).await {
            tracing::warn!(%error, "the last failed authentications could not be written");
        }
    }

    /// What makes the server look at once whether certificate, authorities or revocation lists were
    /// renewed; by itself it looks every minute.
    pub fn follow_files(&self) -> impl Fn() + use<> {
        let asked = self.asked_to_follow.clone();
        move || asked.send_modify(|()| ())
    }

    /// Ends at once, like a process that dies: connections break, and what runs is abandoned.
    pub async fn kill(mut self) {
        self.handle.stop(false).await;
        self.task.shutdown().await;
        self.chores.shutdown().await;
    }

    /// Returns when the server ended by itself, which it never should.
    pub async fn ended(&mut self) -> anyhow::Result<()> {
        match self.task.join_next().await {
            Some(ended) => Ok(ended.context("the server panicked")??),
            None => Ok(()),
        }
    }
}
