//! What the gateway does: one file per business step, one transaction each.

pub mod content;
pub mod intake;
