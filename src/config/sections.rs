//! The sections of the configuration, one structure each. What every key means stands in
//! `default.toml`, which is also where `docs/configuration.md` takes it from.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer, de};

use crate::domain::batching::Grouping;
use crate::domain::iban::Iban;
use crate::domain::payment::Channel;

crate::coded! {
    /// What an installation is for.
    pub enum Environment as "environment" {
        /// One person's machine: missing keys are made, certificates may be absent.
        Development = "development",
        /// As production, with test data: messages carry a test flag.
        Test = "test",
        /// Real applications of real people.
        Production = "production",
    }
}

impl Environment {
    /// Whether messages carry a test flag; a message whose flag differs is refused.
    pub const fn is_test(self) -> bool {
        !matches!(self, Self::Production)
    }
}

impl<'de> Deserialize<'de> for Environment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The database.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:FILE` or `postgres://…`, never with a password.
    pub url: String,
    /// File of the password.
    #[serde(deserialize_with = "optional")]
    pub password_file: Option<PathBuf>,
    /// Connections of one process at most.
    pub connections_max: u32,
}

/// The server of the API.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where it listens.
    pub bind: SocketAddr,
    /// Where health and metrics are served.
    #[serde(deserialize_with = "optional")]
    pub metrics_bind: Option<SocketAddr>,
    /// How others reach it, without a slash at the end.
    pub public_url: String,
    /// Its certificate chain; without one it speaks plain HTTP, in development only.
    #[serde(deserialize_with = "optional")]
    pub tls_cert_file: Option<PathBuf>,
    /// The private key to it.
    #[serde(deserialize_with = "optional")]
    pub tls_key_file: Option<PathBuf>,
    /// Authorities of client certificates.
    #[serde(deserialize_with = "optional")]
    pub client_ca_file: Option<PathBuf>,
    /// Their revocation lists.
    #[serde(deserialize_with = "optional")]
    pub client_crl_file: Option<PathBuf>,
    /// Bytes of an ordinary body at most.
    pub body_bytes_max: usize,
    /// Bytes of a bank's or the bureau's file at most.
    pub upload_bytes_max: usize,
    /// Seconds for the headers of a request.
    pub header_timeout_seconds: u64,
    /// Seconds for the body of a request.
    pub body_timeout_seconds: u64,
}

/// What one caller may take from the others.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests a second of one office in the long run; zero: any number.
    pub office_requests_per_second: u32,
    /// Requests of one office at once.
    pub office_requests_burst: u32,
    /// Failed authentications of one source a minute; zero: any number.
    pub failures_per_minute: u32,
    /// Connections of one address; zero: any number.
    pub connections_per_address: u32,
}

/// The vault of personal data.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// Folder of the blobs.
    pub dir: PathBuf,
    /// File of the master keys.
    pub master_key_file: PathBuf,
    /// Whether a stored blob survives a power cut.
    pub durable: bool,
}

