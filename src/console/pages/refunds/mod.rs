//! Refunds: what was proposed, who approves it, lists for the bank.

pub(crate) mod candidates;
pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod lists;
pub(crate) mod refusals;
pub(crate) mod show;
pub(crate) mod take_out;
