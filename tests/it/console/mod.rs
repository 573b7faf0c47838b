//! The operators' console over real HTTP, on both databases: who gets in, who may what, what a hostile
//! visitor reaches, and what is on the record afterwards.

mod account;
mod audit;
pub(crate) mod browser;
mod gate;
mod orders;
mod papers;
mod requests;
mod roles;
mod sign_in;
