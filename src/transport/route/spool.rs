//! The spool: a folder that the gateway and the bureau share, where no connection can be made.
//!
//! ```text
//! DIR/out/NAME.xml            a document for the bureau, whole and unchanging
//! DIR/out/NAME.xml.manifest   what it is; only with it does the document count
//! DIR/in/…                    the same from the bureau, taken to in/done or in/refused
//! ```
//!
//! The manifest is the commit marker, on both sides: it is written last, and names the document's
//! size and digest. Both files are written under a name that ends in `.part`, made durable, and
//! then renamed, so a crash between any two steps leaves either nothing that counts or all of it,
//! and the same steps may be done again.

mod incoming;
mod manifest;
mod outgoing;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use crate::domain::delivery::DeliveryVerdict;
use crate::transport::folder::make_folder;
use crate::transport::route::spool::outgoing::{Outgoing, Placed};
use crate::transport::route::{Content, Parcel, Passage, Route};

pub(crate) use crate::transport::route::spool::incoming::{Candidate, Look};

/// A spool.
#[derive(Clone, Debug)]
pub struct Spool {
    dir: PathBuf,
}

impl Spool {
    /// The spool in `dir`, which exists; its two folders are made.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let spool = Self {
            dir: dir.to_owned(),
        };
        make_folder(&spool.outgoing())?;
        make_folder(&spool.incoming())?;
        Ok(spool)
    }

    /// Where documents for the bureau are put.
    fn outgoing(&self) -> PathBuf {
        self.dir.join("out")
    }

    /// Where the bureau puts its own.
    fn incoming(&self) -> PathBuf {
        self.dir.join("in")
    }

    /// The documents of the bureau that have a manifest, oldest first; some of them, where there
    /// are many. Blocks on the file system.
    pub(crate) fn arrived(&self) -> io::Result<Vec<Candidate>> {
        incoming::list(&self.incoming())
    }
}

impl Route for Spool {
    fn carry<'a>(
        &'a self,
        parcel: &'a Parcel,
        content: Content,
        _now: DateTime<Utc>,
    ) -> BoxFuture<'a, io::Result<Passage>> {
        let outgoing = Outgoing::new(self.outgoing(), parcel.clone());
        Box::pin(async move {
            let placing = tokio::task::spawn_blocking(move || outgoing.place(content));
            let placed = placing.await.map_err(io::Error::other)?;
            Ok(match placed? {
                Placed::Now | Placed::Before => Passage::judged(DeliveryVerdict::Delivered, None),
                Placed::Conflict => {
                    let why = "another document lies in the spool under this name";
                    Passage::judged(DeliveryVerdict::Permanent, Some(why.to_owned()))
                }
                Placed::NotNow(why) => Passage::judged(DeliveryVerdict::Retry, Some(why)),
            })
        })
    }
}
