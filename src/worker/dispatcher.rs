//! Delivers the outbox's messages to the bureau: lease, carry without a transaction, record.

use std::io::ErrorKind;

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::domain::delivery::DeliveryVerdict;
use crate::domain::reason::Reason;
use crate::flow::receive_document::{self, Kept};
use crate::flow::send_order::{Arrival, Departure, lease_next, record_attempt};
use crate::gateway::Gateway;
use crate::store::inbox::InboxSource;
use crate::transport::route::{Parcel, ParcelKind, Passage, Route};
use crate::vault::VaultError;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// Sends what is due to the bureau, one document a pass.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    /// Names this process in leases.
    pub owner: String,
}

impl Worker for Dispatcher {
    const NAME: &'static str = "dispatcher";
    const BELL: Bell = Bell::Dispatcher;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let Some(route) = &gateway.bureau_route else {
            return Ok(Progress::Idle);
        };
        let Some(departure) = retry_races(|| lease_next(gateway, &self.owner)).await? else {
            return Ok(Progress::Idle);
        };
        let arrival = send(gateway, &**route, &departure).await?;
        if !retry_races(|| record_attempt(gateway, &departure, &arrival)).await? {
            tracing::warn!(
                order.number = departure.order.number,
                "the lease was lost meanwhile"
            );
        }
        Ok(Progress::Worked)
    }
}

/// Carries the bytes of what departs to the bureau and keeps the document that the answer may bring.
async fn send(
    gateway: &Gateway,
    route: &dyn Route,
    departure: &Departure,
) -> anyhow::Result<Arrival> {
    let started_at = gateway.clock.now();
    let parcel = parcel_of(departure)?;
    let vault = gateway.vault.clone();
    let (sealed, key) = (departure.sealed, departure.wrapped_key.clone());
    let opening = tokio::task::spawn_blocking(move || vault.reader(sealed, &key));
    let reader = match opening.await.context("the opening task ended early")? {
        Ok(reader) => reader,
        Err(error) => return unsendable(error, started_at),
    };
    let passage = match route.carry(&parcel, Box::new(reader), started_at).await {
        Ok(passage) => passage,
        Err(error) => return unreadable(error, started_at),
    };
    keep_answer(gateway, &parcel, &passage).await?;
    Ok(Arrival {
        verdict: passage.verdict,
        status: passage.status,
        detail: passage.detail,
        retry_after: passage.retry_after,
        unsendable: None,
        started_at,
    })
}

/// What is carried, by what its row says of it.
fn parcel_of(departure: &Departure) -> anyhow::Result<Parcel> {
    let order = &departure.order;
    let sha256 = order.sha256.as_deref().unwrap_or_default();
    Ok(Parcel {
        kind: ParcelKind::Order,
        number: order.number.clone(),
        message_id: order.message_id,
        sha256: sha256.try_into().context("an order without its digest")?,
        size_bytes: u64::try_from(order.size_bytes.unwrap_or(0))?,
    })
}

/// Keeps the document that came with an answer: what it says counts only once it was read and
/// verified like any other.
async fn keep_answer(gateway: &Gateway, parcel: &Parcel, passage: &Passage) -> anyhow::Result<()> {
    let Some(document) = &passage.answer else {
        return Ok(());
    };
    let kept = receive_document::keep(gateway, InboxSource::Bureau, document.clone()).await?;
    tracing::info!(
        number = parcel.number,
        new = kept == Kept::New,
        "the document in an answer was kept"
    );
    Ok(())
}

/// What has to be said of bytes that could not be read while they were carried. What the vault says
/// of them decides; bytes that are not those of the row will never be; the rest is the machine's.
fn unreadable(error: std::io::Error, started_at: DateTime<Utc>) -> anyhow::Result<Arrival> {
    match error.downcast::<VaultError>() {
        Ok(error) => unsendable(error, started_at),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Ok(never_sent(error.to_string(), started_at))
        }
        Err(error) => Err(error.into()),
    }
}

/// What has to be said of an order whose bytes are lost or damaged: nothing will mend them, and the
/// orders behind it must not wait. A disk or key that fails is no matter of one order.
fn unsendable(error: VaultError, started_at: DateTime<Utc>) -> anyhow::Result<Arrival> {
    if !error.is_loss() {
        return Err(error.into());
    }
    Ok(never_sent(error.to_string(), started_at))
}

fn never_sent(detail: String, started_at: DateTime<Utc>) -> Arrival {
    Arrival {
        verdict: DeliveryVerdict::Permanent,
        status: None,
        detail: Some(detail),
        retry_after: None,
        unsendable: Some(Reason::DECRYPT_FAILED.number()),
        started_at,
    }
}
