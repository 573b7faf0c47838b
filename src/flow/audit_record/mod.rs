//! The record of what people did: its end is signed every day, and anybody can have it examined.

mod document;
pub mod examine;
pub mod export;
pub mod sign_heads;
