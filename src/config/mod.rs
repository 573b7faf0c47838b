//! The configuration: defaults compiled in, then a file, then the environment.
//!
//! Owns the one place that reads the environment. `default.toml` is the reference of every key;
//! [`reference()`] renders it for people. Values are checked by [`Config::validate`] before
//! anything starts, all at once; secrets are only ever named by their files.

mod console;
mod fault;
mod files;
mod listed;
mod production;
mod reference;
mod secret;
mod sections;
mod signing;
#[cfg(test)]
mod tests;
mod validate;
mod webhooks;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment as Variables, File, FileFormat};
use serde::Deserialize;

use crate::domain::delivery::BreakerRule;
use crate::domain::webhook::Reach;
use crate::transport::route::push::PushTimes;
use crate::transport::{Timeouts, certificates};
use crate::vault::VaultConfig;

pub use crate::config::console::{Console, Oidc};
pub use crate::config::fault::{Fault, Faults};
pub use crate::config::listed::{Setting, settings};
pub use crate::config::production::Production;
pub use crate::config::reference::reference;
pub use crate::config::secret::{Secret, SecretError, read_secret_bytes, read_secret_text};
pub use crate::config::sections::{
    Batching, Bureau, Channels, CutOff, Database, Delivery, Environment, GroupBy, Http, Limits,
    Logging, Payments, Reconciliation, Retention, SelfPay, SpkiSha256, Vault, WatchedFolder,
    Workers,
};
pub use crate::config::signing::{KeyId, KeyKind, Pkcs11, Signing};
pub use crate::config::webhooks::Webhooks;

/// Every key with its default and what it means.
const DEFAULTS: &str = include_str!("default.toml");

/// How the gateway is set up. Every path is absolute or relative to the working folder: those
/// written relative to `data_dir` have been completed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What this installation is for.
    pub environment: Environment,
    /// Folder of everything kept outside the database.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Database,
    /// The server of the API.
    pub http: Http,
    /// The operators' console.
    pub console: Console,
    /// What one caller may take from the others.
    pub limits: Limits,
    /// The vault of personal data.
    pub vault: Vault,
    /// The gateway's seal on orders.
    pub signing: Signing,
    /// The personalization bureau.
    pub bureau: Bureau,
    /// When an order is closed.
    pub batching: Batching,
    /// What becomes of cards once they are made.
    pub production: Production,
    /// How messages are delivered.
    pub delivery: Delivery,
    /// How events are pushed to offices.
    pub webhooks: Webhooks,
    /// The nightly comparison of open orders with the bureau.
    pub reconciliation: Reconciliation,
    /// The ways money arrives.
    pub channels: Channels,
    /// Files of payments, and what is decided about them.
    pub payments: Payments,
    /// The pace of the workers.
    pub workers: Workers,
    /// How long things are kept where the law does not say.
    pub retention: Retention,
    /// The log.
    pub logging: Logging,
}

