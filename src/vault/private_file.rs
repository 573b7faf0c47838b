//! Files that hold secrets: written for their owner alone, and refused when others could read them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A secret is a key, a password or a certificate chain; a larger file is a mistake.
const BYTES_MAX: u64 = 1024 * 1024;

/// A reason why a secret could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// There is no such file.
    #[error("{path} does not exist")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Others than its owner may read or change the file.
    #[error("{path} has mode {mode:04o}: others could read it; run `chmod 600` on it")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is larger than any secret.
    #[error("{path} is larger than {BYTES_MAX} bytes, so it is not a secret")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file system refused to read it.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system refused to write it.
    #[error("{path} cannot be written")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads a secret, if nobody but its owner can.
///
/// A file that belongs to root may also be readable by its group: this is how systemd hands
/// credentials to an unprivileged service and how Debian keeps keys for the group `ssl-cert`.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, PrivateFileError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => PrivateFileError::Missing {
            path: path.to_owned(),
        },
        _ => PrivateFileError::Unreadable {
            path: path.to_owned(),
            source,
        },
    };
    let file = File::open(path).map_err(unreadable)?;
    // Asked of the open file, so that it cannot be exchanged between the look and the reading.
    let metadata = file.metadata().map_err(unreadable)?;
    if is_exposed(metadata.mode(), metadata.uid()) {
        let mode = metadata.mode() & 0o7777;
        return Err(PrivateFileError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    if metadata.len() > BYTES_MAX {
        return Err(PrivateFileError::TooLarge {
            path: path.to_owned(),
        });
    }
    // Room for all of it at once: growing would leave copies of the secret behind.
    let room = usize::try_from(metadata.len()).unwrap_or(0) + 1;
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    file.take(BYTES_MAX)
        .read_to_end(&mut content)
        .map_err(unreadable)?;
    Ok(content)
}

/// Writes a new secret that its owner alone can read, durably; never over an existing file.
pub fn create(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(content)?;
        file.sync_all()?;
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    };
    write().map_err(|source| PrivateFileError::Unwritable {
        path: path.to_owned(),
        source,
    })
}

/// Says whether a file of this mode and owner can be read by others, or changed by its group.
fn is_exposed(mode: u32, owner: u32) -> bool {
    const ROOT: u32 = 0;
    let tolerated = if owner == ROOT { 0o740 } else { 0o700 };
    mode & 0o777 & !tolerated != 0
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_created_is_private_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");

        create(&path, b"swordfish").unwrap();

        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(*read(&path).unwrap(), b"swordfish");
    }

    #[test]
    fn an_existing_secret_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create(&path, b"first").unwrap();

        let refused = create(&path, b"second");

        assert!(
            matches!(refused, Err(PrivateFileError::Unwritable { .. })),
            "{refused:?}"
        );
        assert_eq!(*read(&path).unwrap(), b"first");
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused_with_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create(&path, b"swordfish").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

        let refused = read(&path).unwrap_err();

        assert!(
            matches!(refused, PrivateFileError::Exposed { mode: 0o644, .. }),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("mode 0644"), "{refused}");
    }

    #[test]
    fn the_group_may_read_only_what_root_owns() {
        let (root, service) = (0, 998);
        assert!(!is_exposed(0o100_600, service));
        assert!(!is_exposed(0o100_400, service));
        assert!(is_exposed(0o100_640, service));
        assert!(is_exposed(0o100_604, service));
        assert!(!is_exposed(0o100_440, root));
        assert!(is_exposed(0o100_460, root));
        assert!(is_exposed(0o100_644, root));
    }

    #[test]
    fn a_missing_secret_and_an_oversized_one_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read(&folder.path().join("nothing"));
        assert!(
            matches!(missing, Err(PrivateFileError::Missing { .. })),
            "{missing:?}"
        );

        let path = folder.path().join("large");
        create(&path, b"").unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(BYTES_MAX + 1)
            .unwrap();
        let large = read(&path);
        assert!(
            matches!(large, Err(PrivateFileError::TooLarge { .. })),
            "{large:?}"
        );
    }
}
