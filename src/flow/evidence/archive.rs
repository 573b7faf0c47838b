//! The archive itself: files as they are, their digests, and the seal over the digests.

use std::io::{Read, Seek, Write};

use anyhow::Context;
use openssl::sha::{Sha256, sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::domain::hex::hex;
use crate::flow::evidence::copy_all;
use crate::xmldsig::key::SigningKey;

/// The file with the digests of all others.
pub(super) const SUMS: &str = "SHA256SUMS";
/// The gateway's seal on [`SUMS`].
pub(super) const SUMS_SIGNATURE: &str = "SHA256SUMS.sig";

/// An archive being written.
pub(super) struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
    /// In the form that `sha256sum --check` reads.
    sums: String,
}

impl<W: Write + Seek> Archive<W> {
    pub(super) fn new(sink: W) -> Self {
        Self {
            zip: ZipWriter::new(sink),
            sums: String::new(),
        }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.start(name)?;
        self.zip.write_all(bytes)?;
        self.sum(name, &sha256(bytes));
        Ok(())
    }

    /// Adds a file that streams.
    pub(super) fn copy(&mut self, name: &str, reader: &mut impl Read) -> anyhow::Result<()> {
        self.start(name)?;
        let mut hash = Sha256::new();
        copy_all(reader, |bytes| {
            hash.update(bytes);
            Ok(self.zip.write_all(bytes)?)
        })?;
        self.sum(name, &hash.finish());
        Ok(())
    }

    /// Adds the digests and the seal over them, and ends the archive.
    pub(super) fn finish(mut self, seal: &dyn SigningKey) -> anyhow::Result<W> {
        let sums = std::mem::take(&mut self.sums);
        let value = seal.sign(sums.as_bytes())?;
        let value = seal.algorithm().to_openssl(&value)?;
        let value = value.context("the seal's signature is none of its algorithm")?;
        self.start(SUMS)?;
        self.zip.write_all(sums.as_bytes())?;
        self.start(SUMS_SIGNATURE)?;
        self.zip.write_all(&value)?;
        Ok(self.zip.finish()?)
    }

    fn start(&mut self, name: &str) -> anyhow::Result<()> {
        // Images hardly shrink, and what is stored can be looked at where it lies.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(0o600);
        Ok(self.zip.start_file(name, options)?)
    }

    fn sum(&mut self, name: &str, digest: &[u8; 32]) {
        let line = format!("{}  {name}\n", hex(digest));
        self.sums.push_str(&line);
    }
}
