//! What a server does beside answering: hears that credentials changed, writes down what was
//! gathered, follows the files of its TLS.

use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use crate::http::api::Api;
use crate::http::tls::FileTls;
use crate::store::{StoreError, revisions};

/// How often what was gathered is written down.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// How often the files of TLS are looked at.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Reads credentials again as soon as it is heard that they changed, so that requests that wait learn
/// of it too.
pub(super) async fn hear_changes(api: Api) {
    let (store, credentials) = (&api.gateway.store, &api.identities.credentials);
    loop {
        let behind = credentials.revision();
        store.tidings().beyond(revisions::CREDENTIALS, behind).await;
        let heard = store.tidings().known(revisions::CREDENTIALS);
        let now = api.gateway.clock.now();
        if let Err(error) = credentials.catch_up(store, heard.unwrap_or(0), now).await {
            let error = format!("{:#}", anyhow::Error::new(error));
            tracing::warn!(error, "credentials could not be read again");
            api.gateway.clock.sleep(WRITE_EVERY).await;
        }
    }
}

/// Writes down failures and uses every second.
pub(super) async fn write_down(api: Api) {
    let mut is_failing = false;
    loop {
        api.gateway.clock.sleep(WRITE_EVERY).await;
        if !api.gateway.store.tidings().is_followed() {
            api.identities.credentials.wake_waiting();
        }
        let outcome = write_now(&api).await;
        if let (Err(error), false) = (&outcome, is_failing) {
            tracing::warn!(%error, "failed authentications could not be written; they are kept");
        }
        is_failing = outcome.is_err();
    }
}

/// Writes down failures and uses, and once a minute when offices were seen.
pub(super) async fn write_now(api: &Api) -> Result<(), StoreError> {
    let (store, identities) = (&api.gateway.store, &api.identities);
    identities.failures.write(store).await?;
    identities.credentials.write_uses(store).await?;
    let now = api.gateway.clock.now();
    identities.credentials.write_seen(store, now).await
}

/// Follows the files of TLS: every minute, and at once when `asked` changes.
pub(super) async fn follow_files(api: Api, tls: FileTls, mut asked: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = api.gateway.clock.sleep(LOOK_EVERY) => (),
            changed = asked.changed() => if changed.is_err() {
                return;
            },
        }
        let files = tls.clone();
        let followed = tokio::task::spawn_blocking(move || files.follow()).await;
        match followed.context("the reading task ended early").flatten() {
            Ok(true) => tracing::info!("certificate, authorities and revocation lists are renewed"),
            Ok(false) => (),
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "TLS goes on with what it had");
            }
        }
    }
}
