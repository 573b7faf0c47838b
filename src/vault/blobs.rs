//! Blobs in a folder: where they lie, how they become durable, how they are found and removed.
//!
//! This file is the seam for an object store: whatever offers these operations with the same
//! promises (`publish` returns after the bytes are durable; a blob appears whole or not at all)
//! can stand in its place. It sees ciphertext only.
//!
//! A blob lies at `ab/c/<id>`, where `abc` are the **last** three hexadecimal digits of its id.
//! The front of a version 7 id is the time, so a day's blobs would share a folder; its tail is
//! random, so they spread over 4,096 drawers: about 2,000 blobs each for eight million cards.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, DirEntry, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rustix::fs::OFlags;

use crate::domain::id::SealedId;
use crate::vault::error::VaultError;
use crate::vault::sealing::ALIGNMENT;

/// Blobs being written lie here until they are whole.
const INCOMING: &str = "incoming";
/// The file that says which master key goes with the folder.
const MARK: &str = "master-key-id";

/// One of the [`Drawer::COUNT`] parts of the folder.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Drawer(u16);

impl Drawer {
    /// How many drawers there are.
    pub const COUNT: u16 = 0x1000;

    /// The drawer of this number; numbers from [`Drawer::COUNT`] on start again at the first.
    pub const fn number(number: u16) -> Self {
        Self(number % Self::COUNT)
    }

    /// The drawer of a blob.
    pub fn of(id: SealedId) -> Self {
        let [.., high, low] = *id.0.as_bytes();
        Self::number(u16::from_be_bytes([high, low]))
    }

    /// The id, changed so that its blob lies in this drawer. Blobs that are made together lie
    /// together, so that one folder is made durable for all of them.
    #[must_use]
    pub fn take_in(self, id: SealedId) -> SealedId {
        let mut bytes = *id.0.as_bytes();
        let [.., above, last] = &mut bytes;
        let [high, low] = self.0.to_be_bytes();
        *above = (*above & 0xf0) | high;
        *last = low;
        SealedId(uuid::Uuid::from_bytes(bytes))
    }

    fn folder(self, root: &Path) -> PathBuf {
        root.join(format!("{:02x}", self.0 >> 4))
            .join(format!("{:x}", self.0 & 0xf))
    }
}

/// A blob as it lies in its drawer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StoredBlob {
    /// Whose content it is.
    pub id: SealedId,
    /// When it was made: the instant in its id, so that it agrees with the gateway's clock; for
    /// an id that carries none, when the file was last changed.
    pub made_at: DateTime<Utc>,
    /// Bytes on disk.
    pub size_bytes: u64,
}

pub(super) struct Blobs {
    root: PathBuf,
    durable: bool,
    /// Drawers whose folders this process knows to be durable.
    ready: Mutex<BTreeSet<Drawer>>,
}

impl Blobs {
    /// Opens the folder, making it if needed.
    pub(super) fn open(root: &Path, durable: bool) -> Result<Self, VaultError> {
        let is_new = !root.exists();
        make_folder(&root.join(INCOMING)).map_err(VaultError::io("making the vault's folder"))?;
        let blobs = Self {
            root: root.to_owned(),
            durable,
            ready: Mutex::default(),
        };
        blobs.sync_folder(root)?;
        if let (true, Some(parent)) = (is_new, root.parent()) {
            // The parent of a path of one word is the working folder.
            let nameless = parent.as_os_str().is_empty();
            blobs.sync_folder(if nameless { Path::new(".") } else { parent })?;
        }
        Ok(blobs)
    }