/// The personalization bureau.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Bureau {
    /// Its code in documents.
    pub code: String,
    /// Its name for operators.
    pub name: String,
    /// Where orders are put, without a slash at the end; empty: orders wait, unless there is a spool.
    pub url: String,
    /// The folder shared with it, instead of an address.
    #[serde(deserialize_with = "optional")]
    pub spool_dir: Option<PathBuf>,
    /// Seconds between two looks into its outbox, or into the spool; zero: the outbox is not asked.
    pub poll_seconds: u32,
    /// Authorities of its TLS certificate.
    #[serde(deserialize_with = "optional")]
    pub ca_file: Option<PathBuf>,
    /// Their revocation lists.
    #[serde(deserialize_with = "optional")]
    pub crl_file: Option<PathBuf>,
    /// Our client certificate chain.
    #[serde(deserialize_with = "optional")]
    pub identity_cert_file: Option<PathBuf>,
    /// The private key to it.
    #[serde(deserialize_with = "optional")]
    pub identity_key_file: Option<PathBuf>,
    /// Authorities of its signatures.
    #[serde(deserialize_with = "optional")]
    pub acknowledgement_anchors_file: Option<PathBuf>,
    /// Their revocation lists.
    #[serde(deserialize_with = "optional")]
    pub acknowledgement_crl_file: Option<PathBuf>,
    /// Public keys with which it may sign; empty: every one of its authorities.
    #[serde(deserialize_with = "list")]
    pub acknowledgement_spki_sha256: Vec<SpkiSha256>,
    /// Whether it may sign with RSA PKCS#1 v1.5.
    pub acknowledgement_rsa_pkcs1: bool,
    /// The certificate for which orders are encrypted; none: they are not.
    #[serde(deserialize_with = "optional")]
    pub encryption_cert_file: Option<PathBuf>,
    /// Whether the keys of encrypted orders are wrapped with SHA-1 in RSA-OAEP.
    pub encryption_oaep_sha1: bool,
    /// Seconds until a connection stands.
    pub connect_timeout_seconds: u64,
    /// Seconds until it has said whether it wants a document.
    pub continue_timeout_seconds: u64,
    /// Seconds until an order is answered.
    pub total_timeout_seconds: u64,
}

/// When an order is closed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Batching {
    /// Cards in one order at most.
    pub lines_max: u32,
    /// Bytes of one order at most.
    pub bytes_max: u64,
    /// Minutes after which it is closed even if it is not full.
    pub age_max_minutes: u32,
    /// Days before a legal deadline at which an application waits no longer.
    pub deadline_risk_days: u32,
    /// Closing times of a working day in Romania.
    #[serde(deserialize_with = "list")]
    pub cut_offs: Vec<CutOff>,
    /// Days that are not worked, beside weekends and public holidays.
    #[serde(deserialize_with = "list")]
    pub days_off: Vec<NaiveDate>,
    /// Weekends and public holidays that are worked nevertheless.
    #[serde(deserialize_with = "list")]
    pub extra_working_days: Vec<NaiveDate>,
    /// Cards that may be ordered in one day; zero for as many as there are.
    pub lines_per_day: u64,
    /// Which applications may share an order.
    pub group_by: GroupBy,
}

/// How messages are delivered.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Seconds for which one process holds a message.
    pub lease_seconds: u32,
    /// Tries before a message is dead.
    pub attempts_max: u32,
    /// Seconds before the second try.
    pub base_seconds: u32,
    /// Seconds between two tries at most.
    pub cap_seconds: u32,
    /// Failures in a row after which a destination is left in peace.
    pub breaker_failures: u32,
    /// Seconds for which it is left in peace.
    pub breaker_cool_down_seconds: u32,
    /// Authorities of the offices' endpoints.
    #[serde(deserialize_with = "optional")]
    pub webhook_ca_file: Option<PathBuf>,
    /// Minutes without a receipt after which an order is sent again.
    pub receipt_resend_minutes: u32,
    /// Minutes without a receipt after which an operator is asked.
    pub receipt_escalate_minutes: u32,
    /// Days within which a second person approves a word that was told by other means.
    pub forced_word_days: u32,
}

/// The nightly comparison of open orders with the bureau.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Reconciliation {
    /// Time in Romania from which the bureau is asked about every open order.
    pub at: TimeOfDay,
    /// Days after which an order whose lines have no end is a matter for an operator.
    pub overdue_days: u32,
}

/// A time of day, written as hour and minute.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct TimeOfDay(pub NaiveTime);

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(|CutOff(time)| Self(time))
    }
}

/// The ways money arrives.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Notifications of `SelfPay` stations.
    pub selfpay: SelfPay,
}

/// `SelfPay`'s notifications.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct SelfPay {
    /// Files of shared secrets.
    #[serde(deserialize_with = "list")]
    pub hmac_key_files: Vec<PathBuf>,
    /// Files of public keys.
    #[serde(deserialize_with = "list")]
    pub ed25519_key_files: Vec<PathBuf>,
    /// Seconds by which its clock may differ.
    pub tolerance_seconds: u32,
    /// Bytes of a notification at most.
    pub body_bytes_max: usize,
}

