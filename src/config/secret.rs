//! Secrets: read from files of their own, never printed, wiped when dropped.

use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use crate::vault::private_file::{self, PrivateFileError};

/// Something that nobody may see. It has no `Debug` and no `Display`, so that what holds it cannot
/// print it either; whoever needs it says so by [`Secret::expose`].
///
/// ```compile_fail,E0277
/// let password = cei_gateway::config::Secret::new(String::from("swordfish"));
/// println!("{password:?}");
/// ```
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

/// A reason why a secret's file does not serve.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be read, or others could read it.
    #[error("a secret cannot be had")]
    File(#[from] PrivateFileError),
    /// It holds bytes that are no text.
    #[error("{path} holds no UTF-8 text")]
    NotText {
        /// The file.
        path: std::path::PathBuf,
    },
}

/// Reads a secret that is a text, such as a password: one line, without its end.
pub fn read_secret_text(path: &Path) -> Result<Secret<String>, SecretError> {
    let content = private_file::read(path)?;
    let text = std::str::from_utf8(&content)
        .ok()
        .ok_or_else(|| SecretError::NotText {
            path: path.to_owned(),
        })?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads a secret that is a file, such as a private key in PEM.
pub fn read_secret_bytes(path: &Path) -> Result<Secret<Vec<u8>>, SecretError> {
    Ok(Secret(private_file::read(path)?))
}
