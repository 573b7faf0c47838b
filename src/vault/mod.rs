//! Sealing of personal data: data keys, the master key, sealed blobs, erasure.
//!
//! Owns the only place where a name, an address or an image is kept. Each piece of content is one
//! blob, sealed under a data key of its own; the data key is wrapped by the master key and kept in
//! the row that names the blob. A blob is durable before [`Vault::put`] returns, so a row that
//! commits afterwards always finds it; a blob whose row never committed is an orphan, which the
//! janitor finds by [`Vault::list`]. Deleting the wrapped key erases the person even from backups
//! of the blobs; [`Vault::erase`] removes the bytes too.
//!
//! Knows neither what it seals nor the store. Every call blocks on the file system: asynchronous
//! callers go through `spawn_blocking`.

mod aead;
mod beside;
mod blobs;
mod error;
mod master;
pub mod private_file;
mod sealing;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::hex::hex;
use crate::domain::id::SealedId;
use crate::vault::blobs::{Blobs, UnfinishedBlob};
use crate::vault::master::{MasterKeys, Purpose};
use crate::vault::sealing::{Sealer, Sealing, Written};
use crate::vault::stream::Opening;

pub use crate::vault::blobs::{Drawer, StoredBlob};
pub use crate::vault::error::VaultError;
pub use crate::vault::master::DataKey;
pub use crate::vault::private_file::PrivateFileError;

/// Where the vault keeps its blobs and finds its master key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VaultConfig {
    /// Folder of the blobs, made if missing.
    pub dir: PathBuf,
    /// File of the master keys, readable by its owner alone.
    pub master_key_file: PathBuf,
    /// Whether a missing master key file is made. Only where losing everything sealed is no loss.
    pub create_missing_key: bool,
    /// Whether a blob survives a power cut from the moment [`Vault::put`] returns. Without it a
    /// crash of the machine can leave rows without content: for tests and demonstrations only.
    pub durable: bool,
}

/// Seals, opens and erases content. Clones share one vault.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    master: MasterKeys,
    blobs: Blobs,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// What the row of sealed content must keep.
#[derive(Clone, Eq, PartialEq)]
pub struct Sealed {
    /// The data key, readable with the master key only. Deleting it erases the content.
    pub wrapped_key: Vec<u8>,
    /// Bytes of the content before it was sealed.
    pub size_bytes: i64,
    /// SHA-256 of how the blob begins and of the tags of its chunks, in order. Each tag vouches for
    /// its chunk's bytes and place, so that this vouches for the blob, and hashing every byte a
    /// second time is spared. It tells nothing about the content, so it may stay in the tombstone
    /// after erasure.
    pub sha256: [u8; 32],
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes, …)", self.size_bytes)
    }
}

impl Vault {
    /// Opens the vault, making its folder if needed.
    ///
    /// Refused are a missing master key (unless `create_missing_key` is set and nothing has been
    /// sealed yet), one that others can read, and one that is not the vault's.
    pub fn open(config: &VaultConfig) -> Result<Self, VaultError> {
        let blobs = Blobs::open(&config.dir, config.durable)?;
        let mark = blobs.mark()?;
        if config.create_missing_key && mark.is_none() && !config.master_key_file.exists() {
            MasterKeys::create_file(&config.master_key_file)?;
        }
        let master = MasterKeys::read(&config.master_key_file)?;
        if let Some(mark) = &mark
            && !master.all_ids().any(|id| hex(id) == *mark)
        {
            let dir = config.dir.clone();
            return Err(VaultError::WrongMasterKey { dir });
        }
        let current = hex(master.current_id());
        if mark.as_ref() != Some(&current) {
            blobs.set_mark(&current)?;
        }
        Ok(Self {
            inner: Arc::new(Inner { master, blobs }),
        })
    }

    /// A new random data key.
    pub fn new_key(&self) -> Result<DataKey, VaultError> {
        Ok(DataKey::random()?)
    }

    /// Wraps a data key for one blob; it will not unwrap for another.
    pub fn wrap(&self, key: &DataKey, for_id: SealedId) -> Result<Vec<u8>, VaultError> {
        self.inner.master.wrap(Purpose::DataKey, key, for_id)
    }

    /// Unwraps the data key of a blob.
    pub fn unwrap_key(&self, wrapped: &[u8], for_id: SealedId) -> Result<DataKey, VaultError> {
        self.inner.master.unwrap(Purpose::DataKey, wrapped, for_id)
    }

