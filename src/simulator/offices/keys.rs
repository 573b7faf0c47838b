//! The offices' clients: each calls with its own certificate.

use std::collections::BTreeMap;
use std::path::Path;

use crate::simulator::keys::{KeysError, client};
use crate::simulator::script::OFFICES;
use crate::transport::certificates::office;

/// A client per office, by the office's code.
pub struct OfficeKeys {
    pub(super) clients: BTreeMap<&'static str, reqwest::Client>,
}

impl std::fmt::Debug for OfficeKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OfficeKeys({})", self.clients.len())
    }
}

impl OfficeKeys {
    /// Reads the certificates of all eight offices from a folder of development certificates.
    pub fn from_dir(dir: &Path) -> Result<Self, KeysError> {
        let clients = OFFICES
            .iter()
            .map(|counter| Ok((counter.code, client(dir, Some(&office(counter.code)))?)))
            .collect::<Result<_, KeysError>>()?;
        Ok(Self { clients })
    }
}
