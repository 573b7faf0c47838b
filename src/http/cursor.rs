//! Cursors: a position in a list that only the caller it was given to can use, and only as given.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::memcmp;

use crate::domain::id::OfficeId;
use crate::http::problems::{Problem, catalogue};
use crate::vault::Vault;

/// Bytes of the seal that a cursor ends with.
const SEAL_BYTES: usize = 16;

/// Whose position in which list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The list: `events`, `applications`.
    pub(crate) list: &'static str,
    /// The office whose list it is.
    pub(crate) office: OfficeId,
    /// Seals the cursor.
    pub(crate) vault: &'a Vault,
}

impl Place<'_> {
    /// Writes a cursor.
    pub(crate) fn seal(&self, position: &str) -> String {
        let mut bytes = position.as_bytes().to_vec();
        bytes.extend_from_slice(&self.seal_of(position));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the position from the cursor of a caller that gave one.
    pub(crate) fn opened<T: std::str::FromStr>(
        &self,
        cursor: Option<&str>,
    ) -> Result<Option<T>, Problem> {
        cursor.map(|cursor| self.open(cursor)).transpose()
    }

    /// Reads the position from a cursor.
    pub(crate) fn open<T: std::str::FromStr>(&self, cursor: &str) -> Result<T, Problem> {
        self.position(cursor)
            .and_then(|position| position.parse().ok())
            .ok_or_else(|| Problem::of(catalogue::CURSOR_INVALID))
    }

    fn position(&self, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (position, seal) = bytes.split_last_chunk::<SEAL_BYTES>()?;
        let position = std::str::from_utf8(position).ok()?;
        memcmp::eq(seal, &self.seal_of(position)).then(|| position.to_owned())
    }

    fn seal_of(&self, position: &str) -> [u8; SEAL_BYTES] {
        let text = format!("{} {} {position}", self.list, self.office);
        let hash = self.vault.lookup_hash("cursor", &text);
        let mut seal = [0; SEAL_BYTES];
        for (to, from) in seal.iter_mut().zip(hash) {
            *to = from;
        }
        seal
    }
}
