//! The acknowledgement: the bureau's words on lines of one or more orders, with the shipments
//! that carry their cards.

mod agreement;
mod hash;
mod read;
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::AcknowledgementRecords;
pub use read::read_acknowledgement;
pub(crate) use shape::ACKNOWLEDGEMENT;
pub use write::write_acknowledgement;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::acknowledgement::LineEvent;

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

/// One word of the bureau on one line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The number of the order.
    pub order_number: String,
    /// The number of the line in its order, from 1.
    pub line_no: u32,
    /// The number of the application that the line is of.
    pub application_number: String,
    /// The place of this word among the bureau's words on the line: 1, 2, 3 …
    pub sequence: u32,
    /// What happened; one of the bureau's own words.
    pub status: LineEvent,
    /// When it happened; read and written to the microsecond.
    pub occurred_at: DateTime<Utc>,
    /// The number of the reason, by the catalogue of reasons; a `REJECTED` line has one.
    pub reason: Option<u16>,
    /// The number of the card: 1 to 9 of `A-Z` and `0-9`.
    pub document_number: Option<String>,
    /// The number of the consignment that carries the card.
    pub consignment: Option<String>,
}

/// One parcel on its way to one office.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shipment {
    /// The number of the consignment, as the courier knows it.
    pub consignment: String,
    /// The mark of the parcel in the consignment; no two shipments have both the same.
    pub parcel: String,
    /// The code of the office that it is for.
    pub office_code: String,
    /// The cards in it, 1 to 1,000.
    pub cards: Vec<ShippedCard>,
}

/// One card in a parcel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShippedCard {
    /// The number of the application that the card was made for.
    pub application_number: String,
    /// The number of the card.
    pub document_number: String,
}
