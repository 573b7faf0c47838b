//! Writing a blob: plain bytes in, sealed chunks to a file.
//!
//! Content is gathered chunk by chunk, and sealed while it is still in the processor's cache. What
//! fills a piece is written by a thread of its own, so that whoever makes the content (and hashes and
//! signs it) does not wait for the disk.

use std::io::Write;

use crate::domain::id::SealedId;
use crate::vault::beside::Beside;
use crate::vault::error::VaultError;
use crate::vault::master::DataKey;
use crate::vault::piece::{ALIGNMENT, Piece, SEALED_LEN};
use crate::vault::stream::{MAGIC, SealedChunks};

/// What became of content that was sealed.
#[derive(Debug)]
pub(super) struct Written<W> {
    pub(super) sink: W,
    /// Bytes of the content.
    pub(super) size_bytes: u64,
    /// See [`Sealed::sha256`](crate::vault::Sealed::sha256).
    pub(super) sha256: [u8; 32],
}

/// Writes sealed pieces, as far as they fill pages of the file.
pub(super) struct Pages<W> {
    sink: W,
    /// What is to be written and does not fill a page yet.
    rest: Vec<u8>,
}

impl<W: Write> Pages<W> {
    fn new(sink: W) -> Self {
        let mut rest = Vec::with_capacity(ALIGNMENT);
        rest.extend_from_slice(MAGIC);
        Self { sink, rest }
    }

    /// Writes a piece with what was left of the one before.
    pub(super) fn put(&mut self, piece: &mut Piece) -> Result<(), VaultError> {
        let sealed = piece.behind(&self.rest);
        let filled = sealed.len() - sealed.len() % ALIGNMENT;
        let (pages, rest) = sealed.split_at_checked(filled).unwrap_or((sealed, &[]));
        let written = self.sink.write_all(pages);
        written.map_err(VaultError::io("writing a blob"))?;
        self.rest.clear();
        self.rest.extend_from_slice(rest);
        Ok(())
    }

    /// Writes the last piece and all that is left.
    fn finish(mut self, mut piece: Piece) -> Result<W, VaultError> {
        self.put(&mut piece)?;
        let writing = VaultError::io("writing a blob");
        self.sink.write_all(&self.rest).map_err(&writing)?;
        self.sink.flush().map_err(&writing)?;
        Ok(self.sink)
    }
}

/// Seals content that comes bit by bit.
pub(super) struct Sealing<W> {
    chunks: SealedChunks,
    piece: Piece,
    /// How far behind the beginning of a page of the file the piece begins.
    in_page: usize,
    size_bytes: u64,
    stage: Stage<W>,
}

/// Who writes what was sealed.
enum Stage<W> {
    /// Whoever makes the content: there is little yet.
    Here(Box<Pages<W>>),
    /// A thread.
    Beside(Beside<W>),
    /// Nobody any more, after a failure.
    Failed,
}

impl<W: Write + Send + 'static> Sealing<W> {
    pub(super) fn new(key: &DataKey, id: SealedId, sink: W) -> Result<Self, VaultError> {
        let in_page = MAGIC.len();
        let mut piece = Piece::new();
        piece.begin(in_page);
        Ok(Self {
            chunks: SealedChunks::new(key, id)?,
            piece,
            in_page,
            size_bytes: 0,
            stage: Stage::Here(Box::new(Pages::new(sink))),
        })
    }

    /// Takes some of `bytes`, at least one unless there are none.
    ///
    /// A full chunk is sealed only when more follows, because it may be the last of all, which is
    /// sealed differently.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, VaultError> {
        if matches!(self.stage, Stage::Failed) {
            return Err(failed_before());
        }
        if self.piece.chunk_is_full() && !bytes.is_empty() {
            self.piece.seal(&mut self.chunks, false)?;
            if self.piece.is_sealed() {
                self.hand_on()?;
            }
        }
        let taken = self.piece.push(bytes);
        self.size_bytes += u64::try_from(taken).unwrap_or(0);
        Ok(taken)
    }

    /// Seals and writes what is left.
    pub(super) fn finish(mut self) -> Result<Written<W>, VaultError> {
        let pages = match self.stage {
            Stage::Here(pages) => pages,
            Stage::Beside(beside) => beside.finish()?,
            Stage::Failed => return Err(failed_before()),
        };
        self.piece.seal(&mut self.chunks, true)?;
        Ok(Written {
            sink: pages.finish(self.piece)?,
            size_bytes: self.size_bytes,
            sha256: self.chunks.finish(),
        })
    }

    fn hand_on(&mut self) -> Result<(), VaultError> {
        let mut beside = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Here(pages) => Beside::start(pages)?,
            Stage::Beside(beside) => beside,
            Stage::Failed => return Err(failed_before()),
        };
        self.piece = beside.put(std::mem::take(&mut self.piece))?;
        self.in_page = (self.in_page + SEALED_LEN) % ALIGNMENT;
        self.piece.begin(self.in_page);
        self.stage = Stage::Beside(beside);
        Ok(())
    }
}

fn failed_before() -> VaultError {
    let source = std::io::Error::other("an earlier write failed");
    VaultError::io("writing a blob")(source)
}
