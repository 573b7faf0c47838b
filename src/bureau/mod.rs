//! Owns the documents exchanged with the bureau, as functions on bytes: orders out, receipts and
//! acknowledgements in. Decides nothing about what they mean, and touches neither store nor wire.
//!
//! Each document is one signed XML file of one namespace, which carries its version. What may
//! stand where is said twice: for other parties in `schemas/`, for this program in the
//! [`shape`]s; tests hold the two together with `xmllint`. One grammar serves both directions:
//! what a reader would refuse, a writer does not sign.

pub mod acknowledgement;
mod fields;
#[cfg(test)]
mod fixtures;
mod form;
mod header;
pub mod message;
pub mod order;
mod reader;
pub mod receipt;
pub mod refusal;
mod shape;
#[cfg(test)]
mod tests;
mod value;
pub mod writer;

/// The namespace of orders, with their version.
pub const ORDER_NAMESPACE: &str = "urn:cei-gateway:order:1";
/// The namespace of receipts, with their version.
pub const RECEIPT_NAMESPACE: &str = "urn:cei-gateway:receipt:1";
/// The namespace of acknowledgements, with their version.
pub const ACKNOWLEDGEMENT_NAMESPACE: &str = "urn:cei-gateway:acknowledgement:1";

/// The media type that signatures name.
const MEDIA_TYPE: &str = "application/xml";
