//! The operators' console over real HTTP, on both databases: who gets in, who may what, what a hostile
//! visitor reaches, and what is on the record afterwards.

mod account;
mod applications;
mod audit;
pub(crate) mod browser;
mod complaints;
mod days;
mod failed_orders;
mod gate;
pub(crate) mod money;
mod offices;
mod orders;
mod outbox;
mod papers;
mod payments;
mod payments_together;
mod refunds;
mod requests;
mod roles;
mod search;
mod sign_in;
mod tending;
