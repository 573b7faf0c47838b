//! Starts and stops the console: a listener of its own, beside the API's.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::PathConfig;
use actix_web::{App, HttpServer, web};
use anyhow::{Context, bail};
use tokio::task::JoinSet;

use crate::config::{Config, Environment, Http};
use crate::console::desk::Desk;
use crate::console::gate::gate;
use crate::console::routes;
use crate::console::trouble::Trouble;
use crate::gateway::{Gateway, load_provider};
use crate::http::connections::Connections;
use crate::http::tls::FileTls;

/// Seconds for which requests that run are waited for when the server stops.
const PATIENCE_SECONDS: u64 = 30;

/// Within which a TLS handshake must be over.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Within which the headers of a request must have arrived.
const HEADERS: Duration = Duration::from_secs(10);

/// How often the files of TLS are looked at.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Threads that answer: few people work with the console, and each page is soon written.
const THREADS: usize = 2;

/// Where and how the console listens.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    tls: Option<FileTls>,
}

impl Listener {
    /// What the configuration says; `None` where there is to be no console.
    pub fn from_config(config: &Config) -> anyhow::Result<Option<Self>> {
        let console = &config.console;
        let Some(bind) = console.bind else {
            return Ok(None);
        };
        // The same files as the API's, but nobody is asked for a certificate: people sign in.
        let files = Http {
            tls_cert_file: console.certificate_file.clone(),
            tls_key_file: console.key_file.clone(),
            client_ca_file: None,
            client_crl_file: None,
            ..config.http.clone()
        };
        let tls = FileTls::load(&files).context("setting up the console's TLS")?;
        let is_production = config.environment == Environment::Production;
        if tls.is_none() && !bind.ip().is_loopback() && is_production {
            bail!("without a certificate the console is served on a loopback address only");
        }
        Ok(Some(Self { bind, tls }))
    }
}

/// A console that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    task: JoinSet<std::io::Result<()>>,
    chores: JoinSet<()>,
}

/// Starts the console; it listens when this returns.
pub fn start(gateway: &Gateway, listener: Listener) -> anyhow::Result<Running> {
    let Listener { bind, tls } = listener;
    let provider = load_provider(&gateway.config, &gateway.clock)?;
    let server_tls = tls.as_ref().map(|tls| tls.tls().clone());
    let desk = web::Data::new(Desk {
        gateway: gateway.clone(),
        speaks_tls: tls.is_some(),
        provider: provider.map(Arc::new),
        readings: Arc::default(),
        examinations: Arc::default(),
    });
    let per_address = gateway.config.limits.connections_per_address;
    let connections = Connections::new(per_address, gateway.clock.clone());
    let server = HttpServer::new(move || {
        App::new()
            // Within the gate, so that what it answers about codings carries what every answer carries.
            .wrap(Compress::default())
            .wrap(from_fn(gate))
            .app_data(desk.clone())
            // A name in a path that is none is an address that there is not, told by a page of ours.
            .app_data(PathConfig::default().error_handler(|_, _| Trouble::NotFound.into()))
            .configure(routes::register)
            .default_service(web::to(nothing_here))
    })
    .on_connect(move |connection, extensions| connections.note(connection, extensions, None))
    .tls_handshake_timeout(HANDSHAKE)
    .client_request_timeout(HEADERS)
    .shutdown_timeout(PATIENCE_SECONDS)
    .workers(THREADS)
    .disable_signals();
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
    let mut chores = JoinSet::new();
    if let Some(tls) = tls {
        chores.spawn(follow_files(gateway.clone(), tls));
    }
    Ok(Running {
        address,
        handle,
        task,
        chores,
    })
}

async fn nothing_here() -> Result<&'static str, Trouble> {
    Err(Trouble::NotFound)
}

/// Follows the files of TLS, so that a certificate is renewed while the console runs.
async fn follow_files(gateway: Gateway, tls: FileTls) {
    loop {
        gateway.clock.sleep(LOOK_EVERY).await;
        let files = tls.clone();
        let followed = tokio::task::spawn_blocking(move || files.follow()).await;
        match followed.context("the reading task ended early").flatten() {
            Ok(true) => tracing::info!("the console's certificate is renewed"),
            Ok(false) => (),
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "the console's TLS goes on with what it had");
            }
        }
    }
}

impl Running {
    /// Stops: takes no new connection, finishes what runs.
    pub async fn stop(mut self) {
        self.handle.stop(true).await;
        while self.task.join_next().await.is_some() {}
        self.chores.shutdown().await;
    }

    /// Returns when the console ended by itself, which it never should.
    pub async fn ended(&mut self) -> anyhow::Result<()> {
        match self.task.join_next().await {
            Some(ended) => Ok(ended.context("the console panicked")??),
            None => Ok(()),
        }
    }
}
