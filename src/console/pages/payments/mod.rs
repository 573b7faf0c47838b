//! Payments: what waits for a decision, with its candidates, and everything that came in before.

mod acted;
mod candidate;
mod case;
pub(crate) mod decide;
pub(crate) mod list;
mod parts;
pub(crate) mod propose;
mod refusals;
pub(crate) mod row;
pub(crate) mod sections;
pub(crate) mod sheet;
pub(crate) mod show;
pub(crate) mod split;
pub(crate) mod together;
mod typed;