/// A reason why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file or a variable that cannot be read, or a value of the wrong kind.
    #[error("the configuration cannot be read")]
    Unreadable(#[from] config::ConfigError),
    /// Keys that do not exist, values that cannot serve.
    #[error(transparent)]
    Faulty(#[from] Faults),
}

/// The variables of this process, without those that are no text.
pub fn process_environment() -> HashMap<String, String> {
    std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

impl Config {
    /// Reads the configuration: defaults, then `file`, then those of `variables` that begin with
    /// `CEI__`. Answers with every fault that it finds.
    pub fn load(
        file: Option<&Path>,
        variables: HashMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut builder =
            config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(File::from(file).format(FileFormat::Toml));
        }
        let variables = Variables::with_prefix("CEI")
            .prefix_separator("__")
            .separator("__")
            .source(Some(variables));
        let merged = builder.add_source(variables).build()?;
        fault::refuse_unknown_keys(&merged)?;
        let mut config: Self = merged.try_deserialize()?;
        config.complete_paths();
        config.validate()?;
        Ok(config)
    }

    /// The configuration of a developer's machine or a test: `SQLite`, everything in `data_dir`,
    /// and the files that [`certificates::generate_development_certificates`] makes in its folder
    /// `certs`. The bureau is expected at the address that its simulator takes.
    ///
    /// # Panics
    /// Never: a test reads the compiled-in defaults.
    #[expect(
        clippy::expect_used,
        reason = "the defaults are part of the program, and tested"
    )]
    pub fn development(data_dir: &Path) -> Self {
        let mut config: Self = config::Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .build()
            .and_then(config::Config::try_deserialize)
            .expect("the compiled-in defaults are a configuration");
        data_dir.clone_into(&mut config.data_dir);
        config.use_development_certificates(Path::new("certs"));
        config.complete_paths();
        config
    }

    fn use_development_certificates(&mut self, dir: &Path) {
        use certificates as c;
        let certificate = |name| Some(c::certificate_file(dir, name));
        let key = |name| Some(c::key_file(dir, name));
        self.http.tls_cert_file = certificate(c::GATEWAY_SERVER);
        self.http.tls_key_file = key(c::GATEWAY_SERVER);
        self.http.client_ca_file = certificate(c::TLS_CA);
        self.signing.chain_file = certificate(c::GATEWAY_SEAL);
        self.signing.key_file = key(c::GATEWAY_SEAL);
        self.bureau.url = String::from("https://localhost:9443");
        self.bureau.ca_file = certificate(c::TLS_CA);
        self.bureau.identity_cert_file = certificate(c::GATEWAY_TO_BUREAU);
        self.bureau.identity_key_file = key(c::GATEWAY_TO_BUREAU);
        self.bureau.acknowledgement_anchors_file = certificate(c::SIGNING_CA);
        self.delivery.webhook_ca_file = certificate(c::TLS_CA);
        self.channels.selfpay.hmac_key_files = vec![dir.join(c::SELFPAY_HMAC_FILE)];
        self.channels.selfpay.ed25519_key_files = vec![dir.join(c::SELFPAY_ED25519_FILE)];
    }

    /// How the vault is to be opened. A missing master key is made in development alone.
    pub fn vault(&self) -> VaultConfig {
        VaultConfig {
            dir: self.vault.dir.clone(),
            master_key_file: self.vault.master_key_file.clone(),
            create_missing_key: self.environment == Environment::Development,
            durable: self.vault.durable,
        }
    }

    /// How long a request to the bureau may take.
    pub fn bureau_timeouts(&self) -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(self.bureau.connect_timeout_seconds),
            total: Duration::from_secs(self.bureau.total_timeout_seconds),
        }
    }

    /// How long carrying a document to the bureau may take.
    pub fn bureau_push_times(&self) -> PushTimes {
        let Timeouts { connect, total } = self.bureau_timeouts();
        PushTimes {
            connect,
            continued: Duration::from_secs(self.bureau.continue_timeout_seconds),
            total,
        }
    }

    /// How long sending an event to a webhook may take.
    pub fn webhook_timeouts(&self) -> Timeouts {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Timeouts {
            connect: seconds(self.webhooks.connect_timeout_seconds),
            total: seconds(self.webhooks.total_timeout_seconds),
        }
    }

    /// Where webhooks may lie.
    pub const fn webhook_reach(&self) -> Reach {
        if self.webhooks.allow_private {
            Reach::Anywhere
        } else {
            Reach::Public
        }
    }

    /// When a destination is left in peace, and for how long.
    pub fn breaker_rule(&self) -> BreakerRule {
        BreakerRule {
            failures_max: self.delivery.breaker_failures,
            cool_down: Duration::from_secs(u64::from(self.delivery.breaker_cool_down_seconds)),
        }
    }

    /// The database's password, if it has one.
    pub fn database_password(&self) -> Result<Option<Secret<String>>, SecretError> {
        self.database
            .password_file
            .as_deref()
            .map(read_secret_text)
            .transpose()
    }
}
