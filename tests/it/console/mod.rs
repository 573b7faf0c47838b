//! The operators' console over real HTTP, on both databases: who gets in, who may what, what a hostile
//! visitor reaches, and what is on the record afterwards.

mod account;
mod acting;
mod applications;
mod audit;
pub(crate) mod browser;
mod complaints;
mod days;
pub(crate) mod failed_orders;
mod gate;
pub(crate) mod money;
mod offices;
mod orders;
pub(crate) mod outbox;
mod papers;
mod payments;
mod payments_together;
pub(crate) mod refunds;
mod requests;
mod roles;
mod search;
mod sign_in;
pub(crate) mod single_sign_on;
mod tending;
