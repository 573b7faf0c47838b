//! Puts content into the vault and takes it out, off the asynchronous threads.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use futures_util::future::try_join_all;
use zeroize::Zeroizing;

use crate::domain::id::SealedId;
use crate::gateway::Gateway;
use crate::store::sealed::{NewSealed, SealedKind};
use crate::vault::{Drawer, Sealed, Staged};

/// Works of one request that run at once: more than there are processors, because some wait for the
/// disk while others reckon, and few enough that another request's turn comes.
const AT_ONCE: usize = 8;

/// Does what takes long off the asynchronous threads.
pub(crate) async fn aside<T, F>(work: F) -> anyhow::Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .context("work that was set aside ended early")
}

/// Does the same with many things, some at once, and keeps their order. Whoever is done with one
/// takes the next himself, without anybody being woken to hand it to him.
pub(crate) async fn each_aside<T, U, F>(things: Vec<T>, work: F) -> anyhow::Result<Vec<U>>
where
    T: Send + 'static,
    U: Send + 'static,
    F: Fn(T) -> U + Clone + Send + 'static,
{
    let hands = AT_ONCE.min(things.len());
    let left = Arc::new(Mutex::new(things.into_iter().enumerate()));
    let hands = (0..hands).map(|_| {
        let (left, work) = (Arc::clone(&left), work.clone());
        let next = move || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        aside(move || {
            let all = std::iter::from_fn(next);
            all.map(|(place, thing)| (place, work(thing)))
                .collect::<Vec<_>>()
        })
    });
    let done = try_join_all(hands).await?;
    let mut done: Vec<(usize, U)> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, one)| one).collect())
}

/// Seals `plain` durably and returns the row to insert. Until that row commits the blob is an
/// orphan, which the janitor sweeps.
pub async fn seal(
    gateway: &Gateway,
    kind: SealedKind,
    plain: Zeroizing<Vec<u8>>,
) -> anyhow::Result<NewSealed> {
    let id = SealedId(gateway.random.uuid(gateway.clock.now()));
    let vault = gateway.vault.clone();
    let sealed = aside(move || vault.put(id, &plain)).await??;
    Ok(row(kind, id, sealed))
}

/// Makes staged blobs appear durably and returns the rows to insert, in the same order.
pub(crate) async fn publish(
    gateway: &Gateway,
    kind: SealedKind,
    staged: Vec<Staged>,
) -> anyhow::Result<Vec<NewSealed>> {
    let vault = gateway.vault.clone();
    let published = aside(move || vault.publish(staged)).await??;
    let rows = published
        .into_iter()
        .map(|(id, sealed)| row(kind, id, sealed));
    Ok(rows.collect())
}

/// Names for contents that are sealed together: their blobs lie together.
pub(crate) fn names_together(gateway: &Gateway, count: usize) -> Vec<SealedId> {
    let now = gateway.clock.now();
    let mut names = (0..count).map(|_| SealedId(gateway.random.uuid(now)));
    let Some(first) = names.next() else {
        return Vec::new();
    };
    let drawer = Drawer::of(first);
    let others = names.map(|name| drawer.take_in(name));
    std::iter::once(first).chain(others).collect()
}

fn row(kind: SealedKind, id: SealedId, sealed: Sealed) -> NewSealed {
    NewSealed {
        id,
        kind,
        wrapped_key: sealed.wrapped_key,
        size_bytes: sealed.size_bytes,
        sha256: sealed.sha256.to_vec(),
        erase_at: None,
    }
}

/// Opens sealed content as a whole; for what fits into memory.
pub async fn open(
    gateway: &Gateway,
    id: SealedId,
    wrapped_key: Vec<u8>,
) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let vault = gateway.vault.clone();
    let plain = aside(move || vault.get(id, &wrapped_key)).await??;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_done_aside_keeps_its_order() {
        let work = |thing: usize| {
            if thing.is_multiple_of(3) {
                std::thread::yield_now();
            }
            2 * thing
        };
        for count in [0, 1, AT_ONCE, 100] {
            let done = each_aside((0..count).collect(), work).await.unwrap();
            assert_eq!(done, (0..count).map(|one| 2 * one).collect::<Vec<_>>());
        }
    }
}
