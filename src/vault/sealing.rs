//! Writing a blob: plain bytes in, sealed chunks to a file.
//!
//! Content that is at hand is sealed where it lies. Content that streams is gathered, and from the
//! first full buffer on it is sealed and written by a thread of its own, so that whoever makes the
//! content (and hashes and signs it) does not wait for the cipher and the disk.

use std::io::Write;

use openssl::sha::Sha256;
use zeroize::Zeroizing;

use crate::domain::id::SealedId;
use crate::vault::aead::TAG_LEN;
use crate::vault::beside::Beside;
use crate::vault::error::VaultError;
use crate::vault::master::DataKey;
use crate::vault::stream::{CHUNK_LEN, MAGIC, SEALED_CHUNK_LEN, SealedChunks};

/// Plain bytes that are handed on at once: enough that handing on costs nothing beside sealing.
pub(super) const HANDED_LEN: usize = 4 * CHUNK_LEN;
/// Sealed bytes that are written at once: large writes cost the kernel half of what small ones do.
const WRITE_LEN: usize = 1024 * 1024;
/// What file systems and disks want the writes aligned to that go past the page cache.
pub(super) const ALIGNMENT: usize = 4096;

/// Plain bytes on their way, wiped when they are done with.
pub(super) type Plain = Zeroizing<Vec<u8>>;

/// What became of content that was sealed.
#[derive(Debug)]
pub(super) struct Written<W> {
    pub(super) sink: W,
    /// Bytes of the content.
    pub(super) size_bytes: u64,
    /// See [`Sealed::sha256`](crate::vault::Sealed::sha256).
    pub(super) sha256: [u8; 32],
}

/// Seals chunks and writes them, in large aligned pieces.
pub(super) struct Sealer<W> {
    chunks: SealedChunks,
    sink: W,
    sealed: Box<[u8]>,
    /// Where in `sealed` the memory is aligned: what is to be written begins there.
    start: usize,
    /// How far `sealed` is filled.
    end: usize,
    digest: Sha256,
    size_bytes: u64,
}

impl<W: Write> Sealer<W> {
    /// Seals content of `plain_len` bytes at most; of any length, where that is not known.
    pub(super) fn new(
        key: &DataKey,
        id: SealedId,
        sink: W,
        plain_len: Option<usize>,
    ) -> Result<Self, VaultError> {
        let chunks = plain_len.map_or(usize::MAX, |len| len / CHUNK_LEN);
        let before_last = chunks.saturating_mul(SEALED_CHUNK_LEN).min(WRITE_LEN);
        let room = ALIGNMENT + MAGIC.len() + before_last + SEALED_CHUNK_LEN;
        let mut sealed = vec![0; room].into_boxed_slice();
        let start = sealed.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        let end = start + MAGIC.len();
        if let Some(beginning) = sealed.get_mut(start..end) {
            beginning.copy_from_slice(MAGIC);
        }
        let mut digest = Sha256::new();
        digest.update(MAGIC);
        Ok(Self {
            chunks: SealedChunks::new(key, id)?,
            sink,
            sealed,
            start,
            end,
            digest,
            size_bytes: 0,
        })
    }

    /// Seals whole chunks and, if these are the last bytes, what is left.
    pub(super) fn put(&mut self, plain: &[u8], last: bool) -> Result<(), VaultError> {
        let mut rest = plain;
        loop {
            let (chunk, after) = rest.split_at_checked(CHUNK_LEN).unwrap_or((rest, &[]));
            self.put_chunk(chunk, last && after.is_empty())?;
            if after.is_empty() {
                return Ok(());
            }
            rest = after;
        }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<Written<W>, VaultError> {
        self.write(self.end)?;
        let writing = VaultError::io("writing a blob");
        self.sink.flush().map_err(writing)?;
        Ok(Written {
            sink: self.sink,
            size_bytes: self.size_bytes,
            sha256: self.digest.finish(),
        })
    }

    fn put_chunk(&mut self, plain: &[u8], last: bool) -> Result<(), VaultError> {
        let Self { sealed, end, .. } = self;
        let room = sealed.get_mut(*end..).unwrap_or_default();
        let (ciphertext, after) = room.split_at_mut(plain.len());
        let tag = self.chunks.seal(plain, last, ciphertext)?;
        if let Some(place) = after.get_mut(..TAG_LEN) {
            place.copy_from_slice(&tag);
        }
        *end += plain.len() + TAG_LEN;
        self.digest.update(&tag);
        self.size_bytes += u64::try_from(plain.len()).unwrap_or(0);
        let full = self.start + WRITE_LEN;
        if self.end >= full {
            self.write(full)
        } else {
            Ok(())
        }
    }

    /// Writes what is sealed up to `end`, and moves what follows to the front.
    fn write(&mut self, end: usize) -> Result<(), VaultError> {
        let bytes = self.sealed.get(self.start..end).unwrap_or_default();
        let written = self.sink.write_all(bytes);
        written.map_err(VaultError::io("writing a blob"))?;
        self.sealed.copy_within(end..self.end, self.start);
        self.end -= end - self.start;
        Ok(())
    }
}

/// Seals content that streams.
pub(super) struct Sealing<W> {
    plain: Plain,
    stage: Stage<W>,
}

/// Who seals what was gathered.
enum Stage<W> {
    /// Whoever writes: there is little yet.
    Here(Box<Sealer<W>>),
    /// A thread.
    Beside(Beside<W>),
    /// Nobody any more, after a failure.
    Failed,
}

impl<W: Write + Send + 'static> Sealing<W> {
    pub(super) fn new(key: &DataKey, id: SealedId, sink: W) -> Result<Self, VaultError> {
        Ok(Self {
            plain: Plain::new(Vec::with_capacity(HANDED_LEN)),
            stage: Stage::Here(Box::new(Sealer::new(key, id, sink, None)?)),
        })
    }

    /// Takes some of `bytes`, at least one unless there are none.
    ///
    /// A full buffer is handed on only when more follows, because its last chunk may be the last
    /// of all, which is sealed differently.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, VaultError> {
        if matches!(self.stage, Stage::Failed) {
            return Err(failed_before());
        }
        if self.plain.len() == HANDED_LEN && !bytes.is_empty() {
            self.hand_on()?;
        }
        let room = HANDED_LEN - self.plain.len();
        let (taken, _) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.plain.extend_from_slice(taken);
        Ok(taken.len())
    }

    /// Seals and writes what is left.
    pub(super) fn finish(self) -> Result<Written<W>, VaultError> {
        let mut sealer = match self.stage {
            Stage::Here(sealer) => sealer,
            Stage::Beside(beside) => beside.finish()?,
            Stage::Failed => return Err(failed_before()),
        };
        sealer.put(&self.plain, true)?;
        sealer.finish()
    }

    fn hand_on(&mut self) -> Result<(), VaultError> {
        let mut beside = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Here(sealer) => Beside::start(sealer)?,
            Stage::Beside(beside) => beside,
            Stage::Failed => return Err(failed_before()),
        };
        let plain = std::mem::take(&mut self.plain);
        self.plain = beside.put(plain)?;
        self.stage = Stage::Beside(beside);
        Ok(())
    }
}

fn failed_before() -> VaultError {
    let source = std::io::Error::other("an earlier write failed");
    VaultError::io("writing a blob")(source)
}
