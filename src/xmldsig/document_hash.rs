//! The SHA-256 of a document's canonical form, which is often the document itself.

use openssl::sha::Sha256;

/// Below this many bytes, updates are gathered: a call to the digest costs as much as 4 KB of it.
const GATHERED_BYTES: usize = 8 * 1024;

/// A hash that gathers small pieces.
pub(crate) struct CanonicalHash {
    hash: Sha256,
    gathered: Vec<u8>,
}

impl CanonicalHash {
    /// Goes on from what `hash` has seen.
    pub(crate) fn after(hash: Sha256) -> Self {
        Self {
            hash,
            gathered: Vec::with_capacity(2 * GATHERED_BYTES),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if self.gathered.len() + bytes.len() <= 2 * GATHERED_BYTES {
            self.gathered.extend_from_slice(bytes);
            if self.gathered.len() < GATHERED_BYTES {
                return;
            }
            self.hash.update(&self.gathered);
            self.gathered.clear();
        } else {
            self.hash.update(&self.gathered);
            self.gathered.clear();
            self.hash.update(bytes);
        }
    }

    pub(crate) fn finish(mut self) -> [u8; 32] {
        self.hash.update(&self.gathered);
        self.hash.finish()
    }
}
