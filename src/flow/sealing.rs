//! Puts content into the vault and takes it out, off the asynchronous threads.

use anyhow::Context;
use zeroize::Zeroizing;

use crate::domain::id::SealedId;
use crate::gateway::Gateway;
use crate::store::sealed::{NewSealed, SealedKind};

/// Seals `plain` durably and returns the row to insert. Until that row commits the blob is an
/// orphan, which the janitor sweeps.
pub async fn seal(
    gateway: &Gateway,
    kind: SealedKind,
    plain: Zeroizing<Vec<u8>>,
) -> anyhow::Result<NewSealed> {
    let id = SealedId(gateway.random.uuid(gateway.clock.now()));
    let vault = gateway.vault.clone();
    let sealed = tokio::task::spawn_blocking(move || vault.put(id, &plain))
        .await
        .context("the sealing task ended early")??;
    Ok(NewSealed {
        id,
        kind,
        wrapped_key: sealed.wrapped_key,
        size_bytes: sealed.size_bytes,
        sha256: sealed.sha256.to_vec(),
        erase_at: None,
    })
}

/// Opens sealed content as a whole; for what fits into memory.
pub async fn open(
    gateway: &Gateway,
    id: SealedId,
    wrapped_key: Vec<u8>,
) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let vault = gateway.vault.clone();
    let plain = tokio::task::spawn_blocking(move || vault.get(id, &wrapped_key))
        .await
        .context("the opening task ended early")??;
    Ok(plain)
}
