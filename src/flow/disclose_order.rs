//! Gives an operator the signed bytes of an order. They hold every person of it, so whoever takes
//! them out leaves a line in the history.

use crate::domain::id::SealedId;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::decide_order::OrderRefusal;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{self, SubjectKind};
use crate::store::orders::{self, Order};
use crate::store::{Tx, order_originals, sealed};
use crate::vault::SealReader;

/// What opens the bytes of one order.
pub struct Disclosure {
    /// The order.
    pub order: Order,
    /// The SHA-256 of the signed bytes, as it was recorded. Where the order is sent encrypted, that of
    /// the order is of other bytes.
    pub sha256: Option<Vec<u8>>,
    sealed: SealedId,
    wrapped_key: Vec<u8>,
}

impl Disclosure {
    /// Reads the bytes, in constant memory. Blocks on the file system.
    pub fn reader(&self, gateway: &Gateway) -> anyhow::Result<SealReader> {
        Ok(gateway.vault.reader(self.sealed, &self.wrapped_key)?)
    }
}

impl std::fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Disclosure({}, …)", self.order.number)
    }
}

/// Takes the signed bytes of an order out, and records who did and why.
pub async fn disclose_order(
    gateway: &Gateway,
    number: &str,
    actor: &Actor,
    reason: Option<&str>,
) -> Result<Disclosure, Failure<OrderRefusal>> {
    let note = note(gateway, actor, reason);
    let mut tx = gateway.store.begin().await?;
    let disclosure = find(&mut tx, number).await?;
    let order = &disclosure.order;
    let state = order.state.as_str();
    let words = [state, "BYTES_DISCLOSED", state];
    history::record(&mut tx, SubjectKind::Order, order.id.0, words, &note).await?;
    tx.commit().await?;
    Ok(disclosure)
}

/// Finds the signed bytes of an order for the gateway's own eyes, such as verifying them.
pub async fn open_order_bytes(
    gateway: &Gateway,
    number: &str,
) -> Result<Disclosure, Failure<OrderRefusal>> {
    find(&mut gateway.store.read().await?, number).await
}

async fn find(tx: &mut Tx, number: &str) -> Result<Disclosure, Failure<OrderRefusal>> {
    let unknown = || OrderRefusal::Unknown {
        number: number.to_owned(),
    };
    let order = orders::find_by_number(tx, number)
        .await?
        .ok_or_else(|| Failure::Refused(unknown()))?;
    let original = order_originals::find(tx, order.id).await?;
    let (sealed, sha256) = match original {
        Some(original) => (Some(original.sealed), Some(original.sha256)),
        None => (order.sealed, order.sha256.clone()),
    };
    let key = match sealed {
        Some(id) => sealed::find_key(tx, id).await?.map(|key| (id, key)),
        None => None,
    };
    // Not signed yet, or erased.
    let not_now = || OrderRefusal::NotNow {
        number: order.number.clone(),
        state: order.state,
    };
    let (sealed, wrapped_key) = key.ok_or_else(|| Failure::Refused(not_now()))?;
    Ok(Disclosure {
        order,
        sha256,
        sealed,
        wrapped_key,
    })
}
