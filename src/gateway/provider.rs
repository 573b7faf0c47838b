//! The provider of single sign-on, from what the configuration names.

use std::path::Path;

use anyhow::Context;

use crate::clock::Clock;
use crate::config::{Config, read_secret_text};
use crate::domain::single_sign_on::SecondFactor;
use crate::gateway::read;
use crate::transport::Trust;
use crate::transport::provider::{Client, Provider};

/// The authorities that the system trusts.
const SYSTEM_ANCHORS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Sets up the provider; `None` where there is no single sign-on. Nothing is asked of it yet.
pub(crate) fn load_provider(config: &Config, clock: &Clock) -> anyhow::Result<Option<Provider>> {
    let oidc = &config.console.oidc;
    let Some(issuer) = oidc.issuer.clone() else {
        return Ok(None);
    };
    let secret = oidc.client_secret_file.as_deref().map(read_secret_text);
    let secret = secret.transpose();
    let secret = secret.context("reading what the provider gave the console")?;
    let anchors = oidc.ca_file.as_deref().unwrap_or(Path::new(SYSTEM_ANCHORS));
    let anchors = read(anchors)?;
    let trust = Trust {
        anchors_pem: &anchors,
        crls_pem: None,
    };
    let contexts = match oidc.second_factor {
        SecondFactor::Provider => oidc.acr_values.clone(),
        SecondFactor::Gateway => Vec::new(),
    };
    let client = Client {
        issuer,
        id: oidc.client_id.clone(),
        secret: secret.map(|secret| secret.expose().clone()),
        answer_url: config.console.answer_url(),
        scopes: oidc.scopes.clone(),
        contexts,
    };
    let provider = Provider::new(client, &trust, clock.clone());
    Ok(Some(provider.context("setting up single sign-on")?))
}
