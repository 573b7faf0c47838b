//! A channel's file that arrives: sealed piece by piece, hashed and looked at on the way.
//!
//! No more of it than a piece is ever in memory. Dropped before its end, it leaves nothing behind.

use std::io::{Read, Write};
use std::sync::Arc;

use anyhow::Context;
use openssl::sha::Sha256;
use zeroize::Zeroizing;

use crate::channel::Survey;
use crate::domain::id::SealedId;
use crate::flow::Failure;
use crate::flow::record_statement::StatementRefusal;
use crate::gateway::Gateway;
use crate::store::sealed::{NewSealed, SealedKind};
use crate::vault::SealWriter;

/// Bytes that are read from a file at once.
const PIECE_BYTES: usize = 256 * 1024;

/// How far an import has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// So many bytes are sealed.
    Keeping(u64),
    /// So many bytes were read to see whether the statements add up.
    Checking(u64),
    /// Movements are recorded.
    Recording {
        /// How many.
        done: u64,
        /// Of about how many: details are told only when they come.
        of: u64,
    },
}

/// Is told how far an import has come, some times a second.
pub type Watch = Arc<dyn Fn(Stage) + Send + Sync>;

/// Tells nobody.
pub fn unwatched() -> Watch {
    Arc::new(|_stage| ())
}

/// A file of which some bytes have arrived.
pub struct Arriving {
    id: SealedId,
    writer: SealWriter,
    hash: Sha256,
    survey: Survey,
    bytes: u64,
    bytes_max: u64,
}

/// A file that has arrived to its last byte, and is not kept yet.
pub(crate) struct Arrived {
    pub(crate) digest: [u8; 32],
    pub(crate) survey: Survey,
    id: SealedId,
    writer: SealWriter,
}

impl std::fmt::Debug for Arriving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arriving({} bytes, …)", self.bytes)
    }
}

impl Arriving {
    /// Begins to take a file in.
    pub fn begin(gateway: &Gateway) -> anyhow::Result<Self> {
        let id = SealedId(gateway.random.uuid(gateway.clock.now()));
        Ok(Self {
            id,
            writer: gateway.vault.writer(id)?,
            hash: Sha256::new(),
            survey: Survey::default(),
            bytes: 0,
            bytes_max: gateway.config.payments.file_bytes_max,
        })
    }

    /// Takes the next bytes. Waits for the disk.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Failure<StatementRefusal>> {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.bytes > self.bytes_max {
            return Err(Failure::Refused(StatementRefusal::TooLarge {
                bytes_max: self.bytes_max,
            }));
        }
        self.hash.update(bytes);
        self.survey.take(bytes);
        let sealed = self.writer.write_all(bytes);
        Ok(sealed.context("sealing a file")?)
    }

    /// Takes the next bytes off the asynchronous threads.
    pub async fn taking(mut self, bytes: Vec<u8>) -> Result<Self, Failure<StatementRefusal>> {
        let bytes = Zeroizing::new(bytes);
        let taking = tokio::task::spawn_blocking(move || {
            self.take(&bytes)?;
            Ok(self)
        });
        taking.await.context("the sealing task ended early")?
    }

    /// Takes everything that `source` gives, off the asynchronous threads.
    pub async fn taking_all(
        mut self,
        mut source: impl Read + Send + 'static,
        watch: Watch,
    ) -> Result<Self, Failure<StatementRefusal>> {
        let taking = tokio::task::spawn_blocking(move || {
            let mut piece = Zeroizing::new(vec![0; PIECE_BYTES]);
            loop {
                let count = match source.read(&mut piece) {
                    Ok(0) => return Ok(self),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    read => read.context("reading the file")?,
                };
                self.take(piece.get(..count).unwrap_or_default())?;
                watch(Stage::Keeping(self.bytes));
            }
        });
        taking.await.context("the sealing task ended early")?
    }

    /// There is nothing more.
    pub(crate) fn ended(self) -> Arrived {
        Arrived {
            digest: self.hash.finish(),
            survey: self.survey,
            id: self.id,
            writer: self.writer,
        }
    }
}

impl Arrived {
    /// Makes the sealed file durable. Until its row commits it is an orphan, which the janitor
    /// sweeps.
    pub(crate) async fn keep(self) -> anyhow::Result<(NewSealed, Survey)> {
        let (id, survey) = (self.id, self.survey);
        let sealing = tokio::task::spawn_blocking(move || self.writer.finish());
        let sealed = sealing.await.context("the sealing task ended early")??;
        let row = NewSealed {
            id,
            kind: SealedKind::SourceFile,
            wrapped_key: sealed.wrapped_key,
            size_bytes: sealed.size_bytes,
            sha256: sealed.sha256.to_vec(),
            erase_at: None,
        };
        Ok((row, survey))
    }

    /// Leaves nothing of it.
    pub(crate) async fn discard(self) -> anyhow::Result<()> {
        tokio::task::spawn_blocking(move || drop(self))
            .await
            .context("the sealing task ended early")
    }
}
