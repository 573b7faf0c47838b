//! Takes notifications of payment stations: proven and kept in the request that brought them,
//! recorded as payments by the matcher.

use std::convert::Infallible;

use anyhow::Context;
use openssl::sha::sha256;
use zeroize::Zeroizing;

use crate::channel::selfpay::notification::{Notification, NotificationFault};
use crate::channel::selfpay::webhook::{self, WebhookHeaders, WebhookKey};
use crate::config::read_secret_text;
use crate::domain::id::InboxId;
use crate::domain::inbox::{InboxEvent, InboxState};
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::movements::{station_key, station_movement};
use crate::flow::progress::note;
use crate::flow::record_movement::{Recorded, Teller, record};
use crate::flow::sealing::{open, seal};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::inbox::{self, InboxMessage, InboxSource};
use crate::store::sealed::{self, SealedKind};
use crate::store::{StoreError, Tx, matching_keys, notifications};
use crate::vault::Vault;
use crate::worker::bell::Bell;

/// What a notification is called in the inbox.
const KIND: &str = "notification";

/// `SCHEMA_INVALID`: a kept notification cannot be read.
const UNREADABLE: u16 = 104;
/// `NOTIFICATION_CHANGED`: the station told something else of the same transaction.
const CHANGED: u16 = 921;

/// A notification that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    /// The station's key of the payment.
    pub transaction_id: String,
}

/// Why a notification is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotificationRefusal {
    /// Its sender is not proven; nothing is kept. One answer for every cause.
    #[error("the notification is not authenticated")]
    Unauthenticated,
    /// Its sender is proven, and it is no notification; nothing is kept.
    #[error("the notification cannot be read")]
    Unreadable(#[source] NotificationFault),
    /// The same transaction was told otherwise before; both are kept, and an operator is alarmed.
    #[error("transaction {0} was told otherwise before")]
    Changed(String),
}

/// Proves a notification and keeps it. Told again with the same content, it is answered as before.
pub async fn receive_notification(
    gateway: &Gateway,
    headers: WebhookHeaders<'_>,
    body: Vec<u8>,
) -> Result<Receipt, Failure<NotificationRefusal>> {
    let config = &gateway.config.channels.selfpay;
    let keys = read_keys(gateway).context("reading the keys of SelfPay's notifications")?;
    let verified = if body.len() > config.body_bytes_max {
        Err(webhook::Unauthenticated {
            cause: webhook::WebhookFault::BodyTooLong,
        })
    } else {
        webhook::verify(headers, &body, &keys, gateway.clock.now())
    };
    if let Err(refused) = verified {
        tracing::warn!(cause = %refused.cause, "a notification is not authenticated");
        return Err(Failure::Refused(NotificationRefusal::Unauthenticated));
    }
    let read = Notification::read(&body).map_err(NotificationRefusal::Unreadable);
    let told = read.map_err(Failure::Refused)?;
    let is_changed = keep(gateway, &told, body).await?;
    gateway.bells.ring(Bell::Matcher);
    if is_changed {
        let refusal = NotificationRefusal::Changed(told.transaction_id);
        return Err(Failure::Refused(refusal));
    }
    Ok(Receipt {
        transaction_id: told.transaction_id,
    })
}

/// Records the notification that has waited longest. Returns whether there was one.
pub async fn record_next_notification(gateway: &Gateway) -> Result<bool, Failure<Infallible>> {
    let mut tx = gateway.store.read().await?;
    let Some(message) = inbox::find_arrived(&mut tx, InboxSource::SelfPay).await? else {
        return Ok(false);
    };
    let key = sealed::find_key(&mut tx, message.sealed).await?;
    drop(tx);
    let key = key.context("a notification was erased before it was read")?;
    let body = open(gateway, message.sealed, key).await?;
    let told = Notification::read(&body);
    match act(gateway, &message, told).await {
        // Another replica acted upon it meanwhile.
        Err(Failure::Broken(error)) if is_moved(&error) => Ok(true),
        acted => acted.map(|()| true),
    }
}

fn is_moved(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<StoreError>(),
        Some(StoreError::Moved {
            what: "inbox message"
        })
    )
}

