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
use crate::spent::{Spent, spent};

/// How much is hashed at once, as a program would that reads a file.
const CHUNK_BYTES: usize = 64 * 1024;

/// What is timed in each round, after the SHA-256 pass.
const OPERATIONS: [Operation; 6] = [
    Operation::SignToSink,
    Operation::SignEncoding,
    Operation::SignToVault,
    Operation::VerifySignature,
    Operation::VerifyOrder,
    Operation::VerifyForeign,
];

/// Times each operation once whose name has the words of `only`, and the SHA-256 pass.
pub(crate) fn run(
    batch: &Batch,
    document: &[u8],
    parties: &Parties,
    folder: &Path,
    only: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    report.add(Operation::Sha256, spent(|| Ok(sha256(document)))?);
    let is_wanted = |operation: &Operation| operation.name().contains(only);
    for operation in OPERATIONS.into_iter().filter(is_wanted) {
        let spent = match operation {
            Operation::SignToSink => spent(|| batch.sign_to(io::sink(), parties))?,
            Operation::SignEncoding => {
                let files = batch.files()?;
                spent(|| batch.sign_encoding_to(&files, io::sink(), parties))?
            }
            Operation::SignToVault => sign_to_vault(batch, parties, &folder.join("vault"))?,
            Operation::VerifySignature => {
                spent(|| Ok(verify(document, &parties.policy, &mut IgnoreContent)?))?
            }
            Operation::VerifyForeign => {
                // Not signed, so that the document's hash is no longer the file's.
                let declaration = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
                let foreign = [declaration, document].concat();
                spent(|| Ok(read_order(foreign.as_slice(), &parties.policy)?))?
            }
            Operation::VerifyOrder
            | Operation::Sha256
            | Operation::XmlsecSign
            | Operation::XmlsecVerify => spent(|| Ok(read_order(document, &parties.policy)?))?,
        };
        report.add(operation, spent);
    }
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
fn sign_to_vault(batch: &Batch, parties: &Parties, dir: &Path) -> anyhow::Result<Spent> {
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
    vault.erase(id)?;
    Ok(cost)
}
