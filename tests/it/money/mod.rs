//! Money: statements and notifications recorded, matched, and never lost or counted twice.

mod cec_day;
mod closing;
mod corpus;
mod histories;
mod parse;
mod refunds;
mod world;
