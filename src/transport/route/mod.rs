//! The ways on which a signed document gets to the bureau, behind one trait, and the way on which
//! the bureau's documents are fetched.
//!
//! A way carries bytes and tells what is known of their arrival. It decides nothing: whether a
//! message is sent again is for [`crate::domain::delivery`], and what an answer means for whoever
//! reads it.

pub mod outbox;
pub mod push;
pub(in crate::transport) mod retry_after;
pub mod spool;

use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::coded;
use crate::domain::delivery::{DeliveryVerdict, Outcome, classify};

coded! {
    /// What a document is to the bureau.
    pub enum ParcelKind as "kind of document" {
        /// An order of cards.
        Order = "ORDER",
        /// A small document that is no order: a question, a request, a complaint.
        Letter = "LETTER",
    }
}

/// A signed document that is to get to the bureau, without its bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parcel {
    /// What it is.
    pub kind: ParcelKind,
    /// Its number, which is also the name of a file: capital letters, digits and hyphens.
    pub number: String,
    /// Its message identifier.
    pub message_id: Uuid,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many they are.
    pub size_bytes: u64,
}

/// The bytes of a parcel. Reading them may block.
pub type Content = Box<dyn Read + Send>;

/// What is known of one try at carrying a parcel.
#[derive(Clone, Eq, PartialEq)]
pub struct Passage {
    /// What it means for the message.
    pub verdict: DeliveryVerdict,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// What was said, without personal data.
    pub detail: Option<String>,
    /// When the receiver wants to be asked again.
    pub retry_after: Option<Duration>,
    /// A document that came with the answer. Nothing in it may be believed yet.
    pub answer: Option<Vec<u8>>,
}

impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, .. } = self;
        write!(f, "Passage({verdict}, {:?}, …)", self.status)
    }
}

impl Passage {
    /// A try that ended in `outcome`.
    pub fn of(outcome: Outcome, detail: Option<String>) -> Self {
        let (status, retry_after) = match outcome {
            Outcome::Status { code, retry_after } => (Some(code), retry_after),
            _ => (None, None),
        };
        Self {
            verdict: classify(outcome),
            status,
            detail,
            retry_after,
            answer: None,
        }
    }

    /// A try of a way that knows no status.
    pub const fn judged(verdict: DeliveryVerdict, detail: Option<String>) -> Self {
        Self {
            verdict,
            status: None,
            detail,
            retry_after: None,
            answer: None,
        }
    }
}

/// A way to the bureau.
pub trait Route: fmt::Debug + Send + Sync {
    /// Carries a parcel. `content` is read once, from its beginning, and not at all where the
    /// bureau does not want it; `now` is what a time that the bureau names is measured by.
    ///
    /// # Errors
    /// When `content` cannot be read to its end, or is not what the parcel says
    /// ([`io::ErrorKind::InvalidData`]): faults of ours, which say nothing of the bureau.
    fn carry<'a>(
        &'a self,
        parcel: &'a Parcel,
        content: Content,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, io::Result<Passage>>;
}

/// The error of content that is not what its parcel says.
fn not_as_announced(what: &'static str) -> io::Error {
    let words = format!("the document is not the one that was announced: {what}");
    io::Error::new(io::ErrorKind::InvalidData, words)
}

/// The 32 bytes that 64 lower-case hexadecimal digits write, if these are such.
pub(crate) fn digest_of(text: &str) -> Option<[u8; 32]> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 64 || !text.bytes().all(is_digit) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, digits) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(digest)
}