    /// What the folder was marked with: the master key under which it was last opened.
    pub(super) fn mark(&self) -> Result<Option<String>, VaultError> {
        match fs::read_to_string(self.root.join(MARK)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(VaultError::io("reading the vault's mark")(error)),
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|mark| !mark.is_empty())),
        }
    }

    /// Marks the folder, replacing an earlier mark as a whole.
    pub(super) fn set_mark(&self, text: &str) -> Result<(), VaultError> {
        let path = self.root.join(MARK);
        let new = path.with_extension("new");
        let written = fs::write(&new, text)
            .and_then(|()| File::open(&new)?.sync_all())
            .and_then(|()| fs::rename(&new, &path));
        match written {
            // Another replica, starting at the same moment, has put the same text in place.
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.exists() => (),
            other => other.map_err(VaultError::io("marking the vault"))?,
        }
        self.sync_folder(&self.root)
    }

    fn path(&self, id: SealedId) -> PathBuf {
        Drawer::of(id).folder(&self.root).join(id.to_string())
    }

    /// Starts a blob, which exists only once it is published.
    pub(super) fn create(&self, id: SealedId) -> Result<UnfinishedBlob, VaultError> {
        if self
            .path(id)
            .try_exists()
            .map_err(VaultError::io("looking for a blob"))?
        {
            return Err(VaultError::AlreadySealed { id });
        }
        let path = self.root.join(INCOMING).join(id.to_string());
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => VaultError::AlreadySealed { id },
                _ => VaultError::io("starting a blob")(error),
            })?;
        Ok(UnfinishedBlob {
            file,
            path: Some(path),
            written_bytes: 0,
            past_cache: if self.durable {
                PastCache::Untried
            } else {
                PastCache::Impossible
            },
        })
    }

    /// Makes the bytes of a blob durable; it does not appear yet.
    pub(super) fn make_durable(&self, blob: &UnfinishedBlob) -> Result<(), VaultError> {
        if self.durable {
            let synced = blob.file.sync_all();
            synced.map_err(VaultError::io("making a blob durable"))?;
        }
        Ok(())
    }

    /// Makes durable blobs appear under their ids; when this returns, a power cut cannot undo it.
    pub(super) fn publish_all(
        &self,
        blobs: Vec<(SealedId, UnfinishedBlob)>,
    ) -> Result<(), VaultError> {
        let mut drawers = BTreeSet::new();
        for (id, mut blob) in blobs {
            let drawer = self.ready_drawer(Drawer::of(id))?;
            let Some(path) = blob.path.take() else {
                continue;
            };
            if let Err(error) = fs::rename(&path, drawer.join(id.to_string())) {
                blob.path = Some(path);
                return Err(VaultError::io("publishing a blob")(error));
            }
            drawers.insert(drawer);
        }
        drawers
            .iter()
            .try_for_each(|drawer| self.sync_folder(drawer))
    }

    /// Opens a blob for reading.
    pub(super) fn read(&self, id: SealedId) -> Result<File, VaultError> {
        File::open(self.path(id)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => VaultError::Missing { id },
            _ => VaultError::io("opening a blob")(error),
        })
    }

    /// Removes a blob durably; false if there was none.
    pub(super) fn remove(&self, id: SealedId) -> Result<bool, VaultError> {
        match fs::remove_file(self.path(id)) {
            Ok(()) => self
                .sync_folder(&Drawer::of(id).folder(&self.root))
                .map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(VaultError::io("removing a blob")(error)),
        }
    }

    /// At most `max` blobs of one drawer that were made before `before`, in no order.
    pub(super) fn list(
        &self,
        drawer: Drawer,
        before: DateTime<Utc>,
        max: usize,
    ) -> Result<Vec<StoredBlob>, VaultError> {
        list_folder(&drawer.folder(&self.root), before, max)
            .map_err(VaultError::io("listing a drawer"))
    }

    /// Removes at most `max` blobs that were started before `before` and never published.
    pub(super) fn sweep_unfinished(
        &self,
        before: DateTime<Utc>,
        max: usize,
    ) -> Result<usize, VaultError> {
        let incoming = self.root.join(INCOMING);
        let unfinished = list_folder(&incoming, before, max)
            .map_err(VaultError::io("listing unfinished blobs"))?;
        for blob in &unfinished {
            remove_if_there(&incoming.join(blob.id.to_string()))
                .map_err(VaultError::io("removing an unfinished blob"))?;
        }
        Ok(unfinished.len())
    }

    /// The drawer's folder, with its own entry durable in its parent.
    fn ready_drawer(&self, drawer: Drawer) -> Result<PathBuf, VaultError> {
        let folder = drawer.folder(&self.root);
        if self.drawers().contains(&drawer) {
            return Ok(folder);
        }
        make_folder(&folder).map_err(VaultError::io("making a drawer"))?;
        if let Some(parent) = folder.parent() {
            self.sync_folder(parent)?;
        }
        self.sync_folder(&self.root)?;
        self.drawers().insert(drawer);
        Ok(folder)
    }

    fn drawers(&self) -> std::sync::MutexGuard<'_, BTreeSet<Drawer>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), VaultError> {
        if !self.durable {
            return Ok(());
        }
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(VaultError::io("making a folder durable"))
    }
}

