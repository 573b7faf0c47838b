//! A megabyte of chunks on its way to the disk: plain bytes, which are sealed where they lie and
//! written from there.

use openssl::error::ErrorStack;
use zeroize::Zeroize;

use crate::vault::aead::TAG_LEN;
use crate::vault::stream::{CHUNK_LEN, SEALED_CHUNK_LEN, SealedChunks};

/// What file systems and disks want the writes aligned to that go past the page cache.
pub(super) const ALIGNMENT: usize = 4096;
/// Large writes cost the kernel half of what small ones do.
const CHUNKS: usize = 16;
/// Plain bytes of a full piece.
#[cfg(test)]
pub(super) const PLAIN_LEN: usize = CHUNKS * CHUNK_LEN;
/// Bytes of the blob that a full piece becomes.
pub(super) const SEALED_LEN: usize = CHUNKS * SEALED_CHUNK_LEN;

/// Sealed chunks, and behind them one that is being filled. Its plain bytes are wiped unless they
/// were sealed.
#[derive(Default)]
pub(super) struct Piece {
    memory: Box<[u8]>,
    /// Where the first chunk begins: as far behind an aligned place as it will be in the file.
    start: usize,
    /// Bytes of sealed chunks.
    sealed_len: usize,
    /// Plain bytes of the chunk that is being filled.
    plain_len: usize,
}

impl Piece {
    /// Memory for a piece; the kernel gives it page by page as it is filled.
    pub(super) fn new() -> Self {
        Self {
            memory: vec![0; ALIGNMENT + ALIGNMENT + SEALED_LEN].into_boxed_slice(),
            ..Self::default()
        }
    }

    /// Begins a piece that follows so many bytes of a page of the file.
    pub(super) fn begin(&mut self, in_page: usize) {
        let aligned = self.memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        self.start = aligned + in_page % ALIGNMENT;
        self.sealed_len = 0;
    }

    /// Whether the chunk that is being filled is full: it must be sealed before there is room.
    pub(super) fn chunk_is_full(&self) -> bool {
        self.plain_len == CHUNK_LEN
    }

    /// Whether all chunks are sealed.
    pub(super) fn is_sealed(&self) -> bool {
        self.sealed_len == SEALED_LEN
    }

    /// Takes plain bytes, as many as the chunk has room for, and tells how many.
    pub(super) fn push(&mut self, bytes: &[u8]) -> usize {
        let room = CHUNK_LEN - self.plain_len;
        let (taken, _) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        let at = self.chunk_start() + self.plain_len;
        let Some(place) = self.memory.get_mut(at..at + taken.len()) else {
            return 0;
        };
        place.copy_from_slice(taken);
        self.plain_len += taken.len();
        taken.len()
    }

    /// Seals the chunk that is being filled.
    pub(super) fn seal(&mut self, chunks: &mut SealedChunks, last: bool) -> Result<(), ErrorStack> {
        let start = self.chunk_start();
        let room = self.memory.get_mut(start..start + self.plain_len + TAG_LEN);
        if let Some((chunk, tag)) = room.unwrap_or_default().split_last_chunk_mut() {
            *tag = chunks.seal(chunk, last)?;
        }
        self.sealed_len += self.plain_len + TAG_LEN;
        self.plain_len = 0;
        Ok(())
    }

    /// The sealed chunks with `before` in front of them.
    pub(super) fn behind(&mut self, before: &[u8]) -> &[u8] {
        let begin = self.start.saturating_sub(before.len());
        if let Some(place) = self.memory.get_mut(begin..self.start) {
            place.copy_from_slice(before);
        }
        let sealed = self.memory.get(begin..self.chunk_start());
        sealed.unwrap_or_default()
    }

    fn chunk_start(&self) -> usize {
        self.start + self.sealed_len
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let start = self.chunk_start();
        if let Some(plain) = self.memory.get_mut(start..start + self.plain_len) {
            plain.zeroize();
        }
    }
}
