//! The acknowledgement: the bureau's words on lines of one or more orders, with the shipments
//! that carry their cards.

mod read;
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub use read::read_acknowledgement;
pub(crate) use shape::ACKNOWLEDGEMENT;
pub use write::write_acknowledgement;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use crate::bureau::entry::Entry;
pub use crate::bureau::shipment::{Shipment, ShippedCard};

/// What the bureau says of lines and shipments. It has at least one entry or one shipment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Acknowledgement {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Its words on lines, at most 10,000.
    pub entries: Vec<Entry>,
    /// The shipments that it tells of, at most 1,000.
    pub shipments: Vec<Shipment>,
}
