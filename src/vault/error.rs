//! What can go wrong with sealed content, told apart by who can put it right.

use std::io;
use std::path::PathBuf;

use openssl::error::ErrorStack;

use crate::domain::id::SealedId;
use crate::vault::private_file::PrivateFileError;

/// A reason why content could not be sealed, opened or erased.
///
/// No variant carries content, keys or anything about a person; ids and paths only.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key file is missing, open to others, or cannot be read.
    #[error("the master key cannot be had")]
    MasterKeyFile(#[from] PrivateFileError),
    /// The master key file holds something else than keys of 32 bytes in base64, one a line.
    #[error("line {line} of the master key file {path} is not a key of 32 bytes in base64")]
    MasterKeyMalformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The vault's folder was sealed under a master key that the file does not hold.
    #[error("the vault in {dir} was sealed under another master key")]
    WrongMasterKey {
        /// The vault's folder.
        dir: PathBuf,
    },
    /// A data key was wrapped under a master key that the file does not hold (any more).
    #[error("the data key of {id} is wrapped under a master key that is not at hand")]
    UnknownMasterKey {
        /// Whose key it is.
        id: SealedId,
    },
    /// A wrapped data key was altered, or belongs to other content.
    #[error("the wrapped data key is damaged or not that of {id}")]
    KeyRefused {
        /// The content for which it was offered.
        id: SealedId,
    },
    /// There is no blob: never sealed, or erased.
    #[error("there is no sealed content {id}")]
    Missing {
        /// What was asked for.
        id: SealedId,
    },
    /// The blob was altered, cut, lengthened, swapped with another, or sealed under another key.
    #[error("sealed content {id} is damaged: {what}")]
    Damaged {
        /// What was asked for.
        id: SealedId,
        /// What was found.
        what: &'static str,
    },
    /// Content is sealed once: a correction gets an id of its own.
    #[error("{id} is sealed already")]
    AlreadySealed {
        /// The id that is taken.
        id: SealedId,
    },
    /// The disk or the quota is full: nothing was kept.
    #[error("there is no room left {doing}")]
    Full {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The file system refused something else.
    #[error("the file system failed {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The cryptographic library failed, which it does only without memory or randomness.
    #[error("the cryptographic library failed")]
    Crypto(#[from] ErrorStack),
}

impl VaultError {
    /// Whether this one content is lost or damaged, while every other may be whole. Trying again
    /// does not help; whoever needs the content goes on without it.
    pub const fn is_loss(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. } | Self::Damaged { .. } | Self::KeyRefused { .. }
        )
    }

    /// Names what was being done when the file system refused.
    pub(super) fn io(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { doing, source }
            }
            _ => Self::Io { doing, source },
        }
    }
}

/// Lets a vault error travel through `std::io::Read` and `Write`; its kind stays readable, and
/// `get_ref` with `downcast_ref` gives it back.
impl From<VaultError> for io::Error {
    fn from(error: VaultError) -> Self {
        let kind = match &error {
            VaultError::Full { source, .. } | VaultError::Io { source, .. } => source.kind(),
            VaultError::Damaged { .. } | VaultError::KeyRefused { .. } => {
                io::ErrorKind::InvalidData
            }
            VaultError::Missing { .. } => io::ErrorKind::NotFound,
            VaultError::AlreadySealed { .. } => io::ErrorKind::AlreadyExists,
            VaultError::MasterKeyFile(_)
            | VaultError::MasterKeyMalformed { .. }
            | VaultError::WrongMasterKey { .. }
            | VaultError::UnknownMasterKey { .. }
            | VaultError::Crypto(_) => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
