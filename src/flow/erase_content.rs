//! Erases sealed content whose time has come: first its key, which ends it for good and leaves a
//! tombstone, then its bytes. A crash between the two leaves bytes that nobody can open, which
//! are swept as an orphan.

use std::convert::Infallible;

use anyhow::Context;
use chrono::TimeDelta;

use crate::domain::id::SealedId;
use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::{authentication_failures, idempotency, sealed};
use crate::vault::Drawer;

/// Contents erased in one pass.
const BATCH: i64 = 100;
/// Blobs of one drawer looked at in one pass. They come in no order, so that a smaller number than
/// a full drawer holds would hide the rest: eight million applications are 2,000 in a drawer.
const SWEEP: usize = 20_000;

/// Erases contents that are due. Returns how many.
pub async fn erase_due(gateway: &Gateway) -> Result<usize, Failure<Infallible>> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    let due = sealed::list_due(&mut tx, now, BATCH).await?;
    for id in &due {
        sealed::erase(&mut tx, *id, "RETENTION", now).await?;
    }
    tx.commit().await?;
    let count = due.len();
    remove_blobs(gateway, due).await?;
    Ok(count)
}

/// Forgets the answers to requests that nobody will repeat any more. Returns how many.
pub async fn forget_answers(gateway: &Gateway) -> Result<u64, Failure<Infallible>> {
    let days = i64::from(gateway.config.retention.idempotency_days);
    let mut tx = gateway.store.begin().await?;
    let before = gateway.clock.now() - TimeDelta::days(days);
    let forgotten = idempotency::forget(&mut tx, before).await?;
    tx.commit().await?;
    Ok(forgotten)
}

/// Forgets failed authentications that were kept long enough. Returns how many rows went.
pub async fn forget_failures(gateway: &Gateway) -> Result<u64, Failure<Infallible>> {
    let days = i64::from(gateway.config.retention.authentication_failure_days);
    let mut tx = gateway.store.begin().await?;
    let before = gateway.clock.now() - TimeDelta::days(days);
    let forgotten = authentication_failures::forget(&mut tx, before).await?;
    tx.commit().await?;
    Ok(forgotten)
}

/// Removes old blobs to which no row refers: their transaction never committed, or their key was
/// erased. Looks at one drawer a pass; all of them have their turn.
pub async fn sweep_orphans(gateway: &Gateway) -> Result<usize, Failure<Infallible>> {
    let age = TimeDelta::hours(i64::from(gateway.config.retention.orphan_hours));
    let before = gateway.clock.now() - age;
    let number = u16::try_from(gateway.random.below(u64::from(Drawer::COUNT))).unwrap_or(0);
    let drawer = Drawer::number(number);
    let vault = gateway.vault.clone();
    let blobs = tokio::task::spawn_blocking(move || vault.list(drawer, before, SWEEP))
        .await
        .context("the listing task ended early")?
        .map_err(anyhow::Error::new)?;
    let mut orphans = Vec::new();
    let mut tx = gateway.store.read().await?;
    for blob in blobs {
        if !sealed::is_known(&mut tx, blob.id).await? {
            orphans.push(blob.id);
        }
    }
    drop(tx);
    let count = orphans.len();
    remove_blobs(gateway, orphans).await?;
    Ok(count)
}

async fn remove_blobs(gateway: &Gateway, ids: Vec<SealedId>) -> anyhow::Result<()> {
    let vault = gateway.vault.clone();
    tokio::task::spawn_blocking(move || {
        for id in ids {
            vault.erase(id)?;
        }
        anyhow::Ok(())
    })
    .await
    .context("the erasing task ended early")?
}