    /// Wraps a data key anew under the current master key; `None` if it is already. This is how
    /// a master key is retired: the blobs stay as they are.
    pub fn rewrap(&self, wrapped: &[u8], id: SealedId) -> Result<Option<Vec<u8>>, VaultError> {
        let key = self.unwrap_key(wrapped, id)?;
        if self.inner.master.is_current(wrapped) {
            return Ok(None);
        }
        self.wrap(&key, id).map(Some)
    }

    /// Wraps the key that signs what a webhook is sent, for the row that keeps it.
    pub fn wrap_webhook_key(&self, key: &DataKey, row: Uuid) -> Result<Vec<u8>, VaultError> {
        let row = SealedId(row);
        self.inner.master.wrap(Purpose::WebhookKey, key, row)
    }

    /// Unwraps the key that signs what a webhook is sent.
    pub fn unwrap_webhook_key(&self, wrapped: &[u8], row: Uuid) -> Result<DataKey, VaultError> {
        let row = SealedId(row);
        self.inner.master.unwrap(Purpose::WebhookKey, wrapped, row)
    }

    /// Wraps the key of a person's codes, for the account that keeps it.
    pub fn wrap_code_key(&self, key: &DataKey, account: Uuid) -> Result<Vec<u8>, VaultError> {
        let account = SealedId(account);
        self.inner.master.wrap(Purpose::SecondFactor, key, account)
    }

    /// Unwraps the key of a person's codes.
    pub fn unwrap_code_key(&self, wrapped: &[u8], account: Uuid) -> Result<DataKey, VaultError> {
        let account = SealedId(account);
        self.inner
            .master
            .unwrap(Purpose::SecondFactor, wrapped, account)
    }

