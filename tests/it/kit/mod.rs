//! What the tests are written with. Nothing here asserts anything about the gateway.

pub(crate) mod bureau;
pub(crate) mod databases;
pub(crate) mod environment;
pub(crate) mod judges;
pub(crate) mod letters;
pub(crate) mod rust_source;
pub(crate) mod world;
