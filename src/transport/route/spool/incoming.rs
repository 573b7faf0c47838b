//! A document of the bureau in the spool: what may be taken, and where it is put afterwards.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use openssl::sha::sha256;

use crate::transport::folder::{self, Found, Place};
use crate::transport::route::spool::manifest::{BYTES_MAX, ENDING, Manifest};

/// A document that has a manifest.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    manifest: Found,
    /// Where its document must lie.
    document: PathBuf,
}

/// What was found when a candidate was looked at.
pub(crate) enum Look {
    /// It is as its manifest says.
    Whole(Vec<u8>),
    /// Its document is not there; this is its digest. It was taken before the process ended, or is
    /// still to come.
    Missing([u8; 32]),
    /// It is not as its manifest says.
    Wrong(&'static str),
    /// It changes at this moment.
    NotNow,
}

/// The manifests of a folder, oldest first.
pub(super) fn list(folder: &Path) -> io::Result<Vec<Candidate>> {
    let found = folder::list(folder)?;
    Ok(found.into_iter().filter_map(Candidate::of).collect())
}

impl Candidate {
    fn of(manifest: Found) -> Option<Self> {
        let name = manifest.path.file_name()?.as_bytes();
        let name = name.strip_suffix(ENDING.as_bytes())?;
        let document = manifest.path.with_file_name(OsStr::from_bytes(name));
        Some(Self { manifest, document })
    }

    /// Reads it, up to `bytes_max`.
    pub(crate) fn look(&self, bytes_max: u64) -> io::Result<Look> {
        let Some(text) = read(&self.manifest, BYTES_MAX)? else {
            return Ok(Look::NotNow);
        };
        let Some(manifest) = Manifest::read(&text) else {
            return Ok(Look::Wrong("its manifest is not readable"));
        };
        let Some(digest) = manifest.digest() else {
            return Ok(Look::Wrong("its manifest names no digest"));
        };
        let Some(document) = Found::at(self.document.clone())? else {
            return Ok(Look::Missing(digest));
        };
        if manifest.size > bytes_max {
            return Ok(Look::Wrong("it is longer than a document may be"));
        }
        if document.bytes() != manifest.size {
            return Ok(Look::Wrong("it has another size than its manifest says"));
        }
        let Some(bytes) = read(&document, manifest.size)? else {
            return Ok(Look::NotNow);
        };
        if sha256(&bytes) != digest {
            return Ok(Look::Wrong("it has another digest than its manifest says"));
        }
        Ok(Look::Whole(bytes))
    }

    /// Puts document and manifest away, in this order: a manifest that is left alone is put away
    /// later, a document that is left alone would be taken for one that is still to come.
    pub(crate) fn put_away(&self, is_taken: bool, report: &str) -> io::Result<()> {
        self.put_document_away(is_taken, report)?;
        self.put_manifest_away(is_taken, report)
    }

    fn put_document_away(&self, is_taken: bool, report: &str) -> io::Result<()> {
        if let Some(document) = Found::at(self.document.clone())? {
            document.put_away(place(is_taken), report)?;
        }
        Ok(())
    }

    fn put_manifest_away(&self, is_taken: bool, report: &str) -> io::Result<()> {
        self.manifest.put_away(place(is_taken), report)?;
        Ok(())
    }

    /// As a process does that ends between the two.
    #[cfg(test)]
    pub(super) fn put_only_document_away(&self, is_taken: bool, report: &str) {
        self.put_document_away(is_taken, report).unwrap();
    }
}

const fn place(is_taken: bool) -> Place {
    if is_taken {
        Place::Done
    } else {
        Place::Refused
    }
}

fn read(found: &Found, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = found.open()? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
