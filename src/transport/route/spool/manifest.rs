//! What a document in the spool is said to be: JSON in a file beside it.

use serde::{Deserialize, Serialize};

use crate::domain::hex::hex;
use crate::transport::route::{Parcel, digest_of};

/// What the name of a manifest ends in, after the name of its document.
pub(super) const ENDING: &str = ".manifest";

/// Bytes of a manifest at most; one has about 300.
pub(super) const BYTES_MAX: u64 = 4 << 10;

/// A manifest as it is written. A reader needs size and digest; what else a writer says is for
/// people.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Manifest {
    /// Bytes of the document.
    pub(super) size: u64,
    /// Its SHA-256, in lower-case hexadecimal digits.
    pub(super) sha256: String,
    /// `ORDER`, `LETTER`, or the bureau's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<String>,
    /// Its message identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<String>,
}

impl Manifest {
    pub(super) fn of(parcel: &Parcel) -> Self {
        Self {
            size: parcel.size_bytes,
            sha256: hex(&parcel.sha256),
            kind: Some(parcel.kind.as_str().to_owned()),
            number: Some(parcel.number.clone()),
            message_id: Some(parcel.message_id.to_string()),
        }
    }

    /// Reads a manifest; `None` when it is none.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(text).ok()?;
        manifest.digest().is_some().then_some(manifest)
    }

    /// The digest that it names.
    pub(super) fn digest(&self) -> Option<[u8; 32]> {
        digest_of(&self.sha256)
    }
}
