//! The receipt: the bureau's signed "we hold your file", or "we cannot read it", for one order.
//!
//! It speaks of bytes, not of cards: the digest is of the file as the bureau holds it, and the
//! reasons are technical. What a line asks for is answered in acknowledgements.

mod read;
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub use read::read_receipt;
pub(crate) use read::{read_outcome, require_reasons};
pub(crate) use shape::{OUTCOME, REASON, RECEIPT};
pub(crate) use write::write_outcome;
pub use write::write_receipt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The bureau's technical word on one order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    /// The identifier of the receipt.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The number under which the bureau holds the order.
    pub order_number: String,
    /// The SHA-256 of the order's file as the bureau received it.
    pub order_sha256: [u8; 32],
    /// The identifier of the order's document; `None` only where the order could not be read.
    pub in_reply_to: Option<Uuid>,
    /// How many lines the order has; `None` only where the order could not be read.
    pub line_count: Option<u32>,
    /// Whether the bureau took the order.
    pub outcome: Outcome,
}

/// Whether the bureau took an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It holds the order and will answer its lines.
    Ok,
    /// It refuses the file as a whole, for 1 to 20 reasons; the first one is the main one.
    Rejected(Vec<ReceiptReason>),
}

/// One reason to refuse a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceiptReason {
    /// The number of the reason, by the catalogue of reasons.
    pub code: u16,
    /// The reason in the bureau's words, without personal data; at most 200 characters.
    pub text: String,
}
