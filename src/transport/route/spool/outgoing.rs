//! A document on its way into the spool, step by step.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use openssl::sha::Sha256;
use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use crate::transport::folder::Found;
use crate::transport::route::spool::manifest::{BYTES_MAX, ENDING, Manifest};
use crate::transport::route::{Content, Parcel};

/// Bytes that are copied at a time.
const PIECE_BYTES: usize = 64 << 10;

/// What became of a document.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Placed {
    /// It lies there now.
    Now,
    /// The same lay there.
    Before,
    /// Another lies there under its name, and stays.
    Conflict,
    /// The folder cannot take it at present.
    NotNow(String),
}

/// A document that is to be placed in `folder`.
pub(super) struct Outgoing {
    folder: PathBuf,
    parcel: Parcel,
}

/// Why a step failed.
enum StepError {
    /// The document cannot be read.
    Content(io::Error),
    /// The folder cannot take it.
    Folder(io::Error),
}

impl Outgoing {
    pub(super) fn new(folder: PathBuf, parcel: Parcel) -> Self {
        Self { folder, parcel }
    }

    /// Takes every step. A fault of the content is an error; one of the folder passes.
    pub(super) fn place(&self, content: Content) -> io::Result<Placed> {
        match self.take_steps(content) {
            Ok(placed) => Ok(placed),
            Err(StepError::Content(error)) => Err(error),
            Err(StepError::Folder(error)) => Ok(Placed::NotNow(error.to_string())),
        }
    }

    fn take_steps(&self, content: Content) -> Result<Placed, StepError> {
        match self.found().map_err(StepError::Folder)? {
            Some(Placed::NotNow(_)) | None => (),
            Some(placed) => return Ok(placed),
        }
        self.write_document(content)?;
        self.publish_document().map_err(StepError::Folder)?;
        self.write_manifest().map_err(StepError::Folder)?;
        self.publish_manifest().map_err(StepError::Folder)?;
        Ok(Placed::Now)
    }

    /// What lies there already: only a manifest counts. One whose document was taken away or
    /// damaged is written again, for the bureau knows a document by its digest.
    fn found(&self) -> io::Result<Option<Placed>> {
        let Some(text) = read_bounded(&self.manifest())? else {
            return Ok(None);
        };
        let Some(manifest) = Manifest::read(&text) else {
            return Ok(Some(Placed::Conflict));
        };
        let is_ours = manifest.digest() == Some(self.parcel.sha256);
        if !is_ours || manifest.size != self.parcel.size_bytes {
            return Ok(Some(Placed::Conflict));
        }
        let is_whole = digest_of_file(&self.document())? == Some(self.parcel.sha256);
        Ok(is_whole.then_some(Placed::Before))
    }

    /// First step: the whole document, durable, under a name that nobody reads.
    fn write_document(&self, mut content: Content) -> Result<(), StepError> {
        let mut file = open_part(&part(&self.document())).map_err(StepError::Folder)?;
        let mut hasher = Sha256::new();
        let mut written: u64 = 0;
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let length = content.read(&mut piece).map_err(StepError::Content)?;
            let Some(bytes) = piece.get(..length).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            file.write_all(bytes).map_err(StepError::Folder)?;
            hasher.update(bytes);
            written += u64::try_from(length).unwrap_or(u64::MAX);
        }
        if written != self.parcel.size_bytes || hasher.finish() != self.parcel.sha256 {
            let other = io::Error::other("the document is not the one that was announced");
            return Err(StepError::Content(other));
        }
        file.sync_all().map_err(StepError::Folder)
    }

    /// Second step: its name.
    fn publish_document(&self) -> io::Result<()> {
        fs::rename(part(&self.document()), self.document())?;
        self.sync_folder()
    }

    /// Third step: the manifest, under a name that nobody reads.
    fn write_manifest(&self) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&Manifest::of(&self.parcel))?;
        let mut file = open_part(&part(&self.manifest()))?;
        file.write_all(&text)?;
        file.sync_all()
    }

    /// Last step: from here on the document counts.
    fn publish_manifest(&self) -> io::Result<()> {
        fs::rename(part(&self.manifest()), self.manifest())?;
        self.sync_folder()
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn document(&self) -> PathBuf {
        self.folder.join(format!("{}.xml", self.parcel.number))
    }

    fn manifest(&self) -> PathBuf {
        let name = format!("{}.xml{ENDING}", self.parcel.number);
        self.folder.join(name)
    }
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Opens a file that is being written, empty. What a crash left is written over; where another
/// process writes it at this moment, that one goes on alone.
fn open_part(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o640)
        .custom_flags(flags)
        .open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => return Err(io::Error::other("another process writes it")),
        locked => locked?,
    }
    // Who held the lock before may have given the file its name.
    if path.symlink_metadata()?.ino() != file.metadata()?.ino() {
        return Err(io::Error::other("another process has just written it"));
    }
    file.set_len(0)?;
    Ok(file)
}

fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open(path)? else {
        return Ok(None);
    };
    let mut text = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut text)?;
    Ok(Some(text))
}

fn digest_of_file(path: &Path) -> io::Result<Option<[u8; 32]>> {
    let Some(mut file) = open(path)? else {
        return Ok(None);
    };
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let length = file.read(&mut piece)?;
        match piece.get(..length).filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => hasher.update(bytes),
            None => return Ok(Some(hasher.finish())),
        }
    }
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match Found::at(path.to_owned())? {
        Some(found) => found.open(),
        None => Ok(None),
    }
}

#[cfg(test)]
impl Outgoing {
    /// Takes the first `count` of the four steps, as a process does that ends after them.
    pub(super) fn take_only(&self, count: usize, content: Content) {
        if count >= 1 {
            assert!(self.write_document(content).is_ok());
        }
        if count >= 2 {
            self.publish_document().unwrap();
        }
        if count >= 3 {
            self.write_manifest().unwrap();
        }
        if count >= 4 {
            self.publish_manifest().unwrap();
        }
    }
}
