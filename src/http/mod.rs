//! The API: what callers may ask, and in which words they are answered.

pub mod operations;
