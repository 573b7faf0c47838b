//! The other parties on the wire: bureau, channels, offices, told how to misbehave.
//!
//! A simulator sees only the wire: what it knows of the gateway, the gateway told it in a request
//! or an answer. Nobody here runs by itself; whoever holds the clock calls `work`, which does what
//! is due and says when it wants to be called again.

pub mod bureau;
pub mod caller;
pub mod channels;
mod draw;
pub mod keys;
mod mailbox;
pub mod offices;
pub mod pass;
pub mod person;
pub mod pictures;
pub mod receiver;
pub mod script;
pub mod statement;
pub mod submission;
#[cfg(test)]
pub(crate) mod test_kit;
