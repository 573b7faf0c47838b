//! What must hold for any bytes, as functions that a fuzzer calls.
#![forbid(unsafe_code)]

pub mod properties;
