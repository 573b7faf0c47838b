//! The other parties on the wire: bureau, channels, offices, told how to misbehave.

mod draw;
pub mod person;
pub mod pictures;
pub mod statement;
pub mod submission;
