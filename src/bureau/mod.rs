//! Owns the documents exchanged with the bureau, as functions on bytes: orders and letters out,
//! receipts, acknowledgements, answers and notices in. Decides nothing about what they mean, and
//! touches neither store nor wire.
//!
//! Each document is one signed XML file of one namespace, which carries its version. What may
//! stand where is said twice: for other parties in `schemas/`, for this program in the
//! [`shape`]s; tests hold the two together with `xmllint`. One grammar serves both directions:
//! what a reader would refuse, a writer does not sign.

pub mod acknowledgement;
pub mod cancel_answer;
pub mod cancel_request;
pub mod complaint;
pub mod complaint_decision;
mod document;
pub mod entry;
pub mod erasure_confirmation;
mod family;
mod fields;
#[cfg(test)]
mod fixtures;
mod form;
mod header;
pub mod inquiry;
pub mod inquiry_answer;
pub mod letter;
pub mod message;
mod named_order;
pub mod order;
mod reader;
pub mod receipt;
pub mod refusal;
mod shape;
pub mod shipment;
pub mod shipment_notice;
pub mod technical_error;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;
mod value;
pub mod writer;

/// The namespace of orders, with their version.
pub const ORDER_NAMESPACE: &str = "urn:cei-gateway:order:1";
/// The namespace of receipts, with their version.
pub const RECEIPT_NAMESPACE: &str = "urn:cei-gateway:receipt:1";
/// The namespace of acknowledgements, with their version.
pub const ACKNOWLEDGEMENT_NAMESPACE: &str = "urn:cei-gateway:acknowledgement:1";
/// The namespace of inquiries, with their version.
pub const INQUIRY_NAMESPACE: &str = "urn:cei-gateway:inquiry:1";
/// The namespace of answers to inquiries, with their version.
pub const INQUIRY_ANSWER_NAMESPACE: &str = "urn:cei-gateway:inquiry-answer:1";
/// The namespace of requests to cancel, with their version.
pub const CANCEL_REQUEST_NAMESPACE: &str = "urn:cei-gateway:cancel-request:1";
/// The namespace of answers to requests to cancel, with their version.
pub const CANCEL_ANSWER_NAMESPACE: &str = "urn:cei-gateway:cancel-answer:1";
/// The namespace of complaints, with their version.
pub const COMPLAINT_NAMESPACE: &str = "urn:cei-gateway:complaint:1";
/// The namespace of decisions on complaints, with their version.
pub const COMPLAINT_DECISION_NAMESPACE: &str = "urn:cei-gateway:complaint-decision:1";
/// The namespace of notices of parcels, with their version.
pub const SHIPMENT_NOTICE_NAMESPACE: &str = "urn:cei-gateway:shipment-notice:1";
/// The namespace of confirmations of erasures, with their version.
pub const ERASURE_CONFIRMATION_NAMESPACE: &str = "urn:cei-gateway:erasure-confirmation:1";
/// The namespace of technical errors, with their version.
pub const TECHNICAL_ERROR_NAMESPACE: &str = "urn:cei-gateway:technical-error:1";

/// The media type that signatures name.
const MEDIA_TYPE: &str = "application/xml";