/// A blob being written; its file vanishes if it is dropped unpublished.
pub(super) struct UnfinishedBlob {
    file: File,
    /// Where it lies until it is published.
    path: Option<PathBuf>,
    written_bytes: u64,
    past_cache: PastCache,
}

/// The same file, opened to be written past the page cache. Of a large blob, all but its end goes
/// that way: it is to be on the disk anyway before it is published, and to copy it to the cache
/// first would cost half as much as to encrypt it, and other files their place there.
enum PastCache {
    Untried,
    Possible(File),
    /// The file system cannot do it, or nobody wants the blob on the disk.
    Impossible,
}

impl UnfinishedBlob {
    /// Writes past the page cache, if that can be done with these bytes here.
    fn write_past_cache(&mut self, bytes: &[u8]) -> Option<io::Result<usize>> {
        if !is_aligned(bytes, self.written_bytes) {
            return None;
        }
        if let (PastCache::Untried, Some(path)) = (&self.past_cache, &self.path) {
            let file = open_past_cache(path).map(PastCache::Possible);
            self.past_cache = file.unwrap_or(PastCache::Impossible);
        }
        let PastCache::Possible(file) = &self.past_cache else {
            return None;
        };
        match file.write_at(bytes, self.written_bytes) {
            // Some file systems say only now that they cannot.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                self.past_cache = PastCache::Impossible;
                None
            }
            outcome => Some(outcome),
        }
    }
}

impl Write for UnfinishedBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = match self.write_past_cache(bytes) {
            Some(outcome) => outcome?,
            None => self.file.write_at(bytes, self.written_bytes)?,
        };
        self.written_bytes += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for UnfinishedBlob {
    fn drop(&mut self) {
        // What cannot be removed now is swept later.
        if let Some(path) = self.path.take() {
            remove_if_there(&path).ok();
        }
    }
}

/// Whether memory, length and place of a write are as writes past the page cache must be.
fn is_aligned(bytes: &[u8], place: u64) -> bool {
    let place = usize::try_from(place).is_ok_and(|place| place.is_multiple_of(ALIGNMENT));
    let memory = bytes.as_ptr().align_offset(ALIGNMENT) == 0;
    place && memory && !bytes.is_empty() && bytes.len().is_multiple_of(ALIGNMENT)
}

fn open_past_cache(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::DIRECT.bits()).map_err(io::Error::other)?;
    File::options().write(true).custom_flags(flags).open(path)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn list_folder(folder: &Path, before: DateTime<Utc>, max: usize) -> io::Result<Vec<StoredBlob>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries
        .filter_map(|entry| entry.and_then(|entry| stored_blob(&entry)).transpose())
        .filter(|blob| blob.as_ref().map_or(true, |blob| blob.made_at < before))
        .take(max)
        .collect()
}

/// The blob of a folder's entry; `None` for what is no blob or has vanished meanwhile.
fn stored_blob(entry: &DirEntry) -> io::Result<Option<StoredBlob>> {
    let Some(id) = entry
        .file_name()
        .to_str()
        .and_then(|name| name.parse::<SealedId>().ok())
    else {
        return Ok(None);
    };
    let metadata = match entry.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    let made_at = match made_at(id) {
        Some(made_at) => made_at,
        None => metadata.modified()?.into(),
    };
    Ok(Some(StoredBlob {
        id,
        made_at,
        size_bytes: metadata.len(),
    }))
}

fn made_at(id: SealedId) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = id.0.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}
