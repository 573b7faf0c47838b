//! Owns canonical XML, signing and strict verifying of XML documents, in one pass and in memory
//! that does not grow with the document. Knows no card, no order and no office.
//!
//! The profile is an enveloped `XAdES` B-B signature (ETSI EN 319 132-1): one `ds:Signature`, the
//! last child of the root, over the whole document. [`sign::SignedWriter`] writes it together with
//! a document, [`enveloped::sign_document`] adds it to one that is there, [`verify::verify`] reads it
//! and accepts nothing else.

pub mod algorithm;
mod at_hand;
mod attributes;
pub(crate) mod base64_text;
pub mod canonical;
mod certificates;
mod characters;
pub mod content;
mod der;
mod diverted;
mod document_hash;
pub mod enveloped;
mod event;
#[cfg(test)]
pub(crate) mod fixtures;
mod hashed_sink;
mod ids;
mod input;
pub mod key;
mod markup;
mod node;
mod pass;
pub mod refusal;
mod revocation;
mod scope;
pub mod shown;
pub mod sign;
mod signature;
mod signed_properties;
mod strict;
#[cfg(test)]
mod tests;
pub mod token;
pub mod trust;
mod uris;
pub(crate) mod usage;
pub mod verify;
mod xades;
