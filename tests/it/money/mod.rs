//! Money: statements and notifications recorded, matched, and never lost or counted twice.

mod cec_day;
mod corpus;
mod parse;
mod world;
