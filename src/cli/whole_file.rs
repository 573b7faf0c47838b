//! Files that appear under their name only when all of them is written.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::context::Context;
use crate::cli::exit::CliError;

/// Gives `write` a sink: stdout, or a file that is published if all went well.
///
/// What goes to stdout is there as soon as it is written, also when a later byte is refused.
pub(crate) fn write_to<T>(
    out: Option<&Path>,
    context: &mut Context<'_>,
    write: impl FnOnce(&mut dyn Write) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let Some(path) = out else {
        let written = write(context.output.writer())?;
        context.output.raw(b"")?;
        return Ok(written);
    };
    let mut file = WholeFile::create(path, context.random.next_u64())?;
    let written = write(&mut file)?;
    let publishing = || format!("publishing {}", path.display());
    file.publish().with_context(publishing)?;
    Ok(written)
}

/// A file under a name of its own until it is published; without that it vanishes.
pub(crate) struct WholeFile {
    /// Where it will be.
    path: PathBuf,
    /// Where it is.
    part: PathBuf,
    file: File,
    is_published: bool,
}

impl WholeFile {
    /// Makes the file, which nobody else can read: documents are full of persons.
    pub(crate) fn create(path: &Path, draw: u64) -> Result<Self, CliError> {
        // A link stays a link; what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let name = path.display();
            return Err(CliError::usage(format!("{name} is not an ordinary file")));
        }
        let Some(name) = path.file_name() else {
            let name = path.display();
            return Err(CliError::usage(format!("{name} cannot be a file")));
        };
        let mut part_name = OsString::from(".");
        part_name.push(name);
        part_name.push(format!(".{draw:016x}.part"));
        let part = path.with_file_name(part_name);
        let mut options = File::options();
        let file = options.write(true).create_new(true).mode(0o600).open(&part);
        let file = file.with_context(|| format!("making {}", part.display()))?;
        Ok(Self {
            path,
            part,
            file,
            is_published: false,
        })
    }

    /// Makes it durable and gives it its name, in the place of what was there.
    pub(crate) fn publish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.is_published = true;
        self.sync_folder()
    }

    /// Makes it durable and gives it its name, if nothing bears it; else fails with
    /// [`io::ErrorKind::AlreadyExists`], also when it came into being a moment ago.
    pub(crate) fn publish_new(self) -> io::Result<()> {
        self.file.sync_all()?;
        // A link, unlike a renaming, never takes the place of what is there. Its other name goes
        // when this is dropped.
        fs::hard_link(&self.part, &self.path)?;
        self.sync_folder()
    }

    fn sync_folder(&self) -> io::Result<()> {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for WholeFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.is_published {
            // Left behind, it would be a hidden file that nobody looks for.
            fs::remove_file(&self.part).unwrap_or_default();
        }
    }
}
