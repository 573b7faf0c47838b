//! The operations that are timed in this process.

use std::fs;
use std::io;
use std::path::Path;

use cei_gateway::bureau::order::read_order;
use cei_gateway::domain::id::SealedId;
use cei_gateway::random::Random;
use cei_gateway::vault::{Vault, VaultConfig};
use cei_gateway::xmldsig::content::IgnoreContent;
use cei_gateway::xmldsig::verify::verify;
use openssl::sha::Sha256;

use crate::orders::Batch;
use crate::parties::{Parties, now};
use crate::report::{Operation, Report};
use crate::spent::spent;

/// How much is hashed at once, as a program would that reads a file.
const CHUNK_BYTES: usize = 64 * 1024;

/// Times each operation once.
pub(crate) fn run(
    batch: &Batch,
    document: &[u8],
    parties: &Parties,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    report.add(Operation::Sha256, spent(|| Ok(sha256(document)))?);
    report.add(
        Operation::SignToSink,
        spent(|| batch.sign_to(io::sink(), parties))?,
    );
    let files = batch.files()?;
    report.add(
        Operation::SignEncoding,
        spent(|| batch.sign_encoding_to(&files, io::sink(), parties))?,
    );
    drop(files);
    sign_to_vault(batch, parties, &folder.join("vault"), report)?;
    report.add(
        Operation::VerifySignature,
        spent(|| Ok(verify(document, &parties.policy, &mut IgnoreContent)?))?,
    );
    report.add(
        Operation::VerifyOrder,
        spent(|| Ok(read_order(document, &parties.policy)?))?,
    );
    // Not signed, so that the document's hash is no longer the file's.
    let foreign = [b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", document].concat();
    report.add(
        Operation::VerifyForeign,
        spent(|| Ok(read_order(foreign.as_slice(), &parties.policy)?))?,
    );
    Ok(())
}

fn sha256(document: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for chunk in document.chunks(CHUNK_BYTES) {
        hash.update(chunk);
    }
    hash.finish()
}

/// Signs into a sealed blob, as `flow::seal_order` does; durable when the time stops.
fn sign_to_vault(
    batch: &Batch,
    parties: &Parties,
    dir: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    fs::create_dir_all(dir)?;
    let vault = Vault::open(&VaultConfig {
        dir: dir.to_owned(),
        master_key_file: dir.join("master.key"),
        create_missing_key: true,
        durable: true,
    })?;
    let id = SealedId(Random::System.uuid(now()?));
    let cost = spent(|| {
        let (sink, _) = batch.sign_to(vault.writer(id)?, parties)?;
        Ok(sink.finish()?)
    })?;
    report.add(Operation::SignToVault, cost);
    vault.erase(id)?;
    Ok(())
}