    /// The keyed hash (HMAC-SHA256) by which a value such as a CNP is looked up without being kept.
    ///
    /// `domain` names the kind of value, so that equal texts of two kinds do not meet.
    ///
    /// # Panics
    /// When openssl has no memory left for a hash, which no caller could survive.
    #[expect(
        clippy::expect_used,
        reason = "a hash of a short text fails only without memory, where Rust would abort too"
    )]
    pub fn lookup_hash(&self, domain: &str, value: &str) -> [u8; 32] {
        let hash = self.inner.master.lookup_hash(domain, value);
        hash.expect("openssl hashes a short text")
    }

    /// Seals content under a new data key; the blob is durable when this returns.
    pub fn put(&self, id: SealedId, plain: &[u8]) -> Result<Sealed, VaultError> {
        let staged = self.stage(id, plain)?;
        self.inner.blobs.publish_all(vec![(id, staged.blob)])?;
        Ok(staged.sealed)
    }

    /// Seals content under a new data key, and makes its bytes durable; its blob appears only when
    /// it is published. Contents that belong together are staged side by side.
    pub fn stage(&self, id: SealedId, plain: &[u8]) -> Result<Staged, VaultError> {
        let key = self.new_key()?;
        let wrapped_key = self.wrap(&key, id)?;
        let mut sealer = Sealer::new(&key, id, self.inner.blobs.create(id)?, Some(plain.len()))?;
        sealer.put(plain, true)?;
        let written = sealer.finish()?;
        self.inner.blobs.make_durable(&written.sink)?;
        Ok(Staged {
            id,
            sealed: Sealed {
                wrapped_key,
                size_bytes: i64::try_from(written.size_bytes).unwrap_or(i64::MAX),
                sha256: written.sha256,
            },
            blob: written.sink,
        })
    }

    /// Makes staged blobs appear; all of them are durable when this returns. Each drawer that takes
    /// some of them is made durable once.
    pub fn publish(&self, staged: Vec<Staged>) -> Result<Vec<(SealedId, Sealed)>, VaultError> {
        let (mut sealed, mut blobs) = (Vec::new(), Vec::new());
        for one in staged {
            sealed.push((one.id, one.sealed));
            blobs.push((one.id, one.blob));
        }
        self.inner.blobs.publish_all(blobs)?;
        Ok(sealed)
    }

    /// Opens content that fits in memory.
    pub fn get(&self, id: SealedId, wrapped_key: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = self.unwrap_key(wrapped_key, id)?;
        let file = self.inner.blobs.read(id)?;
        let size = file
            .metadata()
            .map_err(VaultError::io("reading a blob"))?
            .len();
        // The blob is a little longer than its content: nothing is reallocated, so no copy stays.
        let mut plain = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0)));
        let mut opening = Opening::new(&key, id, file)?;
        loop {
            let chunk = opening.fill()?;
            if chunk.is_empty() {
                return Ok(plain);
            }
            plain.extend_from_slice(chunk);
            let count = chunk.len();
            opening.advance(count);
        }
    }

    fn publish_written(
        &self,
        id: SealedId,
        wrapped_key: Vec<u8>,
        written: Written<UnfinishedBlob>,
    ) -> Result<Sealed, VaultError> {
        self.inner.blobs.make_durable(&written.sink)?;
        self.inner.blobs.publish_all(vec![(id, written.sink)])?;
        Ok(Sealed {
            wrapped_key,
            size_bytes: i64::try_from(written.size_bytes).unwrap_or(i64::MAX),
            sha256: written.sha256,
        })
    }

    /// Seals content that streams, in constant memory.
    pub fn writer(&self, id: SealedId) -> Result<SealWriter, VaultError> {
        let key = self.new_key()?;
        let wrapped_key = self.wrap(&key, id)?;
        let sealing = Sealing::new(&key, id, self.inner.blobs.create(id)?)?;
        Ok(SealWriter {
            vault: self.clone(),
            id,
            wrapped_key,
            sealing,
        })
    }

    /// Opens content that streams, in constant memory.
    ///
    /// Each chunk is authentic when it is given, but only the end proves that nothing is missing:
    /// whoever reads must read to the end before acting.
    pub fn reader(&self, id: SealedId, wrapped_key: &[u8]) -> Result<SealReader, VaultError> {
        let key = self.unwrap_key(wrapped_key, id)?;
        let opening = Opening::new(&key, id, self.inner.blobs.read(id)?)?;
        Ok(SealReader { opening })
    }

    /// Removes a blob durably; false if there was none. The caller deletes the wrapped key.
    pub fn erase(&self, id: SealedId) -> Result<bool, VaultError> {
        self.inner.blobs.remove(id)
    }

    /// At most `max` blobs of one drawer that were made before `before`, in no order.
    ///
    /// Orphans are what stands here and in no row. Who looks at a random drawer in each pass has
    /// seen all of them in time and needs to remember nothing.
    pub fn list(
        &self,
        drawer: Drawer,
        before: DateTime<Utc>,
        max: usize,
    ) -> Result<Vec<StoredBlob>, VaultError> {
        self.inner.blobs.list(drawer, before, max)
    }

    /// Removes at most `max` blobs that were started before `before` and never finished, which
    /// only a crash leaves behind; returns how many.
    pub fn sweep_unfinished(&self, before: DateTime<Utc>, max: usize) -> Result<usize, VaultError> {
        self.inner.blobs.sweep_unfinished(before, max)
    }
}

/// Content whose bytes are durable and whose blob does not appear yet. Dropped, it leaves nothing
/// behind.
pub struct Staged {
    id: SealedId,
    sealed: Sealed,
    blob: UnfinishedBlob,
}

/// Seals what is written to it. Dropped without [`SealWriter::finish`], it leaves nothing behind.
pub struct SealWriter {
    vault: Vault,
    id: SealedId,
    wrapped_key: Vec<u8>,
    sealing: Sealing<UnfinishedBlob>,
}

impl SealWriter {
    /// Seals the end and makes the blob durable.
    pub fn finish(self) -> Result<Sealed, VaultError> {
        let written = self.sealing.finish()?;
        self.vault
            .publish_written(self.id, self.wrapped_key, written)
    }
}

impl Write for SealWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.sealing.take(bytes)?)
    }

    /// Does nothing: content is sealed chunk by chunk, and durable only when finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads sealed content. See [`Vault::reader`] for what may be believed when.
pub struct SealReader {
    opening: Opening<File>,
}

impl Read for SealReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut chunk = self.opening.fill()?;
        let count = chunk.read(bytes)?;
        self.opening.advance(count);
        Ok(count)
    }
}

impl BufRead for SealReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.opening.fill()?)
    }

    fn consume(&mut self, count: usize) {
        self.opening.advance(count);
    }
}
