//! Delivers the outbox's orders and letters to the bureau: lease, carry without a transaction,
//! record.

use anyhow::Context;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::delivery::DeliveryVerdict;
use crate::domain::id::SealedId;
use crate::domain::reason::Reason;
use crate::flow::letters::send as letters;
use crate::flow::receive_document::{self, Kept};
use crate::flow::send_order::{Arrival, lease_next, record_attempt};
use crate::gateway::Gateway;
use crate::store::inbox::InboxSource;
use crate::transport::route::{Parcel, ParcelKind, Passage, Route};
use crate::vault::VaultError;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// Sends what is due to the bureau, one letter and one order a pass.
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
        // Letters are small, and an answer may end a doubt: they go first.
        let letter = self.pass_letter(gateway, &**route).await?;
        let order = self.pass_order(gateway, &**route).await?;
        Ok(match (letter, order) {
            (Progress::Idle, Progress::Idle) => Progress::Idle,
            _ => Progress::Worked,
        })
    }
}

impl Dispatcher {
    async fn pass_letter(&self, gateway: &Gateway, route: &dyn Route) -> anyhow::Result<Progress> {
        let leased = retry_races(|| letters::lease_next(gateway, &self.owner)).await?;
        let Some(departure) = leased else {
            return Ok(Progress::Idle);
        };
        let letter = &departure.letter;
        let signed = (letter.sha256.as_deref(), letter.size_bytes);
        let parcel = parcel_of(ParcelKind::Letter, &letter.number, letter.id.0, signed)?;
        let content = (departure.sealed, departure.wrapped_key.clone());
        let arrival = send(gateway, route, &parcel, content).await?;
        if !retry_races(|| letters::record_attempt(gateway, &departure, &arrival)).await? {
            tracing::warn!(
                letter.number = letter.number,
                "the lease was lost meanwhile"
            );
        }
        Ok(Progress::Worked)
    }

    async fn pass_order(&self, gateway: &Gateway, route: &dyn Route) -> anyhow::Result<Progress> {
        let leased = retry_races(|| lease_next(gateway, &self.owner)).await?;
        let Some(departure) = leased else {
            return Ok(Progress::Idle);
        };
        let order = &departure.order;
        let signed = (order.sha256.as_deref(), order.size_bytes);
        let parcel = parcel_of(ParcelKind::Order, &order.number, order.message_id, signed)?;
        let content = (departure.sealed, departure.wrapped_key.clone());
        let arrival = send(gateway, route, &parcel, content).await?;
        if !retry_races(|| record_attempt(gateway, &departure, &arrival)).await? {
            tracing::warn!(order.number = order.number, "the lease was lost meanwhile");
        }
        Ok(Progress::Worked)
    }
}

/// Carries the bytes of what departs to the bureau and keeps the document that the answer may bring.
async fn send(
    gateway: &Gateway,
    route: &dyn Route,
    parcel: &Parcel,
    (sealed, key): (SealedId, Vec<u8>),
) -> anyhow::Result<Arrival> {
    let started_at = gateway.clock.now();
    let vault = gateway.vault.clone();
    let opening = tokio::task::spawn_blocking(move || vault.reader(sealed, &key));
    let reader = match opening.await.context("the opening task ended early")? {
        Ok(reader) => reader,
        Err(error) => return unsendable(error, started_at),
    };
    let passage = match route.carry(parcel, Box::new(reader), started_at).await {
        Ok(passage) => passage,
        // What the vault says of the bytes decides; everything else is the machine's.
        Err(error) => return unsendable(error.downcast::<VaultError>()?, started_at),
    };
    keep_answer(gateway, parcel, &passage).await?;
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
fn parcel_of(
    kind: ParcelKind,
    number: &str,
    message_id: Uuid,
    (sha256, size_bytes): (Option<&[u8]>, Option<i64>),
) -> anyhow::Result<Parcel> {
    let sha256 = sha256.unwrap_or_default();
    Ok(Parcel {
        kind,
        number: number.to_owned(),
        message_id,
        sha256: sha256
            .try_into()
            .context("a signed document without its digest")?,
        size_bytes: u64::try_from(size_bytes.unwrap_or(0))?,
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

/// What has to be said of a document whose bytes are lost or damaged: nothing will mend them, and
/// those behind it must not wait. A disk or key that fails is no matter of one document.
fn unsendable(error: VaultError, started_at: DateTime<Utc>) -> anyhow::Result<Arrival> {
    if !error.is_loss() {
        return Err(error.into());
    }
    Ok(Arrival {
        verdict: DeliveryVerdict::Permanent,
        status: None,
        detail: Some(error.to_string()),
        retry_after: None,
        unsendable: Some(Reason::DECRYPT_FAILED.number()),
        started_at,
    })
}
