//! The section of the operators' console.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};

use crate::config::files::{Holds, NamedFile};
use crate::config::sections::{list, optional};
use crate::domain::single_sign_on::SecondFactor;

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
    /// How browsers reach it, without a slash at the end; `None`: nobody needs to know.
    #[serde(deserialize_with = "optional")]
    pub public_url: Option<String>,
    /// Whether every request comes through a proxy that tells the caller's address.
    pub behind_proxy: bool,
    /// Hours after which everybody signs in again.
    pub session_hours: u32,
    /// Minutes without a request after which somebody signs in again.
    pub idle_minutes: u32,
    /// Single sign-on.
    pub oidc: Oidc,
}

/// Single sign-on through a provider (`OpenID` Connect).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The provider, as it calls itself; `None`: there is none.
    #[serde(deserialize_with = "optional")]
    pub issuer: Option<String>,
    /// What the provider calls this console.
    pub client_id: String,
    /// The file of the secret that proves it; `None`: the console has none and proves each way by PKCE
    /// alone.
    #[serde(deserialize_with = "optional")]
    pub client_secret_file: Option<PathBuf>,
    /// Authorities of the provider's certificate; `None`: those that the system trusts.
    #[serde(deserialize_with = "optional")]
    pub ca_file: Option<PathBuf>,
    /// What is asked for beside `openid`.
    #[serde(deserialize_with = "list")]
    pub scopes: Vec<String>,
    /// Who asks for the second factor.
    #[serde(deserialize_with = "coded")]
    pub second_factor: SecondFactor,
    /// Contexts that count as a second factor of the provider.
    #[serde(deserialize_with = "list")]
    pub acr_values: Vec<String>,
    /// What people call the provider.
    pub name: String,
}

impl Console {
    /// Every file that the section may name.
    pub(super) fn named_files(&mut self) -> [NamedFile<'_>; 4] {
        use Holds::*;
        [
            (
                "console.certificate_file",
                Public,
                &mut self.certificate_file,
            ),
            ("console.key_file", Secret, &mut self.key_file),
            (
                "console.oidc.client_secret_file",
                Secret,
                &mut self.oidc.client_secret_file,
            ),
            ("console.oidc.ca_file", Public, &mut self.oidc.ca_file),
        ]
    }

    /// Where the provider sends people back to.
    pub fn answer_url(&self) -> String {
        let base = self.public_url.as_deref().unwrap_or_default();
        format!("{base}/sign-in/provider/answer")
    }
}

fn coded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecondFactor, D::Error> {
    SecondFactor::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}
