//! Copies of what the bureau received and wrote, for people and for oracles.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder of copies, or none.
#[derive(Debug)]
pub(super) struct Archive {
    dir: Option<PathBuf>,
}

impl Archive {
    /// Makes the folders.
    pub(super) fn open(dir: Option<&Path>) -> io::Result<Self> {
        for part in [
            "orders",
            "receipts",
            "acknowledgements",
            "notices",
            "letters",
        ] {
            if let Some(dir) = dir {
                fs::create_dir_all(dir.join(part))?;
            }
        }
        Ok(Self {
            dir: dir.map(Path::to_owned),
        })
    }

    pub(super) fn keep_order(&self, number: &str, document: &[u8]) {
        self.keep("orders", number, document);
    }

    pub(super) fn keep_receipt(&self, number: &str, document: &[u8]) {
        self.keep("receipts", number, document);
    }

    pub(super) fn keep_acknowledgement(&self, name: &str, document: &[u8]) {
        self.keep("acknowledgements", name, document);
    }

    pub(super) fn keep_notice(&self, name: &str, document: &[u8]) {
        self.keep("notices", name, document);
    }

    pub(super) fn keep_letter(&self, name: &str, document: &[u8]) {
        self.keep("letters", name, document);
    }

    /// A copy that cannot be kept is no reason not to make cards.
    fn keep(&self, part: &str, name: &str, document: &[u8]) {
        let Some(dir) = &self.dir else {
            return;
        };
        let path = dir.join(part).join(format!("{name}.xml"));
        if let Err(error) = fs::write(&path, document) {
            let path = path.display();
            tracing::warn!(%path, %error, "a copy could not be kept");
        }
    }
}
