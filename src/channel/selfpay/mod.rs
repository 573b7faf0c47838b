//! SelfPay stations: a signed notification for every payment, and a settlement file every day.
//!
//! SelfPay publishes no format; these are our proposal, `docs/selfpay.md`. The settlement file is read by
//! [`crate::channel::read`] like a bank's statement.

pub mod notification;
pub mod webhook;

#[cfg(test)]
mod tests;
