//! The API: what offices, the bureau, channels and automation may ask over HTTPS.
//!
//! Owns the wire: routes, identity, limits, repetition, and how a refusal is told. Decides nothing
//! about an application: every handler reads its request, calls one flow, and writes the answer.
//! A new route is one handler and one line in [`routes`].

pub mod api;
mod applications;
pub(crate) mod body;
mod bureau;
mod caller;
mod channels;
mod chores;
pub(crate) mod complaints;
pub(crate) mod connections;
pub(crate) mod consignments;
mod cursor;
mod docs;
mod envelope;
mod etag;
mod events;
mod feed_ends;
mod fees;
mod gate;
mod health;
mod identity;
pub(crate) mod language;
mod offices;
mod openapi;
pub mod operations;
mod payment_references;
pub(crate) mod payments;
mod posted;
pub mod problems;
mod query;
pub mod routes;
mod sent;
pub mod server;
#[cfg(test)]
mod tests;
pub(crate) mod tls;
pub(crate) mod webhooks;

pub use openapi::openapi_json;