/// Files of payments, and what is decided about them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// Bytes of a statement or settlement at most.
    pub file_bytes_max: u64,
    /// Folders in which files of payments appear.
    #[serde(deserialize_with = "list")]
    pub folders: Vec<WatchedFolder>,
    /// Money that is given back.
    pub refund: Refund,
}

/// A folder in which files of a channel appear, written as channel and path: `CEC:incoming/cec`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WatchedFolder {
    /// The channel.
    pub channel: Channel,
    /// The folder.
    pub path: PathBuf,
}

impl std::fmt::Display for WatchedFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.channel, self.path.display())
    }
}

impl std::str::FromStr for WatchedFolder {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a channel and a folder, as in CEC:incoming/cec";
        let (channel, path) = text.split_once(':').ok_or(EXPECTED)?;
        let channel = Channel::parse(channel.trim()).ok().ok_or(EXPECTED)?;
        let path = PathBuf::from(path.trim());
        if path.as_os_str().is_empty() {
            return Err(EXPECTED);
        }
        Ok(Self { channel, path })
    }
}

/// Money that is given back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// Lei above which two persons approve.
    pub two_persons_over: u32,
    /// The holder of the account that refunds are paid from.
    pub debtor_name: String,
    /// That account.
    #[serde(deserialize_with = "optional")]
    pub debtor_iban: Option<Iban>,
    /// Its bank's code.
    #[serde(deserialize_with = "optional")]
    pub debtor_bic: Option<String>,
}

/// The pace of the workers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Workers {
    /// Rest when there is nothing to do.
    pub idle_milliseconds: u64,
    /// Rest after a failure.
    pub failure_milliseconds: u64,
}

/// How long things are kept where the law does not say.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days from cancellation or refusal to erasure.
    pub cancelled_days: u32,
    /// Hours until an orphaned blob is removed.
    pub orphan_hours: u32,
    /// Days for which answers to repeated requests are kept.
    pub idempotency_days: u32,
    /// Days for which events can be read and the bureau's documents are kept.
    pub event_days: u32,
    /// Days from the end of a refund to the erasure of its account and its list.
    pub refund_days: u32,
    /// Days for which failed authentications are kept.
    pub authentication_failure_days: u32,
}

/// The log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// What is logged.
    pub level: String,
}

/// SHA-256 of a public key, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SpkiSha256(pub [u8; 32]);

impl std::str::FromStr for SpkiSha256 {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected the SHA-256 of a public key, 64 hexadecimal digits";
        if text.len() != 64 || !text.is_ascii() {
            return Err(EXPECTED);
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok().ok_or(EXPECTED)?;
            *byte = u8::from_str_radix(digits, 16).ok().ok_or(EXPECTED)?;
        }
        Ok(Self(hash))
    }
}

/// A time of day, written as hour and minute.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CutOff(pub NaiveTime);

/// By what applications are put together in orders.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct GroupBy(pub Grouping);

impl TryFrom<String> for GroupBy {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let grouping = Grouping::parse(&text.to_uppercase());
        grouping
            .map(Self)
            .map_err(|_unknown| "expected none, county or office")
    }
}

impl std::str::FromStr for CutOff {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok();
        time.map(Self)
            .ok_or("expected hour and minute, as in 15:00")
    }
}

/// Reads a text; an empty one is none, because TOML and the environment have no null.
pub(super) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(de::Error::custom)
}

/// Reads a list: an array in a file, a text with commas in the environment.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Array(Vec<String>),
        Text(String),
    }
    let items = match Written::deserialize(deserializer)? {
        Written::Array(items) => items,
        Written::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
    };
    items
        .iter()
        .filter(|item| !item.is_empty())
        .map(|item| item.parse().map_err(de::Error::custom))
        .collect()
}
