//! The bundle of handles that everything needs, built once from the configuration.

mod encryption;
mod provider;
mod seal;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use openssl::x509::X509;

use crate::clock::Clock;
use crate::config::{Config, read_secret_bytes};
pub use crate::gateway::encryption::OrderEncryption;
pub(crate) use crate::gateway::provider::load_provider;
pub(crate) use crate::gateway::seal::load_seal;
use crate::random::Random;
use crate::store::Store;
use crate::transport::route::Route;
use crate::transport::route::push::Push;
use crate::transport::route::spool::Spool;
use crate::transport::webhook::{Network, SystemNames};
use crate::transport::{self, Identity, TransportError, Trust};
use crate::vault::Vault;
use crate::worker::bell::Bells;
use crate::worker::supervisor::Board;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::trust::{TrustPolicy, read_crls};

/// Everything a flow or a worker may use; cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Sealed content.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    /// Randomness that is no key material.
    pub random: Random,
    /// Wakes workers.
    pub bells: Bells,
    /// How the workers fare.
    pub board: Board,
    /// The gateway's seal on orders.
    pub seal: Arc<dyn SigningKey>,
    /// Whose signatures count as the bureau's.
    pub bureau_trust: Arc<BureauTrust>,
    /// For whom orders are encrypted; `None` where they are sent as they were signed.
    pub encryption: Option<Arc<OrderEncryption>>,
    /// Asks the bureau; `None` while no address is configured.
    pub bureau_client: Option<reqwest::Client>,
    /// The way to the bureau; `None` while none is configured, so that orders wait.
    pub bureau_route: Option<Arc<dyn Route>>,
    /// The folder that the bureau shares with us, where there is one.
    pub spool: Option<Spool>,
    /// The way to offices' webhooks; `None` while no authorities are configured, so that nothing is
    /// pushed.
    pub webhook_network: Option<Arc<Network>>,
}

/// Whose signatures count as the bureau's.
pub struct BureauTrust {
    anchors: Vec<X509>,
    crls: Option<Vec<u8>>,
    allowed: Vec<[u8; 32]>,
    allow_rsa_pkcs1: bool,
}

const READING_CRLS: &str = "reading the bureau's revocation lists";

impl BureauTrust {
    /// The authorities that are believed.
    pub fn anchors(&self) -> &[X509] {
        &self.anchors
    }

    /// The policy by which a document of `namespace` is judged at `at`.
    pub fn policy(&self, namespace: &str, at: DateTime<Utc>) -> anyhow::Result<TrustPolicy> {
        let mut policy = TrustPolicy::new(self.anchors.clone(), namespace, at);
        if let Some(file) = &self.crls {
            // A list cannot be cloned, only read again.
            policy.crls = read_crls(file).context(READING_CRLS)?;
        }
        policy.allow_rsa_pkcs1 = self.allow_rsa_pkcs1;
        policy.allowed_spki_sha256 = (!self.allowed.is_empty()).then(|| self.allowed.clone());
        Ok(policy)
    }

    fn load(config: &Config) -> anyhow::Result<Self> {
        let bureau = &config.bureau;
        let anchors = match read_optional(bureau.acknowledgement_anchors_file.as_deref())? {
            Some(pem) => X509::stack_from_pem(&pem).context("reading the bureau's authorities")?,
            None => Vec::new(),
        };
        let crls = read_optional(bureau.acknowledgement_crl_file.as_deref())?;
        if let Some(file) = &crls {
            read_crls(file).context(READING_CRLS)?;
        }
        let allowed = bureau
            .acknowledgement_spki_sha256
            .iter()
            .map(|spki| spki.0)
            .collect();
        Ok(Self {
            anchors,
            crls,
            allowed,
            allow_rsa_pkcs1: bureau.acknowledgement_rsa_pkcs1,
        })
    }
}

