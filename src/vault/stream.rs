//! Content sealed in chunks, so that it streams in constant memory.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: *Online authenticated
//! encryption and its nonce-reuse misuse-resistance*, CRYPTO 2015): each chunk is AES-256-GCM under
//! the blob's own key with its number as nonce, and is bound to the blob's id and to whether it is
//! the last. A chunk altered, moved, left out, added or taken from another blob does not open.
//!
//! A blob is [`MAGIC`], then chunks of [`CHUNK_LEN`] bytes with a tag each; the last may be
//! shorter.

use std::io::{self, BufRead, BufReader, Read};

use openssl::error::ErrorStack;
use zeroize::Zeroizing;

use crate::domain::id::SealedId;
use crate::vault::aead::{Binding, NONCE_LEN, OpeningKey, SealingKey, TAG_LEN};
use crate::vault::error::VaultError;
use crate::vault::master::DataKey;

/// What a blob begins with: the format and its version.
pub(super) const MAGIC: &[u8; 8] = b"CEIVLT\x00\x01";
/// Plain bytes in every chunk but the last: the tag adds 0.03 %, and one chunk fits the cache.
pub(super) const CHUNK_LEN: usize = 64 * 1024;
pub(super) const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

/// Seals the chunks of one blob, in order.
pub(super) struct SealedChunks {
    key: SealingKey,
    places: Places,
}

impl SealedChunks {
    /// Begins a blob; the key is for this one alone.
    pub(super) fn new(key: &DataKey, id: SealedId) -> Result<Self, ErrorStack> {
        Ok(Self {
            key: SealingKey::new(&key.0)?,
            places: Places { id, next: 0 },
        })
    }

    /// Seals the next chunk into bytes as long as it is, and gives its tag.
    pub(super) fn seal(
        &mut self,
        plain: &[u8],
        last: bool,
        ciphertext: &mut [u8],
    ) -> Result<[u8; TAG_LEN], ErrorStack> {
        let Self { key, places } = self;
        places.bind(last, |binding| key.seal_to(binding, plain, ciphertext))
    }
}

/// Counts the chunks of a blob.
struct Places {
    id: SealedId,
    next: u64,
}

impl Places {
    /// Gives what binds the next chunk to its place. The key serves one blob only, so counting from
    /// zero never repeats a nonce.
    fn bind<T>(&mut self, last: bool, with: impl FnOnce(&Binding<'_>) -> T) -> T {
        let mut nonce = [0; NONCE_LEN];
        if let Some(counter) = nonce.last_chunk_mut() {
            *counter = self.next.to_be_bytes();
        }
        self.next += 1;
        let bound_to = [MAGIC.as_slice(), self.id.0.as_bytes(), &[u8::from(last)]].concat();
        with(&Binding {
            nonce: &nonce,
            bound_to: &bound_to,
        })
    }
}

/// Reads a blob and gives plain bytes, chunk by chunk; each was authentic when it is given.
pub(super) struct Opening<R> {
    key: OpeningKey,
    places: Places,
    source: BufReader<R>,
    sealed: Vec<u8>,
    plain: Zeroizing<Vec<u8>>,
    /// How much of `plain` has been given.
    given: usize,
    ended: bool,
}

impl<R: Read> Opening<R> {
    pub(super) fn new(key: &DataKey, id: SealedId, source: R) -> Result<Self, VaultError> {
        let mut source = BufReader::with_capacity(SEALED_CHUNK_LEN, source);
        let mut magic = [0; MAGIC.len()];
        match source.read_exact(&mut magic) {
            Ok(()) if magic == *MAGIC => (),
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                return Err(VaultError::io("reading a blob")(error));
            }
            _ => {
                return Err(VaultError::Damaged {
                    id,
                    what: "it does not begin as a blob",
                });
            }
        }
        Ok(Self {
            key: OpeningKey::new(&key.0)?,
            places: Places { id, next: 0 },
            source,
            sealed: Vec::with_capacity(SEALED_CHUNK_LEN),
            // One block more than a chunk: openssl wants the room, and nothing is reallocated.
            plain: Zeroizing::new(Vec::with_capacity(SEALED_CHUNK_LEN)),
            given: 0,
            ended: false,
        })
    }

    /// The plain bytes not yet taken; empty only at the end, which is authentic too.
    pub(super) fn fill(&mut self) -> Result<&[u8], VaultError> {
        while self.given >= self.plain.len() && !self.ended {
            self.next_chunk()?;
        }
        Ok(self.plain.get(self.given..).unwrap_or_default())
    }

    /// Marks `count` bytes of [`Opening::fill`] as taken.
    pub(super) fn advance(&mut self, count: usize) {
        self.given += count;
    }

    fn next_chunk(&mut self) -> Result<(), VaultError> {
        let reading = VaultError::io("reading a blob");
        let limit = u64::try_from(SEALED_CHUNK_LEN).unwrap_or(u64::MAX);
        self.sealed.clear();
        self.given = 0;
        self.source
            .by_ref()
            .take(limit)
            .read_to_end(&mut self.sealed)
            .map_err(&reading)?;
        let last = self.source.fill_buf().map_err(&reading)?.is_empty();
        let Self {
            key,
            places,
            sealed,
            plain,
            ..
        } = self;
        if !places.bind(last, |binding| key.open(binding, sealed, plain))? {
            let what = if last {
                "its last chunk does not open"
            } else {
                "a chunk does not open"
            };
            return Err(VaultError::Damaged {
                id: self.places.id,
                what,
            });
        }
        self.ended = last;
        Ok(())
    }
}
