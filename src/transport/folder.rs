//! A folder in which others put files: what may be taken, and where it is moved afterwards.
//!
//! Links are followed nowhere, so that nothing outside the folder is read or written.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

/// Files that are looked at once; the others have their turn when these are gone.
const FILES_MAX: usize = 1_000;

/// Files of one name that are kept side by side.
const SAME_NAME_MAX: u32 = 10_000;

/// What tells whether a file is still the same and as it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Shape {
    device: u64,
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds.
    changed_at: (i64, i64),
}

impl Shape {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.size(),
            changed_at: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// A file that may be taken.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) shape: Shape,
}

/// Where a file is put when it was dealt with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// It is recorded, or was before.
    Done,
    /// It is not taken.
    Refused,
}

impl Place {
    const fn folder(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// The files of a folder that may be taken, oldest first.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        if found.len() >= FILES_MAX {
            break;
        }
        let entry = entry?;
        if !is_for_us(&entry.file_name()) {
            continue;
        }
        let metadata = match entry.path().symlink_metadata() {
            // Its owner has taken it back.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            metadata => metadata?,
        };
        if metadata.is_file() {
            found.push(Found {
                path: entry.path(),
                shape: Shape::of(&metadata),
            });
        }
    }
    found.sort_by(|one, other| {
        let order = |file: &Found| (file.shape.changed_at, file.path.clone());
        order(one).cmp(&order(other))
    });
    Ok(found)
}

/// Programs write under such names before they rename.
fn is_for_us(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    let is_unfinished = [".part", ".tmp"].iter().any(|end| name.ends_with(end));
    !name.starts_with('.') && !is_unfinished
}

impl Found {
    /// The file at `path`; `None` when there is none, or something else stands there.
    pub(crate) fn at(path: PathBuf) -> io::Result<Option<Self>> {
        let metadata = match path.symlink_metadata() {
            Err(error) if is_gone(&error) => return Ok(None),
            metadata => metadata?,
        };
        let shape = Shape::of(&metadata);
        Ok(metadata.is_file().then_some(Self { path, shape }))
    }

    /// How long it was when it was found.
    pub(crate) const fn bytes(&self) -> u64 {
        self.shape.bytes
    }

    /// Opens it; `None` when it is no longer what was found.
    pub(crate) fn open(&self) -> io::Result<Option<File>> {
        // Without NONBLOCK, a pipe that took the file's place would be waited for.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
        let opened = File::options()
            .read(true)
            .custom_flags(flags)
            .open(&self.path);
        let file = match opened {
            Err(error) if is_gone(&error) => return Ok(None),
            file => file?,
        };
        let metadata = file.metadata()?;
        let is_same = metadata.is_file() && Shape::of(&metadata) == self.shape;
        Ok(is_same.then_some(file))
    }

    /// Moves it to a folder beside it, with a report of what became of it. `false` when it is no
    /// longer what was found: then it stays.
    pub(crate) fn put_away(&self, place: Place, report: &str) -> io::Result<bool> {
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Ok(false);
        };
        let target = folder.join(place.folder());
        make_folder(&target)?;
        for number in 1..SAME_NAME_MAX {
            let name = numbered(name, number);
            let new = target.join(&name);
            if new.symlink_metadata().is_ok() {
                continue;
            }
            if !self.is_there()? {
                return Ok(false);
            }
            write_report(&target, &name, report)?;
            if self.rename(&new)? {
                File::open(&target)?.sync_all()?;
                File::open(folder)?.sync_all()?;
                return Ok(true);
            }
        }
        Err(io::Error::other("too many files of one name"))
    }

    fn is_there(&self) -> io::Result<bool> {
        match self.path.symlink_metadata() {
            Err(error) if is_gone(&error) => Ok(false),
            metadata => Ok(Shape::of(&metadata?) == self.shape),
        }
    }

    /// Renames it; `false` when somebody has taken that name.
    fn rename(&self, new: &Path) -> io::Result<bool> {
        match renameat_with(CWD, &self.path, CWD, new, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            // Some file systems cannot promise it; the name was free just now.
            Err(Errno::INVAL | Errno::NOSYS) => fs::rename(&self.path, new).map(|()| true),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    // A link that took the file's place is not followed.
    let is_link = error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
    error.kind() == io::ErrorKind::NotFound || is_link
}

/// Makes a folder that only its owner and group may look into, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o750).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if folder.symlink_metadata()?.is_dir() {
                return Ok(());
            }
            Err(io::Error::other("what should be a folder is none"))
        }
        made => made,
    }
}

/// `statement.xml`, `statement-2.xml`, `statement-3.xml`.
fn numbered(name: &OsStr, number: u32) -> OsString {
    if number == 1 {
        return name.to_owned();
    }
    let name = Path::new(name);
    let mut numbered = name.file_stem().unwrap_or_default().to_owned();
    numbered.push(format!("-{number}"));
    if let Some(extension) = name.extension() {
        numbered.push(".");
        numbered.push(extension);
    }
    numbered
}

/// Writes the report beside the file that is about to come, all of it or nothing.
fn write_report(folder: &Path, name: &OsStr, report: &str) -> io::Result<()> {
    let mut own = name.to_owned();
    own.push(".report.json");
    let mut unfinished = OsString::from(".");
    unfinished.push(&own);
    unfinished.push(".tmp");
    let unfinished = folder.join(unfinished);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        // What was left by a crash.
        _ => {}
    }
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o640)
        .open(&unfinished)?;
    file.write_all(report.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(own))
}
