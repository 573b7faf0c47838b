//! A gateway on a schema of its own, its offices with their API keys, and its server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use cei_gateway::clock::Clock;
use cei_gateway::config::Config;
use cei_gateway::domain::id::{CredentialId, OfficeId};
use cei_gateway::domain::office::CLUJ;
use cei_gateway::gateway::Gateway;
use cei_gateway::http::server::{Listener, Running, start};
use cei_gateway::random::Random;
use cei_gateway::store::credentials::{self, Credential, CredentialKind, Party};
use cei_gateway::store::offices::{self, Office};
use cei_gateway::store::{Store, Tx};
use cei_gateway::transport::certificates::{
    TLS_CA, Validity, certificate_file, generate_development_certificates,
};
use cei_gateway::transport::{Trust, client_config};
use cei_gateway::worker::listener::Listener as Ears;
use cei_gateway::worker::supervisor::Supervisor;
use openssl::sha::sha256;
use rustls::ClientConfig;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio_util::sync::CancellationToken;

use crate::load::Target;
use crate::{kept, pages, past};

/// Offices entered in one transaction.
const AT_ONCE: usize = 500;

/// A gateway and who calls it.
pub(crate) struct Town {
    pub(crate) config: Config,
    pub(crate) gateway: Gateway,
    /// The same database, for statements that no gateway has.
    pub(crate) pool: PgPool,
    pub(crate) offices: Vec<Office>,
    /// The API key of each office.
    pub(crate) keys: Vec<String>,
    /// Where certificates, vault and whatever a section writes lie.
    pub(crate) folder: PathBuf,
    /// What makes this process hear and tell, as one that serves does.
    pub(crate) workers: Option<Supervisor>,
}

impl Town {
    /// Opens a gateway in `folder`, in this schema of the server, which is made when it is not there.
    pub(crate) async fn found(
        folder: &Path,
        (server, schema): (&str, &str),
        count: usize,
    ) -> anyhow::Result<Self> {
        let now = Clock::System.now();
        let certs = folder.join("certs");
        if !certs.exists() {
            generate_development_certificates(&certs, &[], Validity::around(now), false)?;
        }
        let mut config = Config::development(folder);
        config.database.url = match kept::find(server, schema).await? {
            Some(url) => url,
            None => Store::make_schema(server, schema).await?,
        };
        "error".clone_into(&mut config.logging.level);
        // The sink is on this machine, and nobody asked for a slower pace.
        config.webhooks.allow_private = true;
        config.webhooks.rate_per_second = 1_000_000;
        // One address and few keys stand for a whole country.
        config.limits.office_requests_per_second = 0;
        config.limits.connections_per_address = 0;
        let pool = open_pool(&config).await?;
        let gateway = Gateway::open(config.clone(), Clock::System, Random::System).await?;
        let mut town = Self {
            config,
            gateway,
            pool,
            offices: Vec::new(),
            keys: Vec::new(),
            folder: folder.to_owned(),
            workers: None,
        };
        past::make_months(&town.pool).await?;
        town.offices = kept::offices(&town.pool).await?;
        town.keys = (0..town.offices.len()).map(key_of).collect();
        town.open_offices(count).await?;
        town.workers = Some(hear(&town.gateway));
        Ok(town)
    }

    async fn open_offices(&mut self, count: usize) -> anyhow::Result<()> {
        while self.offices.len() < count {
            let mut tx = self.gateway.store.begin().await?;
            for _ in 0..AT_ONCE.min(count - self.offices.len()) {
                self.open_office(&mut tx).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// The offices of Cluj come first, then others of the same county that are not on any map.
    async fn open_office(&mut self, tx: &mut Tx) -> anyhow::Result<()> {
        let now = self.gateway.clock.now();
        let number = self.offices.len();
        let known = CLUJ.get(number);
        let code = known.map_or_else(|| format!("CLX-{number:05}"), |known| known.code.to_owned());
        let office = Office {
            id: OfficeId(self.gateway.random.uuid(now)),
            name: format!("SPCLEP {code}"),
            code,
            county: "CJ".to_owned(),
            siruta: Some(known.map_or(54_975, |known| i64::from(known.siruta))),
            opened_on: "2025-03-20".parse()?,
        };
        ensure!(offices::insert(tx, &office, now).await?, "a code twice");
        let key = key_of(number);
        let credential = Credential {
            party: Party::Office,
            office: Some(office.id),
            label: kept::label_of(number),
            ..credential(CredentialId(self.gateway.random.uuid(now)), &key)
        };
        ensure!(
            credentials::insert(tx, &credential, now).await?,
            "a key twice"
        );
        self.offices.push(office);
        self.keys.push(key);
        Ok(())
    }

    /// The key of the office whose turn it is.
    pub(crate) fn key(&self, turn: usize) -> anyhow::Result<&str> {
        let key = self.keys.get(turn % self.keys.len().max(1));
        Ok(key.context("no office")?)
    }

    /// Starts a server in this process, in the clear, with the bench's pages. Its gateway is its
    /// own: connections that its threads opened end with them.
    pub(crate) async fn serve(&self, config: Config) -> anyhow::Result<Serving> {
        let mut listener = Listener::from_config(&config)?;
        listener.bind = "127.0.0.1:0".parse()?;
        listener.tls = None;
        listener.pages = pages::register;
        let gateway = Box::pin(Gateway::open(config, Clock::System, Random::System)).await?;
        let workers = hear(&gateway);
        let server = start(&gateway, listener)?;
        let target = Target {
            address: server.address,
            tls: None,
        };
        Ok(Serving {
            target,
            server,
            workers,
        })
    }

    /// Lets go of the database.
    pub(crate) async fn close(self) {
        drop(self.workers);
        self.gateway.store.close().await;
        self.pool.close().await;
    }

    /// TLS that trusts the gateway's certificate.
    pub(crate) fn tls(&self) -> anyhow::Result<Arc<ClientConfig>> {
        let anchors = std::fs::read(certificate_file(&self.folder.join("certs"), TLS_CA))?;
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        Ok(Arc::new(client_config(&trust, None)?))
    }

    /// Lets the database do now what it would do in the middle of a measurement.
    pub(crate) async fn settle_down(&self) -> anyhow::Result<()> {
        for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
            sqlx::query(statement)
                .execute(&self.pool)
                .await
                .with_context(|| statement.to_owned())?;
        }
        Ok(())
    }
}

/// The same database for statements that no gateway has, with as many connections as the gateway.
pub(crate) async fn open_pool(config: &Config) -> anyhow::Result<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(config.database.connections_max)
        .test_before_acquire(false)
        .connect(&config.database.url)
        .await?)
}

/// A server of this process.
pub(crate) struct Serving {
    pub(crate) target: Target,
    server: Running,
    workers: Supervisor,
}

impl Serving {
    /// Stops it.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
        drop(self.workers);
    }
}

/// Makes a process hear what others commit and tell what it commits, as one that serves does.
fn hear(gateway: &Gateway) -> Supervisor {
    let mut workers = Supervisor::new(gateway.clone(), CancellationToken::new());
    workers.start(Ears::default());
    workers
}

/// The API key of an office by its place.
fn key_of(number: usize) -> String {
    format!("cei_test_bench_{number:05}")
}

/// An API key of nobody yet.
fn credential(id: CredentialId, key: &str) -> Credential {
    Credential {
        id,
        party: Party::Operator,
        office: None,
        label: "bench".to_owned(),
        kind: CredentialKind::ApiKey,
        hash: sha256(key.as_bytes()).to_vec(),
        scopes: "*".to_owned(),
        revoked_at: None,
    }
}
