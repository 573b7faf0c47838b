//! The bureau's end of the spool: orders and letters are taken from `out` once their manifest agrees, documents
//! are laid into `in`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use openssl::sha::sha256;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::domain::hex::hex;
use crate::simulator::bureau::Bureau;
use crate::simulator::bureau::desk::Answer;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ParcelKind {
    Order,
    Letter,
}

#[derive(Deserialize)]
struct Manifest {
    size: u64,
    sha256: String,
    kind: ParcelKind,
    number: String,
    message_id: Uuid,
}

impl Bureau {
    /// Takes the orders and letters that lie in the spool, and lays the answers out.
    pub(super) fn take_from_spool(&self) {
        let Some(dir) = self.spool() else {
            return;
        };
        for manifest in manifests(&dir.join("out")) {
            let taken = take(&manifest);
            let Some((said, document)) = taken.unwrap_or_default() else {
                continue;
            };
            let answer = match said.kind {
                ParcelKind::Order => self.receive(&said.number, &document),
                ParcelKind::Letter => self.receive_letter(said.message_id, &document),
            };
            if let Some(Answer::Document(_, answer)) = answer {
                let _laid = self.lay(&answer);
            }
            // The document first: a manifest without one is nothing.
            let removed = fs::remove_file(document_of(&manifest));
            if let Err(error) = removed.and_then(|()| fs::remove_file(&manifest)) {
                tracing::warn!(%error, "a document could not be removed from the spool");
            }
        }
    }
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "manifest"))
        .collect();
    found.sort();
    found
}

/// `NAME.xml` beside `NAME.xml.manifest`.
fn document_of(manifest: &Path) -> PathBuf {
    manifest.with_extension("")
}

/// The manifest and the bytes of a document, if they agree.
fn take(path: &Path) -> io::Result<Option<(Manifest, Vec<u8>)>> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(path)?)?;
    let document = fs::read(document_of(path))?;
    let digest = hex(&sha256(&document));
    let is_whole = u64::try_from(document.len()).is_ok_and(|size| size == manifest.size);
    Ok((is_whole && digest == manifest.sha256).then_some((manifest, document)))
}

/// Lays a document into the spool, its manifest last.
pub(super) fn write(dir: &Path, name: &str, document: &Bytes, digest: &str) -> io::Result<()> {
    let name = dir.join("in").join(format!("{name}.xml"));
    let manifest = json!({"size": document.len(), "sha256": digest});
    put(&name, document)?;
    put(
        &name.with_extension("xml.manifest"),
        manifest.to_string().as_bytes(),
    )
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_added_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(part, path)
}
