//! Keys that sign what a webhook is sent. A secret is shown once, to whoever asked for the key, and kept
//! sealed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
use openssl::pkey::{Id, PKey};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::id::OfficeId;
use crate::domain::operator::Actor;
use crate::domain::webhook::{KEYS_MAX, KeyKind, WebhookState};
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::webhooks::settings::record;
use crate::flow::webhooks::{WebhookRefusal, locked};
use crate::gateway::Gateway;
use crate::store::webhooks::keys::{self, Key};
use crate::vault::{DataKey, VaultError};

/// For how long earlier keys sign beside a new one, unless told otherwise.
pub const OVERLAP: Duration = Duration::from_hours(24);

/// The longest overlap.
pub const OVERLAP_MAX: Duration = Duration::from_hours(24 * 30);

/// A key that was just made.
pub struct Made {
    /// As it is kept.
    pub key: Key,
    /// What the office needs to verify: `whsec_…`, a secret, or `whpk_…`. Not shown again where it is secret.
    pub shown: Zeroizing<String>,
    /// When earlier keys end.
    pub earlier_until: DateTime<Utc>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Made({:?})", self.key)
    }
}

/// Makes a key that signs from now on; earlier ones sign beside it for `overlap`, so that the office can
/// change over without losing a message.
pub async fn make(
    gateway: &Gateway,
    office: OfficeId,
    kind: KeyKind,
    overlap: Duration,
    actor: &Actor,
) -> Result<Made, Failure<WebhookRefusal>> {
    let note = note(gateway, actor, None);
    let secret = gateway.vault.new_key().map_err(anyhow::Error::new)?;
    let (public_key, shown) = texts(kind, &secret).map_err(anyhow::Error::new)?;
    let id = gateway.random.uuid(note.at);
    let wrapped = gateway.vault.wrap_webhook_key(&secret, id);
    let key = Key {
        id,
        kind,
        secret: wrapped.map_err(anyhow::Error::new)?,
        public_key,
        valid_from: note.at,
        valid_until: None,
    };
    let earlier_until = note.at + overlap.min(OVERLAP_MAX);
    let mut tx = gateway.store.begin().await?;
    let webhook = locked(&mut tx, office).await?;
    if keys::list_valid(&mut tx, office, note.at).await?.len() >= KEYS_MAX {
        return Err(WebhookRefusal::TooManyKeys.into());
    }
    keys::insert(&mut tx, office, &key).await?;
    keys::end_others(&mut tx, office, id, earlier_until).await?;
    record(&mut tx, &webhook, "KEY_MADE", &note).await?;
    tx.commit().await?;
    Ok(Made {
        key,
        shown,
        earlier_until,
    })
}

/// The public key where there is one, and what the office needs to verify.
fn texts(
    kind: KeyKind,
    secret: &DataKey,
) -> Result<(Option<String>, Zeroizing<String>), ErrorStack> {
    match kind {
        KeyKind::Hmac => {
            let encoded = Zeroizing::new(STANDARD.encode(secret.expose()));
            Ok((None, Zeroizing::new(format!("whsec_{}", *encoded))))
        }
        KeyKind::Ed25519 => {
            let key = PKey::private_key_from_raw_bytes(secret.expose(), Id::ED25519)?;
            let text = format!("whpk_{}", STANDARD.encode(key.raw_public_key()?));
            Ok((Some(text.clone()), Zeroizing::new(text)))
        }
    }
}

/// Ends a key at once. The last one of a webhook that is enabled stays.
pub async fn end(
    gateway: &Gateway,
    office: OfficeId,
    key: Uuid,
    actor: &Actor,
) -> Result<(), Failure<WebhookRefusal>> {
    let note = note(gateway, actor, None);
    let mut tx = gateway.store.begin().await?;
    let webhook = locked(&mut tx, office).await?;
    let valid = keys::list_valid(&mut tx, office, note.at).await?;
    if !valid.iter().any(|known| known.id == key) {
        return Err(WebhookRefusal::KeyUnknown.into());
    }
    if valid.len() == 1 && webhook.state == WebhookState::Enabled {
        return Err(WebhookRefusal::LastKey.into());
    }
    keys::end(&mut tx, office, key, note.at).await?;
    record(&mut tx, &webhook, "KEY_ENDED", &note).await?;
    tx.commit().await?;
    Ok(())
}

/// A key that signs now.
#[derive(Debug)]
pub struct OpenKey {
    /// What it is.
    pub kind: KeyKind,
    /// Its 32 bytes.
    pub secret: DataKey,
}

/// Opens those of a webhook's keys that sign at `now`.
pub(super) fn open(
    gateway: &Gateway,
    kept: &[Key],
    now: DateTime<Utc>,
) -> Result<Vec<OpenKey>, VaultError> {
    let signing = kept.iter().filter(|key| key.valid_from <= now);
    signing
        .map(|key| {
            let secret = gateway.vault.unwrap_webhook_key(&key.secret, key.id)?;
            Ok(OpenKey {
                kind: key.kind,
                secret,
            })
        })
        .collect()
}