async fn act(
    gateway: &Gateway,
    message: &InboxMessage,
    told: Result<Notification, NotificationFault>,
) -> Result<(), Failure<Infallible>> {
    let actor = Actor::Channel;
    let note = note(gateway, &actor, None);
    let mut tx = gateway.store.begin().await?;
    match told {
        Ok(told) => record_told(&mut tx, gateway, message, &told, &note).await?,
        Err(fault) => {
            let detail = fault.to_string();
            set_apart(&mut tx, message, None, (UNREADABLE, &detail), &note).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The keys, read anew every time, so that a rotation needs no restart.
fn read_keys(gateway: &Gateway) -> anyhow::Result<Vec<WebhookKey>> {
    let config = &gateway.config.channels.selfpay;
    let files = config
        .ed25519_key_files
        .iter()
        .chain(&config.hmac_key_files);
    files
        .map(|file| Ok(WebhookKey::parse(read_secret_text(file)?.expose())?))
        .collect()
}

/// Keeps a notification durably, each once. Returns whether it contradicts an earlier one.
async fn keep(
    gateway: &Gateway,
    told: &Notification,
    body: Vec<u8>,
) -> Result<bool, Failure<NotificationRefusal>> {
    let digest = sha256(&body);
    let movement_key = station_key(&gateway.vault, &told.transaction_id, told.entry().credit);
    let content = content_hash(&gateway.vault, told);
    let mut tx = gateway.store.read().await?;
    let known = inbox::find_by_digest(&mut tx, InboxSource::SelfPay, &digest).await?;
    if let Some(known) = known {
        return Ok(notifications::is_changed(&mut tx, known.id).await?);
    }
    drop(tx);
    let blob = seal(gateway, SealedKind::Inbox, Zeroizing::new(body)).await?;
    let now = gateway.clock.now();
    let message = InboxMessage {
        id: InboxId(gateway.random.uuid(now)),
        source: InboxSource::SelfPay,
        kind: KIND.to_owned(),
        message_id: Some(told.event_id.clone()),
        sha256: digest.to_vec(),
        sealed: blob.id,
        state: InboxState::Arrived,
        reason: None,
        detail: None,
        received_at: now,
    };
    let mut tx = gateway.store.begin().await?;
    matching_keys::lock(&mut tx, &movement_key).await?;
    let first = notifications::find_first(&mut tx, &movement_key).await?;
    let changed = first.is_some_and(|first| first != content);
    sealed::insert(&mut tx, &blob, now).await?;
    if inbox::insert(&mut tx, &message).await? {
        let kept = notifications::Notification {
            inbox: message.id,
            movement_key: &movement_key,
            content_hash: &content,
            changed,
        };
        notifications::insert(&mut tx, &kept, now).await?;
        tx.commit().await?;
    }
    // Otherwise somebody kept the same bytes meanwhile; the blob is an orphan and will be swept.
    Ok(changed)
}

/// Keyed hash of all that a notification says of its payment.
fn content_hash(vault: &Vault, told: &Notification) -> [u8; 32] {
    let beneficiary = told.beneficiary_cnp.as_ref().map_or("", |cnp| cnp.as_str());
    let Notification {
        reference,
        amount_minor,
        terminal,
        ..
    } = told;
    let paid_at = told.paid_at.to_utc();
    let content = format!("{reference}|{beneficiary}|{amount_minor}|{terminal}|{paid_at}");
    vault.lookup_hash("notification", &content)
}

async fn record_told(
    tx: &mut Tx,
    gateway: &Gateway,
    message: &InboxMessage,
    told: &Notification,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let event_id = Some(told.event_id.as_str());
    let contradiction = format!(
        "transaction {} was told otherwise before",
        told.transaction_id
    );
    if notifications::is_changed(tx, message.id).await? {
        return set_apart(tx, message, event_id, (CHANGED, &contradiction), note).await;
    }
    let beneficiary = told.beneficiary_cnp.as_ref();
    let movement = station_movement(&gateway.vault, &told.entry(), beneficiary);
    let teller = Teller {
        channel: Channel::SelfPay,
        sealed: message.sealed,
        file: None,
        inbox: Some(message.id),
    };
    let event = match record(tx, &teller, &movement, 0, note).await? {
        Recorded::New => InboxEvent::ActedUpon,
        Recorded::Repeated => InboxEvent::FoundRepeated,
        // A settlement told of it first, with another amount or reference.
        Recorded::Changed { .. } => {
            return set_apart(tx, message, event_id, (CHANGED, &contradiction), note).await;
        }
    };
    inbox::set_read(tx, message.id, KIND, event_id, None).await?;
    take_step::<history::InboxMessage>(tx, message.id.0, message.state, event, note).await?;
    Ok(())
}

/// Sets a notification aside and asks an operator.
async fn set_apart(
    tx: &mut Tx,
    message: &InboxMessage,
    event_id: Option<&str>,
    (code, detail): (u16, &str),
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    inbox::set_read(tx, message.id, KIND, event_id, Some((code, detail))).await?;
    let event = InboxEvent::FoundBad;
    take_step::<history::InboxMessage>(tx, message.id.0, message.state, event, note).await?;
    let hold = NewHold {
        kind: SubjectKind::Inbox,
        subject: message.id.0,
        number: event_id.unwrap_or(KIND),
        code,
        detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
