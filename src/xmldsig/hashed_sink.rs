//! Where a document goes while it is written: hashed and counted on the way.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::PAD;
use base64::engine::simd::Simd;
use openssl::sha::Sha256;

/// How much is gathered before it is hashed and written.
const WRITE_BYTES: usize = 64 * 1024;
/// From this size on a piece is hashed and written where it lies: to copy it would cost more than
/// to hash what was gathered before it, although that may be little.
const LONG_BYTES: usize = 4 * 1024;
/// How much base64 is encoded at once: a multiple of 3, so that pieces join without padding.
const ENCODE_BYTES: usize = 24 * 1024;

/// Gathers small writes, then hashes and writes them at once.
pub(crate) struct HashedSink<W> {
    sink: W,
    /// Small pieces are appended here, then [`HashedSink::flush_if_full`] is called.
    pub(crate) gathered: Vec<u8>,
    hash: Sha256,
    base64: Simd,
    size_bytes: u64,
}

impl<W: Write> HashedSink<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self {
            sink,
            gathered: Vec::with_capacity(2 * WRITE_BYTES),
            hash: Sha256::new(),
            base64: Simd::standard(PAD),
            size_bytes: 0,
        }
    }

    /// Takes bytes that need no escaping, without gathering large ones.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() < LONG_BYTES {
            self.gathered.extend_from_slice(bytes);
            return self.flush_if_full();
        }
        self.flush()?;
        self.write(bytes)
    }

    /// Takes bytes as base64.
    pub(crate) fn push_base64(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(ENCODE_BYTES) {
            self.encode(piece)?;
        }
        Ok(())
    }

    /// The hash of all that was taken, to be continued with other bytes.
    pub(crate) fn hash_so_far(&mut self) -> io::Result<Sha256> {
        self.flush()?;
        Ok(self.hash.clone())
    }

    /// Writes what is gathered; gives the sink, the SHA-256 of all, and its length.
    pub(crate) fn finish(mut self) -> io::Result<(W, [u8; 32], u64)> {
        self.flush()?;
        self.sink.flush()?;
        Ok((self.sink, self.hash.finish(), self.size_bytes))
    }

    fn encode(&mut self, bytes: &[u8]) -> io::Result<()> {
        let start = self.gathered.len();
        let encoded_bytes = bytes.len().div_ceil(3) * 4;
        self.gathered.resize(start + encoded_bytes, 0);
        if let Some(room) = self.gathered.get_mut(start..) {
            self.base64
                .encode_slice(bytes, room)
                .map_err(io::Error::other)?;
        }
        self.flush_if_full()
    }

    pub(crate) fn flush_if_full(&mut self) -> io::Result<()> {
        if self.gathered.len() < WRITE_BYTES {
            return Ok(());
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        let written = self.write(&gathered);
        // The room is kept for what comes next.
        self.gathered = gathered;
        self.gathered.clear();
        written
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.sink.write_all(bytes)?;
        self.size_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }
}
