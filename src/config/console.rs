//! The section of the operators' console.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::config::sections::optional;

/// The operators' console.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// Where it listens; `None`: there is no console.
    #[serde(deserialize_with = "optional")]
    pub bind: Option<SocketAddr>,
    /// Its certificate chain; without one it speaks plain HTTP.
    #[serde(deserialize_with = "optional")]
    pub certificate_file: Option<PathBuf>,
    /// The private key to it.
    #[serde(deserialize_with = "optional")]
    pub key_file: Option<PathBuf>,
    /// Whether every request comes through a proxy that tells the caller's address.
    pub behind_proxy: bool,
    /// Hours after which everybody signs in again.
    pub session_hours: u32,
    /// Minutes without a request after which somebody signs in again.
    pub idle_minutes: u32,
}