impl Gateway {
    /// Opens everything that `config` names: the database (migrating it), the vault, the seal, the
    /// client towards the bureau.
    pub async fn open(config: Config, clock: Clock, random: Random) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("making the folder {}", config.data_dir.display()))?;
        let store = open_store(&config).await?;
        let vault = Vault::open(&config.vault()).context("opening the vault")?;
        let seal = load_seal(&config)?;
        let bureau_trust = BureauTrust::load(&config)?;
        let encryption = OrderEncryption::load(&config)?;
        let bureau_client = load_bureau_client(&config)?;
        let spool = open_spool(&config)?;
        let bureau_route = load_bureau_route(&config, spool.as_ref())?;
        let webhook_network = load_webhook_network(&config)?.map(Arc::new);
        Ok(Self {
            config: Arc::new(config),
            store,
            vault,
            clock,
            random,
            bells: Bells::default(),
            board: Board::default(),
            seal,
            bureau_trust: Arc::new(bureau_trust),
            encryption: encryption.map(Arc::new),
            bureau_client,
            bureau_route,
            spool,
            webhook_network,
        })
    }

    /// How long a worker rests when there is nothing to do.
    pub fn pace_idle(&self) -> Duration {
        // Jitter keeps replicas from polling in step.
        let base = self.config.workers.idle_milliseconds;
        Duration::from_millis(base + self.random.below(base / 4 + 1))
    }

    /// How long a worker rests after a failure.
    pub fn pace_after_failure(&self) -> Duration {
        Duration::from_millis(self.config.workers.failure_milliseconds)
    }

    /// The name of the lane in the outbox by which orders go to the bureau.
    pub fn bureau_lane(&self) -> String {
        format!("bureau:{}", self.config.bureau.code)
    }

    /// The name of the lane by which letters go to the bureau, so that a question about an order
    /// does not wait behind that order.
    pub fn bureau_letters_lane(&self) -> String {
        format!("bureau:{}:letters", self.config.bureau.code)
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway(…)")
    }
}

/// Opens and migrates the database that `config` names.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let password = config
        .database_password()
        .context("reading the database's password")?;
    let password = password.as_ref().map(|secret| secret.expose().as_str());
    let store = Store::open(
        &config.database.url,
        password,
        config.database.connections_max,
    )
    .await
    .context("opening the database")?;
    store.migrate().await.context("migrating the database")?;
    Ok(store)
}

/// Makes the client towards the bureau; `None` while no address is configured.
pub(crate) fn load_bureau_client(config: &Config) -> anyhow::Result<Option<reqwest::Client>> {
    if config.bureau.url.is_empty() {
        return Ok(None);
    }
    let client = with_bureau_keys(config, |trust, identity| {
        transport::https_client(trust, Some(identity), config.bureau_timeouts())
    });
    client.map(Some)
}

/// Opens the folder that the bureau shares with us; `None` where there is none.
pub(crate) fn open_spool(config: &Config) -> anyhow::Result<Option<Spool>> {
    let Some(dir) = &config.bureau.spool_dir else {
        return Ok(None);
    };
    let spool = Spool::open(dir);
    let spool = spool.with_context(|| format!("opening the spool in {}", dir.display()))?;
    Ok(Some(spool))
}

/// Makes the way to the bureau: the spool, or its address; `None` while neither is configured.
fn load_bureau_route(
    config: &Config,
    spool: Option<&Spool>,
) -> anyhow::Result<Option<Arc<dyn Route>>> {
    if let Some(spool) = spool {
        return Ok(Some(Arc::new(spool.clone())));
    }
    if config.bureau.url.is_empty() {
        return Ok(None);
    }
    let push = with_bureau_keys(config, |trust, identity| {
        let tls = transport::client_config(trust, Some(identity))?;
        Push::new(&config.bureau.url, tls, config.bureau_push_times())
    });
    Ok(Some(Arc::new(push?)))
}

/// Makes the way to offices' webhooks; `None` while no authorities are configured.
fn load_webhook_network(config: &Config) -> anyhow::Result<Option<Network>> {
    let Some(anchors) = read_optional(config.delivery.webhook_ca_file.as_deref())? else {
        return Ok(None);
    };
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    let tls = transport::client_config(&trust, None).context("setting up TLS towards webhooks")?;
    let names = Arc::new(SystemNames);
    let (reach, times) = (config.webhook_reach(), config.webhook_timeouts());
    Ok(Some(Network::new(tls, names, reach, times)))
}

/// Sets up TLS towards the bureau with what the configuration names.
fn with_bureau_keys<T>(
    config: &Config,
    make: impl FnOnce(&Trust<'_>, &Identity<'_>) -> Result<T, TransportError>,
) -> anyhow::Result<T> {
    let bureau = &config.bureau;
    let anchors = read(required(bureau.ca_file.as_ref(), "bureau.ca_file")?)?;
    let crls = read_optional(bureau.crl_file.as_deref())?;
    let chain = read(required(
        bureau.identity_cert_file.as_ref(),
        "bureau.identity_cert_file",
    )?)?;
    let key_file = required(
        bureau.identity_key_file.as_ref(),
        "bureau.identity_key_file",
    )?;
    let key = read_secret_bytes(key_file).context("reading the key towards the bureau")?;
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: crls.as_deref(),
    };
    let identity = Identity {
        chain_pem: &chain,
        key_pem: key.expose(),
    };
    make(&trust, &identity).context("setting up TLS towards the bureau")
}

fn required<'a>(file: Option<&'a PathBuf>, key: &str) -> anyhow::Result<&'a Path> {
    file.map(PathBuf::as_path)
        .with_context(|| format!("{key} is not set in the configuration"))
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("reading {}", file.display()))
}

fn read_optional(file: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
    file.map(read).transpose()
}
