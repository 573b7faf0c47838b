//! What the tests of several flows share.

pub(crate) mod kit;
